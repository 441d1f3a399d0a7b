// In: two desks' servers in one process, a real Redis, no database. Out: that Redis alone carries a hint, and what becomes of
// the line when Redis dies, stops in the middle, refuses, or its address is wrong.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openRedisLine, readRedisUrl, type RedisLine } from '../../src/app/redis-line.ts'
import { openHints, type Hints } from '../../src/web/desk/hints.ts'
import { claimPort } from '../../src/town/port.ts'
import { until } from '../support/nodes.ts'
import { openDesk, type OpenDesk } from '../support/open-desk.ts'
import { hasRedis, startRedis, WITHOUT, type RedisServer } from '../support/redis.ts'

const said: string[] = []
const alarms: string[] = []
const cleared: string[] = []
let now = Date.now()
const context = {
  alarm: async (_kind: string, _subject: string, message: string) => void alarms.push(message),
  clear: async (kind: string) => void cleared.push(kind),
  realNow: () => now,
  log: {
    info: (fields: object, message: string) => void said.push(`${message} ${JSON.stringify(fields)}`),
    warn: (fields: object, message: string) => void said.push(`${message} ${JSON.stringify(fields)}`),
  },
}
const lines: RedisLine[] = []
const line = (url: string | null): RedisLine => {
  const opened = openRedisLine(url, context)
  lines.push(opened)
  return opened
}
const untilUp = (opened: RedisLine, wanted = true): Promise<true> =>
  until(
    async () => (opened.carrier?.isUp() === wanted ? true : undefined),
    () => `the line ${wanted ? 'up' : 'down'}; it said ${said.join('\n')}`,
  )

afterEach(() => {
  for (const one of lines.splice(0)) one.close()
  for (const list of [said, alarms, cleared]) list.length = 0
  now = Date.now()
})

describe('the address', () => {
  test.each([
    ['redis://redis:6379', { host: 'redis', port: 6379, db: 0 }],
    ['redis://:s%40crt@10.0.0.7/3', { host: '10.0.0.7', port: 6379, db: 3, password: 's@crt' }],
    ['redis://desk:pw@[::1]:7000', { host: '::1', port: 7000, db: 0, username: 'desk', password: 'pw' }],
    ['rediss://r.example', { host: 'r.example', port: 6379, db: 0, tls: { servername: 'r.example' } }],
  ])('%s is read', (url, options) => {
    expect(readRedisUrl(url)?.options).toEqual(options)
  })

  test.each(['redis', '6379', 'http://redis:6379', 'redis://', 'redis://h/x', 'redis://u:p#w@h', 'redis://:%ZZ@h'])(
    '%j is refused in one sentence that shows nothing of it, and stops nothing',
    (url) => {
      const opened = line(url)
      expect(opened.carrier).toBeNull()
      expect(opened.degraded()).toEqual([
        expect.stringMatching(/^REDIS_URL = \(secret\): must be redis:\/\/host:6379 or/),
      ])
      expect([said.length, alarms.length]).toEqual([1, 1])
    },
  )

  test.each([null, ''])('%j: there is no line and nothing to say, and what a former start told is ended', (none) => {
    const opened = line(none)
    expect([opened.carrier, opened.degraded(), said, alarms, cleared]).toEqual([null, [], [], [], ['redis']])
  })
})

