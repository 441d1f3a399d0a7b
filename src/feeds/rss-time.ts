// In: the date texts of RSS and Atom. Out: instants.
// Must not guess a zone: a date without one is no date (DESIGN L9).
import { MINUTE, parseWallTime, parseZonedTime } from '../core/instant.ts'
import type { Instant } from '../core/instant.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** The named zones of RFC 822 §5.1 in minutes ahead of UTC. Military letters are left out: RFC 1123 found them used wrongly. */
const ZONES = new Map([
  ['gmt', 0],
  ['ut', 0],
  ['utc', 0],
  ['z', 0],
  ['est', -300],
  ['edt', -240],
  ['cst', -360],
  ['cdt', -300],
  ['mst', -420],
  ['mdt', -360],
  ['pst', -480],
  ['pdt', -420],
])

/**
 * Reads "Wed, 19 Apr 2023 00:22:10 GMT", "7 Oct 2018 19:52 -0200" (RFC 822/1123) or "2018-12-09T07:45:00+00:00" (RFC 3339).
 * Two-digit years are refused: 1925 became 2025 once in a live catalogue (feeds.md §4).
 * @returns null for anything else, and for a date without a zone
 */
export function parseFeedTime(text: string): Instant | null {
  const trimmed = text.trim().slice(0, 60)
  const match =
    /^(?:[a-z]{3,9},? )?(\d{1,2}) ([a-z]{3})[a-z]{0,6} (\d{4}) (\d{1,2}:\d{2}(?::\d{2})?) ([a-z]{1,3}|[+-]\d{2}:?\d{2})$/i.exec(
      trimmed,
    )
  if (!match) return /^[1-9]/.test(trimmed) ? parseZonedTime(trimmed) : null
  const [, day = '', month = '', year = '', clock = '', zone = ''] = match
  const number = MONTHS.indexOf(month.toLowerCase()) + 1
  const ahead = zoneMinutes(zone)
  if (number === 0 || ahead === null || year < '1000') return null
  return parseWallTime(`${year}-${number}-${day} ${clock}`, ahead * MINUTE)
}

function zoneMinutes(zone: string): number | null {
  const digits = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)
  if (!digits) return ZONES.get(zone.toLowerCase()) ?? null
  const minutes = Number(digits[2]) * 60 + Number(digits[3])
  return minutes > 14 * 60 ? null : digits[1] === '-' ? -minutes : minutes
}
