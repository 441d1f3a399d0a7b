// In: all that is kept as evidence. Out: an alarm for each thing that is no longer what was received, collected, built or added; ended
// when it is right again. Must not serve or mend anything, and must not stop at one that cannot be read.
import type { Pool } from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { findAltered, subjectOfSighting, wordSighting } from '../rumour/custody.ts'
import { findAlteredEvidence, subjectOf, wordAltered } from '../rumour/handover/inspect.ts'
import type { HandoverContext } from '../rumour/handover/context.ts'
import { listAlteredFiles, listFiles } from '../store/attachments.ts'
import { verifyJournal } from '../store/journal.ts'
import { withTransaction } from '../store/pool.ts'
import { readHeads } from './journal-heads.ts'

export interface EvidenceWatch {
  pool: Pool
  dataFolder: string
  handover: HandoverContext
  alarm: (kind: string, subject: string, message: string) => Promise<void>
  clearOthers: (kind: string, standing: readonly string[]) => Promise<void>
}

const KIND = 'evidence'
const BATCH = 20
const MOST = 100
/** Between batches: this process publishes. */
const REST_MS = 5

/** Once a night. */
export async function watchEvidence(context: EvidenceWatch): Promise<void> {
  const { pool, handover, alarm, clearOthers } = context
  const named = new Map<string, string>()
  const chain = await verifyJournal(pool, await readHeads(context.dataFolder), () => sleep(REST_MS))
  // Everything else is compared with it.
  if (!chain.ok) named.set('journal', `留痕第 ${chain.seq} 封：${chain.why}。证据的核对以留痕为准，请核查数据库`)
  for (const one of await findAltered(handover)) named.set(subjectOfSighting(one), wordSighting(one))
  for (const one of await findAlteredEvidence(handover)) named.set(subjectOf(one), wordAltered(one))
  for (const file of await findAlteredFiles(pool))
    named.set(`file ${file}`, `稿件附件 ${file.slice(0, 12)} 与添加时不符，已停止提供，请核查数据库`)
  await clearOthers(KIND, [...named.keys()])
  for (const [subject, message] of named) await alarm(KIND, subject, message)
}

/** Of files beside drafts and notices. */
async function findAlteredFiles(pool: Pool): Promise<string[]> {
  const found: string[] = []
  for (let after = ''; found.length < MOST;) {
    const files = await listFiles(pool, after, BATCH)
    found.push(...(await withTransaction(pool, (client) => listAlteredFiles(client, files))))
    after = files.at(-1) ?? ''
    if (files.length < BATCH) break
  }
  return found.slice(0, MOST)
}
