// In: a word that may be said. Out: its rows: lineage, notice, one delivery per outlet and leg with its first attempt.
// Must not write or send; what it returns is committed whole or not at all (DESIGN §4.7).
import type { NoticeNames, Priority } from '../core/channel.ts'
import { beijingParts, formatUtc, type Instant } from '../core/instant.ts'
import {
  isCorrecting,
  type CheckedArea,
  type NoticeFacts,
  type NoticeKind,
  type PlaceDistance,
  type SpokenOrigin,
} from '../core/notice.ts'
import { listDistances } from '../core/places/nearest.ts'
import { headOf, type Lineage, type SpokenNotice } from '../core/quake.ts'
import type { Evaluation, TrafficClass } from '../core/quake-report.ts'
import { isFormal, voiceOf } from '../core/judgement/prefer.ts'
import type { Policy } from '../core/judgement/policy.ts'
import type { ApprovedDraft } from '../core/judgement/judgement.ts'
import type { Word } from '../core/judgement/judge.ts'
import type { Renderer } from '../core/rendering/renderer.ts'
import { LEASE_MS } from '../store/deliveries.ts'
import type { DeliveryRow, LineageRow, NoticeRow } from '../store/plan.ts'
import { addressOutlets, isBarred, legsOf, type Outlet } from './outlets.ts'
import { counterKey, type Picture } from './picture.ts'

/** The bureau as its notices name it. */
export interface BureauIdentity {
  name: string
  shortName: string
  publicUrl: string
  serialPrefix: string
}

export interface SpeakContext {
  bureau: BureauIdentity
  policy: Policy
  renderer: Renderer
  /** The shipped templates where edited ones are in force: a bad edit never silences a word. */
  reserve?: Renderer | null
  outlets: readonly Outlet[]
  node: string
  now: Instant
  /** 32 hex digits. */
  random: () => string
  /** desk or system: who said it, as the journal names them. */
  actor: string
}

export interface Speech {
  lineage: LineageRow | null
  notice: NoticeRow
  deliveries: DeliveryRow[]
  facts: NoticeFacts
  /** Outlets whose texts could not be composed, for an alarm each. */
  unfit: { outlet: string; reason: string }[]
}

export const PRIORITY: Readonly<Record<NoticeKind, Priority>> = {
  withdrawal: 0,
  correction: 0,
  'formal-report': 1,
  revision: 1,
  'quick-report': 2,
  'no-quake': 3,
  rebuttal: 3,
  bulletin: 3,
  science: 3,
  announcement: 3,
}

/** What puts right goes before what is new, and past the register (isBarred). */
const priorityOf = ({ kind, report_no: report }: NoticeRow): Priority =>
  isCorrecting({ kind: kind as NoticeKind, report }) ? 0 : PRIORITY[kind as NoticeKind]

/** Code letters without look-alikes; 8 of them give 40 bits: not guessable by walking, short enough to type. */
const CODE_LETTERS = '23456789abcdefghjkmnpqrstuvwxyzB'
const NEAREST = 5

/**
 * Makes the rows of one notice.
 * @param checked for a no-quake statement or withdrawal: what was checked
 * @throws RenderFailure when a template has a hole; the caller turns that into a hold
 */
export function speak(
  word: Word,
  quakeId: string | null,
  trafficClass: TrafficClass,
  picture: Picture,
  context: SpeakContext,
  checked: CheckedArea | null = null,
): Speech {
  const { now, random } = context
  const lineage = word.lineage ? null : openLineage(quakeId, trafficClass, picture, context)
  const standing = word.lineage
  const head = standing ? headOf(standing) : null
  const serial = standing?.serial ?? lineage?.serial ?? ''
  const report = (head?.report ?? 0) + 1
  const code = codeFrom(random())
  const facts = gatherFacts(
    word,
    { serial, report, head, trafficClass, checked, url: `${context.bureau.publicUrl}/n/${code}` },
    context,
  )
  const outlets = addressOutlets(word, trafficClass, context.outlets)
  // Only texts that somebody carries are made: rendering is most of the time between decision and first byte.
  const wanted = new Set(outlets.flatMap((outlet) => outlet.channel.variants))
  const rendered = context.renderer.render(facts, wanted)
  const noticeId = `n-${random().slice(0, 20)}`
  const evaluation: Evaluation =
    word.origin && word.report ? (isFormal(voiceOf(word.report)) ? 'reviewed' : 'automatic') : 'unknown'
  const notice: NoticeRow = {
    id: noticeId,
    code,
    class: trafficClass,
    lineage_id: standing?.id ?? lineage?.id ?? '',
    report_no: report,
    kind: word.kind,
    supersedes: head?.id ?? null,
    quake_id: quakeId,
    report_id: word.report?.id ?? null,
    title: rendered.title,
    text: rendered.text,
    variants: rendered.variants,
    facts,
    evaluation,
    origin_at: word.report?.originTime == null ? null : formatUtc(word.report.originTime),
    received_at: formatUtc(word.report?.receivedAt ?? now),
    decided_at: formatUtc(now),
    issued_at: formatUtc(facts.issuedAt),
    authorisation_id: word.authorisation?.id ?? null,
    actor: context.actor,
    publication_level: word.authorisation?.publicationLevel ?? word.draft?.grade ?? '',
    secrecy_review: word.authorisation?.secrecyReview ?? word.draft?.secrecyReview ?? '',
    rule: word.rule?.name ?? '',
  }
  const names: NoticeNames = {
    id: noticeId,
    lineage: notice.lineage_id,
    supersedes: notice.supersedes,
    quake: word.draft?.words ? word.draft.quakeId : quakeId,
    originAt: word.report?.originTime ?? null,
    receivedAt: word.report?.receivedAt ?? now,
    decidedAt: now,
  }
  const unfit: Speech['unfit'] = []
  const deliveries = outlets.flatMap((outlet) =>
    legsOf(outlet, word).map((leg) => {
      const composed = outlet.channel.compose(rendered, facts, outlet.config, leg, names)
      if (!composed.ok) unfit.push({ outlet: outlet.id, reason: composed.reason })
      return deliveryRow(notice, outlet, leg, composed, picture, context)
    }),
  )
  return { lineage, notice, deliveries, facts, unfit }
}

