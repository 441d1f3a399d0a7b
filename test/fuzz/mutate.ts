// In: a sound payload, dice, other payloads. Out: the same payload damaged, as bytes.
// Must not know what a parser makes of it; damage is by bytes, tokens and shape, never by meaning.
import type { FeedFormat } from '../../src/feeds/index.ts'
import { NUMBERS, TEXTS, UNICODE } from './nasty.ts'
import type { Dice } from './random.ts'
import { diceFor } from './random.ts'
import { pickSeed, type Seeds } from './seeds.ts'

/** No damaged payload grows beyond this many characters; the size limits have tests of their own. */
const LONGEST = 3_000_000

type Damage = (text: string, dice: Dice, seeds: Seeds) => string

/** The payload of that number: always the same for the same seed, format, number and payload folders. */
export function damagedPayload(seed: number, format: FeedFormat, index: number, seeds: Seeds): Buffer {
  const dice = diceFor(seed, format, index)
  const sound = pickSeed(dice, seeds, format)
  const times = 1 + dice.below(dice.pick([1, 2, 4, 8]))
  let bytes = sound.bytes
  if (sound.text !== null && !dice.oneIn(8)) {
    const rough = dice.oneIn(3)
    let text = sound.text
    for (let i = 0; i < times && text.length < LONGEST; i += 1) text = chooseDamage(dice, rough)(text, dice, seeds)
    bytes = Buffer.from(text.slice(0, LONGEST), 'utf8')
    if (!dice.oneIn(12)) return bytes
  }
  let damaged: Buffer = Buffer.from(bytes)
  for (let i = 0; i < times; i += 1) damaged = damageBytes(damaged, dice)
  return damaged
}

/** Damage that a reader of the format still has to understand: the tokens change, the shape mostly stays. */
const GENTLE: readonly Damage[] = [
  replaceNumber,
  replaceNumber,
  replaceNumber,
  replaceText,
  replaceText,
  spliceToken,
  duplicateKey,
  renameKey,
  changeType,
]
/** Damage that breaks the shape more often than not. */
const ROUGH: readonly Damage[] = [spliceSlice, insertUnicode, cutOut, repeatSlice, ...GENTLE]
const SELDOM: readonly Damage[] = [nestDeep, repeatRows, truncate, replaceAllNumbers]

function chooseDamage(dice: Dice, rough: boolean): Damage {
  if (dice.oneIn(60)) return dice.pick(SELDOM)
  return dice.pick(rough ? ROUGH : GENTLE)
}

/** The first match at or after a random place, else from the start; null when there is none. */
function findToken(text: string, pattern: RegExp, dice: Dice): { at: number; token: string } | null {
  for (const from of [dice.below(text.length), 0]) {
    pattern.lastIndex = from
    const match = pattern.exec(text)
    if (match) return { at: match.index, token: match[0] }
  }
  return null
}

function replaceAt(text: string, at: number, length: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + length)
}

