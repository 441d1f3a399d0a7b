// In: the outlets of the YAML, credentials entered at the desk, what adapters may touch. Out: opened outlets.
// Must not share a client between lanes: a drill's HTTP opens no host but this machine (DESIGN L4).
import type { Pool } from 'pg'
import type { Inspection, Reach, SetUpFile, SetUpReport } from '../core/channel.ts'
import type { Instant } from '../core/instant.ts'
import { BadConfig, reachesOut, type OutletConfig } from '../config.ts'
import { openOutbound, type Outbound } from '../publish/http.ts'
import type { Outlet } from '../publish/outlets.ts'
import { openBudgets } from '../store/budget.ts'
import { isReplaced, openBox } from '../store/deliveries.ts'
import { saveOutlets } from '../store/outlets.ts'
import type { InstallationClock } from './clock.ts'
import { forgetInspection } from './inspect.ts'
import { layOver, type CredentialShelf, type Entered } from './credentials.ts'
import type { Website } from './website.ts'

export interface OpenedOutlets {
  outlets: Outlet[]
  /** Prepares an outlet's account; null when there is no such outlet or nothing to prepare. Takes effect at once. */
  setUp(outlet: string, files: readonly SetUpFile[]): Promise<SetUpReport | null>
  /** Names of the credentials that an outlet takes from the desk, and which of them the YAML leaves to it. */
  listEnterable: (outlet: string) => { name: string; awaited: boolean }[]
  /** A credential, from now on in use. @returns why not, in Chinese; null when it was taken */
  enter: (given: EnteredCredential, by: string) => Promise<string | null>
  /** The YAML's own counts again. @returns why not; null when it was removed */
  forget: (outlet: string, name: string, by: string) => Promise<string | null>
  /** Asks an outlet how its credential stands; no visible effect. null: it cannot tell. */
  inspect(outlet: string): Promise<Inspection | null>
  /** Outlets whose entered credentials are of no use here, for an alarm each. */
  listUnusable(): { outlet: string; names: string[] }[]
  close(): Promise<void>
}

export interface EnteredCredential {
  outlet: string
  name: string
  text: string
  endsAt: Instant | null
}

