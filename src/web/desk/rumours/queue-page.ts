// In: whose queue is asked for, words that are sought. Out: the page, and its part for pages that are open, made once for all desks
// that see the same. Must not depend on a single session: what is shared holds nobody's key.
import { randomBytes } from 'node:crypto'
import { mayDo } from '../../../core/people/roles.ts'
import { tidy } from '../../../rumour/context.ts'
import { seenBy } from '../../../rumour/sight.ts'
import { listOpenClaims, listRestedClaims, type SeenBy } from '../../../store/rumours/claims.ts'
import { listOpenFlags } from '../../../store/rumours/flags.ts'
import { listSuggestionsOfAll } from '../../../store/rumours/links.ts'
import { countQuestions } from '../../../store/rumours/questions.ts'
import { readFlow } from '../../../store/rumours/senders.ts'
import { listLooseDenials } from '../../../store/rumours/sightings.ts'
import { listUnreadWords } from '../../../store/rumours/words-told.ts'
import { seated } from '../account-routes.ts'
import type { Visit } from '../door.ts'
import type { DeskSheet } from '../frame.ts'
import { openShared } from '../shared.ts'
import { viewFlag } from './checks-view.ts'
import { personOf, type RumourPages } from './pages.ts'
import { viewFlow } from './flow-view.ts'
import { viewDenial, viewQueueLine, viewWord } from './queue-view.ts'

/** More are not read; they are looked for by their words. */
const MOST_OPEN = 60
const MOST_RESTED = 50
const MOST_DENIALS = 20
const MOST_WORDS = 50
/** Of what somebody looks for. */
const MOST_SOUGHT = 60

/** All that a queue depends on beside the record and the time. */
interface Audience extends Omit<SeenBy, 'now'> {
  reports: boolean
  reads: boolean
  /** What is looked for; '' for all. */
  words: string
}

function audienceOf({ rumours }: RumourPages, visit: Visit): Audience {
  const session = seated(visit)
  const { now: _, ...seen } = seenBy(rumours, personOf(session))
  return {
    ...seen,
    reports: mayDo(session.roles, 'report-rumour'),
    reads: mayDo(session.roles, 'handle-rumour'),
    words: tidy(visit.query.get('q') ?? '', MOST_SOUGHT),
  }
}

async function viewQueue({ rumours }: RumourPages, audience: Audience, refusal: string): Promise<object> {
  const { pool } = rumours
  const { organisation: guest, reports, reads, words } = audience
  const now = rumours.now()
  const seen = { ...audience, now }
  // One after the other: at a flood they would take every processor at once, and whoever publishes would wait.
  const isStaff = guest === null
  const open = await listOpenClaims(pool, seen, { words, most: MOST_OPEN })
  const drilled = await listOpenClaims(pool, seen, { words, most: MOST_OPEN, lane: 'drill' })
  const rested = await listRestedClaims(pool, seen, { words, most: MOST_RESTED })
  const loose = isStaff ? await listLooseDenials(pool, MOST_DENIALS) : []
  const denied = isStaff ? await listLooseDenials(pool, MOST_DENIALS, 'drill') : []
  const flow = isStaff ? await readFlow(pool, now) : null
  const questions = isStaff ? await countQuestions(pool, now) : null
  const flags = isStaff ? await listOpenFlags(pool) : []
  const told = isStaff ? [] : await listUnreadWords(pool, guest, MOST_WORDS)
  const denials = [...loose, ...denied]
  const offered = await listSuggestionsOfAll(
    pool,
    denials.map(({ id }) => id),
    5,
  )
  const viewDenials = (some: typeof loose) => some.map((one) => viewDenial(one, offered.get(one.id) ?? []))
  return {
    refusal,
    flow: flow === null ? null : viewFlow(flow),
    questions:
      questions === null
        ? null
        : { open: String(questions.open), late: questions.late > 0 ? String(questions.late) : '' },
    staff: isStaff,
    reports,
    reads,
    open: open.map((line) => viewQueueLine(line, now)),
    rested: rested.map((line) => viewQueueLine(line, now)),
    q: words,
    openTotal: String(open[0]?.total ?? 0),
    more: (open[0]?.total ?? 0) > open.length,
    restedTotal: String(rested[0]?.total ?? 0),
    words: told.map((word) => viewWord(word, rumours.writing.ledgerContext.bureau.publicUrl)),
    denials: viewDenials(loose),
    drill: { open: drilled.map((line) => viewQueueLine(line, now)), denials: viewDenials(denied) },
    // Answers to questions are put right on the questions' page.
    flags: flags.filter(({ questionId }) => questionId === null).map(viewFlag),
  }
}

/** The whole page. @param refusal what was refused just now; '' for nothing */
export async function queueSheet(pages: RumourPages, visit: Visit, refusal: string): Promise<DeskSheet> {
  const audience = audienceOf(pages, visit)
  const view = await viewQueue(pages, audience, refusal)
  const live = `/desk/parts/rumours${audience.words === '' ? '' : `?q=${encodeURIComponent(audience.words)}`}`
  return { template: 'rumours', title: '传言处置', session: seated(visit), view, live }
}

/** The queue for pages that are open: made once for all desks of an audience, each with its own key in the forms. */
export function openQueuePart(pages: RumourPages): (visit: Visit) => Promise<string> {
  const share = openShared<string>()
  const key = randomBytes(24).toString('base64url')
  let last: Promise<unknown> = Promise.resolve()
  const make = async (audience: Audience): Promise<string> => {
    const view = await viewQueue(pages, audience, '')
    await pages.rumours.giveWay?.()
    return pages.frame.part('rumours', { csrf: key, ...view })
  }
  /** One audience's after the other's. */
  const inTurn = (audience: Audience): Promise<string> => {
    const mine = last.then(() => make(audience))
    last = mine.catch(() => undefined)
    return mine
  }
  return async (visit) => {
    const audience = audienceOf(pages, visit)
    const made = await share(JSON.stringify(audience), () => inTurn(audience))
    return made.replaceAll(key, seated(visit).csrf)
  }
}
