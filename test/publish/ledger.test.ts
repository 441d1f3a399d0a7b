// The same stories in the real tables: what a plan says is what PostgreSQL takes, and what a restart reads again.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, MINUTE, SECOND } from '../../src/core/instant.ts'
import type { StoredReport } from '../../src/core/quake.ts'
import type { RefusedRow } from '../../src/core/quake-report.ts'
import { openActs } from '../../src/publish/acts.ts'
import { openLedger, type Ledger, type LedgerContext } from '../../src/publish/ledger.ts'
import { decideAgain } from '../../src/publish/decide.ts'
import { findOutcome } from '../../src/publish/lost-answer.ts'
import { emptyPlan, type DeliveryRow } from '../../src/store/plan.ts'
import { openPool } from '../../src/store/pool.ts'
import { saveOutlets } from '../../src/store/outlets.ts'
import { saveSources } from '../../src/store/sources.ts'
import { BUREAUX, deleteOf, formalOf, reportOf, rowOf, SHOCK } from '../core/judgement/bureaux.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { contextOf, NARROW, OUTLETS } from './room.ts'

const { ningbo } = BUREAUX
let database: FreshDatabase
let pool: ReturnType<typeof openPool>
let context: LedgerContext
let ledger: Ledger
let now = SHOCK

const query = async <R extends object>(text: string): Promise<R[]> => (await pool.query<R>(text)).rows
const hear = async (
  rows: readonly StoredReport[],
  refused: RefusedRow[] = [],
  from: Partial<Pick<StoredReport, 'source' | 'authority'>> = {},
): Promise<number> => {
  const { source = 'cenc-a', authority = 'official-national', receivedAt = now } = { ...from, ...rows[0] }
  now = Math.max(now, receivedAt)
  const receipt = await ledger.receive({
    source,
    authority,
    transport: 'poll',
    class: 'actual',
    bytes: Buffer.from(rows.map((row) => row.id).join(' ')),
    contentType: 'application/json',
    receivedAt,
    parsed: { reports: rows.map((row) => rowOf(row)), refused, ignored: [] },
    list: false,
  })
  return receipt.fresh
}
const kinds = async (): Promise<string[]> =>
  (await query<{ kind: string }>('select kind from notice order by issued_at, report_no')).map((n) => n.kind)

