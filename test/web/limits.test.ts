// In: strangers at both ports, over real sockets. Out: proof that none of them holds, feeds or loads us to death.
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import type { Queryable } from '../../src/store/pool.ts'
import { buildDeskServer, type DeskContext } from '../../src/web/desk/server.ts'
import { SAFE_HEADERS } from '../../src/web/serving.ts'
import type { DoorContext } from '../../src/web/desk/door.ts'
import { buildBarePublic } from './bare-public.ts'

const logger = pino({ level: 'silent' })
const open: FastifyInstance[] = []
afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
})

async function listen(app: FastifyInstance): Promise<number> {
  open.push(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

const ready = async () => ({ ok: true, degraded: [] })
const metrics = (): string => ''

async function publicPort(query: Queryable['query'] = async () => ({ rows: [], rowCount: 0 })): Promise<number> {
  const pages = { get: () => undefined }
  return listen(await buildBarePublic({ db: { query }, pages }))
}

/** A desk at which nobody can sign in. */
const NO_PEOPLE: DoorContext = {
  routes: [],
  find: async () => null,
  now: () => 0,
  secure: false,
  refuse: (_status, reason) => reason,
  isSeated: async () => false,
}

async function deskPort(change: Partial<DeskContext> = {}): Promise<number> {
  return listen(
    await buildDeskServer({
      receive: async () => ({ status: 202, accepted: 0, refused: [] }),
      callback: async () => ({ status: 401, type: 'text/plain', body: '' }),
      command: async () => ({ ok: true, result: null }),
      commandToken: 'right',
      door: NO_PEOPLE,
      ready,
      metrics,
      logger,
      ...change,
    }),
  )
}

/** Opens a socket, writes, and gives what comes back until it is closed or a whole head is there. */
function talk(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let heard = ''
    socket.on('data', (part) => {
      heard += part.toString('latin1')
      if (heard.includes('\r\n\r\n')) socket.destroy()
    })
    socket.on('close', () => resolve(heard))
    socket.on('error', reject)
  })
}

describe('the public port', () => {
  test('takes no body: who posts is told so before the first byte of it', async () => {
    const heard = await talk(
      await publicPort(),
      'POST /api/v1/notices HTTP/1.1\r\nhost: x\r\ncontent-length: 16000\r\n\r\n',
    )
    expect(heard).toMatch(/^HTTP\/1\.1 405 /)
    expect(heard.toLowerCase()).toContain('allow: get, head')
  })

  test('asks the database one question at a time, and sends the crowd away before it piles up', async () => {
    let running = 0
    let most = 0
    let asked = 0
    const port = await publicPort(async () => {
      asked += 1
      most = Math.max(most, (running += 1))
      await new Promise((resolve) => setTimeout(resolve, 5))
      running -= 1
      return { rows: [], rowCount: 0 }
    })
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const reply = await fetch(`http://127.0.0.1:${port}/api/v1/notices?limit=100&before=n-${n}`)
        await reply.arrayBuffer()
        return reply.status
      }),
    )
    expect(most).toBe(1)
    expect(answers.filter((status) => status === 503).length).toBeGreaterThan(0)
    // Asked for what follows a notice that there is not, they were told so in their turn.
    expect(answers.filter((status) => status === 400).length).toBeGreaterThanOrEqual(32)
    asked = 0
    const same = Array.from({ length: 200 }, () => fetch(`http://127.0.0.1:${port}/api/v1/notices?limit=7`))
    expect((await Promise.all(same)).map((reply) => reply.status)).toEqual(Array(200).fill(200))
    // One page is two statements.
    expect(asked).toBe(2)
  })

  test.each([
    'before=%00',
    'before=a&before=b',
    'before=',
    "before='--",
    'limit=0x10',
    'limit=1e1',
    'limit=%20',
    'limit=101',
  ])('refuses ?%s by itself: the database never sees it', async (query) => {
    let asked = 0
    const port = await publicPort(async () => {
      asked += 1
      return { rows: [], rowCount: 0 }
    })
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/notices?${query}`)).status).toBe(400)
    expect(asked).toBe(0)
  })

  test('a failure of the database is answered once and forgotten', async () => {
    let fails = true
    const port = await publicPort(async () => {
      if (fails) throw new Error('away')
      return { rows: [], rowCount: 0 }
    })
    const ask = async () => (await fetch(`http://127.0.0.1:${port}/api/v1/notices?limit=5`)).status
    expect(await ask()).toBe(503)
    fails = false
    expect(await ask()).toBe(200)
  })

  test.each(['/%E0%A4%A', '/%ff', '/nothing', '/assets/nothing', '/healthz', '/api/v1/notices?limit=x'])(
    'gives every answer the same headers, a refused one as well: %s',
    async (path) => {
      const heard = await talk(await publicPort(), `GET ${path} HTTP/1.1\r\nhost: evil.example\r\n\r\n`)
      for (const [name, value] of Object.entries(SAFE_HEADERS)) expect(heard).toContain(`${name}: ${value}`)
      expect(heard).not.toContain('evil.example')
    },
  )
})

