// In: a rumour desk. Out: nodes that answer over its record, each with connections and a ledger of its own; an answer on its way.
// Must not send: what leaves the house is tested elsewhere, here the deliveries stay on record.
import { randomBytes } from 'node:crypto'
import { openLedger, type LedgerContext } from '../../src/publish/ledger.ts'
import { editDraft } from '../../src/publish/writing/acts.ts'
import { checkClaim } from '../../src/rumour/beside.ts'
import type { Moved, Person, Refused } from '../../src/rumour/context.ts'
import type { MatchContext } from '../../src/rumour/matching.ts'
import { draftRebuttal, openUnsigning, submitRebuttal, type RebuttalContext } from '../../src/rumour/rebuttal.ts'
import { stepClaim, type Asked } from '../../src/rumour/steps.ts'
import { findDraftOf, type DraftRecord } from '../../src/store/drafts.ts'
import { saveOutlets } from '../../src/store/outlets.ts'
import { openPool, openWriter } from '../../src/store/pool.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { contextOf } from '../publish/room.ts'
import { REBUTTAL_WORDS } from '../support/rebuttal-words.ts'
import type { RumourDesk } from './desk-of-rumours.ts'

export type AnswerNode = MatchContext & RebuttalContext & { close(): Promise<void> }

/**
 * A program of its own over the desk's record.
 * @param name as leases have it
 */
export async function openAnswerNode(
  desk: { another(): Omit<MatchContext, 'pool'> },
  appConfig: object,
  name = 'node-1',
): Promise<AnswerNode> {
  const [pool, writer] = [openPool(appConfig, 6, () => undefined), openWriter(appConfig, () => undefined)]
  const context: MatchContext = { ...desk.another(), pool }
  const random = (): string => randomBytes(16).toString('hex')
  const ledgerContext: LedgerContext = {
    ...contextOf(),
    node: name,
    random,
    pool,
    writer,
    clock: () => context.now(),
    clockOffMs: () => 0,
    dispatch: () => undefined,
    changed: () => undefined,
  }
  await saveOutlets(
    pool,
    ledgerContext.outlets.map((o) => ({ id: o.id, class: o.class, channel: o.channel.name, mode: o.mode })),
  )
  const ledger = await openLedger(ledgerContext)
  const writing = {
    pool,
    now: context.now,
    realNow: context.realNow,
    random,
    unsign: openUnsigning(context),
    ledger,
    ledgerContext,
    barDenial: () => null,
  }
  return {
    ...context,
    writing,
    close: async () => {
      await Promise.all([pool.end(), writer.end()])
    },
  }
}

export const WORDS = { ...REBUTTAL_WORDS, claim: '明天要发生7级大地震' }

/** Does it, or throws with the reason. */
export async function must<T extends { ok: true }>(work: Promise<T | Refused>): Promise<T> {
  const done = await work
  if (!done.ok) throw new Error(`${done.rule}: ${done.reason}`)
  return done
}

export const versionOf = async (node: Pick<AnswerNode, 'pool'>, id: string): Promise<number> =>
  (await findClaim(node.pool, id))?.version ?? 0
export const stepNow = async (
  node: AnswerNode,
  id: string,
  event: Asked['event'],
  by: Person,
  more: Partial<Asked> = {},
): Promise<Moved> => stepClaim(node, id, { event, seen: await versionOf(node, id), ...more }, by)

/** Changes a word of the draft. */
export function reword(node: AnswerNode, draft: DraftRecord, body: string, by: Person): ReturnType<typeof editDraft> {
  const { level, quakeId, outlets, fields } = draft
  return editDraft(
    node.writing,
    draft.id,
    draft.version,
    { level, quakeId, outlets, fields: { ...fields, body } },
    by.account,
  )
}

/** Brings a new claim as far as its round of signatures, by 值班员 `wang`. */
export async function toSignoff(
  node: AnswerNode,
  desk: RumourDesk,
  text: string,
  isFactualOnly = true,
): Promise<{ id: string; draft: DraftRecord }> {
  const { wang } = desk.people
  const { claim: id } = await desk.tell(text)
  await must(stepNow(node, id, 'take', wang))
  await must(stepNow(node, id, 'check', wang))
  await must(checkClaim(node, id, { source: '目录', outcome: 'contradicts', words: '无记录' }, wang))
  await must(draftRebuttal(node, { id, seen: await versionOf(node, id) }, wang))
  const begun = await findDraftOf(node.pool, id)
  if (!begun) throw new Error('no draft')
  const { level, quakeId, outlets } = begun
  const filled = { level, quakeId, outlets, fields: { ...begun.fields, ...WORDS } }
  const edited = await editDraft(node.writing, begun.id, begun.version, filled, wang.account)
  if (!edited.ok) throw new Error(edited.reason)
  await must(submitRebuttal(node, { id, seen: await versionOf(node, id), isFactualOnly }, wang))
  const draft = await findDraftOf(node.pool, id)
  if (!draft) throw new Error('no draft')
  return { id, draft }
}
