// In: the outlets of the YAML and what adapters may touch. Out: opened outlets.
// Must not share a client between lanes: a drill's HTTP opens no host but this machine (DESIGN L4).
import type { Pool } from 'pg'
import type { Reach, SetUpFile, SetUpReport } from '../core/channel.ts'
import { BadConfig, type OutletConfig } from '../config.ts'
import { openOutbound, type Outbound } from '../publish/http.ts'
import type { Outlet } from '../publish/outlets.ts'
import { openBudgets } from '../store/budget.ts'
import { isReplaced, openBox } from '../store/deliveries.ts'
import { saveOutlets } from '../store/outlets.ts'
import type { InstallationClock } from './clock.ts'
import type { Website } from './website.ts'

export interface OpenedOutlets {
  outlets: Outlet[]
  /** Prepares an outlet's account; null when there is no such outlet or nothing to prepare. Takes effect at once. */
  setUp(outlet: string, files: readonly SetUpFile[]): Promise<SetUpReport | null>
  close(): Promise<void>
}

/**
 * Enters every configured outlet in the record and opens it.
 * @throws BadConfig when a live one lacks what must be set up first
 */
export async function openOutlets(
  configs: readonly OutletConfig[],
  pool: Pool,
  clock: InstallationClock,
  website: Pick<Website, 'site' | 'alerts'>,
  push: Reach['push'],
  random: Reach['random'],
  log: { error: (fields: object, message: string) => void },
): Promise<OpenedOutlets> {
  await saveOutlets(
    pool,
    configs.map((o) => ({ id: o.id, class: o.class, channel: o.channel.name, mode: o.mode })),
  )
  const budgets = openBudgets(pool, (error) => log.error({ err: error }, 'a call could not be booked'))
  const lanes: Record<'actual' | 'drill', Outbound> = {
    actual: openOutbound({ loopbackOnly: false }),
    drill: openOutbound({ loopbackOnly: true }),
  }
  const reaches = new Map<Outlet, Reach>()
  const faults: string[] = []
  for (const [index, config] of configs.entries()) {
    const now = (): number => clock.now(config.class)
    const reach: Reach = {
      outlet: config.id,
      class: config.class,
      now,
      http: lanes[config.class].http,
      box: openBox(pool, config.id),
      spend: budgets.open(config.id, config.channel.limits, now),
      random,
      isReplaced: (noticeId) => isReplaced(pool, noticeId),
      push,
      site: website.site,
      alerts: {
        publish: (noticeId, sender) => website.alerts.publish(noticeId, config.id, sender),
        find: (noticeId) => website.alerts.find(noticeId, config.id),
      },
    }
    const adopted = await config.channel.adopt?.(config.config, reach.box)
    if (config.mode === 'live')
      faults.push(...(adopted?.lacks ?? []).map((lack) => `outlets.${index} (${config.id}).${lack}`))
    const settings = adopted?.config ?? config.config
    const outlet: Outlet = { ...config, config: settings, client: config.channel.open(settings, reach) }
    reaches.set(outlet, reach)
  }
  const close = async (): Promise<void> => {
    await budgets.close()
    await Promise.all([lanes.actual.close(), lanes.drill.close()])
  }
  if (faults.length > 0) {
    await close()
    throw new BadConfig(faults)
  }
  const outlets = [...reaches.keys()]
  return {
    outlets,
    setUp: async (id, files) => {
      const outlet = outlets.find((one) => one.id === id)
      const reach = outlet && reaches.get(outlet)
      if (!outlet?.channel.setUp || !reach) return null
      const given = configs.find((one) => one.id === id && one.class === outlet.class)?.config ?? outlet.config
      const report = await outlet.channel.setUp(given, reach, files)
      const adopted = await outlet.channel.adopt?.(given, reach.box)
      if (adopted) outlet.config = adopted.config
      return report
    },
    close,
  }
}
