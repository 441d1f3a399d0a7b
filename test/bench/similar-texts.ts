// In: a seed. Out: rumours as people send them: what is told, where, with which figures, in which of its wordings, and how it was
// spoilt on the way. The same seed gives the same texts. Must not hold a message of the labelled samples: these words are the bench's own.
import simplified from '../../src/core/data/simplified.json' with { type: 'json' }
import { NATIONAL_COUNTIES } from '../../src/core/places/county.ts'
import { WORDINGS } from './similar-wordings.ts'

export interface MadeText {
  claim: number
  text: string
}

export interface MadeQuestion {
  text: string
  /** paraphrase: in a wording that none of the right texts has; copy: in that of one of them, spoilt anew. */
  kind: 'paraphrase' | 'copy'
  /** Places in the list of all texts that hold the same claim. */
  right: ReadonlySet<number>
}

type Chance = () => number

/** Mulberry32: 0 to below 1. */
export function openChance(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function pick<T>(chance: Chance, list: readonly T[]): T {
  const one = list[Math.floor(chance() * list.length)]
  if (one === undefined) throw new Error('nothing to choose from')
  return one
}

const DAYS = ['今晚', '明天', '明晚', '后天', '本周五', '周六', '周日', '下周一', '下周三']
const HOURS = ['凌晨1点', '凌晨2点半', '凌晨4点', '上午9点', '中午12点', '下午3点', '下午5点半', '晚上8点', '晚上11点']
const MAGNITUDES = ['5', '5.5', '6', '6.3', '6.8', '7', '7.4', '8', '8.2']
const COUNTS = ['6', '9', '13', '21', '36', '58', '74', '110', '260', '1500']
const TOWNS = NATIONAL_COUNTIES.filter(({ name }) => name.length <= 6)

interface MadeClaim {
  wordings: readonly string[]
  facts: Readonly<Record<string, string>>
  /** The wording in which it is asked for and never stands among the texts. */
  held: number
}

function makeClaim(chance: Chance): MadeClaim {
  const wordings = pick(chance, WORDINGS)
  const town = pick(chance, TOWNS)
  const facts = {
    地: chance() < 0.3 && town.prefecture !== null ? `${town.prefecture.short}${town.name}` : town.name,
    级: pick(chance, MAGNITUDES),
    日: pick(chance, DAYS),
    时: pick(chance, HOURS),
    数: pick(chance, COUNTS),
  }
  return { wordings, facts, held: Math.floor(chance() * wordings.length) }
}

const fill = ({ wordings, facts }: MadeClaim, wording: number): string =>
  (wordings[wording] ?? '').replace(/\{(.)\}/gu, (_, name: string) => facts[name] ?? '')

/** Of each simplified character a traditional one, where the table knows one. */
const TRADITIONAL = new Map(
  simplified
    .flatMap((line) => line.match(/../gsu) ?? [])
    .map((pair): [string, string] => [pair[1] ?? '', pair[0] ?? '']),
)
const NUMERALS = '零一二三四五六七八九'
const HEADS = ['【紧急】', '转发：', '重要消息！', '群里刚发的：', '朋友圈看到的，', '刚听人说，']
const TAILS = ['，赶紧告诉家里人', '，看到的都转一下', '！！！', '，宁可信其有', '，别不当回事', '，转给身边的朋友']
const MARKS = ['😱', '🙏', '‼️', '😭', '📢', '🔥']
/** What phonetic input makes of a word. */
const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/地震/u, '帝震'],
  [/余震/u, '余阵'],
  [/(?<=\d)级/u, '及'],
  [/地震/u, '地zhen'],
]

/** Ways in which a message changes while it goes round; each is a real one (rumours.md §10). */
const SPOILS: readonly ((text: string, chance: Chance) => string)[] = [
  (text) => text.replace(/[!-~]/gu, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)),
  (text, chance) => Array.from(text, (sign) => (chance() < 0.7 ? (TRADITIONAL.get(sign) ?? sign) : sign)).join(''),
  (text, chance) =>
    text.replace(/[，！。]/gu, (mark) => (chance() < 0.5 ? pick(chance, MARKS) + mark : mark)) + pick(chance, MARKS),
  (text, chance) => text.replace(...pick(chance, SLIPS)),
  (text) => text.replace(/(?<![\d.])\d(?=级)/gu, (digit) => NUMERALS[Number(digit)] ?? digit),
  // Clauses in another order.
  (text, chance) => {
    const clauses = text.split('，')
    const at = Math.floor(chance() * clauses.length)
    return [...clauses.slice(at), ...clauses.slice(0, at)].join('，')
  },
  (text, chance) => pick(chance, HEADS) + text,
  (text, chance) => text + pick(chance, TAILS),
  (text) => Array.from(text).join(' '),
]
/** Spaces between all characters are rare and would make every other spoil unseen. */
const MOST_SPOILS = 3

function spoil(text: string, chance: Chance): string {
  let spoilt = text
  const many = Math.floor(chance() * (MOST_SPOILS + 1))
  for (let turn = 0; turn < many; turn += 1) {
    const way = pick(chance, SPOILS)
    if (way !== SPOILS.at(-1) || chance() < 0.2) spoilt = way(spoilt, chance)
  }
  return spoilt
}

/** So many texts of two fifths as many claims, and questions about them: paraphrases and copies by turns. */
export function makeTexts(
  many: number,
  questions: number,
  seed: number,
): { texts: MadeText[]; questions: MadeQuestion[] } {
  const chance = openChance(seed)
  const claims: MadeClaim[] = []
  const texts: MadeText[] = []
  const places: number[][] = []
  const wordingsOf = new Map<number, number[]>()
  while (texts.length < many) {
    const claim = makeClaim(chance)
    const own: number[] = []
    for (let left = 1 + Math.floor(chance() * 4); left > 0 && texts.length < many; left -= 1) {
      const others = claim.wordings.length - 1
      const wording = (claim.held + 1 + Math.floor(chance() * others)) % claim.wordings.length
      own.push(texts.length)
      wordingsOf.set(claims.length, [...(wordingsOf.get(claims.length) ?? []), wording])
      texts.push({ claim: claims.length, text: spoil(fill(claim, wording), chance) })
    }
    claims.push(claim)
    places.push(own)
  }
  const asked = Array.from({ length: questions }, (_, turn): MadeQuestion => {
    const at = Math.floor(chance() * claims.length)
    const claim = claims[at]
    if (!claim) throw new Error('no claim')
    const kind = turn % 2 === 0 ? 'paraphrase' : 'copy'
    const wording = kind === 'paraphrase' ? claim.held : pick(chance, wordingsOf.get(at) ?? [claim.held])
    return { text: spoil(fill(claim, wording), chance), kind, right: new Set(places[at]) }
  })
  return { texts, questions: asked }
}
