// In: a quake's time limits. Out: the rows of its page and the open ones for the board; what a person notes, put on record.
// Must not offer to change what was noted: a mark stands for ever, with its author.
import type { Pool } from 'pg'
import {
  DEADLINE_MARKS,
  OPEN_DEADLINES,
  readDeadlines,
  type Deadline,
  type DeadlineMark,
  type DeadlineRule,
  type DeadlineState,
} from '../../../core/deadline.ts'
import { HOUR, type Instant } from '../../../core/instant.ts'
import type { Policy } from '../../../core/judgement/policy.ts'
import type { Quake } from '../../../core/quake.ts'
import { addDeadlineMark, listDeadlineMarks, listOpenDeadlines } from '../../../store/deadlines.ts'
import { appendJournal } from '../../../store/journal.ts'
import { withTransaction } from '../../../store/pool.ts'
import { writeLength, writeMoment } from './words.ts'

export interface DeadlineRow {
  id: string
  /** 24 小时内举行新闻发布会 */
  name: string
  tone: 'ok' | 'wait' | 'bad' | 'soft'
  state: string
  by: string
  words: string
  /** What a person may note now. */
  begin: boolean
  end: boolean
}

interface DeadlineSetting {
  pool: Pool
  deadlines: readonly DeadlineRule[]
  policy: () => Policy
}

const TONES: Readonly<Record<DeadlineState, DeadlineRow['tone']>> = {
  offered: 'soft',
  running: 'wait',
  soon: 'wait',
  late: 'bad',
  met: 'ok',
  'met-late': 'bad',
  waived: 'soft',
}

/** Limits of these quakes by quake, as they stand now; names are those of accounts. */
export async function readAllDeadlines(
  { pool, deadlines, policy }: DeadlineSetting,
  quakes: readonly Quake[],
  clock: (quake: Quake) => Instant,
): Promise<Map<string, Deadline[]>> {
  const marks = await listDeadlineMarks(
    pool,
    quakes.map(({ id }) => id),
  )
  return new Map(
    quakes.map((quake) => [
      quake.id,
      readDeadlines(deadlines, quake, marks.get(quake.id) ?? [], policy(), clock(quake)),
    ]),
  )
}

/** Open limits of all quakes that are still known here and were not merged, the nearest first, as lines for the board. */
export async function listOpenRows(
  setting: DeadlineSetting,
  quakes: ReadonlyMap<string, Quake>,
  clock: (quake: Quake) => Instant,
): Promise<{ quake: string; title: string; drill: boolean; row: DeadlineRow }[]> {
  const standing = [...quakes.values()].filter(({ mergedInto }) => mergedInto === null).map(({ id }) => id)
  const open = (await listOpenDeadlines(setting.pool, standing)).flatMap((id) => quakes.get(id) ?? [])
  const read = await readAllDeadlines(setting, open, clock)
  return open
    .flatMap((quake) => (read.get(quake.id) ?? []).map((one) => ({ quake, one })))
    .filter(({ one }) => OPEN_DEADLINES.includes(one.state))
    .toSorted((a, b) => a.one.dueAt - b.one.dueAt)
    .map(({ quake, one }) => ({
      quake: quake.id,
      title: quake.reports.findLast(({ place }) => place !== '')?.place ?? quake.id,
      drill: quake.class === 'drill',
      row: viewDeadline(one, clock(quake), (actor) => actor),
    }))
}

export function viewDeadline(one: Deadline, now: Instant, name: (actor: string) => string): DeadlineRow {
  const { rule, state } = one
  return {
    id: rule.id,
    name: `${Math.round((rule.withinMs / HOUR) * 10) / 10} 小时内${rule.name}`,
    tone: TONES[state],
    state: describe(one, now),
    by: one.by === '' ? '' : name(one.by),
    words: one.words,
    begin: state === 'offered',
    end: OPEN_DEADLINES.includes(state),
  }
}

function describe({ state, dueAt, metAt }: Deadline, now: Instant): string {
  if (state === 'offered') return '未起算'
  if (state === 'waived') return '不适用'
  if (state === 'met' || state === 'met-late')
    return `${state === 'met' ? '已完成' : '超时完成'}，${writeMoment(metAt ?? dueAt)}`
  if (state === 'late') return `已超时 ${writeLength(now - dueAt)}`
  return `还有 ${writeLength(dueAt - now)}（${writeMoment(dueAt)} 前）`
}

/** @returns null when it is on record, else a sentence why not */
export async function noteDeadline(
  { pool, deadlines }: Pick<DeadlineSetting, 'pool' | 'deadlines'>,
  given: { quake: string; deadline: string; mark: string; words: string; by: string },
  now: Instant,
): Promise<string | null> {
  const mark = DEADLINE_MARKS.find((one): one is DeadlineMark => one === given.mark)
  const rule = deadlines.find(({ id }) => id === given.deadline)
  if (!mark || !rule) return '没有这项时限'
  const words = given.words.trim()
  if (mark !== 'begun' && words === '') return '请写明在何时、以何种方式完成，或为何不适用'
  if (words.length > 200 || /[\p{Cc}]/u.test(words)) return '说明不超过 200 字，不含控制字符'
  const added = await withTransaction(pool, async (client) => {
    const row = { quake: given.quake, deadline: rule.id, mark, by: given.by, words }
    if (!(await addDeadlineMark(client, row, now))) return false
    const detail = { deadline: rule.id, mark, words }
    await appendJournal(client, now, { actor: given.by, act: `deadline.${mark}`, subject: given.quake, detail })
    return true
  })
  return added ? null : '这项时限已由他人记录，请看页面上的最新状态'
}
