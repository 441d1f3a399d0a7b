// In: the program as it is started, in the conditions that spoil a start or a night. Out: one clear sentence each, and proof
// that nothing was lost (must-show 8 of the first notice). Real processes, real PostgreSQL, a real full disk.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writePayload } from '../../src/town/payloads.ts'
import { describeBureau, prepareInstallation } from '../crash/installation.ts'
import { until } from '../crash/watch.ts'
import { openBureau, writeDetermination, type Bureau } from './bureau.ts'
import { claimPort } from '../../src/town/port.ts'

const PROGRAM = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

let bureau: Bureau
let feed: Server
/** Milliseconds by which the source's Date header differs from the real time. */
let dateOff = 0
let asked = 0

beforeAll(async () => {
  const feedPort = await claimPort()
  feed = createServer((_request, reply) => {
    asked += 1
    const { body, contentType } = writePayload('cenc-web', [])
    reply.setHeader('date', new Date(Date.now() + dateOff).toUTCString())
    reply.setHeader('content-type', contentType)
    reply.end(body)
  })
  await new Promise<void>((resolve) => feed.listen(feedPort, '127.0.0.1', resolve))
  const feeds = [
    {
      id: 'list',
      format: 'cenc-web',
      url: `http://127.0.0.1:${feedPort}/list`,
      every: '1s',
      authority: 'official-national',
    },
  ]
  bureau = await openBureau('start', { more: { feeds }, callbacks: false })
  await bureau.start()
}, 120_000)

afterAll(async () => {
  await bureau.close()
  feed.closeAllConnections()
  await new Promise((resolve) => feed.close(resolve))
}, 60_000)

interface Ended {
  code: number | null
  err: string
}

/** Starts the program once more and waits for its end. */
async function startAndEnd(env: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    env: {
      PATH: process.env['PATH'],
      HOST: '127.0.0.1',
      QUAKEDESK_CONFIG: join(bureau.folder, 'quakedesk.yaml'),
      ...env,
    },
  })
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, err }
}

/** Ports that nobody has, a data folder of its own. */
async function elsewhere(more: Record<string, string> = {}): Promise<Record<string, string>> {
  const data = mkdtempSync(join(bureau.folder, 'other-'))
  return { PORT: String(await claimPort()), DESK_PORT: String(await claimPort()), QUAKEDESK_DATA: data, ...more }
}

describe('a start that cannot be', () => {
  test('a second start on one data folder is refused and says who holds it; the first works on', async () => {
    const env = await elsewhere()
    const { code, err } = await startAndEnd({ ...env, QUAKEDESK_DATA: bureau.dataFolder })
    expect(code).toBe(1)
    expect(err).toMatch(
      /is in use by another Quakedesk \(process \d+ on .+ since .+\); stop it first or set QUAKEDESK_DATA/,
    )
    expect((await bureau.page('/readyz'))?.status).toBe(200)
  })

  test.each([
    [
      'a misspelt key',
      (text: string) => text.replace('serialPrefix', 'serialPrefx'),
      /serialPrefx.*no such key; did you mean serialPrefix\?/,
    ],
    [
      'an unknown channel',
      (text: string) => text.replace('channel: weibo', 'channel: weibbo'),
      /"weibbo": no such channel; did you mean weibo\?/,
    ],
    [
      'a missing credential',
      (text: string) => text.replace(/^ *accessToken:.*\n/m, ''),
      /weibo-main.*accessToken.*missing/,
    ],
    ['broken YAML', (text: string) => `${text}\n  - [`, /no valid YAML/],
    [
      'a wrong threshold',
      (text: string) => text.replace('every: 1s', 'every: soon'),
      /feeds\.0\.every = "soon": must be <n>s or <n>m/,
    ],
    [
      'a name that no notice may hold',
      (text: string) => text.replace(/^( +name: ).*地震局.*$/m, '$1某市地震局<b>'),
      /bureau\.name = "某市地震局<b>": no notice can be made with it: bureauName: holds marks/,
    ],
  ])('%s is named with what is expected', async (_what, spoil, sentence) => {
    const file = join(bureau.folder, 'spoilt.yaml')
    expect(spoil(bureau.yaml)).not.toBe(bureau.yaml)
    writeFileSync(file, spoil(bureau.yaml))
    const { code, err } = await startAndEnd(await elsewhere({ QUAKEDESK_CONFIG: file }))
    expect(code).toBe(1)
    expect(err).toMatch(/does not start: the configuration has \d+ fault/)
    expect(err).toMatch(sentence)
    expect(err).not.toMatch(/\n {4}at /)
  })

  test('a file that is not there, and a port that is none, are faults by name', async () => {
    const missing = await startAndEnd(await elsewhere({ QUAKEDESK_CONFIG: join(bureau.folder, 'nowhere.yaml') }))
    expect(missing).toMatchObject({
      code: 1,
      err: expect.stringContaining('nowhere.yaml: there is no such file') as string,
    })
    const port = await startAndEnd(await elsewhere({ PORT: 'eighty' }))
    expect(port).toMatchObject({
      code: 1,
      err: expect.stringContaining('PORT = "eighty": must be a port number') as string,
    })
  })

  test('a database that cannot be reached is named by its variable, without its password', async () => {
    const url = `postgres://bureau:geheim-Wort@127.0.0.1:${await claimPort()}/quakedesk`
    const { code, err } = await startAndEnd(await elsewhere({ DATABASE_URL: url }))
    expect(code).toBe(1)
    expect(err).toMatch(/does not start: the database of DATABASE_URL cannot be used: .*ECONNREFUSED/)
    expect(err).not.toContain('geheim')
  })

  test.each(['PORT', 'DESK_PORT'])('a taken %s is named with its number and the way out', async (which) => {
    const taken = createServer()
    const port = await claimPort()
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve))
    try {
      const { code, err } = await startAndEnd(await elsewhere({ [which]: String(port) }))
      expect(code).toBe(1)
      expect(err).toMatch(
        new RegExp(`port ${port} on 127\\.0\\.0\\.1 is taken by another program; set PORT or DESK_PORT`),
      )
    } finally {
      await new Promise((resolve) => taken.close(resolve))
    }
  })
})

