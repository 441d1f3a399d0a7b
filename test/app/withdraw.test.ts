// In: a real installation with every channel, strict stand-ins, the officer's command. Out: proof that withdrawing is one
// act that reaches every channel, each on its own, and that nobody is left thinking it did (DESIGN L6, §6 "Withdrawal").
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY } from '../../src/core/instant.ts'
import { rowShape, writePayload } from '../../src/town/payloads.ts'
import { describeBureau, freePort, prepareInstallation, type Installation } from '../crash/installation.ts'
import { STANDS, startTownProcess, type TownProcess } from '../crash/town.ts'
import { until } from '../crash/watch.ts'

const DESK = fileURLToPath(new URL('../../src/desk.ts', import.meta.url))

let folder: string
let town: TownProcess
let bureau: Installation
let count = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakedesk-withdraw-'))
  const [port, deskPort] = [await freePort(), await freePort()]
  const callbackUrl = `http://127.0.0.1:${deskPort}/callbacks/wechat`
  town = await startTownProcess({ folder, publicHost: `127.0.0.1:${port}`, callbackUrl, now: Date.now() })
  bureau = prepareInstallation({ folder, port, deskPort, yaml: describeBureau(town.urls, `127.0.0.1:${port}`) })
  await bureau.start()
}, 120_000)

