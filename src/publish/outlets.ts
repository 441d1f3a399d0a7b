// In: the outlets of the YAML with their channels. Out: who is addressed by a word, and over which legs.
// Must not mix classes: a drill word sees drill outlets only (DESIGN L4).
import type { Channel, OutletClient, Priority } from '../core/channel.ts'
import { isWritten } from '../core/notice.ts'
import { MAY_BE_VISIBLE, type Lineage } from '../core/quake.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import type { Word } from '../core/judgement/judge.ts'

/** The lanes that speak; an outlet belongs to one for ever. */
export type Lane = Exclude<TrafficClass, 'test'>

/** Where a channel actually speaks. The config's type is the channel's own business. */
export interface Outlet<L extends Lane = Lane> {
  id: string
  class: L
  mode: 'live' | 'rehearsal'
  channel: Channel<unknown>
  config: unknown
  client: OutletClient
  /** True where it is an account on a platform and speaks to the actual public: it needs an entry in the register. */
  needsEntry?: boolean
}

/**
 * True where the register keeps an outlet from a first word. What takes back or puts right goes wherever the word stands (L6);
 * and an outlet that spoke before there was a register goes on speaking.
 */
export function isBarred(outlet: Outlet, admitted: ReadonlySet<string>, priority: Priority): boolean {
  return outlet.needsEntry === true && priority > 0 && !admitted.has(outlet.id)
}

/** Outlets that a rule's list names: '*', an outlet id, 'channel:<name>'; ids of actual outlets stand for their channel in a drill. */
function selectByRule<L extends Lane>(
  selectors: readonly string[],
  candidates: readonly Outlet<L>[],
  all: readonly Outlet[],
): Outlet<L>[] {
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

/** The outlets of one lane; its type keeps those of the other out. */
export function outletsOf<L extends TrafficClass>(lane: L, outlets: readonly Outlet[]): Outlet<Extract<L, Lane>>[] {
  return outlets.filter((outlet): outlet is Outlet<Extract<L, Lane>> => outlet.class === lane)
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
export function addressOutlets<L extends TrafficClass>(
  word: Word,
  trafficClass: L,
  outlets: readonly Outlet[],
): Outlet<Extract<L, Lane>>[] {
  const candidates = outletsOf(trafficClass, outlets)
  const carriers = word.lineage ? listCarriers(word.lineage, word.kind === 'withdrawal') : new Set<string>()
  const called =
    word.kind === 'withdrawal' || !word.rule || word.rule.mode === 'record'
      ? []
      : selectByRule(word.rule.outlets, candidates, outlets).filter(
          (o) => !word.websiteOnly || o.channel.name === 'website',
        )
  const addressed = candidates.filter((outlet) => carriers.has(outlet.id) || called.includes(outlet))
  const websites = word.quiet ? addressed.filter((outlet) => outlet.channel.name === 'website') : []
  return websites.length > 0 ? websites : addressed
}

/**
 * The legs a word takes at one outlet: those its settings give its kind and, for what takes back or puts right, those
 * over which the earlier word may have been read: whoever was told by mass message is told by mass message (L6).
 */
export function legsOf(outlet: Outlet, word: Word): string[] {
  const first = word.lineage?.notices[0]?.kind
  // What takes back a written word goes the way that written words go, not to everyone who hears of quakes.
  const legs = outlet.channel.legs(outlet.config, first && isWritten(first) ? first : word.kind)
  const isFollowUp = word.kind === 'withdrawal' || word.kind === 'correction' || word.kind === 'rebuttal'
  if (!isFollowUp) return legs
  const carried = (word.lineage?.notices ?? [])
    .flatMap((notice) => notice.deliveries)
    .filter((delivery) => delivery.outlet === outlet.id && MAY_BE_VISIBLE.includes(delivery.state))
  return [...new Set([...legs, ...carried.map((delivery) => delivery.leg)])]
}
