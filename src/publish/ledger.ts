// In: payloads, timers, a person's acts. Out: committed plans, one after the other, and the deliveries that leave at once.
// One at a time per process; between processes the version of the record decides. Must not send before the commit.
import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import { DAY, formatUtc, MINUTE, type Instant } from '../core/instant.ts'
import { associate, findSameId } from '../core/judgement/associate.ts'
import type { Circumstances } from '../core/judgement/policy.ts'
import { maySpeak } from '../core/judgement/prefer.ts'
import type { Authority, ParsedFeed, RefusedRow, TrafficClass } from '../core/quake-report.ts'
import { hasReportWithin } from '../core/quake.ts'
import { commitPlan } from '../store/commit.ts'
import { loadPicture, readVersion } from '../store/picture.ts'
import type { DeliveryRow, NoticeRow, Plan } from '../store/plan.ts'
import type { Queryable } from '../store/pool.ts'
import { firstAttempts } from './carry-out.ts'
import { decideRows, type DecideContext, type Decision } from './decide.ts'
import { buildPicture, type Picture } from './picture.ts'
import { recallOlder, refreshLineages } from './recall.ts'
import { findOutcome } from './lost-answer.ts'
import { findNewRows, keyRow, rememberRows, type KeyedRow } from './rows.ts'

/** Days of quakes kept in memory; older ones are fetched when a row points at them. */
const PICTURE_MS = 10 * 24 * 60 * 60 * 1000
const MOST_CONFLICTS = 20
/** A row never speaks of a quake further off in time, but by its id. */
const NEAR_MS = 2 * MINUTE

/** One payload as it arrived, parsed. */
export interface Payload {
  source: string
  authority: Authority
  transport: 'poll' | 'websocket' | 'door' | 'folder' | 'drill'
  /** Lane it came in on: actual, or drill for a drill's payloads. */
  class: Exclude<TrafficClass, 'test'>
  bytes: Uint8Array
  contentType: string
  receivedAt: Instant
  parsed: ParsedFeed
  /** True for polled lists: their first payload seeds silently (DESIGN §6.8). */
  list: boolean
  /** Of a message that a list pointed at: whether that list was the source's first. Else `list` decides. */
  seeding?: boolean
  /** Standard Webhooks id of a door, for repeats. */
  message?: { door: string; id: string }
}

export interface Receipt {
  state: 'accepted' | 'repeated'
  /** Rows that were read. */
  reports: number
  /** Of them, rows that said something new. */
  fresh: number
  refused: RefusedRow[]
}

export interface LedgerContext extends DecideContext {
  pool: Pool
  /** Where plans are committed (store/pool.ts openWriter). */
  writer: Queryable
  /** Clock of a lane: a drill runs by its scenario's. */
  clock: (trafficClass: TrafficClass) => Instant
  clockOffMs: () => number | null
  /** Called after every commit with what it said; sends, never throws. */
  dispatch: (deliveries: DeliveryRow[], notices: NoticeRow[]) => void
  /** Reads policy and templates as they stand on record; what this context hands out afterwards is by them. */
  reloadWords?: () => Promise<void>
  /** Called after a commit that changed anything a person sees. */
  changed: () => void
}

/** What a plan is made of: gets the newest picture, returns the plan and how to change the picture; null for "nothing to do". */
export type Make = (picture: Picture) => Decision | null | Promise<Decision | null>

export interface Ledger {
  receive(payload: Payload): Promise<Receipt>
  /** Makes a plan on the newest picture and commits it; made anew when another process was first. */
  commit(make: Make, raw?: { bytes: Uint8Array }): Promise<'committed' | 'repeated' | 'nothing'>
  picture(): Picture
  reload(): Promise<void>
  /** Reloads if another process has committed since, and once a day, so that what has grown old leaves the memory. */
  catchUp(): Promise<void>
  /** Something is under way and not committed yet. */
  isBusy(): boolean
  circumstances(trafficClass: TrafficClass, more?: Partial<Circumstances>): Circumstances
}

