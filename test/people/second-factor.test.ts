// In: RFC 6238's table, codes of other times. Out: which codes open the door, and that none opens it twice.
import { expect, test } from 'vitest'
import { codeAt, findStep, writeBase32, writeKeyUri } from '../../src/people/totp.ts'
import { hashRecovery, makeRecoveryCodes } from '../../src/people/tokens.ts'

const SECRET = Buffer.from('12345678901234567890')

// RFC 6238 appendix B, SHA-1, the last six of its eight digits.
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('at second %i the authenticator shows %s', (second, code) => {
  expect(codeAt(SECRET, Math.floor(second / 30))).toBe(code)
  expect(findStep(SECRET, code, second * 1000, 0)).toBe(Math.floor(second / 30))
})

test('a code one step early or late is taken, two steps off is not', () => {
  const now = 1_500_000_000_000
  const step = Math.floor(now / 30_000)
  expect(findStep(SECRET, codeAt(SECRET, step - 1), now, 0)).toBe(step - 1)
  expect(findStep(SECRET, codeAt(SECRET, step + 1), now, 0)).toBe(step + 1)
  expect(findStep(SECRET, codeAt(SECRET, step - 2), now, 0)).toBeNull()
  expect(findStep(SECRET, codeAt(SECRET, step + 2), now, 0)).toBeNull()
})

test('a code that was used opens nothing again, nor does an older one', () => {
  const now = 1_500_000_000_000
  const step = Math.floor(now / 30_000)
  expect(findStep(SECRET, codeAt(SECRET, step), now, step)).toBeNull()
  expect(findStep(SECRET, codeAt(SECRET, step - 1), now, step)).toBeNull()
})

test.each(['', '12345', '1234567', 'abcdef', '２８７０８２', '28708\u0000'])('%j is no code', (code) => {
  expect(findStep(SECRET, code, 59_000, 0)).toBeNull()
})

// RFC 4648 §10, without padding.
test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('%j is typed by hand as %j', (text, written) => {
  expect(writeBase32(Buffer.from(text))).toBe(written)
})

test('the QR code names the bureau and the login, whatever signs they hold', () => {
  const uri = new URL(writeKeyUri(SECRET, 'li.ming', '某某市地震局 & 值班'))
  expect(uri.protocol).toBe('otpauth:')
  expect(uri.searchParams.get('issuer')).toBe('某某市地震局 & 值班')
  expect(uri.searchParams.get('secret')).toBe(writeBase32(SECRET))
})

test('recovery codes differ, and are known however they are typed', () => {
  const codes = makeRecoveryCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) {
    expect(code).toMatch(/^[A-Z2-9]{5}-[A-Z2-9]{5}$/)
    expect(hashRecovery(` ${code.toLowerCase().replace('-', ' ')} `)).toEqual(hashRecovery(code))
  }
  expect(hashRecovery(codes[0] ?? '')).not.toEqual(hashRecovery(codes[1] ?? ''))
})
