// In: the YAML's outlets, feeds and what refers to them. Out: outlets with their channel, or a sentence for each thing that fits nowhere.
// Must not read the environment or a file.
import type { Channel } from '../core/channel.ts'
import { isLoopbackHost } from '../core/loopback.ts'
import { describeFaults, findNearest, listKeys } from './complain.ts'
import type { ConfigFile } from './schema.ts'

export interface OutletConfig {
  id: string
  class: 'actual' | 'drill'
  mode: 'live' | 'rehearsal'
  channel: Channel<unknown>
  config: unknown
  /** The channel's own keys as the YAML has them, for what is entered at the desk to take the place of. */
  given?: Readonly<Record<string, unknown>>
  /** Keys that the YAML leaves to the desk: a live outlet does not start before they are entered. */
  awaits?: readonly string[]
}

/** Stands in the YAML for a credential that is entered at the desk. */
export const FROM_DESK = '@desk'

/** Outlets as the YAML has them; each channel reads its own keys. */
export function readOutlets(file: ConfigFile, channels: readonly Channel<unknown>[], faults: string[]): OutletConfig[] {
  const seen = new Set<string>()
  return file.outlets.flatMap((outlet, index): OutletConfig[] => {
    const { id, channel: name, class: trafficClass, mode, ...own } = outlet
    const at = `outlets.${index} (${id})`
    if (seen.has(id)) faults.push(`${at}: the id ${id} stands twice`)
    seen.add(id)
    const channel = channels.find((c) => c.name === name)
    if (!channel) {
      const names = channels.map((c) => c.name)
      const near = findNearest(name, names)
      faults.push(
        `outlets.${index}.channel = ${JSON.stringify(name)}: no such channel${near ? `; did you mean ${near}?` : ` (there are ${names.join(', ')})`}`,
      )
      return []
    }
    const holders = Object.entries(channel.enterable ?? {}).filter(
      ([key, value]) => value !== null && own[key] === FROM_DESK,
    )
    const given: Record<string, unknown> = { ...own, ...Object.fromEntries(holders) }
    const parsed = channel.config.safeParse(given)
    if (!parsed.success) {
      const keys = ['id', 'channel', 'class', 'mode', ...listKeys(channel.config)]
      faults.push(...describeFaults(parsed.error, own, keys, channel.secrets).map((fault) => `${at}.${fault}`))
      return []
    }
    if (trafficClass === 'drill' && channel.account?.(parsed.data).byHand)
      faults.push(`${at}: a drill cannot be posted by hand: its text would stand where the public reads`)
    const awaits = holders.map(([key]) => key)
    return [{ id, class: trafficClass, mode, channel, config: parsed.data, given, awaits }]
  })
}

/** http is for loopback; elsewhere a source without TLS is at most a mirror (DESIGN §3 "authority"). */
export function checkFeeds(file: ConfigFile, faults: string[]): void {
  const seen = new Set<string>()
  for (const [index, feed] of [...file.feeds, ...file.inbound].entries()) {
    if (seen.has(feed.id)) faults.push(`feeds/inbound: the id ${feed.id} stands twice`)
    seen.add(feed.id)
    if (!('url' in feed)) continue
    const url = new URL(feed.url)
    const plain = url.protocol === 'http:' || url.protocol === 'ws:'
    const weak = feed.authority === 'mirror' || feed.authority === 'context'
    if (plain && !isLoopbackHost(url.hostname) && !weak) {
      faults.push(
        `feeds.${index}.authority = "${feed.authority}" (${feed.id}): a source without TLS is at most a mirror`,
      )
    }
  }
}

/** Two under one name would be one sender. */
export function checkAgencies(file: ConfigFile, faults: string[]): void {
  const seen = new Set<string>()
  for (const [index, { id, secret }] of file.agencies.entries()) {
    if (seen.has(id)) faults.push(`agencies.${index}.id = "${id}": stands twice; each agency has an id of its own`)
    seen.add(id)
    if (file.agencies.some((other, at) => at < index && other.secret === secret))
      faults.push(`agencies.${index}.secret = (secret): another agency has the same; each has one of its own`)
  }
}

/** Outlets and sources that rules and authorisations name and nobody knows. */
export function checkReferences(file: ConfigFile, outlets: readonly OutletConfig[], faults: string[]): void {
  for (const { id, channel, class: lane } of outlets.filter((o) => o.channel.single)) {
    const first = outlets.find((o) => o.channel === channel && o.class === lane)
    if (first && first.id !== id)
      faults.push(`outlets (${id}): ${channel.name} has ${first.id} already, and one outlet of each class at the most`)
  }
  const outletNames = [...outlets.map((o) => o.id), ...outlets.map((o) => `channel:${o.channel.name}`), '*']
  for (const [index, rule] of (file.rules ?? []).entries()) {
    for (const outlet of rule.outlets.filter((o) => !outletNames.includes(o))) {
      const near = findNearest(outlet, outletNames)
      faults.push(`rules.${index}.outlets = "${outlet}": no such outlet${near ? `; did you mean ${near}?` : ''}`)
    }
  }
  const sources = [...file.feeds.map((f) => f.id), ...file.inbound.map((i) => i.id)]
  for (const [index, authorisation] of file.authorisations.entries()) {
    for (const source of authorisation.sources.filter((s) => !sources.includes(s))) {
      const near = findNearest(source, sources)
      faults.push(
        `authorisations.${index}.sources = "${source}": no such feed or inbound door${near ? `; did you mean ${near}?` : ''}`,
      )
    }
  }
}
