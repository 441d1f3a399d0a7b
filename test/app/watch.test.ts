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

test('a held word wakes the duty group, after a kill the lead, each once, and nobody after it was acknowledged', async () => {
  const admin = await openFirst(bureau)
  const wang = await openOfficer(bureau, admin, { login: 'wang', name: '王小明', roles: ['duty'] })
  expect(await bureau.push('watch-1', writeDetermination('AU', bureau.recent(), { magnitude: 7.1 }))).toBe(202)
  const alarm = await findNewest()
  await until('the duty group', async () => (await listRings('robots', alarm)).length === 1)
  expect((await listRings('robots', alarm))[0]).toContain('第1步（共3步，值班员）')
  expect(await listRings('webhook', alarm)).toEqual([])
  // Killed between the sending and the record of it, a step goes out once more: that is test/publish/escalate.test.ts.
  await until('its record', async () => {
    const db = await bureau.database()
    const over = 'select from alarm_step where alarm_id = $1 and step = 1 and over_at is not null'
    return (await db.query(over, [alarm])).rowCount === 1
  })

  await bureau.kill('everything')
  await bureau.pass(4 * MINUTE)
  await bureau.start()
  await until('the lead', async () => (await listRings('webhook', alarm)).length > 0)
  expect((await listRings('webhook', alarm)).map((text) => JSON.parse(text) as unknown)).toMatchObject([
    { type: 'hold.raised', hold: { alarm, step: 2 } },
  ])

  await wang.get('/desk')
  expect(await wang.post(`/desk/alarms/${alarm}/acknowledge`)).toMatchObject({ status: 303 })
  await bureau.pass(20 * MINUTE)
  await bureau.untilMoved()
  // Another alarm that is raised now is rung: the loop has looked, and has passed this one by.
  expect(await bureau.push('watch-2', writeDetermination('AU', bureau.recent(), { magnitude: 7.1 }))).toBe(202)
  const other = await findNewest()
  expect(other).not.toBe(alarm)
  await until('the other alarm', async () => (await listRings('robots', other)).length === 1)
  expect(await listRings('robots', alarm)).toHaveLength(1)
  expect(await listRings('webhook', alarm)).toHaveLength(1)
}, 120_000)
