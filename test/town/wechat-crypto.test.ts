// In: the vendor's vector and generated messages. Out: proof of signature and encryption as in reference channels.md §2.9.
import { createDecipheriv } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeAesKey, decryptMessage, encryptMessage, signParts } from '../../src/town/wechat/crypto.ts'

const KEY = decodeAesKey('abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG')
const SALT = Buffer.from('0123456789abcdef')

test("the vendor's own signature vector comes out", () => {
  expect(signParts(['AAAAA', '1714037059', '486452656'])).toBe('899cf89e464efb63f54ddac96b0a0a235f53aa78')
})

describe('message encryption', () => {
  test('every one of the 32 padding lengths opens again, and pads to whole blocks of 32', () => {
    for (let length = 0; length < 64; length++) {
      const message = 'x'.repeat(length)
      const encrypted = encryptMessage(KEY, 'wx0123456789abcdef', message, SALT)
      expect(Buffer.from(encrypted, 'base64').length % 32).toBe(0)
      expect(decryptMessage(KEY, 'wx0123456789abcdef', encrypted)).toBe(message)
    }
  })

  test('half of the lengths use a padding that the platform default of the runtime refuses', () => {
    const refused = Array.from({ length: 32 }, (_, n) => n).filter((length) => {
      const bytes = Buffer.from(encryptMessage(KEY, 'wx', 'x'.repeat(length), SALT), 'base64')
      const decipher = createDecipheriv('aes-256-cbc', KEY, KEY.subarray(0, 16))
      try {
        Buffer.concat([decipher.update(bytes), decipher.final()])
        return false
      } catch {
        return true
      }
    })
    expect(refused).toHaveLength(16)
  })

  test('any text survives; another AppID does not open it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (message) => {
        const encrypted = encryptMessage(KEY, 'wxA', message, SALT)
        expect(decryptMessage(KEY, 'wxA', encrypted)).toBe(message)
        expect(decryptMessage(KEY, 'wxB', encrypted)).toBeNull()
      }),
    )
  })

  test('any change of the ciphertext is either refused or opens to something else', () => {
    const encrypted = Buffer.from(encryptMessage(KEY, 'wxA', '<xml>地震</xml>', SALT), 'base64')
    fc.assert(
      fc.property(fc.nat({ max: encrypted.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const broken = Buffer.from(encrypted)
        broken[at] = (broken[at] ?? 0) ^ flip
        const opened = decryptMessage(KEY, 'wxA', broken.toString('base64'))
        // The first 16 bytes are salt: a change there is not part of the message.
        if (at >= 16) expect(opened === null || opened !== '<xml>地震</xml>').toBe(true)
      }),
    )
  })

  test.each(['', 'AAAA', 'not base64 at all', 'A'.repeat(64)])('"%s" is refused without a throw', (text) => {
    expect(decryptMessage(KEY, 'wxA', text)).toBeNull()
  })

  test('a key of another length is named', () => {
    expect(() => decodeAesKey('short')).toThrow('43')
  })
})
