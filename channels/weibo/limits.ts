// In: nothing. Out: Weibo's numbers.
// Must not hold behaviour.
import type { CallLimit } from '../../src/core/channel.ts'
import { DAY, MINUTE, SECOND } from '../../src/core/instant.ts'

/**
 * open.weibo.com/wiki/Rate-limiting, revision 16512: 100 requests a day and 30 posts an hour for one user of one app.
 * Reads share the hundred with posts, so they are held below 60 (channels.md §0.3); ten stay for withdrawals and
 * formal reports (DESIGN §6.11).
 */
export const limits: readonly CallLimit[] = [
  { api: '*', max: 100, window: 'day', reserve: 10 },
  { api: 'statuses/user_timeline', max: 60, window: 'day', reserve: 20 },
  { api: 'statuses/share', max: 30, window: 'hour', reserve: 5 },
]

/** wiki/2/statuses/share allows 140; how it counts an address is unknown, so ten are kept (channels.md §1.2). */
export const LONGEST_TEXT = 130

/** Waits named in channels.md §1.5 and §1.6. */
export const PROBE_AFTER = 20 * SECOND
export const LATE_PROBE = 90 * SECOND
export const LATE_PROBES_END = 180 * SECOND
/** Passing faults are met with growing waits: each try costs one of the hundred calls. */
export const LONGEST_WAIT = 10 * MINUTE
export const TOO_OFTEN_WAIT = 60 * SECOND
export const TOO_OFTEN_MAX = 3
/** Absence counts after three reads over at least 90 s (DESIGN §3, "unknown"). */
export const ABSENT_READS = 3
export const ABSENT_SPAN = 90 * SECOND

/** wiki/2/statuses/user_timeline: 20 rows by default. Three pages reach past an hour of the fastest legal posting. */
export const TIMELINE_ROWS = 20
export const TIMELINE_PAGES = 3

/** A token's end is told from thirty days before (channels.md §1.1). */
export const TOKEN_WARNING = 30 * DAY

export const POST_DEADLINE = 10 * SECOND
export const READ_DEADLINE = 8 * SECOND
export const LARGEST_REPLY = 512 * 1024
