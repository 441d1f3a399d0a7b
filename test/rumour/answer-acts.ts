// In: what somebody does to an answer, as a value that passes between programs. Out: the same done at one of them; what came of it, a value.
// Must not import what runs under vitest alone: the second program of the races reads this file too.
import type { Person, Refused } from '../../src/rumour/context.ts'
import { goAhead, objectTo, publishRebuttal, signRebuttal } from '../../src/rumour/rebuttal.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { answerSuggestion } from '../../src/rumour/tidy-links.ts'
import type { DraftRecord } from '../../src/store/drafts.ts'
import type { Queryable } from '../../src/store/pool.ts'
import { reword, type AnswerNode } from './answer-desk.ts'

/** An answer and another claim, as everybody has them on the page. */
export interface Scene {
  id: string
  other: string
  draft: DraftRecord
  seen: number
  seenOther: number
}

interface Kind {
  /** The step that stands on record when it was done. */
  event: string
  on: 'claim' | 'other'
  run: (
    node: AnswerNode,
    scene: Scene,
    by: Person,
    words: string,
  ) => Promise<{ ok: true } | Pick<Refused, 'ok' | 'reason'>>
}

export const KINDS = {
  sign: {
    event: 'sign',
    on: 'claim',
    run: (node, { id, seen, draft }, by) =>
      signRebuttal(node, { id, seen, scope: 'cac-wording', bodyHash: draft.hash }, by),
  },
  edit: { event: 'edit', on: 'claim', run: (node, { draft }, by, words) => reword(node, draft, words, by) },
  object: {
    event: 'object',
    on: 'claim',
    run: (node, { id, seen }, by) => objectTo(node, { id, seen, reason: '措辞再斟酌' }, by),
  },
  publish: {
    event: 'publish',
    on: 'claim',
    run: (node, { id, seen, draft }, by) => publishRebuttal(node, { id, seen, bodyHash: draft.hash }, by),
  },
  merge: {
    event: 'merge',
    on: 'claim',
    run: (node, { id, other, seen }, by) =>
      stepClaim(node, id, { event: 'merge', seen, reason: '同一件', target: other }, by),
  },
  mergeBack: {
    event: 'merge',
    on: 'other',
    run: (node, { id, other, seenOther }, by) =>
      stepClaim(node, other, { event: 'merge', seen: seenOther, reason: '同一件', target: id }, by),
  },
  /** The same by the answer to a suggestion, which takes another lock first. */
  mergeLike: {
    event: 'merge',
    on: 'other',
    run: (node, { id, other, seenOther }, by) =>
      answerSuggestion(node, other, { target: id, isSame: true, seen: seenOther }, by),
  },
  split: {
    event: 'split',
    on: 'other',
    run: (node, { other, seenOther }, by) =>
      stepClaim(node, other, { event: 'split', seen: seenOther, reason: '不是同一件' }, by),
  },
  hold: {
    event: 'hold',
    on: 'claim',
    run: (node, { id, seen }, by) =>
      stepClaim(node, id, { event: 'hold', seen, reason: '等待会商', holdMinutes: 10 }, by),
  },
  ahead: {
    event: 'approve-late',
    on: 'claim',
    run: (node, { id, seen }, by) => goAhead(node, { id, seen, reason: '网信办尚无回音' }, by),
  },
} satisfies Record<string, Kind>

export interface Act {
  does: keyof typeof KINDS
  by: Person
  /** What an edit writes. */
  words?: string
}
export interface Outcome {
  ok: boolean
  reason: string
}

/** Where the programs line up: an advisory lock in two parts, which the product never takes. */
const LINE = [20_170_603, 1] as const

/** Does the acts at once, as soon as the line is free. */
export async function actTogether(node: AnswerNode, scene: Scene, acts: readonly Act[]): Promise<Outcome[]> {
  await node.pool.query('select pg_advisory_xact_lock_shared($1, $2)', [...LINE])
  return Promise.all(
    acts.map(async ({ does, by, words = '' }) => {
      const done = await KINDS[does].run(node, scene, by, words)
      return { ok: done.ok, reason: done.ok ? '' : done.reason }
    }),
  )
}

export const closeLine = (one: Queryable): Promise<unknown> => one.query('select pg_advisory_lock($1, $2)', [...LINE])
export const openLine = (one: Queryable): Promise<unknown> => one.query('select pg_advisory_unlock($1, $2)', [...LINE])
/** How many programs stand at the line. */
export async function countAtLine(one: Queryable): Promise<number> {
  const { rows } = await one.query<{ n: number }>(
    `select count(*) as n from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
     where l.locktype = 'advisory' and not l.granted and l.classid = $1 and l.objid = $2`,
    [...LINE],
  )
  return rows[0]?.n ?? 0
}
