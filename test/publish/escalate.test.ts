// In: steps of a bureau's watch, alarms in a real database, a clock that is turned, outlets that write down what they are sent.
// Out: proof that each step goes out once: over acknowledging, restarts, crashes, two nodes, and outlets that fail.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Job, Outcome, ProbeOutcome } from '../../src/core/channel.ts'
import { HOUR, MINUTE, SECOND } from '../../src/core/instant.ts'
import type { Watch } from '../../src/core/people/watch.ts'
import type { TrafficClass } from '../../src/core/quake-report.ts'
import { ringAlarms, type AlarmContext } from '../../src/publish/alarm.ts'
import { escalateAlarms, listDeafSteps } from '../../src/publish/escalate.ts'
import type { Outlet } from '../../src/publish/outlets.ts'
import { beginAlarmSteps, STEP_LEASE_MS, takeAlarmSteps } from '../../src/store/alarm-steps.ts'
import { acknowledgeAlarm, clearAlarm, raiseAlarm } from '../../src/store/alarms.ts'
import { commitPlan } from '../../src/store/commit.ts'
import { emptyPlan } from '../../src/store/plan.ts'
import { openPool, withTransaction, type Queryable } from '../../src/store/pool.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { saveDeliveryRow, saveNoticeRow, saveOutletRow } from '../support/rows.ts'

const WATCH: Watch = {
  steps: [
    { afterMs: 0, outlets: ['duty'], role: 'duty' },
    { afterMs: 3 * MINUTE, outlets: ['lead'], role: 'lead' },
    { afterMs: 10 * MINUTE, outlets: ['duty', 'lead'], role: null },
  ],
  repeatMs: null,
}
const ACCEPTED: Outcome = { state: 'accepted', ref: '', url: null }

let database: FreshDatabase
let pool: Pool
let other: Pool
let now = Date.UTC(2031, 4, 5, 19, 12)
let count = 0
let sent: { outlet: string; text: string; key: string; body: string; brief: string }[] = []
let answer: (outlet: string) => Outcome = () => ACCEPTED
/** What an outlet's read-back finds of a ring; null: it fails. */
let reading: (key: string) => ProbeOutcome | null = () => ({ state: 'absent' })

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
  other = openPool(database.appConfig, 4, () => undefined)
})
afterAll(async () => {
  await Promise.all([pool.end(), other.end()])
  await database.drop()
})
beforeEach(async () => {
  now += 24 * HOUR
  sent = []
  answer = () => ACCEPTED
  reading = () => ({ state: 'absent' })
  await pool.query('update alarm set cleared_at = now() where cleared_at is null')
})

const outletOf = (id: string, over: Partial<Outlet> = {}): Outlet =>
  ({
    id,
    class: 'actual',
    mode: 'live',
    channel: { name: 'robot' },
    config: { alarms: true },
    client: {
      deliver: async ({ content, deliveryId }: Job) => {
        const { text = '', body = '', brief = '' } = content
        sent.push({ outlet: id, text, key: deliveryId, body, brief })
        return answer(id)
      },
      probe: async ({ deliveryId }: Job) => {
        const found = reading(deliveryId)
        if (found === null) throw new Error('the platform is away')
        return found
      },
    },
    ...over,
  }) as unknown as Outlet
const OUTLETS = [outletOf('duty'), outletOf('lead'), outletOf('drill-duty', { class: 'drill' })]

/** A program that has just started: it knows nothing but what stands in the database. */
const start = (over: Partial<AlarmContext> = {}): AlarmContext => ({
  db: pool,
  outlets: OUTLETS,
  bureauShortName: '安平地震',
  realNow: () => now,
  demonstration: false,
  watch: WATCH,
  deskUrl: 'https://desk.example',
  log: { warn: () => undefined, error: () => undefined },
  ...over,
})
const look = (context = start()): Promise<number> => escalateAlarms(context, context.watch ?? WATCH)
/** Looks as the loop does, until nothing is due. */
const lookOften = async (context = start()): Promise<void> => {
  for (let looks = 0; looks < 50; looks += 1) if ((await look(context)) === 0) return
  throw new Error('there is no end of it')
}
const told = (): string[] => sent.map(({ outlet, key }) => `${outlet} ${key.split('-')[2]}`)

