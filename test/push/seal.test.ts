// In: the vector of RFC 8291, other implementations, made-up subscribers. Out: proof that a sealed push can be read by its
// subscriber alone, and that no key ever seals two texts.
import { createECDH, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { decrypt } from 'http_ece'
import { describe, expect, it } from 'vitest'
import webPush from 'web-push'
import { openPreparedKeys } from '../../src/push/prepared.ts'
import { deriveSealKey, LARGEST_TEXT, readSubscriberKeys, sealText } from '../../src/push/seal.ts'

function subscriber() {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  return { pair, keys: { p256dh: pair.getPublicKey(), auth: randomBytes(16) } }
}

const open = (body: Buffer, pair: ReturnType<typeof createECDH>, auth: Buffer): string =>
  decrypt(body, { version: 'aes128gcm', privateKey: pair, authSecret: auth.toString('base64url') }).toString()

describe('a sealed push', () => {
  it('is the very message of RFC 8291, appendix A, for its keys and salt', () => {
    const key = deriveSealKey(
      {
        p256dh: Buffer.from(
          'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
          'base64url',
        ),
        auth: Buffer.from('BTBZMqHH6r4Tts7J_aSIgg', 'base64url'),
      },
      {
        privateKey: Buffer.from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url'),
        salt: Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url'),
      },
    )
    expect(sealText(key, Buffer.from('When I grow up, I want to be a watermelon')).toString('base64url')).toBe(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    )
  })

  it('is read by its subscriber, whatever the text, through an implementation of others', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const { pair, keys } = subscriber()
        expect(open(sealText(deriveSealKey(keys), Buffer.from(text)), pair, keys.auth)).toBe(
          Buffer.from(text).toString(),
        )
      }),
      { numRuns: 15 },
    )
  })

  it('has the form that the web-push library gives to the same text', async () => {
    const { pair, keys } = subscriber()
    const text = '【撤回】示例公告已撤回'
    const theirs = webPush.encrypt(
      keys.p256dh.toString('base64url'),
      keys.auth.toString('base64url'),
      Buffer.from(text),
      'aes128gcm',
    ) as { cipherText: Buffer }
    const ours = sealText(deriveSealKey(keys), Buffer.from(text))
    expect(open(theirs.cipherText, pair, keys.auth)).toBe(text)
    expect(open(ours, pair, keys.auth)).toBe(text)
    expect(ours.length).toBe(theirs.cipherText.length)
    expect(ours.subarray(16, 22)).toEqual(theirs.cipherText.subarray(16, 22))
  })

  it('fills at most one record of 4,096 bytes', () => {
    const { keys } = subscriber()
    expect(sealText(deriveSealKey(keys), Buffer.alloc(LARGEST_TEXT)).length).toBe(4_096)
    expect(() => sealText(deriveSealKey(keys), Buffer.alloc(LARGEST_TEXT + 1))).toThrow(/at most/)
  })
})