describe('both ports', () => {
  test('wait for no request longer than their limit: a header or a body that drips is cut off', async () => {
    for (const app of [await buildBarePublic()]) {
      open.push(app)
      expect(app.server.requestTimeout).toBe(10_000)
      expect(app.server.headersTimeout).toBeLessThanOrEqual(10_000)
    }
    await deskPort()
    expect(open.at(-1)?.server.requestTimeout).toBe(30_000)
    expect(open.at(-1)?.server.headersTimeout).toBeLessThanOrEqual(10_000)
  })
})

describe('the publisher’s port', () => {
  test('looks at the token before it takes a byte of a command', async () => {
    const head =
      'POST /desk/command/list HTTP/1.1\r\nhost: x\r\nauthorization: Bearer wrong\r\ncontent-length: 60000\r\n\r\n'
    expect(await talk(await deskPort(), head)).toMatch(/^HTTP\/1\.1 401 /)
  })

  test('takes large bodies at its doors alone', async () => {
    const port = await deskPort()
    const post = async (path: string) =>
      (
        await fetch(`http://127.0.0.1:${port}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: 'Bearer right' },
          body: Buffer.alloc(200_000, 32),
        })
      ).status
    expect(await post('/ingest/v1/x')).toBe(202)
    expect(await post('/callbacks/wechat')).toBe(413)
    expect(await post('/desk/command/list')).toBe(413)
    expect(await post('/nothing')).toBe(413)
  })

  test('holds three of the largest bodies at once; the next waits outside, and a small push goes in beside them', async () => {
    const port = await deskPort()
    const head = (bytes: number) =>
      `POST /ingest/v1/x HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n`
    const slow = await Promise.all(
      [1, 2, 3].map(
        () =>
          new Promise<ReturnType<typeof connect>>((resolve) => {
            const socket = connect(port, '127.0.0.1', () => socket.write(head(20 * 1024 * 1024), () => resolve(socket)))
          }),
      ),
    )
    await until(async () => (await talk(port, head(20 * 1024 * 1024))).startsWith('HTTP/1.1 503'))
    expect(await talk(port, `${head(2)}{}`)).toMatch(/^HTTP\/1\.1 202 /)
    for (const socket of slow) socket.destroy()
    await until(async () => (await talk(port, `${head(300_000)}${' '.repeat(300_000)}`)).startsWith('HTTP/1.1 202'))
  })

  test('asks the database once however many strangers ask whether it is ready', async () => {
    let asked = 0
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const port = await deskPort({
      ready: async () => {
        asked += 1
        await held
        return { ok: true, degraded: [] }
      },
    })
    let arrived = 0
    open.at(-1)?.server.on('request', () => (arrived += 1))
    const answers = Array.from({ length: 50 }, async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status)
    await until(async () => arrived === 50)
    release()
    expect(await Promise.all(answers)).toEqual(Array(50).fill(200))
    expect(asked).toBe(1)
  })
})

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('never')
}

describe('an officer who goes astray', () => {
  const lost: DoorContext = {
    ...NO_PEOPLE,
    routes: [
      {
        method: 'GET',
        path: '/lost',
        act: 'anyone',
        handle: async () => {
          throw new Error('connection to 10.1.2.3 refused')
        },
      },
    ],
    refuse: (_status, reason) => `<p>${reason}</p>`,
  }

  test('reads a page in Chinese, with the door’s headers, and nothing of what broke', async () => {
    const port = await deskPort({ door: lost })
    const broken = await fetch(`http://127.0.0.1:${port}/desk/lost`)
    expect([broken.status, broken.headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8'])
    expect(broken.headers.get('cache-control')).toBe('no-store')
    const text = await broken.text()
    expect(text).toContain('先核对是否已经生效')
    expect(text).not.toContain('10.1.2.3')
    const nowhere = await fetch(`http://127.0.0.1:${port}/desk/nowhere?to=%3Cscript%3E`)
    expect([nowhere.status, await nowhere.text()]).toEqual([404, '<p>值班台没有这个页面</p>'])
  })

  test('is told apart from a program, which reads JSON', async () => {
    const port = await deskPort({ door: lost })
    for (const path of ['/desk/command/x', '/deskx', '/nowhere']) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`)
      expect([path, answer.status, await answer.json()]).toEqual([
        path,
        404,
        { error: 'nothing is here', rule: 'not-found' },
      ])
    }
  })
})
