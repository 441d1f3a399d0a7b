// In: an officer's wish. Out: the board, a hold, a quake, a withdrawal under way; each act through the same door as the command line.
// Must not act without a person: every act goes under the account that is signed in.
import { WITHDRAWAL_REASONS, type WithdrawalReason } from '../../../core/notice.ts'
import { mayDo } from '../../../core/people/roles.ts'
import { findOnDuty, listWaiting } from '../../../people/roster.ts'
import type { Session } from '../../../people/sessions.ts'
import { findRunningDrill } from '../../../store/drill-book.ts'
import { findHoldEnd, findWithdrawer, listGateWords } from '../../../store/desk.ts'
import { findNotice, listLineage, listQuakeNotices, type NoticeView } from '../../../store/notices.ts'
import { seated } from '../account-routes.ts'
import { describeOnDuty, viewNote } from '../roster-view.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import type { DeskSheet } from '../frame.ts'
import { refused } from '../refused.ts'
import { addressOf, openNames, readBoard, showQuake } from './board.ts'
import { noteDeadline, readAllDeadlines, viewDeadline } from './deadline-view.ts'
import { viewHold, reportOf } from './hold-view.ts'
import { viewNotice } from './quake-view.ts'
import { listRemovalRoutes } from './removal-routes.ts'
import { viewPending, viewRemovable } from './removal-view.ts'
import { planWithdrawal } from './withdrawal-plan.ts'
import { whole, type BoardPages } from './pages.ts'
import { nameOutlet, REASON_NAMES, writeMoment, writeSpeed } from './words.ts'

/** The routes of the board and of what is decided there; each looks at the record as all nodes have left it. */
export function listBoardRoutes(pages: BoardPages): DeskRoute[] {
  return [...listRoutes(pages), ...listRemovalRoutes(pages)].map((route) => ({
    ...route,
    handle: async (visit) => {
      await pages.board.freshen()
      return route.handle(visit)
    },
  }))
}

function listRoutes(pages: BoardPages): DeskRoute[] {
  const see = 'see-board' as const
  const act = (
    path: string,
    whose: DeskRoute['act'],
    handle: (visit: Visit, session: Session) => Promise<Shown>,
  ): DeskRoute => ({ method: 'POST', path, act: whose, handle: (visit) => handle(visit, seated(visit)) })
  // What an open page fetches by itself: nobody is at the desk for its sake.
  const fragment = (path: string, handle: DeskRoute['handle']): DeskRoute => ({
    method: 'GET',
    path: `/parts${path}`,
    act: see,
    quiet: true,
    handle,
  })
  return [
    {
      method: 'GET',
      path: '',
      act: see,
      handle: async (visit) => whole(pages, await boardSheet(pages, seated(visit))),
    },
    fragment('/board', async (visit) => part(pages, await boardSheet(pages, seated(visit)))),
    { method: 'GET', path: '/holds/:id', act: see, handle: (visit) => holdPage(pages, visit) },
    act('/holds/:id/publish', 'decide-hold', (visit, session) => decide(pages, visit, session, 'publish')),
    act('/holds/:id/dismiss', 'decide-hold', (visit, session) => decide(pages, visit, session, 'dismiss')),
    { method: 'GET', path: '/quakes/:id', act: see, handle: (visit) => quakePage(pages, visit, whole) },
    fragment('/quakes/:id', (visit) => quakePage(pages, visit, part)),
    {
      method: 'GET',
      path: '/notices/:id/withdraw',
      act: 'withdraw',
      handle: (visit) => withdrawPage(pages, visit, ''),
    },
    act('/notices/:id/withdraw', 'withdraw', (visit, session) => withdraw(pages, visit, session)),
    { method: 'GET', path: '/notices/:id/progress', act: see, handle: (visit) => progressPage(pages, visit, whole) },
    fragment('/notices/:id/progress', (visit) => progressPage(pages, visit, part)),
    act('/alarms/:id/acknowledge', 'acknowledge-alarm', async ({ params }, session) => {
      const answer = await pages.command('acknowledge', { alarm: params['id'] ?? '', as: session.accountId })
      // Somebody else was quicker: that it rings no more is all that was wanted.
      return answer.ok || !answer.usage ? { to: '/desk' } : refused(pages, session, 400, answer.reason)
    }),
    act('/quakes/:id/deadlines/:deadline', 'keep-deadlines', (visit, session) => note(pages, visit, session)),
    act('/switches', 'switch-outlet', async ({ form }, session) => {
      const given = {
        outlet: form.get('outlet') ?? '',
        on: form.get('on') === '1',
        why: (form.get('why') ?? '').slice(0, 200),
      }
      const answer = await pages.command('kill-switch', { ...given, as: session.accountId })
      return answer.ok ? { to: '/desk' } : refused(pages, session, 409, answer.reason)
    }),
  ]
}