beforeAll(async () => {
  database = await freshDatabase()
})
beforeEach(async () => {
  await pool?.end()
  await database.drop()
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
  now = SHOCK
  const decide = contextOf({ bureau: ningbo, outlets: [...OUTLETS, NARROW] })
  context = {
    ...decide,
    pool,
    writer: pool,
    clock: () => now,
    clockOffMs: () => 0,
    dispatch: () => undefined,
    changed: () => undefined,
  }
  await saveOutlets(
    pool,
    decide.outlets.map((o) => ({ id: o.id, class: o.class, channel: o.channel.name, mode: o.mode })),
  )
  await saveSources(
    pool,
    ['cenc-a', 'cenc-b', 'province', 'own', 'usgs'].map((id) => ({
      id,
      format: 'ceic',
      authority: 'official-national',
    })),
  )
  ledger = await openLedger(context)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

describe('two nodes over one record', () => {
  test('a person’s act at one finds the hold that the other has just raised, and what the other has decided', async () => {
    const there = await openLedger(context)
    const acts = openActs(there, context)
    await hear([reportOf(ningbo, { magnitude: { value: 7.1, type: 'M' } })])
    const [hold] = [...ledger.picture().holds.values()]
    expect([hold?.state, there.picture().holds.size]).toEqual(['open', 0])
    expect(await acts.release(hold?.id ?? '', '值班员')).toMatchObject({ ok: true })
    expect(await openActs(ledger, context).dismiss(hold?.id ?? '', '李处', '')).toMatchObject({ ok: false })
    expect(await kinds()).toEqual(['quick-report'])
  })
})

describe('one commit', () => {
  test('takes two quakes of one poll with two serials, and an outlet that fits nothing', async () => {
    const second = reportOf(ningbo, {
      sourceEventId: 'AU-2',
      originTime: SHOCK + MINUTE,
      latitude: ningbo.quake.latitude + 0.3,
    })
    await hear([reportOf(ningbo), second])
    expect(await kinds()).toEqual(['quick-report', 'quick-report'])
    expect(await query('select number from lineage order by number')).toEqual([{ number: 1 }, { number: 2 }])
    expect(await query(`select count(*) as n from alarm where subject like 'unfit%'`)).toEqual([{ n: 2 }])
  })
  test('ends one wait and begins the next', async () => {
    const province = formalOf(ningbo, {
      source: 'province',
      authority: 'official-provincial',
      agency: 'ZJ',
      sourceCode: 'ZJ',
      receivedAt: SHOCK + 3 * MINUTE,
    })
    await hear([province])
    await hear([reportOf(ningbo, { receivedAt: SHOCK + 4 * MINUTE })])
    expect(await kinds()).toEqual(['quick-report'])
    expect(await query('select state from hold order by since, state')).toEqual([
      { state: 'resolved' },
      { state: 'waiting' },
    ])
    await ledger.reload()
    now = SHOCK + 13 * MINUTE
    const due = [...ledger.picture().holds.values()].filter((hold) => hold.dueAt !== null && hold.dueAt <= now)
    await ledger.commit((picture) =>
      decideAgain(
        picture,
        due.map((hold) => hold.quakeId),
        ledger.circumstances('actual'),
        context,
      ),
    )
    expect(await kinds()).toEqual(['quick-report', 'formal-report'])
    expect(await query(`select id from hold where state in ('open', 'veto', 'waiting')`)).toEqual([])
  })
})

describe('a person’s words that make no notice', () => {
  test('are refused with the reason, not reported as published; put right, they go out', async () => {
    const acts = openActs(ledger, context)
    await hear([formalOf(ningbo)])
    const [said] = await query<{ serial: string }>('select serial from lineage')
    const checked = { from: now - MINUTE, to: now, area: '<script>alert(1)</script>', magnitudeFloor: 3, cause: '' }
    const refusal = { ok: false, reason: expect.stringMatching(/未发布：.*核查范围/) as string }
    expect(await acts.withdraw(said?.serial ?? '', 'no-quake', '王工', checked)).toEqual(refusal)
    expect(await acts.denyQuake(checked, '王工')).toEqual(refusal)
    expect(await kinds()).toEqual(['formal-report'])
    expect(await query('select 1 from hold')).toEqual([])
    const right = { ...checked, area: '宁波市' }
    expect(await acts.withdraw(said?.serial ?? '', 'no-quake', '王工', right)).toMatchObject({ ok: true })
    expect(await kinds()).toEqual(['formal-report', 'withdrawal'])
  })
})

describe('a commit whose answer is lost', () => {
  /** The connection breaks after the commit, or before it; the database stays away for some questions more. */
  const breakOnce = (after: boolean, away = 0): void => {
    let broken = false
    let left = away
    context.writer = {
      query: async (text, values) => {
        if (broken) return pool.query(text, values) as never
        broken = true
        if (after) await pool.query(text, values)
        throw new Error('Connection terminated unexpectedly')
      },
    }
    const real = pool.query.bind(pool) as (...given: unknown[]) => unknown
    context.pool = Object.assign(Object.create(pool) as typeof pool, {
      query: (...given: unknown[]) => {
        if (String(given[0]).includes('for update') && (left -= 1) >= 0) return Promise.reject(new Error('away'))
        return real(...given)
      },
    })
  }

  test('sends what it said all the same, once, as soon as the database can be asked', async () => {
    const sent: string[] = []
    context.dispatch = (deliveries) => sent.push(...deliveries.map((delivery) => delivery.id))
    breakOnce(true, 2)
    expect(await hear([reportOf(ningbo)])).toBe(1)
    const rows = await query<{ id: string }>(`select id from delivery where state = 'sending' order by id`)
    expect(rows.length).toBeGreaterThan(0)
    expect(sent.toSorted()).toEqual(rows.map((row) => row.id))
    expect(await hear([reportOf(ningbo)])).toBe(0)
    expect(await kinds()).toEqual(['quick-report'])
    expect(sent).toHaveLength(rows.length)
  })

  test('leaves to the probe what another process has taken since', async () => {
    const sent: string[] = []
    context.dispatch = (deliveries) => sent.push(...deliveries.map((delivery) => delivery.id))
    breakOnce(true)
    const { writer } = context
    context.writer = {
      query: async (text, values) => {
        try {
          return (await writer.query(text, values)) as never
        } finally {
          await pool.query(`update delivery set state = 'unknown', lease_owner = 'other' where outlet_id = 'site'`)
        }
      },
    }
    await hear([reportOf(ningbo)])
    const rows = await query<{ id: string }>(`select id from delivery where state = 'sending' order by id`)
    expect(sent.toSorted()).toEqual(rows.map((row) => row.id))
    expect(await query(`select 1 from delivery where outlet_id = 'site'`)).toHaveLength(1)
  })

  test('that wrote nothing is an error, sends nothing, and the next poll says it', async () => {
    const sent: string[] = []
    context.dispatch = (deliveries) => sent.push(...deliveries.map((delivery) => delivery.id))
    breakOnce(false)
    await expect(hear([reportOf(ningbo)])).rejects.toThrow('Connection terminated')
    expect(sent).toEqual([])
    expect(await hear([reportOf(ningbo)])).toBe(1)
    expect(await kinds()).toEqual(['quick-report'])
    expect(sent.length).toBeGreaterThan(0)
  })

  test('is not waited for where the server has vanished: one question that hangs does not stop the next, nor all the ledger', async () => {
    const plan = { ...emptyPlan(0, ''), deliveries: [{ id: 'd-1', state: 'sending' } as DeliveryRow] }
    const lost = new Error('Connection terminated')
    let hanging = Infinity
    const vanished = {
      query: (text: string) => {
        if ((hanging -= 1) >= 0) return new Promise(() => undefined)
        return Promise.resolve({ rows: text.includes('from delivery') ? [{ id: 'd-1', ours: true }] : [] })
      },
    } as unknown as LedgerContext['pool']
    const brief = { wholeMs: 50, questionMs: 10, pauseMs: 1 }
    await expect(findOutcome(plan, lost, { pool: vanished, node: 'node-1' }, brief)).rejects.toBe(lost)
    hanging = 1
    const patient = { ...brief, wholeMs: 30_000 }
    expect(await findOutcome(plan, lost, { pool: vanished, node: 'node-1' }, patient)).toEqual({
      state: 'unanswered',
      ours: new Set(['d-1']),
    })
  })
})

describe('after a restart', () => {
  test('the record says the same as memory did: nothing twice, a value taken back is seen', async () => {
    const up = formalOf(ningbo, { magnitude: { value: 4.9, type: 'M' } })
    await hear([formalOf(ningbo)])
    await hear([up])
    await ledger.reload()
    expect(await hear([up])).toBe(0)
    expect(await hear([formalOf(ningbo)])).toBe(1)
    expect(await kinds()).toEqual(['formal-report', 'revision', 'revision'])
  })
  test('a withdrawal that was prepared before goes out after the sources were heard, once', async () => {
    const formal = formalOf(ningbo)
    const gone = deleteOf(formal)
    await hear([formal])
    await hear([gone])
    now = gone.receivedAt + 20 * MINUTE
    context.listeningSince = now
    ledger = await openLedger(context)
    const look = (): Promise<string> =>
      ledger.commit((picture) =>
        decideAgain(picture, [...picture.quakes.keys()], ledger.circumstances('actual'), context),
      )
    await look()
    expect(await kinds()).toEqual(['formal-report'])
    now += 60 * SECOND
    await look()
    await look()
    expect(await kinds()).toEqual(['formal-report', 'withdrawal'])
  })
})

describe('a withdrawal by a person', () => {
  /** A ledger whose plans meet an act of somebody else between being made and being committed, once. */
  const meeting = (meanwhile: () => Promise<unknown>): Ledger => {
    let met = false
    return {
      ...ledger,
      commit: (make, raw) =>
        ledger.commit(async (picture) => {
          const decision = await make(picture)
          if (!met) await meanwhile()
          met = true
          return decision
        }, raw),
    }
  }
  const serialOf = async (): Promise<string> =>
    (await query<{ serial: string }>('select serial from lineage'))[0]?.serial ?? ''
  const outlets = async (kind: string): Promise<string[]> =>
    (
      await query<{ outlet_id: string }>(
        `select distinct outlet_id from delivery d join notice n on n.id = d.notice_id where n.kind = '${kind}' order by 1`,
      )
    ).map((row) => row.outlet_id)

  test('counter-posts what left in the very moment it was made, and cancels what had not left', async () => {
    await hear([formalOf(ningbo)])
    const addressed = await outlets('formal-report')
    expect(addressed).toContain('weibo')
    await query(
      `update delivery set state = 'queued', lease_owner = '', lease_until = null where outlet_id in ('weibo', 'wechat')`,
    )
    const leave = () => query(`update delivery set state = 'sending' where outlet_id = 'weibo'`)
    const acted = await openActs(meeting(leave), context).withdraw(await serialOf(), 'sent-in-error', '值班员', null)
    expect(acted).toMatchObject({ ok: true })
    expect(await outlets('withdrawal')).toEqual(addressed.filter((id) => id !== 'wechat' && id !== NARROW.id))
    expect(await query(`select distinct state from delivery where outlet_id = 'wechat'`)).toEqual([
      { state: 'cancelled' },
    ])
  })

  test('reaches a notice of any age, long after it left the memory', async () => {
    await hear([formalOf(ningbo)])
    await query(`update delivery set state = 'accepted' where state = 'sending'`)
    now += 400 * DAY
    await ledger.catchUp()
    expect(ledger.picture().quakes.size).toBe(0)
    const acted = await openActs(ledger, context).withdraw(`${await serialOf()} 第1报`, 'sent-in-error', '值班员', null)
    expect(acted).toMatchObject({ ok: true })
    expect(await kinds()).toEqual(['formal-report', 'withdrawal'])
  })
})

describe('an alarm that was acknowledged', () => {
  const ringing = () => query('select acknowledged_at is null as rings from alarm where cleared_at is null')
  test('rings again when the hold behind it gets a new reason, and not for the same row once more', async () => {
    const strong = reportOf(ningbo, { magnitude: { value: 6.8, type: 'M' } })
    await hear([strong])
    await query(`update alarm set acknowledged_at = now(), acknowledged_by = '值班员'`)
    await hear([strong])
    expect(await ringing()).toEqual([{ rings: false }])
    await hear([{ ...strong, magnitude: { value: 7.4, type: 'M' }, receivedAt: strong.receivedAt + MINUTE }])
    expect(await kinds()).toEqual([])
    expect(await ringing()).toEqual([{ rings: true }])
  })
})

describe('a row with a latitude of 121', () => {
  const refused: RefusedRow[] = [{ row: 0, rule: 'latitude-range', reason: 'lat is 121.85, expected -90…90' }]
  test('from an official source alarms, and is recorded once however often it is read', async () => {
    for (let poll = 0; poll < 3; poll += 1) await hear([], refused)
    expect(await query('select count(*) as n from refused_row')).toEqual([{ n: 1 }])
    expect(await query(`select count(*) as n from alarm where kind = 'refused-row'`)).toEqual([{ n: 1 }])
  })
  test('and any other official row that could not be used alarms once for its source and rule, again for a new one', async () => {
    const depth = (value: number): RefusedRow => ({ row: value % 7, rule: 'depth-range', reason: `depth is ${value}` })
    for (let poll = 0; poll < 3; poll += 1) await hear([], [...refused, depth(12_000), depth(9_000)])
    const alarms = () => query(`select subject, acknowledged_at is null as rings from alarm order by subject`)
    expect(await alarms()).toEqual([
      { subject: 'cenc-a depth-range', rings: true },
      { subject: 'cenc-a latitude-range', rings: true },
    ])
    await query(`update alarm set acknowledged_at = now(), acknowledged_by = '值班员'`)
    await hear([], [...refused, depth(12_000), depth(9_000), depth(15_000)])
    expect(await alarms()).toEqual([
      { subject: 'cenc-a depth-range', rings: true },
      { subject: 'cenc-a latitude-range', rings: false },
    ])
  })
  test('from a mirror is recorded and wakes nobody', async () => {
    await hear([], refused, { source: 'relay', authority: 'mirror' })
    expect(await query('select count(*) as n from refused_row')).toEqual([{ n: 1 }])
    expect(await query('select count(*) as n from alarm')).toEqual([{ n: 0 }])
  })
})

describe('a person’s word about two quakes', () => {
  test('is on record as it was in memory: merged, the second row’s figures follow the first notice', async () => {
    const twin = formalOf(ningbo, { sourceEventId: 'CC-twin', magnitude: { value: 4.9, type: 'M' } })
    await hear([formalOf(ningbo)])
    await hear([{ ...twin, receivedAt: twin.receivedAt + MINUTE }])
    const [said = '', doubtful = ''] = ledger.picture().quakes.keys()
    const acts = openActs(ledger, context)
    expect(await acts.merge(doubtful, said, '值班员')).toMatchObject({ ok: true })
    expect(await kinds()).toEqual(['formal-report', 'revision'])
    const reports = ledger
      .picture()
      .quakes.get(said)
      ?.reports.map((r) => r.sourceEventId)
    await ledger.reload()
    expect(
      ledger
        .picture()
        .quakes.get(said)
        ?.reports.map((r) => r.sourceEventId),
    ).toEqual(reports)
    expect(ledger.picture().holds.size).toBe(0)
    expect(await acts.split(said, twin.source, 'CC-twin', '值班员')).toMatchObject({ ok: false })
    expect(await acts.split(said, twin.source, formalOf(ningbo).sourceEventId, '值班员')).toMatchObject({ ok: true })
    expect((await kinds()).toSorted()).toEqual(['formal-report', 'formal-report', 'revision'])
  })
  test('keeps the order of arrival: the newest row stands, before and after a restart', async () => {
    const twin = formalOf(ningbo, { sourceEventId: 'CC-twin', magnitude: { value: 4.9, type: 'M' } })
    await hear([formalOf(ningbo)])
    await hear([{ ...twin, receivedAt: twin.receivedAt + MINUTE }])
    await hear([formalOf(ningbo, { depthKm: 11, receivedAt: twin.receivedAt + 2 * MINUTE })])
    const [said = '', doubtful = ''] = ledger.picture().quakes.keys()
    expect(await openActs(ledger, context).merge(doubtful, said, '值班员')).toMatchObject({ ok: true })
    const order = () =>
      ledger
        .picture()
        .quakes.get(said)
        ?.reports.map((r) => r.id)
    const before = order()
    await ledger.reload()
    expect(order()).toEqual(before)
    expect(await kinds()).toEqual(['formal-report'])
  })
})
