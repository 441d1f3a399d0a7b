// In: the policy, the sources that may speak. Out: which rules would hold their first words now, why and since when.
// Must not wait for a quake: what is missing at night is told by day (DESIGN §5: auto must not turn into hold unseen).
import type { Instant } from '../instant.ts'
import type { NoticeKind } from '../notice.ts'
import type { Authorisation, Policy, Rule, When } from './policy.ts'
import { describeStale, NOTICES } from './rules.ts'

export interface Foreseen {
  rules: string[]
  kind: NoticeKind
  /** False where only some of the rule's quakes or sources would be held. */
  whole: boolean
  why: string
  /** Null where it has never been otherwise, or nobody knows. */
  since: Instant | null
}

/**
 * Looks at every rule that speaks by itself.
 * @param sources ids of feeds and doors whose determinations may make a first word
 */
export function foreseeHolds(policy: Policy, sources: readonly string[], now: Instant): Foreseen[] {
  const found = new Map<string, Foreseen>()
  for (const rule of policy.rules) {
    if (rule.mode !== 'auto' && rule.mode !== 'veto') continue
    for (const kind of firstWordsOf(rule)) {
      const fault = findFault(policy, rule, kind, sources, now)
      if (fault === null) continue
      const key = `${kind} ${fault.why}`
      const there = found.get(key)
      if (there) there.rules.push(rule.name)
      else found.set(key, { rules: [rule.name], kind, ...fault })
    }
  }
  return [...found.values()]
}

/** 规则 near 的自动速报将全部转为待核：… */
export function describeForeseen({ rules, kind, whole, why }: Foreseen): string {
  const how = whole ? '将全部转为待核，由人工核发' : '有一部分将转为待核'
  return `规则 ${rules.join('、')} 的${NOTICES[kind]}${how}：${why}`
}

/** Follow-ups are never held for want of a signature (judge.ts). */
function firstWordsOf({ notice, when }: Rule): NoticeKind[] {
  const kinds: NoticeKind[] =
    when.evaluation === 'automatic'
      ? ['quick-report']
      : when.evaluation === 'reviewed'
        ? ['formal-report']
        : ['quick-report', 'formal-report']
  return notice === undefined ? kinds : kinds.filter((kind) => kind === notice)
}

function findFault(
  policy: Policy,
  rule: Rule,
  kind: NoticeKind,
  sources: readonly string[],
  now: Instant,
): Pick<Foreseen, 'whole' | 'why' | 'since'> | null {
  const ofKind = policy.authorisations.filter(({ template }) => template === kind)
  const live = ofKind.filter((each) => describeStale(each, policy.templateHashes, now) === null)
  if (live.length === 0) {
    const why = ofKind.slice(0, 3).map((each) => `${each.id} ${describeStale(each, policy.templateHashes, now) ?? ''}`)
    const since = ofKind.map((each) => staleSince(each, policy, now)).filter((at) => at !== null)
    return {
      whole: true,
      why: why.length === 0 ? `没有${NOTICES[kind]}的预授权` : why.join('；'),
      since: since.length === 0 ? null : Math.max(...since),
    }
  }
  const covering = live.filter(({ when }) => covers(when, rule.when, kind))
  if (covering.length === 0) return { whole: false, why: '预授权的条件窄于规则', since: null }
  const bare = sources.filter((source) => !covering.some((each) => each.sources.includes(source)))
  if (bare.length === 0) return null
  const whole = bare.length === sources.length
  return { whole, why: `来源 ${bare.slice(0, 5).join('、')} 未列入预授权`, since: null }
}

/** When an authorisation ceased to be live; null while it is, or where nobody knows. */
function staleSince(authorisation: Authorisation, policy: Policy, now: Instant): Instant | null {
  const { endedAt, expiresAt, template, sha256 } = authorisation
  const times = [
    ...(endedAt === undefined ? [] : [endedAt]),
    ...(now >= expiresAt ? [expiresAt] : []),
    ...(sha256 === policy.templateHashes[template] ? [] : [policy.hashesSince?.[template] ?? Infinity]),
  ]
  const first = Math.min(...times)
  return Number.isFinite(first) ? first : null
}

/** Whether every quake that `narrow` speaks of is one that `wide` speaks of. */
function covers(wide: When, narrow: When, kind: NoticeKind): boolean {
  const evaluation = kind === 'quick-report' ? 'automatic' : 'reviewed'
  const atLeast = (a: number | undefined, b: number | undefined): boolean =>
    a === undefined || (b !== undefined && b >= a)
  return (
    atLeast(wide.minMagnitude, narrow.minMagnitude) &&
    atLeast(wide.minIntensity, narrow.minIntensity) &&
    (wide.maxDistanceKm === undefined || (narrow.maxDistanceKm ?? Infinity) <= wide.maxDistanceKm) &&
    (wide.region === undefined || wide.region === narrow.region) &&
    (wide.evaluation === undefined || wide.evaluation === evaluation) &&
    (wide.kinds === undefined || (narrow.kinds?.every((one) => wide.kinds?.includes(one)) ?? false))
  )
}

/** True where a live authorisation speaks of all that a stale one spoke of: then nobody misses it. */
export function isReplaced(stale: Authorisation, policy: Policy, now: Instant): boolean {
  return policy.authorisations.some(
    (each) =>
      each.template === stale.template &&
      describeStale(each, policy.templateHashes, now) === null &&
      covers(each.when, stale.when, stale.template) &&
      stale.sources.every((source) => each.sources.includes(source)),
  )
}
