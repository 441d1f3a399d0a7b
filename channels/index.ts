// In: nothing. Out: the literal list of channels; a new one is a folder and a line here.
// Must not hold behaviour.
import type { Channel } from '../src/core/channel.ts'
import { byHand } from './by-hand/index.ts'
import { cap } from './cap/index.ts'
import { robot } from './robot/index.ts'
import { sms } from './sms/index.ts'
import { webhook } from './webhook/index.ts'
import { webpush } from './webpush/index.ts'
import { wechat } from './wechat/index.ts'
import { weibo } from './weibo/index.ts'
import { website } from './website/index.ts'

/** A channel whose configuration type is known to itself alone; `config.parse` of the same entry makes its values. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyChannel = Channel<any>

export const channels: readonly AnyChannel[] = [website, weibo, wechat, webhook, robot, sms, cap, webpush, byHand]
