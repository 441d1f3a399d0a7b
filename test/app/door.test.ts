// In: signed messages at an inbound door. Out: its answers, and who hears of a message that had to be refused.
import { describe, expect, test } from 'vitest'
import { answerDoor, type DoorContext } from '../../src/app/door.ts'
import { openVirtualClock } from '../../src/app/clock.ts'
import type { Config } from '../../src/config.ts'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import { signMessage } from '../../src/feeds/signature.ts'

const NOW = Date.UTC(2031, 4, 6, 18)
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const BODY = Buffer.from('{}')

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
    answerDoor({ id: 'eqim', headers: signMessage({ id: 'm-1', sentAt, body: BODY }, [secret]), body }, context)
  return { alarms, kept, post, context }
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
