// In: two nodes of the program on one database, as docker/compose.yaml has them, without the engine. Out: what each shows.
// Must not leave a process or a folder behind; waits end by what is seen, never by a guessed time.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { claimPort } from '../../src/town/port.ts'

const START = fileURLToPath(new URL('../../src/start.mjs', import.meta.url))
const BEIJING = 8 * 3_600_000
const key = randomBytes(32)
const folder = mkdtempSync(join(tmpdir(), 'quakedesk-nodes-'))

interface Node {
  child: ChildProcess
  port: number
  deskPort: number
  said: () => string
}

interface Notice {
  serial: string
  report: number
  kind: string
  state: string
  deliveries: { outlet: string; state: string }[]
}

let fresh: FreshDatabase
let databaseUrl: string
const nodes: Node[] = []

async function until<T>(look: () => Promise<T | undefined>, what: () => string): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    await sleep(100)
  }
  throw new Error(`never seen: ${what()}`)
}

async function startNode(name: string): Promise<Node> {
  const [port, deskPort] = [await claimPort(), await claimPort()]
  const child = spawn(process.execPath, [START], {
    env: {
      PATH: process.env['PATH'],
      QUAKEDESK_CONFIG: join(folder, 'quakedesk.yaml'),
      QUAKEDESK_DATA: join(folder, name),
      DATABASE_URL: databaseUrl,
      HOST: '127.0.0.1',
      PORT: String(port),
      DESK_PORT: String(deskPort),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (said = `${said}${String(chunk)}`.slice(-4_000)))
  const node = { child, port, deskPort, said: () => said }
  nodes.push(node)
  await until(
    async () =>
      (await fetch(`http://127.0.0.1:${port}/readyz`)).ok && (await fetch(`http://127.0.0.1:${deskPort}/readyz`)).ok
        ? true
        : undefined,
    () => `${name} ready; it said ${said}`,
  )
  return node
}

/** One row of CENC's list, signed and pushed; times are Beijing's without a zone, as the source writes them. */
async function push(node: Node, code: string, magnitude: number, origin: number): Promise<number> {
  const local = (at: number): string => new Date(at + BEIJING).toISOString().slice(0, 19).replace('T', ' ')
  const [oriTime, written] = [local(origin), local(Date.now())]
  const row = {
    id: Number(oriTime.replaceAll(/\D/g, '')),
    uniEventId: `${code}${Math.floor(origin / 1_000) * 1_000}`,
    oriTime,
    locName: '安徽合肥市肥东县',
    epiLon: 117.6,
    epiLat: 32,
    focDepth: 10,
    magType: '',
    magnitude,
    eqType: code,
    gmtCreate: written,
    gmtUpdate: written,
    isDeleted: 0,
  }
  const body = JSON.stringify({ message: '', code: 0, data: [row] })
  const [id, sentAt] = [`msg_${randomBytes(8).toString('hex')}`, String(Math.floor(Date.now() / 1_000))]
  const signature = createHmac('sha256', key).update(`${id}.${sentAt}.${body}`).digest('base64')
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': sentAt,
    'webhook-signature': `v1,${signature}`,
  }
  return (await fetch(`http://127.0.0.1:${node.deskPort}/ingest/v1/cea-push`, { method: 'POST', body, headers })).status
}

/** The public list of a node once it holds so many notices, all of their deliveries done. */
async function listNotices(node: Node, count: number): Promise<Notice[]> {
  let last = ''
  return until(
    async () => {
      last = await (await fetch(`http://127.0.0.1:${node.port}/api/v1/notices`)).text()
      const { notices } = JSON.parse(last) as { notices: Notice[] }
      const done = notices.every((n) => n.deliveries.every((d) => d.state === 'accepted'))
      return notices.length === count && done ? notices : undefined
    },
    () => `${count} notices; the list is ${last.slice(0, 500)}`,
  )
}

beforeAll(async () => {
  fresh = await freshDatabase('empty')
  const { host, database, user } = fresh.adminConfig
  databaseUrl = `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}`
  const signed = `sources: [cea-push], signedBy: 分管局领导, signedAt: '2020-01-01T00:00:00+08:00', expiresAt: '2120-01-01T00:00:00+08:00'`
  writeFileSync(
    join(folder, 'quakedesk.yaml'),
    `bureau:
  name: 合肥市地震局
  shortName: 合肥地震
  publicUrl: https://dzj.hefei.example
  serialPrefix: 合震信
  home: { name: 合肥市, code: '340100', latitude: 31.8206, longitude: 117.2272 }
  attenuation: east
inbound: [{ id: cea-push, format: cenc-web, authority: official-national, secret: 'whsec_${key.toString('base64')}' }]
authorisations:
  - { id: quick, template: quick-report, ${signed} }
  - { id: formal, template: formal-report, ${signed} }
outlets: [{ id: site, channel: website }]
`,
  )
})

afterAll(async () => {
  for (const { child } of nodes) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await fresh.drop()
  rmSync(folder, { recursive: true, force: true })
})

test(
  'two nodes speak once, each shows it, and one goes on alone when the other is killed',
  { timeout: 180_000 },
  async () => {
    const first = await startNode('first')
    const second = await startNode('second')
    const origin = Date.now() - 60_000
    expect(await push(first, 'AU', 4.8, origin)).toBe(202)
    for (const node of [first, second]) {
      const seen = await listNotices(node, 1)
      expect(seen.map((n) => [n.kind, n.deliveries.length])).toEqual([['quick-report', 1]])
    }

    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    expect(await push(second, 'CC', 4.9, origin + 2_000)).toBe(202)
    const after = await listNotices(second, 2)
    expect(after.map((n) => [n.kind, n.report, n.state])).toEqual([
      ['formal-report', 2, 'current'],
      ['quick-report', 1, 'superseded'],
    ])
    expect(new Set(after.map((n) => n.serial)).size).toBe(1)

    // The killed one comes back to its own data folder and finds what was said without it.
    const again = await startNode('first')
    const told = (notices: Notice[]): unknown[] => notices.map((n) => [n.serial, n.report, n.kind, n.state])
    expect(told(await listNotices(again, 2))).toEqual(told(after))
    again.child.kill('SIGTERM')
    expect((await once(again.child, 'exit'))[0], again.said()).toBe(0)
  },
)
