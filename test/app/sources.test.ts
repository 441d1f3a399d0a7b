// In: a polled index on loopback. Out: what the ledger is handed, and when the list's state is remembered.
import type { Pool } from 'pg'
import { afterEach, expect, test } from 'vitest'
import { openClock } from '../../src/app/clock.ts'
import { startSources, type SourcesContext } from '../../src/app/sources.ts'
import type { Config } from '../../src/config.ts'
import type { Ledger, Payload } from '../../src/publish/ledger.ts'
import { serve } from '../feeds/transport/loopback.ts'
import { until } from '../feeds/transport/fake-clock.ts'
import { fixture } from '../feeds/recorded.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test('an index of telegrams is polled, each telegram reaches the ledger once, and a failed one is not forgotten', async () => {
  const telegram = fixture('jma-hypocentre.xml')
  const index = `<feed xmlns="http://www.w3.org/2005/Atom">${['b', 'a']
    .map((name) => `<entry><title>震源に関する情報</title><link href="/data/${name}.xml"/></entry>`)
    .join('')}</feed>`
  let broken = true
  const server = await serve((request, response) => {
    if (request.url === '/eqvol.xml') {
      response.setHeader('etag', '"1"')
      response.statusCode = request.headers['if-none-match'] === '"1"' ? 304 : 200
      return response.end(response.statusCode === 304 ? undefined : index)
    }
    response.statusCode = request.url === '/data/a.xml' && broken ? 500 : 200
    return response.end(request.url === '/data/a.xml' ? telegram : telegram.replace('5.2', '5.3'))
  })
  cleanups.push(() => server.close())
  const payloads: Payload[] = []
  const remembered: unknown[][] = []
  const seeded = new Set<string>()
  const ledger = {
    picture: () => ({ seeded, quakes: new Map() }),
    receive: async (payload: Payload) => {
      payloads.push(payload)
      seeded.add(payload.source)
      return { state: 'accepted', reports: payload.parsed.reports.length, fresh: 0, refused: [] }
    },
  } as unknown as Ledger
  const feed = { id: 'far', format: 'jma', url: `${server.url}/eqvol.xml`, everyMs: 50, authority: 'foreign' }
  const context: SourcesContext = {
    config: { feeds: [{ ...feed, snapshotUrl: null }], inbound: [], dataFolder: '' } as unknown as Config,
    pool: { query: async (_: string, values: unknown[]) => void remembered.push(values) } as unknown as Pool,
    ledger,
    clock: openClock(null),
    states: [],
    crank: null,
    alarm: async () => undefined,
    heardDate: () => undefined,
    heard: () => undefined,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  }
  const sources = await startSources(context)
  cleanups.push(() => sources.stop())

  await until('the good telegram came', () => payloads.length === 2)
  expect(payloads.map(({ parsed }) => parsed.reports.length)).toEqual([0, 1])
  await until('the list was asked for again', () => server.requests.filter((r) => r.url === '/eqvol.xml').length > 2)
  expect(remembered).toEqual([])

  broken = false
  await until('the list is remembered', () => remembered.length > 0)
  expect(remembered).toEqual([['far', '"1"', '', expect.stringMatching(/^[0-9a-f]{64}$/)]])
  const [list, ...telegrams] = payloads
  expect(list).toMatchObject({ source: 'far', list: true })
  expect(telegrams.map(({ parsed }) => parsed.reports[0]?.magnitude?.value)).toEqual([5.3, 5.2])
  expect(Buffer.from(telegrams[1]?.bytes ?? []).toString('utf8')).toBe(telegram)
  // The source was new: what its first index lists is recorded, and nothing of it is news.
  expect(telegrams.map(({ seeding }) => seeding)).toEqual([true, true])
})
