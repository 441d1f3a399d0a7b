// In: every notice of a lineage with its deliveries. Out: what a withdrawal will do on each channel, and who will read it.
// Must not choose the outlets: publish/outlets.ts does, by the same states; here it is said beforehand.
import { MAY_BE_VISIBLE, type DeliveryState } from '../../../core/quake.ts'
import type { DeliveryView, NoticeView } from '../../../store/notices.ts'
import { nameOutlet } from './words.ts'

export interface PlanRow {
  name: string
  audience: string
  plan: string
  tone: 'ok' | 'wait' | 'bad' | 'soft'
}

/** By channel, and by leg where they differ: who reads it, what is done there; waits: until a person has done it. */
const WAYS: Readonly<Record<string, { audience: string; plan: string; waits?: true }>> = {
  website: { audience: '网站读者', plan: '原公告页保留并标明“已撤回”，列表与订阅源随之更改' },
  weibo: { audience: '微博粉丝与看到转发的人', plan: '另发一条撤回微博；原微博保留' },
  'wechat freepublish': { audience: '收到文章链接的人', plan: '另发一篇撤回文章；原文保留' },
  'wechat mass': { audience: '公众号全部关注者', plan: '群发撤回公告；原文保留' },
  'wechat subscribe': { audience: '收到过订阅通知的人', plan: '逐人发送撤回通知' },
  webpush: { audience: '收到过推送的订阅者', plan: '推送撤回，替换手机上的原通知' },
  webhook: { audience: '合作单位', plan: '发送撤回消息' },
  cap: { audience: '聚合平台与合作单位', plan: '发布取消消息（CAP Cancel）' },
  robot: { audience: '群内人员', plan: '发送撤回消息' },
  'by-hand': { audience: '平台上的读者', plan: '生成撤回操作卡，须由人工发布；原帖保留', waits: true },
  sms: { audience: '值班人员', plan: '发送撤回短信' },
}

/** One row per outlet and leg that was ever addressed, in the order of the record. */
export function planWithdrawal(lineage: readonly NoticeView[], stopped: ReadonlySet<string>): PlanRow[] {
  const legs = new Map<string, DeliveryView[]>()
  for (const delivery of lineage.flatMap(({ deliveries }) => deliveries)) {
    const key = `${delivery.outlet} ${delivery.leg}`
    legs.set(key, [...(legs.get(key) ?? []), delivery])
  }
  return [...legs.values()].flatMap((deliveries) => {
    const [first] = deliveries
    if (!first) return []
    const way = WAYS[`${first.channel} ${first.leg}`] ??
      WAYS[first.channel] ?? { audience: '读者', plan: '发布撤回公告' }
    const name = nameOutlet(first.channel, first.leg, first.outlet)
    const states = deliveries.map(({ state }) => state)
    return [{ name, audience: way.audience, ...choose(states, way, stopped.has(first.outlet)) }]
  })
}

function choose(
  states: readonly DeliveryState[],
  { plan, waits }: (typeof WAYS)[string],
  isStopped: boolean,
): Pick<PlanRow, 'plan' | 'tone'> {
  const stood = states.some((state) => MAY_BE_VISIBLE.includes(state))
  if (stood && isStopped) return { plan: '渠道已停用：恢复以前发不出撤回公告', tone: 'bad' }
  if (states.includes('accepted')) return { plan, tone: waits ? 'wait' : 'ok' }
  if (stood && !states.includes('unknown')) return { plan: `正在发出：不等结果，照样${plan}`, tone: 'wait' }
  if (stood) return { plan: `是否发出尚不清楚：不等核对，照样${plan}`, tone: 'wait' }
  if (states.includes('queued')) return { plan: '尚未发出：取消，不再发送', tone: 'soft' }
  if (states.includes('rehearsal')) return { plan: '预演渠道：照做一遍，不发出', tone: 'soft' }
  return { plan: '未曾发出：无须撤回', tone: 'soft' }
}
