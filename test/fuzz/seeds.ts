// In: the payload folders. Out: the sound payloads that the fuzzer damages, by format.
// Must not need the recorded collection: where it is absent the project's own fixtures serve alone.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { FORMATS, type FeedFormat } from '../../src/feeds/index.ts'
import type { Dice } from './random.ts'

/** One sound payload. */
export interface Seed {
  name: string
  bytes: Buffer
  /** The same as text where it is UTF-8, else null: then only its bytes are damaged. */
  text: string | null
}

/** Sound payloads of every format, in the order of their names. */
export type Seeds = Readonly<Record<FeedFormat, readonly Seed[]>>

const FIXTURES = new URL('../fixtures/feeds/', import.meta.url)
const RECORDED = new URL('../../../shared/data/feeds/', import.meta.url)

/** Which files are of which format: a pattern on the path in the collection, and on the name of a fixture. */
const BELONGS: Readonly<Record<FeedFormat, RegExp>> = {
  ceic: /^(?:cenc\/)?ceic-/,
  'cenc-web': /^(?:cenc\/)?cenc-web-/,
  fan: /^(?:cenc\/|eew\/)?fan-/,
  wolfx: /^(?:cenc\/|eew\/)?wolfx-/,
  usgs: /^usgs-(?:geojson\/|.*\.json$)/,
  emsc: /^(?:emsc\/fdsn-json|emsc-list)/,
  'emsc-ws': /^(?:emsc\/ws-|emsc-ws-)/,
  geonet: /^geonet[/-].*json$/,
  p2pquake: /^p2pquake[/-]/,
  'fdsn-text': /^fdsn-(?:text\/|events)/,
  quakeml: /^quakeml[/.]/,
  scml: /^scml[/.]/,
  jma: /^jma[/-]/,
  rss: /^(?:rss|gdacs|georss|rsshub)[/.-]/,
  cap: /^cap[/-]/,
}

/** Reads all payloads once. Every format has at least one fixture, else it throws. */
export function loadSeeds(): Seeds {
  const files = [...listFiles(FIXTURES), ...listFiles(RECORDED)].map(readSeed)
  const formats = Object.keys(FORMATS) as FeedFormat[]
  return Object.fromEntries(
    formats.map((format) => {
      const seeds = files.filter(({ name }) => BELONGS[format].test(name))
      if (seeds.length === 0) throw new Error(`no payload of the format ${format}`)
      return [format, seeds]
    }),
  ) as unknown as Seeds
}

function listFiles(folder: URL): { folder: URL; name: string }[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.pathname.length).replace(/^\//, ''))
  return names.sort().map((name) => ({ folder, name }))
}

function readSeed({ folder, name }: { folder: URL; name: string }): Seed {
  const bytes = readFileSync(new URL(name, folder))
  const text = bytes.toString('utf8')
  return { name, bytes, text: text.includes('\uFFFD') ? null : text }
}

/** Payloads of this many bytes are chosen half as often as tiny ones, longer ones ever less: time goes to variety. */
const HALF_WEIGHT = 1_000

/** Picks a payload of the format; once in twelve one of another format, sent to the wrong door. */
export function pickSeed(dice: Dice, seeds: Seeds, format: FeedFormat): Seed {
  const list = dice.oneIn(12) ? dice.pick(Object.values(seeds)) : seeds[format]
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const seed = dice.pick(list)
    if (dice.below(1_000) < 1_000 / (1 + seed.bytes.length / HALF_WEIGHT)) return seed
  }
  return dice.pick(list)
}
