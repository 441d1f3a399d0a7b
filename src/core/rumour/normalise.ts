// In: a message as people send it. Out: the same in one spelling, so that two copies of it look alike.
// Must not drop a fact: numbers, places and denials stay; what was said is kept elsewhere, this text is only compared.
import simplified from '../data/simplified.json' with { type: 'json' }
import { NUMERALS, readNumeral } from './numerals.ts'

/** Characters of a message that are read; longer ones are compared by their beginning (a bound on every pattern below). */
export const LONGEST_MESSAGE = 2_000

// OpenCC's table of characters, without those that stand in names of places (乾县); see NOTICE.
/** By the code of a character of the first plane, where all of them stand, that of the simplified one; 0 for all others. */
const SIMPLE = new Uint16Array(0x10000)
for (const pair of simplified.flatMap((line) => line.match(/../gsu) ?? []))
  SIMPLE[pair.charCodeAt(0)] = pair.charCodeAt(1)

/** Each traditional character by its simplified one; characters only, no words. */
export function simplify(text: string): string {
  let out = ''
  let from = 0
  for (let at = 0; at < text.length; at += 1) {
    const simple = SIMPLE[text.charCodeAt(at)] ?? 0
    if (simple === 0) continue
    out += text.slice(from, at) + String.fromCharCode(simple)
    from = at + 1
  }
  return out + text.slice(from)
}

// What text recognition and phonetic input make of the words of this field; each only beside a word that proves it.
const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/晩/gu, '晚'],
  [/(?<=\d个?小?)[吋時](?!间)/gu, '时'],
  [/(?<=[地余强大主前小])(?:zhen|zheng?n)/gu, '震'],
  [/di\s?zhen/gu, '地震'],
  [/yu\s?zhen/gu, '余震'],
  [/(?<=[大小强有次会级])(?:帝|弟|低)震/gu, '地震'],
  [/(?:帝|弟)震/gu, '地震'],
  [
    /地(?:晨|镇|振|阵|辰|震震)(?=[局了啊吗吧的前后级时来，。！!、,]|$|发|预|警|云|台|监|影|现|速|快|灾|动|专|死|已|造|波|等)/gu,
    '地震',
  ],
  [/(?<=[大强次有的级])地(?:晨|振|辰|镇)/gu, '地震'],
  [/(?<=[主前])(?:晨|振|辰)/gu, '震'],
  [/余(?:晨|镇|振|辰|阵)/gu, '余震'],
  [/(?<=初预测|预测|预计)[晨镇振辰](?=[点中级])/gu, '震'],
  [/钟头/gu, '小时'],
  [/b(?=级)/gu, '8'],
  [/(?<=\d)[及极集急吉](?=大|地|以|强|余|左|有|的|$|[，,。！!])/gu, '级'],
  [/(?<=\d)[oO](?=[\d级])/gu, '0'],
  [/(?<=\d)[lI|](?=[\d级])/gu, '1'],
]

const UNITS =
  '级|人|名|位|口|死|伤|个月|个小时|个星期|个礼拜|个半|个人|个|天|日|号|周年|周|星期|礼拜|月|时|小时|点|分|刻|秒|公里|千米|厘米|米|里|度|只|条|头|栋|幢|层|座|所|处|间|户|家|次|年|万|亿|元|块|吨|斤|公斤|具|辆|架|艘|台|倍|亩|例|起|枚|颗|箱|桶|袋|瓶|余|多|来'
