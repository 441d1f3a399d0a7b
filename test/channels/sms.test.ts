// In: the vendors' documented signatures and answers. Out: proof of what the duty staff's phones get, and that nobody reads a number.
import { describe, expect, test } from 'vitest'
import { config, type SmsConfig } from '../../channels/sms/config.ts'
import { sms } from '../../channels/sms/index.ts'
import { cleanLine, cutLine } from '../../channels/sms/line.ts'
import { maskPhone, maskPhones, readPhone } from '../../channels/sms/phones.ts'
import { reactions } from '../../channels/sms/reactions.ts'
import { signAcs3, signTc3, writeQuery } from '../../channels/sms/sign.ts'
import type { HttpCall, HttpReply, Job } from '../../src/core/channel.ts'
import { HOUR, MINUTE, SECOND } from '../../src/core/instant.ts'
import {
  fakeReach,
  HANG,
  jobOf,
  json,
  payloadOf,
  sampleFacts,
  sampleJob,
  sampleRendered,
  SERIAL,
  START,
} from './fakes.ts'

const PHONES = ['13800138000', '13900139111']
const given = {
  aliyun: {
    kind: 'aliyun',
    accessKeyId: 'LTAItest00000001',
    accessKeySecret: 'test-secret-0000000001',
    sign: '示例市地震局',
    template: 'SMS_000000001',
    parameters: { line: 'text', serial: 'code' },
    phones: PHONES,
    alarms: true,
  },
  tencent: {
    kind: 'tencent',
    secretId: 'AKIDtest00000001',
    secretKey: 'test-secret-0000000002',
    sdkAppId: '1400006666',
    sign: '示例市地震局',
    template: '1110',
    parameters: { line: 1, serial: 2 },
    phones: PHONES,
    alarms: true,
  },
} as const
const kinds = ['aliyun', 'tencent'] as const
type Kind = (typeof kinds)[number]

const ALARM_ID = 'a-0123456789abcdef0123'
const KEY = `${ALARM_ID}-0.1-duty-sms`
const alarmJob = (change: Partial<Job> = {}, brief = '甘肃舟曲县 7.1 级：强度复核'): Job =>
  sampleJob({
    deliveryId: KEY,
    leg: 'alarm',
    serial: ALARM_ID,
    url: '',
    priority: 0,
    content: { text: `长文 https://desk.example/desk ${brief}`, brief, ring: '0.1' },
    ...change,
  })

function open(kind: Kind, answer: HttpReply | ((call: HttpCall) => HttpReply), change: Record<string, unknown> = {}) {
  const settings = config.parse({ ...given[kind], ...change })
  const reach = fakeReach(typeof answer === 'function' ? answer : () => answer)
  return { settings, reach, client: sms.open(settings, reach) }
}

const aliyunSays = (code: string, message = 'OK', status = 200) =>
  json({ Code: code, Message: message, BizId: '134523^4351232', RequestId: 'r-1' }, status)
const tencentSays = (...codes: string[]) =>
  json({
    Response: {
      SendStatusSet: codes.map((Code, nth) => ({
        SerialNo: Code === 'Ok' ? `5000:10457106691570536578496496${nth}` : '',
        PhoneNumber: `+86${PHONES[nth]}`,
        Fee: 1,
        SessionContext: KEY,
        Code,
        Message: Code === 'Ok' ? 'send success' : `failed for ${PHONES[nth]}`,
        IsoCode: 'CN',
      })),
      RequestId: 'r-1',
    },
  })
const tencentError = (Code: string) => json({ Response: { Error: { Code, Message: 'no' }, RequestId: 'r-1' } })
const queryOf = (call: HttpCall | undefined): Record<string, string> =>
  Object.fromEntries(new URL(call?.url ?? 'https://none.example').searchParams)

