// Scenario files are data that anyone may add: what is wrong in one is said by name, and its rows are real payloads.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatUtc } from '../../src/core/instant.ts'
import type { ParsedFeed } from '../../src/core/quake-report.ts'
import { FORMATS } from '../../src/feeds/index.ts'
import { rowShape, writePayload, type ScenarioRow } from '../../src/town/payloads.ts'
import { listRows, startPlayer } from '../../src/town/player.ts'
import { fillPlaces, readBureaux, readScenario } from '../../src/town/scenario.ts'

/** Some formats are parsed at once, some in steps. */
type ParseAny = (text: string) => ParsedFeed | Promise<ParsedFeed>

const BUREAUX = readBureaux(
  'bureaux: { here: { bureau: { name: 某局 }, feeds: [{ id: cenc, format: cenc-web, authority: official-national }] } }',
)
const GOOD = "title: 一次地震\ntruth: true\nclock: '2025-01-01T08:00:00+08:00'\nconfig: here\nexpect: {}\n"

describe('a scenario file', () => {
  test('takes its bureau by name and may replace top-level keys of it', () => {
    const scenario = readScenario('one', `${GOOD}with: { feeds: [] }\n`, BUREAUX)
    expect(scenario.config).toEqual({ bureau: { name: '某局' }, feeds: [] })
    expect(formatUtc(scenario.clock)).toBe('2025-01-01T00:00:00.000Z')
  })

  test.each([
    ['a clock without its zone', GOOD.replace('+08:00', ''), /clock: .*zone/],
    ['an unknown key', `${GOOD}steps: [{ at: '2025-01-01T08:00:00+08:00', feeds: cenc }]\n`, /steps\.0/],
    ['an unknown bureau', GOOD.replace('config: here', 'config: nowhere'), /no bureau "nowhere"/],
    ['a bureau that is only inherited', GOOD.replace('config: here', 'config: constructor'), /no bureau/],
    ['a false case without the gate that stops it', GOOD.replace('truth: true', 'truth: false'), /names its gate/],
  ])('with %s is refused by its name', (_what, text, reason) => {
    expect(() => readScenario('one', text, BUREAUX)).toThrow(reason)
    expect(() => readScenario('one', text, BUREAUX)).toThrow(/scenario one/)
  })

  test('gets the stand-ins’ addresses at any depth, and keeps names that nobody fills', () => {
    const filled = fillPlaces(
      { outlets: [{ baseUrl: '${weibo}/2', key: '${unknown}' }], n: 1 },
      { weibo: 'http://127.0.0.1:1' },
    )
    expect(filled).toEqual({ outlets: [{ baseUrl: 'http://127.0.0.1:1/2', key: '${unknown}' }], n: 1 })
  })
})

const row = (change: Partial<Record<keyof ScenarioRow, unknown>> = {}): ScenarioRow =>
  rowShape.parse({
    time: '2024-09-18T20:08:27+08:00',
    latitude: 31.98,
    longitude: 117.6,
    magnitude: 4.7,
    place: '安徽合肥市肥东县',
    ...change,
  })

describe('rows written as a source writes them', () => {
  const formats = ['cenc-web', 'ceic', 'fan', 'wolfx', 'usgs', 'emsc', 'fdsn-text'] as const

  test.each(formats)('%s: are read back with the same time, place and size', async (format) => {
    const read: ParseAny = FORMATS[format]
    const parsed = await read(writePayload(format, [row({ code: format === 'usgs' ? 'US' : 'CC' })]).body)
    expect(parsed.refused).toEqual([])
    expect(parsed.reports).toHaveLength(1)
    expect(parsed.reports[0]).toMatchObject({ latitude: 31.98, longitude: 117.6, depthKm: 10, originTime: row().time })
    expect(parsed.reports[0]?.magnitude?.value).toBe(4.7)
  })

  test.each(['cenc-web', 'ceic', 'fan', 'wolfx'] as const)(
    '%s: AU is automatic, CC is formal, a training row is a test',
    async (format) => {
      const parse: ParseAny = FORMATS[format]
      const read = async (change: object) => (await parse(writePayload(format, [row(change)]).body)).reports[0]
      expect(await read({ code: 'AU' })).toMatchObject({ sourceCode: 'AU', evaluation: 'automatic', class: 'actual' })
      expect(await read({ code: 'CC' })).toMatchObject({ sourceCode: 'CC', evaluation: 'reviewed' })
      expect(await read({ training: true })).toMatchObject({ class: 'test' })
    },
  )

  test('any epicentre and time comes back through the catalogue format', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -9000, max: 9000 }),
        fc.integer({ min: -18000, max: 18000 }),
        fc.integer({ min: 946_684_800, max: 1_893_456_000 }),
        async (latitude, longitude, seconds) => {
          fc.pre(latitude !== 0 || longitude !== 0)
          const written = { ...row(), latitude: latitude / 100, longitude: longitude / 100, time: seconds * 1000 }
          const parse: ParseAny = FORMATS['cenc-web']
          const [read] = (await parse(writePayload('cenc-web', [written]).body)).reports
          expect(read).toMatchObject({
            latitude: latitude / 100,
            longitude: longitude / 100,
            originTime: seconds * 1000,
          })
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('the player of feeds', () => {
  const step = { at: 0, feed: 'cenc', add: false, down: false, dateOffSeconds: 0, forged: false }

  test('a series is written below the step’s own rows, each older than the one above', () => {
    const rows = listRows(
      { ...step, rows: [row()], series: { count: 3, everySeconds: 60, row: row({ magnitude: 3 }) } },
      [],
    )
    expect(rows.map((r) => (row().time - r.time) / 1000)).toEqual([0, 0, 60, 120])
  })

  test('a step that adds keeps what stood; one without rows leaves it alone', () => {
    expect(listRows({ ...step, rows: [row()], add: true }, [row(), row()])).toHaveLength(3)
    expect(listRows({ ...step, rows: [row()] }, [row(), row()])).toHaveLength(1)
    expect(listRows(step, [row(), row()])).toHaveLength(2)
  })

  test('serves the scenario’s clock in its Date header, off by what the step says, and nothing while down', async () => {
    const at = row().time
    const player = await startPlayer({ cenc: 'cenc-web' }, () => at)
    try {
      player.show({ ...step, rows: [row()], dateOffSeconds: 3600 })
      const reply = await fetch(`${player.url}/cenc`)
      expect(Date.parse(reply.headers.get('date') ?? '')).toBe(at + 3_600_000)
      const again = await fetch(`${player.url}/cenc`, { headers: { 'if-none-match': reply.headers.get('etag') ?? '' } })
      expect(again.status).toBe(304)
      player.show({ ...step, down: true })
      await expect(fetch(`${player.url}/cenc`)).rejects.toThrow()
      expect((await fetch(`${player.url}/elsewhere`)).status).toBe(404)
    } finally {
      await player.close()
    }
  })
})
