// In: words that wait for a person at a platform. Out: cards (操作卡): take one, copy its text, say what came of it and where it stands.
// Must not show a text to copy to two people at once: two people with one text would be two posts (DESIGN L2).
import { readPostAddress } from '../../core/channel-register.ts'
import type { Instant } from '../../core/instant.ts'
import { mayDo } from '../../core/people/roles.ts'
import type { Session } from '../../people/sessions.ts'
import type { Outlet } from '../../publish/outlets.ts'
import { takeForPosting } from '../../publish/take-card.ts'
import { findCard, listCards, type HandCard } from '../../store/hand-posts.ts'
import { nameAccounts } from '../../store/people/accounts.ts'
import type { Pool } from 'pg'
import { seated } from './account-routes.ts'
import { KIND_NAMES, writeMoment } from './board/words.ts'
import { nameChannel } from './outlets/view.ts'
import type { DeskRoute, Shown, Visit } from './door.ts'
import type { DeskFrame } from './frame.ts'
import type { CommandAnswer } from './server.ts'

export interface CardPages {
  pool: Pool
  frame: DeskFrame
  outlets: readonly Outlet[]
  /** By the actual lane: cards are never a drill's. */
  now: () => Instant
  random: () => string
  publicUrl: string
  /** The officer's commands; `as` is the account's id. */
  command: (name: string, input: unknown) => Promise<CommandAnswer>
}

/** The routes of the cards. */
export function listCardRoutes(pages: CardPages): DeskRoute[] {
  const act = 'settle-delivery' as const
  return [
    { method: 'GET', path: '/cards', act, handle: (visit) => cardsPage(pages, seated(visit), '') },
    { method: 'POST', path: '/cards/:id/take', act, handle: (visit) => take(pages, visit) },
    { method: 'POST', path: '/cards/:id/posted', act, handle: (visit) => settle(pages, visit, 'posted') },
    { method: 'POST', path: '/cards/:id/absent', act, handle: (visit) => settle(pages, visit, 'absent') },
  ]
}

/** Outlets that people can post at, as the store asks for them. */
export function listHandOutlets(outlets: readonly Outlet[]): { id: string; byHand: boolean }[] {
  return outlets
    .filter(({ class: lane, mode }) => lane === 'actual' && mode === 'live')
    .flatMap(({ id, channel, config }) => {
      const account = channel.account?.(config)
      return account === undefined ? [] : [{ id, byHand: account.byHand }]
    })
}

async function take(pages: CardPages, visit: Visit): Promise<Shown> {
  const session = seated(visit)
  const id = visit.params['id'] ?? ''
  const card = await findCard(pages.pool, id)
  const outlet = listHandOutlets(pages.outlets).find((one) => one.id === card?.outlet)
  if (!card || !outlet) return cardsPage(pages, session, '没有这张卡')
  const taken = await takeForPosting(pages, id, outlet.byHand, session.accountId)
  if (taken) return { to: '/desk/cards' }
  return cardsPage(pages, session, await tellWhy(pages, id))
}

/** What became of a card that somebody else was quicker with. */
async function tellWhy({ pool }: CardPages, id: string): Promise<string> {
  const now = await findCard(pool, id)
  if (!now) return '没有这张卡'
  if (now.takenBy !== null) {
    const names = await nameAccounts(pool, [now.takenBy])
    const since = now.takenAt === null ? '' : ` ${writeMoment(now.takenAt)}`
    return `${names.get(now.takenBy) ?? now.takenBy}${since} 起正在发布这一条`
  }
  if (now.replaced) return '这一条已有更新的公告，请发最新的'
  if (now.state === 'queued' || now.state === 'sending') return '正在处理，请稍候再试'
  return '这一条已不需要人工发布'
}

