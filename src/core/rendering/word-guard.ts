// In: a finished text. Out: what in it may not go out: forecasts, blame, holes, contradicting distances and sums.
// Must not change the text, and does not judge whether a fact is true; that is the gates' work.
import { BLAME, FORECASTS, TRUE_PHRASES } from './forecast-words.ts'

export type ForbiddenRule = 'forecast' | 'blame' | 'hole' | 'duplicate-place' | 'radius' | 'sum'

export interface Finding {
  rule: ForbiddenRule
  /** The words that broke it, at most 60 characters. */
  match: string
}

/** Longer texts are cut off before the search and say so by a finding: a notice has at most a few hundred characters. */
const LONGEST = 50_000

const HOLES: readonly RegExp[] = [
  // X月X日, XX县, ×级: a fake rebuttal of a real quake went round with 2023年X月X日 (wording-and-rules.md §6).
  /(?<![A-Za-z])[XxＸｘ×✕○□＊*_＿]{1,8}(?=[年月日时分秒级度省市县区镇乡人次号震]|公里|千米|地震)/,
  /(?<![A-Za-z])[XxＸｘ×]{2,}(?![A-Za-z])|[○□＿_]{2,}|…{3,}|\.{4,}/,
  /\{\{|\}\}|\{%|%\}|\$\{|\[object /,
  /(?<![A-Za-z])(?:undefined|null|NaN|Infinity)(?![A-Za-z])/,
  // 某些, 某种 and 某一 are words; 某地 and 田某 are blanks, or a person who must not be named.
  /某(?![些种一])/,
  /（\s*）|【\s*】|〔\s*〕|《\s*》|“\s*”|：\s*[，。]|，\s*[，。]|。\s*。/,
  /(?<![\d.])-0(?:\.0+)?(?=级|度|公里|千米)/,
]

/**
 * Searches a text that is about to go out.
 * @param cleared sentences that held no forecast, kept by the caller while it asks about the forms of one notice: they
 *   share most of their sentences, and the forecast patterns are most of the work
 * @returns findings in the order of the rules; empty when the text may go
 */
export function findForbidden(text: string, cleared = new Set<string>()): Finding[] {
  const findings: Finding[] = []
  const add = (rule: ForbiddenRule, match: string): void => {
    findings.push({ rule, match: match.trim().slice(0, 60) })
  }
  if (text.length > LONGEST) add('hole', 'longer than any notice')
  // Addresses and markup are not sentences; a code in an address may spell anything.
  const said = text
    .slice(0, LONGEST)
    .normalize('NFKC')
    .replace(/https?:\/\/[\x21-\x7e]{1,300}/g, ' ')
    .replace(/<\/?(?:b|i|u|em|strong|span|a|font|mark|small|sub|sup)\b[^<>]{0,500}>/gi, '')
    .replace(/<[^<>]{0,500}>/g, '\n')
  const official = said.replaceAll(',', '，').replaceAll(';', '；').replaceAll('!', '！').replaceAll('?', '？')
  const own = TRUE_PHRASES.reduce((rest, phrase) => rest.replace(phrase, (hit) => '・'.repeat(hit.length)), official)
  // Letters spaced out to slip by: 将 发 生.
  const packed = own.replace(/(?<=\p{Script=Han})[ \t\u3000\u200b-\u200d]+(?=\p{Script=Han})/gu, '')
  for (const line of splitSentences(packed)) {
    if (cleared.has(line)) continue
    const hit = findForecast(line)
    if (hit) add('forecast', hit[0])
    else cleared.add(line)
  }
  for (const pattern of BLAME) {
    const hit = pattern.exec(packed)
    if (hit) add('blame', hit[0])
  }
  // Holes are looked for in the text as it stands: NFKC would turn ○ and ＿ into something else.
  const asWritten = text.slice(0, LONGEST).replace(/https?:\/\/[\x21-\x7e]{1,300}/g, ' ')
  for (const pattern of HOLES) {
    const hit = pattern.exec(asWritten)
    if (hit) add('hole', hit[0])
  }
  findContradictions(official, add)
  return findings
}

function findForecast(line: string): RegExpExecArray | null {
  for (const pattern of FORECASTS) {
    const hit = pattern.exec(line)
    if (hit) return hit
  }
  return null
}

/** Sentences of at most 400 characters; a longer run is cut, with an overlap wider than any pattern's reach. */
function splitSentences(text: string): string[] {
  const sentences: string[] = []
  for (const sentence of text.split(/(?<=[。；！？\n])/)) {
    for (let at = 0; at < sentence.length; at += 300) sentences.push(sentence.slice(at, at + 400))
  }
  return sentences
}

function findContradictions(text: string, add: (rule: ForbiddenRule, match: string) => void): void {
  // 距银川市54公里，距银川市52公里 stood in an official text (wording-and-rules.md §2.3).
  const seen = new Set<string>()
  for (const hit of text.matchAll(/距(?:离)?([^距，。；、：:（）\d\s]{1,30}?)约?\d{1,5}(?:\.\d{1,2})?(?:公里|千米)/g)) {
    const name = hit[1] ?? ''
    // 距离本次震中 and 震中距 name the epicentre, not a place that is listed.
    if (/震中|本次/.test(name)) continue
    if (seen.has(name)) add('duplicate-place', hit[0])
    seen.add(name)
  }
  for (const sentence of text.split(/[。！？\n]/)) {
    const radius = /(\d{1,5})(?:公里|千米)(?:范围)?(?:以内|之内|内)/.exec(sentence)
    const distance = /距(?:离)?(?:本次|此次)?震中(?:约)?(\d{1,5}(?:\.\d{1,2})?)(?:公里|千米)/.exec(sentence)
    if (radius && distance && Number(distance[1]) > Number(radius[1])) add('radius', `${radius[0]} … ${distance[0]}`)
    addBandSum(sentence, add)
  }
}

/** 共记录到余震56次，其中 4.0–4.9级2次 …: the bands must sum to the whole (wording-and-rules.md §2.4). */
function addBandSum(sentence: string, add: (rule: ForbiddenRule, match: string) => void): void {
  const whole = /(?:余震|地震)(?:总数)?共?(?:计)?(\d{1,6})次[，：]?其中(.{1,300})/.exec(sentence)
  if (!whole) return
  const bands = [
    ...(whole[2] ?? '').matchAll(/\d\.\d[^，。；、\d]{0,4}(?:\d\.\d)?级?(?:以下|以上|及以上|地震|余震)*(\d{1,6})次/g),
  ]
  if (bands.length < 2) return
  const sum = bands.reduce((total, band) => total + Number(band[1]), 0)
  if (sum !== Number(whole[1])) add('sum', `${whole[1]} ≠ ${sum}`)
}
