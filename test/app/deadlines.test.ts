// In: a quake where damage begins, a real database, a clock that is turned. Out: what is put on record and who is alarmed, once each.
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { watchDeadlines, type DeadlineContext } from '../../src/app/deadlines.ts'
import { DEFAULT_DEADLINES } from '../../src/core/deadline.ts'
import { HOUR, MINUTE } from '../../src/core/instant.ts'
import type { Quake } from '../../src/core/quake.ts'
import { addDeadlineMark, listDeadlineMarks, listOpenDeadlines } from '../../src/store/deadlines.ts'
import { openPool, withTransaction } from '../../src/store/pool.ts'
import { listOpenRows, noteDeadline } from '../../src/web/desk/board/deadline-view.ts'
import { formalOf, policyOf, quakeOf, SHOCK, SOON, spokenOf } from '../core/judgement/bureaux.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

let database: FreshDatabase
let pool: Pool
let quake: Quake
let now: number
let count = 0
let rung: Map<string, string>

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
beforeEach(async () => {
  count += 1
  now = SOON
  rung = new Map()
  quake = quakeOf([strong()], { id: `q-${count}` })
  await pool.query(`insert into quake (id, class, created_at) values ($1, 'actual', now())`, [quake.id])
})

const strong = () => formalOf(undefined, { magnitude: { value: 6.4, type: 'M' }, place: '宁夏吴忠市利通区' })

const look = (over: Partial<DeadlineContext> = {}): Promise<void> =>
  watchDeadlines({
    pool,
    quakes: () => [quake],
    rules: DEFAULT_DEADLINES,
    policy: policyOf(),
    now: () => now,
    alarm: async (kind, subject, message) => void rung.set(`${kind} ${subject}`, message),
    clear: async (kind, subject) => void rung.delete(`${kind} ${subject}`),
    ...over,
  })
const marks = async (): Promise<string[]> =>
  ((await listDeadlineMarks(pool, [quake.id])).get(quake.id) ?? []).map(
    ({ deadline, mark, by }) => `${deadline} ${mark} ${by}`,
  )
const note = (deadline: string, kind: string, words: string, by = 'p-1') =>
  noteDeadline({ pool, deadlines: DEFAULT_DEADLINES }, { quake: quake.id, deadline, mark: kind, words, by }, now)

test('what began by its rule is on record once, also over a restart and by two nodes at once', async () => {
  await Promise.all([look(), look()])
  await look()
  expect((await marks()).toSorted()).toEqual(['conference begun system', 'information begun system'])
  expect(rung.size).toBe(0)
  expect(await listOpenDeadlines(pool, ['q-other', quake.id])).toEqual([quake.id])
})

test('a limit that nears its end alarms, one that has passed alarms anew, and a notice ends both', async () => {
  now = SHOCK + 4 * HOUR + 10 * MINUTE
  await look()
  expect([...rung.values()]).toEqual([
    expect.stringMatching(/宁夏吴忠市利通区地震：须在 5 小时内（.*前）发布权威信息，还有 50 分钟/),
  ])
  now = SHOCK + 5 * HOUR + MINUTE
  await look()
  expect([...rung.values()]).toEqual([expect.stringContaining('时限已过，尚无记录')])
  const said = strong()
  quake = { ...spokenOf([said], said, { issuedAt: now }), id: quake.id }
  await look()
  expect(rung.size).toBe(0)
  expect(await marks()).toContain('information met system')
})

test('what a person notes ends the alarm, is in the journal under their account, and is not noted twice', async () => {
  now = SHOCK + 23 * HOUR
  await look()
  expect([...rung.keys()].some((key) => key.endsWith('conference soon'))).toBe(true)
  expect(await note('conference', 'met', ' ')).toContain('请写明')
  expect(await note('conference', 'met', '3月12日 20:00\n在局')).toContain('不含控制字符')
  expect(await note('conference', 'met', '长'.repeat(201))).toContain('不超过 200 字')
  expect(await note('no-such', 'met', '已开')).toBe('没有这项时限')
  expect(await note('conference', 'opened', '已开')).toBe('没有这项时限')
  const answers = await Promise.all([
    note('conference', 'met', '已在局新闻发布厅召开'),
    note('conference', 'waived', '不适用', 'p-2'),
  ])
  expect(answers.filter((answer) => answer === null)).toHaveLength(1)
  expect(answers.filter((answer) => answer?.includes('已由他人记录'))).toHaveLength(1)
  await look()
  expect([...rung.keys()].some((key) => key.includes('conference'))).toBe(false)
  const { rows } = await pool.query(`select actor, act from journal where subject = $1 and act like 'deadline.%'`, [
    quake.id,
  ])
  expect(rows).toHaveLength(1)
})

test('a drill’s quake and one that was merged alarm nobody', async () => {
  now = SHOCK + 6 * HOUR
  quake = { ...quake, class: 'drill' }
  await look()
  quake = { ...quake, class: 'actual', mergedInto: 'q-other' }
  await look()
  expect(rung.size).toBe(0)
  expect(await marks()).toEqual([])
})

test('the board shows the limits of every quake that is known here, also behind many forgotten ones; a merged one shows none', async () => {
  await pool.query(
    `insert into quake (id, class, created_at) select 'a-' || n, 'actual', now() from generate_series(1, 60) n`,
  )
  await pool.query(
    `insert into deadline_mark (quake_id, deadline, mark, at, by, words)
     select 'a-' || n, 'conference', 'begun', now(), 'system', '' from generate_series(1, 60) n`,
  )
  await look()
  const show = async (known: Quake): Promise<string[]> =>
    (
      await listOpenRows(
        { pool, deadlines: DEFAULT_DEADLINES, policy: () => policyOf() },
        new Map([[known.id, known]]),
        () => now,
      )
    ).map(({ quake: id, row }) => `${id} ${row.id}`)
  expect(await show(quake)).toEqual([`${quake.id} information`, `${quake.id} conference`])
  expect(await show({ ...quake, mergedInto: 'q-other' })).toEqual([])
})

test('a mark is never changed by the program', async () => {
  await withTransaction(pool, (client) =>
    addDeadlineMark(client, { quake: quake.id, deadline: 'response', mark: 'begun', by: 'p-1', words: '' }, now),
  )
  await expect(pool.query('update deadline_mark set words = $1', ['x'])).rejects.toThrow(/permission denied/)
  await expect(pool.query('delete from deadline_mark')).rejects.toThrow(/permission denied/)
})
