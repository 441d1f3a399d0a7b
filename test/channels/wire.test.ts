// In: odd replies, ids and texts. Out: proof that the shared small parts keep what the channels rely on.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backOff, untilBeijingMidnight, untilNextHour } from '../../channels/wire/ask.ts'
import { conceal } from '../../channels/wire/guard.ts'
import { parseObject, readAddress, readCode, readId, readMessage, readToken } from '../../channels/wire/json.ts'
import { holdsOnlyAddress } from '../../channels/wire/marker.ts'
import { writeMultipart } from '../../channels/wire/multipart.ts'
import { channels } from '../../channels/index.ts'
import { DAY, HOUR, MINUTE } from '../../src/core/instant.ts'
import { anyText, START } from './fakes.ts'

describe('reading replies', () => {
  test('ids beyond what a number holds keep every digit, smaller numbers stay numbers', () => {
    expect(
      parseObject('{"a":3428411849815982087,"b":[9007199254740993],"c":12,"d":1.5,"e":"9007199254740993"}'),
    ).toEqual({
      a: '3428411849815982087',
      b: ['9007199254740993'],
      c: 12,
      d: 1.5,
      e: '9007199254740993',
    })
  })

  test('a digit string inside a text is left alone', () => {
    fc.assert(
      fc.property(anyText, fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n }), (text, id) => {
        const read = parseObject(`{"text":${JSON.stringify(`${text}${id}`)},"id":${id}}`)
        expect(read).toEqual({ text: `${text}${id}`, id: id.toString() })
      }),
    )
  })

  test('what is not an object is none', () => {
    for (const body of ['', '[]', '1', 'null', '"x"', '<html>', '{"a":', '{"a":1}x'])
      expect(parseObject(body)).toBeNull()
  })

  test('a reply cannot change what objects are', () => {
    const read = parseObject('{"__proto__":{"polluted":1},"a":1}')
    expect(read?.['a']).toBe(1)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('ids, codes, tokens and addresses are taken only in their shape', () => {
    expect([readId(7), readId('7'), readId(0), readId(-1), readId('x'), readId('1'.repeat(33))]).toEqual([
      '7',
      '7',
      null,
      null,
      null,
      null,
    ])
    expect([readCode(-1), readCode('20019'), readCode(1.5), readCode(''), readCode({})]).toEqual([
      '-1',
      '20019',
      null,
      null,
      null,
    ])
    expect([readToken('a_B-9='), readToken('a b'), readToken(''), readToken(9)]).toEqual(['a_B-9=', null, null, null])
    expect(readAddress('https://mp.weixin.qq.com/s/x')).toBe('https://mp.weixin.qq.com/s/x')
    for (const bad of ['javascript:alert(1)', 'https://a b', 'https://a"b', `https://x/${'a'.repeat(3000)}`, 5])
      expect(readAddress(bad)).toBeNull()
    expect(readMessage('a\u202e\nb\u0000')).toBe('a b')
  })
})

describe('secrets', () => {
  test('are taken out in every spelling, the longest first', () => {
    const secret = 'a+b/c= d&e-long'
    const text = `x ${secret} y ${encodeURIComponent(secret)} z ${new URLSearchParams({ k: secret }).toString()}`
    expect(conceal(text, [secret, 'a+b/c='])).toBe('x *** y *** z k=***')
    expect(conceal('nothing here', ['', 'secret'])).toBe('nothing here')
  })
})

describe('waits', () => {
  test('a quota of the day ends at midnight in Beijing, one of the hour at the full hour', () => {
    expect(untilBeijingMidnight(START)).toBe(9.5 * HOUR)
    expect(untilNextHour(START)).toBe(30 * MINUTE)
    fc.assert(
      fc.property(fc.integer({ min: -4e12, max: 4e12 }), (now) => {
        expect(Math.abs((now + untilBeijingMidnight(now) + 8 * HOUR) % DAY)).toBe(0)
        expect(untilBeijingMidnight(now)).toBeGreaterThan(0)
        expect(untilNextHour(now)).toBeGreaterThan(0)
        expect(untilNextHour(now)).toBeLessThanOrEqual(HOUR)
      }),
    )
  })

  test('repeats grow and stop growing', () => {
    expect([0, 1, 2, 3, 99].map((attempt) => backOff(attempt, 1000, 5000))).toEqual([1000, 1000, 2000, 4000, 5000])
  })
})

test('an address counts only whole, alone and once', () => {
  const address = 'https://zq.example.cn/n/abc'
  expect(holdsOnlyAddress(`见${address}。`, address)).toBe(true)
  expect(holdsOnlyAddress(`见${address}）`, address)).toBe(true)
  for (const text of ['', `${address}d`, `${address}/x`, `${address} ${address}`, `${address} HTTP://x`])
    expect(holdsOnlyAddress(text, address)).toBe(false)
})

test('a multipart body refuses header texts that could end a header', () => {
  const file = { name: 'media', filename: 'a.png', type: 'image/png', bytes: new Uint8Array([1]) }
  const { contentType, body } = writeMultipart({ note: '演练 100%' }, file, 'b0')
  expect(contentType).toBe('multipart/form-data; boundary=b0')
  expect(Buffer.from(body).toString('latin1')).toContain(
    'name="media"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\u0001',
  )
  expect(Buffer.from(body).toString('utf8')).toContain('\r\n\r\n演练 100%\r\n')
  expect(() => writeMultipart({}, { ...file, filename: 'a"\r\nX: 1' }, 'b0')).toThrow('quote or line end')
})

test('every channel has its own name, and states its limits with a reserve', () => {
  expect(new Set(channels.map(({ name }) => name)).size).toBe(channels.length)
  for (const channel of channels) for (const limit of channel.limits) expect(limit.max).toBeGreaterThan(limit.reserve)
})
