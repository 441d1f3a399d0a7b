// In: push services that do not get on with our own framing, and lines that are cut. Out: proof that the runtime's client takes
// over for that service, said once with its name, and that a network that fails moves nothing.
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SessionEnd } from '../../src/push/exchange.ts'
import { openSession } from '../../src/push/session.ts'
import { openTrust } from '../../src/push/trust.ts'
import { openRoom, type Room } from './room.ts'
import { startPushService, type PushService } from './service.ts'

const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
const goAway = (code: number): Buffer => Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, code])
/** Answers the n-th piece that comes with those bytes. */
const answerWith =
  (bytes: Buffer, then: 'stays' | 'ends' | 'cut' = 'stays') =>
  (socket: TLSSocket): void => {
    socket.write(SETTINGS)
    // A message's path stands in it as it is: the preface alone is not answered.
    socket.on('data', (chunk: Buffer) => {
      if (!chunk.includes('/push/')) return
      socket.write(bytes)
      if (then === 'ends') socket.end()
      if (then === 'cut') socket.destroy()
    })
  }
const HEAD_OF_STREAM_1 = (block: number[]): Buffer => Buffer.from([0, 0, block.length, 1, 5, 0, 0, 0, 1, ...block])
const PIECE_OF_STREAM_1 = Buffer.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x89])
const EMPTY_PIECES = Array.from({ length: 40 }, () => Buffer.from([0, 0, 0, 9, 0, 0, 0, 0, 1]))

describe('a service that does not get on with our framing', () => {
  let service: PushService
  let room: Room
  let logged: string[]
  beforeAll(async () => {
    service = await startPushService()
    room = await openRoom(service)
  })
  beforeEach(async () => {
    service.reset()
    await room.clear()
    room.outlet.transport = 'auto'
    logged = []
  })
  afterAll(async () => {
    await room.close()
    await service.close()
  })
  const log = (_level: string, message: string, fields: object): void =>
    void logged.push(`${message} ${JSON.stringify(fields)}`)
  /** One sender, as one process: word after word. */
  const sendTwice = async (): Promise<void> => {
    const { path } = await room.subscribe()
    await room.say()
    const sender = room.open({ log })
    try {
      await expect.poll(() => service.messages.length, { timeout: 20_000 }).toBe(1)
      service.hangUp()
      await room.say({ kind: 'formal-report', report: 2, minute: 1 })
      sender.wake()
      await expect.poll(() => service.messages.length, { timeout: 20_000 }).toBe(2)
    } finally {
      await sender.stop()
    }
    expect(service.messages.map((message) => message.path)).toEqual([path, path])
  }
  const overs = (): string[] => service.messages.map(({ over }) => over)

  test.each<[string, Buffer]>([
    ['ends with an error that names our fault', goAway(1)],
    ['finds our headers unreadable', goAway(9)],
    ['sends what is no frame of ours', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['sends a header block that breaks off', HEAD_OF_STREAM_1([0x48, 0x85])],
    ['uses a table that has no room', HEAD_OF_STREAM_1([0xbe])],
    ['resets a message as malformed', Buffer.from([0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 1])],
    ['answers what nobody asked', Buffer.from([0, 0, 1, 1, 5, 0, 0, 0, 0x63, 0x89])],
    ['opens a window wider than there can be', Buffer.from([0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff])],
    ['pushes pages at us', Buffer.from([0, 0, 5, 5, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0x82])],
    ['takes less than a message at once', Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 1])],
  ])(
    'and %s is spoken to by the runtime’s own client from then on, and a person hears which it is',
    async (_name, bytes) => {
      service.scripts = [answerWith(bytes)]
      await sendTwice()
      expect(overs()).toEqual(['runtime', 'runtime'])
      expect(logged).toHaveLength(1)
      expect(logged[0]).toContain(service.origin)
      expect(room.alarms).toHaveLength(1)
      expect(room.alarms[0]).toContain(`raised ${service.origin} HTTP/2`)
    },
  )

  test('and hangs up on every message before any answer is taken for one as well, at the second time', async () => {
    service.scripts = [answerWith(Buffer.alloc(0), 'ends'), answerWith(Buffer.alloc(0), 'ends')]
    await sendTwice()
    expect(overs()).toEqual(['runtime', 'runtime'])
    expect(room.alarms).toHaveLength(1)
  })

  test('is another matter than one that ends a connection in order, is busy, or is cut off once', async () => {
    service.scripts = [answerWith(goAway(0), 'ends')]
    await sendTwice()
    service.reset()
    service.scripts = [answerWith(goAway(11), 'ends')]
    await room.clear()
    await sendTwice()
    service.reset()
    service.scripts = [answerWith(Buffer.alloc(0), 'cut')]
    await room.clear()
    await sendTwice()
    expect(overs()).toEqual(['frames', 'frames'])
    expect([logged, room.alarms]).toEqual([[], []])
  })

  test('is left at the first sign, not when its time is up', async () => {
    service.scripts = [answerWith(Buffer.concat([PIECE_OF_STREAM_1, ...EMPTY_PIECES]))]
    const { hostname: host, port } = new URL(service.origin)
    const endpoint = { host, port: Number(port), origin: service.origin }
    const ends: SessionEnd[] = []
    const session = await openSession(
      { endpoint, address: host, ca: service.ca, proxy: null },
      { ended: (end) => ends.push(end) },
    )
    const reason = 'a header block is too large'
    expect(await session.post('/push/x', {}, Buffer.alloc(1))).toEqual({ got: 'nothing', sent: true, reason })
    expect(ends).toEqual([{ how: 'fault', reason }])
  })

  test('need not be found out where the outlet says so', async () => {
    room.outlet.transport = 'runtime'
    await sendTwice()
    expect(overs()).toEqual(['runtime', 'runtime'])
    expect(room.alarms).toEqual([])
  })
})

describe('what is held against our framing', () => {
  const judge = (...ends: SessionEnd[]): boolean => {
    const trust = openTrust(() => undefined)
    for (const end of ends) trust.note('https://a', end)
    expect(trust.isLost('https://b')).toBe(false)
    return trust.isLost('https://a')
  }
  const [unanswered, fault] = [
    { how: 'unanswered', reason: 'x' },
    { how: 'fault', reason: 'x' },
  ] as const
  test.each<[string, SessionEnd[], boolean]>([
    ['a fault', [fault], true],
    ['a fault after answers', [{ how: 'answered' }, fault], true],
    ['one line cut before any answer', [unanswered], false],
    ['two in a row', [unanswered, unanswered], true],
    ['two in a row with a dead network between them', [unanswered, { how: 'lost' }, unanswered], true],
    ['two with an answer between them', [unanswered, { how: 'answered' }, unanswered], false],
    [
      'a network that fails again and again',
      [{ how: 'lost' }, { how: 'lost' }, { how: 'lost' }, { how: 'lost' }],
      false,
    ],
  ])('%s: %o', (_name, ends, lost) => {
    expect(judge(...ends)).toBe(lost)
  })

  test('is told once, with the reason', () => {
    const told: string[] = []
    const trust = openTrust((origin, reason) => told.push(`${origin} ${reason}`))
    for (let i = 0; i < 3; i += 1) trust.note('https://a', fault)
    expect(told).toEqual(['https://a x'])
  })
})
