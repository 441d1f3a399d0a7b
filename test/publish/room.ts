// In: an invented bureau. Out: a publishing room without a database: plans are made, checked as the tables would, applied.
// Keeps the picture as the ledger does after each commit, and can lose it and build it anew as after a restart.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { website } from '../../channels/website/index.ts'
import type { Channel, OutletClient } from '../../src/core/channel.ts'
import { NOTICE_KINDS } from '../../src/core/notice.ts'
import { createRenderer } from '../../src/core/rendering/renderer.ts'
import type { DeliveryState, StoredReport } from '../../src/core/quake.ts'
import type { Circumstances, Policy } from '../../src/core/judgement/policy.ts'
import { decideAgain, decideRows, type Acts, type DecideContext, type Decision } from '../../src/publish/decide.ts'
import { openActs, type Acts as PersonalActs } from '../../src/publish/acts.ts'
import type { Ledger, LedgerContext, Make } from '../../src/publish/ledger.ts'
import type { Outlet } from '../../src/publish/outlets.ts'
import { buildPicture, type Picture } from '../../src/publish/picture.ts'
import { findNewRows, keyRow, rememberRows } from '../../src/publish/rows.ts'
import type { AlarmRow, DeliveryRow, NoticeRow, Plan } from '../../src/store/plan.ts'
import { authorisationOf, BUREAUX, policyOf, rowOf, SHOCK, worldOf, type Bureau } from '../core/judgement/bureaux.ts'
import { requireChinese } from '../core/judgement/chinese.ts'
import { readTemplates } from '../core/rendering/facts.ts'

const renderer = createRenderer(readTemplates())
const hashes = Object.fromEntries(
  NOTICE_KINDS.map((kind) => [
    kind,
    renderer.templateHash(kind, (text) => createHash('sha256').update(text).digest('hex')),
  ]),
)

const silentClient: OutletClient = {
  deliver: () => Promise.reject(new Error('a plan sends nothing')),
  probe: () => Promise.reject(new Error('a plan sends nothing')),
}

function channelOf(name: string, legs: string[], fits = true): Channel<unknown> {
  return {
    name,
    config: z.unknown(),
    secrets: [],
    legs: () => legs,
    certainty: () => ({ probe: 'exact', absentReads: 1, absentSpanMs: 0, keyedRepeat: true }),
    limits: [],
    variants: [],
    compose: (rendered) => (fits ? { ok: true, content: { text: rendered.text } } : { ok: false, reason: '文本过长' }),
    open: () => silentClient,
  }
}

const outletOf = (id: string, channel: Channel<unknown>, over: Partial<Outlet> = {}): Outlet => ({
  id,
  class: 'actual',
  mode: 'live',
  channel,
  config: {},
  client: silentClient,
  ...over,
})

/** A website, Weibo, WeChat with two legs, a second Weibo account; and one stand-in for drills. */
export const OUTLETS: readonly Outlet[] = [
  outletOf('site', website),
  outletOf('weibo', channelOf('weibo', ['post'])),
  outletOf('wechat', channelOf('wechat', ['freepublish', 'mass'])),
  outletOf('drill-site', website, { class: 'drill' }),
  outletOf('drill-weibo', channelOf('weibo', ['post']), { class: 'drill' }),
]

/** An outlet into which nothing fits, on both of its legs. */
export const NARROW: Outlet = outletOf('narrow', channelOf('narrow', ['one', 'two'], false))

export interface Room {
  policy: Policy
  picture(): Picture
  /** Rows of one payload, all of one source; new ones are found as the ledger finds them. */
  feed(rows: readonly StoredReport[], world?: Partial<Circumstances> & { list?: boolean }): Said
  /** Judges whatever fell due. */
  look(now: number, world?: Partial<Circumstances>): Said
  again(quakeIds: readonly string[], now: number, acts?: Partial<Acts>): Said
  /** The officer's acts at an instant, over this room's picture; `said` is what the last of them committed. */
  desk(now: number): PersonalActs & { said(): Said }
  /** What outlets came to, for every delivery so far. */
  settle(states: Readonly<Record<string, DeliveryState>>): void
  /** Forgets all memory and reads the record again. */
  restart(now: number): void
  alarms(): AlarmRow[]
  notices(): NoticeRow[]
  holds(): string[]
}

