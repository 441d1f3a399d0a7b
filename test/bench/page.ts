// npm run bench -- --only page: the first page under a crowd. Ours (the real public process on a real page table) beside nginx
// with gzip_static and @fastify/static, in rotated order; then a surge by the clock, and what the publisher feels of it.
import { spawnSync, type ChildProcess } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import { setTimeout as sleep } from 'node:timers/promises'
import { openChannels } from './channels.ts'
import { findPublic, listBelow, pin, PINNED, readCpu } from './cores.ts'
import { createFeeds } from './events.ts'
import { startQuakedesk, type Installed } from './installation.ts'
import { judgeAtLeast, median, ratioSpread } from './measure.ts'
import { generate } from './page-generator.ts'
import { readPacked, readSettled, startNginx, startStatic, writeFiles, type PageSubject } from './page-subjects.ts'
import { onStage } from './stage.ts'
import { benchSurge } from './surge.ts'

const CONNECTIONS = 64
const ROUND_MS = 2_000
const hasWrk = spawnSync('wrk', ['--version']).error === undefined

interface Measured {
  /** Requests a second. */
  rate: number
  /** Requests per second of the server's processor time: its capacity on a core of its own. */
  capacity: number
  /** Share of the time in which the server was at work. */
  busy: number
}

/** @throws on a wrong answer: a fast error is no page */
async function measure(subject: PageSubject, child: ChildProcess, ms: number): Promise<Measured> {
  const before = readCpu(subject.pid)
  const { port, path } = subject
  const loaded = hasWrk
    ? askWrk(port, path, ms)
    : await generate(child, { manner: 'closed', connections: CONNECTIONS, ms, port, path })
  if (loaded.errors > 0) throw new Error(`${subject.name}: ${loaded.errors} wrong answers`)
  const cpu = readCpu(subject.pid) - before
  const { answers } = loaded
  return { rate: (answers / loaded.ms) * 1_000, capacity: (answers / cpu) * 1_000, busy: cpu / loaded.ms }
}

/** Below this the generator was the slower one, and requests a second say nothing of the server. */
const BUSY = 0.85

/** Judges a goal by requests a second, and by processor time, which a generator that was kept waiting does not change. */
function compare(goal: number, of: string, ours: readonly Measured[], peer: readonly Measured[]): void {
  const ratio = (key: 'rate' | 'capacity') =>
    ratioSpread(
      ours.map((each) => [each[key]]),
      peer.map((each) => [each[key]]),
    )
  const idlest = Math.min(median(ours.map(({ busy }) => busy)), median(peer.map(({ busy }) => busy)))
  judgeAtLeast(`requests per CPU second ≥ ${goal} × ${of}`, ratio('capacity'), goal)
  if (idlest >= BUSY) judgeAtLeast(`requests per second ≥ ${goal} × ${of}`, ratio('rate'), goal)
  else
    process.stdout.write(
      `  UNSURE  requests per second ≥ ${goal} × ${of}: ${ratio('rate').text}; a server was at work ${(idlest * 100).toFixed(0)} % of the time, the generator was kept waiting\n`,
    )
}

function askWrk(port: number, path: string, ms: number): { answers: number; errors: number; ms: number } {
  const seconds = String(Math.max(1, Math.round(ms / 1_000)))
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-H', 'accept-encoding: gzip']
  const command = ['-c', '1', 'wrk', ...args, `http://127.0.0.1:${port}${path}`]
  const pinned = PINNED === 'pinned' ? spawnSync('taskset', command) : spawnSync('wrk', command.slice(3))
  const text = pinned.stdout.toString()
  const [, answers = 'NaN', took = 'NaN'] = /(\d+) requests in ([\d.]+)s/.exec(text) ?? []
  return { answers: Number(answers), errors: /Non-2xx|Socket errors/.test(text) ? 1 : 0, ms: Number(took) * 1_000 }
}

/** The publisher, its database and this process on one core; the public process and the generator on the other. */
function separate(ours: Installed, generator: ChildProcess): number {
  const site = findPublic(ours.pid)
  for (const pid of [ours.pid, ...listBelow(ours.pid), process.pid]) pin(pid, 1)
  pin(site, 0)
  pin(generator.pid ?? 0, 0)
  return site
}

/** Runs the section. */
export async function benchPage(rounds: number): Promise<void> {
  await onStage(async (stage) => {
    const channels = await openChannels(stage, ['answer', 'answer', 'answer'])
    const ours = await startQuakedesk(stage, 'page', channels.urls, true)
    const { child } = await stage.launch('page-load.ts', [])
    const writeFeed = createFeeds(Date.now())
    let number = 0
    const post = (): Promise<void> => ours.post(writeFeed(number++))
    await post()
    await sleep(1_500)
    await post()
    const packed = await readSettled(ours.port, '/')
    const folder = writeFiles(stage, gunzipSync(packed), packed)
    const site = findPublic(ours.pid)
    const mine: PageSubject = { name: 'quakedesk', port: ours.port, path: '/', pid: site }
    const nginx = await startNginx(stage, folder, false)
    const cached = await startNginx(stage, folder, true)
    const still = await startStatic(stage, folder)
    const subjects = [nginx, cached, still, mine].filter((subject) => subject !== null)
    for (const { name, port, path } of subjects) {
      if (!(await readPacked(port, path)).equals(packed)) throw new Error(`${name} serves other bytes`)
    }
    process.stdout.write(
      `page: first page, ${packed.length} bytes packed, ${CONNECTIONS} connections, ${hasWrk ? 'wrk' : 'own generator'}, server on core 0, generator on core 1: ${PINNED}\n`,
    )
    for (const { pid } of subjects) pin(pid, 0)
    pin(child.pid ?? 0, 1)
    const all = new Map<string, Measured[]>(subjects.map(({ name }) => [name, []]))
    for (const subject of subjects) await measure(subject, child, 1_000)
    for (let round = 0; round < rounds; round += 1) {
      for (let index = 0; index < subjects.length; index += 1) {
        const subject = subjects[(index + round) % subjects.length]
        if (subject) all.get(subject.name)?.push(await measure(subject, child, ROUND_MS))
      }
    }
    for (const [name, measured] of all) {
      const rates = measured.map(({ rate }) => rate)
      const of = (key: keyof Measured): number => median(measured.map((each) => each[key]))
      process.stdout.write(
        `  ${name.padEnd(24)} ${of('rate').toFixed(0)}/s (${Math.min(...rates).toFixed(0)}..${Math.max(...rates).toFixed(0)})  ${(1e6 / of('capacity')).toFixed(1)} µs CPU, at work ${(of('busy') * 100).toFixed(0)} %\n`,
      )
    }
    const own = all.get(mine.name) ?? []
    if (nginx) compare(0.4, 'nginx gzip_static', own, all.get(nginx.name) ?? [])
    if (cached) compare(0.4, 'nginx with open_file_cache', own, all.get(cached.name) ?? [])
    compare(4, '@fastify/static', own, all.get(still.name) ?? [])
    separate(ours, child)
    await benchSurge({ generator: child, port: ours.port, channels, post })
  })
}