const NUMBER = /-?\d{1,40}(?:\.\d{1,40})?/g
const QUOTED = /(?<=[[{:,]\s{0,2})"[^"\\]{0,200}"(?=\s{0,2}[\]},:])|(?<=>)[^<>]{1,200}(?=<)|(?<=\|)[^|\n]{0,100}(?=\|)/g
const JSON_VALUE = /(?<=[:[,]\s{0,2})(?:"[^"\\]{0,200}"|-?\d[\d.eE+-]{0,40}|true|false|null)(?=\s{0,2}[,}\]])/g
const KEY =
  /(?<=[{,]\s{0,2})"[A-Za-z_]{1,40}"\s{0,2}:\s{0,2}(?:"[^"\\]{0,200}"|-?\d[\d.]{0,40}|true|false|null)(?=\s{0,2}[,}])/g
const ELEMENT = /<([A-Za-z:]{1,40})[^<>]{0,200}>[^<>]{0,200}<\/\1>/g

function wildNumber(token: string, dice: Dice): string {
  switch (dice.below(8)) {
    case 0:
      return token.startsWith('-') ? token.slice(1) : `-${token}`
    case 1:
      return `${token}e${dice.pick(['3', '-3', '9', '400', '-400', '+1', ''])}`
    case 2:
      return token.replace('.', '')
    case 3:
      return String(Number(token) + dice.pick([1, -1, 0.1, 180, 360, 1000, 28_800_000, 1e-7]))
    case 4:
      return `${dice.below(200) - 100}.${dice.below(1_000)}`
    case 5:
      return token.replace(/\d/, String(dice.below(10)))
    default:
      return dice.pick(NUMBERS)
  }
}

function replaceNumber(text: string, dice: Dice): string {
  const found = findToken(text, NUMBER, dice)
  if (!found) return text
  const wild = wildNumber(found.token, dice)
  // What JSON cannot write as a number goes in as text, mostly: else nothing but JSON.parse would see it.
  const bare = /[:[,]\s{0,2}$/.test(text.slice(Math.max(found.at - 3, 0), found.at))
  const legal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/.test(wild)
  return replaceAt(text, found.at, found.token.length, bare && !legal && !dice.oneIn(5) ? `"${wild}"` : wild)
}

function replaceAllNumbers(text: string, dice: Dice): string {
  const one = dice.pick(NUMBERS)
  return text.length > 50_000 ? text : text.replaceAll(NUMBER, (token) => (dice.oneIn(3) ? one : token))
}

function replaceText(text: string, dice: Dice): string {
  const found = findToken(text, QUOTED, dice)
  if (!found) return text
  const inner = dice.pick(TEXTS)
  return replaceAt(text, found.at, found.token.length, found.token.startsWith('"') ? JSON.stringify(inner) : inner)
}

/** A value of one payload in the place of a value of another. */
function spliceToken(text: string, dice: Dice, seeds: Seeds): string {
  const donor = pickSeed(dice, seeds, dice.pick(Object.keys(seeds) as FeedFormat[])).text ?? ''
  const pattern = dice.pick([NUMBER, QUOTED, JSON_VALUE, ELEMENT, KEY])
  const taken = findToken(donor, pattern, dice)
  const found = findToken(text, pattern, dice)
  return taken && found ? replaceAt(text, found.at, found.token.length, taken.token) : text
}

function spliceSlice(text: string, dice: Dice, seeds: Seeds): string {
  const donor = pickSeed(dice, seeds, dice.pick(Object.keys(seeds) as FeedFormat[])).text ?? ''
  const from = dice.below(donor.length)
  return replaceAt(text, dice.below(text.length), 0, donor.slice(from, from + dice.below(400)))
}

function duplicateKey(text: string, dice: Dice): string {
  const found = findToken(text, dice.pick([KEY, ELEMENT]), dice)
  if (!found) return text
  const copy = found.token.replace(NUMBER, (token) => wildNumber(token, dice))
  return replaceAt(text, found.at, 0, found.token.startsWith('<') ? copy : `${copy},`)
}

function renameKey(text: string, dice: Dice): string {
  const name = dice.pick(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__pro\\u0074o__', ''])
  const found = findToken(text, /"[A-Za-z_]{1,40}"(?=\s{0,2}:)|(?<=<\/?)[A-Za-z:]{2,40}/g, dice)
  return found
    ? replaceAt(text, found.at, found.token.length, found.token.startsWith('"') ? `"${name}"` : name || 'a')
    : text
}

/** A value of another JSON type; a list or an object where a leaf was. */
function changeType(text: string, dice: Dice): string {
  const found = findToken(text, JSON_VALUE, dice)
  if (!found) return text
  const { token } = found
  const other = [token.startsWith('"') ? token.slice(1, -1) : `"${token}"`, 'null', 'true', '[]', '{}', `[${token}]`]
  const hostile = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`
  return replaceAt(text, found.at, token.length, dice.pick([...other, `{"a":${token}}`, hostile]))
}

function insertUnicode(text: string, dice: Dice): string {
  return replaceAt(text, dice.below(text.length + 1), 0, dice.pick(UNICODE))
}

function cutOut(text: string, dice: Dice): string {
  return replaceAt(text, dice.below(text.length), 1 + dice.below(dice.pick([3, 30, 300])), '')
}

function repeatSlice(text: string, dice: Dice): string {
  const at = dice.below(text.length)
  const slice = text.slice(at, at + 1 + dice.below(60))
  return replaceAt(text, at, 0, slice.repeat(1 + dice.below(20)))
}

function nestDeep(text: string, dice: Dice): string {
  const found = findToken(text, dice.pick([JSON_VALUE, /(?<=>)[^<>]{1,200}(?=<)/g]), dice)
  const levels = dice.pick([3, 20, 63, 65, 500, 20_000, 100_000])
  const [open, close] = dice.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['<a>', '</a>'],
    ['<a xmlns:b="urn:b">', '</a>'],
    ['({', '})'],
  ] as const)
  const ends = dice.oneIn(3) ? '' : close.repeat(levels)
  const at = found?.at ?? dice.below(text.length)
  return replaceAt(text, at, found?.token.length ?? 0, open.repeat(levels) + ends)
}

/** A row, or anything between two brackets, thousands of times. */
function repeatRows(text: string, dice: Dice): string {
  const found = findToken(
    text,
    /\{[^{}]{10,2000}\}|<([A-Za-z]{3,20})>[^]{10,2000}?<\/\1>|\n[^\n|]{1,80}\|[^\n]{10,300}/g,
    dice,
  )
  if (!found) return text
  const joint = found.token.startsWith('{') ? ',' : ''
  const times = Math.min(dice.pick([30, 300, 3_000, 21_000]), Math.floor(1_500_000 / found.token.length))
  return replaceAt(text, found.at, 0, (found.token + joint).repeat(Math.max(times, 1)))
}

function truncate(text: string, dice: Dice): string {
  return text.slice(0, dice.below(text.length + 1))
}

/** Sequences that are no UTF-8: overlong, a lone continuation, a surrogate, beyond U+10FFFF; marks of other encodings. */
const BROKEN: readonly (readonly number[])[] = [
  [0xc0, 0x80],
  [0x80],
  [0xed, 0xa0, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xe9, 0x87],
  [0xff, 0xfe],
  [0xfe, 0xff],
  [0xef, 0xbb, 0xbf],
  [0x00],
  [0x1b, 0x24, 0x42],
]

function damageBytes(bytes: Buffer, dice: Dice): Buffer {
  const at = dice.below(bytes.length)
  switch (dice.below(6)) {
    case 0:
    case 1: {
      const flipped = Buffer.from(bytes)
      if (flipped.length > 0) flipped[at] = (flipped[at] ?? 0) ^ (1 << dice.below(8))
      return flipped
    }
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(dice.pick(BROKEN)), bytes.subarray(at)])
    case 3:
      return bytes.subarray(0, at)
    case 4:
      return Buffer.concat([Buffer.from(dice.pick(BROKEN)), bytes])
    default:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(8))])
  }
}
