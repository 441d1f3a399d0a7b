// In: the nightly look at evidence, a database in which somebody has altered things. Out: proof that each is rung for by its name, and
// that what was put right again rings no more.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listActs, type ActsContext } from '../../src/app/acts.ts'
import { exportHead } from '../../src/app/journal-heads.ts'
import { chainDeed } from '../../src/core/rumour/handover/custody.ts'
import { hashText } from '../../src/rumour/handover/context.ts'
import { openEvidence } from '../../src/rumour/handover/evidence.ts'
import { buildPackage } from '../../src/rumour/handover/package.ts'
import { GENESIS, hashEntry, sealJournal, type JournalEntry } from '../../src/store/journal.ts'
import { listEntries } from '../../src/store/rumours/handover/custody.ts'
import { openOwner } from '../rumour/desk-of-rumours.ts'
import { openHandoverDesk, type HandoverDesk } from '../rumour/handover-desk.ts'

let desk: HandoverDesk
let owner: Client
const said: string[] = []
let standing: readonly string[] = []
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quakedesk-heads-'))
  desk = await openHandoverDesk()
  owner = await openOwner(desk, [
    'evidence_bytes',
    'sighting_raw',
    'custody_entry',
    'journal',
    'journal_seal',
    'police_package',
  ])
}, 60_000)
afterAll(async () => {
  await owner.end()
  await desk.close()
  await rm(folder, { recursive: true })
})

async function look(): Promise<void> {
  const context: Partial<ActsContext> = {
    pool: desk.pool,
    dataFolder: folder,
    rumours: desk.context,
    partners: {
      handover: desk.handover,
      agencies: {} as never,
      keep: { dismissedMs: 0, publishedMs: 0 },
      close: async () => undefined,
    },
    channels: { look: async () => undefined, inspect: async () => undefined, tidy: async () => undefined },
    alarm: async (kind, subject, message) => void said.push(`${kind} ${subject} ${message}`),
    clearOthers: async (_kind, subjects) => {
      standing = subjects
    },
  }
  const act = listActs(context as ActsContext).find(({ name }) => name === 'evidence')
  if (!act) throw new Error('nobody looks at evidence')
  await act.run()
}

test('once a night what was altered rings by its name, and ends when it is right again', async () => {
  const { claim, sighting } = await desk.begin()
  const item = await desk.keep(claim)
  await look()
  expect([said, standing]).toEqual([[], []])
  const { rows } = await owner.query<{ sealed: Buffer }>('select sealed from evidence_bytes where evidence_id = $1', [
    item,
  ])
  await owner.query(`update evidence_bytes set sealed = '\\x00' where evidence_id = $1`, [item])
  await owner.query(`update sighting_raw set sealed = '\\x00' where sighting_id = $1`, [sighting])
  await look()
  expect(standing).toEqual([`sighting ${sighting}`, `${claim} ${item}`])
  expect(said).toHaveLength(2)
  expect(said[0]).toContain(sighting)
  expect(said[1]).toContain(item)
  await owner.query('update evidence_bytes set sealed = $2 where evidence_id = $1', [item, rows[0]?.sealed])
  await look()
  expect(standing).toEqual([`sighting ${sighting}`])
})

test('a package whose row is gone is named by what the journal says of it', async () => {
  const { claim } = await desk.begin()
  const built = await buildPackage(desk.handover, claim, { reason: '移送' }, desk.people.wang)
  if (!built.ok) throw new Error(built.reason)
  await owner.query('alter table police_package_bytes disable trigger user')
  await owner.query('delete from police_package_bytes where package_id = $1', [built.one.id])
  await owner.query('delete from police_package where id = $1', [built.one.id])
  await look()
  expect(standing).toContain(`${claim} ${built.one.id}`)
})

test('a list of who had it in hand that was written anew together with the journal is found by the head that left the database', async () => {
  const { claim } = await desk.begin()
  const item = await desk.keep(claim)
  expect(await openEvidence(desk.handover, claim, item, desk.people.li)).toMatchObject({ ok: true })
  while ((await sealJournal(desk.pool, desk.context.now())) > 0);
  expect(await exportHead(desk.pool, folder, desk.context.now())).not.toBeNull()
  await look()
  expect(standing).not.toContain('journal')

  // The lead never looked at it, says the new list; the journal says the same, and every hash in it fits.
  const [first, second] = await listEntries(desk.pool, claim)
  if (!first || !second) throw new Error('no entries')
  const forged = chainDeed(claim, first, { ...second, actor: 'p-chen' }, hashText)
  await owner.query('update custody_entry set actor = $3, hash = $4 where claim_id = $1 and seq = $2', [
    claim,
    2,
    forged.actor,
    forged.hash,
  ])
  await owner.query(
    `update journal set actor = $3, detail = detail || jsonb_build_object('hash', $2::text)
     where subject = $1 and act = 'custody.entry' and detail ->> 'seq' = '2'`,
    [claim, forged.hash, forged.actor],
  )
  await look()
  expect(standing).toContain('journal')

  const rows = await desk.query<JournalEntry & { seq: number }>(
    'select j.id, j.at, j.actor, j.act, j.subject, j.detail, s.seq from journal j join journal_seal s on s.journal_id = j.id order by s.seq',
  )
  let previous = GENESIS
  for (const row of rows) {
    const hash = hashEntry(previous, row)
    await owner.query('update journal_seal set previous = $2, hash = $3 where seq = $1', [row.seq, previous, hash])
    previous = hash
  }
  said.length = 0
  await look()
  expect(standing).toContain('journal')
  expect(said.find((one) => one.startsWith('evidence journal'))).toContain('另行记下的链首不符')
})