async function settle(pages: CardPages, visit: Visit, is: 'posted' | 'absent'): Promise<Shown> {
  const session = seated(visit)
  const card = await findCard(pages.pool, visit.params['id'] ?? '')
  const outlet = pages.outlets.find(({ id, class: lane }) => lane === 'actual' && id === card?.outlet)
  const account = outlet?.channel.account?.(outlet.config)
  if (!card || !account) return cardsPage(pages, session, '没有这张卡')
  if (card.takenBy === null ? card.state !== 'unknown' : !mayEnd(card.takenBy, session))
    return cardsPage(pages, session, card.takenBy === null ? '请先点“由我发布”' : await tellWhy(pages, card.delivery))
  const pasted = (visit.form.get('url') ?? '').trim()
  const url = is === 'posted' && pasted !== '' ? readPostAddress(pasted, account.hosts) : null
  if (is === 'posted' && pasted !== '' && url === null) {
    const where = account.hosts.length === 0 ? '' : `，须在 ${account.hosts.join('、')} 之下`
    return cardsPage(pages, session, `这不是帖子的网址${where}；请从平台复制完整网址，没有网址的可以不填`)
  }
  const { outlet: id, leg, serial, report } = card
  const given = { serial: `${serial} 第${report}报`, outlet: id, leg, is, as: session.accountId }
  const answer = await pages.command('settle', url === null ? given : { ...given, url })
  return answer.ok ? { to: '/desk/cards' } : cardsPage(pages, session, answer.reason)
}

/** Whoever took it; and whoever decides on duty, for one who has gone home. */
const mayEnd = (takenBy: string, session: Session): boolean =>
  takenBy === session.accountId || mayDo(session.roles, 'withdraw')

async function cardsPage(pages: CardPages, session: Session, reason: string): Promise<Shown> {
  const { pool, outlets, frame, publicUrl } = pages
  const cards = await listCards(pool, listHandOutlets(outlets), pages.now())
  const names = await nameAccounts(
    pool,
    cards.flatMap(({ takenBy }) => (takenBy === null ? [] : [takenBy])),
  )
  const view = {
    reason,
    cards: cards.flatMap((card) => {
      const outlet = outlets.find(({ id }) => id === card.outlet)
      return outlet ? [viewCard(card, outlet, session, names, publicUrl)] : []
    }),
  }
  const page = frame.page({ template: 'cards', title: '人工发布', session, view })
  return { page, status: reason === '' ? 200 : 409 }
}

function viewCard(
  card: HandCard,
  outlet: Outlet,
  session: Session,
  names: ReadonlyMap<string, string>,
  publicUrl: string,
): object {
  const account = outlet.channel.account?.(outlet.config)
  const { takenBy } = card
  const mine = takenBy === session.accountId
  const serial = `${card.serial} 第${card.report}报`
  const url = `${publicUrl}/n/${card.code}`
  const composed = account?.byHand === true ? card.content['text'] : undefined
  return {
    id: card.delivery,
    channel: nameChannel(outlet),
    platform: account?.platform ?? '',
    kind: KIND_NAMES[card.kind as keyof typeof KIND_NAMES] ?? card.kind,
    withdrawal: card.kind === 'withdrawal',
    title: card.title,
    serial,
    issued: writeMoment(card.issuedAt),
    text: composed ?? `${card.text.trim()}\n${serial}\n${url}`,
    picture: `${url}.png`,
    url,
    hosts: (account?.hosts ?? []).join('、'),
    // That it waits is what every card says.
    reason: account?.byHand === true && card.state === 'queued' ? '' : card.reason,
    replaced: card.replaced,
    doubtful: takenBy === null && card.state === 'unknown',
    free: takenBy === null && card.state !== 'unknown',
    mine,
    by: takenBy === null ? '' : (names.get(takenBy) ?? takenBy),
    since: card.takenAt === null ? '' : writeMoment(card.takenAt),
    ends: takenBy === null ? card.state === 'unknown' : mayEnd(takenBy, session),
  }
}
