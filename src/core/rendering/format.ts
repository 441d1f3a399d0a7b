// In: one value. Out: its official Chinese form (wording-and-rules.md §2.2).
// Must not invent a value: what is not a finite number in range throws UnspeakableFact.
import { roundDecimal } from '../decimal.ts'
import { beijingParts, type Instant } from '../instant.ts'

/** A fact that must not be printed: which one, and why. `render` turns it into a RenderFailure. */
export class UnspeakableFact extends Error {
  readonly fact: string
  constructor(fact: string, why: string) {
    super(`${fact}: ${why}`)
    this.name = 'UnspeakableFact'
    this.fact = fact
  }
}

/** padded: 06月03日08时05分 (CENC feed style). unpadded: 6月3日8时05分 (common since about 2023); minutes keep two digits. */
export type TimeForm = 'padded' | 'unpadded'

const two = (n: number): string => String(n).padStart(2, '0')

function wall(at: Instant, fact: string): ReturnType<typeof beijingParts> {
  // The platform's dates end at ±8.64e15 ms; beyond them every part would be NaN.
  if (!Number.isFinite(at) || Math.abs(at) > 8e15) throw new UnspeakableFact(fact, 'is no instant')
  return beijingParts(at)
}

/** 06月03日, the day on a Beijing calendar. */
export function formatDay(at: Instant, form: TimeForm, fact = 'time'): string {
  const p = wall(at, fact)
  return form === 'padded' ? `${two(p.month)}月${two(p.day)}日` : `${p.month}月${p.day}日`
}

/** 18时11分 in Beijing time. Seconds are dropped, never rounded: 23:59:59 stays in its minute and its day. */
function formatClock(at: Instant, form: TimeForm, fact = 'time'): string {
  const p = wall(at, fact)
  return `${form === 'padded' ? two(p.hour) : p.hour}时${two(p.minute)}分`
}

/** 06月03日18时11分 in Beijing time, without a year: the regulated sentence has none. */
export function formatMoment(at: Instant, form: TimeForm, fact = 'time'): string {
  return formatDay(at, form, fact) + formatClock(at, form, fact)
}

/** 2017年06月03日18时11分 in Beijing time. */
export function formatDatedMoment(at: Instant, form: TimeForm, fact = 'time'): string {
  return `${wall(at, fact).year}年${formatMoment(at, form, fact)}`
}

/** "2017年06月03日 18:11": the form that WeChat's time fields take. */
export function formatStamp(at: Instant, fact = 'time'): string {
  const p = wall(at, fact)
  return `${p.year}年${two(p.month)}月${two(p.day)}日 ${two(p.hour)}:${two(p.minute)}`
}

/** 06月03日18时00分至18时30分; the day is said again when midnight lies between, the years when New Year does. */
export function formatWindow(from: Instant, to: Instant, form: TimeForm): string {
  if (!(from <= to)) throw new UnspeakableFact('checked', 'the window ends before it begins')
  const a = wall(from, 'checked.from')
  const b = wall(to, 'checked.to')
  if (a.year !== b.year) return `${formatDatedMoment(from, form)}至${formatDatedMoment(to, form)}`
  const sameDay = a.month === b.month && a.day === b.day
  return `${formatMoment(from, form)}至${sameDay ? formatClock(to, form) : formatMoment(to, form)}`
}

/** Rounds a value that can be printed; beyond 1e15 JavaScript writes exponents, and no determination comes near that. */
function printDecimal(value: number, digits: number, fact: string): string {
  if (!Number.isFinite(value)) throw new UnspeakableFact(fact, 'is not a number')
  if (Math.abs(value) >= 1e15) throw new UnspeakableFact(fact, 'is out of range')
  return roundDecimal(value, digits)
}

/** 5.0, always one decimal (GB/T 18207: released magnitudes have one). Refuses what no earthquake can have. */
export function formatMagnitude(magnitude: number, fact = 'magnitude'): string {
  if (!(magnitude >= -5 && magnitude <= 10)) throw new UnspeakableFact(fact, 'is outside −5 … 10')
  return printDecimal(magnitude, 1, fact)
}

/** 北纬37.98度，东经103.59度; the equator counts as north, Greenwich as east. */
export function formatPosition(latitude: number, longitude: number): string {
  if (!(Math.abs(latitude) <= 90)) throw new UnspeakableFact('latitude', 'is outside −90 … 90')
  if (!(Math.abs(longitude) <= 180)) throw new UnspeakableFact('longitude', 'is outside −180 … 180')
  const side = (value: number, plus: string, minus: string, fact: string): string => {
    const text = printDecimal(value, 2, fact)
    return text.startsWith('-') ? `${minus}${text.slice(1)}度` : `${plus}${text}度`
  }
  return `${side(latitude, '北纬', '南纬', 'latitude')}，${side(longitude, '东经', '西经', 'longitude')}`
}

/**
 * 10千米, or '' where nothing may be said: unknown depth, a value above the surface, and 0 for a natural quake
 * (中震测发〔2008〕137号 art 5: a natural quake's depth is neither 0 nor empty; 0千米 is the mark of 塌陷 and 爆破).
 * @param zeroAllowed true for non-natural kinds
 */
export function formatDepth(depthKm: number | null, zeroAllowed: boolean): string {
  if (depthKm === null) return ''
  if (!(Math.abs(depthKm) <= 1000)) throw new UnspeakableFact('depth', 'is outside 0 … 1000 km')
  const text = printDecimal(depthKm, 0, 'depth')
  if (text.startsWith('-') || (text === '0' && !zeroAllowed)) return ''
  return `${text}千米`
}

/** 240, whole kilometres of a distance along the ground. */
export function formatKilometres(distanceKm: number, fact = 'distance'): string {
  if (!(distanceKm >= 0 && distanceKm <= 20_100)) throw new UnspeakableFact(fact, 'is outside 0 … 20,100 km')
  return printDecimal(distanceKm, 0, fact)
}
