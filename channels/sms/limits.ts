// In: nothing. Out: the numbers of the two vendors.
// Must not hold behaviour.
import type { CallLimit } from '../../src/core/channel.ts'
import { MINUTE, SECOND } from '../../src/core/instant.ts'

/**
 * The vendors take 5,000 and 3,000 calls a second (channels.md §5) and count by number, by rules that a bureau sets in
 * their consoles; these keep a runaway loop from becoming a night of ringing and a bill. Tencent reads 20 a second.
 */
export const limits: readonly CallLimit[] = [
  { api: 'aliyun/send', max: 20, window: 'minute', reserve: 5 },
  { api: 'aliyun/query', max: 120, window: 'minute', reserve: 30 },
  { api: 'tencent/send', max: 20, window: 'minute', reserve: 5 },
  { api: 'tencent/query', max: 120, window: 'minute', reserve: 30 },
]

/** Texts wake duty staff: what is older than this they know already (§5, robots). */
export const DROP_AFTER = 10 * MINUTE
/** SendSms: "timeout >= 1 s" (§5). */
export const DEADLINE = 5 * SECOND
export const READ_DEADLINE = 4 * SECOND

/** One request is taken whole or not at all: a few of its numbers tell, and a read-back stays within its lease. */
export const MOST_ASKED = 3
/** Of 50 rows each, the most that QuerySendDetails gives. */
export const MOST_PAGES = 2

/** Staff, not subscribers: both vendors take more in a call (1,000 and 200, §5). */
export const MOST_PHONES = 20

/**
 * Characters of one variable. Aliyun: 35 in a notification template of the kind 其他 (help.aliyun.com, 通知短信模板规范);
 * Tencent: none of its own for enterprises, 500 for the whole message (cloud.tencent.com, 正文模板审核标准).
 */
export const LONGEST_VALUE = { aliyun: 35, tencent: 200 } as const
/** A serial with the step of an alarm has 28. */
export const SHORTEST_VALUE = 35
/** Below, mark, serial and 见值班台 leave no words of the alarm. */
export const SHORTEST_WITH_SERIAL = 60