const part = ({ frame }: BoardPages, sheet: DeskSheet): Shown => ({ page: frame.fragment(sheet) })

const abilities = ({ roles }: Session): Record<string, boolean> => ({
  decides: mayDo(roles, 'decide-hold'),
  withdraws: mayDo(roles, 'withdraw'),
  acknowledges: mayDo(roles, 'acknowledge-alarm'),
  switches: mayDo(roles, 'switch-outlet'),
  marks: mayDo(roles, 'keep-deadlines'),
  posts: mayDo(roles, 'settle-delivery'),
  edits: mayDo(roles, 'edit-templates'),
  drills: mayDo(roles, 'run-drill'),
  reads: mayDo(roles, 'read-journal'),
})

async function boardSheet({ board }: BoardPages, session: Session): Promise<DeskSheet> {
  const now = board.realNow()
  const on = await findOnDuty(board.pool, now)
  const notes = mayDo(session.roles, 'keep-roster') ? await listWaiting(board.pool, session.accountId, on, now) : []
  const view = {
    ...(await readBoard(board, session.roles)),
    me: session.accountId,
    ...(await viewPending(board, session)),
    roster: describeOnDuty(on, now),
    handovers: notes.map((note) => viewNote(note, session.accountId)),
    may: abilities(session),
    reasons: listReasons(),
    running: await findRunningDrill(board.pool),
  }
  return { template: 'board', title: '值班台', session, view, live: '/desk/parts/board' }
}

const listReasons = (): { code: WithdrawalReason; name: string }[] =>
  WITHDRAWAL_REASONS.map((code) => ({ code, name: REASON_NAMES[code] }))

async function holdPage(pages: BoardPages, visit: Visit): Promise<Shown> {
  const session = seated(visit)
  const { board } = pages
  const id = visit.params['id'] ?? ''
  const hold = [...board.picture().holds.values()].find((one) => one.id === id)
  const quake = hold && board.picture().quakes.get(hold.quakeId)
  if (!hold || !quake) return refused(pages, session, 410, await tellWho(pages, id))
  const report = reportOf(hold, quake)
  const words = await listGateWords(board.pool, report === null ? [] : [report.id])
  const card = viewHold(hold, quake, words.get(report?.id ?? '') ?? [], board.clock(hold.class))
  const foretold = card.decides ? board.foretell(id) : null
  const said = foretold !== null && 'text' in foretold ? foretold : null
  const live = board.outlets.filter((outlet) => said?.outlets.includes(outlet.id) === true)
  const view = {
    hold: card,
    said,
    refusal: foretold !== null && 'refusal' in foretold ? foretold.refusal : '',
    outlets: live.map((outlet) => nameOutlet(outlet.channel, '', outlet.id)).join('、'),
    may: abilities(session),
  }
  return whole(pages, { template: 'hold', title: '待核', session, view, drill: hold.class === 'drill' })
}

