// In: what staff do about questions of citizens. Out: the list by due time, one question with its prepared answers, its forms.
// Must not refresh a page on which somebody writes: the list does by itself, the question does not.
import { MOST_REPLY, prepareReplies } from '../../../core/rumour/questions.ts'
import { writeAnswers } from '../../../core/rumour/sheet-answers.ts'
import { HOUR } from '../../../core/instant.ts'
import { isWritten } from '../../../core/notice.ts'
import { refuse } from '../../../rumour/context.ts'
import { suggestForQuestion } from '../../../rumour/checks/sheets.ts'
import { listAlike, replyToQuestion, takeQuestion, type Asked } from '../../../rumour/questions.ts'
import { listNotices } from '../../../store/notices.ts'
import { nameAccounts } from '../../../store/people/accounts.ts'
import { listOpenFlags } from '../../../store/rumours/flags.ts'
import { findQuestion, listAnswered, listOpenQuestions, listReplies } from '../../../store/rumours/questions.ts'
import type { Session } from '../../../people/sessions.ts'
import { seated } from '../account-routes.ts'
import { writeMoment } from '../board/words.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import type { DeskSheet } from '../frame.ts'
import { viewFlag } from './checks-view.ts'
import { personOf, type RumourPages } from './pages.ts'
import { citeSheet } from './sheet-view.ts'
import { viewQuestion, viewQuestionLine } from './question-view.ts'

const MOST_OPEN = 100
const MOST_ANSWERED = 20
const MOST_SAID = 3
/** What was said longer ago answers no question of today's. */
const SAID_MS = 24 * HOUR

export function listQuestionRoutes(pages: RumourPages): DeskRoute[] {
  const { frame, rumours } = pages
  const answer = 'answer-rumour' as const
  const does = (path: string, work: (id: string, visit: Visit) => Promise<Asked>): DeskRoute => ({
    method: 'POST',
    path: `/questions/:id/${path}`,
    act: answer,
    handle: async (visit) => {
      const id = visit.params['id'] ?? ''
      const done = await work(id, visit)
      if (!done.ok) return questionPage(pages, visit, done.reason)
      return { to: path === 'take' ? `/desk/questions/${id}` : '/desk/questions' }
    },
  })
  return [
    {
      method: 'GET',
      path: '/questions',
      act: answer,
      handle: async (visit) => ({ page: frame.page(await list(pages, seated(visit))) }),
    },
    {
      method: 'GET',
      path: '/parts/questions',
      act: answer,
      quiet: true,
      handle: async (visit) => ({ page: frame.fragment(await list(pages, seated(visit))) }),
    },
    { method: 'GET', path: '/questions/:id', act: answer, handle: (visit) => questionPage(pages, visit, '') },
    does('take', (id, visit) => {
      const owner = visit.form.get('owner') ?? ''
      return takeQuestion(rumours, id, owner === '' ? null : owner, personOf(seated(visit)))
    }),
    does('reply', (id, visit) => {
      const { form } = visit
      const seen = Number(form.get('seen') ?? NaN)
      if (!Number.isInteger(seen)) return Promise.resolve(refuse('changed', '表单不完整，请重新打开这个提问'))
      const words = (form.get('words') ?? '').slice(0, 4_000)
      const given = { words, seen, sheet: (form.get('sheet') ?? '').slice(0, 40), alike: form.getAll('alike') }
      return replyToQuestion(rumours, id, given, personOf(seated(visit)))
    }),
  ]
}

async function list({ rumours }: RumourPages, session: Session): Promise<DeskSheet> {
  const { pool } = rumours
  const now = rumours.now()
  const [open, answered, flags] = await Promise.all([
    listOpenQuestions(pool, MOST_OPEN),
    listAnswered(pool, MOST_ANSWERED),
    listOpenFlags(pool),
  ])
  const view = {
    flags: flags.filter(({ questionId }) => questionId !== null).map(viewFlag),
    open: open.map((one) => viewQuestionLine(one, now)),
    answered: answered.map((one) => viewQuestionLine(one, now)),
  }
  return { template: 'questions', title: '公众提问', session, view, live: '/desk/parts/questions' }
}

/** @param refusal what was refused just now; '' for nothing */
async function questionPage(pages: RumourPages, visit: Visit, refusal: string): Promise<Shown> {
  const { frame, rumours } = pages
  const { pool } = rumours
  const session = seated(visit)
  const id = visit.params['id'] ?? ''
  const question = await findQuestion(pool, id)
  if (question === null) {
    const view = { reason: '没有这个提问', back: '/desk/questions' }
    return { status: 404, page: frame.page({ template: 'refused', title: '不能进行', session, view }) }
  }
  const now = rumours.now()
  const [replies, alike, notices, sheet, flags] = await Promise.all([
    listReplies(pool, id),
    question.answeredAt === null ? listAlike(pool, question) : [],
    listNotices(pool, { class: 'actual', limit: 20, onSite: [] }),
    suggestForQuestion(pool, question.claimId, now),
    listOpenFlags(pool, id),
  ])
  const facts = sheet && {
    citation: citeSheet(sheet),
    answers: writeAnswers(sheet.body),
    originTime: sheet.body.facts.origin?.originTime ?? null,
  }
  const { publicUrl } = rumours.writing.ledgerContext.bureau
  const said = notices
    // What people wrote answers other questions.
    .filter(({ state, issuedAt, kind }) => state === 'current' && issuedAt > now - SAID_MS && !isWritten(kind))
    .slice(0, MOST_SAID)
    .map(({ title, code }) => ({ title, url: `${publicUrl}/n/${code}` }))
  const names = await nameAccounts(pool, [...new Set(replies.map(({ by }) => by))])
  const typed = visit.form.get('words') ?? ''
  const view = {
    refusal,
    typed,
    most: String(MOST_REPLY),
    question: viewQuestion(question, now, session.accountId),
    flags: flags.map(viewFlag),
    sheet: facts?.citation ?? '',
    facts: sheet === null ? '' : `/desk/quakes/${sheet.quakeId}/facts`,
    prepared: prepareReplies(said, facts, now).map((one) => ({ ...one })),
    replies: replies.map(({ words, sheet: cited, by, at }, index) => ({
      words,
      sheet: cited,
      by: `${names.get(by) ?? by} ${writeMoment(at)}`,
      stands: index === 0,
    })),
    alike: alike.map((one) => viewQuestionLine(one, now)),
  }
  return {
    status: refusal === '' ? 200 : 409,
    page: frame.page({ template: 'question', title: '公众提问', session, view }),
  }
}
