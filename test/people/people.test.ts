// In: people who come to the door, rightly and wrongly. Out: who gets in, and what the journal knows of it. Real PostgreSQL.
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { changePassword, changePerson, invite, resetPerson } from '../../src/people/accounts.ts'
import type { PeopleContext } from '../../src/people/context.ts'
import { acceptInvitation, makeFirstLink, readInvitation } from '../../src/people/invitations.ts'
import { TooManySignIns } from '../../src/people/passwords.ts'
import { findSitting, type Session } from '../../src/people/sessions.ts'
import { giveCode, signIn } from '../../src/people/sign-in.ts'
import { codeAt } from '../../src/people/totp.ts'
import { BUREAU, openPeopleDoor, PASSWORD, type PeopleDoor } from './door.ts'

let door: PeopleDoor
let people: PeopleContext
let pool: Pool
let clock: PeopleDoor['clock']
let hire: PeopleDoor['hire']
let session: PeopleDoor['sit']

beforeAll(async () => {
  door = await openPeopleDoor()
  ;({ people, pool, clock, hire, sit: session } = door)
})
afterAll(() => door.close())
beforeEach(() => {
  clock.now += 3_600_000
})

const journal = async (subject: string): Promise<string[]> =>
  (await pool.query<{ act: string }>('select act from journal where subject = $1 order by id', [subject])).rows.map(
    (r) => r.act,
  )

test('the first link makes one security administrator, works once, and is not offered again', async () => {
  expect(await makeFirstLink(people)).toBeNull()
  const { rows } = await pool.query(`select login, roles from account where login = 'anquan'`)
  expect(rows).toEqual([{ login: 'anquan', roles: ['security-admin'] }])
})

test('a new officer sets a password, enrols an authenticator, and sits at the desk', async () => {
  const officer = await hire(['duty', 'publicity'])
  const sitting = await session(officer.token)
  expect(sitting).toMatchObject({ stage: 'full', accountId: officer.id, roles: ['duty', 'publicity'] })
  expect(await journal(officer.id)).toEqual(['account.added', 'password.set', 'second-factor.enrolled', 'sign-in'])
})

test('the token from before the code is worth nothing after it: a planted session gains nothing', async () => {
  const officer = await hire()
  expect(await findSitting(pool, officer.half, true, clock.now)).toBeNull()
  const again = await signIn(people, { login: officer.login, password: PASSWORD, address: '10.0.0.1' })
  if (!again.ok) throw new Error(again.reason)
  expect(again.stage).toBe('second-factor')
  clock.now += 60_000
  const done = await giveCode(people, await session(again.token), {
    code: codeAt(officer.secret, Math.floor(clock.now / 30_000)),
    address: '10.0.0.1',
  })
  if (!done.ok) throw new Error(done.reason)
  expect(done.token).not.toBe(again.token)
  expect(await findSitting(pool, again.token, true, clock.now)).toBeNull()
})

test('an unknown login and a wrong password are told in the same words', async () => {
  const officer = await hire()
  const wrong = await signIn(people, { login: officer.login, password: 'falsch-Wort-1', address: '10.0.0.2' })
  const unknown = await signIn(people, { login: 'niemand', password: 'falsch-Wort-1', address: '10.0.0.2' })
  expect(unknown).toEqual(wrong)
})

test('five wrong passwords lock an account for a quarter of an hour, even for the right one; twenty at once are no more tries', async () => {
  const officer = await hire()
  const tries = Array.from({ length: 20 }, (_, i) =>
    signIn(people, { login: officer.login, password: `falsch-Wort-${i}`, address: `10.0.1.${i}` }),
  )
  await Promise.all(tries)
  const right = { login: officer.login, password: PASSWORD, address: '10.0.0.3' }
  expect(await signIn(people, right)).toMatchObject({ ok: false, rule: 'wrong' })
  clock.now += 16 * 60_000
  expect(await signIn(people, right)).toMatchObject({ ok: true })
  expect(await journal(officer.id)).toContain('sign-in.locked')
})

test('an address that tries many logins is stopped, whoever it tries', async () => {
  const officer = await hire()
  for (let i = 0; i < 30; i += 1)
    await signIn(people, { login: `nobody${i}`, password: 'falsch-Wort-1', address: '10.9.9.9' })
  const here = { login: officer.login, password: PASSWORD, address: '10.9.9.9' }
  expect(await signIn(people, here)).toMatchObject({ ok: false, rule: 'address' })
  expect(await signIn(people, { ...here, address: '10.9.9.8' })).toMatchObject({ ok: true })
})

