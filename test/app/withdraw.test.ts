// In: a real installation with every channel, strict stand-ins, the officer's command. Out: proof that withdrawing is one
// act that reaches every channel, each on its own, and that nobody is left thinking it did (DESIGN L6, §6 "Withdrawal").
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { STANDS } from '../crash/town.ts'
import { openBureau, untilDeliveries, type Answer, type Bureau, type Delivery } from './bureau.ts'

let bureau: Bureau

beforeAll(async () => {
  bureau = await openBureau('withdraw')
  await bureau.start()
}, 120_000)

afterAll(() => bureau.close(), 60_000)

beforeEach(() => bureau.beginAnew())

const untilStates = (serial: string, states: string[], which?: (d: Delivery) => boolean): Promise<Delivery[]> =>
  untilDeliveries(bureau, serial, states, which)

interface Told {
  kind: string
  text: string
  deliveries: { outlet: string; leg: string; state: string; reason: string }[]
}

const withdraw = async (serial: string, ...more: string[]): Promise<Answer & { told: Told }> => {
  const answer = await bureau.desk('withdraw', serial, '--reason', 'sent-in-error', '--as', '李工', '--json', ...more)
  return { ...answer, told: (answer.code === 0 ? JSON.parse(answer.out) : {}) as Told }
}

/** Everything that the platforms show of the lineage's withdrawal, by stand-in. */
async function listSaid(serial: string): Promise<{ stand: string; text: string }[]> {
  const said = await Promise.all(
    STANDS.map(async (stand) =>
      (await bureau.town.ledger(stand)).filter((e) => e.visible).map((e) => ({ stand, text: `${e.title}\n${e.text}` })),
    ),
  )
  const number = /\d+号/.exec(serial)?.[0] ?? serial
  return said.flat().filter(({ text }) => text.includes(number) && text.includes('撤回'))
}

/** A partner's program finds in its messages what it would find at the API, but for what came later. */
async function expectPartnerToldAsTheApiHasIt(serial: string, count: number): Promise<void> {
  type Told = Record<string, unknown> & { id: string; clocks: object }
  const bare = ({ state: _state, deliveries: _deliveries, clocks, ...notice }: Told): object => ({
    ...notice,
    clocks: { ...clocks, decidedToAcceptedMs: {}, acceptedToSeenMs: {} },
  })
  const messages = (await bureau.town.ledger('webhook'))
    .map((entry) => (JSON.parse(entry.text) as { notice?: Told }).notice)
    .filter((notice) => notice?.['serial'] === serial)
  expect(messages).toHaveLength(count)
  for (const told of messages) {
    if (!told) continue
    const page = await bureau.page(`/api/v1/notices/${told.id}`)
    const { origin: _origin, withdrawal: _withdrawal, ...notice } = told
    expect(bare(notice as Told)).toEqual(bare(JSON.parse(page?.body ?? '{}') as Told))
  }
}

