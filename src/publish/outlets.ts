// In: the outlets of the YAML with their channels. Out: who is addressed by a word, and over which legs.
// Must not mix classes: a drill word sees drill outlets only (DESIGN L4).
import type { Channel, OutletClient } from '../core/channel.ts'
import { MAY_BE_VISIBLE, type Lineage } from '../core/quake.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import type { Word } from '../core/judgement/judge.ts'

/** Where a channel actually speaks. The config's type is the channel's own business. */
export interface Outlet {
  id: string
  class: Exclude<TrafficClass, 'test'>
  mode: 'live' | 'rehearsal'
  channel: Channel<unknown>
  config: unknown
  client: OutletClient
}

/** Outlets that a rule's list names: '*', an outlet id, 'channel:<name>'; ids of actual outlets stand for their channel in a drill. */
function selectByRule(selectors: readonly string[], candidates: readonly Outlet[], all: readonly Outlet[]): Outlet[] {
  const named = new Set(selectors.filter((s) => s.startsWith('channel:')).map((s) => s.slice('channel:'.length)))
  const stoodFor = new Set(selectors.map((s) => all.find((o) => o.id === s)?.channel.name))
  return candidates.filter(
    (outlet) =>
      selectors.includes('*') ||
      selectors.includes(outlet.id) ||
      named.has(outlet.channel.name) ||
      (outlet.class === 'drill' && stoodFor.has(outlet.channel.name)),
  )
}

/** Outlets that carried, or were addressed with, an earlier notice of the lineage. */
function listCarriers(lineage: Lineage, withdrawal: boolean): Set<string> {
  const deliveries = lineage.notices.flatMap((notice) => notice.deliveries)
  const addressed = deliveries.filter((d) =>
    withdrawal ? MAY_BE_VISIBLE.includes(d.state) || d.state === 'rehearsal' : d.state !== 'refused',
  )
  return new Set(addressed.map((d) => d.outlet))
}

/**
 * The outlets a word goes to. A follow-up goes to every outlet that was addressed before, whatever its values have
 * become, and to those its own values call for; a withdrawal to those where the word may stand (DESIGN §3, §6).
 */
export function addressOutlets(word: Word, trafficClass: TrafficClass, outlets: readonly Outlet[]): Outlet[] {
  const candidates = outlets.filter((outlet) => outlet.class === trafficClass)
  const carriers = word.lineage ? listCarriers(word.lineage, word.kind === 'withdrawal') : new Set<string>()
  const called =
    word.kind === 'withdrawal' || !word.rule || word.rule.mode === 'record'
      ? []
      : selectByRule(word.rule.outlets, candidates, outlets).filter(
          (o) => !word.websiteOnly || o.channel.name === 'website',
        )
  return candidates.filter((outlet) => carriers.has(outlet.id) || called.includes(outlet))
}
