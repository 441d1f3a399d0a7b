// In: drafts in every state, and notices that call themselves made of them. Out: proof that the database itself lets a draft be
// spoken once, as it was approved, and that a version and an answer to it cannot be written over.
import { createHash } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashDraft } from '../../src/publish/writing/acts.ts'
import { addFile, findDraftFile } from '../../src/store/attachments.ts'
import { addDraft, addReview, findDraft, saveDraft, type DraftRecord } from '../../src/store/drafts.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const NOW = Date.UTC(2026, 2, 4, 2, 0, 0)
let database: FreshDatabase
let app: Client
let count = 0

beforeAll(async () => {
  database = await freshDatabase()
  app = new Client(database.appConfig)
  await app.connect()
})
afterAll(async () => {
  await app.end()
  await database.drop()
})

async function make(over: Partial<DraftRecord> = {}): Promise<DraftRecord> {
  count += 1
  const bare = {
    id: `w-${count}`,
    kind: 'science' as const,
    level: 'daily' as const,
    quakeId: null,
    claimId: null,
    class: 'actual' as const,
    outlets: ['weibo'],
    fields: { heading: '怎样避震' },
    attachments: [],
    version: 1,
    state: 'draft' as const,
    hands: ['p-a'],
    passes: [],
    dueAt: null,
    scheduledBy: null,
    reason: '',
    createdAt: NOW,
    editedBy: 'p-a',
    editedAt: NOW,
    approvedAt: null,
    noticeId: null,
    releasedBy: null,
    releasedAt: null,
  }
  const draft: DraftRecord = { ...bare, hash: hashDraft(bare), ...over }
  await addDraft(app, { ...draft, state: 'draft' })
  await saveDraft(app, draft)
  return draft
}

/** A notice that says it is that draft. */
async function speak(draft: { id: string; hash: string }, n: number, files: object = {}): Promise<void> {
  await app.query(
    `insert into lineage (id, class, quake_id, year, number, serial) values ($1, 'actual', null, 2026, $2, $3)`,
    [`l-${n}`, n, `银震信〔2026〕${n}号`],
  )
  await app.query(
    `insert into notice (id, code, class, lineage_id, report_no, kind, title, text, variants, facts, evaluation, received_at,
       decided_at, issued_at, actor)
     values ($1, $2, 'actual', $3, 1, 'science', 't', 't', '{}', $4, 'unknown', now(), now(), now(), 'p-a')`,
    [`n-${n}`, `code${n}`, `l-${n}`, JSON.stringify({ draft, ...files })],
  )
}

test.each([
  ['is still being written', { state: 'draft' }],
  ['waits for its approval', { state: 'review' }],
  ['was discarded', { state: 'discarded', approvedAt: NOW }],
  ['calls itself approved, and was by nobody', { state: 'approved', approvedAt: null }],
] as const)('a draft that %s is not spoken', async (_what, over) => {
  const draft = await make(over)
  await expect(speak(draft, 100 + count)).rejects.toThrow('is not what was approved')
  expect(await findDraft(app, draft.id)).toMatchObject({ state: over.state, noticeId: null })
})

test('one that was approved is spoken once, and not under other words than the approved ones', async () => {
  const draft = await make({ state: 'approved', approvedAt: NOW })
  await expect(speak({ id: draft.id, hash: 'f'.repeat(64) }, 200)).rejects.toThrow('is not what was approved')
  await speak(draft, 201)
  expect(await findDraft(app, draft.id)).toMatchObject({ state: 'released', noticeId: 'n-201', releasedBy: 'p-a' })
  await expect(speak(draft, 202)).rejects.toThrow('is not what was approved')
})

test('a version and an answer to it stay as they were written; nobody passes one version twice', async () => {
  const draft = await make({ state: 'review' })
  const review = { version: 1, accountId: 'p-b', step: '审核', passed: true, ticks: ['legal'], note: '', at: NOW }
  await addReview(app, draft.id, review)
  await expect(addReview(app, draft.id, review)).rejects.toThrow('draft_review_once')
  expect((await findDraft(app, draft.id))?.passes).toEqual(['p-b'])
  for (const sql of [
    `update draft_version set fields = '{}'`,
    'delete from draft_version',
    `update draft_review set passed = true`,
    'delete from draft_review',
    'delete from draft',
    `update draft set kind = 'bulletin'`,
  ])
    await expect(app.query(sql)).rejects.toThrow('permission denied')
})

test('a file is kept under its own hash, never changed, and stands with a notice only as the approved draft named it', async () => {
  const bytes = Buffer.from('%PDF-1.4 bytes of a file')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const type = 'application/pdf' as const
  await addFile(app, { sha256, type, bytes }, NOW)
  await addFile(app, { sha256, type, bytes }, NOW)
  await expect(addFile(app, { sha256: 'a'.repeat(64), type, bytes }, NOW)).rejects.toThrow('attachment')
  for (const sql of [`update attachment set bytes = 'x'`, 'delete from attachment', 'delete from notice_attachment'])
    await expect(app.query(sql)).rejects.toThrow('permission denied')
  const attachments = [{ sha256, type, bytes: bytes.length, width: 0, height: 0, alt: '活动通知全文' }]
  const draft = await make({ state: 'approved', approvedAt: NOW, attachments })
  expect((await findDraft(app, draft.id))?.attachments).toEqual(attachments)
  expect(await findDraftFile(app, draft.id, sha256)).toEqual({ type, bytes })
  const other = await make()
  expect(await findDraftFile(app, other.id, sha256)).toBeNull()
  const renamed = attachments.map((one) => ({ ...one, alt: '别的说明' }))
  await expect(speak(draft, 300, { attachments: renamed })).rejects.toThrow('names files that its draft does not')
  await speak(draft, 301, { attachments })
  const { rows } = await app.query('select sha256 from notice_attachment where notice_id = $1', ['n-301'])
  expect(rows).toEqual([{ sha256 }])
})