/** What became of a hold that is no longer on the desk, and by whom: the second of two officers reads this. */
async function tellWho({ board }: BoardPages, id: string): Promise<string> {
  const end = await findHoldEnd(board.pool, id)
  if (!end) return '没有这个待核事项'
  if (end.closedAt === null || end.closedBy === null) return '此事项正在处理'
  const name = await openNames(board, [{ actor: end.closedBy }], [])
  const done =
    { released: '已核实发布', dismissed: '已决定不发布', resolved: '已自行解除' }[end.state as string] ?? '已处理'
  return `${name(end.closedBy)} 于 ${writeMoment(end.closedAt)} ${done}${end.closedWhy ? `（${end.closedWhy}）` : ''}`
}

async function decide(pages: BoardPages, visit: Visit, session: Session, way: 'publish' | 'dismiss'): Promise<Shown> {
  const hold = visit.params['id'] ?? ''
  const open = [...pages.board.picture().holds.values()].find((one) => one.id === hold)
  const why = way === 'dismiss' ? { why: (visit.form.get('why') ?? '').slice(0, 200) } : {}
  const answer = await pages.command(way, { hold, as: session.accountId, ...why })
  if (answer.ok) return { to: open && way === 'publish' ? `/desk/quakes/${open.quakeId}` : '/desk' }
  const stands = [...pages.board.picture().holds.values()].some((one) => one.id === hold)
  return refused(pages, session, 409, stands ? answer.reason : await tellWho(pages, hold))
}

async function quakePage(
  pages: BoardPages,
  visit: Visit,
  show: (pages: BoardPages, sheet: DeskSheet) => Shown,
): Promise<Shown> {
  const session = seated(visit)
  const { board } = pages
  const id = visit.params['id'] ?? ''
  const quake = board.picture().quakes.get(id)
  if (!quake) return refused(pages, session, 404, '没有这次地震，或已不在近日之内')
  const notices = await listQuakeNotices(board.pool, id)
  const now = board.clock(quake.class)
  const limits = (await readAllDeadlines(board, [quake], () => now)).get(id) ?? []
  const name = await openNames(board, [...notices, ...limits.map(({ by }) => ({ actor: by }))], [])
  const card = showQuake(board, quake, notices, name)
  const deadlines = limits.map((one) => viewDeadline(one, now, name))
  const view = { quake: card, may: abilities(session), reasons: listReasons(), deadlines }
  const live = `/desk/parts/quakes/${id}`
  return show(pages, { template: 'quake', title: card.title, session, view, live, drill: card.drill })
}

async function note(pages: BoardPages, visit: Visit, session: Session): Promise<Shown> {
  const { board } = pages
  const { id = '', deadline = '' } = visit.params
  const quake = board.picture().quakes.get(id)
  if (!quake) return refused(pages, session, 404, '没有这次地震，或已不在近日之内')
  const given = { mark: visit.form.get('mark') ?? '', words: visit.form.get('words') ?? '', by: session.accountId }
  const why = await noteDeadline(board, { quake: id, deadline, ...given }, board.clock(quake.class))
  const back = `/desk/quakes/${id}`
  return why === null ? { to: back } : refused(pages, session, 409, why, back)
}

async function findForDesk({ board }: BoardPages, visit: Visit): Promise<NoticeView | undefined> {
  return findNotice(board.pool, visit.params['id'] ?? '')
}

