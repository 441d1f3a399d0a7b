// In: the plain spelling of a message. Out: its numbers by what they count, its days and its hours.
// Must not resolve 明天 by a calendar: when a message was written is not known from its text.

/** A stretch of values that a figure may mean, both ends included: 8级 is [8, 8], 百余人 [100, 199]. */
export type Span = readonly [low: number, high: number]

const RANGE = '(\\d+(?:\\.\\d+)?)(?:级)?(?:-(\\d+(?:\\.\\d+)?))?'
const MAGNITUDE = new RegExp(`${RANGE}级(?!别|警|响应|医|(?:左右|以上|上下|阵)?的?(?:强|大|阵|台)?风)`, 'gu')
/** 震了5.5, without its unit. */
const BARE_MAGNITUDE = /(?:震了?|发生了?|震级|达到?|最大)(\d\.\d)(?![\d级年月日时分度米%-])/gu
const PEOPLE =
  /(\d+)([多余来几]?)(万|千|百|十)?([多余]?)(?:个|名|位|口)?(?:\p{Script=Han}{0,2}人(?!民|员?伤亡报)|名|位|工人|矿工|村民|居民|群众|学生|师生|老师|孩子|小孩|老人|病人|患者|乘客|游客|战士|员工|死|遇难|失踪|伤)/gu
const VAGUE =
  /(十几|几十|数十|几百|数百|上百|百余|上千|几千|数千|千余|上万|几万|数万|万余)(?:多)?(?:个|名|位|口)?(?:人|名|工人|矿工|村民|居民|群众|学生|师生|老师|孩子|小孩|老人|病人|患者|乘客|游客|战士|员工)/gu
const VAGUE_SPANS: Readonly<Record<string, Span>> = {
  十几: [11, 19],
  几十: [20, 99],
  数十: [20, 99],
  几百: [200, 999],
  数百: [200, 999],
  上百: [100, 999],
  百余: [100, 199],
  上千: [1_000, 9_999],
  几千: [2_000, 9_999],
  数千: [2_000, 9_999],
  千余: [1_000, 1_999],
  上万: [10_000, 99_999],
  几万: [20_000, 99_999],
  数万: [20_000, 99_999],
  万余: [10_000, 19_999],
}
const TIMES: Readonly<Record<string, number>> = { 万: 10_000, 千: 1_000, 百: 100, 十: 10 }
/** Bounds what a message full of figures can cost. */
const MOST = 20

/** Magnitudes; 7.3-8.0级 gives both ends as one span. 8级大风 is wind. */
export function findMagnitudes(plain: string): Span[] {
  return [...plain.matchAll(MAGNITUDE), ...plain.matchAll(BARE_MAGNITUDE)]
    .slice(0, MOST)
    .flatMap(([, low, high]): Span[] => {
      const [from, to] = [Number(low), Number(high ?? low)]
      return from > 12 || to > 12 ? [] : [[Math.min(from, to), Math.max(from, to)]]
    })
}

/** People counted; one person is a figure of speech more often than a count. */
export function findCounts(plain: string): Span[] {
  const told = [...plain.matchAll(PEOPLE)].slice(0, MOST).flatMap(([, digits, more, times = '', moreAfter]): Span[] => {
    const value = Number(digits) * (TIMES[times] ?? 1)
    const step = 10 ** Math.max(0, String(value).length - 1)
    const isOpen = Boolean(more) || Boolean(moreAfter)
    return value > 1 && value < 1e8 ? [[value, isOpen ? value + Math.max(step, 10) - 1 : value]] : []
  })
  const vague = [...plain.matchAll(VAGUE)].slice(0, MOST).flatMap(([, word = '']) => {
    const span = VAGUE_SPANS[word]
    return span ? [span] : []
  })
  return [...told, ...vague]
}

const HOURS_OF: Readonly<Record<string, number>> = {
  小时: 1,
  天: 24,
  日: 24,
  周: 168,
  星期: 168,
  礼拜: 168,
  月: 720,
  年: 8_640,
}

/** Spans of time in hours: 三天内 and 72小时 are the same. */
export function findDurations(plain: string): Span[] {
  return (
    [...plain.matchAll(/(?<![\d.])(\d{1,4}|半)个?(小时|天|日(?=内|之内|以内)|周|星期|礼拜|(?<=个)月|年)/gu)]
      .slice(0, MOST)
      // 2017年 and 98年 are years, no spans.
      .filter(
        ([, digits = '', unit]) =>
          unit !== '年' || digits === '半' || (Number(digits) <= 50 && !digits.startsWith('0')),
      )
      .map(([, digits, unit = '']) => (digits === '半' ? 0.5 : Number(digits)) * (HOURS_OF[unit] ?? 1))
      .map((hours) => [hours, hours])
  )
}

