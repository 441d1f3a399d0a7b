// In: a determination, the others about the same minutes. Out: the verdicts of the gates that look at who says it.
// Must not let a mirror or a foreign figure speak, and must not stop a CC/CD formal for disagreement (DESIGN §6.6–6.7).
import { roundHalfUp } from '../decimal.ts'
import { MINUTE } from '../instant.ts'
import { hasReportWithin, standingReports, type Quake, type StoredReport } from '../quake.ts'
import { separation } from './associate.ts'
import { PASS, type Gate, type GateInput } from './gate.ts'
import { maySpeak, type Voice } from './prefer.ts'

/** Seismic waves cover about 8 km a second: two solutions of one quake D km apart may differ by D/8 s in time. */
const WAVE_KM_PER_S = 8
const SAME_SHOCK_MS = 30_000
/** Two quakes further apart than this are two quakes, not one located twice. */
const SAME_SHOCK_KM = 600
/** Longest that two solutions of one shock differ in time: isSameShock at its greatest distance. */
const SAME_SHOCK_WIDEST_MS = SAME_SHOCK_MS + (SAME_SHOCK_KM / WAVE_KM_PER_S) * 1000

/** Also the reason of the wait beside another word; one text, or a hold would seem to change. */
export const WAITS_FOR_NATIONAL = '省级台网正式测定须先等候国家台网测定，期满再判定'

const SILENT: Readonly<Record<string, string>> = { mirror: '镜像来源', foreign: '境外来源', context: '参考来源' }

export const authorityGate: Gate = {
  name: 'authority',
  stops: 'a mirror, a foreign catalogue or a model output becoming the bureau’s word',
  passes: 'the same quake the moment an official source gives it',
  words: ['first', 'follow-up'],
  decide: ({ report, provincialWaitUntil, world }) => {
    if (!maySpeak(report.authority)) {
      return { outcome: 'archive', reason: `该条来自${SILENT[report.authority] ?? '非官方来源'}，不能单独发布` }
    }
    if (provincialWaitUntil !== null && world.now < provincialWaitUntil) {
      return {
        outcome: 'wait',
        reason: WAITS_FOR_NATIONAL,
        until: provincialWaitUntil,
      }
    }
    return PASS
  },
}

function nameVoice(voice: Voice): string {
  if (voice === 'national-automatic') return '国家台网自动测定'
  return voice === 'own-automatic' ? '本单位自动测定' : '省级台网自动测定'
}

export const sizeGate: Gate = {
  name: 'size',
  stops: 'the phantom great quake: Luzhou 8.1 (2021), Tokyo Bay 9.1 (2016), Isla Vista 6.8 (2017)',
  passes: 'a great quake with a CC/CD formal (no person needed) or with another agency’s own origin beside it',
  words: ['first', 'follow-up'],
  decide: (input) => {
    const { report, voice, policy } = input
    // What counts is the figure that would be printed: 6.46 would be told as 6.5.
    const value = roundHalfUp(report.magnitude?.value ?? 0, 1)
    if (!isAutomatic(input) || value < policy.gates.holdMagnitude) return PASS
    if (
      otherAgencies(input).some((other) => agrees(report, other, policy.gates.agreeMagnitude, policy.gates.agreeKm))
    ) {
      return PASS
    }
    const reason = `${nameVoice(voice)} M${value.toFixed(1)} 仅有一家来源，须待正式测定、另一机构独立测定或人工核定`
    return { outcome: 'hold', reason }
  },
}

export const contradictionGate: Gate = {
  name: 'contradiction',
  stops: 'two shocks joined into one (Japan 2018), a mislocation 450 km off (Japan 2020)',
  passes: 'an aftershock elsewhere in the same minute; any formal: disagreement only alarms beside it',
  words: ['first', 'follow-up'],
  decide: (input) => {
    if (!isAutomatic(input)) return PASS
    const { report } = input
    const contrary = findContrary(input)
    if (!contrary) return PASS
    return { outcome: 'hold', reason: `${describeConflict(report, contrary)}，须待正式测定或人工核定` }
  },
}

