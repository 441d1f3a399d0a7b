// In: nothing. Out: what the parts of handing over are handed, and one deed written into a claim's custody list.
import { createHash } from 'node:crypto'
import { chainDeed, type CustodyDeed, type CustodyEntry } from '../../core/rumour/handover/custody.ts'
import type { WriteCover } from '../../core/rumour/handover/package.ts'
import type { ByteSealing } from '../../store/byte-sealing.ts'
import { appendJournal } from '../../store/journal.ts'
import type { Queryable } from '../../store/pool.ts'
import { addEntry, findCustodyHead, lockCustody } from '../../store/rumours/handover/custody.ts'
import type { RumourContext } from '../context.ts'

export interface HandoverContext extends RumourContext {
  /** Seals evidence, packages and the names of those who spread something; under keys of their own. */
  vault: ByteSealing
  /** Of an account or a link: the same mark for the same one, which nobody makes without the installation's key. */
  mark: (text: string) => string
  cover: WriteCover
  bureau: { name: string; publicUrl: string }
}

export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex')
export const hashBytes = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Under which name each thing is sealed. */
export const sealNames = {
  evidence: (id: string): string => `evidence ${id}`,
  package: (id: string): string => `package ${id}`,
  spreader: (claimId: string): string => `spreader ${claimId}`,
}

/**
 * Writes down what somebody does, within their transaction: chained to the claim's list, and its hash in the journal, which is
 * chained itself, so that nobody makes the list anew unseen.
 */
export async function keepDeed(client: Queryable, claimId: string, deed: CustodyDeed): Promise<CustodyEntry> {
  await lockCustody(client, claimId)
  const entry = chainDeed(claimId, await findCustodyHead(client, claimId), deed, hashText)
  await addEntry(client, claimId, entry)
  const { seq, hash, act, evidence, at, actor } = entry
  const detail = { seq, hash, act, ...(evidence === null ? {} : { evidence }) }
  await appendJournal(client, at, { actor, act: 'custody.entry', subject: claimId, detail })
  return entry
}