/** Opens the ledger on the record as it stands. */
export async function openLedger(context: LedgerContext): Promise<Ledger> {
  let picture = await load(context, null)
  let loadedAt = context.clock('actual')
  let wholeAt = loadedAt
  const loadAgain = async (): Promise<void> => {
    loadedAt = context.clock('actual')
    // Once a day everything, so that rows which no list shows any more leave the memory.
    const isWhole = loadedAt - wholeAt > DAY
    if (isWhole) wholeAt = loadedAt
    picture = await load(context, isWhole ? null : picture)
  }
  let turn: Promise<unknown> = Promise.resolve()

  let under = 0
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    under += 1
    const mine = turn.then(act, act).finally(() => (under -= 1))
    turn = mine.catch(() => undefined)
    return mine
  }

  /** A list that carries the same bad row at every poll is recorded once, not every 15 s. */
  const refusedBefore = new Map<string, string>()

  const circumstances = (trafficClass: TrafficClass, more: Partial<Circumstances> = {}): Circumstances => ({
    now: context.clock(trafficClass),
    clockOffMs: context.clockOffMs(),
    bulk: false,
    seeding: false,
    class: trafficClass,
    killed: picture.killedAll,
    ...(trafficClass === 'drill' ? { presentAt: context.clock('actual') } : {}),
    ...more,
  })

  const commitNow = async (make: Make, raw: Uint8Array | null): Promise<'committed' | 'repeated' | 'nothing'> => {
    for (let conflicts = 0; conflicts < MOST_CONFLICTS; conflicts += 1) {
      const decision = await make(picture)
      if (!decision) return 'nothing'
      const committed = await commitPlan(context.writer, decision.plan, raw).catch((error: unknown) =>
        findOutcome(decision.plan, error, context),
      )
      if (committed.state === 'unanswered') {
        const ours = firstAttempts(decision.plan).filter((delivery) => committed.ours.has(delivery.id))
        context.dispatch(ours, decision.plan.notices)
        await loadAgain()
        context.changed()
        return 'committed'
      }
      if (committed.state === 'repeated') return 'repeated'
      if (committed.state === 'committed') {
        apply(picture, decision, committed.version)
        context.dispatch(firstAttempts(decision.plan), decision.plan.notices)
        context.changed()
        return 'committed'
      }
      await loadAgain()
    }
    throw new Error(`the record changed ${MOST_CONFLICTS} times while one plan was made`)
  }

  const receive = async (payload: Payload): Promise<Receipt> => {
    const keyed = payload.parsed.reports.map(keyRow)
    let fresh: KeyedRow[] = []
    const state = await commitNow(async (now) => {
      fresh = findNewRows(payload.source, keyed, now.rows)
      if (
        fresh.length === 0 &&
        (refusedBefore.get(payload.source) ?? '') === markRefused(payload) &&
        !payload.message &&
        now.seeded.has(payload.source)
      )
        return null
      await recallOlder(now, payload.source, fresh, context.pool, context.clock('actual') - PICTURE_MS)
      await refreshSpoken(now, payload, fresh, context)
      return decidePayload(now, payload, fresh)
    }, payload.bytes)
    if (state !== 'repeated') {
      refusedBefore.set(payload.source, markRefused(payload))
      rememberRows(payload.source, keyed, picture.rows)
      if (state === 'committed') picture.seeded.add(payload.source)
    }
    return {
      state: state === 'repeated' ? 'repeated' : 'accepted',
      reports: keyed.length,
      fresh: fresh.length,
      refused: payload.parsed.refused,
    }
  }

  const decidePayload = (now: Picture, payload: Payload, fresh: KeyedRow[]): Decision => {
    const world = circumstances(payload.class, {
      bulk: fresh.length > context.policy.gates.bulkRows,
      seeding: payload.seeding ?? (payload.list && !now.seeded.has(payload.source)),
    })
    const news = { source: payload.source, authority: payload.authority, receivedAt: payload.receivedAt, rows: fresh }
    const decision = decideRows(now, news, world, context)
    describePayload(decision.plan, payload, fresh)
    if (!world.seeding) alarmRefused(decision.plan, payload, refusedBefore.get(payload.source) ?? '', context)
    return decision
  }

  return {
    receive: (payload) => inTurn(() => receive(payload)),
    commit: (make, raw) => inTurn(() => commitNow(make, raw?.bytes ?? null)),
    picture: () => picture,
    reload: () => inTurn(loadAgain),
    catchUp: () =>
      inTurn(async () => {
        const old = context.clock('actual') - loadedAt > DAY
        if (old || (await readVersion(context.pool)) !== picture.version) await loadAgain()
      }),
    isBusy: () => under > 0,
    circumstances,
  }
}

