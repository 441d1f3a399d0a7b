// In: header texts that name a time (Date, Retry-After, Age). Out: instants and waits, or null.
// Must not use the platform's date parser: it takes zoneless and local forms too (DESIGN L9).
import type { Instant } from '../core/instant.ts'
import { SECOND } from '../core/instant.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const PREFERRED = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/
const OBSOLETE = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/

/**
 * Reads an HTTP date in the three forms of RFC 9110 §5.6.7; all of them are UTC by definition.
 * @param now decides the century of a two-digit year: never more than 50 years ahead (same section)
 * @returns the instant, or null when the text is no such date
 */
export function parseHttpDate(text: string | undefined, now: Instant): Instant | null {
  if (text === undefined || text.length > 40) return null
  const preferred = PREFERRED.exec(text)
  if (preferred) return joinDate(preferred[3], preferred[2], preferred[1], preferred.slice(4))
  const asctime = ASCTIME.exec(text)
  if (asctime) return joinDate(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6))
  const obsolete = OBSOLETE.exec(text)
  if (!obsolete) return null
  const thisYear = new Date(now).getUTCFullYear()
  let year = Math.floor(thisYear / 100) * 100 + Number(obsolete[3])
  if (year > thisYear + 50) year -= 100
  return joinDate(String(year), obsolete[2], obsolete[1], obsolete.slice(4))
}

function joinDate(year = '', monthName = '', day = '', time: string[] = []): Instant | null {
  const month = MONTHS.indexOf(monthName)
  const [hour = NaN, minute = NaN, second = NaN] = time.map(Number)
  if (month < 0 || hour > 23 || minute > 59 || second > 60) return null
  const at = Date.UTC(Number(year), month, Number(day), hour, minute, Math.min(second, 59))
  const back = new Date(at)
  return back.getUTCMonth() === month && back.getUTCDate() === Number(day) ? at : null
}

/**
 * The wait that a Retry-After header asks for (RFC 9110 §10.2.3), in milliseconds.
 * A date is measured from the server's own Date, so that a skewed clock on either side does not change the wait.
 * @param longestMs a server must not be able to silence a source for good; longer waits are cut to this
 * @returns null when there is no header or it cannot be read
 */
export function readRetryAfter(
  header: string | undefined,
  serverDate: Instant | null,
  now: Instant,
  longestMs: number,
): number | null {
  if (header === undefined) return null
  const text = header.trim()
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text) * SECOND, longestMs)
  const at = parseHttpDate(text, now)
  return at === null ? null : Math.min(Math.max(0, at - (serverDate ?? now)), longestMs)
}

/**
 * What the server's clock showed when it answered: Date plus Age, because a cache hands on an old Date
 * (RFC 9111 §4.2.3); the clock gate compares it with ours (DESIGN §6.2).
 */
export function readServerClock(date: string | undefined, age: string | undefined, now: Instant): Instant | null {
  const at = parseHttpDate(date, now)
  if (at === null || age === undefined) return at
  return /^\d{1,7}$/.test(age.trim()) ? at + Number(age) * SECOND : null
}
