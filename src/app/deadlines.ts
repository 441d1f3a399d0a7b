// In: the quakes of the last days. Out: limits that began by their rule put on record, an alarm when one nears its end or has passed it.
// Must not end a limit: people do, or the first notice.
import { OPEN_DEADLINES, readDeadlines, type Deadline, type DeadlineRule } from '../core/deadline.ts'
import { DAY, formatBeijing, HOUR, type Instant } from '../core/instant.ts'
import type { Policy } from '../core/judgement/policy.ts'
import type { Quake } from '../core/quake.ts'
import { addDeadlineMark, listDeadlineMarks } from '../store/deadlines.ts'
import { withTransaction } from '../store/pool.ts'
import type { Pool } from 'pg'

export interface DeadlineContext {
  pool: Pool
  quakes: () => Iterable<Quake>
  rules: readonly DeadlineRule[]
  policy: Policy
  now: () => Instant
  alarm: (kind: string, subject: string, message: string) => Promise<void>
  clear: (kind: string, subject: string) => Promise<void>
}

const noted = Promise.resolve()

/** Looks at every limit that may be open. Drills have no public to answer to. */
export async function watchDeadlines(context: DeadlineContext): Promise<void> {
  const { pool, rules, policy } = context
  const now = context.now()
  const longest = Math.max(0, ...rules.map(({ withinMs }) => withinMs)) + 3 * DAY
  const quakes = [...context.quakes()].filter((quake) => quake.class === 'actual' && now - quake.createdAt < longest)
  const marks = await listDeadlineMarks(
    pool,
    quakes.map(({ id }) => id),
  )
  for (const quake of quakes) {
    const known = marks.get(quake.id) ?? []
    if (quake.mergedInto !== null) {
      // The limits are the other's from now on; what was told of this one ends.
      if (known.length > 0) await tell(quake, [], context)
      continue
    }
    const read = readDeadlines(rules, quake, known, policy, now)
    for (const { rule, state, metAt } of read.filter((one) => one.state !== 'offered' && one.state !== 'waived')) {
      const note = (mark: 'begun' | 'met', at: Instant): Promise<unknown> => {
        if (known.some((one) => one.deadline === rule.id && (one.mark === mark || one.mark === 'met'))) return noted
        const row = {
          quake: quake.id,
          deadline: rule.id,
          mark,
          by: 'system',
          words: mark === 'met' ? '公告已发布' : '',
        }
        return withTransaction(pool, (client) => addDeadlineMark(client, row, at))
      }
      // A later revision may take the condition away; what began goes on until a person ends it.
      await note('begun', now)
      if (metAt !== null && (state === 'met' || state === 'met-late')) await note('met', metAt)
    }
    if (known.length > 0 || read.some(({ state }) => OPEN_DEADLINES.includes(state))) await tell(quake, read, context)
  }
}

async function tell(
  quake: Quake,
  read: readonly Deadline[],
  { rules, alarm, clear, now }: DeadlineContext,
): Promise<void> {
  for (const rule of rules) {
    const one = read.find((each) => each.rule.id === rule.id)
    for (const step of ['soon', 'late'] as const) {
      const subject = `${quake.id} ${rule.id} ${step}`
      if (one?.state === step) await alarm('deadline', subject, describeStep(quake, one, now()))
      else await clear('deadline', subject)
    }
  }
}

function describeStep(quake: Quake, { rule, state, dueAt }: Deadline, now: Instant): string {
  const place = quake.reports.findLast((report) => report.place !== '')?.place ?? quake.id
  const limit = `须在 ${Math.round((rule.withinMs / HOUR) * 10) / 10} 小时内（${formatBeijing(dueAt)} 前）${rule.name}`
  const left = Math.max(1, Math.round((dueAt - now) / 60_000))
  return state === 'late' ? `${place}地震：${limit}，时限已过，尚无记录` : `${place}地震：${limit}，还有 ${left} 分钟`
}
