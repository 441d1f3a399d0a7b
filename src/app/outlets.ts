// In: the outlets of the YAML and what adapters may touch. Out: opened outlets.
// Must not share a client between lanes: a drill's HTTP opens no host but this machine (DESIGN L4).
import type { Pool } from 'pg'
import type { Reach } from '../core/channel.ts'
import type { OutletConfig } from '../config.ts'
import { openOutbound, type Outbound } from '../publish/http.ts'
import type { Outlet } from '../publish/outlets.ts'
import { openBudgets } from '../store/budget.ts'
import { isReplaced, openBox } from '../store/deliveries.ts'
import type { InstallationClock } from './clock.ts'
import { openRandom } from './random.ts'

/** 32 hex digits. */
export const randomHex = openRandom()

export interface OpenedOutlets {
  outlets: Outlet[]
  close(): Promise<void>
}

/** Opens every configured outlet. */
export function openOutlets(
  configs: readonly OutletConfig[],
  pool: Pool,
  clock: InstallationClock,
  site: Reach['site'],
  log: { error: (fields: object, message: string) => void },
): OpenedOutlets {
  const budgets = openBudgets(pool, (error) => log.error({ err: error }, 'a call could not be booked'))
  const lanes: Record<'actual' | 'drill', Outbound> = {
    actual: openOutbound({ loopbackOnly: false }),
    drill: openOutbound({ loopbackOnly: true }),
  }
  const outlets = configs.map((config): Outlet => {
    const now = (): number => clock.now(config.class)
    const reach: Reach = {
      outlet: config.id,
      class: config.class,
      now,
      http: lanes[config.class].http,
      box: openBox(pool, config.id),
      spend: budgets.open(config.id, config.channel.limits, now),
      random: randomHex,
      isReplaced: (noticeId) => isReplaced(pool, noticeId),
      site,
    }
    return { ...config, client: config.channel.open(config.config, reach) }
  })
  return {
    outlets,
    close: async () => {
      budgets.close()
      await Promise.all([lanes.actual.close(), lanes.drill.close()])
    },
  }
}