describe('a sealing key', () => {
  it('seals once; a second text is refused, and nothing of the key is left', () => {
    const key = deriveSealKey(subscriber().keys)
    sealText(key, Buffer.from('自动速报'))
    expect(() => sealText(key, Buffer.from('正式速报'))).toThrow(/one text/)
    expect(key.bytes.every((byte) => byte === 0)).toBe(true)
  })

  it('has a salt of its own, however many are made', () => {
    const { keys } = subscriber()
    const salts = Array.from({ length: 600 }, () => deriveSealKey(keys).bytes.subarray(28, 44).toString('hex'))
    expect(new Set(salts).size).toBe(600)
  })

  it('that was prepared opens like a fresh one, and is handed out once', () => {
    const { pair, keys } = subscriber()
    const stock = openPreparedKeys(10)
    const who = { number: 1, keyVersion: 1, ...keys }
    expect(stock.prepare(who)).toBe(2)
    expect(stock.prepare(who)).toBe(0)
    const texts = ['一', '二'].map((text) => {
      const key = stock.take(who)
      if (!key) throw new Error('no key')
      return open(sealText(key, Buffer.from(text)), pair, keys.auth)
    })
    expect(texts).toEqual(['一', '二'])
    expect(stock.take(who)).toBeNull()
    expect(stock.size()).toBe(0)
  })

  it('made for the keys a browser had before is never used for its new ones', () => {
    const stock = openPreparedKeys(10)
    const { keys } = subscriber()
    stock.prepare({ number: 1, keyVersion: 1, ...keys })
    expect(stock.take({ number: 1, keyVersion: 2 })).toBeNull()
    expect(stock.size()).toBe(0)
  })

  it('never seals two different texts, whatever the order of preparing, taking and starting anew', () => {
    // The key itself is wiped: salt and our point name it, as every reader derives it from them.
    const nameOf = (bytes: Buffer): string => bytes.subarray(28, 109).toString('hex')
    const people = [subscriber(), subscriber(), subscriber()]
    const steps = fc.array(
      fc.oneof(
        fc.record({ act: fc.constant('prepare' as const), who: fc.nat(2) }),
        fc.record({ act: fc.constant('send' as const), who: fc.nat(2), text: fc.nat(3) }),
        fc.record({ act: fc.constant('crash' as const), who: fc.nat(2) }),
        fc.record({ act: fc.constant('new-keys' as const), who: fc.nat(2) }),
      ),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(steps, (steps) => {
        let stock = openPreparedKeys(4)
        const versions = [1, 1, 1]
        const sealed = new Map<string, string>()
        for (const step of steps) {
          const person = people[step.who]
          if (!person) continue
          const who = { number: step.who, keyVersion: versions[step.who] ?? 1, ...person.keys }
          if (step.act === 'prepare') stock.prepare(who)
          if (step.act === 'crash') stock = openPreparedKeys(4)
          if (step.act === 'new-keys') versions[step.who] = who.keyVersion + 1
          if (step.act !== 'send') continue
          const key = stock.take(who) ?? deriveSealKey(who)
          const name = nameOf(key.bytes)
          expect(sealed.has(name)).toBe(false)
          sealed.set(name, String(step.text))
          sealText(key, Buffer.from(String(step.text)))
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('the keys a browser gives', () => {
  const good = () => {
    const { keys } = subscriber()
    return { p256dh: keys.p256dh.toString('base64url'), auth: keys.auth.toString('base64url') }
  }
  it('pass when they are a point of the curve and 16 bytes', () => {
    const { p256dh, auth } = good()
    expect(readSubscriberKeys(p256dh, auth).ok).toBe(true)
    expect(readSubscriberKeys(Buffer.from(p256dh, 'base64url').toString('base64'), auth).ok).toBe(true)
  })
  it.each([
    ['two million bytes', () => ({ p256dh: 'A'.repeat(2_000_000) }), 'p256dh-form'],
    ['other letters', () => ({ p256dh: '名' }), 'p256dh-form'],
    ['nothing', () => ({ p256dh: '' }), 'p256dh-form'],
    [
      'a compressed point',
      () => ({ p256dh: Buffer.concat([Buffer.of(2), randomBytes(32)]).toString('base64url') }),
      'p256dh-length',
    ],
    [
      'a point off the curve',
      () => ({ p256dh: Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]).toString('base64url') }),
      'p256dh-point',
    ],
    ['the point at infinity', () => ({ p256dh: Buffer.alloc(65).toString('base64url') }), 'p256dh-point'],
    [
      'a hybrid point',
      () => {
        const point = subscriber().keys.p256dh
        return {
          p256dh: Buffer.concat([Buffer.of(6 + ((point[64] ?? 0) & 1)), point.subarray(1)]).toString('base64url'),
        }
      },
      'p256dh-point',
    ],
    ['a short secret', () => ({ auth: randomBytes(15).toString('base64url') }), 'auth-length'],
    ['a long secret', () => ({ auth: randomBytes(17).toString('base64url') }), 'auth-length'],
    ['no secret', () => ({ auth: '' }), 'auth-form'],
  ])('are refused by name: %s', (_name, change, rule) => {
    const given: { p256dh: string; auth: string } = { ...good(), ...change() }
    expect(readSubscriberKeys(given.p256dh, given.auth)).toEqual({ ok: false, rule })
  })
})