/** An alarm's id has one hyphen, so that the key's third part is round and step. */
async function raise(
  over: { class?: TrafficClass; kind?: string; subject?: string; message?: string } = {},
): Promise<string> {
  count += 1
  const id = `a-${count}`
  const alarm = { kind: 'source', subject: `feed${count}`, class: 'actual' as const, message: '来源无应答', ...over }
  await raiseAlarm(pool, { id, ...alarm }, now)
  return id
}

/** The same, as a plan raises it again: with a newer message, heard of now. */
async function raiseByPlan(id: string, message: string): Promise<void> {
  const { rows } = await pool.query<{ version: number; kind: string; subject: string }>(
    'select h.version, a.kind, a.subject from ledger_head h, alarm a where a.id = $1',
    [id],
  )
  const [row] = rows
  if (!row) throw new Error('no alarm')
  const alarm = { id: `${id}x`, kind: row.kind, subject: row.subject, class: 'actual' as const, message }
  const plan = { ...emptyPlan(row.version, new Date(now).toISOString()), alarms: [alarm] }
  expect(await commitPlan(pool, plan, null)).toMatchObject({ state: 'committed' })
}

describe('the steps of an alarm', () => {
  test('the duty group is told at once, the lead after three minutes, both after ten, each once and then nobody', async () => {
    await raise()
    await lookOften()
    expect(told()).toEqual(['duty 0.1'])
    now += 3 * MINUTE - 1
    await lookOften()
    expect(told()).toEqual(['duty 0.1'])
    now += 1
    await lookOften()
    expect(told()).toEqual(['duty 0.1', 'lead 0.2'])
    now += 7 * MINUTE
    await lookOften()
    expect(told().slice(2).toSorted()).toEqual(['duty 0.3', 'lead 0.3'])
    now += 24 * HOUR
    await lookOften()
    expect(sent.length).toBe(4)
  })

  test('a message says which step it is, whom it wakes, and where on the desk to act', async () => {
    const id = await raise({ kind: 'hold', message: '甘肃舟曲县 7.1 级：强度复核' })
    await lookOften()
    now += 3 * MINUTE
    await lookOften()
    expect(sent.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^安平地震震讯台 第1步（共3步，值班员）：甘肃舟曲县 7\.1 级：强度复核（/) as string,
      expect.stringMatching(
        /^安平地震震讯台 第2步（共3步，带班领导）：.*编号 a-\d+） 值班台：https:\/\/desk\.example\/desk\/holds\/feed\d+$/,
      ) as string,
    ])
    // A text message takes no address.
    expect(sent[1]?.brief).toBe('甘肃舟曲县 7.1 级：强度复核')
    expect(JSON.parse(sent[1]?.body ?? '')).toMatchObject({
      type: 'hold.raised',
      hold: { alarm: id, step: 2, page: `https://desk.example/desk/holds/feed${count}` },
    })
    await raise()
    await lookOften(start({ deskUrl: null }))
    expect(sent.at(-1)?.text).not.toContain('值班台：')
  })

  test('whoever acknowledges it ends it: no further step goes out, nor one that is tried again', async () => {
    const heard = await raise()
    const failing = await raise()
    answer = () => ({ state: 'retry', afterMs: 1000, code: '', reason: '' })
    await lookOften()
    expect(sent.length).toBe(2)
    for (const id of [heard, failing]) expect(await acknowledgeAlarm(pool, id, 'p-1', now)).toBe(true)
    answer = () => ACCEPTED
    for (const ms of [16 * SECOND, 3 * MINUTE, 10 * MINUTE, 24 * HOUR]) {
      now += ms
      await lookOften()
    }
    expect(sent.length).toBe(2)
    const { rows } = await pool.query('select sent from alarm where id = any($1)', [[heard, failing]])
    expect(rows).toEqual([{ sent: 1 }, { sent: 1 }])
  })

  test('a step whose answer was lost is looked for before it is sent again, and found it is not sent twice', async () => {
    await raise()
    answer = () => ({ state: 'unknown', reason: '', probeAfterMs: 1000 })
    reading = (key) => (key === sent[0]?.key ? { state: 'accepted', ref: 'r', url: null } : { state: 'absent' })
    await lookOften()
    now += 15 * SECOND
    await lookOften()
    now += MINUTE
    await lookOften()
    expect(told()).toEqual(['duty 0.1'])
    const { rows } = await pool.query('select told, tries from alarm_step where alarm_id = $1', [`a-${count}`])
    expect(rows).toEqual([{ told: ['duty'], tries: 2 }])
  })

  test.each([
    ['shows nothing', (): ProbeOutcome => ({ state: 'absent' })],
    ['knows nothing', (): ProbeOutcome => ({ state: 'unknown', reason: '', probeAfterMs: 1000 })],
    ['fails', () => null],
  ])('where the read-back %s it is sent again: a second ring is better than none', async (_what, found) => {
    await raise()
    answer = () => ({ state: 'unknown', reason: '', probeAfterMs: 1000 })
    reading = found
    await lookOften()
    answer = () => ACCEPTED
    now += 15 * SECOND
    await lookOften()
    expect(told()).toEqual(['duty 0.1', 'duty 0.1'])
  })

  test('an alarm whose cause is gone takes no further step', async () => {
    await raise()
    await lookOften()
    await clearAlarm(pool, 'source', `feed${count}`, now)
    now += 10 * MINUTE
    await lookOften()
    expect(sent.length).toBe(1)
  })

  test('where the bureau wants it, the last step goes out again and again; a night without the program makes it one', async () => {
    const watch = { ...WATCH, repeatMs: 5 * MINUTE }
    await raise()
    for (const ms of [0, 3 * MINUTE, 7 * MINUTE, 5 * MINUTE]) {
      now += ms
      await lookOften(start({ watch }))
    }
    expect(told().filter((one) => one.startsWith('lead'))).toEqual(['lead 0.2', 'lead 0.3', 'lead 0.4'])
    expect(sent.at(-1)?.text).toContain('第3步（共3步）第2次')
    now += 8 * HOUR
    await lookOften(start({ watch }))
    expect(told().filter((one) => one.startsWith('lead')).length).toBe(4)
  })
})

