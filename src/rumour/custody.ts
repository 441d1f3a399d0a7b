// In: reports as they were sealed, the journal's word about each. Out: those that are no longer what was received, with what is wrong.
// Must not print an original: whoever must know is told its id (rumours.md §7).
import { createHash } from 'node:crypto'
import { writeSighting } from '../core/rumour/sighting-record.ts'
import { noteAlarm } from '../publish/note-alarm.ts'
import { readEach } from '../store/damage.ts'
import { appendJournal } from '../store/journal.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { listKept, listSightingIds, type KeptSighting } from '../store/rumours/originals.ts'
import { listPicturesOf, type SealedPicture } from '../store/rumours/pictures.ts'
import type { RumourContext } from './context.ts'

export interface AlteredSighting {
  id: string
  why: string
}

type Kept = Pick<RumourContext, 'originals'>

const BATCH = 500
/** Pictures are opened beside each other: two megabytes each. */
const PICTURES = 20
const MOST = 100
export const ALTERED_PICTURE = '图片与接收时不符'

/** Every report on record. @returns at most 100, in the order of their ids */
export async function findAltered({
  pool,
  originals,
}: Pick<RumourContext, 'pool' | 'originals'>): Promise<AlteredSighting[]> {
  const found: AlteredSighting[] = []
  for (let after = ''; found.length < MOST;) {
    const ids = await listSightingIds(pool, after, BATCH)
    found.push(...(await withTransaction(pool, (client) => inspectSightings(client, { originals }, ids))))
    after = ids.at(-1) ?? ''
    if (ids.length < BATCH) break
  }
  return found.slice(0, MOST)
}

/**
 * Opens every seal and compares original, picture, row and journal: the journal is chained, so that whoever alters a row and its hash
 * alike is found by it. @param db within a transaction
 */
export async function inspectSightings(db: Queryable, kept: Kept, ids: readonly string[]): Promise<AlteredSighting[]> {
  const found: AlteredSighting[] = []
  for (let start = 0; start < ids.length; start += BATCH)
    found.push(...(await inspectSome(db, kept, ids.slice(start, start + BATCH))))
  return found
}

async function inspectSome(db: Queryable, kept: Kept, ids: readonly string[]): Promise<AlteredSighting[]> {
  const { rows, damaged } = await readEach(db, ids, (some) => listKept(db, some))
  const found: AlteredSighting[] = damaged.map((id) => ({ id, why: '原文读不出来，磁盘或数据库文件已损坏' }))
  for (const row of rows) {
    const why = findFault(row, kept)
    if (why !== null) found.push({ id: row.id, why })
  }
  const named = new Set(found.map(({ id }) => id))
  const shown = rows.filter(({ id, hasPicture, notedPicture, forgottenAt }) =>
    named.has(id) ? false : hasPicture || (notedPicture !== null && forgottenAt === null),
  )
  found.push(
    ...(await inspectPictures(
      db,
      kept,
      shown.map(({ id }) => id),
    )),
  )
  return found.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function findFault(row: KeptSighting, { originals }: Kept): string | null {
  const { record, sealed, notedAt, notedSha256, notedRecord } = row
  if (notedAt === null) return '留痕中没有接收记录'
  if (record === null) return '登记不在了'
  const altered = '登记内容与接收时不符'
  if (record.rawSha256 !== notedSha256 || row.receivedAt !== notedAt) return altered
  if (notedRecord !== null && notedRecord !== hash(writeSighting(record))) return altered
  if (row.forgottenAt !== null) return null
  if (sealed === null) return '原文不在了'
  const text = originals.open(sealed)
  if (text === null) return '原文的封存被破坏'
  return hash(text) === notedSha256 ? null : '原文与接收时不符'
}

const hash = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')

async function inspectPictures(db: Queryable, kept: Kept, ids: readonly string[]): Promise<AlteredSighting[]> {
  const found: AlteredSighting[] = []
  for (let start = 0; start < ids.length; start += PICTURES) {
    const some = ids.slice(start, start + PICTURES)
    const { rows, damaged } = await readEach(db, some, (these) => listPicturesOf(db, these))
    for (const id of some.filter((each) => !damaged.includes(each))) {
      const picture = rows.find((each) => each.id === id)
      if (picture === undefined) found.push({ id, why: '图片不在了' })
      else if (openSealed(kept, picture) === null) found.push({ id, why: ALTERED_PICTURE })
    }
    found.push(...damaged.map((id) => ({ id, why: '图片读不出来，磁盘或数据库文件已损坏' })))
  }
  return found
}

/** The original; null where it is not what was received. */
export function openSealed({ originals }: Pick<RumourContext, 'originals'>, picture: SealedPicture): Buffer | null {
  const bytes = originals.openBytes(picture.sealed)
  const isWhole = bytes !== null && hash(bytes) === picture.sha256 && picture.journalled === picture.sha256
  return isWhole ? bytes : null
}

/** One subject for one report, so that the same is not rung for twice, and another one is. */
export const subjectOfSighting = ({ id }: AlteredSighting): string => `sighting ${id}`
export const wordSighting = ({ id, why }: AlteredSighting): string => `传言线索 ${id}：${why}，已停止提供，请核查数据库`

/** Somebody wanted it and it is not what it was: it is named, and rings. */
export async function withholdSighting(
  context: Pick<RumourContext, 'pool' | 'now' | 'realNow' | 'random'>,
  fault: AlteredSighting,
  by: string,
  db: Queryable = context.pool,
): Promise<void> {
  const [subject, message] = [subjectOfSighting(fault), wordSighting(fault)]
  await noteAlarm(db, context, { kind: 'evidence', subject, message })
  const detail = { item: fault.id, why: fault.why }
  await appendJournal(db, context.now(), { actor: by, act: 'evidence.withheld', subject: fault.id, detail })
}
