// In: epoch milliseconds and texts that name a time. Out: instants and Beijing-time parts.
// Must not read the clock, and never hands a zoneless string to the platform (DESIGN L9).

/** Milliseconds since 1970-01-01T00:00:00Z; may be negative (the 1905 Kangra row is). */
export type Instant = number

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Beijing time: UTC+8 all year since 1991 (GB/T 7408 zone +08:00). */
export const BEIJING_OFFSET = 8 * HOUR
/** Japan Standard Time, UTC+9, for JMA and P2P payloads. */
export const JAPAN_OFFSET = 9 * HOUR

/**
 * Reads "2017-06-03 18:11:00", "2021/02/17 23:07:57.123" or "2017-06-03T18:11:00", a wall time without a zone.
 * @param text the wall time; a trailing Z or offset is refused, because then the offset argument would be a lie
 * @param offset milliseconds the zone is ahead of UTC
 * @returns the instant, or null when the text is no such time (month 13, second 60, other shape)
 */
export function parseWallTime(text: string, offset: number): Instant | null {
  const match = /^(-?\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/.exec(
    text.trim(),
  )
  if (!match) return null
  const [, year, month, day, hour, minute, second = '0', fraction = ''] = match
  const parts = [year, month, day, hour, minute, second].map(Number) as [number, number, number, number, number, number]
  const millis = Number(fraction.padEnd(3, '0').slice(0, 3) || '0')
  const at = Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5], millis)
  const back = new Date(at)
  const same =
    back.getUTCFullYear() === parts[0] &&
    back.getUTCMonth() === parts[1] - 1 &&
    back.getUTCDate() === parts[2] &&
    back.getUTCHours() === parts[3] &&
    back.getUTCMinutes() === parts[4] &&
    back.getUTCSeconds() === parts[5]
  return same ? at - offset : null
}

/**
 * Reads an ISO 8601 time that names its zone ("…Z", "…+08:00", "…+0800"); any number of fraction digits.
 * @param zoneless what a text without a zone means, in milliseconds ahead of UTC; leave out to refuse such a text
 * @returns the instant, or null when the text is no such time
 */
export function parseZonedTime(text: string, zoneless?: number): Instant | null {
  const match = /^(.*?)(Z|[+-]\d{2}:?\d{2})?$/i.exec(text.trim())
  if (!match) return null
  const [, wall = '', zone] = match
  if (zone === undefined) return zoneless === undefined ? null : parseWallTime(wall, zoneless)
  if (/^z$/i.test(zone)) return parseWallTime(wall, 0)
  const sign = zone.startsWith('-') ? -1 : 1
  const digits = zone.replace(/\D/g, '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return parseWallTime(wall, sign * minutes * MINUTE)
}

/** The parts of an instant on a Beijing wall clock; month and day count from 1. */
export interface WallParts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

/** Beijing wall-clock parts of an instant. */
export function beijingParts(at: Instant): WallParts {
  const date = new Date(at + BEIJING_OFFSET)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

/** "2017-06-03 18:11:00" in Beijing time, for desk lists and logs. */
export function formatBeijing(at: Instant): string {
  const p = beijingParts(at)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${p.year}-${two(p.month)}-${two(p.day)} ${two(p.hour)}:${two(p.minute)}:${two(p.second)}`
}

/** "2017-06-03T18:11:00+08:00": Beijing time with its offset and without a fraction, as CAP and feeds want it. */
export function formatOffset(at: Instant): string {
  return `${formatBeijing(at).replace(' ', 'T')}+08:00`
}

/** ISO 8601 in UTC with milliseconds, for rows and APIs. */
export function formatUtc(at: Instant): string {
  return new Date(at).toISOString()
}