describe('a night that goes wrong', () => {
  test('SIGTERM drains: a delivery whose reply is still to come is on record before the program ends', async () => {
    await bureau.town.script('weibo', [{ api: 'statuses/share', kind: 'delay', ms: 1_500, times: 1 }])
    expect(await bureau.push('drain', writeDetermination('AU', Date.now() - 60_000))).toBe(202)
    await until('the post', async () => (await bureau.town.ledger('weibo')).some((entry) => entry.act === 'post'))
    await bureau.stop()
    await bureau.start()
    const db = await bureau.database()
    const { rows } =
      await db.query(`select d.state, d.attempts, a.outcome, a.finished_at is not null as finished from delivery d
      join attempt a on a.delivery_id = d.id where d.outlet_id = 'weibo-main'`)
    expect(rows).toEqual([{ state: 'accepted', attempts: 1, outcome: 'accepted', finished: true }])
    expect((await bureau.town.ledger('weibo')).filter((entry) => entry.act === 'post')).toHaveLength(1)
  }, 90_000)

  test('a clock that is hours off holds what would go out by itself, says by how much, and loses nothing', async () => {
    dateOff = 5 * 3_600_000
    const heard = asked
    // Two polls later the median is the new header's.
    await until('a poll that hears it', async () => asked >= heard + 2)
    const before = await countNotices()
    expect(await bureau.push('clock-now', writeDetermination('CC', Date.now() - 61_000 - 20 * 60_000))).toBe(202)
    const { body } = await bureau.command('list', {})
    const { holds } = body.result as { holds: { gate: string; reason: string; id: string }[] }
    expect(await countNotices()).toBe(before)
    expect(holds.filter((hold) => hold.gate === 'clock').map((hold) => hold.reason)).toContainEqual(
      expect.stringMatching(/本机时钟比各来源时间的中位数[快慢] \d+ 秒/),
    )
    const alarms = (body.result as { alarms: { message: string }[] }).alarms
    expect(alarms.some((alarm) => /本机时钟比各来源时间的中位数[快慢] \d+ 秒/.test(alarm.message))).toBe(true)
  }, 90_000)
})

async function countNotices(): Promise<number> {
  const db = await bureau.database()
  const { rows } = await db.query<{ n: number }>('select count(*) as n from notice')
  return rows[0]?.n ?? 0
}

/** A disk of its own for a data folder; null where this machine lets nobody mount one. */
function mountSmallDisk(at: string, megabytes: number): (() => void) | null {
  mkdirSync(at, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'tmpfs', at], { stdio: 'ignore' })
    return () => execFileSync('umount', ['-l', at], { stdio: 'ignore' })
  } catch {
    return null
  }
}

describe('a full disk', () => {
  const place = mkdtempSync(join(tmpdir(), 'quakedesk-disk-'))
  chmodSync(place, 0o711)
  let unmount: (() => void) | null = null
  // Not at collection: a filtered run would leave the mount behind.
  beforeAll(() => {
    unmount = mountSmallDisk(join(place, 'disk'), 160)
  })
  afterAll(() => {
    unmount?.()
    rmSync(place, { recursive: true, force: true })
  })

  test('is said at the start in plain words (skipped where no disk can be mounted)', async () => {
    const data = join(place, 'disk', 'data')
    mkdirSync(data)
    const filler = join(place, 'disk', 'filler')
    fill(filler)
    const full = await startAndEnd(await elsewhere({ QUAKEDESK_DATA: data }))
    expect(full.code).toBe(1)
    expect(full.err).toMatch(/does not start: .*(disk is full|No space left on device)/)
    rmSync(filler)
  }, 90_000)

  test('in the middle of a night loses no payload: it is refused or kept, and said once there is room', async () => {
    const inner = join(place, 'disk')
    const [port, deskPort] = [await claimPort(), await claimPort()]
    const small = prepareInstallation({
      folder: inner,
      port,
      deskPort,
      yaml: describeBureau(bureau.town.urls, `127.0.0.1:${port}`),
    })
    const filler = join(inner, 'filler')
    try {
      await small.start()
      fill(filler)
      const body = writeDetermination('CC', Date.now() - 90_000)
      const first = await small.push('full', body)
      expect([202, 500, 503, null]).toContain(first)
      rmSync(filler)
      await until(
        'an answer once there is room',
        async () => [200, 202].includes((await small.push('full', body)) ?? 0),
        60_000,
      )
      const db = await small.database()
      const { rows } = await db.query<{ n: number }>(`select count(*) as n from notice where kind = 'formal-report'`)
      expect(rows).toEqual([{ n: 1 }])
      expect(small.isAlive()).toBe(true)
    } finally {
      rmSync(filler, { force: true })
      await small.stop()
      small.sweep()
    }
  }, 150_000)
})

/** Takes every free byte. */
function fill(file: string): void {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M'], { stdio: 'ignore' })
  } catch {
    // Ends with "no space left", as it is meant to.
  }
}
