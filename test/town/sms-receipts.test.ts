// In: Aliyun calls signed by sms-tools.ts. Out: proof of its receipts and of what can be scripted to go wrong on the way.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSms } from '../../src/town/sms.ts'
import type { Stand } from '../../src/town/stand.ts'
import { ALIYUN, ALIYUN_TEXT, ALIYUN_WANTED, callAliyun } from './sms-tools.ts'
import { postJson, stoppedClock } from './town-tools.ts'
import type { Answer, Clock } from './town-tools.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const PHONE = ALIYUN_WANTED.PhoneNumbers
let clock: Clock
let town: Stand

beforeEach(async () => {
  clock = stoppedClock()
  const oddNumbers = [{ phone: '+8613800000009', code: 'MOBILE_SEND_LIMIT' }]
  town = await startSms({ now: clock.now, aliyun: ALIYUN, oddNumbers })
})
afterEach(() => town.close())

const send = (change: Record<string, string> = {}): Promise<Answer> =>
  callAliyun(town.url, clock.at, 'SendSms', { ...ALIYUN_WANTED, ...change })
const query = (change: Record<string, string> = {}): Promise<Answer> =>
  callAliyun(town.url, clock.at, 'QuerySendDetails', {
    PhoneNumber: PHONE,
    SendDate: '20170603',
    PageSize: '10',
    CurrentPage: '1',
    ...change,
  })
const codeOf = async (answer: Promise<Answer>): Promise<string> => (await answer).json.Code

describe('receipts', () => {
  test('a message is listed after a while, waits, and is delivered', async () => {
    const sent = await send({ OutId: 'd-1' })
    expect((await query()).json).toMatchObject({
      Code: 'OK',
      TotalCount: '0',
      SmsSendDetailDTOs: { SmsSendDetailDTO: [] },
    })
    clock.at += SECOND
    const waiting = {
      OutId: 'd-1',
      Content: ALIYUN_TEXT,
      TemplateCode: 'SMS_1',
      PhoneNum: PHONE,
      SendDate: '2017-06-03 18:12:00',
    }
    expect((await query()).json.SmsSendDetailDTOs.SmsSendDetailDTO).toEqual([{ ...waiting, SendStatus: 1 }])
    clock.at += 2 * SECOND
    const delivered = { ...waiting, SendStatus: 3, ErrCode: 'DELIVERED', ReceiveDate: '2017-06-03 18:12:03' }
    const { json } = await query({ BizId: sent.json.BizId })
    expect(json.SmsSendDetailDTOs.SmsSendDetailDTO).toEqual([delivered])
    expect((await query({ BizId: '1^0' })).json.TotalCount).toBe('0')
    expect((await query({ PhoneNumber: '13800000002' })).json.TotalCount).toBe('0')
  })

  test('pages hold fifty at most, newest first, of one Beijing day of the last thirty', async () => {
    for (let n = 0; n < 3; n++, clock.at += MINUTE) await send({ OutId: `d-${n}` })
    const outIds = async (change: Record<string, string>): Promise<string[]> =>
      (await query(change)).json.SmsSendDetailDTOs.SmsSendDetailDTO.map((row: { OutId: string }) => row.OutId)
    expect(await outIds({ PageSize: '2' })).toEqual(['d-2', 'd-1'])
    expect(await outIds({ PageSize: '2', CurrentPage: '2' })).toEqual(['d-0'])
    expect(await outIds({ SendDate: '20170602' })).toEqual([])
    for (const wrong of [
      { PageSize: '51' },
      { CurrentPage: '0' },
      { SendDate: '2017-06-03' },
      { SendDate: '20170604' },
    ]) {
      expect(await codeOf(query(wrong))).toBe('isv.INVALID_PARAMETERS')
    }
    expect(await codeOf(query({ SendDate: '20170401' }))).toBe('isv.INVALID_PARAMETERS')
    // Midnight is Beijing's: what went out at 00:30 stands on the new day, in UTC still the old one.
    clock.at = Date.UTC(2017, 5, 3, 16, 30)
    await send({ OutId: 'night' })
    clock.at += SECOND
    expect(await outIds({ SendDate: '20170604' })).toEqual(['night'])
  })

  test('the carrier may fail, be late, or never say anything', async () => {
    const api = 'aliyun/SendSms'
    town.faults.add({ api, kind: 'job-fail', word: 'MK:0012', call: 1 })
    town.faults.add({ api, kind: 'callback-late', ms: HOUR, call: 2 })
    town.faults.add({ api, kind: 'callback-lost', call: 3 })
    for (const last of [1, 2, 3, 9]) await send({ PhoneNumbers: `1380000000${last}` })
    const stateOf = async (last: number): Promise<unknown[]> => {
      const { json } = await query({ PhoneNumber: `1380000000${last}` })
      const [row] = json.SmsSendDetailDTOs.SmsSendDetailDTO
      return [row.SendStatus, row.ErrCode]
    }
    clock.at += MINUTE
    expect(await Promise.all([1, 2, 3, 9].map(stateOf))).toEqual([
      [2, 'MK:0012'],
      [1, undefined],
      [1, undefined],
      [2, 'MOBILE_SEND_LIMIT'],
    ])
    clock.at += HOUR
    expect(await Promise.all([2, 3].map(stateOf))).toEqual([
      [3, 'DELIVERED'],
      [1, undefined],
    ])
    expect(town.ledger().map((e) => e.visible)).toEqual([false, true, true, false])
  })
})

