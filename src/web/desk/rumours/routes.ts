// In: what staff and liaisons do about rumours. Out: the queue, a claim, its forms; each route behind its act.
// Must not decide whose a step is: core/rumour does; every act goes under the account that is signed in.
import { ASKABLE } from '../../../core/rumour/claim-actor.ts'
import { CHECK_OUTCOMES } from '../../../core/rumour/checks/finding.ts'
import { CLAIM_EVENTS } from '../../../core/rumour/claim-states.ts'
import type { Risk } from '../../../core/rumour/signoff.ts'
import { checkClaim, meetByHand, noteClaim, shareClaim, unshareClaim } from '../../../rumour/beside.ts'
import { refuse, type Moved, type Person } from '../../../rumour/context.ts'
import { confirmRecurrence } from '../../../rumour/recurrence.ts'
import { endFirstLine, sayFirstLine } from '../../../rumour/first-line.ts'
import { answerProposal, proposeStep, rateClaim } from '../../../rumour/second.ts'
import { stepClaim, type Asked } from '../../../rumour/steps.ts'
import { noteWordRead } from '../../../rumour/words-told.ts'
import { answerSuggestion, placeDenial, separateSighting } from '../../../rumour/tidy-links.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import { listCheckRoutes } from './check-routes.ts'
import { claimPage } from './claim-page.ts'
import { personOf, readNumber, type RumourPages } from './pages.ts'
import { listForecastRoutes } from './forecast-routes.ts'
import { importForm, newForm, takeForm, takeImport } from './intake-pages.ts'
import { listQuestionRoutes } from './question-routes.ts'
import { listSenderRoutes } from './sender-routes.ts'
import { listSheetRoutes } from './sheet-routes.ts'
import { listMonthlyRoutes } from './monthly.ts'
import { listPreparedRoutes } from './prepared-routes.ts'
import { openQueuePart, queueSheet } from './queue-page.ts'
import { listRebuttalRoutes } from './rebuttal-routes.ts'

