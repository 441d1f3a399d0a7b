// In: Aliyun calls signed by sms-tools.ts. Out: proof that the stand-in sends and refuses as the vendor documents.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSms } from '../../src/town/sms.ts'
import type { Stand } from '../../src/town/stand.ts'
import { ALIYUN, ALIYUN_TEXT, ALIYUN_WANTED, callAliyun, KEY, signAliyun, writeQuery } from './sms-tools.ts'
import type { AliyunWays } from './sms-tools.ts'
import { call, START, stoppedClock } from './town-tools.ts'
import type { Answer, Clock } from './town-tools.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const PHONE = ALIYUN_WANTED.PhoneNumbers
let clock: Clock
let town: Stand

beforeEach(async () => {
  clock = stoppedClock()
  town = await startSms({ now: clock.now, aliyun: ALIYUN })
})
afterEach(() => town.close())

const send = (change: Record<string, string> = {}, ways: AliyunWays = {}): Promise<Answer> =>
  callAliyun(town.url, clock.at, 'SendSms', { ...ALIYUN_WANTED, ...change }, ways)
const codeOf = async (answer: Promise<Answer>): Promise<string> => (await answer).json.Code
/** Refused at the gateway: a status of its own, and nothing in the ledger. */
async function refusalOf(answer: Promise<Answer>): Promise<[number, string]> {
  const { status, json } = await answer
  expect(json).toMatchObject({
    HostId: expect.any(String),
    Recommend: expect.any(String),
    RequestId: expect.any(String),
  })
  expect(town.ledger()).toEqual([])
  return [status, json.Code]
}

