// In: a month or a year. Out: the list of its rumours with figures and clocks, as a page and as a file.
// Must not let a cell of the file be taken for a formula, nor list a claim that the reader does not see.
import { formatBeijing, type Instant } from '../../../core/instant.ts'
import { STATE_NAMES } from '../../../core/rumour/claim-states.ts'
import { CLAIM_CLOCKS, CLOCK_NAMES } from '../../../core/rumour/clocks.ts'
import type { ReckonedClaim } from '../../../core/rumour/reckoning.ts'
import { isGuest } from '../../../rumour/context.ts'
import { listNeighbours, nameMonth, readSpan, reckonSpan, type Reckoning } from '../../../rumour/reckon.ts'
import { seenBy } from '../../../rumour/sight.ts'
import type { SeenClaim } from '../../../store/rumours/seeing.ts'
import { seated } from '../account-routes.ts'
import { writeLength } from '../board/words.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import { writeCell } from '../journal-export.ts'
import { refused } from '../refused.ts'
import { writeHour } from '../roster-view.ts'
import { personOf, type RumourPages } from './pages.ts'

export function listMonthlyRoutes(pages: RumourPages): DeskRoute[] {
  return [
    { method: 'GET', path: '/rumours/monthly', act: 'see-rumours', handle: (visit) => monthlyPage(pages, visit) },
    { method: 'GET', path: '/rumours/monthly.csv', act: 'see-rumours', handle: (visit) => monthlyFile(pages, visit) },
  ]
}

/** Figures by what a summary does not show (rumours.md §3). */
const INNER: readonly string[] = ['late', 'referred']

async function read({ rumours }: RumourPages, visit: Visit): Promise<Reckoning | null> {
  const now = rumours.now()
  const span = readSpan(visit.query.get('month') ?? nameMonth(now))
  return span && reckonSpan(rumours.pool, span, seenBy(rumours, personOf(seated(visit))))
}

const wrong = ({ frame }: RumourPages, visit: Visit): Shown =>
  refused({ frame }, seated(visit), 400, '月份须写作 2026-01，年份写作 2026', '/desk/rumours/monthly')

async function monthlyPage(pages: RumourPages, visit: Visit): Promise<Shown> {
  const found = await read(pages, visit)
  if (found === null) return wrong(pages, visit)
  const session = seated(visit)
  const { span, figures, clocks, claims } = found
  const { before, after } = listNeighbours(span)
  const chosen = figures.find(({ key }) => key === visit.query.get('figure'))
  // Whether a claim of which they see a summary is behind such a figure is none of the summary.
  const isShown = ({ id, summary }: SeenClaim): boolean =>
    chosen === undefined || (chosen.rows.includes(id) && !(summary && INNER.includes(chosen.key)))
  const rows = claims.filter(isShown)
  const view = {
    name: nameSpan(span.name),
    month: span.name,
    before,
    after,
    year: span.name.slice(0, 4),
    isYear: span.name.length === 4,
    guest: isGuest(session),
    chosen: chosen?.name ?? '',
    figures: figures.map(({ key, name, value }) => ({ name, value: String(value), key: encodeURIComponent(key) })),
    clocks: clocks.map((one) => ({
      name: CLOCK_NAMES[one.clock],
      inTime: String(one.inTime.length),
      late: String(one.late.length),
      missed: String(one.missed.length),
      running: String(one.running.length),
      median: one.medianMs === null ? '—' : writeLength(one.medianMs),
    })),
    rows: rows.map(viewRow),
  }
  return { page: pages.frame.page({ template: 'rumours-monthly', title: '传言月报', session, view }) }
}

const nameSpan = (name: string): string => {
  const [year = '', month] = name.split('-')
  return month === undefined ? `${year}年` : `${year}年${Number(month)}月`
}

function viewRow(claim: ReckonedClaim): Record<string, string> {
  const { openedAt, answeredAt } = claim
  return {
    id: claim.id,
    title: claim.title,
    risk: String(claim.risk),
    state: STATE_NAMES[claim.state],
    verdict: claim.verdict ?? '待核',
    opened: writeHour(openedAt),
    answered: answeredAt === null ? '—' : `${writeHour(answeredAt)}（${writeLength(answeredAt - openedAt)}）`,
    reports: String(claim.reports),
  }
}

const HEADS = [
  '编号',
  '标题',
  '风险',
  '状态',
  '认定',
  '立案时间',
  '公布时间',
  '更正次数',
  '撤回次数',
  '移送次数',
  '超时先行发布',
  '传播线索',
  '否认信息',
  ...CLAIM_CLOCKS.map((clock) => CLOCK_NAMES[clock]),
]

async function monthlyFile(pages: RumourPages, visit: Visit): Promise<Shown> {
  const found = await read(pages, visit)
  if (found === null) return wrong(pages, visit)
  const now = pages.rumours.now()
  const lines = [HEADS, ...found.claims.map((claim) => writeRow(claim, now))]
  const text = lines.map((cells) => `${cells.map((cell) => writeCell(cell)).join(',')}\r\n`).join('')
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  return { data: `\uFEFF${text}`, type: 'text/csv; charset=utf-8', name: `rumours-${found.span.name}.csv` }
}

function writeRow(claim: SeenClaim, now: Instant): string[] {
  const { openedAt, answeredAt, summary } = claim
  return [
    claim.id,
    claim.title,
    String(claim.risk),
    STATE_NAMES[claim.state],
    claim.verdict ?? '待核',
    formatBeijing(openedAt),
    answeredAt === null ? '' : formatBeijing(answeredAt),
    String(claim.corrections),
    String(claim.withdrawals),
    // Of a summary left empty: not known to the reader is another thing than none.
    summary ? '' : String(claim.referrals),
    summary ? '' : claim.isLate ? '是' : '否',
    String(claim.reports),
    String(claim.denials),
    ...CLAIM_CLOCKS.map((clock) =>
      (summary ? [] : claim.clocks)
        .filter((one) => one.clock === clock)
        .map((one) => writeClock(one, now))
        .join('；'),
    ),
  ]
}

function writeClock({ dueAt, metAt, stoppedAt }: ReckonedClaim['clocks'][number], now: Instant): string {
  if (metAt !== null) return metAt <= dueAt ? '按时' : `超时 ${writeLength(metAt - dueAt)}`
  if (dueAt <= (stoppedAt ?? now)) return '未完成'
  return stoppedAt === null ? '计时中' : '已停止'
}