test('a code works once, and a recovery code once', async () => {
  const officer = await hire()
  clock.now += 60_000
  const half = async (): Promise<Session> => {
    const signed = await signIn(people, { login: officer.login, password: PASSWORD, address: '10.0.0.4' })
    if (!signed.ok) throw new Error(signed.reason)
    return session(signed.token)
  }
  const code = codeAt(officer.secret, Math.floor(clock.now / 30_000))
  expect(await giveCode(people, await half(), { code, address: '10.0.0.4' })).toMatchObject({ ok: true })
  expect(await giveCode(people, await half(), { code, address: '10.0.0.4' })).toMatchObject({ ok: false, rule: 'code' })
  const recovery = (officer.codes[3] ?? '').toLowerCase()
  expect(await giveCode(people, await half(), { code: recovery, address: '10.0.0.4' })).toMatchObject({ ok: true })
  expect(await giveCode(people, await half(), { code: recovery, address: '10.0.0.4' })).toMatchObject({ ok: false })
})

test('a session ends when idle, at the end of a shift, and at once when its account is changed or disabled', async () => {
  const officer = await hire()
  const begun = clock.now
  clock.now = begun + 29 * 60_000
  expect(await findSitting(pool, officer.token, false, clock.now)).not.toBeNull()
  // An open page asks by itself; that keeps nobody signed in.
  clock.now = begun + 31 * 60_000
  expect(await findSitting(pool, officer.token, false, clock.now)).toBeNull()
  const second = await hire()
  await changePerson(
    people,
    second.id,
    {
      version: await versionOf(second.id),
      name: '王小明',
      organisation: 'bureau',
      roles: ['observer'],
      disabled: false,
    },
    'p-admin',
  )
  expect(await findSitting(pool, second.token, true, clock.now)).toBeNull()
  const third = await hire()
  await changePerson(
    people,
    third.id,
    { version: await versionOf(third.id), name: '王小明', organisation: 'bureau', roles: ['duty'], disabled: true },
    'p-admin',
  )
  expect(await findSitting(pool, third.token, true, clock.now)).toBeNull()
  expect(await signIn(people, { login: third.login, password: PASSWORD, address: '10.0.0.5' })).toMatchObject({
    ok: false,
    rule: 'wrong',
  })
})

const versionOf = async (id: string): Promise<number> =>
  (await pool.query<{ version: number }>('select version from account where id = $1', [id])).rows[0]?.version ?? 0

test('two administrators who change one account: the second is told, nothing of the first is lost', async () => {
  const officer = await hire()
  const version = await versionOf(officer.id)
  const change = (name: string) =>
    changePerson(
      people,
      officer.id,
      { version, name, organisation: 'bureau', roles: ['duty'], disabled: false },
      'p-admin',
    )
  expect(await change('李一')).toEqual({ ok: true })
  expect(await change('李二')).toMatchObject({ ok: false, rule: 'stale' })
  expect((await pool.query(`select name from account where id = $1`, [officer.id])).rows).toEqual([{ name: '李一' }])
})

test('the last security administrator can be neither disabled nor turned into something else', async () => {
  const { rows } = await pool.query<{ id: string; version: number }>(
    `select id, version from account where login = 'anquan'`,
  )
  const [admin] = rows
  if (!admin) throw new Error('no administrator')
  const given = { version: admin.version, name: '安全员', organisation: 'bureau', disabled: true }
  expect(await changePerson(people, admin.id, { ...given, roles: ['security-admin'] }, 'p-other')).toMatchObject({
    rule: 'last',
  })
  expect(
    await changePerson(people, admin.id, { ...given, disabled: false, roles: ['observer'] }, 'p-other'),
  ).toMatchObject({ rule: 'last' })
  expect(await changePerson(people, admin.id, { ...given, roles: ['security-admin'] }, admin.id)).toMatchObject({
    rule: 'self',
  })
})

test.each([
  [['system-admin', 'audit-admin'], 'administrators-apart'],
  [['security-admin', 'duty'], 'administrator-decides'],
  [['liaison-cac'], 'wrong-organisation'],
  [[], 'no-role'],
] as const)('nobody of the bureau is given the roles %j', async (roles, rule) => {
  const given = { login: `x${door.next()}`, name: '某人', organisation: 'bureau', roles }
  expect(await invite(people, given, 'p-admin')).toMatchObject({ ok: false, rule })
})