describe('withdrawing a notice', () => {
  test('counter-posts on every channel in one act, and lists what became of each', async () => {
    const at = bureau.recent()
    const serial = await bureau.hear('AU', at)
    await untilStates(serial, ['accepted', 'pending'])
    await bureau.hear('CC', at + 2_000)
    await untilStates(serial, ['accepted', 'pending'])
    await bureau.pass(16_000)
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
    await expectPartnerToldAsTheApiHasIt(serial, 3)

    const again = await withdraw(serial)
    expect(again.code).toBe(1)
    expect(again.err).toMatch(/已由 .*第3报 撤回/)
  })

  test('refuses a superseded notice and names its successor; without a name it is refused as well', async () => {
    const at = bureau.recent()
    const serial = await bureau.hear('AU', at)
    await bureau.hear('CC', at + 2_000)
    const refused = await withdraw(`${serial} 第1报`)
    expect(refused.code).toBe(1)
    expect(refused.err).toContain(`${serial} 第2报`)
    const nameless = await bureau.desk('withdraw', serial, '--reason', 'sent-in-error')
    expect(nameless.code).toBe(1)
    expect(nameless.err).toContain('--as')
    expect((await bureau.deliveries(serial)).filter((d) => d.kind === 'withdrawal')).toEqual([])
  })

  test('cancels what has not left, and says nothing where nothing was said', async () => {
    await bureau.town.script('weibo', [{ api: 'statuses/share', kind: 'error', code: 10_002 }])
    const serial = await bureau.hear('AU', bureau.recent())
    await untilStates(serial, ['queued'], (d) => d.outlet_id === 'weibo-main')
    await untilStates(serial, ['accepted', 'pending'], (d) => d.outlet_id !== 'weibo-main')
    await bureau.town.clearFaults()
    const { code, told } = await withdraw(serial)
    expect(code).toBe(0)
    expect(told.deliveries.map((d) => d.outlet)).not.toContain('weibo-main')
    const weibo = (await bureau.deliveries(serial)).filter((d) => d.outlet_id === 'weibo-main')
    expect(weibo).toMatchObject([{ kind: 'quick-report', state: 'cancelled', reason: '公告已撤回' }])
    await bureau.pass(10 * 60_000)
    await untilStates(serial, ['accepted', 'cancelled'])
    expect((await bureau.town.ledger('weibo')).filter((e) => e.text.includes(serial))).toEqual([])
  })

  test('counter-posts at once where the first word may or may not stand', async () => {
    await bureau.town.script('weibo', [{ api: 'statuses/share', kind: 'close-after', times: 1 }])
    const serial = await bureau.hear('AU', bureau.recent())
    await untilStates(serial, ['unknown'], (d) => d.outlet_id === 'weibo-main')
    const { told } = await withdraw(serial)
    const weibo = (await bureau.deliveries(serial)).filter((d) => d.outlet_id === 'weibo-main')
    expect(weibo.map((d) => `${d.kind} ${d.state}`)).toEqual(['quick-report unknown', 'withdrawal accepted'])
    expect(told.deliveries.find((d) => d.outlet === 'weibo-main')?.state).toBe('accepted')
  })

  test('one failing channel stops none, is listed as open, and is solved later', async () => {
    const serial = await bureau.hear('AU', bureau.recent())
    await untilStates(serial, ['accepted', 'pending'])
    await bureau.town.script('webhook', [{ api: 'hook', kind: 'error', code: 503 }])
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
    await bureau.town.clearFaults()
    await bureau.pass(90_000)
    await untilStates(serial, ['accepted'], (d) => d.kind === 'withdrawal')
    const messages = (await bureau.town.ledger('webhook')).filter(
      (e) => e.title === 'notice.withdrawn' && e.text.includes(serial),
    )
    expect(messages).toHaveLength(1)
  })
})

describe('switching an outlet off', () => {
  const weibo = (d: Delivery): boolean => d.outlet_id === 'weibo-main'

  test('ends what waits there for its next try; switched on again, it says nothing old', async () => {
    await bureau.town.script('weibo', [{ api: 'statuses/share', kind: 'error', code: 10_002 }])
    const serial = await bureau.hear('AU', bureau.recent())
    await untilStates(serial, ['queued'], weibo)
    expect((await bureau.desk('kill-switch', 'weibo-main', 'on', '--as', '李工')).code).toBe(0)
    await untilStates(serial, ['refused'], weibo)
    await bureau.town.clearFaults()
    expect((await bureau.desk('kill-switch', 'weibo-main', 'off', '--as', '李工')).code).toBe(0)
    await bureau.pass(10 * 60_000)
    await bureau.untilMoved()
    await untilStates(serial, ['accepted', 'pending'], (d) => !weibo(d))
    expect((await bureau.deliveries(serial)).filter(weibo)).toMatchObject([
      { state: 'refused', reason: '渠道已由人工停用，未发送' },
    ])
    expect((await bureau.town.ledger('weibo')).filter((e) => e.text.includes(serial))).toEqual([])
  })

  test('off for all never stops a withdrawal, nor its next try', async () => {
    const serial = await bureau.hear('AU', bureau.recent())
    await untilStates(serial, ['accepted', 'pending'])
    await bureau.town.script('weibo', [{ api: 'statuses/share', kind: 'error', code: 10_002 }])
    await withdraw(serial)
    await untilStates(serial, ['queued'], (d) => weibo(d) && d.kind === 'withdrawal')
    expect((await bureau.desk('kill-switch', '*', 'on', '--as', '李工')).code).toBe(0)
    await bureau.town.clearFaults()
    await bureau.pass(60_000)
    await untilStates(serial, ['accepted'], (d) => weibo(d) && d.kind === 'withdrawal')
    expect((await bureau.desk('kill-switch', '*', 'off', '--as', '李工')).code).toBe(0)
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
