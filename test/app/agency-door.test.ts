// In: messages of another agency's system at its door: genuine, forged, old, repeated, half wrong. Out: proof that each row is on record
// once or named with its rule, that strangers learn nothing, and that its people see what they were the first to bring.
import { createHmac, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerAgency, type AgencyDoorContext } from '../../src/app/agency-door.ts'
import { openClock } from '../../src/app/clock.ts'
import { hashReceipt } from '../../src/rumour/context.ts'
import { findSighting } from '../../src/store/rumours/sightings.ts'
import { findGrant } from '../../src/store/rumours/beside.ts'
import { openRumourDesk, START, type RumourDesk } from '../rumour/desk-of-rumours.ts'
import { outsideOf } from '../rumour/outside-of.ts'
import { findByReceipt } from '../rumour/receipt-rows.ts'

const KEYS = { wangxin: randomBytes(32), gongan: randomBytes(32), jiaoyu: randomBytes(32) }
const secretOf = (id: keyof typeof KEYS): string => `whsec_${KEYS[id].toString('base64')}`

let desk: RumourDesk
let context: AgencyDoorContext
const alarms: string[] = []
beforeAll(async () => {
  desk = await openRumourDesk()
  context = {
    agencies: [
      { id: 'wangxin', name: '试验网信办', secret: secretOf('wangxin'), organisation: 'wangxin' },
      { id: 'gongan', name: '试验公安局', secret: secretOf('gongan'), organisation: 'gone' },
    ],
    // The education office has no entry in the file, and a line at the desk.
    line: async (id) =>
      id === 'jiaoyu' ? { id, name: '试验教育局', secret: secretOf('jiaoyu'), organisation: 'jiaoyu' } : null,
    clock: openClock(null, () => START),
    outside: outsideOf(desk),
    rumours: desk.context,
    alarm: async (_kind, subject, message) => void alarms.push(`${subject}: ${message}`),
  }
}, 60_000)
afterAll(() => desk.close())

let messages = 0
async function post(
  body: unknown,
  {
    id = 'wangxin',
    key = KEYS.wangxin,
    at = START,
    type = 'application/json',
    message = `m-${(messages += 1)}`,
    alter = '',
  } = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const stamp = String(Math.floor(at / 1_000))
  const signature = createHmac('sha256', key).update(`${message}.${stamp}.${text}`).digest('base64')
  const headers = {
    'webhook-id': message,
    'webhook-timestamp': stamp,
    'webhook-signature': `v1,${signature}`,
    'content-type': type,
  }
  const answer = await answerAgency({ id, headers, body: Buffer.from(text + alter) }, context)
  return answer as {
    status: number
    body: { accepted: { row: number; receipt: string }[]; refused: { row: number; rule: string }[]; rule?: string }
  }
}
const count = async (): Promise<number> =>
  (await desk.query<{ n: number }>('select count(*) as n from sighting'))[0]?.n ?? 0
const codeOf = (answer: Awaited<ReturnType<typeof post>>): string => answer.body.accepted[0]?.receipt ?? ''

describe('an agency’s system', () => {
  test('brings one report, which is a claim at once, seen by its own people and by no other', async () => {
    const answer = await post({ text: '网上说榆林明天有7级地震', platform: '微博', url: 'https://example.com/a' })
    expect(answer).toMatchObject({ status: 202, body: { accepted: [{ row: 0 }], refused: [] } })
    const found = await findByReceipt(desk.pool, hashReceipt(codeOf(answer)))
    expect(await findSighting(desk.pool, found?.id ?? '')).toMatchObject({ route: 'agency', takenBy: 'agency wangxin' })
    const claim = found?.claimId ?? ''
    expect(await findGrant(desk.pool, claim, 'wangxin', START)).toBe('case')
    expect(await findGrant(desk.pool, claim, 'gongan', START)).toBeNull()
  })

  test('whose people do not sit at the desk is heard all the same', async () => {
    const answer = await post({ text: '榆林有人卖地震云照片' }, { id: 'gongan', key: KEYS.gongan })
    expect(answer.status).toBe(202)
    expect((await findByReceipt(desk.pool, hashReceipt(codeOf(answer))))?.claimId).toMatch(/^c-/)
  })

  test('learns nothing of a claim that others brought before', async () => {
    const { claim } = await desk.tell('延安后天有6级地震，大家快走')
    const answer = await post({ text: '延安后天有6级地震，大家快走！' })
    expect((await findByReceipt(desk.pool, hashReceipt(codeOf(answer))))?.claimId).toBe(claim)
    expect(await findGrant(desk.pool, claim, 'wangxin', START)).toBeNull()
    expect(JSON.stringify(answer.body)).not.toContain(claim)
  })

  test('whose rows are partly wrong has the others on record, and each wrong one named', async () => {
    const before = await count()
    const rows = [
      { text: '汉中停水' },
      { text: '' },
      { text: '安康停水', url: 'javascript:1' },
      7,
      { text: '商洛停水' },
    ]
    const answer = await post({ sightings: rows })
    expect(answer).toMatchObject({
      status: 202,
      body: {
        accepted: [{ row: 0 }, { row: 4 }],
        refused: [
          { row: 1, rule: 'text' },
          { row: 2, rule: 'url' },
          { row: 3, rule: 'body' },
        ],
      },
    })
    expect(await count()).toBe(before + 2)
  })

  test('that sends a message again, or the same words in another, is given the same codes; nothing is added', async () => {
    const body = { sightings: [{ text: '宝鸡的桥塌了' }, { text: '咸阳的桥塌了' }] }
    const first = await post(body, { message: 'same' })
    const before = await count()
    const [again, other] = [await post(body, { message: 'same' }), await post({ text: '宝鸡的桥塌了！' })]
    expect([first.status, again.status, other.status]).toEqual([202, 200, 200])
    expect(again.body.accepted).toEqual(first.body.accepted)
    expect(codeOf(other)).toBe(codeOf(first))
    expect(await count()).toBe(before)
    // The same words of another agency are its own report.
    expect((await post({ text: '宝鸡的桥塌了' }, { id: 'gongan', key: KEYS.gongan })).status).toBe(202)
  })
})

