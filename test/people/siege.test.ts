// In: an attacker who knows an officer's login, from one address, from many, from a /64 of IPv6. Out: proof that guessing stops, and
// that the officer on duty still comes in with the browser of every shift. Real PostgreSQL.
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { changePassword, resetPerson } from '../../src/people/accounts.ts'
import type { PeopleContext } from '../../src/people/context.ts'
import { openPasswords } from '../../src/people/passwords.ts'
import { findSitting } from '../../src/people/sessions.ts'
import { giveCode, signIn, type SignedIn } from '../../src/people/sign-in.ts'
import { codeAt } from '../../src/people/totp.ts'
import { openPeopleDoor, PASSWORD, type Hired, type PeopleDoor } from './door.ts'

const QUARTER = 15 * 60_000
let door: PeopleDoor
let people: PeopleContext
let pool: Pool
let clock: PeopleDoor['clock']
let sit: PeopleDoor['sit']

beforeAll(async () => {
  door = await openPeopleDoor()
  ;({ people, pool, clock, sit } = door)
})
afterAll(() => door.close())
beforeEach(() => {
  clock.now += 86_400_000
})

/** An officer who has signed in once, a minute ago: the next code is another. */
async function hire(): Promise<Hired> {
  const hired = await door.hire()
  clock.now += 60_000
  return hired
}

const guess = (login: string, address: string, device = ''): Promise<SignedIn> =>
  signIn(people, { login, password: 'falsch-Wort-1', address, device })

/** Password and code. @returns what the last step said */
async function enter(
  officer: { login: string; secret: Buffer },
  { address = '10.0.0.1', device = '' } = {},
): Promise<SignedIn> {
  const half = await signIn(people, { login: officer.login, password: PASSWORD, address, device })
  if (!half.ok) return half
  const code = codeAt(officer.secret, Math.floor(clock.now / 30_000))
  const whole = await giveCode(people, await sit(half.token), { code, address, device })
  clock.now += 60_000
  return whole
}

test('who guesses from a hundred addresses locks the account for strangers, and never for the browser of every shift', async () => {
  const officer = await hire()
  for (let i = 0; i < 100; i += 1) expect(await guess(officer.login, `10.1.0.${i}`)).toMatchObject({ rule: 'wrong' })
  expect(await enter(officer, { address: '10.9.0.1' })).toMatchObject({ ok: false, rule: 'wrong' })
  const inside = await enter(officer, { address: '10.9.0.1', device: officer.device })
  expect(inside).toMatchObject({ ok: true, stage: 'full' })
})

test('a steady attack, one guess whenever the lock is over, makes it longer and longer: strangers stay out, the known browser comes in', async () => {
  const officer = await hire()
  for (let i = 0; i < 12; i += 1) {
    await guess(officer.login, '10.1.1.1')
    clock.now += QUARTER
  }
  expect(await enter(officer, { address: '10.9.0.2' })).toMatchObject({ ok: false })
  expect(await enter(officer, { address: '10.9.0.2', device: officer.device })).toMatchObject({ stage: 'full' })
  // Whoever has signed in is no longer locked out anywhere.
  expect(await enter(officer, { address: '10.9.0.3' })).toMatchObject({ stage: 'full' })
})

test('behind one address, a proxy’s, thirty failures of a stranger stop the strangers behind it and nobody who is known', async () => {
  const officer = await hire()
  for (let i = 0; i < 30; i += 1) await guess(`nobody${i}`, '10.2.0.1')
  expect(await guess('nobody', '10.2.0.1')).toMatchObject({ rule: 'address' })
  expect(await enter(officer, { address: '10.2.0.1' })).toMatchObject({ rule: 'address' })
  expect(await enter(officer, { address: '10.2.0.1', device: officer.device })).toMatchObject({ stage: 'full' })
})

test('one household of IPv6 is one address, whichever of its 2^64 it uses', async () => {
  for (let i = 0; i < 30; i += 1) await guess(`nobody${i}`, `2001:db8:7:9::${i.toString(16)}`)
  expect(await guess('nobody', '2001:db8:7:9:ffff::1')).toMatchObject({ rule: 'address' })
  expect(await guess('nobody', '2001:db8:7:a::1')).toMatchObject({ rule: 'wrong' })
  for (let i = 0; i < 30; i += 1) await guess(`nobody${i}`, i % 2 ? '10.3.0.1' : '::ffff:10.3.0.1')
  expect(await guess('nobody', '10.3.0.1')).toMatchObject({ rule: 'address' })
})