export const deepShockGate: Gate = {
  name: 'deep-shock',
  stops: 'far phases of a deep great quake located as local shocks (California 2015, 2012, 2007)',
  passes: 'the deep quake itself; a local quake with a formal determination; one that another agency also located',
  words: ['first'],
  decide: (input) => {
    const { report, policy } = input
    if (!isAutomatic(input) || report.originTime === null) return PASS
    const at = report.originTime
    const { deepQuakeKm, deepQuakeMagnitude, deepQuakeMs } = policy.gates
    const deep = input.nearby
      .filter((quake) => quake.id !== input.quake.id && hasReportWithin(quake, at, deepQuakeMs))
      .flatMap(standingReports)
      .find(
        (other) =>
          other.originTime !== null &&
          (other.magnitude?.value ?? 0) >= deepQuakeMagnitude &&
          (other.depthKm ?? 0) > deepQuakeKm &&
          at - other.originTime >= 0 &&
          at - other.originTime <= deepQuakeMs,
      )
    if (!deep) return PASS
    if (
      otherAgencies(input).some((other) => agrees(report, other, policy.gates.agreeMagnitude, policy.gates.agreeKm))
    ) {
      return PASS
    }
    const what = `${deep.agency || deep.source} 测定的 M${deep.magnitude?.value.toFixed(1)} 深震（深 ${deep.depthKm} 公里）`
    const minutes = Math.ceil((at - (deep.originTime ?? at)) / MINUTE)
    const reason = `自动测定在${what}后 ${minutes} 分钟内，疑由其震相误判，须待正式测定、另一机构独立测定或人工核定`
    return { outcome: 'hold', reason }
  },
}

function isAutomatic(input: GateInput): boolean {
  return (
    input.voice === 'national-automatic' || input.voice === 'own-automatic' || input.voice === 'provincial-automatic'
  )
}

/**
 * Origins of other agencies about the same shock: an agency is the author, a mirror of CENC is CENC again. Only what
 * they stand by now: a deleted phantom confirms nothing, a corrected first version contradicts nothing.
 */
function otherAgencies(input: GateInput): StoredReport[] {
  const { report } = input
  const isOther = (other: StoredReport): boolean =>
    other.agency !== '' &&
    other.agency !== report.agency &&
    other.authority !== 'context' &&
    other.authority !== 'mirror' &&
    isSameShock(report, other)
  // What stands of a quake is asked for only where some version of another agency would count.
  return [input.quake, ...listSameMinutes(input)]
    .filter((quake) => quake.reports.some(isOther))
    .flatMap(standingReports)
    .filter(isOther)
}

/** Other quakes with an origin that may be of the same shock: among three days of neighbours hardly any. */
function listSameMinutes({ quake, nearby, report }: GateInput): Quake[] {
  return nearby.filter((q) => q.id !== quake.id && hasReportWithin(q, report.originTime, SAME_SHOCK_WIDEST_MS))
}

/**
 * An origin that contradicts ours. Not one of an agency that also has an origin which fits ours, nor one of a quake that
 * our own agency located, too: then there were two shocks in one minute, not one located twice.
 */
function findContrary(input: GateInput): StoredReport | undefined {
  const { report, policy } = input
  const others = otherAgencies(input)
  if (others.length === 0) return undefined
  const fitting = new Set(others.filter((o) => !contradicts(report, o, policy.gates)).map((o) => o.agency))
  const elsewhere = new Set(
    listSameMinutes(input)
      .map(standingReports)
      .filter((standing) => standing.some((r) => r.agency === report.agency && maySpeak(r.authority)))
      .flatMap((standing) => standing.map((r) => r.id)),
  )
  return others.find((o) => contradicts(report, o, policy.gates) && !fitting.has(o.agency) && !elsewhere.has(o.id))
}

function isSameShock(a: StoredReport, b: StoredReport): boolean {
  if (a.originTime === null || b.originTime === null) return false
  const km = separation(a, b)
  if (km > SAME_SHOCK_KM) return false
  return Math.abs(a.originTime - b.originTime) <= SAME_SHOCK_MS + (km / WAVE_KM_PER_S) * 1000
}

function agrees(a: StoredReport, b: StoredReport, magnitude: number, km: number): boolean {
  if (!a.magnitude || !b.magnitude) return false
  return Math.abs(a.magnitude.value - b.magnitude.value) <= magnitude + 1e-9 && separation(a, b) <= km
}

/** True when two origins of one shock cannot both be near the truth (DESIGN §6.7: ΔM > 1 or > 100 km). */
function contradicts(
  a: StoredReport,
  b: StoredReport,
  limits: { contradictMagnitude: number; contradictKm: number },
): boolean {
  const gap = a.magnitude && b.magnitude ? Math.abs(a.magnitude.value - b.magnitude.value) : 0
  return gap > limits.contradictMagnitude + 1e-9 || separation(a, b) > limits.contradictKm
}

function describeConflict(a: StoredReport, b: StoredReport): string {
  const gap = a.magnitude && b.magnitude ? Math.abs(a.magnitude.value - b.magnitude.value).toFixed(1) : '未知'
  return `${b.agency} 的测定与本测定震中相距 ${Math.round(separation(a, b))} 公里、震级差 ${gap}`
}

/** For callers that alarm beside a formal: the first agency that contradicts it, in words; null when none does. */
export function describeDisagreement(input: GateInput): string | null {
  const contrary = findContrary(input)
  return contrary ? describeConflict(input.report, contrary) : null
}
