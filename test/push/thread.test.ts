// In: the publisher's side of the pushes, with the sender's thread really running. Out: proof that a word handed over by a row
// leaves through the thread, that it can be asked how far it has come, and that the thread ends when told to.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import { DAY } from '../../src/core/instant.ts'
import { startPush } from '../../src/push/start.ts'
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

test('a word handed over leaves through the thread, with keys made ahead, and a word without a delivery is refused', async () => {
  for (let i = 0; i < 3; i += 1) await room.subscribe()
  const logged: string[] = []
  const push = startPush({
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

test('where no outlet is on there is no thread', async () => {
  const push = startPush({ db: room.pool, worker: null, alarm: () => undefined, log: () => undefined })
  await push.stop()
})
