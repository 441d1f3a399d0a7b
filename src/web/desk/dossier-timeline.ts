// In: everything on record about a quake. Out: one timeline of it: what came, what was decided, said, sounded, and by whom.
// Must not judge nor leave out: what the record does not know stands as unknown.
import type { Instant } from '../../core/instant.ts'
import { toDrillTime } from '../../core/drill/stopwatch.ts'
import { nameGate } from '../../core/judgement/gate-names.ts'
import type { DossierAttempt, DossierDelivery, DossierRecord, DossierReport } from '../../store/dossier.ts'
import { KIND_NAMES, nameOutlet, writeMoment, writePoint } from './board/words.ts'

export interface Moment {
  at: Instant
  part: 'received' | 'decided' | 'said' | 'alarm'
  what: string
  detail: string
  /** Account, source or 'system'. */
  by: string
}

const ACT_NAMES: Readonly<Record<string, string>> = {
  publish: '发布',
  hold: '转待核',
  wait: '等待',
  veto: '等待期',
  record: '只入库',
}
const HOLD_ENDS: Readonly<Record<string, string>> = {
  released: '核实后发布',
  dismissed: '决定不发布',
  resolved: '待核自行解除',
}
const ATTEMPT_NAMES = { deliver: '发送', probe: '查询是否已发出', check: '查询处理结果', remove: '删除' } as const
const OUTCOME_NAMES: Readonly<Record<string, string>> = {
  accepted: '平台已接受',
  pending: '平台处理中',
  retry: '未成，稍后再试',
  'auth-expired': '授权失效',
  rejected: '平台拒绝',
  unknown: '未知：可能已发出，未读到答复',
  lost: '未知：发送中断',
  absent: '查询未见发出',
  progress: '部分完成',
  cancelled: '已取消',
  'no-outlet': '没有这个渠道',
}
/** Acts that stand in no row of their own: the journal alone tells of them. */
const BY_JOURNAL: Readonly<Record<string, string>> = {
  'quake.merge': '并入另一次地震',
  'quake.split': '拆分为另一次地震',
  'report.exchange': '经纬度按正确位置采用',
  'delivery.posted-by-hand': '人工核对：已发出',
  'delivery.absent-by-hand': '人工核对：未发出',
  'delivery.again-by-hand': '人工决定：重发',
}

/** Everything in order of time; of one moment: what came before what was decided before what was said. */
export function orderMoments(record: DossierRecord): Moment[] {
  const moments = [
    ...record.reports.map((report) => receivedAt(report, record)),
    ...record.raws.flatMap(({ refused, receivedAt: at, source }) =>
      refused.map(({ row, rule, reason }): Moment => ({
        at,
        part: 'received',
        what: `第 ${row} 行未采用`,
        detail: `${rule}：${reason}`,
        by: source,
      })),
    ),
    ...record.decisions.map((one): Moment => ({
      at: one.at,
      part: 'decided',
      what: `判定：${ACT_NAMES[one.act] ?? one.act}${one.gate === '' ? '' : `（${nameGate(one.gate)}）`}`,
      detail: [one.reason, writeGates(one.gates)].filter((text) => text !== '').join('；'),
      by: 'system',
    })),
    ...record.holds.flatMap(listHoldMoments),
    ...record.notices.map((one): Moment => ({
      at: one.issuedAt,
      part: 'said',
      what: KIND_NAMES[one.kind as keyof typeof KIND_NAMES] ?? one.kind,
      detail: `${one.serial} ${one.title}${one.authorisation === null ? '' : `；预授权 ${one.authorisation}`}`,
      by: one.actor,
    })),
    ...record.deliveries.flatMap((delivery) => listDeliveryMoments(delivery, record)),
    ...record.alarms.flatMap((alarm) => listAlarmMoments(alarm, record)),
    ...record.journal.flatMap((row): Moment[] => {
      const what = BY_JOURNAL[row.act]
      return what === undefined
        ? []
        : [{ at: row.at, part: 'decided', what, detail: `${row.subject} ${JSON.stringify(row.detail)}`, by: row.actor }]
    }),
  ]
  const rank = { received: 0, decided: 1, alarm: 2, said: 3 } as const
  return moments.toSorted((a, b) => a.at - b.at || rank[a.part] - rank[b.part])
}

