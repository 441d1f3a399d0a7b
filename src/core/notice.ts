// In: nothing. Out: the words of the notice ledger: kinds, reasons, facts, rendered texts.
// Must not format anything; that is render's work.
import type { Attachment } from './attachments/attachment.ts'
import type { Instant } from './instant.ts'
import type { QuakeKind, TrafficClass } from './quake-report.ts'

export const NOTICE_KINDS = [
  'quick-report',
  'formal-report',
  'revision',
  'correction',
  'withdrawal',
  'no-quake',
] as const
/** What a person writes and another approves (core/writing): no rule speaks these, no authorisation covers them. */
export const WRITTEN_KINDS = ['bulletin', 'science', 'announcement', 'rebuttal'] as const
export const EVERY_KIND = [...NOTICE_KINDS, ...WRITTEN_KINDS] as const
export type NoticeKind = (typeof EVERY_KIND)[number]

/** True for words that state no determination and answer none: they are never what a quake's page is about. */
export function isWritten(kind: string): boolean {
  return WRITTEN_KINDS.some((each) => each === kind)
}

/** True for a rebuttal that corrects an earlier one of its lineage: its texts begin with 【更正】 (DESIGN §5). */
export function isCorrecting({ kind, report }: Pick<NoticeFacts, 'kind' | 'report'>): boolean {
  return kind === 'rebuttal' && report > 1
}

/** Splits what people write, 银震信〔2017〕12号 第2报, into the serial and the report; null where none is named. */
export function splitSerial(written: string): { serial: string; report: number | null } {
  const [, serial = written, report] = /^(.*?)\s*第(\d+)报$/.exec(written) ?? []
  return { serial, report: report === undefined ? null : Number(report) }
}

/** Why a notice is withdrawn (DESIGN §6); 未发生 may be said for no-quake only. */
export const WITHDRAWAL_REASONS = [
  'no-quake',
  'duplicate',
  'wrong-parameters',
  'not-natural',
  'drill-leak',
  'sent-in-error',
] as const
export type WithdrawalReason = (typeof WITHDRAWAL_REASONS)[number]

/** The determination a text speaks of. Values are already the preferred ones; never averaged. */
export interface SpokenOrigin {
  originTime: Instant
  latitude: number
  longitude: number
  /** Kilometres; null is left out of the text. */
  depthKm: number | null
  /** M, one decimal. */
  magnitude: number
  kind: QuakeKind
  /** Reviewed Chinese place name, already safe to print. */
  place: string
  /** Source code the label is chosen by: AU, CC, CD, or a province's letters (FJ …). */
  sourceCode: string
  /** No analyst has looked at it: a province's letters stand on automatic and formal determinations alike. */
  automatic: boolean
  /** True when the place is in the 34 province-level units or a listed sea. */
  domestic: boolean
}

/** What is printed about one district: name and whole kilometres from the epicentre. */
export interface PlaceDistance {
  name: string
  distanceKm: number
}

/** Everything a notice template may print; values only, the formatting is fixed by render. */
export interface NoticeFacts {
  kind: NoticeKind
  class: TrafficClass
  bureauName: string
  bureauShortName: string
  /** 银震信〔2017〕12号 */
  serial: string
  /** N of 第N报, from 1. */
  report: number
  /** Full short address, <publicUrl>/n/<code>. */
  url: string
  issuedAt: Instant
  /** The determination this notice states. Null for no-quake, and for a withdrawal (which must not restate it). */
  origin: SpokenOrigin | null
  /** What the previous notice of the lineage stated; for revision and correction. */
  previous: SpokenOrigin | null
  /** Serial with 第N报 of the notice that this one replaces or withdraws; '' for the first. */
  replaces: string
  /** Instant the replaced notice was issued; null for the first. */
  replacedIssuedAt: Instant | null
  withdrawal: WithdrawalReason | null
  /** For no-quake (and a withdrawal for that reason): what was checked. */
  checked: CheckedArea | null
  /** Nearest reviewed places, ascending, for the article and the page. */
  nearest: PlaceDistance[]
  /** Distance from the bureau's home, whole kilometres; null without an epicentre. */
  home: PlaceDistance | null
  /** True when the model expects it to be felt at home or a watched place: prints 部分地区可能有感, never 有感. */
  maybeFelt: boolean
  /** What a person wrote; left out of every notice that follows from a determination. */
  written?: WrittenWords
  /** The draft that was approved, by its id and hash; its release is one with the notice (000023-drafts.sql). */
  draft?: { id: string; hash: string; saidAt?: string }
  /** Files that stand below the text on the website, in order; left out where there are none. */
  attachments?: readonly Attachment[]
}

/** The words of a bulletin, a science text or an announcement; checked by core/writing/fields.ts. */
export interface WrittenWords {
  heading: string
  /** One sentence or two that stand alone: what Weibo and a push carry. */
  summary: string
  paragraphs: string[]
  /** Of a bulletin: how many aftershocks until when. */
  shocks: ShockCount | null
  /** Of a rebuttal: what is said, once, and what we found. */
  rebuttal?: { claim: string; verdict: Verdict; evidence: string }
  /** The province's opinion, quoted; never our own (地震预报管理条例 art 14, 22). */
  trend: { issuer: string; issuedAt: Instant; words: string } | null
}

/** What a claim was found to be (rumours.md §1); true reports are answered, too. */
export const VERDICTS = ['不实', '部分不实', '缺乏依据', '旧闻重提', '属实'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface ShockCount {
  asOf: Instant
  total: number
  /** 4.0–4.9级 and how many; empty, or they sum to the total. */
  bands: { band: string; count: number }[]
}

/** Window, area and magnitude floor that a 未发生 statement speaks of (wording-and-rules.md §2.6). */
export interface CheckedArea {
  from: Instant
  to: Instant
  area: string
  /** Statement holds for this magnitude and above, M, one decimal. */
  magnitudeFloor: number
  /** What shook instead, if a person knows (施工, 爆破); '' otherwise. */
  cause: string
}

/** One notice in every form it can take; the keys are template suffixes (weibo, weibo-brief, wechat-title …). */
export interface RenderedNotice {
  title: string
  /** The canonical text, as the website and the API give it. */
  text: string
  variants: Record<string, string>
}
