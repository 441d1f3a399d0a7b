// In: the plain spelling of a message. Out: what it counts beside people, magnitudes and times: 5公里, 7栋, 三十多具.
// Must not weigh one count against another thing's: only what is counted alike is compared.
import type { Span } from './figures.ts'

/** How many of what; units that count the same have one name. */
export interface Quantity {
  unit: string
  span: Span
}

const ALIKE: Readonly<Record<string, string>> = { 公里: '千米', 幢: '栋', 座: '栋', 间: '户', 块: '元', 口: '井' }
const UNITS =
  '公里|千米|厘米|毫米|米|里|度|具|栋|幢|座|间|户|家|所|处|条|头|只|辆|架|艘|台|层|吨|公斤|斤|元|块|车|批|倍|口|根|亩|分钟|例|起|枚|颗|箱|桶|袋|瓶'
/** Any other thing counted goes by its first character, but for times, magnitudes and people, which are slots of their own. */
const OTHER = '(?![级时分日月年天周星礼小秒点人名位死伤遇失多余来几万千百以之])\\p{Script=Han}'
const COUNTED = new RegExp(`(\\d{1,8}(?:\\.\\d{1,4})?)([多余来几])?(万|千|百)?([多余])?(${UNITS}|${OTHER})`, 'gu')
const TIMES: Readonly<Record<string, number>> = { 万: 10_000, 千: 1_000, 百: 100 }
/** Bounds what a message full of figures can cost. */
const MOST = 20

/** What is counted; 30多 is 30 to 39. One alone is a figure of speech more often than a count. */
export function findQuantities(plain: string): Quantity[] {
  return [...plain.matchAll(COUNTED)].slice(0, MOST).flatMap(([, digits, more, times = '', after, unit = '']) => {
    const value = Number(digits) * (TIMES[times] ?? 1)
    const step = 10 ** Math.max(0, String(Math.trunc(value)).length - 1)
    const isOpen = Boolean(more) || Boolean(after)
    const span: Span = [value, isOpen ? value + Math.max(step, 10) - 1 : value]
    return value === 1 ? [] : [{ unit: ALIKE[unit] ?? unit, span }]
  })
}
