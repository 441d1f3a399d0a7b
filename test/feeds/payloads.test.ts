// In: every file of ../shared/data/feeds and the table of what must come of it. Out: proof, file by file.
// A file that stands there and not in the table fails: a new sample needs its line.
import { readFileSync, readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { UnreadableFeed, type ParsedFeed, type QuakeReport } from '../../src/core/quake-report.ts'
import { decodeText } from '../../src/feeds/charset.ts'
import { FORMATS, type FeedFormat } from '../../src/feeds/index.ts'
import { describeOnRecorded, hasRecorded } from './recorded.ts'
import { CHINA } from './payload-table-china.ts'
import { JAPAN } from './payload-table-japan.ts'
import { USGS } from './payload-table-usgs.ts'
import { WORLD } from './payload-table-world.ts'
import { XML } from './payload-table-xml.ts'
import type { Reading, TableLine } from './payload-table.ts'

const FOLDER = new URL('../../../shared/data/feeds/', import.meta.url)
const TABLE: TableLine[] = [...CHINA, ...USGS, ...WORLD, ...JAPAN, ...XML]
const EVERY_FORMAT = Object.keys(FORMATS) as FeedFormat[]

/** What the door does: bytes to text by Content-Type, then the parser of the format. */
async function read(file: string, format: FeedFormat, contentType = ''): Promise<ParsedFeed | UnreadableFeed> {
  const decoded = decodeText(readFileSync(new URL(file, FOLDER)), contentType)
  if (!decoded.ok) throw new Error(decoded.reason)
  try {
    return await FORMATS[format](decoded.text)
  } catch (error) {
    if (error instanceof UnreadableFeed) return error
    throw error
  }
}

type TallyField = keyof NonNullable<Reading['tally']>

/** How many reports have each word of a field. */
function tallyOf(reports: readonly QuakeReport[], field: TallyField): Record<string, number> {
  const tally: Record<string, number> = {}
  for (const report of reports) tally[report[field]] = (tally[report[field]] ?? 0) + 1
  return tally
}

function expectReading(feed: ParsedFeed | UnreadableFeed, reading: Reading): void {
  if (feed instanceof UnreadableFeed || reading.unreadable !== undefined) {
    expect(feed).toMatchObject({ name: 'UnreadableFeed', rule: reading.unreadable })
    expect((feed as UnreadableFeed).message.length).toBeGreaterThan(20)
    return
  }
  expect(feed.refused.map(({ row, rule }) => [row, rule])).toEqual(reading.refused ?? [])
  expect(feed.ignored.map(({ row, reason }) => [row, reason])).toEqual(reading.ignored ?? [])
  if (reading.count === undefined) {
    expect(feed.reports).toEqual(reading.reports ?? [])
    return
  }
  expect(feed.reports).toHaveLength(reading.count)
  for (const [field, words] of Object.entries(reading.tally ?? {})) {
    expect(tallyOf(feed.reports, field as TallyField), field).toEqual(words)
  }
  for (const report of reading.some ?? []) expect(feed.reports.find(({ row }) => row === report.row)).toEqual(report)
}

describeOnRecorded('every recorded payload', () => {
  it('has its line in the table, and the table has no line too many', () => {
    const files = hasRecorded ? readdirSync(FOLDER, { recursive: true, withFileTypes: true }) : []
    const names = files
      .filter((entry) => entry.isFile() && entry.name !== 'PROVENANCE.md')
      .map((entry) => `${entry.parentPath.replace(/\/$/, '')}/${entry.name}`.slice(FOLDER.pathname.length))
    expect(TABLE.map(({ file }) => file).sort()).toEqual(names.sort())
  })

  const readings = TABLE.flatMap(({ file, says, readings }) => readings.map((reading) => ({ file, says, reading })))
  it.each(readings.map(({ file, says, reading }) => [file, reading.format, says, reading] as const))(
    '%s as %s: %s',
    async (file, format, _says, reading) => {
      expectReading(await read(file, format, reading.contentType), reading)
    },
  )

  it.each(
    TABLE.filter(({ never }) => never === true).map(({ file, says, readings }) => [file, says, readings] as const),
  )('%s makes no report at any door: %s', async (file, _says, readings) => {
    for (const format of EVERY_FORMAT) {
      const feed = await read(file, format, readings[0]?.contentType)
      expect(feed instanceof UnreadableFeed ? [] : feed.reports, format).toEqual([])
    }
  })

  it('that is a drill or comes from a test system is class test, and no other is', async () => {
    const found = new Set<string>()
    for (const { file, reading } of readings) {
      const feed = await read(file, reading.format, reading.contentType)
      if (feed instanceof UnreadableFeed) continue
      if (feed.reports.some((report) => report.class !== 'actual')) found.add(file)
    }
    expect([...found].sort()).toEqual(['jma/32-35_01_03_100806_VXSE53-drill.xml', 'scml/geonet-2024p344188_0.13.xml'])
  })
})
