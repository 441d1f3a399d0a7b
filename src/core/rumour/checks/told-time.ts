// In: the plain spelling of a message, when it was heard. Out: when the quake of which it speaks was, or is to be, as spans of time.
// Must not guess one of several: 6时11分 without a part of the day is morning and evening, and both are looked up.
import { BEIJING_OFFSET, DAY, HOUR, MINUTE, parseWallTime, type Instant } from '../../instant.ts'
import { findClockTimes, findDates, findDays, findDurations } from '../figures.ts'

export interface TimeSpan {
  from: Instant
  to: Instant
}

/** now: 刚刚; open: nothing was said, a day back from when it was heard. */
export type Exactness = 'minute' | 'hour' | 'now' | 'day' | 'open'

export interface ToldTime {
  /** At least one, in no order. */
  spans: readonly TimeSpan[]
  exact: Exactness
}

/** People's clocks are not ours: a time some minutes ahead of ours is past. */
const AHEAD_MS = 10 * MINUTE
/** How long after a shock people still say 刚才. */
const JUST_NOW_MS = 30 * MINUTE
const JUST_NOW = /刚刚|刚才|刚(?!果|性|烈|好|察|毅)|就在刚|正在[晃震摇]|此刻/u
const DATED = /(?:(\d{4})年)?(\d{1,2})月(?:份)?(\d{1,2})日(?!内|后|之内|以内)/gu
const MOST_DAYS = 6

/** Beijing midnight at the beginning of an instant's day. */
export const midnightOf = (at: Instant): Instant => Math.floor((at + BEIJING_OFFSET) / DAY) * DAY - BEIJING_OFFSET

const dayOf = (year: number, month: number, day: number): Instant | null =>
  parseWallTime(`${year}-${month}-${day} 00:00`, BEIJING_OFFSET)

/** A date without a year is the nearest that lies in the direction of which is spoken. */
function placeDate(month: number, day: number, at: Instant, isFuture: boolean): Instant[] {
  const here = new Date(at + BEIJING_OFFSET)
  const year = here.getUTCFullYear()
  const today = midnightOf(at)
  const years = isFuture ? [year, year + 1] : [year, year - 1]
  const fits = (one: Instant | null): one is Instant => one !== null && (isFuture ? one >= today : one <= at + AHEAD_MS)
  if (month > 0)
    return years
      .map((one) => dayOf(one, month, day))
      .filter(fits)
      .slice(0, 1)
  const months = [0, 1, 2].map((step) => new Date(Date.UTC(year, here.getUTCMonth() + (isFuture ? step : -step), 1)))
  return months
    .map((one) => dayOf(one.getUTCFullYear(), one.getUTCMonth() + 1, day))
    .filter(fits)
    .slice(0, 1)
}

/** The weekday of a name (w6, nw6, weekend) in the week of an instant, Monday first. */
function placeWeekday(name: string, at: Instant): Instant[] {
  const monday = midnightOf(at) - ((new Date(at + BEIJING_OFFSET).getUTCDay() + 6) % 7) * DAY
  if (name === 'weekend') return [monday + 5 * DAY, monday + 6 * DAY]
  const [, next = '', number = ''] = /^(n?)w([1-7])$/.exec(name) ?? []
  return number === '' ? [] : [monday + (Number(number) - 1 + (next === '' ? 0 : 7)) * DAY]
}

/** Beijing midnights of the days that a message names; [] when it names none. */
function listDays(plain: string, at: Instant, isFuture: boolean): Instant[] {
  const today = midnightOf(at)
  const named = findDays(plain).flatMap((name) => {
    const steps: Readonly<Record<string, number>> = { today: 0, yesterday: -1, tomorrow: 1, 'after-tomorrow': 2 }
    const step = steps[name]
    return step === undefined ? placeWeekday(name, at) : [today + step * DAY]
  })
  const dated = [...plain.matchAll(DATED)].slice(0, MOST_DAYS).flatMap(([, year, month, day]) => {
    if (year === undefined) return placeDate(Number(month), Number(day), at, isFuture)
    const one = dayOf(Number(year), Number(month), Number(day))
    return one === null ? [] : [one]
  })
  const bare = findDates(plain)
    .filter((one) => one.startsWith('0-'))
    .flatMap((one) => placeDate(0, Number(one.slice(2)), at, isFuture))
  const all = [...dated, ...(dated.length > 0 ? [] : bare), ...named]
  const isInDirection = (day: Instant): boolean => (isFuture ? day >= today : day <= at + AHEAD_MS)
  return [...new Set(all.filter(isInDirection))].slice(0, MOST_DAYS)
}

/** When a quake that is told as past was. */
export function readPastTime(plain: string, at: Instant): ToldTime {
  const days = listDays(plain, at, false)
  const clocks = findClockTimes(plain)
  if (clocks.length > 0) {
    const today = midnightOf(at)
    const starts = clocks.flatMap(({ hours, minute }) =>
      hours.flatMap((hour) => {
        const into = hour * HOUR + (minute ?? 0) * MINUTE
        const last = minute === null ? HOUR : MINUTE
        if (days.length > 0) return days.map((day) => ({ from: day + into, to: day + into + last }))
        // Without a day the last such hour is meant.
        const from = today + into <= at + AHEAD_MS ? today + into : today + into - DAY
        return [{ from, to: from + last }]
      }),
    )
    const past = starts.filter(({ from }) => from <= at + AHEAD_MS)
    const exact = clocks.some(({ minute }) => minute !== null) ? 'minute' : 'hour'
    return { spans: past.length > 0 ? past : starts.slice(0, 1), exact }
  }
  if (JUST_NOW.test(plain)) return { spans: [{ from: at - JUST_NOW_MS, to: at }], exact: 'now' }
  if (days.length > 0)
    return { spans: days.map((from) => ({ from, to: Math.min(from + DAY, at + AHEAD_MS) })), exact: 'day' }
  return { spans: [{ from: at - DAY, to: at }], exact: 'open' }
}

/** The stretch in which a foretold quake is to come; null where no time is named. */
export function readFutureTime(plain: string, at: Instant): TimeSpan | null {
  const days = listDays(plain, at, true)
  const spans: TimeSpan[] = days.map((from) => ({ from: Math.max(from, at), to: from + DAY }))
  for (const [, hours] of findDurations(plain)) spans.push({ from: at, to: at + hours * HOUR })
  // 凌晨三点 without a day: the next one.
  if (days.length === 0 && findClockTimes(plain).length > 0) spans.push({ from: at, to: at + DAY })
  if (spans.length === 0) return null
  return { from: Math.min(...spans.map(({ from }) => from)), to: Math.max(...spans.map(({ to }) => to)) }
}
