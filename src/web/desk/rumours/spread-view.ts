// In: how a claim spread, as measured. Out: its figure as numbers for a drawing, its table, and its words.
// Must not say more than what reached the bureau: every figure says 我们看到的.
import { HOUR, MINUTE, DAY } from '../../../core/instant.ts'
import { HALF_NEEDS, type Spread } from '../../../core/rumour/spread.ts'
import { writeLength } from '../board/words.ts'
import { writeHour } from '../roster-view.ts'

/** Of the drawing, in its own pixels. */
const WIDTH = 640
const HEIGHT = 150
const TOP = 4
const FEWEST_BINS = 12

function nameStep(step: number): string {
  if (step % DAY === 0) return `${step / DAY} 天`
  if (step % HOUR === 0) return `${step / HOUR} 小时`
  return `${Math.round(step / MINUTE)} 分钟`
}

/** One flat stretch per bin: between two bins nothing is known that a slope would tell. @param tops of the bins, from the left @param ahead empty ones before them */
function drawOutline(tops: readonly number[], ahead: number): string {
  const width = WIDTH / (ahead + tops.length)
  const steps = tops.map((top, index) => `V${top.toFixed(1)}H${((ahead + index + 1) * width).toFixed(1)}`)
  if (ahead > 0) steps.unshift(`H${(ahead * width).toFixed(1)}`)
  return `M0 ${HEIGHT}${steps.join('')}V${HEIGHT}`
}

/** @param answeredAt null while nothing was answered */
export function viewSpread(spread: Spread, answeredAt: number | null): object {
  const { bins, step, peak, before, after, halfLifeMs, platforms, newPlaces, total } = spread
  // A single report is a step and no wall: what lies before it is drawn empty.
  const ahead = Math.max(0, FEWEST_BINS - bins.length)
  const width = WIDTH / (bins.length + ahead)
  const [first] = bins
  const last = bins.at(-1)
  const at = bins.findIndex(({ isAfter }) => isAfter)
  return {
    shown: total > 0,
    width: String(WIDTH),
    height: String(HEIGHT),
    base: String(HEIGHT),
    outline: drawOutline(
      bins.map(({ count }) => HEIGHT - (count / Math.max(1, peak)) * (HEIGHT - TOP)),
      ahead,
    ),
    mark: at < 0 ? '' : ((ahead + at) * width).toFixed(1),
    answered: answeredAt === null ? '' : writeHour(answeredAt),
    from: first ? writeHour(first.from - ahead * step) : '',
    to: last ? writeHour(last.from + step) : '',
    peak: String(peak),
    step: nameStep(step),
    said:
      answeredAt === null
        ? `共 ${total} 条，尚未公布核实结果。`
        : `公布核实结果（${writeHour(answeredAt)}）之前 ${before} 条，之后 ${after} 条。`,
    half:
      answeredAt === null
        ? ''
        : halfLifeMs === null
          ? `公布后的线索不足 ${HALF_NEEDS} 条，不计半衰时间。`
          : `半衰时间 ${writeLength(halfLifeMs)}：公布后出现的线索，有一半在这段时间之内。`,
    rows: bins
      .filter(({ count }) => count > 0)
      .map(({ from, count, isAfter }) => ({
        from: writeHour(from),
        count: String(count),
        when: answeredAt === null ? '未公布' : isAfter ? '公布之后' : '公布之前',
      })),
    platforms: platforms.map(({ name, count, before: earlier, after: later }) => ({
      name: name === '' ? '（未写明）' : name,
      share: `${Math.round((count / Math.max(1, total)) * 100)}%`,
      count: String(count),
      before: String(earlier),
      after: String(later),
    })),
    places: newPlaces.join('、'),
  }
}
