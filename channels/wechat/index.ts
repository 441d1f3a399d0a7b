// In: outlets with `channel: wechat`. Out: up to three legs per notice on an official account (公众号, 服务号).
// Must not reach anyone that a leg of the configuration does not name.
import type { Certainty, Channel, Job, OutletClient, Reach } from '../../src/core/channel.ts'
import { guardClient } from '../wire/guard.ts'
import { openCalls } from './call.ts'
import { compose, measure, variants } from './compose.ts'
import { config, legsFor, secrets, type WechatConfig, type WechatLeg } from './config.ts'
import { openFreepublish } from './freepublish.ts'
import { DRAFT_READS, DRAFT_SPAN, limits } from './limits.ts'
import { openMass } from './mass.ts'
import { adoptCovers, setUpAccount } from './set-up.ts'
import { openSubscribe } from './subscribe.ts'
import { inspectCredential } from './token.ts'

const CERTAINTY: Readonly<Record<WechatLeg, Certainty>> = {
  freepublish: { probe: 'exact', absentReads: DRAFT_READS, absentSpanMs: DRAFT_SPAN, keyedRepeat: false },
  // The repeat with the same clientmsgid is the read-back: it answers 45065 and the first msg_id (channels.md §2.10).
  mass: { probe: 'exact', absentReads: 1, absentSpanMs: 0, keyedRepeat: true },
  // Its probe settles the one user whose reply was lost, by the setting; nothing can be read back.
  subscribe: { probe: 'heuristic', absentReads: 1, absentSpanMs: 0, keyedRepeat: false },
}

function open(config: WechatConfig, reach: Reach): OutletClient {
  const wechat = openCalls(config, reach)
  const legs: Record<WechatLeg, OutletClient> = {
    freepublish: openFreepublish(wechat, reach),
    mass: openMass(wechat, reach),
    subscribe: openSubscribe(wechat, config, reach),
  }
  const legOf = (job: Job): OutletClient => {
    const leg = Object.hasOwn(legs, job.leg) ? legs[job.leg as WechatLeg] : undefined
    if (leg === undefined) throw new Error(`wechat has no leg ${job.leg}`)
    return leg
  }
  const client: OutletClient = {
    deliver: (job) => legOf(job).deliver(job),
    probe: (job) => legOf(job).probe(job),
    check: (job) => {
      const leg = legOf(job)
      return leg.check === undefined ? leg.probe(job) : leg.check(job)
    },
    remove: async (job, ref) =>
      (await legOf(job).remove?.(job, ref)) ?? {
        state: 'refused',
        code: 'not-removable',
        reason: '已送达个人的订阅通知无法撤回，只能再发撤回通知',
      },
    inspect: () => inspectCredential(config, reach),
  }
  // callbackToken and encodingAesKey take no part in calls; a short one would also blot out parts of media ids.
  return guardClient(client, reach, () => [config.secret, ...wechat.tokens])
}

export const wechat: Channel<WechatConfig> = {
  name: 'wechat',
  config,
  secrets,
  legs: legsFor,
  certainty: (leg) => {
    const certainty = Object.hasOwn(CERTAINTY, leg) ? CERTAINTY[leg as WechatLeg] : undefined
    if (certainty === undefined) throw new Error(`wechat has no leg ${leg}`)
    return certainty
  },
  limits,
  account: () => ({ platform: '微信', hosts: ['mp.weixin.qq.com'], byHand: false }),
  // A known value for the two that let callbacks in would be a forger's key.
  enterable: { secret: 'not-entered-yet', callbackToken: null, encodingAesKey: null },
  variants,
  compose,
  measure,
  open,
  adopt: adoptCovers,
  setUp: setUpAccount,
}