describe.skipIf(!hasRedis)(`the line${hasRedis ? '' : `: skipped, ${WITHOUT}`}`, () => {
  let port: number
  let redis: RedisServer
  beforeAll(async () => {
    port = await claimPort()
    redis = await startRedis(port)
  })
  afterAll(() => redis.kill())

  test('what changes at one node is a hint at the other, once for a burst, and again after Redis was killed', async () => {
    const [here, there] = [await openNode(port), await openNode(port)]
    try {
      await Promise.all([untilUp(here.line), untilUp(there.line)])
      await there.page.quiet()
      const before = there.page.count()
      for (let many = 0; many < 20; many += 1) here.hints.changed()
      await there.page.more(before)
      await there.page.quiet()
      expect([here.page.count() > 0, there.page.count()]).toEqual([true, before + 1])

      await redis.kill()
      await Promise.all([untilUp(here.line, false), untilUp(there.line, false)])
      const own = here.page.count()
      here.hints.changed()
      await here.page.more(own)
      expect(here.line.degraded()).toEqual([expect.stringContaining(`Redis (127.0.0.1:${port}) cannot be used since`)])
      expect(alarms).toEqual([])
      now += 6_000
      await until(
        async () => (alarms.length > 1 ? true : undefined),
        () => 'both lines to tell a person',
      )
      const missed = there.page.count()
      redis = await startRedis(port)
      await Promise.all([untilUp(here.line), untilUp(there.line)])
      // What may have been missed is asked for.
      await there.page.more(missed)
      expect([here.line.degraded(), cleared.length > 2]).toEqual([[], true])
      await there.page.quiet()
      const then = there.page.count()
      here.hints.changed()
      await there.page.more(then)
    } finally {
      await Promise.all([here.close(), there.close()])
    }
  }, 60_000)

  test('a Redis that stops in the middle of an answer counts as away, and nothing piles up for it', async () => {
    const opened = line(`redis://127.0.0.1:${port}`)
    await untilUp(opened)
    redis.child.kill('SIGSTOP')
    try {
      await untilUp(opened, false)
    } finally {
      redis.child.kill('SIGCONT')
    }
    await untilUp(opened)
  }, 60_000)

  test('a password that does not fit is named without being shown', async () => {
    const opened = line(`redis://mute:not-the-word@127.0.0.1:${port}`)
    await until(
      async () => (said.length > 0 ? true : undefined),
      () => 'a word about the password',
    )
    expect(said[0]).toMatch(/cannot be used.*WRONGPASS/)
    expect(JSON.stringify([said, opened.degraded()])).not.toContain('not-the-word')
    expect(opened.carrier?.isUp()).toBe(false)
  })
})

describe.skipIf(!hasRedis)(`a Redis that refuses${hasRedis ? '' : `: skipped, ${WITHOUT}`}`, () => {
  test('is not asked in a circle', async () => {
    const port = await claimPort()
    const redis = await startRedis(port)
    const watch = new Redis({ port, host: '127.0.0.1' })
    try {
      const rights = ['on', '>hidden-word', 'allkeys', 'allchannels', '+@all', '-xread', '-subscribe']
      await watch.call('ACL', 'SETUSER', 'mute', ...rights)
      const opened = line(`redis://mute:hidden-word@127.0.0.1:${port}`)
      const refused = async (): Promise<number> =>
        Number(/cmdstat_xread:.*rejected_calls=(\d+)/.exec(await watch.info('commandstats'))?.[1] ?? 0)
      await until(
        async () => ((await refused()) > 0 ? true : undefined),
        () => 'a read that was refused',
      )
      await sleep(1_500)
      expect(await refused()).toBeLessThan(10)
      expect(said.at(-1)).toMatch(/cannot be used.*NOPERM/)
      expect([opened.carrier?.isUp(), opened.degraded().length]).toEqual([false, 1])
      // Somebody gives it its rights: it goes on by itself.
      await watch.call('ACL', 'SETUSER', 'mute', '+@all')
      await untilUp(opened)
    } finally {
      watch.disconnect()
      await redis.kill()
    }
  }, 30_000)
})

interface NodeHere {
  hints: Hints
  line: RedisLine
  page: OpenDesk
  close(): Promise<void>
}

/** A desk's listener with its hints and nothing behind it, and one open page. */
async function openNode(port: number): Promise<NodeHere> {
  const http: Server = createServer()
  const opened = line(`redis://127.0.0.1:${port}`)
  const hints = openHints(http, { isSeated: async () => true, carrier: opened.carrier })
  opened.whenBack(() => hints.heard())
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const page = await openDesk((http.address() as AddressInfo).port, '')
  return {
    hints,
    line: opened,
    page,
    close: async () => {
      page.close()
      await hints.close()
      opened.close()
    },
  }
}