describe('faults', () => {
  test('an answer that is lost after the message left is found again by its OutId, and by the pace of a repeat', async () => {
    town.faults.add({ api: 'aliyun/SendSms', kind: 'close-after', call: 1 })
    await expect(send({ OutId: 'd-1' })).rejects.toThrow()
    expect(await codeOf(send({ OutId: 'd-1' }))).toBe('isv.BUSINESS_LIMIT_CONTROL')
    clock.at += 3 * SECOND
    const { json } = await query()
    expect(json.SmsSendDetailDTOs.SmsSendDetailDTO).toMatchObject([{ OutId: 'd-1', SendStatus: 3 }])
    expect(town.ledger()).toHaveLength(1)
  })

  test('a connection that closes before has sent nothing', async () => {
    town.faults.add({ api: 'aliyun/SendSms', kind: 'close-before', bodyIncludes: '某市地震局', call: 2 })
    expect(await codeOf(send())).toBe('OK')
    await expect(send({ PhoneNumbers: '13800000002' })).rejects.toThrow()
    expect(town.ledger()).toHaveLength(1)
    expect(await codeOf(send({ PhoneNumbers: '13800000002' }))).toBe('OK')
  })

  test('arrears and throttling are scripted by their words, from another process as well', async () => {
    const fault = { api: 'aliyun/SendSms', kind: 'error', word: 'isv.OUT_OF_SERVICE', call: 1 }
    expect((await postJson(`${town.url}/_town/faults`, fault)).status).toBe(200)
    town.faults.add({ api: 'aliyun/SendSms', kind: 'error', word: 'Throttling.User', status: 400, call: 2 })
    expect(await send()).toMatchObject({ status: 200, json: { Code: 'isv.OUT_OF_SERVICE' } })
    expect(await send()).toMatchObject({ status: 400, json: { Code: 'Throttling.User' } })
    expect(town.ledger()).toEqual([])
    town.faults.add({ api: 'aliyun/SendSms', kind: 'error', word: 'isp.SYSTEM_ERROR', applied: true, times: 1 })
    expect(await codeOf(send())).toBe('isp.SYSTEM_ERROR')
    expect(town.ledger()).toHaveLength(1)
  })

  test.each([
    ['http-5xx', 502, false],
    ['html', 200, false],
    ['truncated', 200, true],
    ['wrong-type', 200, true],
  ] as const)('%s', async (kind, status, applied) => {
    town.faults.add({ api: 'aliyun/SendSms', kind })
    const answer = await send()
    expect(answer.status).toBe(status)
    expect(answer.type === 'application/json;charset=utf-8' && answer.json !== undefined).toBe(false)
    expect(town.ledger()).toHaveLength(applied ? 1 : 0)
  })
})
