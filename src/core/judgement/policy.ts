// In: the YAML's judgement part, already checked. Out: the types and defaults that gates and rules read.
// Must not hold any place, source or threshold that belongs to one bureau.
import type { AttenuationModel } from '../intensity/attenuation.ts'
import { HOUR, MINUTE, SECOND, type Instant } from '../instant.ts'
import type { NoticeKind } from '../notice.ts'
import type { Evaluation, QuakeKind, TrafficClass } from '../quake-report.ts'

/** Home of the bureau, or a place it watches; siteTerm is added to the model intensity (0 … +1, wording §4.1). */
export interface WatchedPlace {
  name: string
  code: string
  latitude: number
  longitude: number
  siteTerm: number
}

/** All given keys must hold (DESIGN §5 "when"). */
export interface When {
  minMagnitude?: number | undefined
  maxDistanceKm?: number | undefined
  minIntensity?: number | undefined
  region?: 'domestic' | 'abroad' | undefined
  evaluation?: Evaluation | undefined
  kinds?: readonly QuakeKind[] | undefined
}

export type RuleMode = 'auto' | 'veto' | 'hold' | 'record'

export interface Rule {
  name: string
  when: When
  /** Notice kinds the rule speaks for; empty means whichever the determination calls for. */
  notice?: NoticeKind | undefined
  /** Outlet ids, or ['*'] for every outlet of the class. */
  outlets: readonly string[]
  mode: RuleMode
  vetoSeconds: number
}

/** A recorded pre-approval: fixed template + listed sources + threshold, signed by a person (wording §0.5). */
export interface Authorisation {
  id: string
  template: NoticeKind
  /** Hash the signer saw. */
  sha256: string
  sources: readonly string[]
  when: When
  signedBy: string
  signedAt: Instant
  expiresAt: Instant
  /** 信息上网发布等级, recorded with every notice it covers. */
  publicationLevel: string
  /** 保密审查 outcome, recorded likewise. */
  secrecyReview: string
  /** When a person ended it before its time. */
  endedAt?: Instant | undefined
}

/** Every figure a gate compares with; DESIGN §6 and feeds.md §3–4 give the reasons. */
export interface GateThresholds {
  clockSkewMs: number
  futureMs: number
  domesticAgeMs: number
  abroadAgeMs: number
  idTimeMs: number
  holdMagnitude: number
  agreeMagnitude: number
  agreeKm: number
  contradictMagnitude: number
  contradictKm: number
  deepQuakeMagnitude: number
  deepQuakeKm: number
  deepQuakeMs: number
  provincialWaitMs: number
  bulkRows: number
  bulkAgeMs: number
  quickReportLifeMs: number
  withdrawalVetoMs: number
  aftershockStep: number
  aftershockIntensity: number
  aftershockMs: number
  aftershockKm: number
  feltIntensity: number
  swapKm: number
}

export const DEFAULT_GATES: GateThresholds = {
  clockSkewMs: 60 * SECOND,
  futureMs: 60 * SECOND,
  domesticAgeMs: 2 * HOUR,
  abroadAgeMs: 6 * HOUR,
  idTimeMs: 5 * SECOND,
  holdMagnitude: 6.5,
  agreeMagnitude: 0.7,
  agreeKm: 100,
  contradictMagnitude: 1,
  contradictKm: 100,
  deepQuakeMagnitude: 6.5,
  deepQuakeKm: 100,
  deepQuakeMs: 20 * MINUTE,
  provincialWaitMs: 10 * MINUTE,
  bulkRows: 20,
  bulkAgeMs: 15 * MINUTE,
  quickReportLifeMs: 30 * MINUTE,
  withdrawalVetoMs: 120 * SECOND,
  aftershockStep: 0.5,
  aftershockIntensity: 2.5,
  aftershockMs: 72 * HOUR,
  aftershockKm: 100,
  feltIntensity: 1.5,
  swapKm: 100,
}

export interface Policy {
  home: WatchedPlace
  watch: readonly WatchedPlace[]
  attenuation: AttenuationModel
  gates: GateThresholds
  rules: readonly Rule[]
  authorisations: readonly Authorisation[]
  /** Hash of each kind's template as loaded now, of written ones for the journal alone; an authorisation with another hash is stale. */
  templateHashes: Readonly<Record<string, string>>
  /** Hashes of the shipped templates where edited ones are in force: what speaks should an edited one not fill. */
  shippedHashes?: Readonly<Record<string, string>> | undefined
  /** The edited version in force; left out where the shipped templates are. */
  templateVersion?: string | undefined
  /** Since when each kind's hash stands, where a person put it in force. */
  hashesSince?: Readonly<Record<string, Instant>> | undefined
  /** Two letters of the bureau's province (NX, AH …), from the first two digits of home.code. */
  provinceLetters: string
}

/** What the world is like while a row is judged. */
export interface Circumstances {
  now: Instant
  /** Own clock minus the median of HTTP Date headers; null while nothing was measured. */
  clockOffMs: number | null
  /** True when the poll brought more new rows than gates.bulkRows. */
  bulk: boolean
  /** True for the first poll of a source without stored state: record, say nothing. */
  seeding: boolean
  class: TrafficClass
  /** Global kill switch: stops everything but withdrawals. */
  killed: boolean
  /** The installation's present, where it is not `now`: a drill runs by another clock, signatures do not. */
  presentAt?: Instant
}