/** The routes of rumours. */
export function listRumourRoutes(pages: RumourPages): DeskRoute[] {
  const { rumours } = pages
  const see = 'see-rumours' as const
  const handle = 'handle-rumour' as const
  const answer = 'answer-rumour' as const
  const share = 'share-rumour' as const
  const report = 'report-rumour' as const
  const queuePart = openQueuePart(pages)
  const does = (
    path: string,
    act: DeskRoute['act'],
    work: (id: string, visit: Visit, person: Person) => Promise<Moved>,
  ): DeskRoute => ({
    method: 'POST',
    path: `/rumours/:id/${path}`,
    act,
    handle: async (visit) => {
      const id = visit.params['id'] ?? ''
      const moved = await work(id, visit, personOf(seated(visit)))
      return moved.ok ? { to: `/desk/rumours/${id}` } : claimPage(pages, visit, moved.reason)
    },
  })
  return [
    {
      method: 'GET',
      path: '/rumours',
      act: see,
      handle: async (visit) => ({ page: pages.frame.page(await queueSheet(pages, visit, '')) }),
    },
    {
      method: 'GET',
      path: '/parts/rumours',
      act: see,
      quiet: true,
      handle: async (visit) => ({ page: await queuePart(visit) }),
    },
    { method: 'GET', path: '/rumours/new', act: report, handle: async (visit) => newForm(pages, visit) },
    { method: 'POST', path: '/rumours', act: report, handle: (visit) => takeForm(pages, visit) },
    { method: 'GET', path: '/rumours/import', act: answer, handle: async (visit) => importForm(pages, visit) },
    { method: 'POST', path: '/rumours/import', act: answer, handle: (visit) => takeImport(pages, visit) },
    { method: 'GET', path: '/rumours/:id', act: see, handle: (visit) => claimPage(pages, visit, '') },
    does('steps', handle, async (id, { form }, person) => {
      const asked = readAsked(form)
      return asked === null ? refuse('event', '没有这一步') : stepClaim(rumours, id, asked, person)
    }),
    does('proposals', answer, (id, { form }, person) => {
      const event = form.get('event') === 'refer' ? 'refer' : 'dismiss'
      const given = {
        event,
        reason: read(form, 'reason'),
        receipt: read(form, 'receipt'),
        seen: readSeen(form),
      } as const
      return proposeStep(rumours, id, given, person)
    }),
    does('proposals/:proposal', answer, (id, { form, params }, person) =>
      answerProposal(rumours, id, readNumber(params['proposal']), form.get('do') === 'agree', person),
    ),
    does('risk', answer, (id, { form }, person) => {
      const risk = ([1, 2, 3, 4] as const).find((one) => String(one) === form.get('risk')) ?? (1 satisfies Risk)
      return rateClaim(rumours, id, { risk, reason: read(form, 'reason'), seen: readSeen(form) }, person)
    }),
    does('suggestions/:target', answer, (id, { form, params }, person) => {
      const asked = { target: params['target'] ?? '', isSame: form.get('do') === 'same', seen: readSeen(form) }
      if (form.get('do') === 'old') return confirmRecurrence(rumours, id, asked, person)
      return answerSuggestion(rumours, id, asked, person)
    }),
    does('sightings/:sighting/separate', answer, (id, { params }, person) =>
      separateSighting(rumours, id, params['sighting'] ?? '', person),
    ),
    does('checks', 'check-rumour', (id, { form }, person) => {
      const outcome = CHECK_OUTCOMES.find((one) => one === form.get('outcome')) ?? 'no-data'
      return checkClaim(rumours, id, { source: read(form, 'source'), outcome, words: read(form, 'words') }, person)
    }),
    does('notes', handle, (id, { form }, person) =>
      noteClaim(rumours, id, { words: read(form, 'words'), private: form.get('private') === 'yes' }, person),
    ),
    does('grants', share, (id, { form }, person) => {
      const hours = form.get('hours') === '' ? null : Number(form.get('hours') ?? NaN)
      const level = form.get('level') === 'case' ? 'case' : 'summary'
      const given = { organisation: read(form, 'organisation'), level, hours, reason: read(form, 'reason') } as const
      return shareClaim(rumours, id, given, person)
    }),
    does('grants/:organisation/end', share, (id, { params }, person) =>
      unshareClaim(rumours, id, params['organisation'] ?? '', person),
    ),
    does('clocks/:clock', answer, (id, { params }, person) => meetByHand(rumours, id, params['clock'] ?? '', person)),
    does('line', answer, (id, { form }, person) => sayFirstLine(rumours, { id, place: read(form, 'place') }, person)),
    does('line/end', answer, (id, { form }, person) => endFirstLine(rumours, { id, how: read(form, 'how') }, person)),
    ...listRebuttalRoutes(pages),
    ...listQuestionRoutes(pages),
    ...listSenderRoutes(pages),
    ...listCheckRoutes(pages),
    ...listForecastRoutes(pages),
    ...listSheetRoutes(pages),
    ...listPreparedRoutes(pages),
    ...listMonthlyRoutes(pages),
    {
      method: 'POST',
      path: '/words/:notice/read',
      act: handle,
      handle: async (visit) => {
        await noteWordRead(rumours, visit.params['notice'] ?? '', personOf(seated(visit)))
        return { to: '/desk/rumours' }
      },
    },
    {
      method: 'POST',
      path: '/sightings/:id/place',
      act: answer,
      handle: async (visit) => {
        const target = read(visit.form, 'target')
        const done = await placeDenial(rumours, visit.params['id'] ?? '', target, personOf(seated(visit)))
        if (done.ok) return { to: `/desk/rumours/${target}` }
        return { status: 409, page: pages.frame.page(await queueSheet(pages, visit, done.reason)) } satisfies Shown
      },
    },
  ]
}

const readSeen = (form: URLSearchParams): number => Number(form.get('seen') ?? NaN)
const read = (form: URLSearchParams, name: string): string => (form.get(name) ?? '').slice(0, 4_000)

function readAsked(form: URLSearchParams): Asked | null {
  const event = CLAIM_EVENTS.find((one) => one === form.get('event'))
  if (event === undefined) return null
  const minutes = Number(form.get('minutes') ?? NaN)
  const asked = ASKABLE.find((one) => one === form.get('whom'))
  const target = read(form, 'target').trim().split('/').at(-1) ?? ''
  return {
    event,
    seen: readSeen(form),
    reason: read(form, 'reason'),
    ...(target === '' ? {} : { target }),
    ...(Number.isFinite(minutes) ? { holdMinutes: minutes } : {}),
    ...(asked === undefined ? {} : { askedOf: asked }),
  }
}
