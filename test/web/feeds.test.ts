// In: notices in every state, with hostile texts. Out: the feeds as independent readers understand them.
import * as fc from 'fast-check'
import Parser from 'rss-parser'
import { describe, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { z } from 'zod'
import type { NoticeView } from '../../src/store/notices.ts'
import type { StoredAlert } from '../../src/store/cap-alerts.ts'
import type { Page } from '../../src/store/pages.ts'
import { atomPage, capPage } from '../../src/web/public/feeds/atom.ts'
import { makeFeed } from '../../src/web/public/feeds/entries.ts'
import { geojsonPage } from '../../src/web/public/feeds/geojson.ts'
import { jsonFeedPage } from '../../src/web/public/feeds/json-feed.ts'
import { writeJsonLd } from '../../src/web/public/feeds/json-ld.ts'
import { rssPage } from '../../src/web/public/feeds/rss.ts'
import { sitemapPages } from '../../src/web/public/feeds/sitemap.ts'
import { writeQuakeListing } from '../../src/web/public/quake-json.ts'
import { openWordings } from '../../src/web/public/wording.ts'
import { childrenOf, readXml, textAt } from '../../src/feeds/xml.ts'
import { anyText } from '../channels/fakes.ts'
import { FACTS, ORIGIN } from '../core/cap/sample.ts'
import { identity, NOTICE, NOW, templates } from './sample-pages.ts'

const wording = openWordings(templates).zh
const BASE = identity.publicUrl
const HOSTILE = '县]]><script>alert(1)</script>&amp;"\'\u0000\u0007\ud800\u202e<!--'
const MINUTE = 60_000

const told = (change: Partial<NoticeView>): NoticeView => ({
  ...NOTICE,
  facts: { ...FACTS, origin: ORIGIN },
  ...change,
})
/** Newest first: a quake that was withdrawn, and one with a quick report and its formal one. */
const NOTICES: NoticeView[] = [
  told({
    id: 'n-5',
    code: 'e5',
    report: 2,
    supersedes: 'n-4',
    issuedAt: NOTICE.issuedAt + 9 * MINUTE,
    title: HOSTILE,
    text: HOSTILE,
  }),
  told({
    id: 'n-4',
    code: 'd4',
    kind: 'quick-report',
    state: 'superseded',
    supersededBy: 'e5',
    supersededKind: 'revision',
    issuedAt: NOTICE.issuedAt + 5 * MINUTE,
  }),
  told({
    id: 'n-3',
    code: 'c3',
    lineage: 'l-0',
    kind: 'withdrawal',
    supersedes: 'n-1',
    issuedAt: NOTICE.issuedAt + MINUTE,
    title: '【撤回】第1报已撤回',
    text: '【撤回】系误报。',
  }),
  told({
    id: 'n-1',
    code: 'a1',
    lineage: 'l-0',
    state: 'withdrawn',
    supersededBy: 'c3',
    supersededKind: 'revision',
    title: '假的地震',
    text: '假的正文',
  }),
]
const feedOf = (notices: readonly NoticeView[] = NOTICES, site = identity) => makeFeed(notices, site, wording, NOW)
const xmlPages = (notices?: readonly NoticeView[]): Page[] => {
  const feed = feedOf(notices)
  return [atomPage(feed, BASE), rssPage(feed, BASE)]
}

async function isWellFormed(xml: string): Promise<boolean> {
  const { valid } = await validateXML({
    xml,
    schema:
      `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${/xmlns="([^"]+)"/.exec(xml)?.[1] ?? ''}">
      <xs:element name="${/<(\w+)/.exec(xml.replace(/^<\?.*?\?>/, ''))?.[1] ?? ''}"/></xs:schema>`.replace(
        ' targetNamespace=""',
        '',
      ),
  })
  return valid
}

describe.each([
  ['Atom', 0],
  ['RSS', 1],
])('%s', (_name, index) => {
  test('is read by another parser: every notice with its address, its title and what it says of itself', async () => {
    const page = xmlPages()[index]
    expect(await isWellFormed(page?.body ?? '')).toBe(true)
    const read = await new Parser().parseString(page?.body ?? '')
    expect(read.title).toBe('兰山市应急管理局 震情发布')
    expect(read.items.map((item) => item.link)).toEqual(['e5', 'd4', 'c3', 'a1'].map((code) => `${BASE}/n/${code}`))
    expect(read.items[0]?.title).toContain('<script>alert(1)</script>')
    expect(read.items[3]?.title).toBe('【已撤回】假的地震')
    expect(read.items[1]?.isoDate).toBe(
      new Date(NOTICE.issuedAt + 5 * MINUTE - (NOTICE.issuedAt % 1_000)).toISOString(),
    )
  })

  test('a withdrawn notice stays as an entry that says so, leads to the withdrawal, and does not repeat what was false', async () => {
    const read = await new Parser().parseString(xmlPages()[index]?.body ?? '')
    const [, replaced, , gone] = read.items.map((item) => item.content ?? '')
    expect(gone).toContain('【已撤回】本公告已撤回')
    expect(gone).toContain(`${BASE}/n/c3`)
    expect(gone).not.toContain('假的正文')
    expect(replaced).toContain(`${BASE}/n/e5`)
  })

  test('whatever a notice says, the document is XML and says exactly that', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('', HOSTILE, ']]>'), (some, more) => {
        const text = `${some}${more}`
        const [page] = xmlPages([told({ title: text, text })]).slice(index)
        const root = readXml(page?.body ?? '')
        const entry = childrenOf(
          index === 0 ? root : (childrenOf(root, 'channel')[0] ?? root),
          index === 0 ? 'entry' : 'item',
        )
        expect(entry).toHaveLength(1)
        const legal = text.replaceAll(
          /[^\t\n\r\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu,
          '\ufffd',
        )
        expect(entry[0] && textAt(entry[0], 'title')).toBe(legal.trim())
      }),
    )
  })
})

