// In: passwords. Out: records that fit them alone, at the cost that guessing needs.
import { expect, test } from 'vitest'
import { openPasswords, TooManySignIns } from '../../src/people/passwords.ts'

const passwords = openPasswords()

test('a record is argon2id with 19 MiB and two passes, salted, and fits its own password alone', async () => {
  const record = await passwords.hash('Yanhuang-2031-ok')
  expect(record).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(record).not.toBe(await passwords.hash('Yanhuang-2031-ok'))
  expect(await passwords.fits('Yanhuang-2031-ok', record)).toBe(true)
  expect(await passwords.fits('Yanhuang-2031-oK', record)).toBe(false)
})

test('full-width letters are the same password as plain ones: an input method may switch by itself', async () => {
  expect(await passwords.fits('ｙanhuang－２０３１', await passwords.hash('yanhuang-2031'))).toBe(true)
})

test.each([null, '', 'plain', '$2b$10$abc', '$argon2id$v=19$m=99999999,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaA'])(
  'nothing fits the record %j, and the asking costs as much as ever',
  async (record) => {
    expect(await passwords.fits('Yanhuang-2031-ok', record)).toBe(false)
  },
)

test('more askers than the desk can bear are turned away, and the others are served', async () => {
  const few = openPasswords({ memory: 64, passes: 1 })
  const asked = await Promise.allSettled(Array.from({ length: 60 }, () => few.fits('x', null)))
  const away = asked.filter((one) => one.status === 'rejected')
  expect(away.length).toBe(18)
  expect(away.every((one) => one.reason instanceof TooManySignIns)).toBe(true)
})
