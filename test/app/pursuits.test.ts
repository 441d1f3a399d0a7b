// In: real HTTP servers on loopback that speak as JMA's index and USGS's detail do. Out: what is handed on because of them.
import { afterEach, describe, expect, test } from 'vitest'
import type { RequestListener } from 'node:http'
import { createPursuit, type Fetched } from '../../src/app/pursuits.ts'
import type { Quake } from '../../src/core/quake.ts'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import type { Pursue } from '../../src/feeds/errands.ts'
import { fetchFeed } from '../../src/feeds/fetch.ts'
import { systemClock } from '../../src/feeds/fetch-clock.ts'
import { createFeedDispatcher } from '../../src/feeds/fetch-guard.ts'
import { parseUsgs } from '../../src/feeds/usgs.ts'
import { serve } from '../feeds/transport/loopback.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const NOW = Date.UTC(2031, 4, 6, 18)
const signal = new AbortController().signal

interface Scene {
  url: string
  asked: () => string[]
  taken: (Fetched & { seeding: boolean })[]
  run: Pursue
}

async function stage(
  format: 'jma' | 'cap' | 'usgs',
  handler: RequestListener,
  more: { seeding?: boolean; quakes?: Quake[]; refuse?: () => Error | null } = {},
): Promise<Scene> {
  const server = await serve(handler)
  const dispatcher = createFeedDispatcher()
  cleanups.push(
    () => server.close(),
    () => dispatcher.destroy(),
  )
  const url = `${server.url}/earthquakes/feed/v1.0/summary/all_hour.geojson`
  const taken: Scene['taken'] = []
  const run = createPursuit(
    { id: 'far', format, url },
    {
      target: { url },
      fetch: (target, stop) => fetchFeed(target, {}, { clock: systemClock, dispatcher, signal: stop }),
      take: async (fetched, seeding) => {
        const error = more.refuse?.() ?? null
        if (error) throw error
        taken.push({ ...fetched, seeding })
      },
      seeding: () => more.seeding ?? false,
      quakes: () => more.quakes ?? [],
      now: () => NOW,
      lost: () => undefined,
    },
  )
  if (run === null) throw new Error('no pursuit')
  return { url: server.url, asked: () => server.requests.map((each) => each.url ?? ''), taken, run }
}

const index = (...paths: string[]): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom">${paths
    .map((path) => `<entry><title>震源に関する情報</title><id>${path}</id><link href="${path}"/></entry>`)
    .join('')}</feed>`

describe('an index of telegrams', () => {
  test('each telegram is handed on by itself, with its own bytes, once', async () => {
    const scene = await stage('jma', (request, response) => response.end(`<Report>${request.url}</Report>`))
    expect(await scene.run(index('/data/2.xml', '/data/1.xml'), signal)).toBe(true)
    expect(await scene.run(index('/data/3.xml', '/data/2.xml', '/data/1.xml'), signal)).toBe(true)
    expect(scene.taken.map(({ text }) => text)).toEqual([1, 2, 3].map((n) => `<Report>/data/${n}.xml</Report>`))
    expect(scene.taken.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(scene.taken.map(({ text }) => text))
    expect(scene.asked()).toHaveLength(3)
  })

  test('a telegram that failed comes at the next poll', async () => {
    let ready = false
    const scene = await stage('jma', (_, response) => {
      response.statusCode = ready ? 200 : 500
      response.end('<Report/>')
    })
    expect(await scene.run(index('/a.xml'), signal)).toBe(false)
    ready = true
    expect(await scene.run(null, signal)).toBe(true)
    expect(scene.taken).toHaveLength(1)
  })

  test('a telegram that the store could not take comes again, one that is unreadable does not', async () => {
    const faults: (Error | null)[] = [new Error('database is away'), new UnreadableFeed('jma-root', 'no telegram')]
    const scene = await stage('jma', (_, response) => response.end('x'), { refuse: () => faults.shift() ?? null })
    expect(await scene.run(index('/a.xml'), signal)).toBe(false)
    expect(await scene.run(null, signal)).toBe(true)
    expect(scene.asked()).toHaveLength(2)
  })

  test('what the first index of a new source lists is only recorded, what comes later is news', async () => {
    const scene = await stage('cap', (_, response) => response.end('<alert/>'), { seeding: true })
    await scene.run(index('/1.xml'), signal)
    await scene.run(index('/2.xml', '/1.xml'), signal)
    expect(scene.taken.map(({ seeding }) => seeding)).toEqual([true, false])
  })
})

describe('an event that vanished from a USGS list', () => {
  const event = (id: string) => ({
    type: 'Feature',
    id,
    properties: { time: NOW - 600_000, ids: `,${id},`, net: 'us', status: 'automatic', mag: 4 },
    geometry: { type: 'Point', coordinates: [100, 30, 10] },
  })
  const list = (...ids: string[]): string => JSON.stringify({ type: 'FeatureCollection', features: ids.map(event) })

  test('and answers 409 is deleted within one poll', async () => {
    const scene = await stage('usgs', (_, response) => response.writeHead(409).end('Conflict'))
    await scene.run(list('us1', 'us2'), signal)
    expect(await scene.run(list('us2'), signal)).toBe(true)
    expect(scene.asked()).toEqual(['/earthquakes/feed/v1.0/detail/us1.geojson'])
    expect(parseUsgs(scene.taken[0]?.text ?? '').reports).toMatchObject([
      { lifecycle: 'delete', sourceEventId: 'us1', agency: 'US' },
    ])
    await scene.run(list('us2'), signal)
    expect(scene.asked()).toHaveLength(1)
  })

  test('because it became smaller brings its new version', async () => {
    const scene = await stage('usgs', (_, response) => response.end(JSON.stringify(event('us1'))))
    await scene.run(list('us1', 'us2'), signal)
    await scene.run(list('us2'), signal)
    expect(parseUsgs(scene.taken[0]?.text ?? '').reports).toMatchObject([{ lifecycle: 'report', sourceEventId: 'us1' }])
  })

  test('is asked for again while its detail cannot be had; 404 is no deletion', async () => {
    const statuses = [500, 502, 404]
    const scene = await stage('usgs', (_, response) => response.writeHead(statuses.shift() ?? 500).end())
    await scene.run(list('us1', 'us2'), signal)
    expect(await scene.run(list('us2'), signal)).toBe(false)
    expect(await scene.run(list('us2'), signal)).toBe(false)
    expect(await scene.run(list('us2'), signal)).toBe(true)
    expect(scene.taken).toEqual([])
  })

  test('while we were down is missed by the record', async () => {
    const report = {
      source: 'far',
      sourceEventId: 'us1',
      aliases: [],
      agency: 'US',
      originTime: NOW - 600_000,
      lifecycle: 'report',
    }
    const other = { ...report, sourceEventId: 'us7', lifecycle: 'delete' }
    const quakes = [
      { reports: [report, other, { ...report, source: 'near', sourceEventId: 'us8' }] },
    ] as unknown as Quake[]
    const scene = await stage('usgs', (_, response) => response.writeHead(409).end(), { quakes })
    await scene.run(list('us2'), signal)
    expect(scene.taken.map(({ text }) => parseUsgs(text).reports[0]?.sourceEventId)).toEqual(['us1'])
  })
})

test('a format whose rows are all there is has nothing to pursue', () => {
  const context = {} as Parameters<typeof createPursuit>[1]
  expect(createPursuit({ id: 'a', format: 'ceic', url: 'https://example.org' }, context)).toBeNull()
})