/** How soon a credential that was entered at another node is in use here. */
const LOOK_MS = 5_000
const NOBODY: Entered = new Map()

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
  shelf: CredentialShelf,
  log: { error: (fields: object, message: string) => void },
  isTrial: boolean,
): Promise<OpenedOutlets> {
  await saveOutlets(
    pool,
    configs.map((o) => ({ id: o.id, class: o.class, channel: o.channel.name, mode: o.mode })),
  )
  const budgets = openBudgets(pool, (error) => log.error({ err: error }, 'a call could not be booked'))
  const lanes: Record<'actual' | 'drill', Outbound> = {
    actual: openOutbound({ loopbackOnly: isTrial }),
    drill: openOutbound({ loopbackOnly: true }),
  }
  const kept: { outlet: Outlet; reach: Reach; config: OutletConfig }[] = []
  const faults: string[] = []
  const unusable = new Map<string, string[]>()
  let mark = await shelf.mark()
  const entered = await shelf.read()
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
    const own = layOver(config, entered.get(config.id) ?? NOBODY)
    unusable.set(config.id, own.unusable)
    const adopted = await config.channel.adopt?.(own.config, reach.box)
    if (config.mode === 'live')
      faults.push(
        ...own.missing.map(
          (key) =>
            `outlets.${index} (${config.id}).${key}: is left to the desk, and ${own.unusable.includes(key) ? 'what was entered cannot be used (another desk key?)' : 'nobody has entered it'}: start it with mode: rehearsal, enter it at /desk/channels/${config.id}, then make it live`,
        ),
        ...(adopted?.lacks ?? []).map((lack) => `outlets.${index} (${config.id}).${lack}`),
      )
    const settings = adopted?.config ?? own.config
    const needsEntry =
      config.class === 'actual' &&
      config.mode === 'live' &&
      config.channel.account?.(settings) !== undefined &&
      reachesOut(config)
    const { id, class: lane, mode, channel } = config
    const client = channel.open(settings, reach)
    kept.push({ outlet: { id, class: lane, mode, channel, config: settings, client, needsEntry }, reach, config })
  }
  /** Opens an outlet anew with these credentials; what is under way ends with the client that it began with. */
  const reopen = async ({ outlet, reach, config }: (typeof kept)[number], mine: Entered): Promise<void> => {
    const own = layOver(config, mine)
    const settings = (await config.channel.adopt?.(own.config, reach.box))?.config ?? own.config
    unusable.set(outlet.id, own.unusable)
    outlet.client = config.channel.open(settings, reach)
    outlet.config = settings
  }
  const reopenChanged = async (): Promise<void> => {
    const newest = await shelf.mark()
    if (newest === mark) return
    const all = await shelf.read()
    for (const one of kept.filter(({ config }) => config.channel.enterable !== undefined))
      await reopen(one, all.get(one.outlet.id) ?? NOBODY)
    mark = newest
  }
  const timer = setInterval(
    () => void reopenChanged().catch((error: unknown) => log.error({ err: error }, 'credentials could not be read')),
    LOOK_MS,
  )
  timer.unref()
  const close = async (): Promise<void> => {
    clearInterval(timer)
    await budgets.close()
    await Promise.all([lanes.actual.close(), lanes.drill.close()])
  }
  if (faults.length > 0) {
    await close()
    throw new BadConfig(faults)
  }
  const find = (id: string): (typeof kept)[number] | undefined => kept.find(({ outlet }) => outlet.id === id)
  return {
    outlets: kept.map(({ outlet }) => outlet),
    listUnusable: () =>
      [...unusable].filter(([, names]) => names.length > 0).map(([outlet, names]) => ({ outlet, names })),
    setUp: async (id, files) => {
      const one = find(id)
      if (!one?.outlet.channel.setUp) return null
      const { config: given } = layOver(one.config, (await shelf.read()).get(id) ?? NOBODY)
      const report = await one.outlet.channel.setUp(given, one.reach, files)
      const adopted = await one.outlet.channel.adopt?.(given, one.reach.box)
      if (adopted) one.outlet.config = adopted.config
      return report
    },
    listEnterable: (id) => {
      const one = find(id)
      const awaits = one?.config.awaits ?? []
      const { channel, given } = one?.config ?? {}
      // Of a channel with several vendors, those of this outlet's own.
      const fits = ([name, value]: [string, string | null]): boolean =>
        value === null || channel?.config.safeParse({ ...given, [name]: value }).success === true
      return Object.entries(channel?.enterable ?? {})
        .filter(fits)
        .map(([name]) => ({ name, awaited: awaits.includes(name) }))
    },
    enter: async (given, by) => {
      const one = find(given.outlet)
      if (one?.config.channel.enterable?.[given.name] === undefined) return '没有这项凭据'
      const before = (await shelf.read()).get(given.outlet) ?? NOBODY
      if (layOver(one.config, new Map([...before, [given.name, given.text]])).unusable.includes(given.name))
        return '格式不对，渠道不接受；请核对后重新填写'
      await shelf.save(given, by)
      await reopenChanged()
      if (one) await forgetInspection(one.reach.box)
      return null
    },
    forget: async (id, name, by) => {
      const one = find(id)
      if (one?.config.awaits?.includes(name) && one.config.mode === 'live')
        return '配置文件里没有这项凭据，删除后渠道无法发布；请直接填写新的'
      if (one) {
        const standing = (await shelf.read()).get(id) ?? NOBODY
        const rest = new Map([...standing].filter(([other]) => other !== name))
        const spoilt = layOver(one.config, rest).unusable
        if (spoilt.some((other) => !layOver(one.config, standing).unusable.includes(other)))
          return `其余填写的凭据（${spoilt.join('、')}）缺了它就无法使用；请先删除那些，或直接填写新的`
      }
      if (!(await shelf.remove(id, name, by))) return '没有这项凭据，或已被删除'
      await reopenChanged()
      if (one) await forgetInspection(one.reach.box)
      return null
    },
    inspect: async (id) => (await find(id)?.outlet.client.inspect?.()) ?? null,
    close,
  }
}
