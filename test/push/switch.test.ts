// In: a word on its way to subscribers, a person who turns a switch. Out: proof that nothing leaves after it, that a withdrawal
// meets only its own outlet's switch, and that what was stopped stays so.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Sender } from '../../src/push/sender.ts'
import { saveSwitch } from '../../src/store/outlets.ts'
import { leaseBatches } from '../../src/store/push-broadcasts.ts'
import { openRoom, type Room } from './room.ts'
import { startPushService, type PushService } from './service.ts'

/** What a lane gives a service whose settings it has not read yet (RFC 9113 §6.5.2). */
const AT_ONCE = 100

let service: PushService
let room: Room
let sender: Sender | null = null

beforeAll(async () => {
  service = await startPushService()
  room = await openRoom(service)
})
beforeEach(async () => {
  service.reset()
  await room.clear()
  for (const outlet of ['push', '*']) await turn(outlet, false)
})
afterAll(async () => {
  await sender?.stop()
  await room.close()
  await service.close()
})

const turn = (outlet: string, on: boolean): Promise<void> =>
  saveSwitch(room.pool, { outlet, on, actor: '王工', reason: '', at: new Date(0).toISOString() })
const subscribe = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await room.subscribe()
}
/** Runs a sender over what the act does, to its end. */
const whileSending = async (act: (sender: Sender) => Promise<void>): Promise<void> => {
  const running = room.open()
  sender = running
  await act(running)
  await running.stop()
  sender = null
}
const heard = (count: number) => expect.poll(() => service.messages.length, { timeout: 20_000 }).toBe(count)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A service that answers nothing before it is told to: what has left stands in its list, the rest waits. */
function hold(): { release(): void } {
  const answers: (() => void)[] = []
  let open = false
  service.respond = (answer) => void (open ? answer() : answers.push(answer))
  return {
    release: () => {
      open = true
      for (const answer of answers.splice(0)) answer()
    },
  }
}

describe('the switch of the outlet', () => {
  test('lets nothing leave that had not left when it answered, and what had is counted', async () => {
    await subscribe(300)
    const held = hold()
    const delivery = await room.say()
    await whileSending(async (sender) => {
      // As many as the service takes at once.
      await heard(AT_ONCE)
      await turn('push', true)
      await sender.obey()
      held.release()
      await expect.poll(async () => (await room.standing(delivery))?.state, { timeout: 20_000 }).toBe('stopped')
      await pause(1_500)
    })
    expect(service.messages).toHaveLength(AT_ONCE)
    expect(await room.standing(delivery)).toEqual({
      state: 'stopped',
      sent: AT_ONCE,
      gone: 0,
      failed: 0,
      open: 300 - AT_ONCE,
    })
    await turn('push', false)
    await room.send()
    expect(service.messages).toHaveLength(AT_ONCE)
  })

  test('that is turned at another node is met without being told', async () => {
    await subscribe(300)
    const held = hold()
    const delivery = await room.say()
    await whileSending(async () => {
      await heard(AT_ONCE)
      await turn('push', true)
      await expect
        .poll(async () => (await room.pool.query(`select from push_broadcast where state = 'stopped'`)).rowCount)
        .toBe(1)
      await pause(200)
      held.release()
      await expect.poll(async () => (await room.standing(delivery))?.state, { timeout: 20_000 }).toBe('stopped')
    })
    expect(service.messages).toHaveLength(AT_ONCE)
  })

  test('also stops what a service had asked to be sent later', async () => {
    await subscribe(4)
    const delivery = await room.say()
    service.answer = (_message, nth) => ({ status: nth <= 2 ? 201 : 503, headers: { 'retry-after': '1' } })
    await room.send()
    await turn('push', true)
    service.answer = () => ({ status: 201 })
    await pause(1_200)
    const before = service.messages.length
    await room.send()
    expect(service.messages).toHaveLength(before)
    expect(await room.standing(delivery)).toEqual({ state: 'stopped', sent: 2, gone: 0, failed: 0, open: 2 })
  })

  test('lets no batch be taken in hand, also before anybody has ended its word', async () => {
    await subscribe(1)
    service.answer = () => ({ status: 503 })
    await room.say()
    await room.send()
    await room.pool.query('update push_batch set due_at = clock_timestamp()')
    const take = async () => (await leaseBatches(room.pool, { node: 'n', leaseMs: 1, most: 9, busy: [] })).length
    await turn('push', true)
    expect(await take()).toBe(0)
    await turn('push', false)
    expect(await take()).toBe(1)
  })

  test('lets no word begin, a withdrawal neither, and says that nobody was told', async () => {
    await subscribe(3)
    await room.say({ quake: 'told' })
    await room.send()
    await turn('push', true)
    const word = await room.say({ quake: 'other' })
    const withdrawal = await room.say({
      quake: 'told',
      kind: 'withdrawal',
      report: 2,
      title: '【撤回】示例',
      minute: 1,
    })
    await room.send()
    expect(service.messages).toHaveLength(3)
    for (const delivery of [word, withdrawal]) expect(await room.standing(delivery)).toMatchObject({ state: 'refused' })
  })

  test('keeps a later withdrawal from those whom it kept from being told, and from nobody else', async () => {
    const told = await room.subscribe()
    const spared = await room.subscribe({ minIntensity: 12 })
    const held = hold()
    const delivery = await room.say()
    await whileSending(async (sender) => {
      await heard(1)
      await turn('push', true)
      await sender.obey()
      // A batch that was planned and not begun.
      await room.pool.query(
        `insert into push_batch (broadcast_id, n, origin, told, open)
         select p.id, 99, $1, array[s.number], array[s.number] from push_broadcast p, push_subscription s where s.id = $2`,
        [service.origin, spared.id],
      )
      held.release()
      await expect.poll(async () => (await room.standing(delivery))?.state, { timeout: 20_000 }).toBe('stopped')
    })
    await turn('push', false)
    await room.say({ kind: 'withdrawal', report: 2, title: '【撤回】示例', minute: 2 })
    await room.send()
    expect(service.messages.map(({ path, text }) => [path, text.title])).toEqual([
      [told.path, '示例地震'],
      [told.path, '【撤回】示例'],
    ])
  })
})

describe('the switch for all', () => {
  test('stops a word on its way and never a withdrawal', async () => {
    await subscribe(200)
    const held = hold()
    const first = await room.say({ quake: 'a' })
    await whileSending(async (sender) => {
      await heard(AT_ONCE)
      await turn('*', true)
      await sender.obey()
      const withdrawal = await room.say({ quake: 'a', kind: 'withdrawal', report: 2, title: '【撤回】示例', minute: 1 })
      sender.wake()
      held.release()
      await expect.poll(async () => (await room.standing(withdrawal))?.state, { timeout: 20_000 }).toBe('done')
    })
    expect(await room.standing(first)).toMatchObject({ state: 'stopped', sent: AT_ONCE })
    const titles = service.messages.map(({ text }) => text.title)
    expect(titles.filter((title) => title === '示例地震')).toHaveLength(AT_ONCE)
    // All of one batch: whoever may have been told is told that it was taken back.
    expect(titles.filter((title) => title === '【撤回】示例')).toHaveLength(200)
  })
})