describe('RSS', () => {
  test('holds no markup of a notice, though readers take a description for HTML', async () => {
    const read = await new Parser().parseString(rssPage(feedOf(), BASE).body)
    expect(read.items[0]?.content).not.toContain('<script')
    expect(read.items[0]?.content).toContain('&#60;script&#62;')
  })
})

describe('Atom', () => {
  const entries = () => childrenOf(readXml(atomPage(feedOf(), BASE).body), 'entry')

  test('says when an entry was last said something else of', () => {
    const updated = entries().map((entry) => [textAt(entry, 'id').slice(-2), textAt(entry, 'updated')])
    expect(Object.fromEntries(updated)).toEqual({
      e5: '2026-03-04T10:09:00+08:00',
      d4: '2026-03-04T10:09:00+08:00',
      c3: '2026-03-04T10:01:00+08:00',
      a1: '2026-03-04T10:01:00+08:00',
    })
  })

  test('keeps its bytes while nothing happens, also on a quiet day', () => {
    expect(atomPage(feedOf(), BASE).body).toBe(
      atomPage(makeFeed(NOTICES, identity, wording, NOW + 50 * MINUTE), BASE).body,
    )
    const quiet = [NOW, NOW + 50 * MINUTE].map((now) => atomPage(makeFeed([], identity, wording, now), BASE).body)
    expect(quiet[0]).toBe(quiet[1])
    expect(textAt(readXml(quiet[0] ?? ''), 'updated')).toBe('2026-03-04T00:00:00+08:00')
  })

  test('of CAP messages links each document and keeps what was cancelled', async () => {
    const alert = (noticeId: string, msgType: string, sentAt: number): StoredAlert =>
      ({ noticeId, msgType, sentAt, headline: `${msgType} ${HOSTILE}` }) as StoredAlert
    const body = capPage(feedOf(), [alert('n-3', 'Cancel', NOW), alert('n-1', 'Alert', NOW - MINUTE)], BASE).body
    expect(await isWellFormed(body)).toBe(true)
    const rows = childrenOf(readXml(body), 'entry').map((entry) =>
      childrenOf(entry, 'link').map((link) => link.attributes),
    )
    expect(rows.map(([link]) => [link?.get('type'), link?.get('href')])).toEqual([
      ['application/cap+xml', `${BASE}/cap/n-3.xml`],
      ['application/cap+xml', `${BASE}/cap/n-1.xml`],
    ])
  })
})

test('a demonstration says so in the title of every feed and of every entry', async () => {
  const feed = feedOf(NOTICES, { ...identity, demonstration: true })
  const titles = [feed.title, ...feed.entries.map((entry) => entry.title)]
  for (const title of titles) expect(title.startsWith('【演示】')).toBe(true)
  const texts = feed.entries.filter(({ notice }) => notice.state !== 'withdrawn').map((entry) => entry.text)
  for (const text of texts) expect(text).toContain('【演示】')
})

test('JSON Feed keeps the published schema of version 1.1', () => {
  const { body, contentType } = jsonFeedPage(feedOf(), BASE)
  expect(contentType).toMatch(/^application\/feed\+json/)
  // From the specification's text: what it calls required, and the types of what else we write.
  const time = z.iso.datetime({ offset: true })
  const item = z.strictObject({
    id: z.string(),
    url: z.url(),
    title: z.string(),
    content_text: z.string(),
    date_published: time,
    date_modified: time,
    tags: z.array(z.string()),
    attachments: z.array(z.strictObject({ url: z.url(), mime_type: z.string() })).optional(),
    _quakedesk: z.record(z.string(), z.unknown()),
  })
  const schema = z.strictObject({
    version: z.literal('https://jsonfeed.org/version/1.1'),
    title: z.string(),
    home_page_url: z.url(),
    feed_url: z.url(),
    language: z.string(),
    authors: z.array(z.strictObject({ name: z.string(), url: z.url() })).min(1),
    items: z.array(item),
  })
  const read = schema.parse(JSON.parse(body))
  expect(read.items).toHaveLength(4)
  expect(read.items[3]?.content_text).not.toContain('假的正文')
})

