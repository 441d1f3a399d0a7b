// In: questions of citizens, a person at the desk. Out: taken in hand, answered, put right; those that ask the same along with it.
// Must not answer by itself, nor send anything: whoever asked reads the answer by the receipt.
import { asksTheSame, findReplyFault, MOST_REPLY } from '../core/rumour/questions.ts'
import { signMessage } from '../core/rumour/signature.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import {
  addReply,
  countQuestions,
  findQuestion,
  listOpenQuestions,
  lockQuestions,
  saveOwner,
  type Question,
} from '../store/rumours/questions.ts'
import { findCitationFault } from './checks/sheets.ts'
import { isGuest, refuse, tidy, type Person, type Refused, type RumourContext } from './context.ts'

export type Asked = { ok: true; question: Question } | Refused

/** Counted while somebody looks at one: more would not be read. */
const MOST_ALIKE = 200
/** The first is put right at most so often. */
const MOST_REPLIES = 5

type Acting = Pick<RumourContext, 'pool' | 'now'>

const NONE = refuse('unknown', '没有这个提问')
const CHANGED = refuse('changed', '这个提问刚刚被他人处理，请核对现在的情况')

/** Takes a question in hand; who takes it over from another says so by doing it. */
export function takeQuestion(
  { pool, now }: Acting,
  id: string,
  seenOwner: string | null,
  person: Person,
): Promise<Asked> {
  return act(pool, person, [id], async (client, question) => {
    if (question.owner !== seenOwner) return CHANGED
    if (question.answeredAt !== null) return refuse('answered', '这个提问已经答复')
    const at = now()
    await saveOwner(client, id, person.account, at)
    await appendJournal(client, at, { actor: person.account, act: 'question.taken', subject: id })
    return null
  })
}

/**
 * Answers a question, or puts an answer right.
 * @param given seen: how many answers were on the page; sheet: the fact sheet and version on which the words rest; alike: others
 *   that ask the same, which get the same answer
 */
export function replyToQuestion(
  { pool, now }: Acting,
  id: string,
  given: { words: string; seen: number; sheet: string; alike: readonly string[] },
  person: Person,
): Promise<Asked> {
  const words = tidy(given.words, MOST_REPLY + 1)
  const fault = findReplyFault(words)
  if (fault !== null) return Promise.resolve(refuse('words', fault))
  // The first answer goes to others, too; what puts it right, to this one alone.
  const alike = given.seen > 0 ? [] : given.alike.filter((one) => one !== id).slice(0, MOST_ALIKE)
  return act(pool, person, [id, ...alike], async (client, question, others) => {
    if (question.replies !== given.seen) return CHANGED
    if (question.replies >= MOST_REPLIES) return refuse('often', `一个提问最多答复 ${MOST_REPLIES} 次`)
    const stale = await findCitationFault(client, given.sheet)
    if (stale !== null) return refuse('sheet', stale)
    const at = now()
    const isFor = askLike(question)
    for (const one of [question, ...others.filter((other) => other.answeredAt === null && isFor(other))]) {
      const number = one.replies + 1
      await addReply(client, one.id, { number, words, sheet: given.sheet, by: person.account, at })
      const detail = { number, ...(one.id === id ? {} : { with: id }) }
      await appendJournal(client, at, { actor: person.account, act: 'question.answered', subject: one.id, detail })
    }
    return null
  })
}

/** @param ids the one that is acted on, then others that are held with it: all at once, or two who answer would wait for each other */
async function act(
  pool: RumourContext['pool'],
  person: Person,
  ids: readonly [string, ...string[]],
  work: (client: Queryable, question: Question, others: readonly Question[]) => Promise<Refused | null>,
): Promise<Asked> {
  if (isGuest(person)) return refuse('not-yours', '您的角色不能做这一步')
  const [id] = ids
  return withTransaction(pool, async (client): Promise<Asked> => {
    const held = await lockQuestions(client, ids)
    const question = held.find((one) => one.id === id)
    if (!question) return NONE
    const others = held.filter((one) => one.id !== id)
    const refused = await work(client, question, others)
    if (refused) return refused
    await tellDesks(client)
    return { ok: true, question: (await findQuestion(client, id)) ?? question }
  })
}

/** Open questions that a person may answer with the same words. */
export async function listAlike(db: Queryable, question: Question): Promise<Question[]> {
  const isFor = askLike(question)
  return (await listOpenQuestions(db, MOST_ALIKE)).filter((other) => other.id !== question.id && isFor(other))
}

function askLike(question: Question): (other: Question) => boolean {
  const signature = signMessage(question.shown)
  return (other) => other.claimId === question.claimId && asksTheSame(signature, signMessage(other.shown))
}

/** Tells people, once for all of them, that questions wait past their time. */
export async function watchQuestions(
  { pool, now }: Acting,
  tell: {
    alarm: (kind: string, subject: string, message: string) => Promise<void>
    clear: (kind: string, subject: string) => Promise<void>
  },
): Promise<void> {
  const { late } = await countQuestions(pool, now())
  if (late === 0) await tell.clear('question', 'late')
  else await tell.alarm('question', 'late', `有 ${late} 个公众提问超过 30 分钟未答复`)
}
