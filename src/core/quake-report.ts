// In: nothing. Out: the one shape every feed format is translated into (one source's one version of one quake).
// Must not know any wire format: wire names stop at the parser.
import type { Instant } from './instant.ts'

/** Who looked at it: a machine, an analyst, or the source does not say. */
export type Evaluation = 'automatic' | 'reviewed' | 'unknown'

/** actual: real. drill: 演练 inside an installation. test: foreign test traffic, recorded and never spoken (DESIGN §3). */
export type TrafficClass = 'actual' | 'drill' | 'test'

/** report: a determination. cancel / delete: the source takes one back, often without coordinates. */
export type Lifecycle = 'report' | 'cancel' | 'delete'

/** What shook, from the source's type word only; never guessed from depth or text (DESIGN §6.4). */
export type QuakeKind =
  | 'earthquake'
  | 'collapse' // 塌陷
  | 'blast' // 爆破
  | 'mining' // 矿震
  | 'suspected-blast' // 疑爆
  | 'explosion'
  | 'induced'
  | 'landslide'
  | 'volcanic'
  | 'nonexistent'
  | 'other'

/** Value with its scale; the scale is '' where the source gives none. Foreign Mw/mb are not M and never replace it. */
export interface Magnitude {
  value: number
  type: string
}

/** How much the world may rely on a source (DESIGN §3 "authority"). */
export type Authority = 'official-national' | 'official-provincial' | 'own' | 'foreign' | 'mirror' | 'context'

export interface QuakeReport {
  /** Position of the row in its payload, from 0. */
  row: number
  lifecycle: Lifecycle
  class: TrafficClass
  /** The id the source gave: a hint only, it changes between automatic and formal (feeds.md §0.1). '' when there is none. */
  sourceEventId: string
  /** Other ids the source lists for the same quake (USGS `ids`). */
  aliases: string[]
  /** The source's own version mark (updated time, serial, md5), as text; '' when it gives none. */
  revision: string
  /** Author of the origin, upper case: CENC, FJ, US, EMSC, JMA …: not the feed that carried it. '' when unknown. */
  agency: string
  /** Chinese source code that decides the label: AU, CC, CD or a province's two letters; '' for others. */
  sourceCode: string
  evaluation: Evaluation
  kind: QuakeKind
  /** Null only for a cancel or delete that carries none. */
  originTime: Instant | null
  /** When the source issued this version, if it says. */
  issuedAt: Instant | null
  /** Degrees, north positive; null only for cancel/delete or a version without a hypocentre. */
  latitude: number | null
  /** Degrees, east positive. */
  longitude: number | null
  /** Kilometres, down positive; null when unknown. A CENC 0 stays 0: the kind gate needs to see it. */
  depthKm: number | null
  /** Null when missing, zero or a sentinel. */
  magnitude: Magnitude | null
  /** The source's place text, NFC, controls and bidi marks removed, at most 60 characters (61: the source gave more); '' when none. */
  place: string
  /** Origin time spelled in the id, if the id spells one (second 60 is legal there); for the 5 s check. */
  idTime: Instant | null
}

/** A row that was understood and deliberately left aside (an early warning, an intensity product, a heartbeat). */
export interface IgnoredRow {
  row: number
  reason: string
}

/** A row that could not be used; its neighbours go on (DESIGN L10). */
export interface RefusedRow {
  row: number
  /** Kebab-case name of the rule it broke, e.g. latitude-range. */
  rule: string
  /** Which field, which value, what is expected. */
  reason: string
}

export interface ParsedFeed {
  reports: QuakeReport[]
  refused: RefusedRow[]
  ignored: IgnoredRow[]
}

/** Turns one decoded payload into reports. Pure. Throws UnreadableFeed when nothing in it can be read. */
export type ParseFeed = (text: string) => ParsedFeed

/** The same where the parser is asynchronous (rss-parser); callers await either. Rejects with UnreadableFeed. */
export type ParseFeedLater = (text: string) => Promise<ParsedFeed>

/** The payload as a whole is not what its format says; answered with 422 at the door, recorded for a polled feed. */
export class UnreadableFeed extends Error {
  readonly rule: string
  constructor(rule: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UnreadableFeed'
    this.rule = rule
  }
}