describe('a hold', () => {
  const rounds = async (times: number, ms: number, watch: Watch = WATCH): Promise<number[]> => {
    const counts: number[] = []
    for (let n = 0; n < times; n += 1) {
      now += ms
      await lookOften(start({ watch }))
      counts.push(told().filter((one) => one.startsWith('lead')).length)
    }
    return counts
  }

  test('rings every 60 s after its last step until somebody acknowledges, and not once more', async () => {
    const id = await raise({ kind: 'hold' })
    await lookOften()
    await rounds(1, 3 * MINUTE)
    expect(await rounds(1, 7 * MINUTE)).toEqual([2])
    expect(await rounds(1, MINUTE - 1)).toEqual([2])
    expect(await rounds(1, 1)).toEqual([3])
    expect(await rounds(3, MINUTE)).toEqual([4, 5, 6])
    expect(sent.at(-1)?.text).toContain('第3步（共3步）第5次')
    await acknowledgeAlarm(pool, id, 'p-1', now)
    expect(await rounds(3, MINUTE)).toEqual([6, 6, 6])
  })

  test('rings at the bureau’s own pace where it has written one, slower or quicker', async () => {
    await raise({ kind: 'hold' })
    await lookOften()
    await rounds(1, 3 * MINUTE)
    await rounds(1, 7 * MINUTE)
    expect(await rounds(2, MINUTE, { ...WATCH, repeatMs: 2 * MINUTE })).toEqual([3, 3])
    expect(await rounds(1, MINUTE, { ...WATCH, repeatMs: 20 * SECOND })).toEqual([4])
    expect(await rounds(3, 20 * SECOND, { ...WATCH, repeatMs: 20 * SECOND })).toEqual([5, 6, 7])
  })
})