describe('the signatures', () => {
  test('ACS3 is the one of the vendor’s worked example', () => {
    const query = writeQuery({
      RegionId: 'cn-shanghai',
      ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd',
    })
    const headers = signAcs3(
      {
        host: 'ecs.cn-shanghai.aliyuncs.com',
        path: '/',
        query,
        action: 'RunInstances',
        version: '2014-05-26',
        now: Date.UTC(2023, 9, 26, 10, 22, 32),
        nonce: '3156853299f313e23d1673dc12e1703d',
      },
      { id: 'YourAccessKeyId', secret: 'YourAccessKeySecret' },
    )
    expect(headers['authorization']).toBe(
      'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
    )
  })

  // The page once signed two headers, and signs three now, with its key blotted out by 32 stars, which were hashed as they stand.
  test.each([
    [
      'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE',
      { 'content-type': 'application/json; charset=utf-8' },
      'content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
    ],
    [
      '*'.repeat(32),
      { 'content-type': 'application/json; charset=utf-8', 'x-tc-action': 'describeinstances' },
      'content-type;host;x-tc-action, Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f',
    ],
  ])('TC3 is the one of the vendor’s worked example (%s)', (secret, signed, tail) => {
    const authorization = signTc3(
      {
        host: 'cvm.tencentcloudapi.com',
        path: '/',
        service: 'cvm',
        now: 1_551_113_065_000,
        body: String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
        signed,
      },
      { id: 'AKIDEXAMPLE', secret },
    )
    expect(authorization).toBe(
      `TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=${tail}`,
    )
  })

  test('a query is encoded as RFC 3986 says, in the order of its names', () => {
    expect(writeQuery({ b: "a b*c~d/e'(!)", a: '震' })).toBe('a=%E9%9C%87&b=a%20b%2Ac~d%2Fe%27%28%21%29')
  })
})

