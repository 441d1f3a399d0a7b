import { describe, expect, test } from 'vitest'
import { UnreadableFeed } from '../../../src/core/quake-report.ts'
import { createErrands } from '../../../src/feeds/errands.ts'
import type { Errand } from '../../../src/feeds/errands.ts'
import type { FailureReason, FetchOutcome } from '../../../src/feeds/fetch.ts'
import type { Received } from '../../../src/feeds/fetch-clock.ts'
import { findLinks } from '../../../src/feeds/index-links.ts'
import { startPolling } from '../../../src/feeds/poll.ts'
import { createGoneWatch, describeDeletion } from '../../../src/feeds/usgs-gone.ts'
import { parseUsgs } from '../../../src/feeds/usgs.ts'
import { createFakeClock } from './fake-clock.ts'

const signal = new AbortController().signal
const about = { etag: null, lastModified: null, date: null, answeredAt: 0 }

function body(text: string): FetchOutcome {
  return { state: 'changed', bytes: Buffer.from(text), text, contentType: 'text/xml', sha256: text, ...about }
}

function failure(reason: FailureReason, status?: number): FetchOutcome {
  const more = status === undefined ? {} : { status }
  return { state: 'failed', reason, detail: reason, date: null, answeredAt: 0, ...more }
}

/** A list is its documents' names in a row. */
function stage(answer: (url: string, n: number) => FetchOutcome) {
  const asked: string[] = []
  const carried: string[] = []
  const lost: string[] = []
  const pursue = createErrands<Errand>({
    read: (list) => {
      if (list === 'broken') throw new UnreadableFeed('xml-malformed', 'broken')
      return list
        .split(' ')
        .filter(Boolean)
        .map((url) => ({ key: url, url }))
    },
    async fetch({ url }) {
      asked.push(url)
      return answer(url, asked.filter((each) => each === url).length)
    },
    async carry({ url }, outcome) {
      if (outcome.state !== 'changed') return false
      if (outcome.text === 'refuse') throw new Error('the database is away')
      carried.push(url)
      return true
    },
    givenUp: ({ url }) => lost.push(url),
  })
  return { asked, carried, lost, run: (list: string | null) => pursue(list, signal) }
}

describe('documents that a list points at', () => {
  test('are fetched once each, oldest first, however often the list names them', async () => {
    const scene = stage(body)
    expect(await scene.run('a b')).toBe(true)
    expect(await scene.run('a b c')).toBe(true)
    expect(await scene.run(null)).toBe(true)
    expect(scene.carried).toEqual(['a', 'b', 'c'])
    expect(scene.asked).toEqual(['a', 'b', 'c'])
  })

  test('that failed are tried again at the next poll, also when the list itself is unchanged', async () => {
    const scene = stage((url, n) => (url === 'a' && n < 3 ? failure('status', 500) : body(url)))
    expect(await scene.run('a b')).toBe(false)
    expect(scene.carried).toEqual(['b'])
    expect(await scene.run(null)).toBe(false)
    expect(await scene.run(null)).toBe(true)
    expect(scene.carried).toEqual(['b', 'a'])
  })

  test('that could not be stored come again', async () => {
    const scene = stage((url, n) => body(n === 1 ? 'refuse' : url))
    expect(await scene.run('a')).toBe(false)
    expect(await scene.run(null)).toBe(true)
    expect(scene.carried).toEqual(['a'])
  })

  test('that left the list before they could be had are still fetched', async () => {
    const scene = stage((url, n) => (n === 1 ? failure('status', 503) : body(url)))
    await scene.run('a')
    await scene.run('b')
    expect(await scene.run(null)).toBe(true)
    expect(scene.carried.toSorted()).toEqual(['a', 'b'])
  })

  test('are no more than twenty per poll, the newest of a backlog first', async () => {
    const scene = stage(body)
    const list = Array.from({ length: 50 }, (_, n) => `t${n}`)
    expect(await scene.run(list.join(' '))).toBe(false)
    expect(scene.carried).toEqual(list.slice(30))
    expect(await scene.run(null)).toBe(false)
    expect(await scene.run(null)).toBe(true)
    expect(scene.carried.toSorted()).toEqual(list.toSorted())
  })

  test('cost one time-out per poll while their host hangs, not twenty', async () => {
    const scene = stage(() => failure('timeout'))
    await scene.run('a b c d')
    expect(scene.asked).toHaveLength(1)
  })

  test('that never come do not keep the others waiting', async () => {
    const scene = stage((url) => (url === 'a' ? failure('timeout') : body(url)))
    await scene.run('a')
    await scene.run('a b')
    expect(scene.carried).toEqual(['b'])
  })

  test('are given up and said so after an hour, once no list names them', async () => {
    const scene = stage(() => failure('status', 404))
    await scene.run('a')
    for (let n = 0; n < 100; n += 1) await scene.run(null)
    expect(scene.lost).toEqual([])
    await scene.run('')
    expect(scene.lost).toEqual(['a'])
    expect(await scene.run(null)).toBe(true)
  })

  test('are not fetched anew because the list was unreadable once', async () => {
    const scene = stage(body)
    await scene.run('a b')
    expect(await scene.run('broken')).toBe(false)
    await scene.run('a b c')
    expect(scene.asked).toEqual(['a', 'b', 'c'])
  })
})