function openLineage(
  quakeId: string | null,
  trafficClass: TrafficClass,
  picture: Picture,
  context: SpeakContext,
): LineageRow {
  const { year } = beijingParts(context.now)
  const number = (picture.counters.get(counterKey(trafficClass, year)) ?? 0) + 1
  const drill = trafficClass === 'drill' ? '演' : ''
  return {
    id: `l-${context.random().slice(0, 20)}`,
    class: trafficClass,
    quake_id: quakeId,
    year,
    number,
    serial: `${context.bureau.serialPrefix}${drill}〔${year}〕${number}号`,
  }
}

function codeFrom(hex: string): string {
  // Ten digits are 40 bits: a number holds them exactly.
  let value = Number.parseInt(hex.slice(0, 10), 16)
  let code = ''
  for (let letter = 0; letter < 8; letter += 1) {
    code += CODE_LETTERS[value % 32] ?? ''
    value = Math.floor(value / 32)
  }
  return code
}

interface Setting {
  serial: string
  report: number
  head: SpokenNotice | null
  trafficClass: TrafficClass
  checked: CheckedArea | null
  url: string
}

function gatherFacts(word: Word, setting: Setting, context: SpeakContext): NoticeFacts {
  const { bureau, policy, now } = context
  const { head } = setting
  const origin = word.origin
  return {
    kind: word.kind,
    class: setting.trafficClass,
    bureauName: bureau.name,
    bureauShortName: bureau.shortName,
    serial: setting.serial,
    report: setting.report,
    url: setting.url,
    issuedAt: issueAfter(head, now, policy.gates.clockSkewMs),
    origin,
    previous: word.kind === 'revision' || word.kind === 'correction' ? lastOrigin(word.lineage) : null,
    replaces: head ? `${setting.serial} 第${head.report}报` : '',
    replacedIssuedAt: head?.issuedAt ?? null,
    withdrawal: word.withdrawal,
    checked: setting.checked,
    nearest: origin ? listNearest(origin) : [],
    home: origin && word.exposure ? { name: policy.home.name, distanceKm: Math.round(word.exposure.homeKm) } : null,
    maybeFelt: (word.exposure?.maxIntensity ?? -Infinity) >= policy.gates.feltIntensity,
    ...(word.draft ? sayDraft(word.draft) : {}),
  }
}

function sayDraft({
  id,
  hash,
  saidAt,
  words,
  attachments,
}: ApprovedDraft): Pick<NoticeFacts, 'draft' | 'written' | 'attachments'> {
  const files = attachments.length > 0 ? { attachments } : {}
  const draft = { id, hash, ...(saidAt === undefined ? {} : { saidAt }) }
  return { draft, ...(words ? { written: words } : {}), ...files }
}

/**
 * A word is issued after the one that it replaces, also where another node said that one by a clock that is a little ahead:
 * lists are in the order of issue, and a CAP message that is older than what it names is none. Beyond the tolerated skew a
 * clock is wrong, and its time is not carried on.
 */
function issueAfter(head: SpokenNotice | null, now: Instant, skewMs: number): Instant {
  return head !== null && head.issuedAt >= now && head.issuedAt - now <= skewMs ? head.issuedAt + 1 : now
}

function lastOrigin(lineage: Lineage | null): SpokenOrigin | null {
  return lineage?.notices.findLast((notice) => notice.origin !== null)?.origin ?? null
}

function listNearest(origin: SpokenOrigin): PlaceDistance[] {
  if (!origin.domestic) return []
  return listDistances(origin.latitude, origin.longitude, NEAREST)
}

function deliveryRow(
  notice: NoticeRow,
  outlet: Outlet,
  leg: string,
  composed: ReturnType<Outlet['channel']['compose']>,
  picture: Picture,
  context: SpeakContext,
): DeliveryRow {
  const { now } = context
  const killed = picture.killedOutlets.has(outlet.id)
  const priority = priorityOf(notice)
  const barred = isBarred(outlet, picture.admitted, priority)
  const state = !composed.ok
    ? 'failed'
    : killed || barred
      ? 'refused'
      : outlet.mode === 'rehearsal'
        ? 'rehearsal'
        : 'sending'
  const sending = state === 'sending'
  const reason = composed.ok
    ? killed
      ? '渠道已由人工停用，未发送'
      : barred
        ? '账号未经登记批准，未发送'
        : sending
          ? ''
          : '渠道处于预演，未发送'
    : composed.reason
  return {
    id: `d-${context.random().slice(0, 20)}`,
    notice_id: notice.id,
    class: notice.class,
    outlet_id: outlet.id,
    leg,
    priority,
    state,
    content: composed.ok ? composed.content : {},
    due_at: notice.decided_at,
    lease_owner: sending ? context.node : '',
    lease_ms: LEASE_MS,
    attempts: sending ? 1 : 0,
    first_attempt_at: sending ? notice.decided_at : null,
    reason,
    expires_at: notice.kind === 'quick-report' ? formatUtc(now + context.policy.gates.quickReportLifeMs) : null,
  }
}
