// In: the ledger's picture and the record. Out: what is on the board now, in the order of need.
// Must not act. Drills stand in a part of their own, under their own colour.
import { mayDo, type Role } from '../../../core/people/roles.ts'
import type { Pool } from 'pg'
import type { DeadlineRule } from '../../../core/deadline.ts'
import { DAY, type Instant } from '../../../core/instant.ts'
import { describeForeseen, type Foreseen } from '../../../core/judgement/foresight.ts'
import { prefer } from '../../../core/judgement/prefer.ts'
import type { GateThresholds, Policy } from '../../../core/judgement/policy.ts'
import type { Quake } from '../../../core/quake.ts'
import type { TrafficClass } from '../../../core/quake-report.ts'
import type { Foretold } from '../../../publish/foretell.ts'
import type { Picture } from '../../../publish/picture.ts'
import { listAlarms, type StandingAlarm } from '../../../store/alarms.ts'
import { listGateWords } from '../../../store/desk.ts'
import { isDrillRunning } from '../../../store/drills.ts'
import { listCards } from '../../../store/hand-posts.ts'
import { listNotices, listQuakeNotices, type NoticeView } from '../../../store/notices.ts'
import { nameAccounts } from '../../../store/people/accounts.ts'
import { listOpenRows, type DeadlineRow } from './deadline-view.ts'
import { viewAlarm, type AlarmRow, type AlarmView } from './alarm-view.ts'
import { sayDegraded } from './degraded.ts'
import { reportOf, viewHold, type HoldCard } from './hold-view.ts'
import { isRecent, viewNotice, viewQuake, type NoticeCard, type QuakeCard } from './quake-view.ts'
import { writeMoment } from './words.ts'

export interface BoardContext extends Pick<AlarmView, 'watch' | 'listeners'> {
  pool: Pool
  picture: () => Picture
  /** Resolves once the picture has what any node has committed until now; each route of the board awaits it first. */
  freshen: () => Promise<void>
  gates: GateThresholds
  /** As it stands now. */
  policy: () => Policy
  deadlines: readonly DeadlineRule[]
  /** By lane: a drill has a clock of its own. */
  clock: (lane: TrafficClass) => Instant
  /** Real time, for alarms. */
  realNow: () => Instant
  publicUrl: string
  outlets: readonly { id: string; channel: string; class: TrafficClass }[]
  degraded: () => string[]
  /** Outlets that people can post at (cards-routes.ts). */
  byHand: readonly { id: string; byHand: boolean }[]
  /** Rules whose first words would be held now. */
  foreseen: () => readonly Foreseen[]
  /** What publishing a hold would say, and where. */
  foretell: (holdId: string) => Foretold | null
  /** True where a post can be taken down. */
  removes: (outlet: string, leg: string) => boolean
}

export interface Board {
  alarms: AlarmRow[]
  holds: HoldCard[]
  quakes: QuakeCard[]
  /** Something of a drill stands on it. */
  drills: boolean
  /** Words without a quake: no-quake notices. */
  notices: NoticeCard[]
  stopped: string[]
  outlets: { id: string; stopped: boolean }[]
  /** Time limits that run or have passed. */
  deadlines: { quake: string; title: string; drill: boolean; row: DeadlineRow }[]
  degraded: string[]
  /** Words that wait for a person to post them. */
  cards: number
  /** What will wait for a person before any quake has come: which rule, why, since when. */
  foreseen: { line: string; since: string }[]
  clock: string
  /** The lane's clock in epoch milliseconds, for the script that counts. */
  now: string
}

const MOST_QUAKES = 12

/** Alarms that name a rumour: another organisation's observer is told of none (rumours.md §0.6). */
const OF_RUMOURS: readonly string[] = ['rumour', 'rumour-facts', 'evidence', 'contact', 'agency', 'question']
/** So does one about another organisation's line, which is a door's alarm (app/agency-door.ts). */
const isOfRumours = ({ kind, subject }: Pick<StandingAlarm, 'kind' | 'subject'>): boolean =>
  OF_RUMOURS.includes(kind) || subject.startsWith('agency ')

