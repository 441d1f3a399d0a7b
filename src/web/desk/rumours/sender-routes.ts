// In: what staff do about senders that flood, and about pictures beside reports. Out: who sends much, what is held back, the forms.
// Must not show an address or an account: senders have numbers.
import { DAY } from '../../../core/instant.ts'
import { openPicture } from '../../../rumour/pictures.ts'
import { judgeSender, MOST_WHY, releaseOne, shadowSenderOf } from '../../../rumour/senders.ts'
import { nameAccounts } from '../../../store/people/accounts.ts'
import { listHeld, listSenders, readFlow } from '../../../store/rumours/senders.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import { writeMoment } from '../board/words.ts'
import { writeHour } from '../roster-view.ts'
import { personOf, readNumber, type RumourPages } from './pages.ts'
import { viewFlow } from './flow-view.ts'

const MOST_SENDERS = 50
const MOST_HELD = 50

export function listSenderRoutes(pages: RumourPages): DeskRoute[] {
  const { frame, rumours } = pages
  const answer = 'answer-rumour' as const
  const reasonOf = ({ form }: Visit): string => (form.get('reason') ?? '').slice(0, 1_000)
  type Done = Awaited<ReturnType<typeof judgeSender>>
  const does = (path: string, work: (visit: Visit) => Promise<Done>): DeskRoute => ({
    method: 'POST',
    path,
    act: answer,
    handle: async (visit) => {
      const done = await work(visit)
      return done.ok ? { to: '/desk/senders' } : sendersPage(pages, visit, done.reason)
    },
  })
  const judge = (state: 'open' | 'shadow') => (visit: Visit) =>
    judgeSender(
      rumours,
      readNumber(visit.params['number']),
      { state, reason: reasonOf(visit) },
      personOf(seated(visit)),
    )
  return [
    { method: 'GET', path: '/senders', act: answer, handle: (visit) => sendersPage(pages, visit, '') },
    does('/senders/:number/shadow', judge('shadow')),
    does('/senders/:number/lift', judge('open')),
    does('/sightings/:id/shadow', (visit) =>
      shadowSenderOf(rumours, visit.params['id'] ?? '', reasonOf(visit), personOf(seated(visit))),
    ),
    does('/sightings/:id/release', (visit) => releaseOne(rumours, visit.params['id'] ?? '', personOf(seated(visit)))),
    {
      method: 'GET',
      path: '/sightings/:id/picture',
      act: 'see-rumours',
      handle: async (visit): Promise<Shown> => {
        const session = seated(visit)
        const opened = await openPicture(rumours, visit.params['id'] ?? '', personOf(session))
        if (opened.ok) return { data: Buffer.from(opened.bytes), type: opened.type, sealed: true }
        const view = { reason: opened.reason, back: '/desk/rumours' }
        const status = opened.rule === 'altered' ? 409 : 404
        return { status, page: frame.page({ template: 'refused', title: '不能进行', session, view }) }
      },
    },
  ]
}

async function sendersPage({ frame, rumours }: RumourPages, visit: Visit, refusal: string): Promise<Shown> {
  const { pool } = rumours
  const session = seated(visit)
  const now = rumours.now()
  const [senders, held, flow] = await Promise.all([
    listSenders(pool, now - 7 * DAY, MOST_SENDERS),
    listHeld(pool, MOST_HELD),
    readFlow(pool, now),
  ])
  const names = await nameAccounts(pool, [...new Set(senders.map(({ decidedBy }) => decidedBy ?? ''))])
  const view = {
    refusal,
    flow: viewFlow(flow),
    mostWhy: String(MOST_WHY),
    senders: senders.map((one) => ({
      number: String(one.number),
      shadow: one.state === 'shadow',
      counts: `当日 ${one.today} 条，共 ${one.total} 条${one.repeats > 0 ? `，相同内容重复 ${one.repeats} 次` : ''}`,
      held: String(one.held),
      last: writeMoment(one.lastAt),
      decided:
        one.decidedBy === null || one.decidedAt === null
          ? ''
          : `${one.decidedBy === 'system' ? '系统' : (names.get(one.decidedBy) ?? one.decidedBy)} ${writeHour(one.decidedAt)}：${one.reason}`,
    })),
    held: held.map((one) => ({
      id: one.id,
      from: `${one.sender === null ? '来源已删除' : `来源 ${one.sender} 号`} · ${writeHour(one.receivedAt)}`,
      shown: one.shown,
    })),
  }
  return { status: refusal === '' ? 200 : 409, page: frame.page({ template: 'senders', title: '来源', session, view }) }
}
