// In: a bureau of two processes with a website and a CAP outlet. Out: what an aggregator fetches while a quake is told, put
// right and taken back.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { childrenOf, readXml, textAt, type XmlElement } from '../../src/feeds/xml.ts'
import { until } from '../crash/watch.ts'
import { openBureau, type Bureau } from './bureau.ts'

const SCHEMA = readFileSync(new URL('../fixtures/cap/cap-1.2.xsd', import.meta.url), 'utf8')
const SENDER = 'cap@dzj.anping.example'

let bureau: Bureau

beforeAll(async () => {
  const outlets = [
    { id: 'site', channel: 'website' },
    { id: 'cap', channel: 'cap', sender: SENDER },
  ]
  bureau = await openBureau('open-data', { more: { outlets }, callbacks: false })
  await bureau.start()
}, 60_000)
afterAll(() => bureau?.close(), 60_000)

/** '' as long as there is only the page for what is not there. */
const fetchText = async (path: string): Promise<string> => {
  const page = await bureau.page(path)
  return page?.status === 200 ? page.body : ''
}

/** Entries of a feed, newest first, once there are so many. */
function entriesOf(path: string, count: number): Promise<XmlElement[]> {
  return until(`${count} entries of ${path}`, async () => {
    const body = await fetchText(path)
    const entries = body === '' ? [] : childrenOf(readXml(body), 'entry')
    return entries.length === count ? entries : null
  })
}

test('a quick report, its formal one and the withdrawal are a chain of CAP messages that an aggregator can resolve', async () => {
  const origin = bureau.recent()
  const serial = await bureau.hear('AU', origin)
  await entriesOf('/feeds/cap.atom', 1)
  await bureau.hear('CC', origin)
  await entriesOf('/feeds/cap.atom', 2)
  expect((await bureau.desk('withdraw', serial, '--reason', 'duplicate', '--as', '王工')).code).toBe(0)
  const entries = (await entriesOf('/feeds/cap.atom', 3)).toReversed()

  const paths = entries.flatMap((entry) =>
    childrenOf(entry, 'link').map((link) => new URL(link.attributes.get('href') ?? '').pathname),
  )
  const documents = await Promise.all(paths.map(fetchText))
  for (const xml of documents) expect((await validateXML({ xml, schema: SCHEMA })).errors).toEqual([])
  const alerts = documents.map((document) => readXml(document))
  expect(alerts.map((alert) => textAt(alert, 'msgType'))).toEqual(['Alert', 'Update', 'Cancel'])
  expect(alerts.map((alert) => textAt(alert, 'status'))).toEqual(['Actual', 'Actual', 'Actual'])
  const triples = alerts.map((alert) => ['sender', 'identifier', 'sent'].map((name) => textAt(alert, name)).join(','))
  const named = alerts.map((alert) => textAt(alert, 'references').split(' ').filter(Boolean))
  expect(named).toEqual([[], triples.slice(0, 1), triples.slice(0, 2)])
  expect(new Set(alerts.map((alert) => textAt(alert, 'incidents'))).size).toBe(1)
  for (const triple of triples) expect(triple.startsWith(`${SENDER},dzj.anping.example.n-`)).toBe(true)

  // The record says the same: the reference by which each was published, and where it can be fetched.
  const deliveries = (await bureau.deliveries(serial)).filter((delivery) => delivery.outlet_id === 'cap')
  expect(deliveries.map(({ state }) => state)).toEqual(['accepted', 'accepted', 'accepted'])
  expect(deliveries.map(({ url }) => new URL(url ?? '').pathname)).toEqual(paths)
})

test('the feeds follow: the withdrawn words say so, the quake loses its place, all of it stays after a new start', async () => {
  const check = async (): Promise<void> => {
    const entries = await entriesOf('/feeds/notices.atom', 3)
    expect(entries.map((entry) => textAt(entry, 'title').startsWith('【已撤回】'))).toEqual([false, true, true])
    const quakes = JSON.parse(await fetchText('/feeds/quakes.geojson')) as { features: { geometry: unknown }[] }
    expect(quakes.features.map((feature) => feature.geometry)).toEqual([null])
    await entriesOf('/feeds/cap.atom', 3)
  }
  await check()
  await bureau.stop()
  await bureau.start()
  await check()
})