async function withdrawPage(pages: BoardPages, visit: Visit, reason: string): Promise<Shown> {
  const session = seated(visit)
  const notice = await findForDesk(pages, visit)
  if (!notice) return refused(pages, session, 404, '没有这条公告')
  if (notice.state !== 'current' || notice.kind === 'withdrawal')
    return refused(pages, session, 410, await tellWithdrawn(pages, notice))
  const name = await openNames(pages.board, [notice], [])
  const asked = visit.query.get('reason') ?? visit.form.get('reason')
  const view = {
    reason,
    notice: viewNotice(notice, addressOf(pages.board), name),
    plan: planWithdrawal(await listLineage(pages.board.pool, notice.serial), pages.board.picture().killedOutlets),
    chosen: WITHDRAWAL_REASONS.find((code) => code === asked) ?? '',
    reasons: listReasons(),
    given: Object.fromEntries(['from', 'to', 'area', 'floor', 'cause'].map((key) => [key, visit.form.get(key) ?? ''])),
  }
  const shown = whole(pages, {
    template: 'withdraw',
    title: '撤回公告',
    session,
    view,
    drill: notice.class === 'drill',
  })
  return reason === '' ? shown : { ...shown, status: 409 }
}

async function tellWithdrawn({ board }: BoardPages, notice: NoticeView): Promise<string> {
  const by = await findWithdrawer(board.pool, notice.lineage)
  if (by) {
    const name = await openNames(board, [by], [])
    return `${name(by.actor)} 已于 ${writeMoment(by.at)} 撤回`
  }
  return '这条公告已有更新，请撤回最新的一报'
}

async function withdraw(pages: BoardPages, visit: Visit, session: Session): Promise<Shown> {
  const notice = await findForDesk(pages, visit)
  if (!notice) return refused(pages, session, 404, '没有这条公告')
  const { form } = visit
  const reason = form.get('reason') ?? ''
  const window =
    reason === 'no-quake'
      ? {
          ...(form.get('from') ? { from: form.get('from') } : {}),
          ...(form.get('to') ? { to: form.get('to') } : {}),
          ...(form.get('area') ? { area: form.get('area') } : {}),
          ...(form.get('floor') ? { floor: Number(form.get('floor')) } : {}),
          ...(form.get('cause') ? { cause: form.get('cause') } : {}),
        }
      : {}
  const serial = `${notice.serial} 第${notice.report}报`
  const answer = await pages.command('withdraw', { serial, reason, as: session.accountId, wait: false, ...window })
  if (!answer.ok) {
    const now = await findForDesk(pages, visit)
    return now?.state === 'current'
      ? withdrawPage(pages, visit, answer.reason)
      : refused(pages, session, 409, await tellWithdrawn(pages, notice))
  }
  return { to: `/desk/notices/${notice.id}/progress` }
}

/** The words that took a notice back, channel by channel, with the time since somebody pressed. */
async function progressPage(
  pages: BoardPages,
  visit: Visit,
  show: (pages: BoardPages, sheet: DeskSheet) => Shown,
): Promise<Shown> {
  const session = seated(visit)
  const { board } = pages
  const notice = await findForDesk(pages, visit)
  if (!notice) return refused(pages, session, 404, '没有这条公告')
  const lineage = await listLineage(board.pool, notice.serial)
  const words = lineage.filter(({ kind }) => kind === 'withdrawal')
  const name = await openNames(board, lineage, [])
  const last = Math.max(0, ...words.flatMap((word) => word.deliveries.map(({ acceptedAt }) => acceptedAt ?? 0)))
  const first = words[0]
  const cards = words.map((word) => viewNotice(word, addressOf(board), name))
  const settled = cards.length > 0 && cards.every((card) => card.settled)
  const until = settled ? last : board.clock(notice.class)
  const view = {
    notice: viewNotice(notice, addressOf(board), name),
    words: cards,
    settled,
    drill: notice.class === 'drill',
    failed: cards.flatMap(({ deliveries }) => deliveries.filter(({ tone }) => tone === 'bad')).length,
    took: first === undefined ? '' : writeSpeed(until - first.decidedAt),
    since: first === undefined ? '' : String(first.decidedAt),
    now: String(board.clock(notice.class)),
    ...(await viewRemovable(board, lineage, session, words.length > 0)),
  }
  const live = settled ? '' : `/desk/parts/notices/${notice.id}/progress`
  return show(pages, { template: 'progress', title: '撤回进度', session, view, live, drill: notice.class === 'drill' })
}
