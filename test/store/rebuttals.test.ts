// In: claims and drafts in every state, and notices that call themselves made of them. Out: proof that the database itself lets a
// rebuttal out only as its claim was signed for, once, and that merges make no ring.
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const HASH = 'a'.repeat(64)
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

async function make(
  over: { state?: string; approved?: string | null; hash?: string; lane?: string } = {},
): Promise<string> {
  count += 1
  const id = String(count)
  const { state = 'approved', approved = HASH, hash = HASH, lane = 'actual' } = over
  await app.query(
    `insert into claim (id, class, title, kind, family_id, risk, state, opened_at, changed_at)
     values ($1, $2, '传言', 'predict', $1, 4, 'new', now(), now())`,
    [`c-${id}`, lane],
  )
  await app.query(
    `update claim set state = $2, approved_hash = $3, hold = case when $2 = 'hold' then '{}'::jsonb end where id = $1`,
    [`c-${id}`, state, approved],
  )
  await app.query(
    `insert into draft (id, kind, level, outlets, fields, version, hash, state, hands, created_at, edited_by, edited_at, claim_id)
     values ($1, 'rebuttal', 'ordinary', '{}', '{}', 1, $2, 'approved', '{p-a}', now(), 'p-a', now(), $3)`,
    [`w-${id}`, hash, `c-${id}`],
  )
  await app.query(`update draft set approved_at = now() where id = $1`, [`w-${id}`])
  return id
}

async function speak(id: string, hash = HASH, n = `n-${count}`, lane = 'actual', draft = {}): Promise<void> {
  const number = Number(n.replace(/\D/g, ''))
  await app.query('begin')
  try {
    await app.query(
      `insert into lineage (id, class, quake_id, year, number, serial) values ($1, $3, null, 2026, $2, $1)`,
      [`l-${n}`, number, lane],
    )
    await app.query(
      `insert into notice (id, code, class, lineage_id, report_no, kind, title, text, variants, facts, evaluation, received_at,
         decided_at, issued_at, actor)
       values ($1, $1, $4, $2, 1, 'rebuttal', 't', 't', '{}', $3, 'unknown', now(), now(), now(), 'p-a')`,
      [n, `l-${n}`, JSON.stringify({ draft: { id: `w-${id}`, hash, ...draft } }), lane],
    )
    await app.query('commit')
  } catch (error) {
    await app.query('rollback')
    throw error
  }
}

const stateOf = async (id: string) =>
  (await app.query<object>('select state, version from claim where id = $1', [`c-${id}`])).rows[0]

test.each([
  ['is still being signed', { state: 'signoff', approved: null }],
  ['is on hold', { state: 'hold' }],
  ['was signed for another text', { approved: 'b'.repeat(64) }],
  ['calls itself approved, and nobody signed', { approved: null }],
])('the rebuttal of a claim that %s does not go out', async (_what, over) => {
  const id = await make(over)
  const before = await stateOf(id)
  await expect(speak(id)).rejects.toThrow('was not signed for')
  expect(await stateOf(id)).toEqual(before)
  const { rows } = await app.query('select from notice where id = $1', [`n-${count}`])
  expect(rows).toEqual([])
})

test('one that was signed goes out once, and moves its claim in the same commit', async () => {
  const id = await make()
  await speak(id)
  expect(await stateOf(id)).toEqual({ state: 'publishing', version: 2 })
  const { rows } = await app.query('select event, account from claim_step where claim_id = $1', [`c-${id}`])
  expect(rows).toEqual([{ event: 'publish', account: 'p-a' }])
  await expect(speak(id, HASH, 'n-9999')).rejects.toThrow('was not signed for')
})

test('a notice of one lane never answers a claim of the other', async () => {
  const [real, drilled] = [await make(), await make({ lane: 'drill' })]
  await expect(speak(real, HASH, 'n-7001', 'drill')).rejects.toThrow('not of the lane')
  await expect(speak(drilled, HASH, 'n-7002')).rejects.toThrow('not of the lane')
  for (const id of [real, drilled]) expect(await stateOf(id)).toEqual({ state: 'approved', version: 1 })
})

test('a drill’s answer has no public address, and moves its claim by the desk’s clock, whatever time it bears itself', async () => {
  const id = await make({ lane: 'drill' })
  await speak(id, HASH, 'n-7003', 'drill', { saidAt: '2020-01-02T03:04:05Z' })
  const { rows } = await app.query(
    `select c.published_at, c.changed_at, d.released_at, s.at from claim c join draft d on d.claim_id = c.id
     join claim_step s on s.claim_id = c.id where c.id = $1`,
    [`c-${id}`],
  )
  const at = new Date('2020-01-02T03:04:05Z').getTime()
  expect(rows.flatMap((row) => Object.values(row as object)).map((one) => new Date(one as string).getTime())).toEqual(
    Array(4).fill(at),
  )
  expect((await app.query('select from claim_public where claim_id = $1', [`c-${id}`])).rows).toEqual([])
})