test('a reset ends what was known: password, authenticator, recovery codes, sessions and older links', async () => {
  const officer = await hire()
  const first = await resetPerson(people, officer.id, 'p-admin')
  const second = await resetPerson(people, officer.id, 'p-admin')
  if (!first.ok || !second.ok) throw new Error('not reset')
  expect(await findSitting(pool, officer.token, true, clock.now)).toBeNull()
  expect(await signIn(people, { login: officer.login, password: PASSWORD, address: '10.0.0.6' })).toMatchObject({
    ok: false,
  })
  expect(await readInvitation(people, first.token)).toBeNull()
  const asked = { login: '', name: '', password: 'Neu-Wort-2031-x' }
  const both = await Promise.all([
    acceptInvitation(people, second.token, asked, BUREAU),
    acceptInvitation(people, second.token, asked, BUREAU),
  ])
  expect(both.filter(({ ok }) => ok)).toHaveLength(1)
  expect(await signIn(people, { login: officer.login, password: asked.password, address: '10.0.0.6' })).toMatchObject({
    stage: 'enrol',
  })
})

test.each([
  ['Ab1-short', 'short'],
  ['nurkleinbuchsta', 'simple'],
  ['Password123!', 'common'],
  ['aaaaaaaaaaaaaaaaaaaa', 'common'],
  ['x'.repeat(201), 'long'],
])('the password %j is refused by its rule %s', async (password, rule) => {
  const officer = await hire()
  const mine = await session(officer.token)
  expect(await changePassword(people, mine, { old: PASSWORD, password })).toMatchObject({ ok: false, rule })
})

test('a new password ends the other sessions and keeps this one', async () => {
  const officer = await hire()
  const mine = await session(officer.token)
  expect(await changePassword(people, mine, { old: 'falsch-Wort-1', password: 'Anderes-Wort-9' })).toMatchObject({
    rule: 'wrong',
  })
  const other = await signIn(people, { login: officer.login, password: PASSWORD, address: '10.0.0.7' })
  expect(await changePassword(people, mine, { old: PASSWORD, password: 'Anderes-Wort-9' })).toEqual({ ok: true })
  expect(await findSitting(pool, officer.token, true, clock.now)).not.toBeNull()
  if (other.ok) expect(await findSitting(pool, other.token, true, clock.now)).toBeNull()
})

test('an old password undoes no reset that an administrator made in the meantime', async () => {
  const officer = await hire()
  const mine = await session(officer.token)
  const hash = async (password: string): Promise<string> => {
    await resetPerson(people, officer.id, 'p-admin')
    return people.passwords.hash(password)
  }
  const meanwhile = { ...people, passwords: { ...people.passwords, hash } }
  const given = { old: PASSWORD, password: 'Anderes-Wort-9' }
  expect(await changePassword(meanwhile, mine, given)).toMatchObject({ ok: false, rule: 'wrong' })
  const { rows } = await pool.query('select password from account where id = $1', [officer.id])
  expect(rows).toEqual([{ password: null }])
})

test('who meets a crowd is asked to come again, by whichever door', async () => {
  const officer = await hire()
  const mine = await session(officer.token)
  const invited = await invite(
    people,
    { login: 'spaeter', name: '王小明', organisation: 'bureau', roles: ['duty'] },
    'p-admin',
  )
  if (!invited.ok) throw new Error(invited.reason)
  const crowd = async (): Promise<never> => Promise.reject(new TooManySignIns('too many'))
  const busy = { ...people, passwords: { hash: crowd, fits: crowd } }
  const asked = { login: officer.login, name: '', old: PASSWORD, password: 'Anderes-Wort-9', address: '10.0.0.9' }
  for (const answer of [
    await signIn(busy, asked),
    await changePassword(busy, mine, asked),
    await acceptInvitation(busy, invited.token, asked, BUREAU),
  ])
    expect(answer).toMatchObject({ ok: false, rule: 'busy' })
  expect(await acceptInvitation(people, invited.token, asked, BUREAU)).toEqual({ ok: true })
})

test('neither a name, nor a login, nor a secret stands in the journal', async () => {
  const officer = await hire()
  const { rows } = await pool.query<{ row: string }>('select row_to_json(j)::text as row from journal j')
  const all = rows.map(({ row }) => row).join('\n')
  for (const word of ['王小明', '安全员', officer.login, PASSWORD, officer.codes[0] ?? ''])
    expect(all).not.toContain(word)
})
