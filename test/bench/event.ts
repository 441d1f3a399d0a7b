// npm run bench -- --only event: from a feed's bytes to the first byte at each of five channels, ours beside its peers.
// Rounds in rotated order, ratios inside one run; wall time is printed, never asserted by a test (performance.md §8).
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'undici'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { signMessage } from '../../src/feeds/signature.ts'
import { createFeeds, HOME } from './events.ts'
import { freePort, judge, median, quantile, ratioSpread, waitForMessage } from './measure.ts'

const WARM = 20
const SECRET = `whsec_${Buffer.from('bench-secret-0123456789-abcdefghi').toString('base64')}`

interface Subject {
  name: string
  post: (feed: string) => Promise<void>
  stop: () => void
}

const folder = mkdtempSync(join(tmpdir(), 'qd-bench-'))
const agent = new Agent({ keepAliveTimeout: 60_000 })
const children: ChildProcess[] = []

function launch(file: string, args: string[]): ChildProcess {
  const child = fork(new URL(file, import.meta.url), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  children.push(child)
  return child
}

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const reply = await request(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/xml; charset=utf-8', ...headers },
    dispatcher: agent,
  })
  const text = await reply.body.text()
  if (reply.statusCode >= 300) throw new Error(`${url}: ${reply.statusCode} ${text}`)
}

async function startNaive(urls: string[]): Promise<Subject> {
  const child = launch('naive.ts', [JSON.stringify(urls)])
  const { url } = await waitForMessage<{ url: string }>(child)
  return { name: 'naive', post: (feed) => post(url, feed), stop: () => child.kill() }
}

async function startBull(urls: string[]): Promise<Subject | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    process.stdout.write('bullmq: skipped, no redis-server on this machine\n')
    return null
  }
  const port = await freePort()
  const redis = spawn(
    'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'yes',
      '--appendfsync',
      'everysec',
    ],
    { stdio: 'ignore' },
  )
  children.push(redis)
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  const child = launch('bull.ts', [JSON.stringify(urls), String(port)])
  const { url } = await waitForMessage<{ url: string }>(child)
  return { name: 'bullmq', post: (feed) => post(url, feed), stop: () => child.kill() }
}

async function startOurs(urls: string[]): Promise<Subject> {
  const [port, deskPort] = [await freePort(), await freePort()]
  const file = join(folder, 'quakedesk.yaml')
  const signed = { signedBy: 'bench', signedAt: '2020-01-01T00:00:00Z', expiresAt: '2099-01-01T00:00:00Z' }
  writeFileSync(
    file,
    stringify({
      bureau: {
        name: '宁夏试验地震局',
        shortName: '试验地震',
        publicUrl: `http://127.0.0.1:${port}`,
        serialPrefix: '试震信',
        home: HOME,
        attenuation: 'west',
      },
      inbound: [{ id: 'cenc', format: 'rss', authority: 'official-national', secret: SECRET }],
      authorisations: [{ id: 'formal', template: 'formal-report', sources: ['cenc'], ...signed }],
      outlets: urls.map((url, index) => ({ id: `c${index}`, channel: 'webhook', url, secret: SECRET })),
    }),
  )
  const child = spawn(process.execPath, [new URL('../../src/main.ts', import.meta.url).pathname], {
    env: {
      ...process.env,
      QUAKEDESK_CONFIG: file,
      QUAKEDESK_DATA: join(folder, 'data'),
      PORT: String(port),
      DESK_PORT: String(deskPort),
      HOST: '127.0.0.1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      if (part.includes('震讯台 is ready')) resolve()
    })
    child.on('exit', () => reject(new Error('Quakedesk did not start')))
  })
  let number = 0
  return {
    name: 'quakedesk',
    post: (feed) => {
      number += 1
      const headers = signMessage({ id: `bench-${number}`, sentAt: Date.now(), body: Buffer.from(feed) }, [SECRET])
      return post(`http://127.0.0.1:${deskPort}/ingest/v1/cenc`, feed, headers)
    },
    stop: () => child.kill('SIGTERM'),
  }
}

interface Answer {
  first: (string | null)[]
  calls: number
}

async function measureAll(rounds: number, perRound: number): Promise<void> {
  const receivers = launch('receivers.ts', [])
  const { urls } = await waitForMessage<{ urls: string[] }>(receivers)
  const ask = (message: 'ask' | 'reset'): Promise<Answer> => {
    const answer = waitForMessage<Answer>(receivers)
    receivers.send(message)
    return answer
  }
  const subjects = [await startNaive(urls), await startBull(urls), await startOurs(urls)].filter((s) => s !== null)
  const samples = new Map<string, number[][]>(subjects.map((s) => [s.name, []]))
  const feeds = new Map(subjects.map((s) => [s.name, createFeeds(Date.now())]))
  let number = 0

  const sample = async (subject: Subject): Promise<number> => {
    await ask('reset')
    const feed = feeds.get(subject.name)?.(number) ?? ''
    const started = process.hrtime.bigint()
    const done = subject.post(feed)
    for (let waited = 0; waited < 2_000; waited += 1) {
      const { first } = await ask('ask')
      if (first.every((at) => at !== null)) {
        await done
        const last = first.reduce((most, at) => (BigInt(at ?? 0) > most ? BigInt(at ?? 0) : most), 0n)
        // Everything that follows the first byte (outcomes on record, acknowledgements) ends before the next sample.
        await new Promise((resolve) => setTimeout(resolve, 15))
        return Number(last - started) / 1e6
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    throw new Error(`${subject.name}: a channel was never called for\n${feed.slice(0, 900)}`)
  }

  for (const subject of subjects) await subject.post(feeds.get(subject.name)?.(number) ?? '')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  for (const subject of subjects) {
    for (let index = 0; index < WARM; index += 1) {
      number += 1
      await sample(subject)
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    const order = subjects.map((_, index) => subjects[(index + round) % subjects.length]).filter((s) => s !== undefined)
    for (const subject of order) {
      const times: number[] = []
      for (let index = 0; index < perRound; index += 1) {
        number += 1
        times.push(await sample(subject))
      }
      samples.get(subject.name)?.push(times)
    }
  }
  report(samples)
}

function report(samples: ReadonlyMap<string, number[][]>): void {
  const naive = samples.get('naive') ?? []
  process.stdout.write('event: feed bytes → first byte at the last of five channels, ms\n')
  for (const [name, rounds] of samples) {
    const all = rounds.flat()
    const p99 = all.length >= 500 ? quantile(all, 0.99).toFixed(2) : `max ${Math.max(...all).toFixed(2)}`
    const ratio = ratioSpread(rounds, naive)
    process.stdout.write(
      `  ${name.padEnd(10)} n ${String(all.length).padStart(4)}  p50 ${median(all).toFixed(2)}  p90 ${quantile(all, 0.9).toFixed(2)}  p99 ${p99}  × naive ${ratio.text}\n`,
    )
  }
  const ours = samples.get('quakedesk') ?? []
  judge('p50 ≤ 0.5 × naive', ratioSpread(ours, naive), 0.5)
  const bull = samples.get('bullmq')
  if (bull) judge('p50 ≤ 0.25 × bullmq', ratioSpread(ours, bull), 0.25)
}

/** Runs the section: receivers and subjects first, then rounds in rotated order. */
export async function benchEvent(rounds: number, perRound: number): Promise<void> {
  try {
    await measureAll(rounds, perRound)
  } finally {
    for (const child of children.toReversed()) child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    for (const child of children) child.kill('SIGKILL')
    await agent.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}
