// In: Tencent calls signed by sms-tools.ts. Out: proof that each number has its own row, and that both vendors share one address.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSms } from '../../src/town/sms.ts'
import type { SmsOptions } from '../../src/town/sms/state.ts'
import type { Stand } from '../../src/town/stand.ts'
import { readTownConfig } from '../../src/town/town-config.ts'
import { startTown, TOWN } from '../../src/town/town.ts'
import { callAliyun, callTencent, KEY, SECRET, signTencent } from './sms-tools.ts'
import type { TencentWays } from './sms-tools.ts'
import { call, START, stoppedClock } from './town-tools.ts'
import type { Answer, Clock } from './town-tools.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const PHONE = '+8613800000001'
const OTHER = '+8613800000002'
const WANTED = {
  PhoneNumberSet: [PHONE],
  SmsSdkAppId: '1400000009',
  SignName: '某市地震局',
  TemplateId: '1001',
  TemplateParamSet: ['某县', '4.8'],
  SessionContext: 'd-1',
}
const account = { keyId: KEY, keySecret: SECRET, signNames: ['某市地震局'] }
const TENCENT: NonNullable<SmsOptions['tencent']> = {
  ...account,
  sdkAppId: '1400000009',
  templates: [
    { code: '1001', text: '{1}发生{2}级地震' },
    { code: '1002', text: '值班提醒' },
  ],
}
let clock: Clock
let town: Stand

beforeEach(async () => {
  clock = stoppedClock()
  town = await startSms({
    now: clock.now,
    tencent: TENCENT,
    oddNumbers: [{ phone: '+8613800000009', code: 'FailedOperation.PhoneNumberInBlacklist' }],
  })
})
afterEach(() => town.close())

const send = (change: object = {}, ways: TencentWays = {}): Promise<Answer> =>
  callTencent(town.url, clock.at, { ...WANTED, ...change }, ways)
/** The code of a whole call that was refused: HTTP 200, no rows, nothing sent. */
async function refusalOf(answer: Promise<Answer>): Promise<string> {
  const { status, json } = await answer
  expect([status, json.Response.SendStatusSet]).toEqual([200, undefined])
  expect(json.Response.RequestId).toMatch(/^[0-9a-f-]{36}$/)
  expect(town.ledger()).toEqual([])
  return json.Response.Error.Code
}
async function codesOf(answer: Promise<Answer>): Promise<string[]> {
  const { json } = await answer
  return json.Response.SendStatusSet.map((row: { Code: string }) => row.Code)
}

test('the signature is that of the example which the vendor prints', () => {
  const printed = {
    service: 'cvm',
    host: 'cvm.tencentcloudapi.com',
    type: 'application/json; charset=utf-8',
    payload: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
    stamp: 1_551_113_065,
    keyId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******',
    secret: 'Gu5t9xGARNpq86cd98joQYCN3*******',
  }
  expect(signTencent(printed)).toContain('Signature=2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c')
})

test('each number has its row, in the order given; a bad one does not touch its neighbours', async () => {
  const phones = [PHONE, '13800000001', '+8613800000009', OTHER]
  const { status, type, json } = await send({ PhoneNumberSet: phones })
  expect([status, type]).toEqual([200, 'application/json'])
  const good = (phone: string) => ({
    SerialNo: expect.stringMatching(/^5000:\d+$/),
    PhoneNumber: phone,
    Fee: 1,
    SessionContext: 'd-1',
    Code: 'Ok',
    Message: 'send success',
    IsoCode: 'CN',
  })
  const bad = (phone: string, code: string) => ({
    ...good(phone),
    SerialNo: '',
    Fee: 0,
    Code: code,
    Message: expect.any(String),
    IsoCode: '',
  })
  expect(json).toEqual({
    Response: {
      SendStatusSet: [
        good(PHONE),
        bad('13800000001', 'InvalidParameterValue.IncorrectPhoneNumber'),
        bad('+8613800000009', 'FailedOperation.PhoneNumberInBlacklist'),
        good(OTHER),
      ],
      RequestId: expect.any(String),
    },
  })
  const rows = json.Response.SendStatusSet
  expect(town.ledger().map((e) => [e.act, e.account, e.text, e.ids['serialNo'], e.ids['sessionContext']])).toEqual([
    ['user-message', PHONE, '【某市地震局】某县发生4.8级地震', rows[0].SerialNo, 'd-1'],
    ['user-message', OTHER, '【某市地震局】某县发生4.8级地震', rows[3].SerialNo, 'd-1'],
  ])
  expect(rows[0].SerialNo).not.toBe(rows[3].SerialNo)
  expect((await call(`${town.url}/_town/`)).text).not.toContain('138000')
})

test('a long message is billed in parts of 67', async () => {
  const { json } = await send({ TemplateParamSet: ['震'.repeat(60), '4'] })
  expect(json.Response.SendStatusSet[0].Fee).toBe(2)
})

