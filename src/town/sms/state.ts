// In: what the two SMS vendors are told at start. Out: their options, the state they share, messages as they leave.
// Must not know either vendor's wire: that stands in aliyun*.ts and tencent*.ts.
import type { Instant } from '../../core/instant.ts'
import { faultOf } from '../faults.ts'
import { recordEffect } from '../ledger.ts'
import type { Effect } from '../ledger.ts'
import type { Counters } from '../quota.ts'
import type { StandOptions } from '../stand.ts'
import type { TownRequest } from '../wire.ts'
import type { Sends } from './pace.ts'

/** An approved template: Aliyun's variables are ${name}, Tencent's {1} {2} …; the signature is no part of it. */
export interface SmsTemplate {
  code: string
  text: string
}

interface Account {
  keyId: string
  keySecret: string
  /** Approved signatures, without 【】. */
  signNames: string[]
  templates: SmsTemplate[]
  /** Longest value of a variable in characters. */
  maxParameter?: number
  /** Calls a second: Aliyun 5,000, Tencent 3,000. */
  perSecond?: number
}

export interface AliyunAccount extends Account {
  /** Messages of one signature and template to one number (1, 5, 10): rolling minute and hour, Beijing day. */
  limits?: { minute?: number; hour?: number; day?: number }
}

export interface TencentAccount extends Account {
  sdkAppId: string
  /** To one number: same content in 30 s (1) and in a Beijing day (10), any content in an hour (no limit) and a day (10). */
  limits?: { sameIn30s?: number; sameInDay?: number; hour?: number; day?: number }
}

/** A number with which the network does something of its own, whoever sends. */
export interface OddNumber {
  /** E.164: +8613800000001. */
  phone: string
  /** Tencent says this code of it at once (FailedOperation.PhoneNumberInBlacklist …); Aliyun takes it, its receipt says failed. */
  code: string
}

export interface SmsOptions extends StandOptions {
  aliyun?: AliyunAccount
  tencent?: TencentAccount
  oddNumbers?: OddNumber[]
  /** From when on QuerySendDetails lists a message at all (1 s). */
  listedAfterMs?: number
  /** From when on it has the carrier's receipt (3 s). */
  receiptAfterMs?: number
}

/** What a receipt query can tell. */
export interface Message {
  /** E.164. */
  phone: string
  bizId: string
  outId: string
  templateCode: string
  content: string
  at: Instant
  listedFrom: Instant
  /** null: no receipt ever comes. */
  receiptAt: Instant | null
  /** The carrier's word; DELIVERED is the good one. */
  errCode: string
}

export interface SmsState {
  effects: Effect[]
  counters: Counters
  sends: Sends
  messages: Message[]
  /** Until when a nonce may not come again. */
  nonces: Record<string, Instant>
  /** Messages accepted so far; ids are made of it. */
  serial: number
}

export function freshState(): SmsState {
  return { effects: [], counters: {}, sends: {}, messages: [], nonces: {}, serial: 0 }
}

/**
 * One message to one person. The number stands in the ledger as it is: the ledger belongs to tests and drills, whose
 * numbers are invented, and "exactly one for each number" is counted there. It never stands on the readable page.
 */
export function recordMessage(
  state: SmsState,
  request: TownRequest,
  message: Pick<Message, 'phone' | 'templateCode' | 'content' | 'errCode'> & { ids: Record<string, string> },
): void {
  recordEffect(state.effects, {
    at: request.at,
    act: 'user-message',
    api: request.api,
    account: message.phone,
    title: message.templateCode,
    text: message.content,
    ids: message.ids,
    visibleFrom: message.errCode === 'DELIVERED' ? request.at : null,
    note: message.errCode === 'DELIVERED' ? '' : `not delivered: ${message.errCode}`,
  })
}

/** The carrier's receipt of a message that is being sent, with what is scripted for it (job-fail, callback-lost, callback-late). */
export function foreseeReceipt(
  request: TownRequest,
  options: SmsOptions,
  phone: string,
): Pick<Message, 'listedFrom' | 'receiptAt' | 'errCode'> {
  const failed = faultOf(request.faults, 'job-fail')
  const late = faultOf(request.faults, 'callback-late')?.ms ?? 0
  const odd = options.oddNumbers?.find((one) => one.phone === phone)
  return {
    listedFrom: request.at + (options.listedAfterMs ?? 1_000),
    receiptAt: faultOf(request.faults, 'callback-lost') ? null : request.at + (options.receiptAfterMs ?? 3_000) + late,
    errCode: failed ? (failed.word ?? 'MK:0001') : (odd?.code ?? 'DELIVERED'),
  }
}
