// In: more organisations, flags, platform words, spreaders and half-sent answers than any page shows. Out: proof that what stands beyond
// that is still seen, rung for, settled and looked at; and that a list which is full says so.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ASKED_MS } from '../../src/core/rumour/clocks.ts'
import { noteAlarm } from '../../src/publish/note-alarm.ts'
import { clearSettled } from '../../src/rumour/checks/raise.ts'
import { settleByHand, watchChecks } from '../../src/rumour/checks/settle.ts'
import { logPlatform } from '../../src/rumour/handover/platform.ts'
import { nameSpreader } from '../../src/rumour/handover/spreaders.ts'
import { findSight } from '../../src/rumour/sight.ts'
import { listAlarms } from '../../src/store/alarms.ts'
import { saveOrganisation } from '../../src/store/people/accounts.ts'
import { listDueClaims } from '../../src/store/rumours/clocks.ts'
import { openHandoverDesk, type HandoverDesk } from './handover-desk.ts'
import { hearReport, openSource } from './ledger-rows.ts'

let desk: HandoverDesk
beforeAll(async () => {
  desk = await openHandoverDesk()
}, 60_000)
afterAll(() => desk.close())

test('whoever was given sight of a claim has it, however many were', async () => {
  const { claim } = await desk.begin()
  for (let number = 10; number < 70; number += 1) {
    await saveOrganisation(desk.pool, { id: `unit-${number}`, name: `第${number}单位`, kind: 'other' })
    await desk.share(claim, `unit-${number}`)
  }
  const seen: string[] = []
  for (let number = 10; number < 70; number += 1) {
    const person = { account: 'p-zhou', organisation: `unit-${number}`, roles: ['liaison-unit' as const] }
    seen.push(String(await findSight(desk.pool, desk.context, person, claim)))
  }
  expect(seen).toEqual(Array.from({ length: 60 }, () => 'case'))
})

test('the oldest of very many flags still rings, and is settled by whoever has looked', async () => {
  const { claim } = await desk.begin()
  await openSource(desk.pool, desk.context.now())
  const quake = await hearReport(desk.pool, {
    receivedAt: desk.context.now(),
    latitude: 10,
    longitude: 10,
    place: '远处',
    magnitude: { value: 5, type: 'M' },
  })
  const later = 'make_interval(secs => n)'
  await desk.query(
    `insert into claim_flag (claim_id, reason, quake_id, sheet_version, words, raised_at)
     select $1, 'sheet-changed', $2, n, '须核对', $3::timestamptz + ${later} from generate_series(1, 600) n`,
    [claim, quake, new Date(desk.context.now())],
  )
  const [oldest] = await desk.query<{ id: number }>('select min(id) as id from claim_flag')
  const id = oldest?.id ?? 0
  const subject = `${claim} ${id}`
  await noteAlarm(desk.pool, desk.context, { kind: 'rumour-facts', subject, message: '须核对' })
  const rings = async (): Promise<boolean> => (await listAlarms(desk.pool)).some((one) => one.subject === subject)
  await clearSettled(desk.pool, desk.context)
  expect(await rings()).toBe(true)
  const settled = await settleByHand(desk.context, id, '已核对', desk.people.wang)
  expect(settled).toMatchObject({ ok: true })
  expect(await rings()).toBe(false)
  await watchChecks(desk.context)
  // Nothing cites the sheet: all of them end, not the newest alone.
  expect(await desk.query('select from claim_flag where settled_at is null')).toEqual([])
})

test('a list of what platforms did, or of who spread it, takes no more than is read, and says so', async () => {
  const { claim } = await desk.begin()
  await desk.share(claim, 'wangxin')
  await desk.query(
    `insert into platform_action (claim_id, organisation_id, platform, action, state, by, at)
     select $1, 'wangxin', '微博', 'remove', 'asked', 'p-sun', now() from generate_series(1, 499)`,
    [claim],
  )
  await desk.query(
    `insert into spreader (claim_id, organisation_id, platform, role, sealed, account_mark, by, at)
     select $1, 'wangxin', '微博', 'origin', '\\x00', repeat('a', 64), 'p-sun', now() from generate_series(1, 199)`,
    [claim],
  )
  const word = { platform: '微博', url: '', action: 'remove', state: 'asked', receipt: '', words: '' } as const
  const spreader = { platform: '微博', account: '@某某', url: '', role: 'origin' } as const
  const { sun } = desk.people
  const log = () => logPlatform(desk.handover, claim, word, sun)
  const name = () => nameSpreader(desk.handover, claim, spreader, sun)
  expect([await log(), await name()]).toMatchObject([{ ok: true }, { ok: true }])
  expect([await log(), await name()]).toMatchObject([{ rule: 'many' }, { rule: 'many' }])
})

test('an answer on its way is looked at before those that stay partly out, however many they are', async () => {
  await desk.query(
    `insert into claim (id, title, kind, family_id, risk, state, opened_at, changed_at)
     select 'c-part-' || n, '传言', 'other', 'c-part', 1, 'published-partial', now(), $1::timestamptz - interval '30 days'
     from generate_series(1, 300) n`,
    [new Date(desk.context.now())],
  )
  await desk.query(
    `insert into claim (id, title, kind, family_id, risk, state, opened_at, changed_at)
     values ('c-sending', '传言', 'other', 'c-sending', 1, 'publishing', now(), $1)`,
    [new Date(desk.context.now())],
  )
  const due = await listDueClaims(desk.pool, desk.context.now(), { askedMs: ASKED_MS, coldMs: 1_000 })
  expect(due.map(({ id }) => id)).toContain('c-sending')
})