test('a rebuttal without a claim, and a claim beside another kind, are no drafts', async () => {
  const add = (kind: string, claim: string | null) =>
    app.query(
      `insert into draft (id, kind, level, outlets, fields, version, hash, state, hands, created_at, edited_by, edited_at, claim_id)
       values ('w-x', $1, 'ordinary', '{}', '{}', 1, 'h', 'draft', '{p-a}', now(), 'p-a', now(), $2)`,
      [kind, claim],
    )
  const id = await make()
  await expect(add('rebuttal', null)).rejects.toThrow('draft_claim')
  await expect(add('science', `c-${id}`)).rejects.toThrow('draft_claim')
})

test('merges make no ring, of two or of three', async () => {
  const [a, b, c] = [await make(), await make(), await make()]
  const merge = (from: string, into: string) =>
    app.query(`update claim set state = 'merged', merged_into = $2 where id = $1`, [`c-${from}`, `c-${into}`])
  await merge(a, b)
  await expect(merge(b, a)).rejects.toThrow('merged into itself')
  await merge(b, c)
  await expect(merge(c, a)).rejects.toThrow('merged into itself')
  await expect(merge(c, c)).rejects.toThrow('claim')
})

const PREPARED = { isFamilyTemplate: true, bodyHash: HASH }
async function prepare(
  id: string,
  {
    risk = 1,
    signed = 2,
    life = '1 day',
    ended = false,
  }: { risk?: number; signed?: number; life?: string; ended?: boolean },
): Promise<void> {
  await app.query('update claim set risk = $2, text = $3 where id = $1', [`c-${id}`, risk, JSON.stringify(PREPARED)])
  await app.query(
    `insert into prepared_answer (id, name, kind, made_by, made_at) values ($1, '模板', 'advice', 'p-a', now())`,
    [`f-${id}`],
  )
  await app.query(
    `insert into prepared_version (answer_id, version, fields, scopes, hash, made_by, made_at, offered_at, expires_at)
     values ($1, 1, '{}', '{facts,lead}', $2, 'p-a', now(), now(), now() + $3::interval)`,
    [`f-${id}`, HASH, life],
  )
  await app.query(
    `insert into prepared_signature (answer_id, version, scope, actor, account, hash, at)
     select $1, 1, scope, 'lead', scope, $2, now() from unnest(('{facts,lead}'::text[])[1:$3]) scope`,
    [`f-${id}`, HASH, signed],
  )
  await app.query(
    `insert into prepared_use (draft_id, claim_id, answer_id, version, hash, slots, by, at) values ($1, $2, $3, 1, $4, '{}', 'p-a', now())`,
    [`w-${id}`, `c-${id}`, `f-${id}`, HASH],
  )
  if (ended)
    await app.query(`update prepared_answer set ended_at = now(), ended_by = 'p-a', ended_why = '过时' where id = $1`, [
      `f-${id}`,
    ])
}

test.each([
  ['that somebody has not signed', { signed: 1 }],
  ['whose time is over', { life: '-1 second' }],
  ['that was ended', { ended: true }],
  ['used for a graver claim', { risk: 2 }],
])('a prepared answer %s does not go out', async (_what, over) => {
  const id = await make()
  await prepare(id, over)
  await expect(speak(id)).rejects.toThrow('is not in force')
})

test('a prepared answer in force goes out; its claim has one public address, which is its own for ever', async () => {
  const id = await make()
  await prepare(id, {})
  await speak(id)
  const { rows } = await app.query<{ code: string }>('select code from claim_public where claim_id = $1', [`c-${id}`])
  expect(rows[0]?.code).toMatch(/^[2-9a-zB]{8}$/)
  const again = await app.query<{ code: string }>('select open_claim_page($1, now()) as code', [`c-${id}`])
  expect(again.rows).toEqual(rows)
  await expect(app.query('update claim_public set code = code')).rejects.toThrow(/permission denied|append-only/)
})

// Last: from here on p-a is somebody.
test('what a duty officer lets out alone is prepared, or does not go out', async () => {
  await app.query(`insert into organisation (id, name, kind) values ('bureau', '局', 'bureau') on conflict do nothing`)
  await app.query(
    `insert into account (id, login, name, organisation_id, roles, state, created_at, created_by)
     values ('p-a', 'jia', '甲', 'bureau', '{duty}', 'active', now(), 'start')`,
  )
  const [plain, prepared] = [await make(), await make()]
  await expect(speak(plain, HASH, `n-${plain}`)).rejects.toThrow('by the duty officer alone')
  await prepare(prepared, {})
  await speak(prepared, HASH, `n-${prepared}`)
  const { rows } = await app.query('select actor from claim_step where claim_id = $1', [`c-${prepared}`])
  expect(rows).toEqual([{ actor: 'duty' }])
})
