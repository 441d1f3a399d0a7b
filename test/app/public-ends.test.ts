// In: a whole bureau whose public process is killed, and whose publisher stands still. Out: what readers find meanwhile.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findPublic, listBelow } from '../bench/cores.ts'
import { isAlive } from '../support/processes.ts'
import { openBureau, type Bureau } from './bureau.ts'

let bureau: Bureau
let publisher = 0

beforeAll(async () => {
  bureau = await openBureau('ends', { callbacks: false })
  await bureau.start()
  const isPublisher = (pid: number): boolean =>
    /src\/main\.ts\0(?!--role)|src\/main\.ts$/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  publisher = listBelow(process.pid).find(isPublisher) ?? 0
}, 120_000)
afterAll(async () => {
  if (publisher > 0 && isAlive(publisher)) process.kill(publisher, 'SIGCONT')
  await bureau.close()
}, 60_000)

const get = (path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${bureau.port}${path}`, { signal: AbortSignal.timeout(5_000) })

test('a publisher that stands still leaves pages, feeds and streams as they were, without a word of being behind', async () => {
  const before = await (await get('/api/v1/notices')).text()
  process.kill(publisher, 'SIGSTOP')
  try {
    // Longer than pages may lie behind the record before they say so.
    await sleep(6_500)
    const home = await get('/')
    expect([home.status, home.headers.get('x-quakedesk-stale')]).toEqual([200, null])
    expect(await (await get('/api/v1/notices')).text()).toBe(before)
    expect((await get('/feeds/notices.atom')).status).toBe(200)
    expect(await (await get('/readyz')).json()).toEqual({ ok: true, degraded: [] })
  } finally {
    process.kill(publisher, 'SIGCONT')
  }
}, 60_000)

test('a public process that ends is there again, on the same port, with the same pages', async () => {
  const home = await (await get('/')).text()
  const killed = findPublic(publisher)
  process.kill(killed, 'SIGKILL')
  const again = async (): Promise<string> => {
    for (;;) {
      const reply = await get('/').catch(() => null)
      if (reply?.status === 200) return reply.text()
      await sleep(50)
    }
  }
  expect(await again()).toBe(home)
  expect(findPublic(publisher)).not.toBe(killed)
}, 60_000)
