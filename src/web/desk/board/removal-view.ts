// In: wishes to take posts down, who looks. Out: what waits for this person's yes or no, and which posts they may ask about.
// Must not decide; who may not is told why beside the row.
import { linkTo } from '../../../core/network.ts'
import { mayDo } from '../../../core/people/roles.ts'
import type { Session } from '../../../people/sessions.ts'
import type { NoticeView } from '../../../store/notices.ts'
import { listOpenRemovals, listRemovals, type RemovalRecord } from '../../../store/removals.ts'
import { openNames, type BoardContext } from './board.ts'
import { nameOutlet, writeMoment } from './words.ts'

export interface RemovalCard {
  id: string
  drill: boolean
  serial: string
  post: string
  /** '' where no link may lead. */
  url: string
  why: string
  asked: string
  /** What has become of it, and by whom. */
  state: string
  open: boolean
  /** The platform would not: a person deletes it there and says so here. */
  failed: boolean
  /** Asked for by whoever looks: they may take it back, not confirm it. */
  mine: boolean
  /** May decide at all. */
  decides: boolean
}

const STATES = {
  asked: '等待另一人同意',
  declined: '未同意，帖文保留',
  confirmed: '已同意，正在删除',
  removed: '帖文已删除',
  failed: '未能删除，请人工处理',
} as const

export function viewRemoval(removal: RemovalRecord, session: Session, name: (actor: string) => string): RemovalCard {
  const { decided_by: by, decided_at: at } = removal
  const decided = by === null || at === null ? '' : `，${name(by)} ${writeMoment(at)}`
  const back = removal.state === 'declined' && by === removal.asked_by
  return {
    id: removal.id,
    drill: removal.class === 'drill',
    serial: removal.serial,
    post: nameOutlet(removal.channel, removal.leg, removal.outlet_id),
    url: removal.state === 'removed' ? '' : linkTo(removal.url),
    why: removal.why,
    asked: `${name(removal.asked_by)} ${writeMoment(removal.asked_at)} 申请`,
    state: `${back ? '已收回申请' : STATES[removal.state]}${decided}${removal.reason === '' ? '' : `（${removal.reason}）`}`,
    open: removal.state === 'asked',
    failed: removal.state === 'failed',
    mine: removal.asked_by === session.accountId,
    decides: mayDo(session.roles, 'withdraw'),
  }
}

export function nameRemovers(
  board: Pick<BoardContext, 'pool'>,
  removals: readonly RemovalRecord[],
): Promise<(actor: string) => string> {
  const actors = removals.flatMap(({ asked_by: asked, decided_by: decided }) => [asked, decided ?? ''])
  return openNames(
    board,
    actors.map((actor) => ({ actor })),
    [],
  )
}

/** For the board: what waits for a second person, or for the platform. */
export async function viewPending(board: BoardContext, session: Session): Promise<{ removals: RemovalCard[] }> {
  const open = await listOpenRemovals(board.pool)
  const name = await nameRemovers(board, open)
  return { removals: open.map((removal) => viewRemoval(removal, session, name)) }
}

/** For the progress of a withdrawal: posts of the lineage that may be asked about, and what became of those that were. */
export async function viewRemovable(
  board: BoardContext,
  lineage: readonly NoticeView[],
  session: Session,
  isWithdrawn: boolean,
): Promise<{ removable: { id: string; post: string; serial: string }[]; removals: RemovalCard[] }> {
  const said = lineage.filter(({ kind }) => kind !== 'withdrawal')
  const asked = await listRemovals(
    board.pool,
    said.map(({ id }) => id),
  )
  const standing = new Set(
    asked.filter(({ state }) => state === 'asked' || state === 'confirmed').map((removal) => removal.delivery_id),
  )
  const mayAsk = isWithdrawn && mayDo(session.roles, 'withdraw')
  const removable = said.flatMap((notice) =>
    notice.deliveries
      .filter((one) => one.state === 'accepted' && one.removedAt === null && !standing.has(one.id))
      .filter((one) => board.removes(one.outlet, one.leg))
      .map((one) => ({
        id: one.id,
        post: nameOutlet(one.channel, one.leg, one.outlet),
        serial: `${notice.serial} 第${notice.report}报`,
      })),
  )
  const name = await nameRemovers(board, asked)
  return {
    removable: mayAsk ? removable : [],
    removals: asked.map((removal) => viewRemoval(removal, session, name)),
  }
}
