// In: nothing. Out: the numbers of the WeChat platform.
// Must not hold behaviour.
import type { CallLimit } from '../../src/core/channel.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/instant.ts'

/**
 * API_Call_Limits of a new account (channels.md §2.7), stable_token page (§2.1), Batch_Sends (60 a minute, §2.5).
 * The reserves are ours: withdrawals and formal reports must still find calls (DESIGN §6.11).
 */
export const limits: readonly CallLimit[] = [
  { api: 'stable_token', max: 10_000, window: 'minute', reserve: 100 },
  { api: 'material/add_material', max: 100_000, window: 'day', reserve: 0 },
  { api: 'draft/add', max: 1000, window: 'day', reserve: 50 },
  { api: 'draft/delete', max: 1000, window: 'day', reserve: 0 },
  { api: 'draft/get', max: 500, window: 'day', reserve: 50 },
  { api: 'freepublish/submit', max: 100, window: 'day', reserve: 20 },
  { api: 'freepublish/get', max: 100, window: 'day', reserve: 20 },
  { api: 'freepublish/batchget', max: 100, window: 'day', reserve: 20 },
  { api: 'freepublish/delete', max: 10, window: 'day', reserve: 0 },
  { api: 'message/mass/sendall', max: 100, window: 'day', reserve: 20 },
  { api: 'message/mass/sendall', max: 60, window: 'minute', reserve: 10 },
  { api: 'message/mass/delete', max: 10, window: 'day', reserve: 0 },
]

/** draft/add (§2.3): characters; the page's other figure for content, 2 kb, contradicts its own example. */
export const LONGEST_TITLE = 32
export const LONGEST_AUTHOR = 16
export const LONGEST_DIGEST = 128
export const LONGEST_ARTICLE = 19_999
export const LARGEST_ARTICLE = 1024 * 1024 - 1
export const LARGEST_SOURCE_URL = 1024

/** Longest value of a subscribe-notice field by the letters of its key (§2.6; time and the like [R]). */
export const FIELD_LENGTHS: Readonly<Record<string, number>> = {
  thing: 20,
  number: 32,
  letter: 32,
  symbol: 5,
  character_string: 32,
  time: 20,
  date: 20,
  amount: 20,
  phone_number: 17,
  car_number: 8,
  name: 10,
  phrase: 5,
  const: 20,
}

/** What a field's kind takes beyond its length (§2.6; letter, time and the like [R] are left to the platform). */
export const FIELD_PATTERNS: Readonly<Record<string, RegExp>> = {
  number: /^-?\d+(?:\.\d+)?$/,
  character_string: /^[\x20-\x7e]+$/,
  phrase: /^\p{Script=Han}+$/u,
}

/** Polling falls back to these when no callback comes: freepublish/get has 100 calls a day for all jobs (§2.7). */
export const CHECK_DELAYS: readonly number[] = [15 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE]

/**
 * A draft leaves the box once it is published (§2.3), so while the platform still checks a submitted one it is there.
 * Longer than the half minute of §2.10, because a second submit in that time could make a second page.
 */
export const DRAFT_READS = 3
export const DRAFT_SPAN = 90 * SECOND

/** clientmsgid: 45066 asks for 60 s between repeats, and the platform remembers a key for 24 h (§2.5). */
export const KEYED_REPEAT_AFTER = 65 * SECOND
export const KEY_LIFETIME = 23 * HOUR

/** Token: used until a minute before its end; the old one works five minutes beside the new one (§2.1). */
export const TOKEN_MARGIN = MINUTE

/** Whoever renews the token has one call's time for it. */
export const LOCK_WAIT = 9 * SECOND

/** What stays in the outlet's box until somebody changes it. */
export const FOR_EVER = 36_500 * DAY

export const CALL_DEADLINE = 8 * SECOND
export const LARGEST_REPLY = 1024 * 1024
/** batchget: 20 rows at most (§2.4). */
export const BATCH_ROWS = 20
