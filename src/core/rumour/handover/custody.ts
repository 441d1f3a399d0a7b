// In: what was done with a claim's evidence, in order. Out: each entry chained to the one before, and the first that does not fit.
// Must not hash: core has no crypto, a SHA-256 is handed in. Anybody can repeat it from the lines of a package's custody list.
import { formatUtc, type Instant } from '../../instant.ts'

export type CustodyAct = 'collected' | 'derived' | 'opened' | 'packaged' | 'transferred'

export const CUSTODY_NAMES: Readonly<Record<CustodyAct, string>> = {
  collected: '收存',
  derived: '制作遮盖件',
  opened: '查看或下载',
  packaged: '装入移送材料',
  transferred: '移送材料取走',
}

/** What somebody did; detail holds texts only, and nothing about a person. */
export interface CustodyDeed {
  at: Instant
  /** Id of the account. */
  actor: string
  act: CustodyAct
  /** null for a deed that is about the whole. */
  evidence: string | null
  detail: Readonly<Record<string, string>>
}

export interface CustodyEntry extends CustodyDeed {
  /** From 1, without a gap. */
  seq: number
  /** Hash of the entry before; 64 zeros before the first. */
  previous: string
  hash: string
}

/** SHA-256 of a text's UTF-8 bytes, 64 hexadecimal digits. */
export type HashText = (text: string) => string

export const CUSTODY_GENESIS = '0'.repeat(64)

/** What an entry's hash is made of: one line of JSON, its parts in this order, the detail's keys sorted. */
export function writeEntry(claim: string, { seq, previous, ...deed }: Omit<CustodyEntry, 'hash'>): string {
  const detail = Object.fromEntries(Object.entries(deed.detail).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return JSON.stringify([previous, claim, seq, formatUtc(deed.at), deed.actor, deed.act, deed.evidence, detail])
}

/** The next entry of a chain. @param head its last one; null for an empty chain */
export function chainDeed(
  claim: string,
  head: Pick<CustodyEntry, 'seq' | 'hash'> | null,
  deed: CustodyDeed,
  hash: HashText,
): CustodyEntry {
  const entry = { ...deed, seq: (head?.seq ?? 0) + 1, previous: head?.hash ?? CUSTODY_GENESIS }
  return { ...entry, hash: hash(writeEntry(claim, entry)) }
}

export interface ChainFault {
  /** Number of the entry; of the one that is missing, where one is. */
  seq: number
  why: string
}

/**
 * The first entry that was changed, removed, put in between or cut off.
 * @param noted hashes of entries by number, as the journal has them: it is chained itself and exported, so that an end that was cut
 * off, and a chain that was calculated anew, are found as well
 */
export function findBreak(
  claim: string,
  entries: readonly CustodyEntry[],
  noted: ReadonlyMap<number, string>,
  hash: HashText,
): ChainFault | null {
  let [seq, previous] = [0, CUSTODY_GENESIS]
  for (const entry of entries) {
    if (entry.seq !== seq + 1) return { seq: seq + 1, why: '缺少这一条记录' }
    if (entry.previous !== previous) return { seq: entry.seq, why: '所记的前一条校验值与前一条不符' }
    if (hash(writeEntry(claim, entry)) !== entry.hash) return { seq: entry.seq, why: '记录被改动过' }
    if (noted.get(entry.seq) !== entry.hash) return { seq: entry.seq, why: '与留痕所记不符' }
    seq = entry.seq
    previous = entry.hash
  }
  const beyond = Math.max(0, ...noted.keys())
  return beyond > seq ? { seq: seq + 1, why: '缺少这一条记录' } : null
}
