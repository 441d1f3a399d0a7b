// In: what people do with answers prepared in peacetime: write, send round, sign, send back, end. Out: done and journalled, or why not.
// Must not put one in force that an agency has not signed under that very text; the journal holds hashes and no words.
import { createHash } from 'node:crypto'
import { chooseSigner } from '../core/rumour/claim-actor.ts'
import { CLAIM_KINDS } from '../core/rumour/kind.ts'
import { findPreparedFaults, judgeVersion, LIFE_DAYS, listPreparedScopes } from '../core/rumour/prepared.ts'
import type { SignScope } from '../core/rumour/signoff.ts'
import { DAY } from '../core/instant.ts'
import { keepFields, type DraftFields } from '../core/writing/fields.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import {
  addPrepared,
  addPreparedVersion,
  declinePrepared,
  endPrepared,
  lockPrepared,
  offerPrepared,
  signPrepared,
  type PreparedRecord,
  type VersionRecord,
} from '../store/rumours/prepared.ts'
import { isGuest, MOST_REASON, refuse, tidy, type Person, type Refused, type RumourContext } from './context.ts'

export type Prepared = { ok: true; id: string } | Refused

/** SHA-256 over all that a signature is about. */
export function hashPrepared(
  id: string,
  { version, scopes, fields }: Pick<VersionRecord, 'version' | 'scopes' | 'fields'>,
  kind: string,
): string {
  const words = Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([id, version, kind, scopes.toSorted(), words]))
    .digest('hex')
}

const MOST_NAME = 40
const MISSING = refuse('unknown', '没有这个预签模板')
const CHANGED = refuse('changed', '这个预签模板刚刚被他人改动，请核对现在的文字')

/** Begins one with its first version. @param given as typed */
export function createPrepared(
  context: RumourContext,
  given: { name: string; kind: string; read: (field: string) => string | null },
  person: Person,
): Promise<Prepared> {
  return withTransaction(context.pool, async (client): Promise<Prepared> => {
    const name = tidy(given.name, MOST_NAME)
    const kind = CLAIM_KINDS.find((one) => one === given.kind)
    if (name === '' || kind === undefined) return refuse('empty', '请写明模板名称和适用的传言类别')
    const at = context.now()
    const id = `f-${context.random().slice(0, 20)}`
    await addPrepared(client, { id, name, kind, madeBy: person.account, madeAt: at })
    const record: PreparedRecord = {
      id,
      name,
      kind,
      madeBy: person.account,
      madeAt: at,
      endedAt: null,
      endedWhy: null,
      versions: [],
    }
    return write(client, context, record, keepFields('rebuttal', given.read), person)
  })
}

/** Puts another version beside those that there are; the one in force stays until all have signed the new one. */
export function writePrepared(
  context: RumourContext,
  asked: { id: string; seen: number; read: (field: string) => string | null },
  person: Person,
): Promise<Prepared> {
  return act(context, asked, async (client, record) =>
    write(client, context, record, keepFields('rebuttal', asked.read), person),
  )
}

async function write(
  client: Queryable,
  context: RumourContext,
  record: PreparedRecord,
  fields: DraftFields,
  person: Person,
): Promise<Prepared> {
  const faults = findPreparedFaults(fields)
  if (faults.length > 0) return refuse('faults', faults.join('；'))
  const bare = {
    version: (record.versions[0]?.version ?? 0) + 1,
    scopes: listPreparedScopes(record.kind),
    fields,
  }
  const hash = hashPrepared(record.id, bare, record.kind)
  const at = context.now()
  await addPreparedVersion(client, record.id, { ...bare, hash, madeBy: person.account, madeAt: at })
  await note(client, context, record.id, person, 'prepared.written', { version: bare.version, hash })
  return { ok: true, id: record.id }
}

/** Sends the newest version round to be signed by every agency. @param asked days: how long it shall be in force */
export function offerVersion(
  context: RumourContext,
  asked: { id: string; seen: number; days: number },
  person: Person,
): Promise<Prepared> {
  return act(context, asked, async (client, record, newest) => {
    const days = LIFE_DAYS.find((one) => one === asked.days)
    if (days === undefined) return refuse('days', '请选择有效期')
    if (judgeVersion(newest, record.versions, false, context.now()) !== 'writing')
      return refuse('not-here', '这一版已经送会签')
    // The rules of words may have become stricter since it was written.
    const faults = findPreparedFaults(newest.fields)
    if (faults.length > 0) return refuse('faults', faults.join('；'))
    const at = context.now()
    await offerPrepared(client, record.id, newest.version, { at, expiresAt: at + days * DAY })
    await note(client, context, record.id, person, 'prepared.offered', { version: newest.version, hash: newest.hash })
    return { ok: true, id: record.id }
  })
}

