// In: signed messages at an inbound door. Out: its answers, and who hears of a message that had to be refused.
import { describe, expect, test } from 'vitest'
import { answerDoor, type DoorContext } from '../../src/app/door.ts'
import { openVirtualClock } from '../../src/app/clock.ts'
import type { Config } from '../../src/config.ts'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import { signWebhook } from '../../channels/webhook/sign.ts'

const NOW = Date.UTC(2031, 4, 6, 18)
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const BODY = Buffer.from('{}')
const JSON_TYPE = { 'content-type': 'application/json' }

function stage(
  receive: DoorContext['receive'] = async () => ({ state: 'accepted', reports: 1, fresh: 1, refused: [] }),
) {
  const alarms: string[] = []
  const kept: string[] = []
  const door = { id: 'eqim', format: 'cenc-web', authority: 'official-national', secret: SECRET }
  const context: DoorContext = {
    config: { inbound: [door] } as unknown as Config,
    clock: openVirtualClock(NOW),
    receive,
    keepUnreadable: async (_, __, error) => void kept.push(error.rule),
    alarm: async (kind, subject, message) => void alarms.push(`${kind} ${subject} ${message}`),
  }
  const post = (sentAt: number, body = BODY, secret = SECRET) =>
    answerDoor({ id: 'eqim', headers: { ...JSON_TYPE, ...signWebhook([secret], 'm-1', sentAt, BODY) }, body }, context)
  const postAs = (type: Record<string, string>, body: Buffer) =>
    answerDoor({ id: 'eqim', headers: { ...type, ...signWebhook([SECRET], 'm-1', NOW, body) }, body }, context)
  return { alarms, kept, post, postAs, context }
}

describe('an inbound door', () => {
  test('takes a signed message and answers with its count', async () => {
    const { post, alarms } = stage()
    expect(await post(NOW)).toEqual({ status: 202, accepted: 1, refused: [] })
    expect(alarms).toEqual([])
  })

  test('answers a repeated id with 200', async () => {
    const { post } = stage(async () => ({ state: 'repeated', reports: 1, fresh: 0, refused: [] }))
    expect(await post(NOW)).toMatchObject({ status: 200 })
  })

  test('keeps what it cannot read and says so', async () => {
    const { post, kept } = stage(async () => {
      throw new UnreadableFeed('json', 'no JSON')
    })
    expect(await post(NOW)).toMatchObject({ status: 422, rule: 'json' })
    expect(kept).toEqual(['json'])
  })

  test('of a kind or in a charset that cannot be read refuses with 415, but keeps what its own source brought', async () => {
    const { postAs, kept } = stage()
    for (const type of ['image/png', 'multipart/form-data; boundary=x', ''])
      expect(await postAs({ 'content-type': type }, BODY)).toMatchObject({ status: 415, rule: 'content-type' })
    expect(await postAs({}, BODY)).toMatchObject({ status: 415, rule: 'content-type' })
    expect(await postAs(JSON_TYPE, Buffer.from([0xff, 0xff]))).toMatchObject({ status: 415, rule: 'charset' })
    expect(kept).toEqual(['content-type', 'content-type', 'content-type', 'content-type', 'charset'])
  })

  test('reads GB18030 as county names', async () => {
    const texts: string[] = []
    const { postAs } = stage(async (_, arrival) => {
      texts.push(arrival.text)
      return { state: 'accepted', reports: 1, fresh: 1, refused: [] }
    })
    const yibin = Buffer.from([0xd2, 0xcb, 0xb1, 0xf6, 0xca, 0xd0])
    for (const type of ['text/plain; charset=gb2312', 'application/geo+json', 'application/cap+xml', 'text/xml'])
      expect(await postAs({ 'content-type': type }, yibin)).toMatchObject({ status: 202 })
    expect(new Set(texts)).toEqual(new Set(['宜宾市']))
  })

  test('tells a stranger nothing of what it takes, and keeps nothing of theirs', async () => {
    const { context, kept } = stage()
    for (const type of ['image/png', 'application/json'])
      expect(await answerDoor({ id: 'eqim', headers: { 'content-type': type }, body: BODY }, context)).toMatchObject({
        status: 401,
        rule: 'id-missing',
      })
    expect(kept).toEqual([])
  })

  test('refuses its own source with a wrong clock, but a person hears of it', async () => {
    const { post, alarms } = stage()
    expect(await post(NOW - 3_600_000)).toMatchObject({ status: 401, rule: 'timestamp-too-old' })
    expect(await post(NOW + 3_600_000)).toMatchObject({ status: 401, rule: 'timestamp-in-future' })
    expect(alarms).toHaveLength(2)
    expect(alarms[0]).toContain('相差 60 分钟')
  })

  test('a stranger with a wrong clock or a changed body rings nobody', async () => {
    const { post, alarms } = stage()
    const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
    expect(await post(NOW - 3_600_000, BODY, other)).toMatchObject({ status: 401 })
    expect(await post(NOW - 3_600_000, Buffer.from('{"a":1}'))).toMatchObject({ status: 401 })
    expect(alarms).toEqual([])
  })

  test('a door that is not there is not found', async () => {
    const { context } = stage()
    expect(await answerDoor({ id: 'other', headers: {}, body: BODY }, context)).toMatchObject({ status: 404 })
  })
})
