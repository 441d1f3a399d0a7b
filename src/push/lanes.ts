// In: push outlets and the origins of push services. Out: the lane of each pair, opened when it is first asked for.
// Must not connect to what is not listed any more, nor to an address that was not checked.
import { judgeEndpoint } from '../core/push/endpoint.ts'
import type { Instant } from '../core/instant.ts'
import { openLane, type Lane } from './lane.ts'
import type { PushOutlet } from './outlet.ts'
import type { PreparedKeys } from './prepared.ts'
import type { Resolver } from './resolve.ts'
import { openSession } from './session.ts'
import { openTrust } from './trust.ts'
import type { Vapid } from './vapid.ts'

export interface LanesContext {
  keys: PreparedKeys
  resolver: Resolver
  now: () => Instant
  alarm: (subject: string, raised: boolean, reason: string) => void
  log: (level: 'info' | 'error', message: string, fields: object) => void
}

export interface Lanes {
  laneFor(outlet: PushOutlet, vapid: Vapid, origin: string): Lane
  /** Nothing of a word leaves any more. */
  drop(id: string): void
  close(): void
}

export function openLanes(context: LanesContext): Lanes {
  const lanes = new Map<string, Lane>()
  const trust = openTrust((origin, reason) => {
    context.log('error', 'our own HTTP/2 does not get on with a push service; the runtime’s client takes over', {
      origin,
      reason,
    })
    const told = `自编的 HTTP/2 与该服务不合（${reason}），至重启前改用运行时自带的实现，推送照常、略慢；可在出口设 transport: runtime`
    context.alarm(`${origin} HTTP/2`, true, told)
  })
  return {
    laneFor: (outlet, vapid, origin) => {
      const name = `${outlet.id} ${origin}`
      const known = lanes.get(name)
      if (known) return known
      const lane = openLane({
        keys: context.keys,
        vapid,
        now: context.now,
        connect: async () => {
          const proxy = outlet.proxies[new URL(origin).host] ?? null
          const found = judgeEndpoint(origin, outlet.allowHosts, outlet.reach)
          if (!found.ok) throw new Error(`${found.rule}: ${found.reason}`)
          // Through a proxy its own resolver answers; only services that the YAML names go that way.
          const pinned = proxy === null ? await context.resolver.pin(found.endpoint, context.now()) : null
          if (pinned && !pinned.ok) throw new Error(`${pinned.rule}: ${pinned.reason}`)
          return openSession(
            { endpoint: found.endpoint, address: pinned?.address ?? null, ca: outlet.ca, proxy },
            {
              over: outlet.transport === 'runtime' || trust.isLost(origin) ? 'runtime' : 'frames',
              ended: (end) => trust.note(origin, end),
            },
          )
        },
        alarm: (raised, reason) => context.alarm(name, raised, reason),
      })
      lanes.set(name, lane)
      return lane
    },
    drop: (id) => {
      for (const lane of lanes.values()) lane.drop(id)
    },
    close: () => {
      for (const lane of lanes.values()) lane.close()
    },
  }
}