/** What one commit said. */
export interface Said {
  kinds: string[]
  outlets: string[]
  alarms: string[]
  plan: Plan
  deliveries: DeliveryRow[]
}

export interface RoomOptions {
  bureau?: Bureau
  policy?: Partial<Policy>
  outlets?: readonly Outlet[]
  /** Edited templates in force, the shipped ones behind them. */
  words?: Pick<DecideContext, 'renderer' | 'reserve'>
}

/** What decisions are made with: the bureau, its policy over the shipped templates, its outlets, ids by count. */
export function contextOf(options: RoomOptions = {}): DecideContext {
  const bureau = options.bureau ?? BUREAUX.yinchuan
  const policy = policyOf(bureau, {
    templateHashes: hashes,
    authorisations: NOTICE_KINDS.map((kind) => authorisationOf(kind, { sha256: hashes[kind] ?? '' })),
    ...options.policy,
  })
  let counter = 0
  return {
    bureau: {
      name: '测试市地震局',
      shortName: '测试地震',
      publicUrl: 'https://dzj.example.gov.cn',
      serialPrefix: '测震信',
    },
    policy,
    renderer,
    ...options.words,
    outlets: options.outlets ?? OUTLETS,
    node: 'node-1',
    random: () => {
      counter += 1
      return createHash('sha256').update(String(counter)).digest('hex').slice(0, 32)
    },
    listeningSince: SHOCK - 86_400_000,
  }
}

/** Opens a room whose sources were all heard before, so that nothing seeds unless asked to. */
export function openRoom(options: RoomOptions = {}): Room {
  const context = contextOf(options)
  const { policy } = context
  let picture: Picture = buildPicture({
    version: 0,
    quakes: [],
    reports: [],
    notices: [],
    deliveries: [],
    holds: [],
    bindings: [],
    acts: [],
    counters: [],
    switches: [],
    admitted: [],
    seeded: [],
    rowKeys: [],
    rowsUpTo: 0,
  })
  const record = {
    notices: [] as NoticeRow[],
    alarms: new Map<string, AlarmRow>(),
    sequence: new Map<string, string[]>(),
  }

  const commit = (decision: Decision): Said => {
    const { plan } = decision
    checkAsTables(plan, record.notices)
    requireChinese(listShown(plan))
    for (const quake of decision.workbench.touched()) picture.quakes.set(quake.id, quake)
    for (const change of decision.changes) change(picture)
    picture.version += 1
    record.notices.push(...plan.notices)
    for (const { source, row_key, fingerprint } of plan.reports) {
      const key = `${source} ${row_key}`
      record.sequence.set(key, [...(record.sequence.get(key) ?? []), fingerprint])
    }
    for (const alarm of plan.alarms) record.alarms.set(`${alarm.kind} ${alarm.subject}`, alarm)
    for (const alarm of plan.cleared_alarms) record.alarms.delete(`${alarm.kind} ${alarm.subject}`)
    return {
      kinds: plan.notices.map((notice) => notice.kind),
      outlets: [...new Set(plan.deliveries.map((delivery) => delivery.outlet_id))],
      alarms: plan.alarms.map((alarm) => alarm.message),
      plan,
      deliveries: plan.deliveries,
    }
  }

  return {
    policy,
    picture: () => picture,
    feed: (reports, given = {}) => {
      const { list = false, ...world } = given
      const [first] = reports
      if (!first) throw new Error('a payload without rows')
      const { source, authority, receivedAt } = first
      const keyed = reports.map((report): ReturnType<typeof keyRow> => keyRow(rowOf(report)))
      const fresh = findNewRows(source, keyed, picture.rows)
      const circumstances = worldOf({
        now: receivedAt,
        killed: picture.killedAll,
        bulk: fresh.length > policy.gates.bulkRows,
        seeding: list && !picture.seeded.has(source),
        ...world,
      })
      const said = commit(decideRows(picture, { source, authority, receivedAt, rows: fresh }, circumstances, context))
      rememberRows(source, keyed, picture.rows)
      picture.seeded.add(source)
      return said
    },
    look: (now, world = {}) => {
      const due = [...picture.holds.values()].filter((hold) => hold.dueAt !== null && hold.dueAt <= now)
      return commit(
        decideAgain(
          picture,
          due.map((hold) => hold.quakeId),
          worldOf({ now, killed: picture.killedAll, ...world }),
          context,
        ),
      )
    },
    again: (quakeIds, now, acts) =>
      commit(
        decideAgain(picture, quakeIds, worldOf({ now, killed: picture.killedAll }), context, {
          released: new Set(),
          dismissed: new Set(),
          actor: 'duty',
          ...acts,
        }),
      ),
    desk: (now) => {
      let last: Said | null = null
      const circumstances = (trafficClass: Circumstances['class']): Circumstances =>
        worldOf({ now, killed: picture.killedAll, class: trafficClass })
      const ledger = {
        // One node: nobody else moves the record on.
        catchUp: async () => undefined,
        isBusy: () => false,
        commit: async (make: Make) => {
          const decision = await make(picture)
          last = decision ? commit(decision) : null
          return decision ? ('committed' as const) : ('nothing' as const)
        },
        circumstances,
      } as unknown as Ledger
      const pool = {
        query: (sql: string) => Promise.resolve({ rows: sql.includes('from delivery') ? recall(picture) : [] }),
      }
      const acts = openActs(ledger, { ...context, pool, clock: () => now } as unknown as LedgerContext)
      return {
        ...acts,
        said: () => {
          if (!last) throw new Error('nothing was committed')
          return last
        },
      }
    },
    settle: (states) => {
      for (const quake of picture.quakes.values()) {
        for (const delivery of quake.lineages.flatMap((l) => l.notices).flatMap((n) => n.deliveries)) {
          delivery.state = states[delivery.outlet] ?? delivery.state
        }
      }
    },
    restart: (now) => {
      picture = structuredClone(picture)
      picture.rows = new Map(
        [...record.sequence].map(([key, all]) => [key, { known: new Set(all), latest: all.at(-1) ?? '', last: null }]),
      )
      context.listeningSince = now
    },
    alarms: () => [...record.alarms.values()],
    notices: () => record.notices,
    holds: () => [...picture.holds.values()].map((hold) => `${hold.state} ${hold.gate}`),
  }
}

