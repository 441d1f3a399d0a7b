// In: questions as they wait, the time. Out: a line of their list, one of them whole: who has it, how long is left.
// Must not fetch.
import type { Instant } from '../../../core/instant.ts'
import type { Question } from '../../../store/rumours/questions.ts'
import { writeLength, writeMoment } from '../board/words.ts'
import { writeHour } from '../roster-view.ts'
import { ROUTE_NAMES } from './words.ts'

export interface QuestionLine {
  id: string
  shown: string
  from: string
  owner: string
  clock: string
  late: boolean
  answered: string
}

export function viewQuestionLine(one: Question, now: Instant): QuestionLine {
  const { dueAt, answeredAt } = one
  const where = [ROUTE_NAMES[one.route], one.region, writeHour(one.receivedAt)].filter((word) => word !== '')
  return {
    id: one.id,
    shown: one.shown,
    from: where.join(' · '),
    owner: one.ownerName,
    clock: answeredAt === null ? `答复 ${dueAt > now ? '还有' : '已超'} ${writeLength(Math.abs(dueAt - now))}` : '',
    late: answeredAt === null && dueAt <= now,
    answered: answeredAt === null ? '' : `${writeHour(answeredAt)} 答复${answeredAt > dueAt ? '（超时）' : ''}`,
  }
}

/** @param account of whoever looks */
export function viewQuestion(one: Question, now: Instant, account: string): object {
  return {
    ...viewQuestionLine(one, now),
    received: writeMoment(one.receivedAt),
    ownerId: one.owner ?? '',
    mine: one.owner === account,
    takes: one.answeredAt === null && one.owner !== account,
    claim: one.claimId ?? '',
    seen: String(one.replies),
    corrects: one.replies > 0,
  }
}
