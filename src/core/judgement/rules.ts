// In: a determination with its distances and intensities. Out: which rule speaks, and whether it is authorised.
// Must not look at gates; a rule only says what would be said, where, in which mode (DESIGN §4.5, §5 "when").
import { estimateAt, type EstimatedIntensity } from '../intensity/estimate.ts'
import type { Instant } from '../instant.ts'
import type { NoticeKind, SpokenOrigin } from '../notice.ts'
import { distanceKm } from '../places/distance.ts'
import type { Evaluation } from '../quake-report.ts'
import type { Authorisation, Policy, Rule, WatchedPlace, When } from './policy.ts'

/** What an estimate says at each place of the bureau; intensity is null where the model does not reach. */
export interface Exposure {
  homeKm: number
  homeIntensity: number | null
  /** Largest estimate at home and the watched places; null when the model reaches none. */
  maxIntensity: number | null
  places: { place: WatchedPlace; km: number; intensity: EstimatedIntensity | null }[]
}

/** Estimates the shaking at home and every watched place. */
export function estimateExposure(origin: SpokenOrigin, policy: Policy): Exposure {
  const places = [policy.home, ...policy.watch].map((place) => ({
    place,
    km: distanceKm(origin, place),
    intensity: estimateAt(policy.attenuation, origin, place),
  }))
  const home = places[0]
  const values = places.map((p) => p.intensity?.larger ?? null).filter((v) => v !== null)
  return {
    homeKm: home?.km ?? Infinity,
    homeIntensity: home?.intensity?.larger ?? null,
    maxIntensity: values.length > 0 ? Math.max(...values) : null,
    places,
  }
}

/** True when every given key holds. Intensities and magnitudes are compared as they are, not rounded. */
export function matches(when: When, origin: SpokenOrigin, evaluation: Evaluation, exposure: Exposure): boolean {
  if (when.minMagnitude !== undefined && origin.magnitude < when.minMagnitude) return false
  if (when.maxDistanceKm !== undefined && exposure.homeKm > when.maxDistanceKm) return false
  if (when.minIntensity !== undefined && (exposure.maxIntensity ?? -Infinity) < when.minIntensity) return false
  if (when.region !== undefined && (when.region === 'domestic') !== origin.domestic) return false
  if (when.evaluation !== undefined && when.evaluation !== evaluation) return false
  return when.kinds === undefined || when.kinds.includes(origin.kind)
}

/** First matching rule, or null: then the determination is only recorded. */
export function findRule(
  policy: Policy,
  kind: NoticeKind,
  origin: SpokenOrigin,
  evaluation: Evaluation,
  exposure: Exposure,
): Rule | null {
  return (
    policy.rules.find(
      (rule) => (rule.notice === undefined || rule.notice === kind) && matches(rule.when, origin, evaluation, exposure),
    ) ?? null
  )
}

/** DESIGN §5: what stands without `rules` in the YAML. */
export const DEFAULT_RULES: readonly Rule[] = [
  { name: 'felt-here', when: { minIntensity: 1.5 }, outlets: ['*'], mode: 'auto', vetoSeconds: 0 },
  { name: 'near', when: { minMagnitude: 4, maxDistanceKm: 300 }, outlets: ['*'], mode: 'auto', vetoSeconds: 0 },
  {
    name: 'strong-domestic',
    when: { minMagnitude: 6, region: 'domestic' },
    outlets: ['channel:website', 'channel:weibo'],
    mode: 'auto',
    vetoSeconds: 0,
  },
  {
    name: 'great-abroad',
    when: { minMagnitude: 7, region: 'abroad' },
    outlets: ['channel:website'],
    mode: 'auto',
    vetoSeconds: 0,
  },
]

/** A reason is read at night: what was signed years ago is not told one by one. */
const MOST_REASONS = 4

export const NOTICES: Readonly<Record<NoticeKind, string>> = {
  'quick-report': '自动速报',
  'formal-report': '正式速报',
  revision: '修订',
  correction: '更正',
  withdrawal: '撤回',
  'no-quake': '未发生地震公告',
  bulletin: '震情通报',
  science: '科普',
  announcement: '通知公告',
  rebuttal: '辟谣公告',
}

export type AuthorisationFinding = { ok: true; authorisation: Authorisation } | { ok: false; reason: string }

/** Finds the live authorisation that covers this notice; else says why the nearest one does not. */
export function findAuthorisation(
  policy: Policy,
  now: Instant,
  kind: NoticeKind,
  source: string,
  test: (when: When) => boolean,
): AuthorisationFinding {
  const ofKind = policy.authorisations.filter((a) => a.template === kind)
  if (ofKind.length === 0) return { ok: false, reason: `没有${NOTICES[kind]}的预授权` }
  const reasons: string[] = []
  for (const authorisation of ofKind) {
    const fault = findFault(authorisation, policy, now, source, test)
    if (fault === null) return { ok: true, authorisation }
    reasons.push(`${authorisation.id} ${fault}`)
  }
  const told = reasons.slice(0, MOST_REASONS).join('；')
  const more = reasons.length > MOST_REASONS ? ` 等${reasons.length}项` : ''
  return { ok: false, reason: `没有适用的预授权（${told}${more}）` }
}

function findFault(
  authorisation: Authorisation,
  policy: Policy,
  now: Instant,
  source: string,
  test: (when: When) => boolean,
): string | null {
  const stale = describeStale(authorisation, policy.templateHashes, now)
  if (stale) return stale
  if (!authorisation.sources.includes(source)) return `未列来源 ${source}`
  return test(authorisation.when) ? null : '规定的条件未满足'
}

/** Why an authorisation is not live, whatever the quake; null when it is. Said at start and on /readyz. */
export function describeStale(
  authorisation: Authorisation,
  hashes: Readonly<Record<string, string>>,
  now: Instant,
): string | null {
  if (authorisation.endedAt !== undefined) return '已撤销'
  if (authorisation.sha256 !== hashes[authorisation.template]) return '签署后模板有改动'
  if (now >= authorisation.expiresAt) return '已过有效期'
  return now < authorisation.signedAt ? '签署时间未到' : null
}
