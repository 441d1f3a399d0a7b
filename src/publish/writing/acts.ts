// In: what somebody at the desk does with a draft. Out: the draft moved on and journalled, or why not, and by whom.
// Must not publish (release.ts does), nor put a word of a draft into the journal.
import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Instant } from '../../core/instant.ts'
import type { Role } from '../../core/people/roles.ts'
import { nextApproval, takeStep, type Step } from '../../core/writing/draft.ts'
import { findFaults, nameDraft, type DraftFields } from '../../core/writing/fields.ts'
import { isAtLeast, LOWEST, type DraftKind, type Level } from '../../core/writing/levels.ts'
import { clearAlarm } from '../../store/alarms.ts'
import { addDraft, addReview, addVersion, lockDraft, saveDraft, type DraftRecord } from '../../store/drafts.ts'
import { appendJournal } from '../../store/journal.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import { noteAlarm } from '../note-alarm.ts'

export interface WritingContext {
  pool: Pool
  /** The lane's clock: what is scheduled falls due by it. */
  now: () => Instant
  /** Real time, for alarms. */
  realNow: () => Instant
  random: () => string
  /** What a change of a rebuttal's words does to its claim, in the same transaction; why it may not be changed now, or null. */
  unsign?: (client: Queryable, claimId: string, by: string) => Promise<string | null>
}

/** What a writer gives. */
export interface Given {
  level: Level
  quakeId: string | null
  outlets: readonly string[]
  fields: DraftFields
}

/** changed: somebody else was there first; `by` and `at` say who and when. */
export type Moved =
  | { ok: true; draft: DraftRecord }
  | { ok: false; rule: string; reason: string; changed?: { by: string; at: Instant } }