describe('an organisation whose line runs', () => {
  const line = { id: 'jiaoyu', key: KEYS.jiaoyu }
  test('reports under its line’s secret, row by row, and its people see what it was the first to bring', async () => {
    const answer = await post({ sightings: [{ text: '渭南的学校墙裂了' }, { text: '' }] }, line)
    expect(answer).toMatchObject({ status: 202, body: { accepted: [{ row: 0 }], refused: [{ row: 1, rule: 'text' }] } })
    const claim = (await findByReceipt(desk.pool, hashReceipt(codeOf(answer))))?.claimId ?? ''
    expect(await findGrant(desk.pool, claim, 'jiaoyu', START)).toBe('case')
  })

  test('is not told apart from one without a line, unless it signs; one that signs late is told so, and a person hears of it', async () => {
    const forged = await post({ text: '铜川停电' }, { ...line, key: KEYS.gongan })
    const none = await post({ text: '铜川停电' }, { id: 'nobody' })
    expect([forged.status, forged.body.rule]).toEqual([none.status, none.body.rule])
    alarms.length = 0
    expect(await post({ text: '铜川停电' }, { ...line, at: START - 3_600_000 })).toMatchObject({
      status: 401,
      body: { rule: 'timestamp-too-old' },
    })
    expect(alarms).toEqual([expect.stringContaining('agency jiaoyu')])
  })
})

type More = Parameters<typeof post>[1]
const TURNED_AWAY: readonly (readonly [string, More, number, string])[] = [
  ['at a door that is not there', { id: 'nobody' }, 404, 'no-such-agency'],
  ['with another agency’s key', { key: KEYS.gongan }, 401, 'signature-wrong'],
  ['with a body altered on its way', { alter: ' ' }, 401, 'signature-wrong'],
  ['with a message of six minutes ago', { at: START - 361_000 }, 401, 'timestamp-too-old'],
  ['with a message from ahead', { at: START + 361_000 }, 401, 'timestamp-in-future'],
  ['with a form', { type: 'text/plain' }, 415, 'content-type'],
]

describe('a stranger', () => {
  test.each(TURNED_AWAY)('%s is turned away by its rule, and nothing is kept', async (_what, more, status, rule) => {
    const before = await count()
    expect(await post({ text: '铜川停电' }, more)).toMatchObject({ status, body: { rule } })
    expect(await count()).toBe(before)
  })

  test.each<[string, unknown]>([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['too many rows', { sightings: Array.from({ length: 51 }, () => ({ text: 'x' })) }],
    ['no rows', { sightings: [] }],
  ])('signed, with %s, is told what is expected', async (_what, body) => {
    expect(await post(body)).toMatchObject({ status: 422 })
  })

  test('who is genuine and whose clock is wrong is refused, and a person hears of it; a forger alarms nobody', async () => {
    alarms.length = 0
    await post({ text: '铜川停电' }, { at: START - 3_600_000, key: KEYS.gongan })
    expect(alarms).toEqual([])
    await post({ text: '铜川停电' }, { at: START - 3_600_000 })
    expect(alarms).toEqual([expect.stringMatching(/agency wangxin: .*相差 60 分钟/)])
  })
})
