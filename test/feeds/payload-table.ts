// In: nothing. Out: what a line of the payload table says, and helpers to write one.
// Must not call a parser: every expected value was read from the raw file, by eye or by a script that shares no code with src.
import type { QuakeReport } from '../../src/core/quake-report.ts'
import type { FeedFormat } from '../../src/feeds/index.ts'

/** What one format makes of one file. What is left out must be empty. */
export interface Reading {
  format: FeedFormat
  /** Content-Type that it was served with, where its bytes need one. */
  contentType?: string
  /** Rule by which the whole payload is refused; nothing else is expected then. */
  unreadable?: string
  /** Every report, exactly, in order. */
  reports?: QuakeReport[]
  /** For long lists instead: how many reports have each word of a field; the listed `some` exactly. */
  count?: number
  tally?: Partial<Record<'lifecycle' | 'class' | 'kind' | 'evaluation' | 'agency', Record<string, number>>>
  some?: QuakeReport[]
  refused?: [row: number, rule: string][]
  ignored?: [row: number, reason: string][]
}

/** One file of ../shared/data/feeds. */
export interface TableLine {
  file: string
  /** What is special about it; the name of its test. */
  says: string
  readings: Reading[]
  /** True where no format word at all may make a report of it. */
  never?: true
}

/** An instant from a time with its zone. */
export function at(text: string): number {
  const instant = Date.parse(text)
  if (!/(?:Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(instant)) throw new Error(`${text} is no time with a zone`)
  return instant
}

/** A report: the ordinary reviewed-by-nobody-known earthquake, but for what is given. */
export function quake(row: number, given: Partial<Omit<QuakeReport, 'row'>>): QuakeReport {
  return {
    row,
    lifecycle: 'report',
    class: 'actual',
    sourceEventId: '',
    aliases: [],
    revision: '',
    agency: '',
    sourceCode: '',
    evaluation: 'unknown',
    kind: 'earthquake',
    originTime: null,
    issuedAt: null,
    latitude: null,
    longitude: null,
    depthKm: null,
    magnitude: null,
    place: '',
    idTime: null,
    ...given,
  }
}

/** The same reason for a run of rows. */
export function rows(from: number, to: number, word: string): [number, string][] {
  return Array.from({ length: to - from + 1 }, (_, i) => [from + i, word])
}