/** SHA-256 over all that an approval is about. */
export function hashDraft(
  draft: Pick<DraftRecord, 'kind' | 'level' | 'quakeId' | 'claimId' | 'outlets' | 'fields' | 'attachments' | 'version'>,
): string {
  const fields = Object.entries(draft.fields).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const parts: unknown[] = [draft.version, draft.kind, draft.level, draft.quakeId, draft.outlets.toSorted(), fields]
  // Left out where there are none: what was approved before drafts had files stays what was approved.
  if (draft.claimId !== null) parts.push(draft.claimId)
  if (draft.attachments.length > 0) parts.push(draft.attachments.map(({ sha256, type, alt }) => [sha256, type, alt]))
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

export const refuse = (rule: string, reason: string): Extract<Moved, { ok: false }> => ({ ok: false, rule, reason })
/** An outlet's id as the YAML gives it; more of them than any bureau has are a forged form. */
const MOST_OUTLETS = 100

/** Begins a draft. */
export async function createDraft(context: WritingContext, kind: DraftKind, given: Given, by: string): Promise<Moved> {
  if (!isAtLeast(given.level, LOWEST[kind])) return refuse('level', '发布等级低于此类稿件的最低等级')
  return withTransaction(context.pool, (client) => beginDraft(client, context, kind, given, NO_CLAIM, by))
}

/** What a rebuttal answers, and in which lane. */
export type Answered = Pick<DraftRecord, 'claimId' | 'class'>
const NO_CLAIM: Answered = { claimId: null, class: 'actual' }

/** The same within a transaction of the caller's. */
export async function beginDraft(
  client: Queryable,
  context: WritingContext,
  kind: DraftKind,
  given: Given,
  answered: Answered,
  by: string,
): Promise<Moved> {
  const now = context.now()
  const bare = {
    id: `w-${context.random().slice(0, 20)}`,
    kind,
    ...spell(kind, given),
    ...answered,
    attachments: [],
    state: 'draft' as const,
    version: 1,
    hands: [by],
    passes: [],
    dueAt: null,
    scheduledBy: null,
    reason: '',
    createdAt: now,
    editedBy: by,
    editedAt: now,
    approvedAt: null,
    noticeId: null,
    releasedBy: null,
    releasedAt: null,
  }
  const draft: DraftRecord = { ...bare, hash: hashDraft(bare) }
  await addDraft(client, draft)
  await note(client, context, draft, by, 'draft.created')
  return { ok: true, draft }
}

const spell = (kind: DraftKind, { level, quakeId, outlets, fields }: Given): Pick<DraftRecord, keyof Given> => ({
  level,
  quakeId: kind === 'bulletin' ? quakeId : null,
  outlets: [...new Set(outlets)].slice(0, MOST_OUTLETS).toSorted(),
  fields,
})

/** Changes a draft; whoever had approved it has not approved this. @param seen the version the writer began with */
export function editDraft(context: WritingContext, id: string, seen: number, given: Given, by: string): Promise<Moved> {
  return changeDraft(context, { id, seen, by }, async (_client, draft) => spell(draft.kind, given))
}

type Change = Partial<Pick<DraftRecord, keyof Given | 'attachments'>>

/** Puts a new version in the place of what somebody saw; nothing is done where nothing is changed. */
export function changeDraft(
  context: WritingContext,
  { id, seen, by }: { id: string; seen: number; by: string },
  change: (client: Queryable, draft: DraftRecord) => Promise<Change | Extract<Moved, { ok: false }>>,
): Promise<Moved> {
  return move(context, id, by, async (client, draft) => {
    if (draft.version !== seen)
      return {
        ...refuse('changed', '此稿在您编辑期间被改动，您的文字尚未保存'),
        changed: { by: draft.editedBy, at: draft.editedAt },
      }
    // Before anything is written: what a refusal leaves behind would stay, and a file can be five megabytes.
    const may = takeStep(draft, { do: 'edit', by, level: draft.level })
    if (!may.ok) return may
    const said = await change(client, draft)
    if ('ok' in said) return said
    if (hashDraft({ ...draft, ...said }) === draft.hash) return { ok: true, draft }
    const taken = takeStep(draft, { do: 'edit', by, level: said.level ?? draft.level })
    if (!taken.ok) return taken
    const barred = draft.claimId === null ? null : await context.unsign?.(client, draft.claimId, by)
    if (typeof barred === 'string') return refuse('claim', barred)
    const edited = renew({ ...draft, ...taken.standing, ...said, editedBy: by, editedAt: context.now(), reason: '' })
    await addVersion(client, edited)
    return { ok: true, draft: edited, act: 'draft.edited' }
  })
}

/** Hands a draft to whoever approves it; one with faults stays with its writer. */
export function submitDraft(context: WritingContext, id: string, by: string): Promise<Moved> {
  return move(context, id, by, async (_client, draft) => {
    const [fault, ...more] = findFaults(draft.kind, draft.fields, draft.attachments)
    if (fault !== undefined) return refuse('faults', [fault, ...more].join('；'))
    return step(draft, { do: 'submit', by }, 'draft.submitted')
  })
}

/** One person's approval, with all four questions answered. */
export function passDraft(
  context: WritingContext,
  id: string,
  given: { roles: readonly Role[]; ticks: readonly string[]; seen: number; note: string },
  by: string,
): Promise<Moved> {
  return move(context, id, by, async (client, draft) => {
    const asked = nextApproval(draft)
    const taken = step(draft, { do: 'pass', by, ...given }, 'draft.passed')
    if (!taken.ok) return taken
    const at = context.now()
    const { ticks, note: words } = given
    const review = { version: draft.version, accountId: by, step: asked?.name ?? '', passed: true, at }
    await addReview(client, id, { ...review, ticks: [...ticks].slice(0, 8), note: clip(words) })
    return taken.draft.state === 'approved'
      ? { ...taken, draft: { ...taken.draft, approvedAt: at, reason: '' } }
      : taken
  })
}

/** Back to its writers, with the reason. */
export function returnDraft(context: WritingContext, id: string, words: string, by: string): Promise<Moved> {
  return move(context, id, by, async (client, draft) => {
    if (words.trim() === '') return refuse('why', '请写明退回的原因')
    const taken = step(draft, { do: 'return', by }, 'draft.returned')
    if (!taken.ok) return taken
    const at = context.now()
    const review = { version: draft.version, accountId: by, step: '退回', passed: false, ticks: [], at }
    await addReview(client, id, { ...review, note: clip(words) })
    const back = renew({ ...taken.draft, reason: clip(words) })
    await addVersion(client, { ...back, editedAt: at, editedBy: draft.editedBy })
    return { ...taken, draft: back }
  })
}

/** Sets the time at which an approved draft goes out by itself, or takes it back. */
export function scheduleDraft(
  context: WritingContext,
  id: string,
  given: { at: Instant | null; seen: number } | null,
  by: string,
): Promise<Moved> {
  return move(context, id, by, async (_client, draft) => {
    if (given === null) return step(draft, { do: 'unschedule', by }, 'draft.unscheduled')
    const taken = step(draft, { do: 'schedule', by, ...given, now: context.now() }, 'draft.scheduled')
    return taken.ok ? { ...taken, draft: { ...taken.draft, scheduledBy: by, reason: '' } } : taken
  })
}

/** A draft that is not needed any more; it stays on record. */
export function discardDraft(context: WritingContext, id: string, by: string): Promise<Moved> {
  return move(context, id, by, async (_client, draft) => step(draft, { do: 'discard', by }, 'draft.discarded'))
}

/** Its time came and it was not let out: a person decides, and is told in the same transaction. */
export function missDraft(context: WritingContext, id: string, why: string): Promise<Moved> {
  return move(context, id, 'system', async (client, draft) => {
    const taken = step(draft, { do: 'miss' }, 'draft.missed')
    // Somebody has moved it meanwhile: it is in a person's hands already.
    if (!taken.ok) return taken
    const message = `定时稿件“${nameDraft(draft.kind, draft.fields)}”没有发布，请人工处理：${why}`
    await noteAlarm(client, context, { kind: 'draft', subject: id, message })
    return { ...taken, draft: { ...taken.draft, reason: clip(why) } }
  })
}

type Move = Moved & { act?: string }

function step(draft: DraftRecord, how: Step, act: string): Move {
  const taken = takeStep(draft, how)
  return taken.ok
    ? { ok: true, draft: { ...draft, ...taken.standing, passes: [...taken.standing.passes] }, act }
    : taken
}

/** Under a new version: what was approved is no longer this. */
const renew = (
  draft: Omit<DraftRecord, 'hands' | 'passes'> & Pick<Readonly<DraftRecord>, 'hands' | 'passes'>,
): DraftRecord => ({
  ...draft,
  approvedAt: null,
  scheduledBy: null,
  hash: hashDraft(draft),
})

async function move(
  context: WritingContext,
  id: string,
  by: string,
  act: (client: Queryable, draft: DraftRecord) => Promise<Move>,
): Promise<Moved> {
  return withTransaction(context.pool, (client) => moveWithin(client, context, id, by, act))
}

async function moveWithin(
  client: Queryable,
  context: WritingContext,
  id: string,
  by: string,
  act: (client: Queryable, draft: DraftRecord) => Promise<Move>,
): Promise<Moved> {
  const draft = await lockDraft(client, id)
  if (!draft) return refuse('unknown', '没有这篇稿件')
  const moved = await act(client, draft)
  if (!moved.ok || moved.act === undefined) return moved
  await saveDraft(client, moved.draft)
  if (draft.state === 'missed') await clearAlarm(client, 'draft', id, context.realNow())
  await note(client, context, moved.draft, by, moved.act)
  return moved
}

/** A rebuttal as its claim's sign-off stands, within the claim's own transaction. */
export function settleRebuttal(
  client: Queryable,
  context: WritingContext,
  id: string,
  state: 'draft' | 'review' | 'approved',
  by: string,
): Promise<Moved> {
  return moveWithin(client, context, id, by, async (_client, draft) => {
    const [fault] = state === 'draft' ? [] : findFaults(draft.kind, draft.fields, draft.attachments)
    if (fault !== undefined) return refuse('faults', fault)
    const settled = step(draft, { do: 'settle', state }, `draft.${SETTLED[state]}`)
    const approvedAt = state === 'approved' ? context.now() : null
    return settled.ok ? { ...settled, draft: { ...settled.draft, approvedAt } } : settled
  })
}

const SETTLED = { draft: 'returned', review: 'submitted', approved: 'passed' } as const

async function note(
  client: Queryable,
  context: WritingContext,
  { id, kind, version, hash, state, dueAt }: DraftRecord,
  actor: string,
  act: string,
): Promise<void> {
  const detail = { kind, version, hash, state, ...(dueAt === null ? {} : { dueAt }) }
  await appendJournal(client, context.now(), { actor, act, subject: id, detail })
  await tellDesks(client)
}

const clip = (text: string): string => Array.from(text.trim()).slice(0, 400).join('')
