// In: a folder, ports, the stand-ins' addresses. Out: a real installation (node src/main.ts) to be fed, watched and killed.
// Must not reach into the program: it is fed at its door, watched through its database, its ports and its process ids.
import { spawn, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { Pool } from 'pg'
import { signWebhook } from '../../channels/webhook/sign.ts'
import { openPool } from '../../src/store/pool.ts'
import { listServerPids } from '../../src/store/postgres/leftover.ts'
import { findRunning } from '../../src/store/postgres/start.ts'
import { TOWN } from '../../src/town/town.ts'
import { SUBSCRIBERS, TEMPLATE_ID, type StandName } from './town.ts'

const PROGRAM = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const PRELOAD = fileURLToPath(new URL('moving-clock.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const DOOR_SECRET = `whsec_${Buffer.from('crash-door-secret-0123456789abcdef').toString('base64')}`
const DOOR = 'cenc'
export const START_LIMIT_MS = 60_000

export interface Installation {
  port: number
  deskPort: number
  dataFolder: string
  logFile: string
  /** The installation's present. */
  now(): number
  /** Moves its clock forward, also while it runs. */
  skip(ms: number): void
  start(): Promise<void>
  /** SIGKILL to publisher and public process at once. The database server is the watcher's business, or killed with them. */
  kill(what: 'program' | 'everything'): Promise<void>
  /** SIGKILL to the database server alone; the program lives. */
  killPostgres(): Promise<void>
  stop(): Promise<void>
  /** Waits until the database answers, and hands out a pool of the administrator. */
  database(): Promise<Pool>
  /** Waits until the running program has seen the last skip(). */
  untilMoved(): Promise<void>
  /** One signed message at the inbound door; resolves with the status, or null when no reply came. */
  push(id: string, body: string): Promise<number | null>
  command(
    name: string,
    input: object,
  ): Promise<{ status: number; body: { ok: boolean; reason?: string; result?: unknown } }>
  page(path: string): Promise<{ status: number; body: string } | null>
  isAlive(): boolean
  /** Removes a cluster that root's database server keeps outside the data folder; after stop(). */
  sweep(): void
}

/** The YAML of a bureau with every channel that a notice can leave by. */
export function describeBureau(
  urls: Record<StandName, string>,
  publicHost: string,
  more: Record<string, unknown> = {},
): string {
  const sign = {
    sources: [DOOR],
    signedBy: '带班领导',
    signedAt: '2020-01-01T00:00:00+08:00',
    expiresAt: '2099-01-01T00:00:00+08:00',
  }
  const kinds = ['quick-report', 'formal-report', 'revision', 'correction']
  return stringify({
    bureau: {
      name: '安平市地震局',
      shortName: '安平地震',
      serialPrefix: '安震信',
      home: { name: '银川市', code: '640100', latitude: 38.487, longitude: 106.231 },
      attenuation: 'west',
    },
    inbound: [{ id: DOOR, format: 'cenc-web', authority: 'official-national', secret: DOOR_SECRET }],
    authorisations: kinds.map((template) => ({ id: `auto-${template}`, template, ...sign })),
    outlets: [
      { id: 'site', channel: 'website' },
      {
        id: 'weibo-main',
        channel: 'weibo',
        baseUrl: urls.weibo,
        accessToken: TOWN.weiboToken,
        uid: TOWN.weiboUid,
        safeDomain: publicHost,
        rip: '127.0.0.1',
      },
      {
        id: 'wechat-main',
        channel: 'wechat',
        baseUrl: urls.wechat,
        appId: TOWN.wechatAppId,
        secret: TOWN.wechatSecret,
        callbackToken: TOWN.wechatToken,
        encodingAesKey: TOWN.wechatAesKey,
        kind: 'service',
        legs: ['freepublish', 'mass', 'subscribe'],
        // A service account has one mass send to all a day: it is kept for the determination that counts.
        massKinds: ['formal-report'],
        covers: { default: TOWN.cover },
        subscribe: { templateId: TEMPLATE_ID, users: [...SUBSCRIBERS], repeatUnknown: false },
      },
      { id: 'partner', channel: 'webhook', url: `${urls.webhook}/hook`, secret: TOWN.webhookSecret },
      {
        id: 'duty',
        channel: 'robot',
        kind: 'dingtalk',
        url: `${urls.robots}/robot/send?access_token=${TOWN.robotToken}`,
        secret: TOWN.robotSecret,
      },
    ],
    ...more,
  })
}

/** Prepares an installation; nothing runs before start(). */
export function prepareInstallation(options: {
  folder: string
  port: number
  deskPort: number
  yaml: string
  env?: Record<string, string>
}): Installation {
  const { folder, port, deskPort } = options
  const dataFolder = join(folder, 'data')
  const clockFile = join(folder, 'clock')
  const configFile = join(folder, 'quakedesk.yaml')
  const logFile = join(folder, 'program.log')
  mkdirSync(dataFolder, { recursive: true })
  chmodSync(folder, 0o711)
  chmodSync(dataFolder, 0o711)
  writeFileSync(configFile, options.yaml)
  let offset = 0
  let child: ChildProcess | null = null
  let pool: Pool | null = null

  const now = (): number => Date.now() + offset
  const forgetPool = async (): Promise<void> => {
    const old = pool
    pool = null
    await Promise.race([old?.end().catch(() => undefined), sleep(200)])
  }
  const killGroup = async (): Promise<void> => {
    const running = child
    if (!running?.pid || running.exitCode !== null || running.signalCode !== null) return
    const gone = new Promise((resolve) => running.once('exit', resolve))
    process.kill(-running.pid, 'SIGKILL')
    await gone
    // The public process dies with it, but a moment later; its port must be free before the next start.
    for (const end = Date.now() + 5_000; isGroupAlive(running.pid) && Date.now() < end;) await sleep(10)
  }
  const endServers = (): void => {
    for (const pid of serverPids(dataFolder)) tryKill(pid)
  }

  return {
    port,
    deskPort,
    dataFolder,
    logFile,
    now,
    skip: (ms) => {
      offset += ms
      writeFileSync(`${clockFile}.new`, String(offset))
      renameSync(`${clockFile}.new`, clockFile)
    },
    start: async () => {
      await forgetPool()
      const log = openSync(logFile, 'a')
      const running = spawn(process.execPath, ['--import', PRELOAD, PROGRAM], {
        cwd: ROOT,
        detached: true,
        stdio: ['ignore', 'pipe', log],
        env: {
          PATH: process.env['PATH'] ?? '',
          ...options.env,
          HOST: '127.0.0.1',
          PORT: String(port),
          DESK_PORT: String(deskPort),
          QUAKEDESK_CONFIG: configFile,
          QUAKEDESK_DATA: dataFolder,
          CRASH_CLOCK: clockFile,
          // A start is mostly reading our own source: the cache halves it, and changes nothing else.
          NODE_COMPILE_CACHE: join(folder, '..', 'quakedesk-crash-cache'),
        },
      })
      closeSync(log)
      child = running
      await waitUntilReady(running, logFile)
    },
    kill: async (what) => {
      await killGroup()
      if (what === 'everything') endServers()
      await forgetPool()
    },
    killPostgres: async () => {
      endServers()
      await forgetPool()
    },
    stop: async () => {
      await forgetPool()
      const running = child
      if (!running?.pid || running.exitCode !== null || running.signalCode !== null) return
      const gone = new Promise((resolve) => running.once('exit', resolve))
      running.kill('SIGTERM')
      await Promise.race([gone, sleep(25_000)])
      await killGroup()
      endServers()
    },
    database: async () => {
      for (const end = Date.now() + 30_000; ; await sleep(30)) {
        try {
          const place = findRunning(dataFolder)
          if (!place) throw new Error('no database server runs yet')
          pool ??= openPool(place.adminConfig, 4, () => undefined)
          await pool.query('select 1 from ledger_head')
          return pool
        } catch (error) {
          await forgetPool()
          if (Date.now() > end) throw error
        }
      }
    },
    untilMoved: async () => {
      const body = Buffer.from('{}')
      for (const end = Date.now() + 20_000; ; await sleep(20)) {
        // The door looks at the time before the signature: a wrong one tells whose clock is behind.
        const headers = signWebhook([`whsec_${Buffer.alloc(24).toString('base64')}`], 'clock', now(), body)
        const reply = await fetch(`http://127.0.0.1:${deskPort}/ingest/v1/${DOOR}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body,
        })
        const { rule } = (await reply.json()) as { rule?: string }
        if (rule === 'signature-wrong') return
        if (Date.now() > end) throw new Error(`the program's clock did not move: ${rule}`)
      }
    },
    push: async (id, body) => {
      const headers = signWebhook([DOOR_SECRET], id, now(), body)
      try {
        const reply = await fetch(`http://127.0.0.1:${deskPort}/ingest/v1/${DOOR}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body,
        })
        await reply.text()
        return reply.status
      } catch {
        return null
      }
    },
    command: async (name, input) => {
      const token = readFileSync(join(dataFolder, 'desk.token'), 'utf8')
      const reply = await fetch(`http://127.0.0.1:${deskPort}/desk/command/${name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      })
      return { status: reply.status, body: (await reply.json()) as { ok: boolean } }
    },
    page: async (path) => {
      try {
        const reply = await fetch(`http://127.0.0.1:${port}${path}`)
        return { status: reply.status, body: await reply.text() }
      } catch {
        return null
      }
    },
    sweep: () => {
      const apart = findApart(dataFolder)
      if (apart !== null) rmSync(apart, { recursive: true, force: true })
    },
    isAlive: () => child !== null && child.exitCode === null && child.signalCode === null,
  }
}

function isGroupAlive(leader: number): boolean {
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(group) === leader && state !== 'Z') return true
    } catch {
      // Ended while we read.
    }
  }
  return false
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone meanwhile.
  }
}

/** Every process of this installation's database server, wherever its cluster lies. */
function serverPids(dataFolder: string): number[] {
  return listServerPids(join(findApart(dataFolder) ?? join(dataFolder, 'postgres'), 'data'))
}

function findApart(dataFolder: string): string | null {
  try {
    return (JSON.parse(readFileSync(join(dataFolder, 'postgres.json'), 'utf8')) as { at: string }).at
  } catch {
    return null
  }
}

/** Why it does not start, else the end of its log: the public process may still be writing that its database has gone. */
function lastWords(log: string): string {
  const said = log.lastIndexOf('Quakedesk does not start')
  return said < 0 ? log.slice(-1500) : log.slice(said, said + 3_000)
}

const READY = 'is ready.'
/** Characters of what it said last: enough to hold that word in two halves, and to say why it never came. */
const MOST_SEEN = 20_000

async function waitUntilReady(child: ChildProcess, logFile: string): Promise<void> {
  let seen = ''
  const log = openSync(logFile, 'a')
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const text = chunk.toString()
      writeFileSync(log, text)
      seen += text
      if (seen.includes(READY)) resolve()
      // A program with much to ring about says so at length before it is ready.
      seen = seen.slice(-MOST_SEEN)
    })
    child.once('exit', (code, signal) => {
      reject(new Error(`the program ended at start (${code ?? signal}): ${lastWords(readFileSync(logFile, 'utf8'))}`))
      closeSync(log)
    })
  })
  ready.catch(() => undefined)
  const late = sleep(START_LIMIT_MS, 'late' as const, { ref: false })
  if ((await Promise.race([ready, late])) === 'late')
    throw new Error(`the program was not ready after ${START_LIMIT_MS} ms: ${seen.slice(-1500)}`)
}