afterAll(async () => {
  await bureau.stop()
  await town.stop()
  bureau.sweep()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

beforeEach(async () => {
  await town.clearFaults()
  await pass(9 * DAY)
  await bureau.untilMoved()
})

/** Lets time pass on every clock. */
async function pass(ms: number): Promise<void> {
  await town.setClock(bureau.now() + ms)
  bureau.skip(ms)
}

interface Delivery {
  kind: string
  serial: string
  outlet_id: string
  leg: string
  state: string
  reason: string
}

async function deliveries(serial: string): Promise<Delivery[]> {
  const db = await bureau.database()
  const { rows } = await db.query<Delivery>(
    `select n.kind, l.serial, d.outlet_id, d.leg, d.state, d.reason from delivery d join notice n on n.id = d.notice_id
     join lineage l on l.id = n.lineage_id where l.serial = $1 order by n.report_no, d.outlet_id, d.leg`,
    [serial],
  )
  return rows
}

/** One determination through the door. @returns the serial of its lineage */
async function hear(code: 'AU' | 'CC', origin: number): Promise<string> {
  const time = new Date(origin).toISOString()
  const row = rowShape.parse({
    code,
    time,
    latitude: 37.98,
    longitude: 103.59,
    magnitude: 5,
    place: '内蒙古阿拉善盟阿拉善左旗',
  })
  count += 1
  expect(await bureau.push(`withdraw-${count}`, writePayload('cenc-web', [row]).body)).toBe(202)
  const db = await bureau.database()
  const { rows } = await db.query<{ serial: string }>(
    'select serial from lineage order by year desc, number desc limit 1',
  )
  return rows[0]?.serial ?? ''
}

const origin = (): number => Math.floor((bureau.now() - 100_000) / 1000) * 1000

/** Waits until the deliveries that match are all in these states. */
async function untilStates(
  serial: string,
  states: string[],
  which: (d: Delivery) => boolean = () => true,
): Promise<void> {
  await until(`${serial} in ${states.join()}`, async () => {
    const rows = (await deliveries(serial)).filter(which)
    return rows.length > 0 && rows.every((d) => states.includes(d.state))
  })
}

interface Answer {
  code: number
  out: string
  err: string
}

/** npm run desk -- … as the officer types it. */
function desk(...args: string[]): Promise<Answer> {
  const env = { PATH: process.env['PATH'], QUAKEDESK_DATA: bureau.dataFolder, DESK_PORT: String(bureau.deskPort) }
  return new Promise((resolve) => {
    execFile(process.execPath, [DESK, ...args], { env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    )
  })
}

interface Told {
  kind: string
  text: string
  deliveries: { outlet: string; leg: string; state: string; reason: string }[]
}

const withdraw = async (serial: string, ...more: string[]): Promise<Answer & { told: Told }> => {
  const answer = await desk('withdraw', serial, '--reason', 'sent-in-error', '--as', '李工', '--json', ...more)
  return { ...answer, told: (answer.code === 0 ? JSON.parse(answer.out) : {}) as Told }
}

/** Everything that the platforms show of the lineage's withdrawal, by stand-in. */
async function listSaid(serial: string): Promise<{ stand: string; text: string }[]> {
  const said = await Promise.all(
    STANDS.map(async (stand) =>
      (await town.ledger(stand)).filter((e) => e.visible).map((e) => ({ stand, text: `${e.title}\n${e.text}` })),
    ),
  )
  const number = /\d+号/.exec(serial)?.[0] ?? serial
  return said.flat().filter(({ text }) => text.includes(number) && text.includes('撤回'))
}

describe('withdrawing a notice', () => {
  test('counter-posts on every channel in one act, and lists what became of each', async () => {
    const at = origin()
    const serial = await hear('AU', at)
    await untilStates(serial, ['accepted', 'pending'])
    await hear('CC', at + 2_000)
    await untilStates(serial, ['accepted', 'pending'])
    await pass(16_000)
    await untilStates(serial, ['accepted'])

    const { code, told } = await withdraw(serial)
    expect(code).toBe(0)
    expect(told.kind).toBe('withdrawal')
    expect(told.deliveries.map((d) => `${d.outlet}/${d.leg} ${d.state}`).sort()).toEqual([
      'duty/message accepted',
      'partner/message accepted',
      'site/page accepted',
      'wechat-main/freepublish accepted',
      // Tried, because the formal report was read in a mass message; the account's one of the day is spent.
      'wechat-main/mass failed',
      'wechat-main/subscribe accepted',
      'weibo-main/post accepted',
    ])
    expect(told.deliveries.find((d) => d.leg === 'mass')?.reason).toMatch(/^45028：/)
    const said = await listSaid(serial)
    expect(new Set(said.map((s) => s.stand))).toEqual(new Set(STANDS))
    for (const { text } of said) {
      // Read alone, no sentence of a withdrawal says that there was a quake (DESIGN L8).
      expect(text).not.toMatch(/\d\.\d级|发生.{0,12}地震|正式测定|自动测定/)
      expect(
        text.replace(/^[^【]*/s, '').startsWith('【撤回】') ||
          text.includes('撤回公告') ||
          text.includes('notice.withdrawn'),
      ).toBe(true)
    }
    const page = await bureau.page(`/n/${await findCode(serial)}`)
    expect(page?.body).toContain('撤回')

    const again = await withdraw(serial)
    expect(again.code).toBe(1)
    expect(again.err).toMatch(/already withdrawn by .*第3报/)
  })

  test('refuses a superseded notice and names its successor; without a name it is refused as well', async () => {
    const at = origin()
    const serial = await hear('AU', at)
    await hear('CC', at + 2_000)
    const refused = await withdraw(`${serial} 第1报`)
    expect(refused.code).toBe(1)
    expect(refused.err).toContain(`${serial} 第2报`)
    const nameless = await desk('withdraw', serial, '--reason', 'sent-in-error')
    expect(nameless.code).toBe(1)
    expect(nameless.err).toContain('--as')
    expect((await deliveries(serial)).filter((d) => d.kind === 'withdrawal')).toEqual([])
  })

  test('cancels what has not left, and says nothing where nothing was said', async () => {
    await town.script('weibo', [{ api: 'statuses/share', kind: 'error', code: 10_002 }])
    const serial = await hear('AU', origin())
    await untilStates(serial, ['queued'], (d) => d.outlet_id === 'weibo-main')
    await untilStates(serial, ['accepted', 'pending'], (d) => d.outlet_id !== 'weibo-main')
    await town.clearFaults()
    const { code, told } = await withdraw(serial)
    expect(code).toBe(0)
    expect(told.deliveries.map((d) => d.outlet)).not.toContain('weibo-main')
    const weibo = (await deliveries(serial)).filter((d) => d.outlet_id === 'weibo-main')
    expect(weibo).toMatchObject([{ kind: 'quick-report', state: 'cancelled', reason: '公告已撤回' }])
    await pass(10 * 60_000)
    await untilStates(serial, ['accepted', 'cancelled'])
    expect((await town.ledger('weibo')).filter((e) => e.text.includes(serial))).toEqual([])
  })

  test('counter-posts at once where the first word may or may not stand', async () => {
    await town.script('weibo', [{ api: 'statuses/share', kind: 'close-after', times: 1 }])
    const serial = await hear('AU', origin())
    await untilStates(serial, ['unknown'], (d) => d.outlet_id === 'weibo-main')
    const { told } = await withdraw(serial)
    const weibo = (await deliveries(serial)).filter((d) => d.outlet_id === 'weibo-main')
    expect(weibo.map((d) => `${d.kind} ${d.state}`)).toEqual(['quick-report unknown', 'withdrawal accepted'])
    expect(told.deliveries.find((d) => d.outlet === 'weibo-main')?.state).toBe('accepted')
  })

  test('one failing channel stops none, is listed as open, and is solved later', async () => {
    const serial = await hear('AU', origin())
    await untilStates(serial, ['accepted', 'pending'])
    await town.script('webhook', [{ api: 'hook', kind: 'error', code: 503 }])
    const { code, told } = await withdraw(serial)
    expect(code).toBe(0)
    const states = Object.fromEntries(told.deliveries.map((d) => [`${d.outlet}/${d.leg}`, d.state]))
    expect(states).toEqual({
      'duty/message': 'accepted',
      'partner/message': 'queued',
      'site/page': 'accepted',
      'wechat-main/freepublish': 'accepted',
      'wechat-main/subscribe': 'accepted',
      'weibo-main/post': 'accepted',
    })
    expect(told.deliveries.find((d) => d.outlet === 'partner')?.reason).toContain('503')
    await town.clearFaults()
    await pass(90_000)
    await untilStates(serial, ['accepted'], (d) => d.kind === 'withdrawal')
    const messages = (await town.ledger('webhook')).filter(
      (e) => e.title === 'notice.withdrawn' && e.text.includes(serial),
    )
    expect(messages).toHaveLength(1)
  })
})

async function findCode(serial: string): Promise<string> {
  const db = await bureau.database()
  const { rows } = await db.query<{ code: string }>(
    'select n.code from notice n join lineage l on l.id = n.lineage_id where l.serial = $1 order by n.report_no desc limit 1',
    [serial],
  )
  return rows[0]?.code ?? ''
}