describe('a polled list with errands', () => {
  test('is not remembered before all it points at is in: a restart reads it again', async () => {
    const clock = createFakeClock(0)
    const scene = stage((url, n) => (n < 3 ? failure('status', 500) : body(url)))
    const remembered: unknown[] = []
    const received: Received[] = []
    let polls = 0
    const polling = startPolling(
      [{ source: 'jma', everyMs: 60_000, target: { url: 'x' }, pursue: (list) => scene.run(list) }],
      {
        clock,
        fetch: async () => {
          polls += 1
          return polls === 1 ? { ...body('a'), etag: '"1"' } : { state: 'unchanged', ...about }
        },
        receive: async (each) => void received.push(each),
        remember: async (_, state) => void remembered.push(state),
      },
    )
    await clock.advance(60_000)
    expect(remembered).toEqual([])
    await clock.advance(60_000)
    expect(remembered).toEqual([{ etag: '"1"', sha256: 'a' }])
    expect(scene.carried).toEqual(['a'])
    await clock.advance(300_000)
    expect(remembered).toHaveLength(1)
    await polling.stop()
  })
})

describe("JMA's index", () => {
  const INDEX = 'https://www.example.jp/developer/xml/feed/eqvol.xml'
  const entry = (title: string, href: string): string =>
    `<entry><title>${title}</title><id>${href}</id><updated>2031-05-06T18:15:00Z</updated><link type="application/xml" href="${href}"/></entry>`
  const feed = (...entries: string[]): string =>
    `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" lang="ja"><title>高頻度（地震火山）</title>${entries.join('')}</feed>`
  const at = (name: string): string => `https://www.example.jp/developer/xml/data/${name}.xml`
  const links = (text: string): string[] => findLinks('jma', text, INDEX, {}).map(({ url }) => url)

  test('names its telegrams newest first; they are fetched oldest first, each address once', () => {
    const text = feed(
      entry('震源・震度に関する情報', at('3')),
      entry('震源に関する情報', at('2')),
      entry('震源に関する情報', at('2')),
      entry('遠地地震に関する情報', at('1')),
    )
    expect(links(text)).toEqual([at('1'), at('2'), at('3')])
  })

  test('links of volcanoes, tsunami and warnings are not fetched; one without a title is', () => {
    const text = feed(
      entry('噴火速報', at('1')),
      entry('津波警報・注意報・予報a', at('2')),
      entry('緊急地震速報（警報）', at('3')),
      entry('', at('4')),
      entry('顕著な地震の震源要素更新のお知らせ', at('5')),
    )
    expect(links(text)).toEqual([at('5'), at('4')])
  })

  test('a link to another host, port or scheme is not followed', () => {
    const text = feed(
      ...['https://other.example.jp/a.xml', 'http://www.example.jp/a.xml', 'https://www.example.jp:8443/a.xml'].map(
        (href) => entry('震源に関する情報', href),
      ),
      entry('震源に関する情報', 'file:///etc/passwd'),
      entry('震源に関する情報', '../data/near.xml'),
    )
    expect(links(text)).toEqual([at('near')])
  })

  test('a telegram by itself links nothing', () => {
    expect(links('<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"/>')).toEqual([])
  })

  test('a broken index is said to be broken', () => {
    expect(() => links('<feed xmlns="http://www.w3.org/2005/Atom"><entry>')).toThrow(UnreadableFeed)
  })
})

