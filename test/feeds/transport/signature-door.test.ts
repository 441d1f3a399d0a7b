import { describe, expect, test } from 'vitest'
import { admitMessage } from '../../../src/feeds/signature-door.ts'
import type { Admission, InboundDoor } from '../../../src/feeds/signature-door.ts'
import { signMessage } from '../../../src/feeds/signature.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const now = Date.UTC(2026, 0, 1, 12)
const door: InboundDoor = { source: 'eqim', secrets: [secret], maxBytes: 1_000 }
const row = Buffer.from('{"M":"4.8","LOCATION_C":"内蒙古"}')

function post(body: Buffer, headers: Record<string, string>, signed = true): Admission {
  const signature = signed ? signMessage({ id: 'msg_1', sentAt: now, body }, [secret]) : {}
  return admitMessage(door, { ...signature, ...headers }, body, now)
}
const json = { 'content-type': 'application/json' }

describe('a report at the inbound door', () => {
  test('that is signed comes in with its raw bytes, its text and its id', () => {
    expect(post(row, json)).toEqual({
      admitted: true,
      id: 'msg_1',
      sentAt: now,
      received: {
        source: 'eqim',
        transport: 'inbound',
        bytes: row,
        text: row.toString(),
        contentType: 'application/json',
        receivedAt: now,
      },
    })
  })

  test.each([
    'application/json; charset=utf-8',
    'application/geo+json',
    'text/xml',
    'application/cap+xml',
    'text/plain',
  ])('may come as %s', (contentType) => {
    expect(post(row, { 'content-type': contentType }).admitted).toBe(true)
  })

  test('in GB18030 keeps its county names', () => {
    const gbk = Buffer.from([0xd2, 0xcb, 0xb1, 0xf6, 0xca, 0xd0])
    const admission = post(gbk, { 'content-type': 'text/plain; charset=gb2312' })
    expect(admission.admitted && admission.received.text).toBe('宜宾市')
  })

  test('unsigned is 401 whatever else is wrong with it', () => {
    expect(post(row, json, false)).toMatchObject({ status: 401, rule: 'id-missing' })
    expect(post(row, { 'content-type': 'image/png' }, false)).toMatchObject({ status: 401 })
    expect(post(Buffer.alloc(0), {}, false)).toMatchObject({ status: 401 })
  })

  test('too large is 413 before its signature is computed', () => {
    expect(post(Buffer.alloc(1_001), json, false)).toMatchObject({ status: 413, rule: 'too-large' })
  })

  test('of a kind that no format has is 415', () => {
    for (const contentType of ['', 'image/png', 'multipart/form-data', 'application/jsonp', 'text/html'])
      expect(post(row, { 'content-type': contentType })).toMatchObject({ status: 415, rule: 'content-type' })
    expect(post(row, { ...json, 'content-encoding': 'gzip' })).toMatchObject({ status: 415, rule: 'content-encoding' })
  })

  test('that is empty or in no charset is 422', () => {
    expect(post(Buffer.alloc(0), json)).toMatchObject({ status: 422, rule: 'empty' })
    expect(post(Buffer.from([0xff, 0xff]), json)).toMatchObject({ status: 422, rule: 'charset' })
  })
})
