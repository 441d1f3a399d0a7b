// In: outlets with `channel: weibo`. Out: one post per notice on a Sina Weibo account.
// Must not post anything that compose has not passed.
import type { Channel } from '../../src/core/channel.ts'
import { measureWeiboText } from '../../src/core/rendering/weibo-length.ts'
import { guardClient } from '../wire/guard.ts'
import { openWeibo } from './client.ts'
import { compose, variants } from './compose.ts'
import { config, secrets, type WeiboConfig } from './config.ts'
import { ABSENT_READS, ABSENT_SPAN, limits, LONGEST_TEXT } from './limits.ts'

export const weibo: Channel<WeiboConfig> = {
  name: 'weibo',
  config,
  secrets,
  legs: () => ['post'],
  certainty: () => ({
    probe: 'heuristic',
    absentReads: ABSENT_READS,
    absentSpanMs: ABSENT_SPAN,
    keyedRepeat: false,
  }),
  limits,
  account: () => ({ platform: '微博', hosts: ['weibo.com', 'weibo.cn'], byHand: false }),
  enterable: { accessToken: 'not-entered-yet' },
  variants,
  compose,
  measure: ({ text = '' }) => [{ name: '正文', length: measureWeiboText(text), most: LONGEST_TEXT, unit: '字' }],
  open: (config, reach) => guardClient(openWeibo(config, reach), reach, () => [config.accessToken]),
}
