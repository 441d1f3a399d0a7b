// In: answers prepared in peacetime, people of several organisations, time that passes. Out: proof that each signs once and what is
// theirs, that a changed or expired text is signed anew, and that the record keeps no word of it but its hash.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY } from '../../src/core/instant.ts'
import { findInForce } from '../../src/core/rumour/prepared.ts'
import type { Person } from '../../src/rumour/context.ts'
import {
  createPrepared,
  declineVersion,
  endAnswer,
  offerVersion,
  signVersion,
  writePrepared,
} from '../../src/rumour/prepared.ts'
import type { SignScope } from '../../src/core/rumour/signoff.ts'
import { findPrepared } from '../../src/store/rumours/prepared.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'

let desk: RumourDesk
beforeAll(async () => {
  desk = await openRumourDesk()
}, 60_000)
afterAll(() => desk.close())

const FIELDS: Readonly<Record<string, string>> = {
  heading: '关于{place}网传避险做法的说明',
  summary: '{place}居民请按应急部门公布的避险要点做好准备。',
  body: '室内就近躲避，震后有序撤离。',
  claim: '{place}居民应当跳窗避险',
  verdict: '不实',
  evidence: '《防震减灾法》',
}
const reader =
  (over: Record<string, string> = {}) =>
  (name: string) =>
    ({ ...FIELDS, ...over })[name] ?? null

async function make(by: Person): Promise<string> {
  const made = await createPrepared(desk.context, { name: '避险', kind: 'advice', read: reader() }, by)
  if (!made.ok) throw new Error(made.reason)
  return made.id
}
async function sign(id: string, scope: SignScope, by: Person, hash?: string) {
  const newest = (await findPrepared(desk.pool, id))?.versions[0]
  const asked = { id, seen: newest?.version ?? 0, scope, hash: hash ?? newest?.hash ?? '' }
  return signVersion(desk.context, asked, by)
}
async function signAll(id: string): Promise<void> {
  const { chen, li, sun, qian } = desk.people
  for (const [scope, by] of [
    ['facts', chen],
    ['lead', li],
    ['cac-wording', sun],
    ['police-mention', qian],
  ] as const)
    expect(await sign(id, scope, by)).toMatchObject({ ok: true })
}
const force = async (id: string): Promise<number | null> => {
  const record = await findPrepared(desk.pool, id)
  return record && (findInForce(record.versions, record.endedAt !== null, desk.context.now())?.version ?? null)
}

test('each agency signs what is its own, once, under the text that it saw; then it is in force until its time is over', async () => {
  const { wang, chen, zhao, sun, qian } = desk.people
  const id = await make(wang)
  expect(await sign(id, 'facts', chen)).toMatchObject({ rule: 'not-here' })
  expect(await offerVersion(desk.context, { id, seen: 1, days: 7 }, wang)).toMatchObject({ rule: 'days' })
  expect(await offerVersion(desk.context, { id, seen: 1, days: 90 }, wang)).toMatchObject({ ok: true })
  expect(await sign(id, 'facts', wang)).toMatchObject({ rule: 'own-draft' })
  expect(await sign(id, 'cac-wording', qian)).toMatchObject({ rule: 'not-yours' })
  expect(await sign(id, 'bureau-wording', zhao)).toMatchObject({ rule: 'not-yours' })
  expect(await sign(id, 'cac-wording', sun, 'f'.repeat(64))).toMatchObject({ rule: 'changed' })
  await signAll(id)
  expect(await sign(id, 'facts', chen)).toMatchObject({ ok: false })
  expect(await force(id)).toBe(1)
  desk.pass(90 * DAY)
  expect(await force(id)).toBeNull()
  const journal = await desk.query<{ text: string }>('select detail::text as text from journal where subject = $1', [
    id,
  ])
  expect(journal.length).toBeGreaterThan(5)
  expect(journal.map(({ text }) => text).join()).not.toContain('避险')
})

test('two who sign one scope at one moment: one does, the other is told', async () => {
  const { wang, chen, li } = desk.people
  const id = await make(wang)
  await offerVersion(desk.context, { id, seen: 1, days: 90 }, wang)
  const both = await Promise.all([sign(id, 'facts', chen), sign(id, 'facts', li)])
  expect(both.filter(({ ok }) => ok)).toHaveLength(1)
  expect(both.find(({ ok }) => !ok)).toMatchObject({ rule: 'scope-taken' })
})

test('a newer text is signed anew, and the old one stays meanwhile; sent back, it is written again', async () => {
  const { wang, sun, zhao, li } = desk.people
  const id = await make(wang)
  await offerVersion(desk.context, { id, seen: 1, days: 180 }, wang)
  await signAll(id)
  const read = reader({ body: '请就近躲避。' })
  expect(await writePrepared(desk.context, { id, seen: 1, read }, zhao)).toMatchObject({ ok: true })
  expect(await writePrepared(desk.context, { id, seen: 1, read }, zhao)).toMatchObject({ rule: 'changed' })
  await offerVersion(desk.context, { id, seen: 2, days: 90 }, zhao)
  expect(await force(id)).toBe(1)
  expect(await declineVersion(desk.context, { id, seen: 2, why: '' }, sun)).toMatchObject({ rule: 'reason' })
  expect(await declineVersion(desk.context, { id, seen: 2, why: '请写全' }, sun)).toMatchObject({ ok: true })
  expect(await sign(id, 'lead', li)).toMatchObject({ rule: 'not-here' })
  await writePrepared(desk.context, { id, seen: 2, read }, zhao)
  await offerVersion(desk.context, { id, seen: 3, days: 90 }, zhao)
  await signAll(id)
  expect(await force(id)).toBe(3)
  expect(await endAnswer(desk.context, { id, seen: 3, why: '过时' }, wang)).toMatchObject({ rule: 'not-yours' })
  expect(await endAnswer(desk.context, { id, seen: 3, why: '过时' }, li)).toMatchObject({ ok: true })
  expect(await force(id)).toBeNull()
})

test('what was signed stays as it was signed', async () => {
  for (const sql of [
    `update prepared_version set fields = '{}'`,
    `update prepared_signature set scope = 'lead'`,
    'delete from prepared_answer',
    'delete from prepared_use',
  ])
    await expect(desk.query(sql)).rejects.toThrow(/permission denied|append-only/)
})
