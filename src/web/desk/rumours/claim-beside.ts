// In: who looks at a claim. Out: what stands beside it on its page: the queue, what platforms did, what whoever told of it learns.
// Must not read more than the reader may see: the queue is theirs (rumour/sight.ts), platforms are for whoever sees the handover.
import { mayDo } from '../../../core/people/roles.ts'
import type { Session } from '../../../people/sessions.ts'
import { seenBy, type Sight } from '../../../rumour/sight.ts'
import { listOpenClaims, type ClaimRecord } from '../../../store/rumours/claims.ts'
import { listPlatformRows } from '../../../store/rumours/handover/platform.ts'
import { countTellers, type Tellers } from '../../../store/rumours/receipts.ts'
import { personOf, type RumourPages } from './pages.ts'
import { viewPlatform } from './handover/beside-view.ts'
import { viewQueueLine } from './queue-view.ts'

/** The whole list stands on its own page. */
const MOST_BESIDE = 30

export async function readBeside(
  { rumours }: RumourPages,
  claim: ClaimRecord,
  sight: Sight,
  session: Session,
): Promise<object> {
  const { pool } = rumours
  const now = rumours.now()
  const seesPlatforms = sight !== 'summary' && mayDo(session.roles, 'see-handover')
  const [open, platforms, tellers] = await Promise.all([
    listOpenClaims(pool, seenBy(rumours, personOf(session)), { words: '', most: MOST_BESIDE, lane: claim.class }),
    seesPlatforms ? listPlatformRows(pool, claim.id) : [],
    sight === 'summary' || claim.class === 'drill' ? null : countTellers(pool, claim.id),
  ])
  return {
    queue: open.map((line) => viewQueueLine(line, now, claim.id)),
    platform: seesPlatforms
      ? viewPlatform(platforms, session, claim.state !== 'closed' && claim.retiredAt === null)
      : null,
    tellers: tellers === null ? [] : viewTellers(tellers, claim),
  }
}

interface TellerRow {
  tone: 'ok' | 'wait'
  name: string
  state: string
}

/** Whoever has a receipt reads the answer by it as soon as it is out. */
function viewTellers({ told, questions, answered }: Tellers, { publishedAt }: ClaimRecord): TellerRow[] {
  const isOut = publishedAt !== null
  const rows: (TellerRow & { count: number })[] = [
    {
      count: told,
      tone: isOut ? 'ok' : 'wait',
      name: `线索提供者 ${told} 位`,
      state: isOut ? '可凭编号查答复' : '公布后可查',
    },
    {
      count: questions,
      tone: isOut || answered === questions ? 'ok' : 'wait',
      name: `其中提问 ${questions} 条`,
      state: isOut ? '已随公布答复' : `已答复 ${answered} 条`,
    },
  ]
  return rows.filter(({ count }) => count > 0).map(({ tone, name, state }) => ({ tone, name, state }))
}