describe('a restart between steps', () => {
  test('loses none and repeats none: what fell due in the meantime goes out at the start, in order, once', async () => {
    await raise()
    await lookOften(start())
    now += 2 * MINUTE
    await lookOften(start())
    expect(told()).toEqual(['duty 0.1'])
    now += HOUR
    const again = start()
    await lookOften(again)
    await lookOften(start())
    expect([told()[1], ...told().slice(2).toSorted()]).toEqual(['lead 0.2', 'duty 0.3', 'lead 0.3'])
  })

  test('an alarm raised while nobody was there to ring it begins with its first step, and the lead has three minutes more', async () => {
    await raise()
    now += 8 * HOUR
    await lookOften()
    expect(told()).toEqual(['duty 0.1'])
    now += 3 * MINUTE
    await lookOften()
    expect(told()).toEqual(['duty 0.1', 'lead 0.2'])
  })

  test('a crash after a step was taken and before it was sent loses nothing: the next to look sends it', async () => {
    await raise()
    await beginAlarmSteps(pool, now, WATCH)
    expect(await takeAlarmSteps(pool, now)).toMatchObject([{ step: 1 }])
    await lookOften()
    expect(told()).toEqual([])
    now += STEP_LEASE_MS
    await lookOften()
    await lookOften()
    expect(told()).toEqual(['duty 0.1'])
  })

  test('a crash after it was sent and before that was written sends it once more, under the same key', async () => {
    await raise()
    const dying = start({
      db: {
        query: ((text: string, values: unknown[]) => {
          if (text.includes('set told')) throw new Error('killed')
          return pool.query(text, values)
        }) as never,
      },
    })
    await expect(look(dying)).rejects.toThrow('killed')
    now += STEP_LEASE_MS
    await lookOften()
    now += STEP_LEASE_MS
    await lookOften()
    expect(told()).toEqual(['duty 0.1', 'duty 0.1'])
    expect(sent[0]?.key).toBe(sent[1]?.key)
  })
})

test('two nodes that look at the same moment send each step of fifty alarms once', async () => {
  for (let n = 0; n < 50; n += 1) await raise()
  const [one, two] = [start(), start({ db: other })]
  for (const ms of [0, 3 * MINUTE, 7 * MINUTE]) {
    now += ms
    for (let looks = 0; looks < 12; looks += 1) await Promise.all([look(one), look(two)])
  }
  expect(sent.length).toBe(50 * 4)
  expect(new Set(sent.map(({ key }) => key)).size).toBe(50 * 4)
})

test('a node that comes while another is making or taking a step passes it by, and finds it done', async () => {
  const id = await raise()
  for (const act of [
    async (db: Queryable) => beginAlarmSteps(db, now, WATCH),
    async (db: Queryable) => (await takeAlarmSteps(db, now)).length,
  ]) {
    const [second] = await withTransaction(pool, async (client) => {
      expect([undefined, 1]).toContain(await act(client))
      const later = act(other)
      await Promise.race([later, sleep(300)])
      return [later]
    })
    expect([undefined, 0]).toContain(await second)
  }
  const { rows } = await pool.query(
    'select a.sent, s.tries from alarm a join alarm_step s on s.alarm_id = a.id where a.id = $1',
    [id],
  )
  expect(rows).toEqual([{ sent: 1, tries: 1 }])
})

