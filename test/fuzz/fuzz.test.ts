// In: a few damaged payloads of every format. Out: the same promises as npm run fuzz, and proof that the fuzzer can see faults.
// Must stay small: the long run is npm run fuzz.
import { describe, expect, it } from 'vitest'
import type { ParsedFeed, QuakeReport } from '../../src/core/quake-report.ts'
import { FORMATS, type FeedFormat } from '../../src/feeds/index.ts'
import { examine } from './examine.ts'
import { judgeAll } from './judged.ts'
import { damagedPayload } from './mutate.ts'
import { diceFor } from './random.ts'
import { findFaults } from './sane.ts'
import { loadSeeds } from './seeds.ts'
import { emptyTally, heapEnds, joinTallies } from './tally.ts'

const SEEDS = loadSeeds()
const EVERY_FORMAT = Object.keys(FORMATS) as FeedFormat[]

const SOUND: QuakeReport = {
  row: 0,
  lifecycle: 'report',
  class: 'actual',
  sourceEventId: 'x1',
  aliases: [],
  revision: '',
  agency: 'CENC',
  sourceCode: 'CC',
  evaluation: 'reviewed',
  kind: 'earthquake',
  originTime: Date.UTC(2024, 0, 2, 3, 4, 5),
  issuedAt: null,
  latitude: 38.3,
  longitude: 106.2,
  depthKm: 10,
  magnitude: { value: 5.1, type: 'M' },
  place: '宁夏银川市永宁县',
  idTime: null,
}

function feedOf(...reports: QuakeReport[]): ParsedFeed {
  return { reports, refused: [], ignored: [] }
}

describe.each(EVERY_FORMAT)('damaged payloads of the format %s', (format) => {
  it('are refused or read soundly, and speak from no source without authority', async () => {
    let read = 0
    for (let index = 0; index < 150; index += 1) {
      const examined = await examine(damagedPayload(2017, format, index, SEEDS), format, 2017, index)
      expect(examined.faults, `payload ${index}`).toEqual([])
      if (examined.outcome === 'read') read += 1
    }
    // Damage that nothing gets through would prove nothing.
    expect(read).toBeGreaterThan(20)
  })

  it('come again byte for byte from the same seed and number, and differ from the next', () => {
    const payload = (seed: number, index: number): string => damagedPayload(seed, format, index, SEEDS).toString('hex')
    expect(payload(1, 7)).toBe(payload(1, 7))
    expect(new Set([payload(1, 7), payload(1, 8), payload(2, 7)]).size).toBe(3)
  })
})

describe('the fuzzer itself', () => {
  it('finds nothing wrong with a sound report', () => {
    expect(findFaults(feedOf(SOUND))).toEqual([])
  })

  it.each<[string, Partial<QuakeReport>]>([
    ['a latitude of 91°', { latitude: 91 }],
    ['a longitude without a latitude', { latitude: null }],
    ['a depth in metres', { depthKm: 12_500 }],
    ['a magnitude of 0', { magnitude: { value: 0, type: 'M' } }],
    ['a magnitude that is no number', { magnitude: { value: Number.NaN, type: 'M' } }],
    ['a time beyond the year 9999', { originTime: 9e15 }],
    ['a report without a time', { originTime: null }],
    ['a bidi mark in a place', { place: '银川\u202E市' }],
    ['a line separator in an id', { sourceEventId: 'x\u2028' }],
    ['half a character', { revision: '\uD800' }],
    ['a place of 62 characters', { place: '震'.repeat(62) }],
    ['a label that is no source code', { sourceCode: 'cc' }],
    ['a kind nobody knows', { kind: 'meteor' as QuakeReport['kind'] }],
  ])('sees %s', (_fault, change) => {
    expect(findFaults(feedOf({ ...SOUND, ...change }))).not.toEqual([])
  })

  it('sees a row that is accounted for twice, and a refusal without a reason', () => {
    expect(findFaults(feedOf(SOUND, SOUND))).not.toEqual([])
    expect(findFaults({ ...feedOf(), refused: [{ row: 0, rule: 'depth-range', reason: '' }] })).not.toEqual([])
  })

  it('uses a policy under which the same row from an official source does speak', () => {
    const acts: Record<string, number> = {}
    for (let index = 0; index < 40; index += 1) {
      const { counts, faults } = judgeAll([SOUND], diceFor(1, 'x', index))
      expect(faults).toEqual([])
      for (const [act, times] of Object.entries(counts)) acts[act] = (acts[act] ?? 0) + times
    }
    expect(acts['official publish']).toBeGreaterThan(0)
    expect(acts['silent record']).toBe(40)
    expect(acts['beside record']).toBe(40)
  })

  it('calls memory that grows by more than 20 MB a leak, and noise none', () => {
    const ramp = Array.from({ length: 25 }, (_, i) => 30_000_000 + i * 2_000_000)
    expect(heapEnds(ramp)).toMatchObject({ leaks: true })
    expect(heapEnds(ramp.map((_, i) => 30_000_000 + (i % 3) * 1_000_000))).toMatchObject({ leaks: false })
    expect(heapEnds([30_000_000])).toBeNull()
  })

  it('keeps the figures of both halves when a hang cut a run in two', () => {
    const [one, other] = [emptyTally(), emptyTally()]
    const examined = {
      outcome: 'read' as const,
      reports: 2,
      refused: 1,
      ignored: 0,
      acts: { 'silent record': 2 },
      faults: [],
    }
    one.add(examined, 5, 0)
    other.add({ ...examined, outcome: 'unreadable' }, 9, 1)
    expect(joinTallies(one.plain(), other.plain())).toMatchObject({
      payloads: 2,
      reports: 4,
      unreadable: 1,
      acts: { 'silent record': 4 },
      slowestIndex: 1,
    })
  })
})
