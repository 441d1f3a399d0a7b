// In: addresses as connections and proxies write them. Out: proof that neighbours share a network, and that nothing else is read as one.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readNetwork } from '../../../src/core/rumour/network.ts'

test.each([
  ['203.0.113.77', '203.0.113.0/24', '203.0.113.77'],
  ['::ffff:203.0.113.77', '203.0.113.0/24', '203.0.113.77'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48', '2001:db8:1:2::/64'],
  ['2001:DB8:1::6', '2001:db8:1::/48', '2001:db8:1:0::/64'],
  ['::1', '0:0:0::/48', '0:0:0:0::/64'],
])('%s lies in %s, one household of it is %s', (address, wide, narrow) => {
  expect(readNetwork(address)).toEqual({ wide, narrow })
})

test.each([
  '',
  'localhost',
  '203.0.113',
  '203.0.113.256',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  'fe80::1%eth0',
])('%j is no address', (text) => {
  expect(readNetwork(text)).toBeNull()
})

test('two addresses of one /24, and of one /48, count once, whatever their ends are; others count apart', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(255), fc.nat(255), (address, end, other) => {
      const [a = '', b = '', c = ''] = address.split('.')
      expect(readNetwork(`${a}.${b}.${c}.${end}`)?.wide).toBe(readNetwork(`${a}.${b}.${c}.${other}`)?.wide)
      const next = (Number(c) + 1) % 256
      expect(readNetwork(`${a}.${b}.${next}.${end}`)?.wide).not.toBe(readNetwork(`${a}.${b}.${c}.${end}`)?.wide)
    }),
  )
  const group = fc.nat(0xffff).map((n) => n.toString(16))
  fc.assert(
    fc.property(
      fc.array(group, { minLength: 8, maxLength: 8 }),
      fc.array(group, { minLength: 5, maxLength: 5 }),
      (one, rest) => {
        const other = [...one.slice(0, 3), ...rest]
        expect(readNetwork(one.join(':'))?.wide).toBe(readNetwork(other.join(':'))?.wide)
      },
    ),
  )
})

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{0,50}$/)), (text) => {
      const found = readNetwork(text)
      expect(found === null || /\/(24|48)$/.test(found.wide)).toBe(true)
    }),
  )
})
