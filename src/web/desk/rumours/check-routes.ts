// In: that somebody asks the rules again, or has looked at a text beside what is new. Out: done, or the page with why not.
// Must not settle for anybody: the reason goes under the account that is signed in.
import { recheckClaim } from '../../../rumour/checks/check-claim.ts'
import { settleByHand } from '../../../rumour/checks/settle.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute } from '../door.ts'
import { refused } from '../refused.ts'
import { addressFlag } from './checks-view.ts'
import { claimPage } from './claim-page.ts'
import { personOf, readNumber, type RumourPages } from './pages.ts'

export function listCheckRoutes(pages: RumourPages): DeskRoute[] {
  const { rumours } = pages
  const answer = 'answer-rumour' as const
  return [
    {
      method: 'POST',
      path: '/rumours/:id/recheck',
      act: 'check-rumour',
      handle: async (visit) => {
        const id = visit.params['id'] ?? ''
        const done = await recheckClaim(rumours, id, personOf(seated(visit)))
        return done.ok ? { to: `/desk/rumours/${id}` } : claimPage(pages, visit, done.reason)
      },
    },
    {
      method: 'POST',
      path: '/flags/:flag',
      act: answer,
      handle: async (visit) => {
        const session = seated(visit)
        const flag = readNumber(visit.params['flag'])
        const done = await settleByHand(rumours, flag, (visit.form.get('why') ?? '').slice(0, 4_000), personOf(session))
        if (!done.ok) return refused(pages, session, 409, done.reason, '/desk/rumours')
        return { to: addressFlag(done.flag) || '/desk/rumours' }
      },
    },
  ]
}
