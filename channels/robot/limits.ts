// In: nothing. Out: the numbers of the three robots.
// Must not hold behaviour.
import type { CallLimit } from '../../src/core/channel.ts'
import { MINUTE, SECOND } from '../../src/core/instant.ts'

/**
 * DingTalk and WeCom take 20 a minute, and DingTalk then blocks for ten (channels.md §5); Feishu takes 5 a second. Their
 * minute begins with any message, ours on the clock: half of it, so that two of ours never make more than one of theirs.
 */
export const limits: readonly CallLimit[] = [{ api: 'robot/send', max: 10, window: 'minute', reserve: 4 }]

/** Robots are for duty staff: what is older than this they know already (§5). */
export const DROP_AFTER = 10 * MINUTE
export const DEADLINE = 5 * SECOND

/** text.content: 2,048 bytes at WeCom, 20 KB for Feishu's whole body; DingTalk cuts at about 20,000 [R]. */
export const LONGEST_TEXT_BYTES = { dingtalk: 16 * 1024, feishu: 16 * 1024, wecom: 2048 } as const
