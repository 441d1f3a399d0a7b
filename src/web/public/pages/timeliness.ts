// In: the clocks by month. Out: the page that says how fast the bureau was; drills in a table of their own.
// Must not hide a month: one without a notice is named; few values are shown as they are.
import { BEIJING_OFFSET, beijingParts, parseWallTime, type Instant } from '../../../core/instant.ts'
import { CLOCKS, type Measured, type TimelinessMonth } from '../../../store/timeliness.ts'
import type { Wording } from '../wording.ts'
import type { Sheet } from './frame.ts'

/** Rows of the table: two years back. */
export const MONTHS_SHOWN = 24

/** @param months newest first, both lanes */
export function timelinessSheet(months: readonly TimelinessMonth[], now: Instant): Sheet {
  return {
    path: '/timeliness',
    template: 'timeliness',
    wide: true,
    title: (wording) => wording.say('timeliness', 'title'),
    view: ({ wording }) => {
      const told = months.filter((month) => month.class === 'actual')
      const drills = months.filter((month) => month.class === 'drill')
      return {
        clocks: CLOCKS.map((clock) => wording.say('clocks', clock)),
        actual: listMonths(told, now).map((month) =>
          writeMonth(
            month,
            told.find((each) => each.month === month),
            wording,
          ),
        ),
        drills: drills.map((month) => writeMonth(month.month, month, wording)),
      }
    },
  }
}

/** 2017-06, Beijing's; `back` months before. */
export function monthOf(at: Instant, back = 0): string {
  const { year, month } = beijingParts(at)
  const count = year * 12 + month - 1 - back
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`
}

/** The first instant of the month that many months before. */
export function startOfMonth(at: Instant, back: number): Instant {
  return parseWallTime(`${monthOf(at, back)}-01 00:00:00`, BEIJING_OFFSET) ?? at
}

/** From this month back to the first with a notice, at most MONTHS_SHOWN. */
function listMonths(told: readonly TimelinessMonth[], now: Instant): string[] {
  const first = told.at(-1)?.month
  if (first === undefined) return []
  return Array.from({ length: MONTHS_SHOWN }, (_, back) => monthOf(now, back)).filter((each) => each >= first)
}

function writeMonth(name: string, month: TimelinessMonth | undefined, wording: Wording): object {
  const [year = 0, number = 0] = name.split('-').map(Number)
  return {
    name: wording.month(year, number),
    count: month ? wording.say('timeliness', 'count', { n: String(month.notices) }) : '',
    cells: month
      ? CLOCKS.map((clock) => ({
          name: wording.say('clocks', clock),
          lines: writeMeasured(month.clocks[clock], wording),
        }))
      : [],
  }
}

function writeMeasured(measured: Measured, wording: Wording): string[] {
  if (!('values' in measured))
    return (['p50', 'p90'] as const).map((key) =>
      wording.say('timeliness', key, { time: wording.duration(measured[key]) }),
    )
  if (measured.values.length === 0) return [wording.say('timeliness', 'unknown')]
  return [measured.values.map((ms) => wording.duration(ms)).join(wording.say('timeliness', 'separator'))]
}
