// In: what people do with answers prepared in peacetime. Out: pages and forms, each route behind its act.
// Must not sign for anybody, nor let one out that was not shown as it will be read.
import { SCOPE_NAMES, type SignScope } from '../../../core/rumour/signoff.ts'
import { CLAIM_KINDS } from '../../../core/rumour/kind.ts'
import { findInForce, SLOTS } from '../../../core/rumour/prepared.ts'
import { keepFields, type DraftFields } from '../../../core/writing/fields.ts'
import { isGuest, type Person } from '../../../rumour/context.ts'
import {
  createPrepared,
  declineVersion,
  endAnswer,
  listSeen,
  offerVersion,
  signVersion,
  writePrepared,
  type Prepared,
} from '../../../rumour/prepared.ts'
import { findSight } from '../../../rumour/sight.ts'
import { tryPrepared, usePrepared, type UseAsked } from '../../../rumour/use-prepared.ts'
import { nameAccounts } from '../../../store/people/accounts.ts'
import { findClaim } from '../../../store/rumours/claims.ts'
import { findPrepared, listPrepared, listPreparedUses } from '../../../store/rumours/prepared.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import { viewFields } from '../drafts/view.ts'
import { missingClaim } from './claim-page.ts'
import { personOf, type RumourPages } from './pages.ts'
import { viewPrepared, viewPreparedLine, viewUse } from './prepared-view.ts'
import { CLAIM_KIND_NAMES } from './words.ts'

const MOST = 200
const MOST_USES = 50
const SCOPES = Object.keys(SCOPE_NAMES) as SignScope[]

export function listPreparedRoutes(pages: RumourPages): DeskRoute[] {
  const { rumours } = pages
  const does = (
    path: string,
    act: DeskRoute['act'],
    work: (asked: { id: string; seen: number }, visit: Visit, person: Person) => Promise<Prepared>,
  ): DeskRoute => ({
    method: 'POST',
    path: `/rumours/prepared/:answer/${path}`,
    act,
    handle: async (visit) => {
      const id = visit.params['answer'] ?? ''
      const done = await work({ id, seen: readNumber(visit, 'seen') }, visit, personOf(seated(visit)))
      if (done.ok) return { to: `/desk/rumours/prepared/${id}` }
      const typed = path === 'versions' ? keepFields('rebuttal', (name) => visit.form.get(name)) : undefined
      return answerPage(pages, visit, done.reason, typed)
    },
  })
  return [
    { method: 'GET', path: '/rumours/prepared', act: 'see-rumours', handle: (visit) => listPage(pages, visit, '') },
    { method: 'POST', path: '/rumours/prepared', act: 'answer-rumour', handle: (visit) => create(pages, visit) },
    {
      method: 'GET',
      path: '/rumours/prepared/:answer',
      act: 'see-rumours',
      handle: (visit) => answerPage(pages, visit, ''),
    },
    does('versions', 'answer-rumour', (asked, { form }, person) =>
      writePrepared(rumours, { ...asked, read: (name) => form.get(name) }, person),
    ),
    does('offer', 'answer-rumour', (asked, visit, person) =>
      offerVersion(rumours, { ...asked, days: readNumber(visit, 'days') }, person),
    ),
    does('sign', 'handle-rumour', async (asked, { form }, person) => {
      const scope = SCOPES.find((one) => one === form.get('scope')) ?? 'facts'
      return signVersion(rumours, { ...asked, scope, hash: (form.get('hash') ?? '').slice(0, 64) }, person)
    }),
    does('decline', 'handle-rumour', (asked, { form }, person) =>
      declineVersion(rumours, { ...asked, why: (form.get('why') ?? '').slice(0, 4_000) }, person),
    ),
    does('end', 'answer-rumour', (asked, { form }, person) =>
      endAnswer(rumours, { ...asked, why: (form.get('why') ?? '').slice(0, 4_000) }, person),
    ),
    {
      method: 'GET',
      path: '/rumours/:id/prepared/:answer',
      act: 'answer-rumour',
      handle: (visit) => usePage(pages, visit, {}, ''),
    },
    {
      method: 'POST',
      path: '/rumours/:id/prepared/:answer',
      act: 'answer-rumour',
      handle: (visit) => use(pages, visit),
    },
  ]
}

const readNumber = ({ form }: Visit, name: string): number => Number(form.get(name) ?? NaN)