describe('an alarm as a text message', () => {
  test('goes to all numbers in one call of Aliyun, line and serial in their variables, the delivery’s id as OutId', async () => {
    const { client, reach } = open('aliyun', aliyunSays('OK'))
    expect(await client.deliver(alarmJob())).toEqual({ state: 'accepted', ref: '134523^4351232', url: null })
    const [call] = reach.calls
    const { TemplateParam = '', ...rest } = queryOf(call)
    expect(rest).toEqual({
      PhoneNumbers: '13800138000,13900139111',
      SignName: '示例市地震局',
      TemplateCode: 'SMS_000000001',
      OutId: KEY,
    })
    expect(JSON.parse(TemplateParam)).toEqual({ text: '甘肃舟曲县 7.1 级：强度复核', code: `${ALARM_ID}-0.1` })
    expect(call).toMatchObject({
      method: 'POST',
      headers: { 'x-acs-version': '2017-05-25', 'x-acs-action': 'SendSms' },
    })
    expect(call?.body).toBeUndefined()
    expect(call?.headers?.['x-acs-date']).toBe('2024-03-05T06:30:00Z')
  })

  test('goes to all numbers in one call of Tencent, in E.164, the values in their order, the delivery’s id as its session', async () => {
    const { client, reach } = open('tencent', tencentSays('Ok', 'Ok'))
    expect(await client.deliver(alarmJob())).toMatchObject({ state: 'accepted', url: null })
    expect(payloadOf(reach.calls[0])).toEqual({
      PhoneNumberSet: ['+8613800138000', '+8613900139111'],
      SmsSdkAppId: '1400006666',
      SignName: '示例市地震局',
      TemplateId: '1110',
      TemplateParamSet: ['甘肃舟曲县 7.1 级：强度复核', `${ALARM_ID}-0.1`],
      SessionContext: KEY,
    })
    expect(reach.calls[0]?.headers).toMatchObject({
      'x-tc-version': '2021-01-11',
      'x-tc-timestamp': String(START / SECOND),
      'x-tc-region': 'ap-guangzhou',
    })
  })

  test('of a drill says 【演练】, however long it is', async () => {
    const settings = config.parse(given.aliyun)
    const reach = fakeReach(() => aliyunSays('OK'), { class: 'drill' })
    const long = `【演练】${'震情待核，'.repeat(20)}`
    for (const brief of [long, long.slice(4)])
      await sms.open(settings, reach).deliver(alarmJob({ class: 'drill' }, brief))
    for (const call of reach.calls)
      expect(queryOf(call)['TemplateParam']).toMatch(/^\{"text":"【演练】震情待核，.{1,40}…见值班台","code"/)
    expect(reach.calls).toHaveLength(2)
  })

  test('that is longer than the variable says that it goes on at the desk, and is not cut inside a figure', () => {
    expect(cutLine('短', 5)).toBe('短')
    for (let most = 12; most < 30; most += 1) {
      const cut = cutLine('甘肃甘南州舟曲县 7.12 级地震，来源 cenc-web 无应答 123 秒', most)
      expect(Array.from(cut).length).toBeLessThanOrEqual(most)
      expect(cut).toMatch(/…见值班台$/)
      expect(cut).not.toMatch(/ 7(\.1?)?…| c(e|en|enc|enc-|enc-w|enc-we)?…|答 12?…/)
    }
  })

  test('holds no address, no sign’s brackets and no control character: the vendors refuse them', () => {
    expect(cleanLine('【撤回】见 https://zx.example/n/k7f3q2 ，\n【更正】后再发\u200b')).toBe(
      '撤回：见 （网址见值班台） ， “更正”后再发',
    )
    expect(cleanLine('【演练】 一 【演练】')).toBe('【演练】一')
  })

  test('without a variable for its serial has it at the end', async () => {
    const { client, reach } = open('tencent', tencentSays('Ok', 'Ok'), { parameters: { line: 1 }, longest: 60 })
    await client.deliver(alarmJob({}, '来源无应答，'.repeat(30)))
    const [value] = payloadOf(reach.calls[0])['TemplateParamSet'] as string[]
    expect(value).toMatch(new RegExp(`^来源无应答.*…见值班台 ${ALARM_ID}-0\\.1$`))
    expect(Array.from(value ?? '').length).toBeLessThanOrEqual(60)
  })

  test.each(kinds)('is dropped after ten minutes (%s)', async (kind) => {
    const { client, reach } = open(kind, HANG)
    reach.clock.now += 11 * MINUTE
    expect(await client.deliver(alarmJob())).toMatchObject({ state: 'rejected', code: 'stale', fix: 'giveup' })
    expect(reach.calls).toHaveLength(0)
  })
})

describe('what the vendor says of each number', () => {
  test('some taken and some not is taken, with a word on how many and whose, masked', async () => {
    const { client } = open('tencent', tencentSays('Ok', 'LimitExceeded.PhoneNumberDailyLimit'))
    expect(await client.deliver(alarmJob())).toMatchObject({
      state: 'accepted',
      warning: '2 个号码中 1 个未收：139****9111（同一号码今日已到上限 LimitExceeded.PhoneNumberDailyLimit）',
    })
  })

  test.each([
    [['LimitExceeded.PhoneNumberDailyLimit', 'FailedOperation.PhoneNumberInBlacklist'], 'rejected'],
    [['LimitExceeded.PhoneNumberDailyLimit', 'LimitExceeded.PhoneNumberThirtySecondLimit'], 'retry'],
    [['LimitExceeded.PhoneNumberThirtySecondLimit', 'InternalError.Timeout'], 'unknown'],
  ])('none taken (%j) is %s', async (codes, state) => {
    const outcome = await open('tencent', tencentSays(...codes)).client.deliver(alarmJob())
    expect(outcome.state).toBe(state)
    expect(outcome).toMatchObject({ reason: expect.stringContaining('2 个号码都未收：138****8000（') as string })
  })

  test.each([
    ['a number is missing', tencentSays('Ok')],
    ['there is none', tencentSays()],
    [
      'one stands twice and the other not at all',
      json({ Response: { SendStatusSet: ['Ok', 'X'].map((Code) => ({ PhoneNumber: `+86${PHONES[0]}`, Code })) } }),
    ],
    ['it is a stranger’s', json({ Response: { SendStatusSet: [{ PhoneNumber: '+8613700000000', Code: 'Ok' }] } })],
  ])('where %s nothing is known', async (_what, answer) => {
    expect((await open('tencent', answer).client.deliver(alarmJob())).state).toBe('unknown')
  })

  test.each([
    ['触发分钟级流控Permits:1', { state: 'retry', afterMs: MINUTE }],
    ['触发小时级流控Permits:5', { state: 'rejected', fix: 'giveup' }],
    ['触发天级流控Permits:40', { state: 'rejected', fix: 'giveup' }],
  ])(
    'Aliyun’s limit of a number (%s) waits only where it ends before the alarm is stale',
    async (message, expected) => {
      const outcome = await open('aliyun', aliyunSays('isv.BUSINESS_LIMIT_CONTROL', message)).client.deliver(alarmJob())
      expect(outcome).toMatchObject(expected)
    },
  )

  const STATES = { unknown: 'unknown', retry: 'retry', auth: 'auth-expired', operator: 'rejected', giveup: 'rejected' }
  test.each(
    kinds.flatMap((kind) => Object.entries(reactions[kind]).map(([code, { act }]) => [kind, code, STATES[act]])),
  )('%s %s is %s', async (kind, code, state) => {
    const answer = kind === 'aliyun' ? aliyunSays(code ?? '', 'no', 400) : tencentError(code ?? '')
    expect((await open(kind as Kind, answer).client.deliver(alarmJob())).state).toBe(state)
  })

  test.each([
    ['aliyun', aliyunSays('InvalidAccessKeyId.Inactive', 'no', 403), 'auth-expired'],
    ['aliyun', aliyunSays('Throttling.User', 'no', 400), 'retry'],
    ['aliyun', aliyunSays('isv.NEVER_HEARD_OF', 'no'), 'rejected'],
    ['aliyun', json({ Code: 'OK', Message: 'OK', RequestId: 'r' }), 'unknown'],
    ['aliyun', aliyunSays('OK', 'OK', 502), 'unknown'],
    ['tencent', tencentError('AuthFailure.SignatureExpire'), 'auth-expired'],
    ['tencent', tencentError('RequestLimitExceeded.IPLimitExceeded'), 'retry'],
    ['tencent', tencentError('NeverHeardOf'), 'rejected'],
    ['tencent', { ...tencentSays('Ok', 'Ok'), status: 500 } as HttpReply, 'unknown'],
  ] as const)('%s: families of codes and odd answers (%#)', async (kind, answer, state) => {
    expect((await open(kind, answer).client.deliver(alarmJob())).state).toBe(state)
  })
})

describe('after a lost answer', () => {
  const details = (rows: object[], total: number | string = rows.length) =>
    json({ Code: 'OK', Message: 'OK', TotalCount: total, SmsSendDetailDTOs: { SmsSendDetailDTO: rows } })
  const row = (over: object = {}) => ({ PhoneNum: PHONES[0], SendStatus: 1, ErrCode: '', OutId: KEY, ...over })
  const other = row({ OutId: 'a-other' })

  test('Aliyun is asked by number and Beijing’s day, and shows the message by its OutId', async () => {
    const { client, reach } = open('aliyun', (call) =>
      queryOf(call)['PhoneNumber'] === PHONES[0] ? details([other]) : details([other, row({ SendStatus: 3 })]),
    )
    expect(await client.probe(alarmJob())).toEqual({ state: 'accepted', ref: `aliyun:${KEY}`, url: null })
    expect(reach.calls.map(queryOf)).toEqual(
      PHONES.map((PhoneNumber) => ({ PhoneNumber, SendDate: '20240305', PageSize: '50', CurrentPage: '1' })),
    )
    expect(reach.calls[0]?.headers?.['x-acs-action']).toBe('QuerySendDetails')
    expect(reach.booked).toEqual(['aliyun/query', 'aliyun/query'])
  })

  test.each([
    [Date.UTC(2024, 2, 5, 15, 58), ['20240305', '20240306']],
    [Date.UTC(2024, 2, 5, 16, 2), ['20240306', '20240305']],
    [Date.UTC(2024, 2, 5, 16, 2) + HOUR, ['20240306']],
  ])('around Beijing’s midnight both days are looked at (%#)', async (firstAttemptAt, days) => {
    const { client, reach } = open('aliyun', details([]), { phones: PHONES.slice(0, 1) })
    expect(await client.probe(alarmJob({ firstAttemptAt }))).toEqual({ state: 'absent' })
    expect(reach.calls.map((call) => queryOf(call)['SendDate'])).toEqual(days)
  })

  test('a message that the carrier failed to deliver was taken all the same, and says so', async () => {
    const { client } = open('aliyun', details([row({ SendStatus: 2, ErrCode: 'MK:0001' })]))
    expect(await client.probe(alarmJob())).toMatchObject({ state: 'accepted', warning: '138****8000 未送达：MK:0001' })
  })

  test('Aliyun’s later pages are read before it counts as absent', async () => {
    const pages = [
      details(
        Array.from({ length: 50 }, () => other),
        '51',
      ),
      details([row()], '51'),
    ]
    const { client } = open('aliyun', (call) => pages[Number(queryOf(call)['CurrentPage']) - 1] ?? HANG)
    expect((await client.probe(alarmJob())).state).toBe('accepted')
  })

  test.each([
    ['it counts what it does not show', details([], 2)],
    [
      'it shows a part of very many',
      details(
        Array.from({ length: 50 }, () => other),
        5000,
      ),
    ],
    ['it refuses', json({ Code: 'isp.RAM_PERMISSION_DENY', Message: 'no' })],
    ['it is away', HANG],
    ['its answer is none', json({ Code: 'OK' })],
    ['its count is none', details([], 'many')],
  ])('where %s Aliyun’s silence proves nothing', async (_what, answer) => {
    expect((await open('aliyun', answer).client.probe(alarmJob())).state).toBe('unknown')
  })

  const pulled = (rows: unknown) => json({ Response: { PullSmsSendStatusSet: rows, RequestId: 'r-1' } })
  const receipt = (over: object = {}) => ({ SerialNo: '5000:1', ReportStatus: 'SUCCESS', SessionContext: KEY, ...over })

  test('Tencent is asked for the receipts of a number, and shows the message by its session', async () => {
    const { client, reach } = open('tencent', pulled([receipt({ SessionContext: '' }), receipt()]))
    expect(await client.probe(alarmJob())).toEqual({ state: 'accepted', ref: '5000:1', url: null })
    expect(payloadOf(reach.calls[0])).toEqual({
      BeginTime: START / SECOND - 300,
      Offset: 0,
      Limit: 100,
      PhoneNumber: '+8613800138000',
      SmsSdkAppId: '1400006666',
    })
  })

  test.each([
    ['has no receipt of it', pulled([receipt({ SessionContext: 'a-other' })]), 'absent'],
    ['has no such call for this account', tencentError('UnauthorizedOperation.RequestPermissionDeny'), 'absent'],
    ['has no such action', tencentError('InvalidAction'), 'absent'],
    ['returns no sessions', pulled([{ SerialNo: '5000:1', ReportStatus: 'SUCCESS' }]), 'unknown'],
    [
      'shows a part of very many',
      pulled(Array.from({ length: 100 }, () => receipt({ SessionContext: 'x' }))),
      'unknown',
    ],
    ['errs', tencentError('InternalError.OtherError'), 'unknown'],
    ['is away', HANG, 'unknown'],
    ['answers nonsense', json({ Response: {} }), 'unknown'],
  ])('where Tencent %s it is %s', async (_what, answer, state) => {
    expect((await open('tencent', answer).client.probe(alarmJob())).state).toBe(state)
  })

  test('one absence is not enough to send again: records come late', () => {
    expect(sms.certainty('message')).toEqual({
      probe: 'heuristic',
      absentReads: 2,
      absentSpanMs: 30 * SECOND,
      keyedRepeat: false,
    })
  })
})

describe('the numbers', () => {
  test('stand in no outcome, whatever the vendor repeats', async () => {
    const echo = `${PHONES.join(' ')} +86${PHONES[0]} 86${PHONES[1]} +85212345678`
    const foreign = { phones: ['+85212345678'] }
    for (const kind of kinds)
      for (const change of [{}, foreign])
        for (const answer of [
          { ...HANG, reason: `timeout at https://x/?PhoneNumbers=${encodeURIComponent(echo)}` },
          aliyunSays('isv.MOBILE_NUMBER_ILLEGAL', echo),
          tencentError(`FailedOperation.${PHONES[0]}`),
          tencentSays('FailedOperation.ContainSensitiveWord', 'Ok'),
          json({ Response: { Error: { Code: 'X', Message: echo } }, Code: 'X', Message: echo }),
        ]) {
          const { client, settings } = open(kind, answer, change)
          const said = JSON.stringify([await client.deliver(alarmJob()), await client.probe(alarmJob())])
          for (const number of settings.phones) expect(said).not.toContain(number.replace(/^\+(86)?/, ''))
        }
  })

  test('are taken as people write them, and shown by their ends', () => {
    expect(['138 0013 8000', '+8613800138000', '+852 1234-5678'].map(readPhone)).toEqual([
      '+8613800138000',
      '+8613800138000',
      '+85212345678',
    ])
    expect(['12345', '+8612345678901', '12800138000', '+0123456789', '１３８００１３８０００'].map(readPhone)).toEqual(
      Array(5).fill(null),
    )
    expect([maskPhone('+8613800138000'), maskPhone('+85212345678')]).toEqual(['138****8000', '+852****5678'])
    expect(maskPhones('bad 13800138000, id 5000:1045710669157053657849499619')).toBe(
      'bad 138****8000, id 5000:1045710669157053657849499619',
    )
  })

  test('come from a file as well, one a line', () => {
    const { phones } = config.parse({ ...given.aliyun, phones: '13800138000\n+8613900139111\n' })
    expect(phones).toEqual(['+8613800138000', '+8613900139111'])
    expect(config.parse({ ...given.aliyun, phones: [13800138000] }).phones).toEqual(['+8613800138000'])
  })
})

describe('a notice', () => {
  const wide: SmsConfig = config.parse({ ...given.aliyun, notices: true })

  test('goes out by text message only where the bureau wants it', async () => {
    expect(sms.legs(config.parse(given.aliyun), 'quick-report')).toEqual([])
    expect(sms.legs(wide, 'quick-report')).toEqual(['message'])
    const { client, reach } = open('aliyun', aliyunSays('OK'))
    await client.deliver(jobOf(sms, wide, 'message'))
    expect(JSON.parse(queryOf(reach.calls[0])['TemplateParam'] ?? '')).toEqual({
      text: '示例县附近发生3.6级左右地震',
      code: SERIAL,
    })
  })

  test('is never cut: what does not fit is refused with its length', () => {
    const rendered = { ...sampleRendered(), title: '震'.repeat(36) }
    expect(sms.compose(rendered, sampleFacts(), wide, 'message')).toEqual({
      ok: false,
      reason: '36 字，超过模板变量的 35 字',
    })
  })

  test('of a drill without 【演练】 is refused', () => {
    expect(sms.compose(sampleRendered(), sampleFacts({ class: 'drill' }), wide, 'message').ok).toBe(false)
  })
})

test.each([
  ['a secret of the other vendor', { ...given.aliyun, secretId: 'AKIDtest00000001' }, 'secretId'],
  ['no secret', { ...given.aliyun, accessKeySecret: undefined }, 'accessKeySecret'],
  ['no application', { ...given.tencent, sdkAppId: undefined }, 'sdkAppId'],
  ['variables without names', { ...given.aliyun, parameters: { line: 1 } }, 'parameters'],
  ['variables with names', { ...given.tencent, parameters: { line: 'text' } }, 'parameters'],
  ['no place for the words', { ...given.tencent, parameters: { serial: 1 } }, 'parameters'],
  ['a first variable without a value', { ...given.tencent, parameters: { line: 2 }, longest: 100 }, 'parameters'],
  ['two things in one variable', { ...given.aliyun, parameters: { line: 'a', serial: 'a' } }, 'parameters'],
  ['no room for the serial', { ...given.aliyun, parameters: { line: 'text' } }, 'longest'],
  ['a sign in its brackets', { ...given.aliyun, sign: '【示例】' }, 'sign'],
  ['a template of the other vendor', { ...given.tencent, template: 'SMS_1' }, 'template'],
  ['nobody to wake', { ...given.aliyun, phones: [] }, 'phones'],
  ['a number that is none', { ...given.aliyun, phones: ['12345'] }, 'phones'],
  ['a number twice', { ...given.aliyun, phones: ['13800138000', '+8613800138000'] }, 'phones'],
  ['home and abroad in one', { ...given.aliyun, phones: ['13800138000', '+85212345678'] }, 'phones'],
  ['no TLS', { ...given.aliyun, baseUrl: 'http://dysmsapi.aliyuncs.com' }, 'baseUrl'],
  ['a vendor that is none', { ...given.aliyun, kind: 'huawei' }, 'kind'],
])('%s is refused by its key', (_what, settings, key) => {
  const parsed = config.safeParse(settings)
  expect(parsed.error?.issues.map(({ path }) => path[0])).toContain(key)
})