function receivedAt(report: DossierReport, { raws }: DossierRecord): Moment {
  const way = report.lifecycle === 'report' ? (report.evaluation === 'reviewed' ? '正式测定' : '自动测定') : '撤销'
  const raw = raws.find(({ id }) => id === report.raw)
  return {
    at: report.receivedAt,
    part: 'received',
    what: `收到${way}`,
    detail: [describeOrigin(report), `来源编号 ${report.sourceEventId || '无'}`, raw ? `原文 ${raw.id} 号` : '']
      .filter((text) => text !== '')
      .join('；'),
    by: report.source,
  }
}

/** Figures of a determination in one line. */
export function describeOrigin(report: DossierReport): string {
  const { originAt, latitude, longitude, depthKm, magnitude, magnitudeType, place } = report
  return [
    place,
    magnitude === null ? '震级未定' : `${magnitudeType ?? 'M'} ${magnitude.toFixed(1)}`,
    originAt === null ? '' : writeMoment(originAt),
    latitude === null || longitude === null ? '' : writePoint(latitude, longitude),
    depthKm === null ? '' : `深 ${Math.round(depthKm)} 千米`,
  ]
    .filter((text) => text !== '')
    .join(' ')
}

function writeGates(gates: DossierRecord['decisions'][number]['gates']): string {
  const passed = gates.filter(({ verdict }) => verdict.outcome === 'pass').map(({ gate }) => nameGate(gate))
  const stopped = gates.flatMap(({ gate, verdict }) =>
    verdict.outcome === 'pass' ? [] : [`未通过 ${nameGate(gate)}：${verdict.reason}`],
  )
  return [...stopped, ...(passed.length === 0 ? [] : [`通过 ${passed.join('、')}`])].join('；')
}

function listHoldMoments(hold: DossierRecord['holds'][number]): Moment[] {
  const name = `待核（${nameGate(hold.gate)}）`
  const begun: Moment = { at: hold.since, part: 'decided', what: `${name}开始`, detail: hold.reason, by: 'system' }
  if (hold.closedAt === null) return [begun]
  const what = HOLD_ENDS[hold.state] ?? '待核结束'
  return [
    begun,
    {
      at: hold.closedAt,
      part: 'decided',
      what,
      detail: `${name} ${hold.closedWhy ?? ''}`.trim(),
      by: hold.closedBy ?? '',
    },
  ]
}

function listDeliveryMoments(delivery: DossierDelivery, { notices }: DossierRecord): Moment[] {
  const serial = notices.find(({ id }) => id === delivery.notice)?.serial ?? ''
  const name = nameOutlet(delivery.channel, delivery.leg, delivery.outlet)
  const moments = delivery.attempts.map((attempt): Moment => ({
    at: attempt.finishedAt ?? attempt.startedAt,
    part: 'said',
    what: `${name} 第 ${attempt.n} 次${ATTEMPT_NAMES[attempt.act]}：${writeOutcome(attempt)}`,
    detail: [serial, attempt.detail.code ?? '', attempt.detail.reason ?? ''].filter((text) => text !== '').join('；'),
    by: 'system',
  }))
  const add = (at: Instant | null, what: string): unknown =>
    at !== null && moments.push({ at, part: 'said', what: `${name} ${what}`, detail: serial, by: 'system' })
  add(delivery.seenAt, '已回读')
  add(delivery.removedAt, '原文已删除')
  return moments
}

function writeOutcome({ outcome, finishedAt }: DossierAttempt): string {
  if (finishedAt === null) return '尚无结果'
  return OUTCOME_NAMES[outcome] ?? outcome
}

function listAlarmMoments(alarm: DossierRecord['alarms'][number], { journal, clock }: DossierRecord): Moment[] {
  const moments: Moment[] = [{ at: alarm.raisedAt, part: 'alarm', what: '告警', detail: alarm.message, by: 'system' }]
  for (const step of alarm.steps)
    moments.push({
      at: step.overAt ?? step.dueAt,
      part: 'alarm',
      what: `告警第 ${step.step} 步`,
      detail: step.told.length === 0 ? '无人收到' : `已送达 ${step.told.join('、')}`,
      by: 'system',
    })
  if (alarm.acknowledgedAt !== null) {
    // People press in real time; the journal keeps the lane's own, and a drill has its clock's course on record.
    const told = journal.find(({ act, subject }) => act === 'alarm.acknowledge' && subject === alarm.id)
    const at = clock.length > 0 ? toDrillTime(clock, alarm.acknowledgedAt) : (told?.at ?? alarm.acknowledgedAt)
    moments.push({ at, part: 'alarm', what: '告警已确认', detail: alarm.message, by: alarm.acknowledgedBy ?? '' })
  }
  return moments
}
