// In: a notice, what its lineage has published as CAP before, the bureau. Out: its CAP message, or why it is none.
// Must not invent: no value that the notice does not state, and an estimate says that it is one. Same input, same bytes.
import { roundDecimal } from '../decimal.ts'
import { formatOffset, HOUR, parseZonedTime, type Instant } from '../instant.ts'
import type { AttenuationModel } from '../intensity/attenuation.ts'
import { estimateAt, estimateIntensity } from '../intensity/estimate.ts'
import { isFelt, roundIntensity } from '../intensity/felt.ts'
import type { WatchedPlace } from '../judgement/policy.ts'
import type { NoticeFacts, SpokenOrigin } from '../notice.ts'
import { formatDepth, formatMagnitude, formatPosition } from '../rendering/format.ts'
import { kindWord, labelOf } from '../rendering/label.ts'
import type { AlertReference, CapAlert, CapArea, NamedValue } from './alert.ts'

export interface AlertSubject {
  /** The notice's own id: with the sender's domain it is the message's, for ever. */
  id: string
  /** Quake of the notice; '' for none. */
  quake: string
  facts: NoticeFacts
  title: string
  text: string
}

export interface AlertSetting {
  /** A domain, or an address at one. */
  sender: string
  /** What the lineage has published before, oldest first. */
  chain: readonly AlertReference[]
  demonstration: boolean
  /** Home, then the watched places. */
  places: readonly WatchedPlace[]
  attenuation: AttenuationModel
}

export type ComposedAlert = { ok: true; alert: CapAlert } | { ok: false; rule: string }

/** How long aggregators show it: felt shocks and follow-ups come within the first day. */
const SHOWN_FOR = 24 * HOUR
/** Where the model may not be used: a circle that is none would not be drawn at all. */
const PLAIN_RADIUS_KM = 50
const RADIUS_STEP_KM = 10
/** What the circle is. Outside our own pages an estimate says at most that a shock may be felt (DESIGN §6 "Felt"). */
const MODEL_AREA = '圆形范围为模型估算的可能有感范围，非烈度速报，也不是灾情'
const PLAIN_AREA = '圆形范围仅标示震中位置，不表示影响范围'
const MOST_GEOCODES = 50

/**
 * Makes a notice's message: Alert for the first, Update for what follows, Cancel for a withdrawal.
 * no-quake (and, later, rebuttals) are refused: CAP has no message that says "nothing happened"; aggregators would show any
 * Alert about it as an alert (channels.md §4). Where something was published, its Cancel says so.
 */
export function composeAlert(subject: AlertSubject, setting: AlertSetting): ComposedAlert {
  const { facts } = subject
  const withdrawal = facts.kind === 'withdrawal'
  if (facts.kind === 'no-quake' || (!withdrawal && facts.origin === null))
    return { ok: false, rule: 'cap-not-an-alert' }
  if (withdrawal && setting.chain.length === 0) return { ok: false, rule: 'cap-nothing-to-cancel' }
  const { mark, says } = exerciseOf(facts, setting.demonstration)
  const sentAt = sentAfter(setting.chain, facts.issuedAt)
  const sent = formatOffset(sentAt)
  const described = withdrawal ? describeWithdrawal(facts) : describeQuake(facts, setting)
  return {
    ok: true,
    alert: {
      identifier: `${domainOf(setting.sender)}.${subject.id}`,
      sender: setting.sender,
      sent,
      status: mark === '' ? 'Actual' : 'Exercise',
      msgType: withdrawal ? 'Cancel' : setting.chain.length === 0 ? 'Alert' : 'Update',
      note: [says, withdrawal ? subject.text : ''].filter(Boolean).join(''),
      references: setting.chain,
      incidents: subject.quake,
      info: {
        ...described,
        effective: sent,
        expires: formatOffset(sentAt + SHOWN_FOR),
        senderName: facts.bureauName,
        headline: withMark(mark, subject.title),
        description: withMark(mark, subject.text),
        web: facts.url,
      },
    },
  }
}

/** As it was issued, but never before what it names: a clock that was set back must not keep a Cancel from being published. */
function sentAfter(chain: readonly AlertReference[], issuedAt: Instant): Instant {
  return Math.max(issuedAt, ...chain.map(({ sent }) => parseZonedTime(sent) ?? issuedAt))
}

/** cap@dzj.example.cn and dzj.example.cn both stand for dzj.example.cn. */
function domainOf(sender: string): string {
  return sender.slice(sender.lastIndexOf('@') + 1)
}

function exerciseOf(facts: NoticeFacts, demonstration: boolean): { mark: string; says: string } {
  if (facts.class !== 'actual') return { mark: '【演练】', says: '【演练】本消息为演练，不是真实震情。' }
  if (demonstration) return { mark: '【演示】', says: '【演示】本消息为系统演示，内容取自历史地震回放，不是真实震情。' }
  return { mark: '', says: '' }
}

