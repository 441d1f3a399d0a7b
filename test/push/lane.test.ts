// In: one push service that answers as a script says, a clock that is turned by hand. Out: proof that no key ever seals two
// texts, whatever is prepared, sent, repeated, refused or lost, and that a newer word is not overtaken by an older one.
import { createECDH, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import webPush from 'web-push'
import { openLane, type Lane, type Letter, type PostOutcome } from '../../src/push/lane.ts'
import { openPreparedKeys } from '../../src/push/prepared.ts'
import type { Exchange, Session } from '../../src/push/exchange.ts'
import { openVapid } from '../../src/push/vapid.ts'

const vapid = openVapid({ ...webPush.generateVAPIDKeys(), subject: 'mailto:duty@bureau.example' })

function addressee(number: number) {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  const href = `https://push.example/${number}`
  const endpoint = { href, origin: 'https://push.example', host: 'push.example', port: 443, loopback: false }
  return { number, keyVersion: 1, endpoint, p256dh: pair.getPublicKey(), auth: randomBytes(16) }
}

function letter(id: string, change: Partial<Letter> = {}): Letter {
  const text = Buffer.from(`whole ${id}`)
  return { id, text, short: Buffer.from(`s ${id}`), topic: 't', urgency: 'high', ttl: 900, priority: 2, ...change }
}

const ANSWERS = [201, 201, 404, 413, 429, 500, 503, 403, 301, 'lost', 'broken', 'refused'] as const
type Scripted = (typeof ANSWERS)[number]

/** Salt and our point: what a reader derives key and nonce from. */
const keyOf = (body: Buffer): string => body.subarray(0, 86).toString('hex')

function openScripted(answer: (path: string, body: Buffer) => Scripted | Promise<Scripted>) {
  const clock = { now: 0 }
  const bodies: Buffer[] = []
  const keys = openPreparedKeys(50)
  const connect = async (): Promise<Session> => {
    let open = true
    return {
      isOpen: () => open,
      room: () => 4,
      close: () => {
        open = false
      },
      post: async (path, _headers, body): Promise<Exchange> => {
        bodies.push(Buffer.from(body))
        const said = await answer(path, body)
        if (said === 'broken') open = false
        if (said === 'refused') return { got: 'nothing', sent: false, reason: said }
        return said === 'lost' || said === 'broken'
          ? { got: 'nothing', sent: true, reason: said }
          : { got: 'reply', status: said, retryAfter: '1' }
      },
    }
  }
  const start = (): Lane => openLane({ keys, vapid, connect, now: () => clock.now, alarm: () => undefined })
  return { start, keys, clock, bodies }
}

describe('a lane', () => {
  it('never lets one key seal two texts, whatever the order of preparing, sending, repeating and crashing', async () => {
    const people = [addressee(0), addressee(1)]
    const steps = fc.array(
      fc.record({
        act: fc.constantFrom('prepare' as const, 'send' as const, 'again' as const, 'crash' as const),
        who: fc.nat(1),
        word: fc.nat(2),
      }),
      { maxLength: 14 },
    )
    await fc.assert(
      fc.asyncProperty(steps, fc.array(fc.constantFrom(...ANSWERS), { maxLength: 40 }), async (steps, script) => {
        const answers = [...script]
        const { start, keys, clock, bodies } = openScripted(() => answers.shift() ?? 201)
        let lane = start()
        for (const { act, who, word } of steps) {
          const to = people[who]
          if (!to) continue
          if (act === 'prepare') keys.prepare(to)
          if (act === 'crash') {
            lane.close()
            lane = start()
          }
          if (act === 'send' || act === 'again') {
            await lane.post(letter(`w${word}`), to)
            clock.now += act === 'again' ? 7_200_000 : 0
          }
        }
        lane.close()
        const texts = new Map<string, string>()
        for (const body of bodies) {
          const before = texts.get(keyOf(body))
          expect(before === undefined || before === body.toString('hex')).toBe(true)
          texts.set(keyOf(body), body.toString('hex'))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('sends the same bytes again to a subscriber whose reply was lost', async () => {
    const said: Scripted[] = ['lost', 201]
    const { start, clock, bodies } = openScripted(() => said.shift() ?? 201)
    const lane = start()
    const to = addressee(1)
    expect((await lane.post(letter('w'), to)).state).toBe('later')
    clock.now += 60_000
    expect((await lane.post(letter('w'), to)).state).toBe('sent')
    expect(bodies[1]?.equals(bodies[0] ?? Buffer.alloc(0))).toBe(true)
    lane.close()
  })

  it('sends again at once what a service did not take, and rests only when it never does', async () => {
    const said: Scripted[] = ['refused', 'refused', 201, 'refused', 'refused', 'refused']
    const { start, bodies } = openScripted(() => said.shift() ?? 201)
    const lane = start()
    expect((await lane.post(letter('w'), addressee(1))).state).toBe('sent')
    expect((await lane.post(letter('w'), addressee(2))).state).toBe('later')
    expect(new Set(bodies.map(keyOf)).size).toBe(2)
    lane.close()
  })

  it('lets a withdrawal wait for the reply to the word that it takes back, and the others pass', async () => {
    const order: string[] = []
    let release: (said: Scripted) => void = () => undefined
    const held = new Promise<Scripted>((resolve) => {
      release = resolve
    })
    const { start } = openScripted((path) => {
      order.push(path)
      return order.length === 1 ? held : 201
    })
    const lane = start()
    const [one, two] = [addressee(1), addressee(2)]
    const first = lane.post(letter('word'), one)
    const second = lane.post(letter('withdrawal', { priority: 0 }), one)
    expect((await lane.post(letter('withdrawal', { priority: 0 }), two)).state).toBe('sent')
    expect(order).toEqual(['/1', '/2'])
    release(201)
    expect([(await first).state, (await second).state]).toEqual(['sent', 'sent'])
    expect(order).toEqual(['/1', '/2', '/1'])
    lane.close()
  })

  it('gives back at once what waits for a service that asks for a rest, and takes nothing while it lasts', async () => {
    const { start, clock, bodies } = openScripted(() => 429)
    const lane = start()
    const outcomes = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => lane.post(letter('w'), addressee(n))))
    const later = (outcome: PostOutcome): boolean => outcome.state === 'later'
    expect(outcomes.every(later)).toBe(true)
    const asked = bodies.length
    expect(asked).toBeLessThanOrEqual(4)
    expect(later(await lane.post(letter('w'), addressee(9)))).toBe(true)
    expect(bodies).toHaveLength(asked)
    clock.now += 2_000
    await lane.post(letter('w'), addressee(10))
    expect(bodies.length).toBe(asked + 1)
    lane.close()
  })

  it.each([413, 'broken', 'refused'] as const)(
    'brings nothing back of a word that was stopped on its way (%s)',
    async (end) => {
      let release: (said: Scripted) => void = () => undefined
      const held = new Promise<Scripted>((resolve) => {
        release = resolve
      })
      const { start, bodies } = openScripted(() => held)
      const lane = start()
      const posted = lane.post(letter('old'), addressee(1))
      await expect.poll(() => bodies.length).toBe(1)
      lane.drop('old')
      release(end)
      expect((await posted).state).toBe('later')
      expect((await lane.post(letter('old'), addressee(2))).state).toBe('later')
      expect(bodies).toHaveLength(1)
      lane.close()
    },
  )

  it('drops what is queued for a word that was replaced', async () => {
    let release: (said: Scripted) => void = () => undefined
    const held = new Promise<Scripted>((resolve) => {
      release = resolve
    })
    const { start, bodies } = openScripted(() => held)
    const lane = start()
    const posted = [1, 2, 3, 4, 5, 6].map((n) => lane.post(letter('old'), addressee(n)))
    await expect.poll(() => bodies.length).toBe(4)
    lane.drop('old')
    expect((await posted[5])?.state).toBe('later')
    release(201)
    expect((await posted[0])?.state).toBe('sent')
    expect(bodies).toHaveLength(4)
    lane.close()
  })
})
