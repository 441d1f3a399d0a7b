// In: what a system administrator asks for and a lead decides about an account. Out: the register moved on, the journal told.
// Must not put a name or a purpose into the journal: ids, states and the approval's number alone (DESIGN L5).
import {
  REGISTER_RULES,
  speaks,
  takeStep,
  type EntryState,
  type EntryStep,
  type RegisterRule,
} from '../core/channel-register.ts'
import type { Instant } from '../core/instant.ts'
import { clearAlarm } from '../store/alarms.ts'
import {
  addStep,
  endInheritance,
  findEntry,
  hasOpenWords,
  lockRegister,
  saveEntry,
  type AccountFacts,
  type RegisterEntry,
} from '../store/channel-register.ts'
import { appendJournal } from '../store/journal.ts'
import { tellLedgers } from '../store/listen.ts'
import { withTransaction } from '../store/pool.ts'
import { refuse, type PeopleContext, type Refused } from './context.ts'

export type RegisterContext = Pick<PeopleContext, 'pool' | 'now' | 'random'>

/** What a person enters with a step; what the step does not ask for is left unread. */
export interface Asked extends AccountFacts {
  number: string
  words: string
}

const LONGEST = { accountName: 60, responsible: 40, purpose: 200, number: 60, words: 200 } as const
const NAMES: Readonly<Record<keyof Asked, string>> = {
  accountName: '账号名称',
  responsible: '责任人',
  purpose: '用途',
  number: '批准文号',
  words: '说明',
}

/**
 * Takes one step with an outlet's account.
 * @returns where the entry stands now
 */
export async function stepRegister(
  { pool, now, random }: RegisterContext,
  outlet: string,
  step: EntryStep,
  given: Asked,
  by: string,
): Promise<{ ok: true; state: EntryState } | Refused> {
  const asked = trimAll(given)
  const wrong = checkFields(asked, step)
  if (wrong) return wrong
  return withTransaction(pool, async (client): Promise<{ ok: true; state: EntryState } | Refused> => {
    await lockRegister(client)
    const standing = await findEntry(client, outlet)
    const taken = takeStep(standing, step, { by, number: asked.number })
    if (!taken.ok) return refuse(taken.rule, sayRule(taken.rule))
    if (taken.state === 'closed' && (await hasOpenWords(client, outlet)))
      return refuse('open-words', '这个渠道还有未了结的发布任务，请先了结再批准关闭')
    const at = now()
    const entry = advance(standing, { id: `c-${random().slice(0, 20)}`, outlet }, step, taken.state, asked, by, at)
    await saveEntry(client, entry)
    const told = { step, state: taken.state, account: by, number: step === 'approve' ? asked.number : '', at }
    await addStep(client, entry.id, { ...told, words: asked.words })
    // Its entry alone speaks for it once it runs, and after it was closed.
    if (taken.state === 'running' || taken.state === 'closed') await endInheritance(client, outlet)
    if (speaks(taken.state)) await clearAlarm(client, 'register', outlet, at)
    const detail = { entry: entry.id, state: taken.state, ...(told.number === '' ? {} : { number: told.number }) }
    await appendJournal(client, at, { actor: by, act: `outlet.${step}`, subject: outlet, detail })
    await tellLedgers(client)
    return { ok: true, state: taken.state }
  })
}

const sayRule = (rule: RegisterRule): string => REGISTER_RULES[rule]

function trimAll(given: Asked): Asked {
  const clean = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim()
  return {
    accountName: clean(given.accountName),
    responsible: clean(given.responsible),
    purpose: clean(given.purpose),
    number: clean(given.number),
    words: clean(given.words),
  }
}

function checkFields(asked: Asked, step: EntryStep): Refused | null {
  const needed: readonly (keyof Asked)[] =
    step === 'apply' || step === 'adjust' ? ['accountName', 'responsible', 'purpose'] : []
  const empty = needed.find((key) => asked[key] === '')
  if (empty !== undefined) return refuse('empty', `请填写${NAMES[empty]}`)
  const keys = Object.keys(LONGEST) as (keyof Asked)[]
  const long = keys.find((key) => Array.from(asked[key]).length > LONGEST[key])
  return long === undefined ? null : refuse('long', `${NAMES[long]}最多 ${LONGEST[long]} 字`)
}

/** The entry after a step that may be taken. */
function advance(
  standing: RegisterEntry | null,
  fresh: { id: string; outlet: string },
  step: EntryStep,
  state: EntryState,
  { accountName, responsible, purpose, number }: Asked,
  by: string,
  at: Instant,
): RegisterEntry {
  const facts = { accountName, responsible, purpose }
  if (step === 'apply' || standing === null)
    return {
      ...fresh,
      ...facts,
      state,
      proposed: null,
      askedBy: by,
      askedAt: at,
      approvalNumber: '',
      approvedBy: null,
      approvedAt: null,
      startedAt: null,
      closedAt: null,
    }
  const asks = { askedBy: by, askedAt: at, approvedBy: null, approvedAt: null }
  switch (step) {
    case 'adjust':
      return { ...standing, ...asks, state, proposed: facts }
    case 'close':
      return { ...standing, ...asks, state }
    case 'start':
      return { ...standing, state, startedAt: at }
    case 'turn-down':
      return { ...standing, state, proposed: null }
    case 'approve':
      return {
        ...standing,
        ...standing.proposed,
        state,
        proposed: null,
        approvalNumber: number,
        approvedBy: by,
        approvedAt: at,
        closedAt: state === 'closed' ? at : null,
      }
  }
}
