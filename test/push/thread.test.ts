// In: the publisher's side of the pushes, with the sender's thread really running. Out: proof that a word handed over by a row
// leaves through the thread, that it can be asked how far it has come, and that the thread ends when told to.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import { DAY } from '../../src/core/instant.ts'
import { startPush, type PushSending } from '../../src/push/start.ts'
import { saveSwitch } from '../../src/store/outlets.ts'
import { HOME, openRoom, type Room } from './room.ts'
import { startPushService, type PushService } from './service.ts'

let service: PushService
let room: Room
beforeAll(async () => {
  service = await startPushService()
  room = await openRoom(service)
})
afterAll(async () => {
  await room.close()
  await service.close()
})

const start = (logged: string[]): PushSending =>
  startPush({
    db: room.pool,
    worker: {
      database: room.database,
      node: 'house-1-thread',
      outlets: [room.outlet],
      region: {
        places: [HOME],
        attenuation: ATTENUATION_MODELS.west,
        gates: { aftershockMs: 7 * DAY, aftershockKm: 100 },
      },
      secret: Buffer.alloc(32, 7),
      mostKeys: 100,
    },
    alarm: (subject, raised, reason) => logged.push(`${subject} ${raised} ${reason}`),
    log: (level, message, fields) => logged.push(`${level} ${message} ${JSON.stringify(fields)}`),
  })

test('a word handed over leaves through the thread, with keys made ahead, and a word without a delivery is refused', async () => {
  for (let i = 0; i < 3; i += 1) await room.subscribe()
  const logged: string[] = []
  const push = start(logged)
  const delivery = await room.say({}, push)
  await expect.poll(() => service.messages.length, { timeout: 30_000 }).toBe(3)
  await expect.poll(async () => (await push.standing(delivery))?.state, { timeout: 30_000 }).toBe('done')
  expect(await push.standing(delivery)).toEqual({ state: 'done', sent: 3, gone: 0, failed: 0, open: 0 })
  expect(await push.standing('d-nobody')).toBeNull()
  const nobody = { deliveryId: 'd-nobody', outlet: 'push', content: {}, priority: 2, ttlMs: 1 }
  await expect(push.hand(nobody)).rejects.toThrow(/no delivery/)
  await push.stop()
  expect(logged).toEqual([])
})

test('a switch that a person turns is met by the thread before the person is answered', async () => {
  service.reset()
  await room.clear()
  for (let i = 0; i < 150; i += 1) await room.subscribe()
  const answers: (() => void)[] = []
  service.respond = (answer) => void answers.push(answer)
  const push = start([])
  const delivery = await room.say({ quake: 'stopped' }, push)
  await expect.poll(() => service.messages.length, { timeout: 30_000 }).toBe(100)
  await saveSwitch(room.pool, { outlet: 'push', on: true, actor: '王工', reason: '', at: new Date(0).toISOString() })
  await push.obey()
  // What was answered makes room, and nothing comes into it.
  service.respond = (answer) => answer()
  for (const answer of answers) answer()
  await expect.poll(async () => (await push.standing(delivery))?.state, { timeout: 30_000 }).toBe('stopped')
  expect(await push.standing(delivery)).toMatchObject({ sent: 100, open: 50 })
  expect(service.messages).toHaveLength(100)
  await push.stop()
})

test('where no outlet is on there is no thread', async () => {
  const push = startPush({ db: room.pool, worker: null, alarm: () => undefined, log: () => undefined })
  await push.obey()
  await push.stop()
})