/**
 * The words after the picture: newer ones on an older version of the record meet a conflict, never the other way round.
 * @param before the picture that is replaced: of the rows that it remembers only newer ones are read
 */
async function load(context: LedgerContext, before: Picture | null): Promise<Picture> {
  const since = context.clock('actual') - PICTURE_MS
  const picture = buildPicture(await loadPicture(context.pool, since, before?.rowsUpTo ?? 0), before?.rows)
  await context.reloadWords?.()
  return picture
}

function apply(picture: Picture, decision: Decision, version: number): void {
  for (const quake of decision.workbench.touched()) picture.quakes.set(quake.id, quake)
  for (const change of decision.changes) change(picture)
  picture.version = version
}

/** The payload's own rows of a plan: raw bytes, refused rows, state of the source, one journal line. */
function describePayload(plan: Plan, payload: Payload, fresh: KeyedRow[]): void {
  const at = formatUtc(payload.receivedAt)
  plan.raw = {
    source: payload.source,
    transport: payload.transport,
    class: payload.class,
    received_at: at,
    content_type: payload.contentType,
    sha256: createHash('sha256').update(payload.bytes).digest('hex'),
  }
  plan.source = { id: payload.source, seeded_at: plan.at, last_ok_at: at, last_changed_at: at }
  if (payload.message) {
    plan.message = {
      ...payload.message,
      reply: { accepted: payload.parsed.reports.length, refused: payload.parsed.refused },
    }
  }
  plan.refused = payload.parsed.refused.map((row) => ({ row_no: row.row, rule: row.rule, reason: row.reason }))
  plan.journal.push({
    actor: payload.source,
    act: 'report.received',
    subject: plan.raw.sha256,
    detail: { rows: fresh.length, refused: plan.refused.length, transport: payload.transport },
  })
}

function markRefused(payload: Payload): string {
  return payload.parsed.refused.map(markRow).join('\n')
}

function markRow({ rule, reason }: RefusedRow): string {
  return `${rule} ${reason}`
}

/**
 * An official row that its parser could not use was never judged, and might have been a near quake: a person is told, once
 * for each source and rule (DESIGN §6.2, L10). `before`: what the source's last payload was refused for.
 */
function alarmRefused(plan: Plan, payload: Payload, before: string, context: LedgerContext): void {
  if (!maySpeak(payload.authority)) return
  const known = new Set(before.split('\n'))
  const fresh = payload.parsed.refused.filter((row) => !known.has(markRow(row)))
  for (const [rule, rows] of Map.groupBy(fresh, (row) => row.rule)) {
    const swap = rule === 'latitude-range' || rule === 'longitude-range' ? '（可能经纬度颠倒）' : ''
    plan.alarms.push({
      id: `a-${context.random().slice(0, 20)}`,
      kind: 'refused-row',
      subject: `${payload.source} ${rule}`,
      class: payload.class,
      message: `来源 ${payload.source} 有${rows.length}行无法采用${swap}，未判定也未发布，请人工核对：${rows[0]?.reason ?? rule}`,
    })
  }
}

/** Delivery states move on without commits; a follow-up must know where its first word may stand. */
async function refreshSpoken(
  picture: Picture,
  payload: Payload,
  rows: readonly KeyedRow[],
  context: LedgerContext,
): Promise<void> {
  if (rows.length === 0) return
  const { source, authority, receivedAt } = payload
  const spoken = [...picture.quakes.values()].filter((quake) => quake.lineages.length > 0)
  const concerned = rows.flatMap(({ report }) => {
    const near = spoken.filter(
      (quake) =>
        hasReportWithin(quake, report.originTime, NEAR_MS) || findSameId({ ...report, source }, [quake]).length > 0,
    )
    if (near.length === 0) return []
    const trafficClass = report.class === 'actual' ? payload.class : report.class
    const stored = { ...report, class: trafficClass, id: '', source, authority, receivedAt }
    const found = associate(stored, near, picture.bindings)
    return found.verdict === 'known' ? [found.quake] : found.verdict === 'ambiguous' ? found.candidates : []
  })
  // A shock beside many others, as in a swarm, speaks of none of them: nothing is read then.
  await refreshLineages([...new Set(concerned)], context.pool)
}