test('GeoJSON has one feature per quake with the published values; a withdrawn one loses its place on the map', () => {
  const [formal, quick, withdrawal, gone] = NOTICES as [NoticeView, NoticeView, NoticeView, NoticeView]
  const quakes = [
    { id: 'q-2', notices: [quick, formal] },
    { id: 'q-1', notices: [gone, { ...withdrawal, facts: { ...FACTS, kind: 'withdrawal' as const, origin: null } }] },
  ]
  const page = geojsonPage(writeQuakeListing(quakes, 30, { publicUrl: BASE, demonstration: false }))
  expect(page.contentType).toMatch(/^application\/geo\+json/)
  expect(JSON.parse(page.body)).toMatchObject({
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        id: 'q-2',
        geometry: { type: 'Point', coordinates: [117.6, 31.9] },
        properties: { magnitude: 4.7, depthKm: 12, state: 'current', notice: { id: 'n-5' } },
      },
      { type: 'Feature', id: 'q-1', geometry: null, properties: { state: 'withdrawn' } },
    ],
  })
  expect(page.body.match(/4\.7/g)).toHaveLength(1)
})

test('a quake stands by what is on record of its notices, not by which of them the website carries last', () => {
  const writing = { publicUrl: BASE, demonstration: false }
  const values = (notices: NoticeView[]) => writeQuakeListing([{ id: 'q', notices }], 30, writing).quakes[0]?.values
  // The withdrawal is on record; its page is not stored yet.
  expect(values([told({ state: 'withdrawn' })])).toBeNull()
  // Said again after a withdrawal, and the first said to be the right one.
  const none = { ...FACTS, origin: null }
  const gone = [told({ state: 'withdrawn', lineage: 'l-2' }), told({ kind: 'withdrawal', lineage: 'l-2', facts: none })]
  expect(values([told({}), ...gone])).toMatchObject({ magnitude: 4.7 })
})

test('an automatic determination’s depth is not told in the feed of quakes, as it is not in the notice', () => {
  const origin = { ...ORIGIN, sourceCode: 'AU', automatic: true }
  const quick = told({ kind: 'quick-report', facts: { ...FACTS, kind: 'quick-report', origin } })
  const listing = writeQuakeListing([{ id: 'q', notices: [quick] }], 30, { publicUrl: BASE, demonstration: false })
  expect(listing.quakes[0]?.values).toMatchObject({ depthKm: null, evaluation: 'automatic' })
})

describe('JSON-LD', () => {
  test('cannot end its element, whatever a notice says, and says exactly that', () => {
    const data = writeJsonLd(told({ title: HOSTILE, text: HOSTILE }), identity)
    expect(data).not.toMatch(/[<>&\u2028\u2029]/)
    const read = JSON.parse(data) as Record<string, unknown>
    expect(read['@type']).toBe('NewsArticle')
    expect(read['headline']).toContain('</script>')
    expect(read['creativeWorkStatus']).toBe('Published')
  })

  test('of a withdrawn notice says so and repeats neither text nor place; of a drill or a demonstration there is none', () => {
    const data = writeJsonLd(told({ state: 'withdrawn', title: '题', text: '假的正文' }), identity)
    expect(JSON.parse(data)).toMatchObject({ headline: '【已撤回】题', creativeWorkStatus: 'Withdrawn' })
    expect(data).not.toMatch(/假的正文|contentLocation/)
    expect(writeJsonLd(told({ class: 'drill' }), identity)).toBe('')
    expect(writeJsonLd(told({}), { ...identity, demonstration: true })).toBe('')
  })
})

describe('sitemap and robots', () => {
  const addresses = [{ path: '/n/a<b', changedAt: NOW }]

  test('name every address once, and where the map is', async () => {
    const [sitemap, robots] = sitemapPages(addresses, BASE, false)
    expect(await isWellFormed(sitemap?.body ?? '')).toBe(true)
    const urls = childrenOf(readXml(sitemap?.body ?? ''), 'url')
    expect(urls.map((url) => [textAt(url, 'loc'), textAt(url, 'lastmod')])).toEqual([[`${BASE}/n/a<b`, '2026-03-04']])
    expect(robots?.body).toContain(`Sitemap: ${BASE}/sitemap.xml`)
  })

  test('keep a demonstration out of every search engine', () => {
    const [sitemap, robots] = sitemapPages(addresses, BASE, true)
    expect(sitemap?.body).not.toContain('<loc>')
    expect(robots?.body).toContain('Disallow: /\n')
  })
})