/** Somebody's signature under the very text that was on their page. */
export function signVersion(
  context: RumourContext,
  asked: { id: string; seen: number; scope: SignScope; hash: string },
  person: Person,
): Promise<Prepared> {
  return act(context, asked, async (client, record, newest) => {
    const { scope, hash } = asked
    if (judgeVersion(newest, record.versions, false, context.now()) !== 'signing')
      return refuse('not-here', '这一版现在不能会签')
    const actor = chooseSigner(person.roles, scope)
    if (actor === null || !newest.scopes.includes(scope)) return refuse('not-yours', '这一项不由您的角色会签')
    if (scope === 'facts' && newest.madeBy === person.account)
      return refuse('own-draft', '您起草了这一版，事实须由另一人会签')
    if (newest.signatures.some(({ account }) => account === person.account)) return refuse('twice', '您已会签')
    if (newest.signatures.some((one) => one.scope === scope)) return refuse('scope-taken', '这一项已有人会签')
    if (newest.hash !== hash || hashPrepared(record.id, newest, record.kind) !== hash) return CHANGED
    const at = context.now()
    await signPrepared(client, record.id, newest.version, { scope, actor, account: person.account, hash, at })
    await note(client, context, record.id, person, 'prepared.signed', { version: newest.version, hash, scope })
    return { ok: true, id: record.id }
  })
}

/** Back to its writers, with the reason. */
export function declineVersion(
  context: RumourContext,
  asked: { id: string; seen: number; why: string },
  person: Person,
): Promise<Prepared> {
  return act(context, asked, async (client, record, newest) => {
    if (judgeVersion(newest, record.versions, false, context.now()) !== 'signing')
      return refuse('not-here', '这一版现在不能退回')
    if (!newest.scopes.some((scope) => chooseSigner(person.roles, scope) !== null))
      return refuse('not-yours', '您不参加这个模板的会签')
    const why = tidy(asked.why, MOST_REASON)
    if (why === '') return refuse('reason', '请写明退回的理由')
    await declinePrepared(client, record.id, newest.version, { by: person.account, at: context.now(), why })
    await note(client, context, record.id, person, 'prepared.declined', { version: newest.version })
    return { ok: true, id: record.id }
  })
}

/** It is used no more, from this moment on. */
export function endAnswer(
  context: RumourContext,
  asked: { id: string; seen: number; why: string },
  person: Person,
): Promise<Prepared> {
  return act(context, asked, async (client, record) => {
    if (!person.roles.includes('lead')) return refuse('not-yours', '预签模板由带班领导停用')
    const why = tidy(asked.why, MOST_REASON)
    if (why === '') return refuse('reason', '请写明停用的理由')
    await endPrepared(client, record.id, { by: person.account, at: context.now(), why })
    await note(client, context, record.id, person, 'prepared.ended', {})
    return { ok: true, id: record.id }
  })
}

/** Newest version first; whoever is from elsewhere sees what was sent round. */
export function listSeen(record: PreparedRecord, person: Pick<Person, 'roles'>): VersionRecord[] {
  return isGuest(person) ? record.versions.filter(({ offeredAt }) => offeredAt !== null) : record.versions
}

function act(
  context: RumourContext,
  { id, seen }: { id: string; seen: number },
  work: (client: Queryable, record: PreparedRecord, newest: VersionRecord) => Promise<Prepared>,
): Promise<Prepared> {
  return withTransaction(context.pool, async (client): Promise<Prepared> => {
    const record = await lockPrepared(client, id)
    const [newest] = record?.versions ?? []
    if (!record || !newest) return MISSING
    if (newest.version !== seen) return CHANGED
    if (record.endedAt !== null) return refuse('ended', '这个预签模板已停用')
    return work(client, record, newest)
  })
}

async function note(
  client: Queryable,
  context: RumourContext,
  id: string,
  person: Person,
  act: string,
  detail: object,
): Promise<void> {
  await appendJournal(client, context.now(), { actor: person.account, act, subject: id, detail })
  await tellDesks(client)
}