async function listPage({ rumours, frame }: RumourPages, visit: Visit, refusal: string): Promise<Shown> {
  const session = seated(visit)
  const now = rumours.now()
  const all = await listPrepared(rumours.pool, MOST)
  const seen = all.filter((record) => listSeen(record, session).length > 0)
  const chosen = visit.form.get('kind') ?? ''
  const view = {
    refusal,
    staff: !isGuest(session),
    answers: seen.map((record) => viewPreparedLine(record, session, now)),
    typed: { name: (visit.form.get('name') ?? '').slice(0, 40) },
    kinds: CLAIM_KINDS.map((value) => ({ value, name: CLAIM_KIND_NAMES[value], chosen: value === chosen })),
    fields: viewFields(
      'rebuttal',
      keepFields('rebuttal', (name) => visit.form.get(name)),
    ),
  }
  const page = frame.page({ template: 'prepared', title: '预签模板', session, view })
  return { status: refusal === '' ? 200 : 409, page }
}

async function create(pages: RumourPages, visit: Visit): Promise<Shown> {
  const read = (name: string): string | null => visit.form.get(name)
  const given = { name: read('name') ?? '', kind: read('kind') ?? '', read }
  const done = await createPrepared(pages.rumours, given, personOf(seated(visit)))
  return done.ok ? { to: `/desk/rumours/prepared/${done.id}` } : listPage(pages, visit, done.reason)
}

async function answerPage(pages: RumourPages, visit: Visit, refusal: string, typed?: DraftFields): Promise<Shown> {
  const { rumours, frame } = pages
  const session = seated(visit)
  const record = await findPrepared(rumours.pool, visit.params['answer'] ?? '')
  if (!record || listSeen(record, session).length === 0) return missing(pages, visit)
  const uses = await listPreparedUses(rumours.pool, record.id, MOST_USES)
  const people = [
    ...record.versions.flatMap(({ madeBy, signatures }) => [madeBy, ...signatures.map(({ account }) => account)]),
    ...uses.map(({ by }) => by),
  ]
  const names = isGuest(session) ? new Map<string, string>() : await nameAccounts(rumours.pool, [...new Set(people)])
  const answer = viewPrepared({
    record,
    uses,
    session,
    now: rumours.now(),
    name: (account) => names.get(account) ?? account,
    ...(typed ? { typed } : {}),
  })
  const page = frame.page({ template: 'prepared-answer', title: '预签模板', session, view: { refusal, answer } })
  return { status: refusal === '' ? 200 : 409, page }
}

function missing({ frame }: RumourPages, visit: Visit): Shown {
  const view = { reason: '没有这个预签模板，或没有送您会签', back: '/desk/rumours/prepared' }
  return { status: 404, page: frame.page({ template: 'refused', title: '不能进行', session: seated(visit), view }) }
}

const readSlots = ({ form }: Visit): Record<string, string> =>
  Object.fromEntries(SLOTS.map((slot) => [slot, (form.get(`slot-${slot}`) ?? '').slice(0, 60)]))

async function usePage(
  pages: RumourPages,
  visit: Visit,
  typed: Readonly<Record<string, string>>,
  refusal: string,
  filled: DraftFields | null = null,
): Promise<Shown> {
  const { rumours, frame } = pages
  const session = seated(visit)
  const id = visit.params['id'] ?? ''
  const sight = await findSight(rumours.pool, rumours, personOf(session), id)
  const claim = sight === 'whole' ? await findClaim(rumours.pool, id) : null
  if (claim === null) return missingClaim(pages, session)
  const record = await findPrepared(rumours.pool, visit.params['answer'] ?? '')
  const version = record && findInForce(record.versions, record.endedAt !== null, rumours.now())
  if (!record || !version) return missing(pages, visit)
  const view = { refusal, use: viewUse({ claim, record, version, typed, filled }) }
  const page = frame.page({ template: 'prepared-use', title: '使用预签模板', session, view })
  return { status: refusal === '' ? 200 : 409, page }
}

/** Shown first, let out by a second press. */
async function use(pages: RumourPages, visit: Visit): Promise<Shown> {
  const { rumours } = pages
  const person = personOf(seated(visit))
  const id = visit.params['id'] ?? ''
  const slots = readSlots(visit)
  const asked: UseAsked = {
    id,
    seen: readNumber(visit, 'seen'),
    answer: visit.params['answer'] ?? '',
    version: readNumber(visit, 'version'),
    slots,
  }
  if (visit.form.get('do') === 'publish') {
    const done = await usePrepared(rumours, asked, person)
    return done.ok ? { to: `/desk/rumours/${id}` } : usePage(pages, visit, slots, done.reason)
  }
  const claim = await findClaim(rumours.pool, id)
  if (claim === null) return usePage(pages, visit, slots, '')
  const tried = await tryPrepared(rumours.pool, rumours, claim, asked)
  return tried.ok ? usePage(pages, visit, slots, '', tried.fields) : usePage(pages, visit, slots, tried.reason)
}
