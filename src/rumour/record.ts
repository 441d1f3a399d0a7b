// In: a report of a rumour, as somebody told it; who seals, and where it came from. Out: it is on record with a receipt, or why not.
// Must not compare it with anything: what comes of it is found later, and keeps nobody waiting (DESIGN L1).
import { createHash } from 'node:crypto'
import { DAY, type Instant } from '../core/instant.ts'
import { redactPersons } from '../core/rumour/redact.ts'
import { signMessage } from '../core/rumour/signature.ts'
import type { Queryable } from '../store/pool.ts'
import {
  spellTaken,
  takeOne,
  type Done,
  type Origin,
  type Sealed,
  type Sighting,
  type SightingRoute,
  type TakenRow,
} from '../store/rumours/sightings.ts'
import { hashReceipt, isBlank, refuse, tidy, type Refused, type RumourContext } from './context.ts'

export const MOST_TEXT = 2_000
export const MOST_CONTACT = 60
/** What is given to be called back by is kept no longer (rumours.md §8). */
export const CONTACT_MS = 90 * DAY
const MOST_URL = 500
const AHEAD_MS = 10 * 60_000

export const PLATFORMS = ['微信', '微博', '抖音', '快手', 'QQ', '短信', '电话', '口口相传', '其他'] as const

/**
 * Signs that leave nothing to be seen, line ends aside: between the digits of a telephone they hide it from whoever blanks it out, between
 * the words of a rumour they make another text of it. Fillers of Hangul and Braille (U+3164, U+2800) count as letters or marks.
 */
const UNSEEN = /(?!\n)[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** As typed. */
export interface Told {
  route: SightingRoute
  text: string
  url: string
  platform: string
  region: string
  /** When it was seen or heard; null: not said. */
  seenAt: Instant | null
  /** How to reach whoever told it; '' for nobody. */
  contact: string
}

/** Read and in order, not on record yet. */
export interface ReadTold extends Omit<Told, 'url'> {
  url: string | null
}

/** @param now null where nobody knows the installation's time: then a time that was seen is not judged */
export function readTold(told: Told, now: Instant | null): { ok: true; told: ReadTold } | Refused {
  const text = told.text
    .slice(0, 4 * MOST_TEXT)
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(UNSEEN, '')
    .trim()
  if (isBlank(text)) return refuse('empty', '请填写传言的原文或大意')
  if (Array.from(text).length > MOST_TEXT) return refuse('long', `原文最多 ${MOST_TEXT} 字`)
  const url = readUrl(told.url)
  if (url === undefined) return refuse('url', '网址须以 http:// 或 https:// 开头')
  if (told.seenAt !== null && now !== null && told.seenAt > now + AHEAD_MS)
    return refuse('future', '看到的时间不能晚于现在')
  const platform = PLATFORMS.find((one) => one === told.platform) ?? ''
  const [region, contact] = [tidy(told.region, 40), tidy(told.contact, MOST_CONTACT)]
  return { ok: true, told: { ...told, text, url, platform, region, contact } }
}

export interface RecordContext extends Pick<RumourContext, 'random' | 'originals' | 'contacts'> {
  db: Queryable
  /** Puts a report on record together with others that come at once; left out: by itself. */
  take?: (row: TakenRow) => Promise<Done>
}

/** What goes with a report beside its words. */
export interface Arrival {
  /** Left out: actual. Nothing that comes from outside is of a drill. */
  lane?: Sighting['class']
  receipt: string
  /** Null: by the database's clock. */
  receivedAt: Instant | null
  takenBy: string
  purpose: string
  consent: object | null
  origin: Origin | null
  picture?: { original: Uint8Array; type: 'image/png' | 'image/jpeg' }
}

/** @returns what the record says, with the sighting as it was given to it */
export async function recordSighting(
  context: RecordContext,
  told: ReadTold,
  arrival: Arrival,
): Promise<{ done: 'taken' | 'repeated' | 'over'; sighting: Omit<Sighting, 'receivedAt'> }> {
  const { text, contact } = told
  const shown = redactPersons(text)
  const { stance, kind } = signMessage(shown)
  const ref = contact === '' ? null : context.random()
  const sighting: Omit<Sighting, 'receivedAt'> = {
    id: `r-${context.random().slice(0, 20)}`,
    class: arrival.lane ?? 'actual',
    route: told.route,
    shown: Array.from(shown)
      .slice(0, 2 * MOST_TEXT)
      .join(''),
    stance,
    kind,
    url: told.url,
    platform: told.platform,
    region: told.region,
    seenAt: told.seenAt,
    takenBy: arrival.takenBy,
    rawSha256: hashBytes(text),
    reporterRef: ref,
  }
  const { purpose, consent, picture } = arrival
  const sealed: Sealed = {
    receiptHash: hashReceipt(arrival.receipt),
    raw: context.originals.seal(text),
    reporter:
      ref === null ? null : { ref, sealed: context.contacts.seal(contact), purpose, keepMs: CONTACT_MS, consent },
    ...(picture
      ? {
          picture: {
            sealed: context.originals.sealBytes(picture.original),
            sha256: hashBytes(picture.original),
            type: picture.type,
            bytes: picture.original.length,
          },
        }
      : {}),
  }
  const { receivedAt, origin } = arrival
  const row = spellTaken({ ...sighting, receivedAt }, sealed, origin)
  const done = await (context.take ? context.take(row) : takeOne(context.db, row))
  return { done, sighting }
}

export const hashBytes = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** undefined: no address; null: none given. */
function readUrl(text: string): string | null | undefined {
  const given = tidy(text, MOST_URL + 1)
  if (given === '') return null
  if (given.length > MOST_URL || !/^https?:\/\//i.test(given)) return undefined
  return URL.canParse(given) ? given : undefined
}