/** A drill's texts carry their mark already. */
function withMark(mark: string, text: string): string {
  return text.startsWith(mark) ? text : `${mark}${text}`
}

type Described = Pick<
  CapAlert['info'],
  'event' | 'responseType' | 'severity' | 'certainty' | 'onset' | 'parameters' | 'area'
>

function describeWithdrawal({ serial, report, withdrawal }: NoticeFacts): Described {
  return {
    event: '地震',
    responseType: 'None',
    severity: 'Unknown',
    certainty: withdrawal === 'no-quake' ? 'Unlikely' : 'Unknown',
    onset: '',
    parameters: [{ valueName: 'Serial', value: `${serial} 第${report}报` }],
    // A withdrawal does not restate where (its references tell what it takes back).
    area: null,
  }
}

function describeQuake(facts: NoticeFacts, setting: AlertSetting): Described {
  const origin = facts.origin as SpokenOrigin
  const label = labelOf(origin.sourceCode, origin.automatic)
  const automatic = label.automatic || facts.kind === 'quick-report'
  const kind = kindWord(origin.kind)
  // As in the notice's own sentence: an automatic determination's depth is not told.
  const depth = automatic ? '' : formatDepth(origin.depthKm, kind !== null)
  const degrees =
    kind === null ? setting.places.map((place) => estimateAt(setting.attenuation, origin, place)?.larger ?? null) : []
  const worst = Math.max(...degrees.map((degree) => degree ?? -Infinity), -Infinity)
  const severity = severityOf(worst)
  const range = kind === null ? rangeOf(origin, setting.attenuation) : null
  const parameters: NamedValue[] = [
    { valueName: 'Magnitude', value: formatMagnitude(origin.magnitude) },
    ...(depth === '' ? [] : [{ valueName: 'Depth', value: depth.replace('千米', ' km') }]),
    { valueName: 'OriginTime', value: formatOffset(origin.originTime) },
    { valueName: 'SolutionType', value: label.full },
    { valueName: 'Serial', value: `${facts.serial} 第${facts.report}报` },
    ...(severity === 'Unknown'
      ? []
      : [{ valueName: 'SeverityBasis', value: '本地及关注地点的模型估算，非烈度速报，也不是灾情' }]),
    { valueName: 'AreaBasis', value: range === null ? PLAIN_AREA : MODEL_AREA },
  ]
  return {
    event: kind?.mark ?? '地震',
    responseType: 'Monitor',
    severity,
    certainty: automatic ? 'Likely' : 'Observed',
    onset: formatOffset(origin.originTime),
    parameters,
    area: areaOf(facts, origin, setting, { natural: kind === null, range }),
  }
}

/** By the largest estimate at the places that the bureau answers for (channels.md §4). */
function severityOf(degree: number): CapAlert['info']['severity'] {
  if (degree === -Infinity) return 'Unknown'
  const whole = roundIntensity(degree)
  if (whole >= 10) return 'Extreme'
  if (whole >= 8) return 'Severe'
  return whole >= 6 ? 'Moderate' : 'Minor'
}

function areaOf(
  facts: NoticeFacts,
  origin: SpokenOrigin,
  setting: AlertSetting,
  { natural, range }: { natural: boolean; range: number | null },
): CapArea {
  const home = facts.home === null ? '' : `，距${facts.home.name}${facts.home.distanceKm}千米`
  const felt = setting.places.filter((place) => {
    const estimate = natural ? estimateAt(setting.attenuation, origin, place) : null
    return estimate !== null && isFelt(estimate)
  })
  return {
    areaDesc: `震中${origin.place}（${formatPosition(origin.latitude, origin.longitude)}）${home}`,
    latitude: roundDecimal(origin.latitude, 2),
    longitude: roundDecimal(origin.longitude, 2),
    radiusKm: range ?? (natural ? PLAIN_RADIUS_KM : RADIUS_STEP_KM),
    geocodes: felt.slice(0, MOST_GEOCODES).map(({ code }) => ({ valueName: 'GB/T 2260', value: code })),
  }
}

/** How far the model expects anybody to feel it, in whole tens of kilometres; null where it may not be used. */
function rangeOf(origin: SpokenOrigin, model: AttenuationModel): number | null {
  if (estimateIntensity(model, origin.magnitude, 0, origin.depthKm) === null) return null
  let range = RADIUS_STEP_KM
  for (let km = range; km <= model.validKm; km += RADIUS_STEP_KM) {
    const estimate = estimateIntensity(model, origin.magnitude, km, origin.depthKm)
    if (estimate === null || !isFelt(estimate)) break
    range = km
  }
  return range
}
