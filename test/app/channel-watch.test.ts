// In: outlets, credentials with an end, a clock that a test moves, a real database. Out: proof that an end is told 30, 7 and 1 days
// ahead, each once, also over restarts and for whoever acknowledged the one before; that a renewed credential ends it; and that a
// sealed row opens for its own outlet and name alone.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { robot } from '../../channels/robot/index.ts'
import { weibo } from '../../channels/weibo/index.ts'
import { openChannelWatch } from '../../src/app/channel-watch.ts'
import { layOver, openShelf, type CredentialShelf } from '../../src/app/credentials.ts'
import type { OutletConfig } from '../../src/config.ts'
import type { Channel } from '../../src/core/channel.ts'
import { DAY } from '../../src/core/instant.ts'
import type { Outlet } from '../../src/publish/outlets.ts'
import { acknowledgeAlarm, clearOthers, raiseAlarm } from '../../src/store/alarms.ts'
import { openPool } from '../../src/store/pool.ts'
import { saveOutlets } from '../../src/store/outlets.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const START = Date.UTC(2026, 0, 1)
let database: FreshDatabase
let pool: ReturnType<typeof openPool>
let folder: string
let shelf: CredentialShelf
let now = START
let rung = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakedesk-watch-'))
  database = await freshDatabase()
  pool = openPool(database.appConfig, 2, () => undefined)
  shelf = openShelf(pool, { dataFolder: folder, deskKey: null }, () => now)
  const row = { class: 'actual', channel: 'weibo', mode: 'live' }
  await saveOutlets(pool, [
    { id: 'weibo-main', ...row },
    { id: 'weibo-other', ...row },
  ])
})
afterAll(async () => {
  await pool.end()
  await database.drop()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  now = START
})

const account = (admitted: readonly string[] = []) => {
  const outlet = { id: 'weibo-main', class: 'actual', mode: 'live', channel: weibo, needsEntry: true }
  return openChannelWatch({
    pool,
    opened: { outlets: [outlet as unknown as Outlet], listUnusable: () => [] },
    clock: { now: () => now, realNow: () => now },
    picture: () => ({ admitted: new Set(admitted) }),
    alarm: async (kind, subject, message) => {
      rung += 1
      await raiseAlarm(pool, { id: `a-${rung}`, kind, subject, class: 'actual', message }, now)
    },
    clear: async () => undefined,
    clearOthers: (kind, standing) => clearOthers(pool, kind, standing, now),
  })
}

/** Alarms of a kind that stand, with whether somebody must still be woken. */
async function listStanding(kind: string): Promise<[string, boolean][]> {
  const { rows } = await pool.query<{ id: string; message: string; rings: boolean }>(
    'select id, message, acknowledged_at is null as rings from alarm where kind = $1 and cleared_at is null order by id',
    [kind],
  )
  return rows.map(({ message, rings }) => [message, rings])
}
async function acknowledgeAll(): Promise<void> {
  const { rows } = await pool.query<{ id: string }>('select id from alarm where cleared_at is null')
  for (const { id } of rows) await acknowledgeAlarm(pool, id, 'p-1', now)
}

test('an end is told 30, 7 and 1 days ahead and when it is there, each once, also after restarts', async () => {
  await shelf.save({ outlet: 'weibo-main', name: 'accessToken', text: 'geheim', endsAt: START + 40 * DAY }, 'p-1')
  const told: number[] = []
  for (let day = 0; day <= 42; day += 1) {
    now = START + day * DAY
    // A new watch each time: what has been told stands in the rows alone.
    for (let look = 0; look < 2; look += 1) await account(['weibo-main']).look()
    const standing = await listStanding('credential-end')
    expect(standing.length).toBeLessThanOrEqual(1)
    if (standing.some(([, rings]) => rings)) told.push(40 - day)
    await acknowledgeAll()
  }
  expect(told).toEqual([30, 7, 1, 0])
  expect(await listStanding('credential-end')).toEqual([[expect.stringContaining('accessToken 已于'), false]])
  await shelf.save({ outlet: 'weibo-main', name: 'accessToken', text: 'neu', endsAt: now + 400 * DAY }, 'p-1')
  await account(['weibo-main']).look()
  expect(await listStanding('credential-end')).toEqual([])
})

test('an account without a running entry is told at every start until it has one', async () => {
  const watch = account()
  await watch.look()
  expect(watch.degraded()).toEqual([
    'outlet weibo-main: its account has no running entry in the register, it says nothing',
  ])
  expect(await listStanding('register')).toEqual([[expect.stringContaining('weibo-main'), true]])
  await account(['weibo-main']).look()
  expect(await listStanding('register')).toEqual([])
  const owner = openPool(database.ownerConfig, 1, () => undefined)
  await owner.query(`update outlet set inherited = true where id = 'weibo-main'`)
  await owner.end()
  const inherited = account(['weibo-main'])
  await inherited.look()
  expect(inherited.degraded()).toEqual([
    'outlet weibo-main: speaks as before the register, its account has no entry yet',
  ])
})

const outletOf = (more: Partial<OutletConfig> = {}): OutletConfig => {
  const given = { accessToken: 'of-the-yaml', uid: '1', safeDomain: 'a.cn', rip: '203.0.113.7' }
  const channel = weibo as Channel<unknown>
  return { id: 'weibo-main', class: 'actual', mode: 'live', channel, config: weibo.config.parse(given), given, ...more }
}
const tokenOf = (config: unknown): unknown => (config as { accessToken: string }).accessToken

test('what was entered takes precedence; what does not open leaves the YAML’s in force', async () => {
  await shelf.save({ outlet: 'weibo-main', name: 'accessToken', text: 'entered', endsAt: null }, 'p-1')
  await shelf.save({ outlet: 'weibo-other', name: 'accessToken', text: 'other', endsAt: null }, 'p-1')
  const mine = (await shelf.read()).get('weibo-main') ?? new Map<string, string>()
  expect(tokenOf(layOver(outletOf(), mine).config)).toBe('entered')
  expect(layOver(outletOf({ awaits: ['accessToken'] }), new Map()).missing).toEqual(['accessToken'])
  expect(layOver(outletOf({ awaits: ['accessToken'] }), mine).missing).toEqual([])

  // The other's row in this one's place.
  await pool.query(
    `update outlet_credential set sealed = (select sealed from outlet_credential where outlet_id = 'weibo-other')
     where outlet_id = 'weibo-main'`,
  )
  const swapped = (await shelf.read()).get('weibo-main') ?? new Map<string, string>()
  expect([...swapped]).toEqual([['accessToken', null]])
  expect(layOver(outletOf(), swapped)).toMatchObject({
    unusable: ['accessToken'],
    config: { accessToken: 'of-the-yaml' },
  })

  // Another installation's key.
  const foreign = openShelf(pool, { dataFolder: folder, deskKey: Buffer.alloc(32, 7).toString('base64url') }, () => now)
  expect([...((await foreign.read()).get('weibo-other') ?? [])]).toEqual([['accessToken', null]])
})

test('what the channel would not take is not used, and named', () => {
  const given = { kind: 'dingtalk', url: 'https://oapi.dingtalk.com/robot/send?access_token=x' }
  const channel = robot as Channel<unknown>
  const outlet: OutletConfig = { ...outletOf(), channel, config: robot.config.parse(given), given }
  const settings = layOver(outlet, new Map([['url', 'not an address']]))
  expect(settings.unusable).toEqual(['url'])
  expect(settings.config).toMatchObject({ url: given.url })
})