/** The deliveries of a picture as the record has them. */
function recall(picture: Picture): object[] {
  return [...picture.quakes.values()]
    .flatMap((quake) => quake.lineages.flatMap((lineage) => lineage.notices))
    .flatMap((notice) =>
      notice.deliveries.map((d) => ({
        id: d.deliveryId,
        notice_id: notice.id,
        outlet_id: d.outlet,
        leg: d.leg,
        state: d.state,
      })),
    )
}

/** Every reason of a plan that staff or readers are shown. */
function listShown(plan: Plan): string[] {
  return [
    ...plan.decisions.map((row) => row.reason),
    ...plan.holds.map((row) => row.reason),
    ...plan.alarms.map((row) => row.message),
    ...plan.deliveries.map((row) => row.reason),
    ...plan.ended_deliveries.map((row) => row.reason),
  ]
}

/** What the tables would refuse (the migrations record, notices and commit): twice the same serial, hold or alarm; two holds of a quake. */
function checkAsTables(plan: Plan, before: readonly NoticeRow[]): void {
  const unique = (name: string, keys: readonly string[]): void => {
    const seen = new Set<string>()
    for (const key of keys) {
      if (seen.has(key)) throw new Error(`${name}: ${key} twice in one commit`)
      seen.add(key)
    }
  }
  unique(
    'lineage',
    plan.lineages.map((l) => `${l.class} ${l.year} ${l.number}`),
  )
  unique(
    'alarm',
    plan.alarms.map((a) => `${a.kind} ${a.subject}`),
  )
  unique(
    'hold',
    plan.holds.map((h) => h.id),
  )
  unique(
    'open hold of a quake',
    plan.holds.map((h) => h.quake_id),
  )
  unique(
    'quake',
    plan.quakes.map((q) => q.id),
  )
  unique(
    'report number',
    [...before, ...plan.notices].map((n) => `${n.lineage_id} ${n.report_no}`),
  )
  unique(
    'delivery',
    plan.deliveries.map((d) => `${d.notice_id} ${d.outlet_id} ${d.leg}`),
  )
  const closed = new Set(plan.closed_holds.map((h) => h.id))
  for (const hold of plan.holds)
    if (closed.has(hold.id)) throw new Error(`hold ${hold.id} is closed and opened in one commit`)
}