describe('a feed of CAP messages', () => {
  test('is followed by the link that is a message; an entry that holds its message is not', () => {
    const text =
      '<feed xmlns="http://www.w3.org/2005/Atom">' +
      '<entry><link rel="self" href="/self"/><link href="/page.html"/><link type="application/cap+xml" href="/cap/1"/></entry>' +
      '<entry><link href="/cap/2"/></entry>' +
      '<entry><link href="/cap/3"/><content><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/></content></entry></feed>'
    const found = findLinks('cap', text, 'https://example.org/feed', {})
    expect(found.map(({ url }) => url)).toEqual(['https://example.org/cap/2', 'https://example.org/cap/1'])
  })
})

describe('an event that vanished from a USGS list', () => {
  const NOW = Date.UTC(2031, 4, 6, 18)
  const MINUTE = 60_000
  const LIST = 'https://example.gov/earthquakes/feed/v1.0/summary/all_hour.geojson'
  const event = (id: string, minutesAgo: number, ids = `,${id},`, detail = '') => ({
    type: 'Feature',
    id,
    properties: { time: NOW - minutesAgo * MINUTE, ids, net: 'us', detail },
  })
  const list = (...features: object[]): string => JSON.stringify({ type: 'FeatureCollection', features })
  const watch = (known: Parameters<typeof createGoneWatch>[1] = () => []) =>
    createGoneWatch({ url: LIST, rules: {} }, known, () => NOW)
  const DETAIL = 'https://example.gov/earthquakes/feed/v1.0/detail/us1.geojson'

  test('is asked for by its detail', () => {
    const read = watch()
    expect(read(list(event('us1', 10), event('us2', 20)))).toEqual([])
    expect(read(list(event('us2', 20)))).toMatchObject([{ key: 'us1', url: DETAIL }])
  })

  test('by the address that the list named, on the same host only', () => {
    const read = watch()
    read(
      list(
        event('us1', 10, ',us1,', 'https://example.gov/d/us1'),
        event('us3', 9, ',us3,', 'https://evil.example/x'),
        event('us2', 20),
      ),
    )
    expect(read(list(event('us2', 20))).map(({ url }) => url)).toEqual([
      'https://example.gov/d/us1',
      DETAIL.replace('us1', 'us3'),
    ])
  })

  test('has not vanished when another network became the preferred one', () => {
    const read = watch()
    read(list(event('us1', 10), event('us2', 20)))
    expect(read(list(event('ci9', 10, ',us1,ci9,'), event('us2', 20)))).toEqual([])
  })

  test('has not vanished when its hour is over', () => {
    const read = watch()
    read(list(event('us1', 58), event('us2', 20)))
    expect(read(list(event('us2', 20)))).toEqual([])
  })

  test('an empty list is no mass deletion, and the next one tells what is missing', () => {
    const read = watch()
    read(list(event('us1', 10), event('us2', 20)))
    expect(read(list())).toEqual([])
    expect(read('{"metadata":{"status":503}}')).toEqual([])
    expect(read(list(event('us2', 20))).map(({ key }) => key)).toEqual(['us1'])
  })

  test('while we were down is missed by the record', () => {
    const read = watch(() => [{ id: 'us1', ids: ['us1'], net: 'us', at: NOW - 10 * MINUTE, detail: '' }])
    expect(read(list(event('us2', 20)))).toMatchObject([{ key: 'us1', url: DETAIL }])
  })

  test('that comes back is no longer asked for, and asked for again when it goes again', () => {
    const read = watch()
    const both = list(event('us1', 10), event('us2', 20))
    read(both)
    expect(read(list(event('us2', 20)))).toHaveLength(1)
    expect(read(both)).toHaveLength(0)
    expect(read(list(event('us2', 20)))).toHaveLength(1)
  })

  test('and answers 409 is a deletion that its parser reads', () => {
    const gone = {
      key: 'us1',
      url: DETAIL,
      event: { id: 'us1', ids: ['us1', 'ci9'], net: 'us', at: NOW, detail: '' },
    }
    expect(parseUsgs(describeDeletion(gone, NOW)).reports).toMatchObject([
      { lifecycle: 'delete', sourceEventId: 'us1', aliases: ['ci9'], agency: 'US', class: 'actual' },
    ])
  })
})