/** @param roles of whoever reads it */
export async function readBoard(context: BoardContext, roles: readonly Role[]): Promise<Board> {
  const picture = context.picture()
  const holds = [...picture.holds.values()].toSorted((a, b) => rank(a.state) - rank(b.state) || b.since - a.since)
  // Between drills their clock stands still, and everything of the last one would be recent for ever.
  const lanes: TrafficClass[] = (await isDrillRunning(context.pool)) ? ['actual', 'drill'] : ['actual']
  const quakes = lanes.flatMap((lane) => listRecent(picture, lane, context.clock(lane)))
  const held = holds.flatMap((hold) => {
    const quake = picture.quakes.get(hold.quakeId)
    return quake ? [{ hold, quake, report: reportOf(hold, quake) }] : []
  })
  const words = await listGateWords(
    context.pool,
    held.flatMap(({ report }) => (report === null ? [] : [report.id])),
  )
  const said = await listQuakeNotices(
    context.pool,
    quakes.map(({ id }) => id),
  )
  const told = Map.groupBy(said, ({ quake }) => quake)
  const since = context.clock('actual') - DAY
  const loose = await listNotices(context.pool, { class: 'actual', limit: 10, kinds: ['no-quake'], since })
  const isStaff = mayDo(roles, 'answer-rumour')
  const alarms = (await listAlarms(context.pool)).filter((alarm) => isStaff || !isOfRumours(alarm))
  const name = await openNames(context, [...said, ...loose], alarms)
  return {
    alarms: alarms.map((alarm) => viewAlarm(alarm, { ...context, name })),
    holds: held.map(({ hold, quake, report }) =>
      viewHold(hold, quake, words.get(report?.id ?? '') ?? [], context.clock(quake.class)),
    ),
    quakes: quakes.map((quake) => showQuake(context, quake, told.get(quake.id) ?? [], name)),
    drills: lanes.includes('drill') || held.some(({ quake }) => quake.class === 'drill'),
    notices: loose.map((notice) => viewNotice(notice, addressOf(context), name)),
    stopped: [...(picture.killedAll ? ['全部渠道'] : []), ...picture.killedOutlets],
    outlets: context.outlets
      .filter((outlet) => outlet.class === 'actual')
      .map(({ id }) => ({ id, stopped: picture.killedOutlets.has(id) })),
    deadlines: await listOpenRows(context, picture.quakes, (quake) => context.clock(quake.class)),
    cards: (await listCards(context.pool, context.byHand, context.clock('actual'))).length,
    foreseen: viewForeseen(context.foreseen()),
    degraded: context.degraded().map(sayDegraded),
    clock: writeMoment(context.clock('actual')),
    now: String(context.clock('actual')),
  }
}

/** The newest quakes of a lane of which something was said or waits; a lane never takes the other's room. */
function listRecent(picture: Picture, lane: TrafficClass, now: Instant): Quake[] {
  return [...picture.quakes.values()]
    .filter((quake) => quake.class === lane && quake.mergedInto === null && quake.reports.length > 0)
    .filter((quake) => (quake.lineages.length > 0 || picture.holds.has(quake.id)) && isRecent(quake, now))
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .slice(0, MOST_QUAKES)
}

/** Open ones before those that run out, both before those that wait for a better figure. */
const rank = (state: string): number => (state === 'veto' ? 0 : state === 'open' ? 1 : 2)

export function showQuake(
  context: BoardContext,
  quake: Quake,
  notices: readonly NoticeView[],
  name: (actor: string) => string,
): QuakeCard {
  const standing = prefer(quake, context.clock(quake.class), context.gates)?.report.id ?? null
  return viewQuake(quake, notices, standing, addressOf(context), name)
}

export const addressOf =
  ({ publicUrl }: Pick<BoardContext, 'publicUrl'>) =>
  (code: string): string =>
    `${publicUrl}/n/${code}`

/** Names of people for what the record knows by their account; the command line's names stand as they are. */
export async function openNames(
  { pool }: Pick<BoardContext, 'pool'>,
  notices: readonly { actor: string }[],
  alarms: readonly { acknowledged_by: string | null }[],
): Promise<(actor: string) => string> {
  const ids = [...notices.map(({ actor }) => actor), ...alarms.map(({ acknowledged_by: by }) => by ?? '')]
  const names = await nameAccounts(
    pool,
    [...new Set(ids)].filter((id) => id.startsWith('p-')),
  )
  return (actor) => names.get(actor) ?? (actor === 'system' ? '自动' : actor)
}

/** Also for the page of the templates. */
export function viewForeseen(foreseen: readonly Foreseen[]): { line: string; since: string }[] {
  return foreseen.map((one) => ({
    line: describeForeseen(one),
    since: one.since === null ? '' : writeMoment(one.since),
  }))
}