describe('at the door', () => {
  test('a wrong key, a wrong secret, another service and an exchanged body are refused', async () => {
    expect(await refusalOf(send({}, { keyId: 'AKIDother' }))).toBe('AuthFailure.SecretIdNotFound')
    expect(await refusalOf(send({}, { secret: 'other' }))).toBe('AuthFailure.SignatureFailure')
    expect(await refusalOf(send({}, { service: 'cvm' }))).toBe('AuthFailure.SignatureFailure')
    const payload = JSON.stringify({ ...WANTED, PhoneNumberSet: [OTHER] })
    expect(await refusalOf(send({}, { payload }))).toBe('AuthFailure.SignatureFailure')
    const none = send({}, { headers: { authorization: 'TC3-HMAC-SHA256' } })
    expect(await refusalOf(none)).toBe('AuthFailure.InvalidAuthorization')
  })

  test('a clock more than five minutes off is refused, in both directions', async () => {
    expect(await refusalOf(callTencent(town.url, START - 5 * MINUTE - SECOND, WANTED))).toBe(
      'AuthFailure.SignatureExpire',
    )
    expect(await refusalOf(callTencent(town.url, START + 5 * MINUTE + SECOND, WANTED))).toBe(
      'AuthFailure.SignatureExpire',
    )
    expect(await codesOf(callTencent(town.url, START - 5 * MINUTE, WANTED))).toEqual(['Ok'])
  })

  test('another action, version, region, type and shape are refused by name', async () => {
    const header = (name: string, value: string) => refusalOf(send({}, { headers: { [name]: value } }))
    expect(await header('x-tc-action', 'SendStatusStatistics')).toBe('InvalidAction')
    expect(await header('x-tc-version', '2019-07-11')).toBe('NoSuchVersion')
    expect(await header('x-tc-region', 'ap-nowhere')).toBe('UnsupportedRegion')
    expect(await header('x-tc-region', '')).toBe('MissingParameter')
    expect(await refusalOf(send({}, { type: 'text/plain' }))).toBe('InvalidParameter')
    expect(await refusalOf(send({ Phone: '1' }))).toBe('UnknownParameter')
    expect(await refusalOf(send({ TemplateId: undefined }))).toBe('MissingParameter')
    expect(await refusalOf(send({ TemplateId: 1_001 }))).toBe('InvalidParameter')
  })
})

test.each([
  ['no numbers', { PhoneNumberSet: [] }, 'MissingParameter.EmptyPhoneNumberSet'],
  ['201 numbers', { PhoneNumberSet: Array(201).fill(PHONE) }, 'LimitExceeded.PhoneNumberCountLimit'],
  ['another app', { SmsSdkAppId: '1400000001' }, 'UnauthorizedOperation.SmsSdkAppIdVerifyFail'],
  ['a session of 512 bytes', { SessionContext: 'x'.repeat(512) }, 'InvalidParameterValue'],
  ['an extension nobody opened', { ExtendCode: '1' }, 'InvalidParameterValue'],
])('%s: the whole call is refused', async (_what, change, code) => {
  expect(await refusalOf(send(change))).toBe(code)
})

test.each([
  ['another signature', { SignName: '别家' }, 'FailedOperation.SignatureIncorrectOrUnapproved'],
  ['no signature', { SignName: undefined }, 'FailedOperation.SignatureIncorrectOrUnapproved'],
  ['another template', { TemplateId: '9' }, 'FailedOperation.TemplateIncorrectOrUnapproved'],
  ['a value too few', { TemplateParamSet: ['某县'] }, 'FailedOperation.TemplateParamSetNotMatchApprovedTemplate'],
  ['a value too many', { TemplateId: '1002' }, 'FailedOperation.TemplateParamSetNotMatchApprovedTemplate'],
  [
    'an address',
    { TemplateParamSet: ['https://dzj.example.cn', '4'] },
    'InvalidParameterValue.ProhibitedUseUrlInTemplateParameter',
  ],
  ['500 characters', { TemplateParamSet: ['震'.repeat(490), '4'] }, 'InvalidParameterValue.ContentLengthLimit'],
])('%s: every number is told so', async (_what, change, code) => {
  expect(await codesOf(send({ PhoneNumberSet: [PHONE, OTHER], ...change }))).toEqual([code, code])
  expect(town.ledger()).toEqual([])
})

test('numbers abroad do not get a mainland template, alone or among others', async () => {
  expect(await codesOf(send({ PhoneNumberSet: ['+85261230000'] }))).toEqual([
    'UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone',
  ])
  const mixed = 'UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber'
  expect(await codesOf(send({ PhoneNumberSet: [PHONE, '+85261230000'] }))).toEqual([mixed, mixed])
})

