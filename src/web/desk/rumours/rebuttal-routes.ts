// In: what people do about the answer to a claim: draft, send round, sign, send back, let out. Out: done, or the claim's page with why not.
// Must not sign for anybody: the scope is asked of the table by the roles of whoever is signed in.
import { SCOPE_NAMES, type SignScope } from '../../../core/rumour/signoff.ts'
import { refuse, type Person, type Refused } from '../../../rumour/context.ts'
import {
  draftRebuttal,
  goAhead,
  objectTo,
  publishRebuttal,
  signRebuttal,
  submitRebuttal,
} from '../../../rumour/rebuttal.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute, Visit } from '../door.ts'
import { claimPage } from './claim-page.ts'
import { personOf, type RumourPages } from './pages.ts'

const SCOPES = Object.keys(SCOPE_NAMES) as SignScope[]

export function listRebuttalRoutes(pages: RumourPages): DeskRoute[] {
  const { rumours } = pages
  const answer = 'answer-rumour' as const
  const handle = 'handle-rumour' as const
  const does = (
    path: string,
    act: DeskRoute['act'],
    work: (
      asked: { id: string; seen: number },
      visit: Visit,
      person: Person,
    ) => Promise<{ ok: true; to?: string } | Refused>,
  ): DeskRoute => ({
    method: 'POST',
    path: `/rumours/:id/${path}`,
    act,
    handle: async (visit) => {
      const id = visit.params['id'] ?? ''
      const asked = { id, seen: Number(visit.form.get('seen') ?? NaN) }
      const done = await work(asked, visit, personOf(seated(visit)))
      return done.ok ? { to: done.to ?? `/desk/rumours/${id}` } : claimPage(pages, visit, done.reason)
    },
  })
  const reasonOf = ({ form }: Visit): string => (form.get('reason') ?? '').slice(0, 4_000)
  const hashOf = ({ form }: Visit): string => (form.get('hash') ?? '').slice(0, 64)
  return [
    does('draft', answer, async (asked, _visit, person) => {
      const done = await draftRebuttal(rumours, asked, person)
      return done.ok ? { ok: true, to: `/desk/drafts/${done.draft}/edit` } : done
    }),
    does('submit', answer, (asked, { form }, person) =>
      submitRebuttal(rumours, { ...asked, isFactualOnly: form.get('factual') === 'yes' }, person),
    ),
    does('sign', handle, async (asked, visit, person) => {
      const scope = SCOPES.find((one) => one === visit.form.get('scope'))
      if (scope === undefined) return refuse('scope', '没有这一项会签')
      return signRebuttal(rumours, { ...asked, scope, bodyHash: hashOf(visit) }, person)
    }),
    does('object', handle, (asked, visit, person) => objectTo(rumours, { ...asked, reason: reasonOf(visit) }, person)),
    does('ahead', answer, (asked, visit, person) => goAhead(rumours, { ...asked, reason: reasonOf(visit) }, person)),
    does('publish', answer, (asked, visit, person) =>
      publishRebuttal(rumours, { ...asked, bodyHash: hashOf(visit) }, person),
    ),
  ]
}
