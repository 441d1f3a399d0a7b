// In: outlets and settings of a bureau. Out: nodes of the program on one database, as docker/compose.yaml has them, without
// the engine; signed pushes at any of them. Must not leave a process or a folder behind; waits end by what is seen.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'pg'
import { openPool } from '../../src/store/pool.ts'
import { claimPort } from '../../src/town/port.ts'
import { freshDatabase } from './database.ts'

const START = fileURLToPath(new URL('../../src/start.mjs', import.meta.url))
const BEIJING = 8 * 3_600_000
const DOOR = 'cea-push'

export interface Node {
  child: ChildProcess
  port: number
  deskPort: number
  dataFolder: string
  said: () => string
  /** kill -9, and it is gone. */
  kill(): Promise<void>
}

export interface Nodes {
  /** Starts one and waits until both of its ports are ready. The same name comes back to the same data folder. */
  start(name: string, env?: Record<string, string>): Promise<Node>
  /** One row of CENC's list, signed and pushed. @returns the status */
  push(node: Node, row: { code: 'AU' | 'CC'; magnitude: number; origin: number }): Promise<number>
  pool: Pool
  close(): Promise<void>
}

/** Looks until something is there. @throws naming what never came */
export async function until<T>(look: () => Promise<T | undefined>, what: () => string): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    await sleep(100)
  }
  throw new Error(`never seen: ${what()}`)
}

/** @param more lines of quakedesk.yaml after the bureau, its door and its authorisations */
export async function openNodes(more: string): Promise<Nodes> {
  const folder = mkdtempSync(join(tmpdir(), 'quakedesk-nodes-'))
  const key = randomBytes(32)
  const fresh = await freshDatabase('empty')
  const { host, database, user } = fresh.adminConfig
  const databaseUrl = `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}`
  const signed = `sources: [${DOOR}], signedBy: 分管局领导, signedAt: '2020-01-01T00:00:00+08:00', expiresAt: '2120-01-01T00:00:00+08:00'`
  writeFileSync(
    join(folder, 'quakedesk.yaml'),
    `bureau:
  name: 合肥市地震局
  shortName: 合肥地震
  publicUrl: https://dzj.hefei.example
  serialPrefix: 合震信
  home: { name: 合肥市, code: '340100', latitude: 31.8206, longitude: 117.2272 }
  attenuation: east
inbound: [{ id: ${DOOR}, format: cenc-web, authority: official-national, secret: 'whsec_${key.toString('base64')}' }]
authorisations:
  - { id: quick, template: quick-report, ${signed} }
  - { id: formal, template: formal-report, ${signed} }
${more}`,
  )
  const pool = openPool(fresh.adminConfig, 2, () => undefined)
  const nodes: Node[] = []
  const start = async (name: string, env: Record<string, string> = {}): Promise<Node> => {
    const [port, deskPort] = [await claimPort(), await claimPort()]
    const dataFolder = join(folder, name)
    const child = spawn(process.execPath, [START], {
      env: {
        PATH: process.env['PATH'],
        QUAKEDESK_CONFIG: join(folder, 'quakedesk.yaml'),
        QUAKEDESK_DATA: dataFolder,
        DATABASE_URL: databaseUrl,
        HOST: '127.0.0.1',
        PORT: String(port),
        DESK_PORT: String(deskPort),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (said = `${said}${String(chunk)}`.slice(-8_000)))
    const kill = async (): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    nodes.push({ child, port, deskPort, dataFolder, said: () => said, kill })
    const isReady = async (at: number): Promise<boolean> => (await fetch(`http://127.0.0.1:${at}/readyz`)).ok
    await until(
      async () => ((await isReady(port)) && (await isReady(deskPort)) ? true : undefined),
      () => `${name} ready; it said ${said}`,
    )
    return nodes.at(-1) as Node
  }
  return {
    start,
    push: (node, row) => push(node, row, key),
    pool,
    close: async () => {
      for (const node of nodes) await node.kill()
      await pool.end()
      await fresh.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Times are Beijing's without a zone, as the source writes them. */
async function push(
  node: Node,
  { code, magnitude, origin }: { code: string; magnitude: number; origin: number },
  key: Buffer,
): Promise<number> {
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
  return (await fetch(`http://127.0.0.1:${node.deskPort}/ingest/v1/${DOOR}`, { method: 'POST', body, headers })).status
}