test('a known browser that is wrong five times is a stranger again; twenty guesses at once are no more', async () => {
  const officer = await hire()
  const { device } = officer
  await Promise.all(Array.from({ length: 20 }, () => guess(officer.login, '10.4.0.1', device)))
  const { rows } = await pool.query<{ n: number }>('select count(*) as n from known_device where account_id = $1', [
    officer.id,
  ])
  expect(rows[0]?.n).toBe(0)
  expect(await enter(officer, { address: '10.4.0.2', device })).toMatchObject({ ok: false, rule: 'wrong' })
})

test('what a browser keeps is one account’s, opens nothing by itself, is new after each sign-in, and ends with a reset', async () => {
  const [mine, other] = [await hire(), await hire()]
  for (let i = 0; i < 5; i += 1) await guess(other.login, `10.5.0.${i}`)
  expect(await enter(other, { device: mine.device })).toMatchObject({ ok: false })
  expect(await findSitting(pool, mine.device, true, clock.now)).toBeNull()
  const again = await enter(mine, { device: mine.device })
  if (!again.ok || again.stage !== 'full') throw new Error('not signed in')
  expect(again.device).not.toBe(mine.device)
  for (let i = 0; i < 5; i += 1) await guess(mine.login, `10.5.1.${i}`)
  expect(await enter(mine, { device: mine.device })).toMatchObject({ ok: false })
  expect(await enter(mine, { device: again.device })).toMatchObject({ stage: 'full' })
  await resetPerson(people, mine.id, 'p-admin')
  const { rows } = await pool.query('select from known_device where account_id = $1', [mine.id])
  expect(rows).toEqual([])
})

test('two who share the duty room’s computer are both known there', async () => {
  const [early, late] = [await hire(), await hire()]
  const first = await enter(early, { device: early.device })
  if (!first.ok || first.stage !== 'full') throw new Error('not signed in')
  const second = await enter(late, { device: first.device })
  if (!second.ok || second.stage !== 'full') throw new Error('not signed in')
  for (const { login } of [early, late]) for (let i = 0; i < 5; i += 1) await guess(login, `10.6.0.${i}`)
  expect(await enter(early, { device: second.device })).toMatchObject({ stage: 'full' })
})

test('codes are guessed no further than passwords, and the known browser still comes in', async () => {
  const officer = await hire()
  const half = await signIn(people, { login: officer.login, password: PASSWORD, address: '10.7.0.1' })
  if (!half.ok) throw new Error(half.reason)
  const session = await sit(half.token)
  for (let i = 0; i < 9; i += 1) await giveCode(people, session, { code: '000000', address: '10.7.0.1' })
  const right = codeAt(officer.secret, Math.floor(clock.now / 30_000))
  expect(await giveCode(people, session, { code: right, address: '10.7.0.1' })).toMatchObject({ rule: 'code' })
  expect(await enter(officer, { device: officer.device })).toMatchObject({ stage: 'full' })
})

test('a desk left open is no place to guess the password: it is signed out, and the right one comes too late', async () => {
  const officer = await hire()
  const mine = await sit(officer.token)
  const tryOld = (old: string) => changePassword(people, mine, { old, password: 'Anderes-Wort-9' })
  const said = await Promise.all(Array.from({ length: 5 }, (_, i) => tryOld(`falsch-${i}`)))
  expect(said.map((one) => (one.ok ? '' : one.rule))).toContain('signed-out')
  expect(await findSitting(pool, officer.token, true, clock.now)).toBeNull()
  expect(await tryOld(PASSWORD)).toMatchObject({ ok: false, rule: 'signed-out' })
})

test('a crowd of strangers at the hashing does not keep a known browser waiting behind it', async () => {
  const passwords = openPasswords({ memory: 64, passes: 1 })
  const record = await passwords.hash(PASSWORD)
  const ended: string[] = []
  const strangers = Array.from({ length: 60 }, () =>
    passwords.fits('x', null).then(
      () => ended.push('stranger'),
      () => ended.push('turned away'),
    ),
  )
  const officer = passwords.fits(PASSWORD, record, true).then((fits) => ended.push(fits ? 'officer' : 'wrong'))
  await Promise.all([...strangers, officer])
  expect(ended.filter((who) => who === 'turned away').length).toBeGreaterThan(0)
  const before = ended.slice(0, ended.indexOf('officer')).filter((who) => who === 'stranger')
  expect(before.length).toBeLessThan(6)
})