test('the signature is that of the example which the vendor prints', () => {
  const query = { ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd', RegionId: 'cn-shanghai' }
  const headers = {
    host: 'ecs.cn-shanghai.aliyuncs.com',
    'x-acs-action': 'RunInstances',
    'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-acs-date': '2023-10-26T10:22:32Z',
    'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
    'x-acs-version': '2014-05-26',
  }
  const keys = { keyId: 'YourAccessKeyId', secret: 'YourAccessKeySecret' }
  expect(signAliyun({ method: 'POST', query: writeQuery(query), headers, ...keys })).toContain(
    'Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  )
})

test('a message goes out once for each number, and the ledger has the number and what its owner reads', async () => {
  const { status, json } = await send({ PhoneNumbers: `${PHONE},+8613800000002,008613800000003`, OutId: 'd-1' })
  expect(status).toBe(200)
  expect(json).toEqual({
    Code: 'OK',
    Message: 'OK',
    BizId: expect.stringMatching(/^\d{18}\^0$/),
    RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
  })
  expect(town.ledger().map((e) => [e.act, e.api, e.account, e.text, e.ids])).toEqual(
    ['+8613800000001', '+8613800000002', '+8613800000003'].map((phone) => [
      'user-message',
      'aliyun/SendSms',
      phone,
      ALIYUN_TEXT,
      { bizId: json.BizId, outId: 'd-1' },
    ]),
  )
  expect(town.timeline()).toEqual([])
  expect((await call(`${town.url}/_town/`)).text).not.toContain('138000')
})

test('parameters may stand in a form as well, signed by its hash', async () => {
  expect(await codeOf(send({}, { form: true }))).toBe('OK')
  expect(town.ledger()).toHaveLength(1)
})

describe('at the gateway', () => {
  test('a wrong key, a wrong secret and an exchanged number are refused in different words', async () => {
    expect(await refusalOf(send({}, { keyId: 'LTAIother' }))).toEqual([404, 'InvalidAccessKeyId.NotFound'])
    expect(await refusalOf(send({}, { secret: 'other' }))).toEqual([400, 'SignatureDoesNotMatch'])
    const exchanged = send({}, { tamper: (sent) => (sent.url = sent.url.replace(PHONE, '13900000000')) })
    expect(await refusalOf(exchanged)).toEqual([400, 'SignatureDoesNotMatch'])
    const body = send({}, { form: true, tamper: (sent) => (sent.body = sent.body?.replace(PHONE, '13900000000')) })
    expect(await refusalOf(body)).toEqual([400, 'SignatureDoesNotMatch'])
  })

  test('every header that says what is wanted must be signed', async () => {
    expect(await refusalOf(send({}, { unsigned: ['x-acs-action'] }))).toEqual([400, 'IncompleteSignature'])
    expect(await refusalOf(send({}, { unsigned: ['host'] }))).toEqual([400, 'IncompleteSignature'])
    expect(await refusalOf(send({}, { form: true, unsigned: ['content-type'] }))).toEqual([400, 'IncompleteSignature'])
  })

  test('a date more than fifteen minutes off, or not in the form of the vendor, is refused', async () => {
    const at = (ms: number) => callAliyun(town.url, START + ms, 'SendSms', ALIYUN_WANTED)
    expect(await refusalOf(at(-15 * MINUTE - SECOND))).toEqual([400, 'InvalidTimeStamp.Expired'])
    expect(await refusalOf(at(15 * MINUTE + SECOND))).toEqual([400, 'InvalidTimeStamp.Expired'])
    const local = send({}, { tamper: (sent) => (sent.headers['x-acs-date'] = '2017-06-03T18:12:00+08:00') })
    expect(await refusalOf(local)).toEqual([400, 'InvalidTimeStamp.Format'])
    expect(await codeOf(at(-15 * MINUTE))).toBe('OK')
  })

  test('a nonce serves once while its date is good, also where the call it came with was refused later', async () => {
    const nonce = 'nonce-of-the-test'
    expect(await codeOf(send({ SignName: '别家' }, { nonce }))).toBe('isv.SMS_SIGNATURE_ILLEGAL')
    expect(await refusalOf(send({}, { nonce }))).toEqual([400, 'SignatureNonceUsed'])
    clock.at += 15 * MINUTE + SECOND
    expect(await codeOf(send({}, { nonce }))).toBe('OK')
  })

  test('an old client (V1, HMAC-SHA1) is not let in', async () => {
    const old = { ...ALIYUN_WANTED, Action: 'SendSms', AccessKeyId: KEY, SignatureVersion: '1.0', Signature: 'x' }
    expect(await refusalOf(call(`${town.url}/?${writeQuery(old)}`))).toEqual([400, 'IncompleteSignature'])
  })

  test('an unknown action, version, method or parameter, and one that is missing, are named', async () => {
    const other = callAliyun(town.url, clock.at, 'SendBatchSms', {})
    expect(await refusalOf(other)).toEqual([404, 'InvalidAction.NotFound'])
    expect(await refusalOf(send({}, { version: '2018-01-01' }))).toEqual([400, 'InvalidVersion'])
    expect(await refusalOf(send({}, { method: 'GET' }))).toEqual([400, 'UnsupportedHTTPMethod'])
    expect(await refusalOf(send({ Phone: '1' }))).toEqual([400, 'InvalidParameter'])
    expect(await refusalOf(send({ PhoneNumbers: '' }))).toEqual([400, 'MissingPhoneNumbers'])
    const query = callAliyun(town.url, clock.at, 'QuerySendDetails', { PhoneNumber: PHONE })
    expect(await refusalOf(query)).toEqual([400, 'MissingSendDate'])
  })
})

test.each([
  ['another signature', { SignName: '别家' }, 'isv.SMS_SIGNATURE_ILLEGAL'],
  ['another template', { TemplateCode: 'SMS_9' }, 'isv.SMS_TEMPLATE_ILLEGAL'],
  ['a variable left out', { TemplateParam: '{"place":"某县"}' }, 'isv.TEMPLATE_MISSING_PARAMETERS'],
  ['an empty variable', { TemplateParam: '{"place":"","m":"4.8"}' }, 'isv.TEMPLATE_MISSING_PARAMETERS'],
  ['no variables at all', { TemplateParam: '' }, 'isv.TEMPLATE_MISSING_PARAMETERS'],
  ['a number for a text', { TemplateParam: '{"place":"某县","m":4.8}' }, 'isv.INVALID_JSON_PARAM'],
  ['no JSON', { TemplateParam: 'place=1' }, 'isv.INVALID_JSON_PARAM'],
  ['a variable too many', { TemplateParam: '{"place":"某县","m":"4","x":"1"}' }, 'isv.INVALID_PARAMETERS'],
  ['36 characters', { TemplateParam: JSON.stringify({ place: '震'.repeat(36), m: '4' }) }, 'isv.PARAM_LENGTH_LIMIT'],
  ['an address', { TemplateParam: '{"place":"dzj.example.cn/n/1","m":"4"}' }, 'isv.PARAM_NOT_SUPPORT_URL'],
  ['a short number', { PhoneNumbers: `${PHONE},1380000000` }, 'isv.MOBILE_NUMBER_ILLEGAL'],
  ['a land line', { PhoneNumbers: '09511234567' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
  ['1,001 numbers', { PhoneNumbers: Array(1_001).fill(PHONE).join(',') }, 'isv.MOBILE_COUNT_OVER_LIMIT'],
  ['a long OutId', { OutId: 'x'.repeat(256) }, 'isv.INVALID_PARAMETERS'],
])('%s is refused with HTTP 200 and a code, and nobody gets anything', async (_what, change, code) => {
  const { status, json } = await send(change, { form: true })
  expect([status, json.Code, json.BizId]).toEqual([200, code, undefined])
  expect(town.ledger()).toEqual([])
})

test('one signature and template reach a number once a minute, five times an hour, ten times a day', async () => {
  const limit = async (): Promise<string> => (await send()).json.Message
  expect(await limit()).toBe('OK')
  clock.at += MINUTE - SECOND
  expect(await limit()).toBe('触发分钟级流控Permits:1')
  expect(await codeOf(send({ TemplateCode: 'SMS_2', TemplateParam: '{}' }))).toBe('OK')
  expect(await codeOf(send({ PhoneNumbers: '13800000002' }))).toBe('OK')
  clock.at += SECOND
  for (let n = 0; n < 4; n++, clock.at += MINUTE) expect(await limit()).toBe('OK')
  expect(await limit()).toBe('触发小时级流控Permits:5')
  clock.at += HOUR
  for (let n = 0; n < 5; n++, clock.at += MINUTE) expect(await limit()).toBe('OK')
  clock.at += HOUR
  expect(await send().then(({ json }) => [json.Code, json.Message])).toEqual([
    'isv.BUSINESS_LIMIT_CONTROL',
    '触发天级流控Permits:10',
  ])
  clock.at = START + 6 * HOUR
  expect(await limit()).toBe('OK')
})

test('a number that stands twice in one call stops the whole call', async () => {
  expect(await codeOf(send({ PhoneNumbers: `${PHONE},${PHONE}` }))).toBe('isv.BUSINESS_LIMIT_CONTROL')
  expect(town.ledger()).toEqual([])
})

test('more calls in a second than the account has are put off at the gateway', async () => {
  await town.close()
  town = await startSms({ now: clock.now, aliyun: { ...ALIYUN, perSecond: 1 } })
  expect(await codeOf(send({ SignName: '别家' }))).toBe('isv.SMS_SIGNATURE_ILLEGAL')
  expect(await refusalOf(send())).toEqual([400, 'Throttling.User'])
  clock.at += SECOND
  expect(await codeOf(send())).toBe('OK')
})
