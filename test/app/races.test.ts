// In: two nodes on one database, two officers with a session at each, the same hold or the same notice under both hands at once.
// Out: proof that one of them wins, the other is told by whom, and nothing is said twice. QUAKEDESK_RACES=1000 runs as many.
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNodes, until, type Node, type Nodes } from '../support/nodes.ts'
import { openFirst, openOfficer, openVisitor, type Page, type Visitor } from './officers.ts'

const RACES = Number(process.env['QUAKEDESK_RACES'] ?? 100)
/** Further apart than any two determinations of one quake (90 s). */
const APART_MS = 100_000
/** By size, the greatest first: a webhook is called 500 times an hour at most, and 1,000 races say some 1,100 words. */
const PARTNERS = [3, 2, 1]
const AGE_MS = 14 * 24 * 3_600_000

interface Person {
  name: string
  /** At the first node, at the second: one session. */
  seats: readonly [Visitor, Visitor]
}

let partner: Server
/** What a partner was sent: number of the message, notice and what happened to it. */
const told: { id: string; word: string }[] = []
let nodes: Nodes
let first: Node
let wang: Person
let li: Person
let quakes = 0

beforeAll(async () => {
  partner = createServer((request, reply) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { type, notice } = JSON.parse(Buffer.concat(parts).toString('utf8')) as {
        type: string
        notice?: { id: string }
      }
      told.push({ id: String(request.headers['webhook-id']), word: `${type} ${notice?.id}` })
      reply.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => partner.listen(0, '127.0.0.1', resolve))
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const { port } = partner.address() as AddressInfo
  nodes = await openNodes(`desk: { key: '${randomBytes(32).toString('base64url')}' }
gates: { domesticAgeMs: ${AGE_MS} }
rules:
${PARTNERS.map((n) => `  - { name: rule-${n}, when: { minMagnitude: ${(6.8 + n * 0.2).toFixed(1)} }, outlets: [site, partner-${n}] }`).join('\n')}
outlets:
  - { id: site, channel: website }
${PARTNERS.map((n) => `  - { id: partner-${n}, channel: webhook, url: 'http://127.0.0.1:${port}/', secret: '${secret}' }`).join('\n')}
`)
  first = await nodes.start('first')
  const admin = await openFirst(first)
  const second = await nodes.start('second')
  const seat = async (login: string, name: string, role: string): Promise<Person> => {
    const here = await openOfficer(first, admin, { login, name, roles: [role] })
    const { name: cookie, value } = here.cookie()
    const there = openVisitor(second, `${cookie}=${value}`)
    for (const visitor of [here, there]) expect((await visitor.get('/desk')).status).toBe(200)
    return { name, seats: [here, there] }
  }
  wang = await seat('wang', '王小明', 'duty')
  li = await seat('li', '李处', 'lead')
}, 180_000)
afterAll(async () => {
  await nodes?.close()
  await new Promise((resolve) => partner.close(resolve))
}, 60_000)

const ask = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
  (await nodes.pool.query<T>(text, values)).rows

async function hearGreat(): Promise<{ hold: string; quake: string }> {
  quakes += 1
  const origin = Date.now() - quakes * APART_MS
  expect(await nodes.push(first, { code: 'AU', magnitude: [7.1, 7.3, 7.5][quakes % 3] ?? 7.1, origin })).toBe(202)
  const [row] = await ask<{ hold: string; quake: string }>(
    `select id as hold, quake_id as quake from hold where state = 'open' order by since desc limit 1`,
  )
  if (!row) throw new Error('nothing waits for a person')
  return row
}

/** Both press at once, on one node or on two. @returns who won; the other's page names them */
async function race(
  n: number,
  press: (visitor: Visitor, who: 'one' | 'other') => Promise<Page>,
  tells: (winner: string) => RegExp,
): Promise<'one' | 'other'> {
  const here = n % 2
  const [one, other] = n % 4 < 2 ? [wang, li] : [li, wang]
  const pages = await Promise.all([press(one.seats[0], 'one'), press(other.seats[here === 0 ? 0 : 1], 'other')])
  expect(pages.map(({ status }) => String(status)).toSorted()).toEqual(['303', '409'])
  const won = pages[0].status === 303 ? 'one' : 'other'
  expect(pages.find(({ status }) => status === 409)?.body).toMatch(tells(won === 'one' ? one.name : other.name))
  return won
}

const countNotices = async (quake: string): Promise<string[]> =>
  (await ask<{ kind: string }>('select kind from notice where quake_id = $1 order by issued_at', [quake])).map(
    ({ kind }) => kind,
  )

test(
  `${RACES} times two officers press at the same moment: one wins, the other is told by whom, nothing is said twice`,
  async () => {
    const wins = { one: 0, other: 0 }
    let done = 0
    for (let n = 0; done < RACES; n += 1) {
      const { hold, quake } = await hearGreat()
      const dismisses = n % 3 === 2
      const won = await race(
        n,
        (visitor, who) => visitor.post(`/desk/holds/${hold}/${dismisses && who === 'other' ? 'dismiss' : 'publish'}`),
        (winner) => new RegExp(`${winner} 于 [^<]* (已核实发布|已决定不发布)`),
      )
      wins[won] += 1
      done += 1
      const isOut = !(dismisses && won === 'other')
      expect(await countNotices(quake)).toEqual(isOut ? ['quick-report'] : [])
      if (!isOut || done === RACES) continue
      const [notice] = await ask<{ id: string }>('select id from notice where quake_id = $1', [quake])
      const taken = await race(
        n + 1,
        (visitor) => visitor.post(`/desk/notices/${notice?.id}/withdraw`, { reason: 'sent-in-error' }),
        (winner) => new RegExp(`${winner} 已于 [^<]* 撤回`),
      )
      wins[taken] += 1
      done += 1
      expect(await countNotices(quake)).toEqual(['quick-report', 'withdrawal'])
    }

    const open = `select count(*)::int as n from delivery where state in ('queued', 'sending', 'pending', 'unknown')`
    await until(
      async () => ((await ask<{ n: number }>(open))[0]?.n === 0 ? true : undefined),
      () => 'everything settled',
    )
    const states = await ask<{ state: string; n: number }>(
      `select state, count(*)::int as n from delivery where outlet_id like 'partner-%' group by state order by state`,
    )
    const accepted = states.find(({ state }) => state === 'accepted')?.n
    // Each word once, each message once, and as many as the record says.
    expect(new Set(told.map(({ word }) => word)).size).toBe(told.length)
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length)
    expect(told.length).toBe(accepted)
    const deciders = await ask<{ n: number }>(
      `select count(*)::int as n from journal where act in ('hold.released', 'hold.dismissed', 'notice.withdrawal') and actor like 'p-%'`,
    )
    expect(deciders[0]?.n).toBe(RACES)
    expect(wins.one + wins.other).toBe(RACES)
    if (process.env['QUAKEDESK_RACES'] !== undefined)
      process.stdout.write(
        `${RACES} races over ${quakes} quakes: the first to press won ${wins.one}, the other ${wins.other}; ` +
          `${RACES} told by whom; ${told.length} messages, none twice; deliveries ${JSON.stringify(states)}\n`,
      )
  },
  Math.max(240_000, RACES * 2_500),
)