describe('an outlet that does not take a step', () => {
  test('is tried again within seconds, and the others of that step are left in peace', async () => {
    await raise()
    await lookOften()
    sent = []
    now += 10 * MINUTE
    answer = (outlet) => (outlet === 'lead' ? { state: 'unknown', reason: '', probeAfterMs: 1 } : ACCEPTED)
    await lookOften()
    expect(told().toSorted()).toEqual(['duty 0.3', 'lead 0.2', 'lead 0.3'])
    answer = () => ACCEPTED
    now += 15 * SECOND
    await lookOften()
    expect(told().slice(3).toSorted()).toEqual(['lead 0.2', 'lead 0.3'])
    now += HOUR
    await lookOften()
    expect(sent.length).toBe(5)
  })

  test('is given up after five tries, and the next step goes out all the same', async () => {
    await raise()
    answer = (outlet) => (outlet === 'duty' ? { state: 'rejected', code: '', fix: 'operator', reason: '' } : ACCEPTED)
    for (let tries = 0; tries < 9; tries += 1) {
      await lookOften()
      now += 15 * SECOND
    }
    expect(told()).toEqual(Array<string>(5).fill('duty 0.1'))
    now += 2 * MINUTE
    await lookOften()
    expect(told().at(-1)).toBe('lead 0.2')
  })
})

describe('an alarm that is raised again', () => {
  test('neither hastens its next step nor puts it off, and that step says the newer word', async () => {
    const id = await raise()
    await lookOften()
    now += MINUTE
    await raiseByPlan(id, '来源恢复后再次中断')
    await lookOften()
    expect(told()).toEqual(['duty 0.1'])
    now += 2 * MINUTE
    await lookOften()
    expect(told()).toEqual(['duty 0.1', 'lead 0.2'])
    expect(sent[1]?.text).toContain('再次中断')
  })

  test('after it was acknowledged begins with the first step, and after its last step, too', async () => {
    const id = await raise()
    await lookOften()
    await acknowledgeAlarm(pool, id, 'p-1', now)
    await raiseByPlan(id, '又有新情况')
    await lookOften()
    expect(told()).toEqual(['duty 0.1', 'duty 1.1'])
    now += 10 * MINUTE
    await lookOften()
    await raiseByPlan(id, '情况再变')
    await lookOften()
    expect(told().at(-1)).toBe('duty 2.1')
  })
})

test('a delivery that ends after all steps have gone by unheard begins with the first again', async () => {
  const id = await raise({ kind: 'delivery', subject: 'd-late' })
  await lookOften()
  now += 10 * MINUTE
  await lookOften()
  const before = told().length
  await saveOutletRow(pool, 'weibo')
  await saveNoticeRow(pool, 'n-late')
  await saveDeliveryRow(pool, { id: 'd-late', notice: 'n-late', outlet: 'weibo' }, { state: 'failed' })
  await raiseAlarm(pool, { id, kind: 'delivery', subject: 'd-late', class: 'actual', message: '发布失败' }, now)
  await lookOften()
  expect(told().slice(before)).toEqual(['duty 1.1'])
  expect(sent.at(-1)?.text).toContain('发布失败')
})

test('a bureau that gives its steps up has every alarm rung once a minute again, also one that stands between two steps', async () => {
  await raise()
  await lookOften()
  now += 3 * MINUTE
  for (let looks = 0; looks < 3; looks += 1) await ringAlarms(start({ watch: null }))
  expect(told().slice(1).toSorted()).toEqual(['duty 2', 'lead 2'])
  now += MINUTE
  await ringAlarms(start({ watch: null }))
  expect(sent.length).toBe(5)
})

test('the alarms of a drill wake the drill’s own outlets and say so at both ends, never the duty group', async () => {
  await raise({ class: 'drill' })
  await lookOften()
  expect(sent.map(({ outlet }) => outlet)).toEqual(['drill-duty'])
  expect(JSON.parse(sent[0]?.body ?? '{}')).toMatchObject({
    alarm: { class: 'drill', message: expect.stringMatching(/^【演练】/) },
  })
  expect(sent[0]?.text).toMatch(/^【演练】.*【演练】$/)
  expect(sent[0]?.brief).toMatch(/^【演练】/)
})

test('a step that would wake nobody is named before it is needed', () => {
  expect(listDeafSteps(WATCH, OUTLETS)).toEqual([])
  expect(listDeafSteps(WATCH, [outletOf('duty'), outletOf('lead', { mode: 'rehearsal' })])).toEqual([2])
})
