// In: a count of subscribers. Out: what one notice to all of them costs a whole installation: from a feed's bytes at the door
// to the last device, its database and its other work included; with the keys made ahead, and when they are used up.
// Must not measure the stand-in: devices open their messages after the last one came.
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import webpush from 'web-push'
import { completePreferences } from '../../src/core/push/preferences.ts'
import { openVault, readVaultSecret } from '../../src/push/vault.ts'
import { openPool } from '../../src/store/pool.ts'
import { findRunning } from '../../src/store/postgres/start.ts'
import { createFeeds } from './events.ts'
import { startQuakedesk, type Installed } from './installation.ts'
import { ask, type PushSetup, type ServiceCheck } from './push-orders.ts'
import { CONTACT } from './push-sending.ts'
import type { Stage } from './stage.ts'

const OUTLET = 'push'
/** Rows in one statement. */
const STEP = 5_000
const TICK_MS = 10
/** Below this share of a core the sender's thread makes no keys any more. */
const IDLE = 0.05
const WATCH_MS = 2_000
/** The sender looks for work to prepare once a minute when it found none. */
const BEGIN_MS = 75_000

/** Milliseconds of processor time of a process and all its threads, in ticks of 10 ms (proc(5), utime and stime). */
function readCpu(pid: number): number {
  const [, rest = ''] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
  const fields = rest.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** VmRSS or VmHWM, megabytes. */
function readMemory(pid: number, what: 'VmRSS' | 'VmHWM'): string {
  const kilobytes = new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return `${(Number(kilobytes) / 1_024).toFixed(0)} MB`
}

/** Rows as the public API would have left them: sealed, each with its own keys. */
async function saveSubscribers({ dataFolder }: Installed, { subscriptions }: PushSetup): Promise<void> {
  const place = findRunning(dataFolder)
  if (!place) throw new Error('the installation has no database')
  const vault = openVault(readVaultSecret(dataFolder, null))
  const preferences = JSON.stringify(completePreferences({ minMagnitude: 3 }))
  const pool = openPool(place.adminConfig, 1, () => undefined)
  for (let from = 0; from < subscriptions.length; from += STEP) {
    const part = subscriptions.slice(from, from + STEP)
    await pool.query(
      `insert into push_subscription (id, outlet_id, class, endpoint_hash, endpoint, origin, p256dh, auth, preferences,
         consent, created_at, renewed_at)
       select r.id, $1, 'actual', r.hash, r.sealed, $2, r.p256dh, r.auth, $3, '{}', now(), now()
       from unnest($4::text[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[]) as r (id, hash, sealed, p256dh, auth)`,
      [
        OUTLET,
        new URL(part[0]?.endpoint ?? '').origin,
        preferences,
        part.map((_, index) => `bench-${from + index}`),
        part.map(({ endpoint }) => vault.hash(endpoint)),
        part.map(({ endpoint }) => vault.seal(endpoint)),
        part.map(({ keys }) => Buffer.from(keys.p256dh, 'base64url')),
        part.map(({ keys }) => Buffer.from(keys.auth, 'base64url')),
      ],
    )
  }
  await pool.query('analyze push_subscription')
  await pool.end()
}

/** Waits until keys are made and nothing moves any more. @returns milliseconds of processor time that took */
async function untilPrepared(pid: number): Promise<number> {
  const before = readCpu(pid)
  const begin = performance.now()
  let quiet = 0
  let worked = false
  for (let last = before; quiet < 3 || (!worked && performance.now() - begin < BEGIN_MS);) {
    await sleep(WATCH_MS)
    const now = readCpu(pid)
    const share = (now - last) / WATCH_MS
    last = now
    quiet = share < IDLE ? quiet + 1 : 0
    if (share > 2 * IDLE) worked = true
  }
  return readCpu(pid) - before
}

/** One event. Sending is at-least-once: repeats are counted. @throws when a device is left out or told something else */
async function sendAll(service: ChildProcess, desk: Installed, feed: string, count: number) {
  const cpu = readCpu(desk.pid)
  const began = Date.now()
  await desk.post(feed)
  for (let came = 0; came < count; await sleep(500)) {
    came = (await ask<{ messages: number }>(service, { do: 'count' })).messages
    if (Date.now() - began > 600_000) throw new Error(`${came} of ${count} after ten minutes`)
  }
  // What the last replies leave to be written is part of the cost.
  await sleep(3_000)
  const cpuMs = readCpu(desk.pid) - cpu
  const found = await ask<ServiceCheck>(service, { do: 'check', text: null })
  if (found.devices !== count) throw new Error(`of ${count}: ${JSON.stringify(found)}`)
  if (!found.text.startsWith('{"v":1,')) throw new Error(`not a push of ours: ${found.text}`)
  return {
    cpuMs,
    found,
    repeats: found.messages - count,
    medianMs: found.came.median - began,
    lastMs: found.came.last - began,
  }
}

/** Runs it once with that many; `loop` is the peer's microseconds per message, for comparison. */
export async function benchMany(stage: Stage, service: ChildProcess, count: number, loop: number): Promise<void> {
  const file = join(stage.folder, 'many.json')
  const vapid = webpush.generateVAPIDKeys()
  await ask(service, { do: 'subscribe', count, vapid, file })
  const setup = JSON.parse(readFileSync(file, 'utf8')) as PushSetup
  const desk = await startQuakedesk(stage, 'many', [], false, [
    {
      id: OUTLET,
      channel: 'webpush',
      enabled: true,
      vapidPublicKey: vapid.publicKey,
      vapidPrivateKey: vapid.privateKey,
      subject: CONTACT,
      allowHosts: [new URL(setup.origin).host],
      ca: setup.ca,
    },
  ])
  const write = createFeeds(Date.now())
  await desk.post(write(0))
  const start = readMemory(desk.pid, 'VmRSS')
  await saveSubscribers(desk, setup)
  const began = performance.now()
  const made = await untilPrepared(desk.pid)
  const took = (performance.now() - began) / 1_000
  process.stdout.write(
    `push: ${count} subscribers of one installation, from a feed's bytes to the devices; every message opened and read\n` +
      `  keys made ahead in ${took.toFixed(0)} s of idle time (CPU ${(made / 1_000).toFixed(0)} s), memory ${start} → ${readMemory(desk.pid, 'VmRSS')}\n`,
  )
  // Two keys are made ahead for each; the third event in a row finds none.
  for (const [number, name] of ['prepared', 'prepared', 'fresh'].entries()) {
    const { cpuMs, found, repeats, medianMs, lastMs } = await sendAll(service, desk, write(number + 1), count)
    const each = (cpuMs * 1_000) / count
    process.stdout.write(
      `  ${name.padEnd(8)}  half after ${(medianMs / 1_000).toFixed(1)} s, all after ${(lastMs / 1_000).toFixed(1)} s` +
        `  CPU ${(cpuMs / 1_000).toFixed(1)} s, ${each.toFixed(0)} µs/message (the loop: × ${(loop / each).toFixed(1)})` +
        `  memory at most ${readMemory(desk.pid, 'VmHWM')}  places from the list: median ${found.displaced.median}, most ${found.displaced.most}; repeated ${repeats}\n`,
    )
  }
}