/** Behind a figure such a sign is part of the unit: 10千米. */
const WRITTEN = new RegExp(
  `(?<![周期拜第\\d${NUMERALS}])([${NUMERALS}]{1,10})(?=(?:点[${NUMERALS}]{1,2})?(?:${UNITS}))`,
  'gu',
)
/** 7点5级 is 7.5, and 凌晨2点7级 is an hour and a magnitude. */
const DECIMAL = new RegExp(
  `(?<!凌晨|清晨|早晨|早上|上午|中午|下午|午后|傍晚|晚上|晚间|夜里|半夜|深夜|\\d)(\\d{1,2}|[${NUMERALS}])点([\\d${NUMERALS}])(?=级)`,
  'gu',
)
/** 五月十五: a day without its 日. */
const DAY_OF_MONTH = new RegExp(`(?<=[\\d${NUMERALS}]月)初?([${NUMERALS}]{1,3})(?![${NUMERALS}])(?!${UNITS})`, 'gu')
/** 一点也不, 有一点晃, 一下: words, not numbers. */
const NO_NUMBER = /^一$/u

function replaceNumerals(text: string): string {
  const decimals = text.replace(DECIMAL, (_, whole: string, part: string) => {
    const [a, b] = [whole, part].map((digits) => (/^\d/.test(digits) ? digits : String(readNumeral(digits) ?? digits)))
    return `${a}.${b}`
  })
  const dated = decimals.replace(DAY_OF_MONTH, (run, day: string) => {
    const value = readNumeral(day)
    return value === null ? run : `${value}日`
  })
  return dated.replace(WRITTEN, (run: string, _: string, at: number, whole: string) => {
    const next = whole.slice(at + run.length, at + run.length + 1)
    if (
      NO_NUMBER.test(run) &&
      '个次点位家里下时度起批座栋幢条辆头只间所处户层块具架艘台倍口枚颗箱桶袋瓶'.includes(next)
    ) {
      if (/^个(?:多)?(?:星期|礼拜|月|小时|钟头)/u.test(whole.slice(at + run.length))) return '1'
      const isHour =
        next === '点' && /(?:凌晨|上午|下午|晚上|早上|中午|半夜|深夜|夜里|今晚|明早)$/u.test(whole.slice(0, at))
      if (!isHour) return run
    }
    return String(readNumeral(run) ?? run)
  })
}

/** 银.川.今.晚: a mark between any two characters hides them from a filter, and from us. */
function joinSpaced(text: string): string {
  const parts = text.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '')
  const letters = parts.reduce((sum, part) => sum + part.length, 0)
  return parts.length >= 8 && letters < 1.5 * parts.length ? parts.join('') : text
}

/**
 * One spelling with its punctuation, for finding facts: NFKC, lower case, simplified, no links, no spaces, no emoji,
 * numbers before units in digits, 号 → 日, 点 → 时, the usual slips of the field put right. At most 2,000 characters.
 */
export function spellPlainly(message: string): string {
  let text = joinSpaced(
    simplify(message.slice(0, LONGEST_MESSAGE).normalize('NFKC').slice(0, LONGEST_MESSAGE).toLowerCase()),
  )
  text = text
    .replace(/https?:\/\/[\w.\-/?=&%#~+:]{1,400}/gu, '')
    .replace(/[\p{Extended_Pictographic}\p{Cf}\p{Cc}\p{Zs}\uFE0F\u20E3]/gu, (mark) => (/[\d#*]/.test(mark) ? mark : ''))
  // No fact has more digits, and every pattern that tries each of them would take their number squared.
  text = text.replace(/(\d{12})\d+/gu, '$1')
  for (const [slip, right] of SLIPS) text = text.replace(slip, right)
  return replaceNumerals(text)
    .replace(/(\d)(?:个)?(?:一|~|～|-|—|–|至|到)(?=\d)/gu, '$1-')
    .replace(/(?<=\d)号(?!楼|院|线|桥|矿|井|门|台)/gu, '日')
    .replace(/(?<=\d)点(?!名)(?:钟|整)?/gu, '时')
    .slice(0, LONGEST_MESSAGE)
}

/** What is compared character by character: letters, figures and Chinese characters of the plain spelling alone. */
export function bareText(plain: string): string {
  return plain.replace(/[^\p{L}\p{N}.-]/gu, '').replace(/(?<!\d)[.-]|[.-](?!\d)/gu, '')
}
