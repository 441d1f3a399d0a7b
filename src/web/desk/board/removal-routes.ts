// In: an officer who wants a post taken down, another who says yes or no. Out: both through the same door as every command.
// Must not let one person do both: the command refuses it, and the database again.
import { findNotice } from '../../../store/notices.ts'
import { findRemoval } from '../../../store/removals.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import { refused } from '../refused.ts'
import { whole, type BoardPages } from './pages.ts'
import { nameRemovers, viewRemoval } from './removal-view.ts'

export function listRemovalRoutes(pages: BoardPages): DeskRoute[] {
  return [
    { method: 'POST', path: '/notices/:id/removals', act: 'withdraw', handle: (visit) => ask(pages, visit) },
    { method: 'GET', path: '/removals/:id', act: 'see-board', handle: (visit) => show(pages, visit) },
    {
      method: 'POST',
      path: '/removals/:id/confirm',
      act: 'withdraw',
      handle: (visit) => decide(pages, visit, 'confirm'),
    },
    {
      method: 'POST',
      path: '/removals/:id/decline',
      act: 'withdraw',
      handle: (visit) => decide(pages, visit, 'decline'),
    },
    { method: 'POST', path: '/removals/:id/by-hand', act: 'withdraw', handle: (visit) => decide(pages, visit, 'note') },
  ]
}

async function ask(pages: BoardPages, visit: Visit): Promise<Shown> {
  const session = seated(visit)
  const notice = await findNotice(pages.board.pool, visit.params['id'] ?? '')
  if (!notice) return refused(pages, session, 404, '没有这条公告')
  const back = `/desk/notices/${notice.id}/progress`
  const why = (visit.form.get('why') ?? '').trim().slice(0, 200)
  if (why === '') return refused(pages, session, 409, '请写明删除的理由', back)
  const given = { delivery: (visit.form.get('delivery') ?? '').slice(0, 60), why, as: session.accountId }
  const answer = await pages.command('ask-removal', given)
  return answer.ok ? { to: back } : refused(pages, session, 409, answer.reason, back)
}

async function show(pages: BoardPages, visit: Visit): Promise<Shown> {
  const session = seated(visit)
  const removal = await findRemoval(pages.board.pool, visit.params['id'] ?? '')
  if (!removal) return refused(pages, session, 404, '没有这项删除申请')
  const name = await nameRemovers(pages.board, [removal])
  const view = { removal: viewRemoval(removal, session, name), notice: removal.notice_id }
  return whole(pages, { template: 'removal', title: '删除帖文', session, view, drill: removal.class === 'drill' })
}

async function decide(pages: BoardPages, visit: Visit, way: 'confirm' | 'decline' | 'note'): Promise<Shown> {
  const session = seated(visit)
  const id = visit.params['id'] ?? ''
  const answer = await pages.command(`${way}-removal`, { removal: id, as: session.accountId })
  const removal = await findRemoval(pages.board.pool, id)
  if (!removal) return refused(pages, session, 404, '没有这项删除申请')
  if (answer.ok) return { to: `/desk/notices/${removal.notice_id}/progress` }
  const name = await nameRemovers(pages.board, [removal])
  const { state, open } = viewRemoval(removal, session, name)
  return refused(
    pages,
    session,
    409,
    open || way === 'note' ? answer.reason : state,
    `/desk/notices/${removal.notice_id}/progress`,
  )
}
