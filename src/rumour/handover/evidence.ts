// In: what somebody collected about a claim. Out: it is kept as it came, sealed, with who, how and when; and handed out to whoever
// may have it, once it is known to be the same. Must not change a byte, nor hand one out that is not on the custody list.
import { redactPersons } from '../../core/rumour/redact.ts'
import type { Instant } from '../../core/instant.ts'
import type { Role } from '../../core/people/roles.ts'
import {
  findMime,
  mayOpen,
  MOST_EVIDENCE,
  MOST_EVIDENCE_BYTES,
  nameEvidence,
  TEXT_MIME,
  writeRecord,
  type EvidenceKind,
  type EvidenceRecord,
  type Shows,
} from '../../core/rumour/handover/evidence.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import { countEvidence, lockClaims } from '../../store/rumours/claims.ts'
import { addEvidence, listEvidence } from '../../store/rumours/handover/evidence.ts'
import { findEnd, isGuest, refuse, tidy, type Person, type Refused } from '../context.ts'
import { findSight } from '../sight.ts'
import { hashBytes, hashText, keepDeed, sealNames, type HandoverContext } from './context.ts'
import { inspectList, readItem, withhold } from './inspect.ts'

/** rumours.md §3: the bureau's officers, and the police in what was shared with them. */
export const COLLECTORS: readonly Role[] = ['duty', 'lead', 'liaison-police']

export interface Collected {
  kind: EvidenceKind
  bytes: Uint8Array
  title: string
  shows: Shows
  method: string
  tool: string
  /** null: just now. */
  collectedAt: Instant | null
  sourceUrl: string
  /** Id of the original of a redacted copy; null for an original. */
  derivedFrom: string | null
}

export type Kept = { ok: true; item: EvidenceRecord } | Refused

const AHEAD_MS = 10 * 60_000
const MOST_URL = 500

/** Keeps an item. */
export function collectEvidence(
  context: HandoverContext,
  claimId: string,
  given: Collected,
  person: Person,
): Promise<Kept> {
  return withTransaction(context.pool, async (client): Promise<Kept> => {
    if (!COLLECTORS.some((role) => person.roles.includes(role))) return refuse('not-yours', '您的角色不能收存证据')
    const sight = await findSight(client, context, person, claimId)
    const claim = sight === null || sight === 'summary' ? undefined : (await lockClaims(client, [claimId])).get(claimId)
    if (!claim) return refuse('unknown', '没有这件传言')
    const end = findEnd(claim)
    if (end) return end
    const items = await listEvidence(client, claimId)
    const fault = findFault(given, items, context.now())
    if (fault) return fault
    const at = context.now()
    const item = makeRecord(context, claimId, given, person, at)
    const sealed = context.vault.seal(given.bytes, sealNames.evidence(item.id))
    if (!(await addEvidence(client, item, sealed))) return refuse('twice', '这件传言已收存过同样的内容')
    await keepDeed(client, claimId, {
      at,
      actor: person.account,
      act: item.derivedFrom === null ? 'collected' : 'derived',
      evidence: item.id,
      detail: {
        sha256: item.sha256,
        record: hashText(writeRecord(item)),
        ...(item.derivedFrom === null ? {} : { from: item.derivedFrom }),
      },
    })
    await countEvidence(client, claimId)
    await tellDesks(client)
    return { ok: true, item }
  })
}

function findFault(given: Collected, items: readonly EvidenceRecord[], now: Instant): Refused | null {
  const { bytes, collectedAt, sourceUrl, derivedFrom, shows } = given
  if (bytes.length === 0) return refuse('empty', given.kind === 'file' ? '请选择文件' : '请填写内容')
  if (bytes.length > MOST_EVIDENCE_BYTES) return refuse('large', '一件证据最大 5 MB')
  if (items.length >= MOST_EVIDENCE) return refuse('many', `一件传言最多收存 ${MOST_EVIDENCE} 件证据`)
  if (tidy(given.title, 80) === '' || tidy(given.method, 60) === '') return refuse('words', '请写明证据名称和收存方式')
  if (collectedAt !== null && collectedAt > now + AHEAD_MS) return refuse('future', '收存时间不能晚于现在')
  if (sourceUrl !== '' && (!/^https?:\/\//i.test(sourceUrl) || !URL.canParse(sourceUrl) || sourceUrl.length > MOST_URL))
    return refuse('url', '网址须以 http:// 或 https:// 开头，最多 500 字')
  if (derivedFrom === null) return null
  const original = items.find(({ id }) => id === derivedFrom)
  if (!original || original.derivedFrom !== null) return refuse('original', '没有这件原件')
  return shows === 'nobody' ? null : refuse('shows', '遮盖件不应再含个人信息，请遮盖后再收存')
}

function makeRecord(
  { random }: HandoverContext,
  claimId: string,
  given: Collected,
  { account }: Person,
  at: Instant,
): EvidenceRecord {
  const { kind, bytes, shows, collectedAt, sourceUrl, derivedFrom } = given
  return {
    id: `e-${random().slice(0, 20)}`,
    claimId,
    kind,
    title: tidy(redactPersons(tidy(given.title, 80)), 80),
    derivedFrom,
    shows,
    method: tidy(redactPersons(tidy(given.method, 60)), 60),
    tool: tidy(redactPersons(tidy(given.tool, 60)), 60),
    collectedBy: account,
    collectedAt: collectedAt ?? at,
    addedAt: at,
    sourceUrl: sourceUrl === '' ? null : sourceUrl,
    mime: kind === 'file' ? findMime(bytes) : TEXT_MIME,
    size: bytes.length,
    sha256: hashBytes(bytes),
  }
}

/** Whose page lists what: whoever sees the case; an observer and a unit see none of it. */
export const seesEvidence = (roles: readonly Role[]): boolean => mayOpen(roles, { shows: 'nobody' })

export type Opened = { ok: true; bytes: Buffer; name: string; mime: string } | Refused

/** Hands an item out and writes down to whom; one that was altered is named, rings, and is not handed out. */
export function openEvidence(context: HandoverContext, claimId: string, id: string, person: Person): Promise<Opened> {
  return withTransaction(context.pool, async (client): Promise<Opened> => {
    const found = await findItem(client, context, claimId, id, person)
    if ('ok' in found) return found
    const { entries, fault } = await inspectList(client, claimId)
    const read = fault ?? (await readItem(client, context, found, entries))
    if (!Buffer.isBuffer(read)) {
      await withhold(client, context, read, person.account)
      await tellDesks(client)
      return refuse('altered', `${read.id}：${read.why}。已停止提供并告警`)
    }
    const at = context.now()
    const detail = { sha256: found.sha256 }
    await keepDeed(client, claimId, { at, actor: person.account, act: 'opened', evidence: id, detail })
    return { ok: true, bytes: read, name: nameEvidence(found), mime: found.mime }
  })
}

async function findItem(
  client: Queryable,
  context: HandoverContext,
  claimId: string,
  id: string,
  person: Person,
): Promise<EvidenceRecord | Refused> {
  const sight = await findSight(client, context, person, claimId)
  const isSeen = sight !== null && sight !== 'summary' && seesEvidence(person.roles)
  const item = isSeen ? (await listEvidence(client, claimId)).find((one) => one.id === id) : undefined
  if (!item) return refuse('unknown', '没有这件证据')
  if (mayOpen(person.roles, item)) return item
  const reason = isGuest(person) ? '这件原件不向贵单位提供，请查看遮盖件' : '您的角色请查看遮盖件'
  return refuse('not-yours', reason)
}