test('the same words reach a number once in thirty seconds and ten times a day, anything ten times a day', async () => {
  expect(await codesOf(send())).toEqual(['Ok'])
  clock.at += 30 * SECOND - 1
  const soon = 'LimitExceeded.PhoneNumberThirtySecondLimit'
  expect(await codesOf(send({ PhoneNumberSet: [PHONE, OTHER, OTHER] }))).toEqual([soon, 'Ok', soon])
  for (let n = 0; n < 9; n++) {
    clock.at += MINUTE
    expect(await codesOf(send())).toEqual(['Ok'])
  }
  clock.at += MINUTE
  expect(await codesOf(send())).toEqual(['LimitExceeded.PhoneNumberSameContentDailyLimit'])
  expect(await codesOf(send({ TemplateParamSet: ['邻县', '5'] }))).toEqual(['LimitExceeded.PhoneNumberDailyLimit'])
  clock.at = START + 6 * HOUR
  expect(await codesOf(send())).toEqual(['Ok'])
})

describe('faults', () => {
  test('an answer lost after the messages left has sent them all the same', async () => {
    town.faults.add({ api: 'tencent/SendSms', kind: 'close-after', call: 2 })
    expect(await codesOf(send())).toEqual(['Ok'])
    await expect(send({ PhoneNumberSet: [OTHER] })).rejects.toThrow()
    expect(town.ledger().map((entry) => entry.account)).toEqual([PHONE, OTHER])
  })

  test('a scripted word is said of the call or of its numbers, as the vendor does', async () => {
    town.faults.add({ api: 'tencent/SendSms', kind: 'error', word: 'InternalError', call: 1 })
    const broke = 'FailedOperation.InsufficientBalanceInSmsPackage'
    town.faults.add({ api: 'tencent/SendSms', kind: 'error', word: broke, call: 2 })
    expect(await refusalOf(send())).toBe('InternalError')
    expect(await codesOf(send({ PhoneNumberSet: [PHONE, OTHER] }))).toEqual([broke, broke])
    expect(town.ledger()).toEqual([])
    town.faults.add({ api: 'tencent/SendSms', kind: 'error', word: 'InternalError', applied: true })
    expect((await send()).json.Response.Error.Code).toBe('InternalError')
    expect(town.ledger()).toHaveLength(1)
  })
})

test('too many calls in a second are put off; the second after they are taken', async () => {
  await town.close()
  town = await startSms({ now: clock.now, tencent: { ...TENCENT, perSecond: 1, limits: { sameIn30s: 9 } } })
  expect(await codesOf(send())).toEqual(['Ok'])
  expect((await send()).json.Response.Error.Code).toBe('RequestLimitExceeded')
  clock.at += SECOND
  expect(await codesOf(send())).toEqual(['Ok'])
})

test('a call of neither vendor, or of one without an account here, is nobody’s', async () => {
  expect((await call(`${town.url}/`, { method: 'POST' })).status).toBe(404)
  expect((await callAliyun(town.url, clock.at, 'SendSms', {})).status).toBe(404)
  expect((await send({}, { headers: { 'x-acs-action': 'SendSms' } })).status).toBe(404)
})

test('what was sent and how often is known after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'town-sms-'))
  const options = { now: clock.now, tencent: TENCENT, stateFile: join(folder, 'sms.json') }
  await town.close()
  town = await startSms(options)
  await send()
  await town.close()
  town = await startSms(options)
  expect(town.ledger()).toHaveLength(1)
  expect(await codesOf(send())).toEqual(['LimitExceeded.PhoneNumberThirtySecondLimit'])
  rmSync(folder, { recursive: true, force: true })
})

test('a town has both vendors under one name, with what their clients must be told', async () => {
  const whole = await startTown({ now: clock.now, callbackUrl: null, safeDomain: 'dzj.example.cn', bureauName: '某局' })
  const { sms = '', 'sms-key-id': keyId = '', 'sms-key-secret': secret = '' } = whole.places
  const notice = { SignName: whole.places['sms-sign'], TemplateParamSet: ['某县', '第1号'] }
  const tencent = { ...WANTED, ...notice, SmsSdkAppId: whole.places['sms-app-id'], TemplateId: TOWN.smsNotice }
  expect(await codesOf(callTencent(sms, clock.at, tencent, { keyId, secret }))).toEqual(['Ok'])
  const aliyun = { PhoneNumbers: '13800000001', SignName: '某局', TemplateCode: `SMS_${TOWN.smsAlarm}` }
  const TemplateParam = '{"summary":"待核","serial":"a-1"}'
  const { json } = await callAliyun(sms, clock.at, 'SendSms', { ...aliyun, TemplateParam }, { keyId, secret })
  expect(json.Code).toBe('OK')
  expect(whole.stands.sms.ledger().map((entry) => entry.api)).toEqual(['tencent/SendSms', 'aliyun/SendSms'])
  await whole.close()
})

test('the stand-ins’ own process takes an SMS configuration, and names a wrong key of it', () => {
  const sms = { tencent: TENCENT, aliyun: { ...account, templates: [], limits: { minute: 2 } }, listedAfterMs: 0 }
  expect(readTownConfig(JSON.stringify({ sms })).sms).toEqual(sms)
  expect(() => readTownConfig(JSON.stringify({ sms: { tencent: { ...TENCENT, limit: {} } } }))).toThrow('limit')
})
