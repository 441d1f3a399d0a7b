// In: a real installation with steps for its alarms, killed between two of them. Out: proof that the duty group and then the partner
// are rung once each, that the kill loses and repeats none, and that pressing 知道了 at the desk is the end of it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { until } from '../crash/watch.ts'
import { openBureau, writeDetermination, type Bureau } from './bureau.ts'
import { openFirst, openOfficer } from './officers.ts'

const MINUTE = 60_000
/** A machine that others use as well. */
const LONG_MS = 100_000
let bureau: Bureau

beforeAll(async () => {
  bureau = await openBureau('watch')
  const file = parse(bureau.yaml) as { outlets: Record<string, unknown>[] }
  for (const outlet of file.outlets)
    if (['duty', 'partner'].includes(String(outlet['id']))) Object.assign(outlet, { alarms: true })
  const watch = {
    steps: [
      { after: '0s', role: 'duty', outlets: ['duty'] },
      { after: '3m', role: 'lead', outlets: ['partner'] },
      { after: '10m', outlets: ['duty', 'partner'] },
    ],
  }
  writeFileSync(join(bureau.folder, 'quakedesk.yaml'), stringify({ ...file, watch }))
  await bureau.start()
}, 120_000)
afterAll(() => bureau.close(), 60_000)

const listRings = async (stand: 'robots' | 'webhook', alarm: string): Promise<string[]> =>
  (await bureau.town.ledger(stand)).map(({ text }) => text).filter((text) => text.includes(alarm))

/** The alarm of the newest hold. */
const findNewest = async (): Promise<string> => {
  const db = await bureau.database()
  const { rows } = await db.query<{ id: string }>(
    `select id from alarm where kind = 'hold' order by raised_at desc limit 1`,
  )
  return rows[0]?.id ?? 'none'
}

/**
 * Waits until a step is on record as over. What was killed between the sending and that record goes out once more, and so does
 * what a slow machine did not hear the answer to: both are test/publish/escalate.test.ts.
 * @returns how often it was tried: 1, where the machine kept up
 */
const untilOver = (alarm: string, step: number): Promise<number> =>
  until(
    `the record of step ${step}`,
    async () => {
      const db = await bureau.database()
      const over = 'select tries from alarm_step where alarm_id = $1 and step = $2 and over_at is not null'
      const { rows } = await db.query<{ tries: number }>(over, [alarm, step])
      return rows[0]?.tries
    },
    LONG_MS,
  )

test('a held word wakes the duty group, after a kill the lead, each once, and nobody after it was acknowledged', async () => {
  const admin = await openFirst(bureau)
  const wang = await openOfficer(bureau, admin, { login: 'wang', name: '王小明', roles: ['duty'] })
  expect(await bureau.push('watch-1', writeDetermination('AU', bureau.recent(), { magnitude: 7.1 }))).toBe(202)
  const alarm = await findNewest()
  const tries = await untilOver(alarm, 1)
  const heard = await listRings('robots', alarm)
  expect([heard.length >= 1, heard.length <= tries]).toEqual([true, true])
  expect(heard[0]).toContain('第1步（共3步，值班员）')
  expect(await listRings('webhook', alarm)).toEqual([])
  const board = (await wang.get('/desk')).body
  expect(board).toContain('第1步（共3步，值班员）：已通知 值班群（duty）')
  expect(board).toMatch(/下一步 [^：]+：第2步（共3步，带班领导） → 合作方接口（partner）/)

  await bureau.kill('everything')
  await bureau.pass(4 * MINUTE)
  await bureau.start()
  const again = await untilOver(alarm, 2)
  const led = await listRings('webhook', alarm)
  expect([led.length >= 1, led.length <= again]).toEqual([true, true])
  for (const text of led) expect(JSON.parse(text)).toMatchObject({ type: 'hold.raised', hold: { alarm, step: 2 } })

  await wang.get('/desk')
  expect(await wang.post(`/desk/alarms/${alarm}/acknowledge`)).toMatchObject({ status: 303 })
  await bureau.pass(20 * MINUTE)
  await bureau.untilMoved()
  // Another alarm that is raised now is rung: the loop has looked, and has passed this one by.
  expect(await bureau.push('watch-2', writeDetermination('AU', bureau.recent(), { magnitude: 7.1 }))).toBe(202)
  const other = await findNewest()
  expect(other).not.toBe(alarm)
  await untilOver(other, 1)
  expect((await listRings('robots', other)).length).toBeGreaterThan(0)
  expect((await wang.get('/desk')).body).toContain('王小明 已确认')
  // Neither the kill nor the twenty minutes since have brought a ring more.
  expect(await listRings('robots', alarm)).toHaveLength(heard.length)
  expect(await listRings('webhook', alarm)).toHaveLength(led.length)
}, 400_000)
