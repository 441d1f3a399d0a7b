// In: flag fields of a row or message. Out: whether it is test traffic, a draft, deleted, or relays whose origin.
// Must not judge free text such as a place description in a foreign language; only fields meant as flags.
import type { TrafficClass } from '../core/quake-report.ts'
import { cleanText } from './rows.ts'

const TEST_CHINESE = /演练|演習|演习|訓練|训练|試験|测试|測試/
const TEST_ENGLISH = /(?:^|[^a-z])(?:test|tests|testing|exercise|drill|training|scenario)(?:$|[^a-z])/i

/** True for 1, "1", true, "true", "Y", "yes"; false for 0, "", null, "0", "N" and everything else. */
export function isSet(raw: unknown): boolean {
  if (typeof raw === 'string') return /^(?:[1-9]\d{0,8}|true|y|yes|是)$/i.test(raw.trim())
  return raw === true || (typeof raw === 'number' && raw !== 0)
}

/** True for a set switch, and for the words that stand in a field named "deleted". */
export function isDeleted(raw: unknown): boolean {
  return isSet(raw) || (typeof raw === 'string' && /^(?:d|del|deleted?|已?删除)$/i.test(raw.trim()))
}

/**
 * Foreign test traffic is recorded and never spoken (DESIGN §3).
 * @param flags fields that are switches (isTraining, test, isDrill)
 * @param words fields that hold status or type words, or ids ("…-scenario")
 */
export function classifyTraffic(flags: readonly unknown[], words: readonly unknown[]): TrafficClass {
  const worded = words.some((raw) => {
    const word = cleanText(raw, 200)
    return TEST_CHINESE.test(word) || TEST_ENGLISH.test(word.replaceAll('_', ' '))
  })
  return worded || flags.some(isSet) ? 'test' : 'actual'
}

/** True when a place name is marked as a drill; a town may rightly be called 测试, none is called 演练. */
export function isDrillPlace(place: string): boolean {
  return /演练|演习|演習|訓練/.test(place)
}

/** True for a status word that says the row is not issued yet. */
export function isDraft(status: unknown): boolean {
  return typeof status === 'string' && /^(?:draft|preliminary|草稿|草案|待发布|待審|待审)$/i.test(status.trim())
}

/** Codes under which one agency's origins travel; without this, a relay would count as a second agency (DESIGN §6.7). */
const SAME_AGENCY: Readonly<Record<string, string>> = {
  NEIC: 'US',
  NEIR: 'US',
  USGS: 'US',
  BJI: 'CENC',
  CEIC: 'CENC',
  CEA: 'CENC',
  CSEM: 'EMSC',
  GEOFON: 'GFZ',
  GEONET: 'WEL',
  GNS: 'WEL',
  'SURVEY-INGV': 'INGV',
}

/**
 * An agency code in upper case, relay names brought to one; "WEL(GNS_Test)" → "WEL", INGV's observatories
 * ("SURVEY-INGV-OV#SiSmi") → "INGV"; '' when absent, and for a person's or a computer's name ("toledo@sc25ag").
 */
export function agencyCode(raw: unknown): string {
  const [word = ''] = cleanText(raw, 40)
    .toUpperCase()
    .split(/[\s(（#]/, 1)
  if (word.includes('@')) return ''
  const code = word.startsWith('SURVEY-INGV') ? 'SURVEY-INGV' : word
  return Object.hasOwn(SAME_AGENCY, code) ? (SAME_AGENCY[code] ?? code) : code
}
