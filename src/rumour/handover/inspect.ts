// In: a claim's evidence as it stands on record. Out: what is no longer what was collected: bytes, rows, entries, packages.
// Must not serve anything: whoever does asks here first, and names what is found (rumours.md §7).
import { findBreak, type CustodyEntry } from '../../core/rumour/handover/custody.ts'
import { writeRecord, type EvidenceRecord } from '../../core/rumour/handover/evidence.ts'
import { noteAlarm } from '../../publish/note-alarm.ts'
import { readGuarded } from '../../store/damage.ts'
import { appendJournal } from '../../store/journal.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import { listEntries, listNoted, lockCustody } from '../../store/rumours/handover/custody.ts'
import { findEvidenceBytes, listEvidence, listEvidenceClaims } from '../../store/rumours/handover/evidence.ts'
import {
  findPackageBytes,
  listLostPackages,
  listPackages,
  type PolicePackage,
} from '../../store/rumours/handover/packages.ts'
import { hashBytes, hashText, sealNames, type HandoverContext } from './context.ts'

export interface Altered {
  claimId: string
  /** Of the item, the package or the list. */
  id: string
  why: string
}

type Vault = Pick<HandoverContext, 'vault'>

/**
 * What is wrong with the list itself: then nothing of the claim is served, for nobody can say who had it in hand. Nobody writes
 * into it until the transaction ends: what is just being added is either there with its entry, or not yet.
 */
export async function inspectList(
  db: Queryable,
  claimId: string,
): Promise<{ entries: CustodyEntry[]; fault: Altered | null }> {
  await lockCustody(db, claimId)
  const [entries, noted] = [await listEntries(db, claimId), await listNoted(db, claimId)]
  const broken = findBreak(claimId, entries, noted, hashText)
  const fault = broken && { claimId, id: `保管记录第 ${broken.seq} 条`, why: broken.why }
  return { entries, fault }
}

/** The same, in a transaction of its own. */
export const readList = ({ pool }: Pick<HandoverContext, 'pool'>, claimId: string): ReturnType<typeof inspectList> =>
  withTransaction(pool, (client) => inspectList(client, claimId))

/** Bytes of an item that is what was collected; or what is wrong with it. @param db within a transaction */
export async function readItem(
  db: Queryable,
  { vault }: Vault,
  item: EvidenceRecord,
  entries: readonly CustodyEntry[],
): Promise<Buffer | Altered> {
  const { id, claimId } = item
  const wrong = (why: string): Altered => ({ claimId, id, why })
  const begun = entries.find(({ evidence, act }) => evidence === id && (act === 'collected' || act === 'derived'))
  if (!begun) return wrong('没有收存记录')
  if (begun.detail['record'] !== hashText(writeRecord(item))) return wrong('登记内容与收存时不符')
  const read = await readGuarded(db, () => findEvidenceBytes(db, id))
  if (read === null) return wrong('原件读不出来，磁盘或数据库文件已损坏')
  const sealed = read.value
  if (sealed === null) return wrong('原件不在了')
  const bytes = vault.open(sealed, sealNames.evidence(id))
  if (bytes === null) return wrong('原件的封存被破坏')
  return hashBytes(bytes) === item.sha256 && bytes.length === item.size ? bytes : wrong('原件与收存时不符')
}

/** Bytes of a package that is what was built; or what is wrong with it. @param db within a transaction */
export async function readPackage(db: Queryable, { vault }: Vault, one: PolicePackage): Promise<Buffer | Altered> {
  const wrong = (why: string): Altered => ({ claimId: one.claimId, id: one.id, why })
  const read = await readGuarded(db, () => findPackageBytes(db, one.id))
  if (read === null) return wrong('移送材料读不出来，磁盘或数据库文件已损坏')
  const { sealed, journalled } = read.value
  if (journalled !== one.sha256) return wrong('校验值与留痕所记不符')
  if (sealed === null) return wrong('移送材料不在了')
  const bytes = vault.open(sealed, sealNames.package(one.id))
  if (bytes === null) return wrong('移送材料的封存被破坏')
  return hashBytes(bytes) === one.sha256 ? bytes : wrong('移送材料与制作时不符')
}

/** Everything of one claim. */
async function inspectClaim(db: Queryable, context: Vault, claimId: string): Promise<Altered[]> {
  const { entries, fault } = await inspectList(db, claimId)
  const items = await listEvidence(db, claimId)
  const found: Altered[] = fault ? [fault] : []
  for (const item of items) {
    const read = await readItem(db, context, item, entries)
    if (!Buffer.isBuffer(read)) found.push(read)
  }
  const gone = entries.filter(
    ({ evidence, act }) =>
      evidence !== null && (act === 'collected' || act === 'derived') && !items.some(({ id }) => id === evidence),
  )
  for (const { evidence } of gone) found.push({ claimId, id: evidence ?? '', why: '登记不在了' })
  for (const id of await listLostPackages(db, claimId)) found.push({ claimId, id, why: '移送材料的登记不在了' })
  for (const one of await listPackages(db, claimId)) {
    const read = await readPackage(db, context, one)
    if (!Buffer.isBuffer(read)) found.push(read)
  }
  return found
}

const BATCH = 100
const MOST = 100

/** Every item, list and package on record. @returns at most 100 that were altered */
export async function findAlteredEvidence({
  pool,
  vault,
}: Pick<HandoverContext, 'pool' | 'vault'>): Promise<Altered[]> {
  const found: Altered[] = []
  let after = ''
  for (;;) {
    const claims = await listEvidenceClaims(pool, after, BATCH)
    for (const claim of claims)
      found.push(...(await withTransaction(pool, (client) => inspectClaim(client, { vault }, claim))))
    after = claims.at(-1) ?? ''
    if (claims.length < BATCH || found.length >= MOST) return found.slice(0, MOST)
  }
}

/** One subject for one thing, so that the same is not rung for twice. */
export const subjectOf = ({ claimId, id }: Altered): string => `${claimId} ${id}`
export const wordAltered = ({ claimId, id, why }: Altered): string =>
  `传言 ${claimId} 的证据 ${id}：${why}，已停止提供，请核查数据库`

/** Somebody wanted it and it is not what it was: it is named, and rings. */
export async function withhold(
  db: Queryable,
  context: Pick<HandoverContext, 'now' | 'realNow' | 'random'>,
  fault: Altered,
  by: string,
): Promise<void> {
  await noteAlarm(db, context, { kind: 'evidence', subject: subjectOf(fault), message: wordAltered(fault) })
  const { claimId, id, why } = fault
  await appendJournal(db, context.now(), {
    actor: by,
    act: 'evidence.withheld',
    subject: claimId,
    detail: { item: id, why },
  })
}
