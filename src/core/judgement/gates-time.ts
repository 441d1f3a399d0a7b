// In: a determination and the clock. Out: the verdicts of the gates that look at time: clock, zone, id, age.
// Must not archive an official word in silence for its time alone (DESIGN §6.2).
import { HOUR, MINUTE } from '../instant.ts'
import { isAbroadFor } from './region.ts'
import { PASS, type Gate, type GateInput, type Verdict } from './gate.ts'

/** Latency before a row arrives: automatic ≈ 2 min, abroad up to 30 (feeds.md §0.6); added to a slipped zone's 8 h. */
const LATENCY = 45 * MINUTE
const ZONE_TOLERANCE = 10 * MINUTE
const ZONES = [8 * HOUR, 9 * HOUR] as const

/** A word that fails on time alone: official and otherwise publishable goes to a person, the rest is recorded. */
function failOnTime(input: GateInput, reason: string): Verdict {
  return input.wouldPublish ? { outcome: 'hold', reason } : { outcome: 'archive', reason }
}

export const clockGate: Gate = {
  name: 'clock',
  stops: 'every age check done with a wrong clock: an old quake spoken as new after the host lost its time',
  passes: 'a host a few seconds off; one source with a wrong Date header (the median of all is compared)',
  words: ['first', 'follow-up'],
  decide: ({ world, policy }) => {
    if (world.clockOffMs === null || Math.abs(world.clockOffMs) <= policy.gates.clockSkewMs) return PASS
    const seconds = Math.round(Math.abs(world.clockOffMs) / 1000)
    const way = world.clockOffMs > 0 ? '快' : '慢'
    return { outcome: 'hold', reason: `本机时钟比各来源时间的中位数${way} ${seconds} 秒，须校时后由人工核定` }
  },
}

export const zoneGate: Gate = {
  name: 'zone',
  stops: 'a row whose Beijing or Tokyo time was written or read as UTC: the quake of this morning told as now',
  passes: 'the same quake from a source with the right zone: only the row is held, never its source',
  words: ['first'],
  decide: (input) => {
    const { report, world } = input
    if (report.originTime === null) return PASS
    const age = world.now - report.originTime
    const slipped = ZONES.some(
      (zone) =>
        (age >= zone - ZONE_TOLERANCE && age <= zone + LATENCY) ||
        (-age >= zone - LATENCY && -age <= zone + ZONE_TOLERANCE),
    )
    if (!slipped) return PASS
    return failOnTime(
      input,
      `发震时刻比当前时间${age > 0 ? '早' : '晚'}约 ${Math.round(Math.abs(age) / HOUR)} 小时，疑为时区错误`,
    )
  },
}

export const idTimeGate: Gate = {
  name: 'id-time',
  stops: 'an edited catalogue row whose id still spells another time',
  passes: 'CATA_ID one second off O_TIME (6 of 10 rows), second 60 in an id',
  words: ['first', 'follow-up'],
  decide: ({ report, policy }) => {
    if (report.idTime === null || report.originTime === null) return PASS
    const off = Math.abs(report.idTime - report.originTime)
    if (off <= policy.gates.idTimeMs) return PASS
    const doubt = ZONES.some((zone) => Math.abs(off - zone) <= MINUTE) ? '疑为时区错误' : '须人工核定'
    const reason = `发震时刻与编号 ${report.sourceEventId} 所示时间相差 ${Math.round(off / 1000)} 秒，${doubt}`
    return { outcome: 'hold', reason }
  },
}

export const ageGate: Gate = {
  name: 'age',
  stops: 'a catalogue edit of an old quake emitted as new (Isla Vista 2017: a 1925 quake dated 2025)',
  passes: 'a formal report 30 min after a quake abroad; anything that corrects a word already spoken',
  words: ['first'],
  decide: (input) => {
    const { report, world, policy } = input
    if (report.originTime === null) return PASS
    const age = world.now - report.originTime
    if (-age > policy.gates.futureMs) {
      const reason = `发震时刻比当前时间晚 ${Math.round(-age / 1000)} 秒`
      return input.wouldPublish ? { outcome: 'hold', reason } : { outcome: 'archive', reason }
    }
    const limit = isAbroadFor(report) ? policy.gates.abroadAgeMs : policy.gates.domesticAgeMs
    if (age <= limit) return PASS
    return failOnTime(input, `发震距今 ${(age / HOUR).toFixed(1)} 小时，首次发布限 ${limit / HOUR} 小时以内`)
  },
}
