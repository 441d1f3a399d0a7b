// In: two nodes of the program on one database, officers, and somebody who guesses at both doors from many addresses. Out: proof that a
// limit is the bureau's and not a node's, and that the officer's own browser comes in at either node while strangers are locked out.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNodes, type Node, type Nodes } from '../support/nodes.ts'
import { hire, send, type Officer, type Sent } from './attacker.ts'
import { openFirst, openVisitor, PASSWORD } from './officers.ts'

let nodes: Nodes
let doors: Node[]
let wang: Officer
let li: Officer

beforeAll(async () => {
  nodes = await openNodes(`desk: { key: '${randomBytes(32).toString('base64url')}' }
outlets:
  - { id: site, channel: website }
`)
  const first = await nodes.start('first')
  const admin = await openFirst(first)
  const place = { deskPort: first.deskPort, now: () => Date.now() }
  wang = await hire(place, admin, { login: 'wang', name: '王小明', roles: ['duty'] })
  li = await hire(place, admin, { login: 'li', name: '李处', roles: ['lead'] })
  await hire(place, admin, { login: 'gast', name: '观察者', roles: ['observer'] })
  doors = [first, await nodes.start('second')]
}, 180_000)
afterAll(() => nodes.close(), 60_000)

/** At one node after the other. */
const knock = (i: number, body: Record<string, string>, from: string): Promise<Sent> =>
  send(doors[i % 2]?.deskPort ?? 0, 'POST', '/desk/sign-in', { body, from })

/** The code after the one that the enrolment used up: a phone's clock may be a step ahead. */
async function comeBack(officer: Officer, from: string): Promise<Sent> {
  await officer.post('/desk/sign-out', {})
  const half = await officer.post('/desk/sign-in', { login: officer.login, password: PASSWORD }, from)
  expect(half.status).toBe(303)
  await officer.get('/desk/code', from)
  return officer.post('/desk/code', { code: officer.code(1) }, from)
}

test('five wrong passwords, some at each node and each from another address, lock an account at both; the officer’s own browser comes in', async () => {
  const body = { login: 'wang', password: 'falsch-Wort-1' }
  for (let i = 0; i < 5; i += 1) expect((await knock(i, body, `127.0.7.${i + 1}`)).status).toBe(401)
  for (const i of [0, 1]) {
    const stranger = await knock(i, { login: 'wang', password: PASSWORD }, '127.0.8.1')
    const nobody = await knock(i, { login: 'no-such', password: 'x' }, '127.0.8.1')
    expect([stranger.status, nobody.status]).toEqual([401, 401])
    const told = (page: Sent): string => page.body.replaceAll(/value="[^"]*"/g, '')
    expect(told(stranger)).toBe(told(nobody))
  }
  expect((await comeBack(wang, '127.0.8.2')).status).toBe(303)
  const there = openVisitor(doors[1] as Node, wang.header())
  expect((await there.get('/desk')).body).toContain('王小明')
})

test('one address that tries many logins at both nodes hears no more answers; the officer behind the same proxy still comes in', async () => {
  const from = '127.0.9.1'
  for (let i = 0; i < 30; i += 1) await knock(i, { login: `ren${i}`, password: 'falsch-Wort-1' }, from)
  const body = { login: 'gast', password: PASSWORD }
  for (const i of [0, 1]) expect((await knock(i, body, from)).status).toBe(429)
  expect((await knock(0, body, '127.0.9.2')).status).toBe(303)
  expect((await comeBack(li, from)).status).toBe(303)
})