const PUBLISHED = /^(?:\d{1,2}分)?(?:许|左右)?(?:发布|消息|通报|报道|讯|电|更新|从|接|公布|播报)/u
const CLOCK =
  /(凌晨|清晨|早晨|早上|上午|中午|下午|午后|傍晚|晚上|晚间|今晚|明晚|昨晚|今夜|夜里|半夜|深夜|午夜)?(?:的|大概|大约|约|差不多)?(\d{1,2})(?:时(?!间|候)|:(?=\d{2}))(半|(\d{1,2})分?)?/gu

/** An hour of the day, 0 to 23, as all it may mean (3点 without a part of the day is 3 or 15), and its minute when told. */
export interface ClockTime {
  hours: readonly number[]
  minute: number | null
}

function listHours(hour: number, part: string): number[] {
  if (hour > 24) return []
  if (/凌晨|清晨|早|上午/u.test(part)) return [hour % 24]
  if (/下午|午后|傍晚/u.test(part)) return [hour < 12 ? hour + 12 : hour]
  if (/晚|夜/u.test(part) && hour === 12) return [0]
  if (/晚|夜/u.test(part)) return hour >= 5 && hour < 12 ? [hour + 12] : [hour % 24]
  if (part === '中午') return [hour < 11 ? hour + 12 : hour]
  return hour > 0 && hour < 12 ? [hour, hour + 12] : [hour % 24]
}

/** Hours named, without the one at which the message says that it was published. */
export function findClockTimes(plain: string): ClockTime[] {
  return [...plain.matchAll(CLOCK)].slice(0, MOST).flatMap((match): ClockTime[] => {
    const [whole, part = '', hour = '', half, minute] = match
    if (PUBLISHED.test(plain.slice(match.index + whole.length))) return []
    const hours = listHours(Number(hour), part)
    const told = half === '半' ? 30 : minute === undefined ? null : Number(minute)
    return hours.length === 0 ? [] : [{ hours, minute: told }]
  })
}

const DAYS: readonly (readonly [string, RegExp])[] = [
  ['today', /今[天日晚夜早晨儿]|当晚/u],
  ['tomorrow', /明[天日晚早晨儿](?!显)/u],
  ['after-tomorrow', /后[天日晚](?!性)/u],
  ['yesterday', /昨[天日晚夜早]/u],
  ['this-week', /(?:这|本)个?(?:周|星期|礼拜)(?![一二三四五六日天末\d])/u],
  ['next-week', /下个?(?:周|星期|礼拜)(?![一二三四五六日天末\d])/u],
  ['this-month', /(?:本|这个?)月|月底|月内/u],
  ['next-month', /下个?月/u],
  ['this-year', /今年|本年/u],
  ['next-year', /明年/u],
  ['last-year', /去年/u],
]
const WEEK = '一二三四五六日'

/** Days named by words (today, w6 this Saturday, nw6 the next), without calendar. */
export function findDays(plain: string): string[] {
  const text = plain.replaceAll('大后天', '')
  const days = DAYS.flatMap(([day, pattern]) => (pattern.test(text) ? [day] : []))
  const named = [
    ...plain.matchAll(/(下下?个?)?(?:本|这)?个?(?:周|星期|礼拜)([一二三四五六日天1-7])(?![年天岁月内期])/gu),
  ].slice(0, MOST)
  for (const [, next = '', word = ''] of named) {
    const number = word === '天' ? 7 : /\d/u.test(word) ? Number(word) : WEEK.indexOf(word) + 1
    days.push(`${next ? 'n' : ''}w${number}`)
  }
  if (days.length === 0 && /周末/u.test(plain)) days.push('weekend')
  return [...new Set(days)]
}

/** Dates as month-day (6-16), a day alone as 0-16. */
export function findDates(plain: string): string[] {
  const found = [...plain.matchAll(/(?:(\d{1,2})月(?:份)?)?(\d{1,2})日(?!内|后|之内|以内|元|游)/gu)].slice(0, MOST)
  return [...new Set(found.map(([, month, day]) => `${Number(month ?? 0)}-${Number(day)}`))]
}
