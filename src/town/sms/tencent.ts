// In: Tencent's SendSms (2021-01-11). Out: one row for each number, messages in the ledger.
// Must not let one number's refusal touch its neighbours: the call succeeds, the row says what became of it.
import { z } from 'zod'
import { HOUR, SECOND } from '../../core/instant.ts'
import { faultOf } from '../faults.ts'
import type { Reply, TownRequest } from '../wire.ts'
import { compareHoles, countCharacters, countParts, fillTemplate, holdsUrl, isE164, TENCENT_HOLE } from './content.ts'
import { bookSend, countOnDay, countWithin } from './pace.ts'
import { foreseeReceipt, recordMessage } from './state.ts'
import type { SmsOptions, SmsState, TencentAccount } from './state.ts'
import { openTencentDoor, refuseWhole, wrapResponse } from './tencent-door.ts'

const bodySchema = z.strictObject({
  PhoneNumberSet: z.array(z.string().max(64)),
  SmsSdkAppId: z.string(),
  TemplateId: z.string(),
  SignName: z.string().optional(),
  TemplateParamSet: z.array(z.string()).optional(),
  ExtendCode: z.string().optional(),
  SessionContext: z.string().optional(),
  SenderId: z.string().optional(),
})
type Body = z.infer<typeof bodySchema>

const MAX_PHONES = 200
const MAX_SESSION_BYTES = 512
/** Signature and text together. */
const MAX_CONTENT = 500

const MESSAGES: Record<string, string> = {
  'FailedOperation.SignatureIncorrectOrUnapproved': 'signature is incorrect or unapproved',
  'FailedOperation.TemplateIncorrectOrUnapproved': 'template is incorrect or unapproved',
  'FailedOperation.TemplateParamSetNotMatchApprovedTemplate': 'request content does not match the template content',
  'InvalidParameterValue.TemplateParameterLengthLimit': 'the length of a single template parameter exceeds the limit',
  'InvalidParameterValue.ProhibitedUseUrlInTemplateParameter': 'url is prohibited in template parameters',
  'InvalidParameterValue.ContentLengthLimit': 'the content of the message is too long',
  'InvalidParameterValue.IncorrectPhoneNumber': 'incorrect phone number format',
  'UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber':
    'the request mobile numbers contain both domestic and international ones',
  'UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone': 'a mainland template cannot be sent to a global number',
  'LimitExceeded.PhoneNumberThirtySecondLimit':
    'the number of messages to one number within 30 seconds exceeds the limit',
  'LimitExceeded.PhoneNumberSameContentDailyLimit':
    'the number of same messages to one number in a day exceeds the limit',
  'LimitExceeded.PhoneNumberOneHourLimit': 'the number of messages to one number within an hour exceeds the limit',
  'LimitExceeded.PhoneNumberDailyLimit': 'the number of messages to one number in a day exceeds the limit',
}

/** A shape that zod refuses, in the words of API 3.0. */
function refuseShape(issue: z.core.$ZodIssue | undefined, json: unknown): Reply {
  if (issue?.code === 'unrecognized_keys') {
    return refuseWhole('UnknownParameter', `The parameter \`${issue.keys[0] ?? ''}\` is not recognized.`)
  }
  const name = String(issue?.path[0] ?? '')
  const isThere = typeof json === 'object' && json !== null && Object.hasOwn(json, name)
  return isThere || name === ''
    ? refuseWhole('InvalidParameter', `The value type of parameter \`${name}\` is not valid.`)
    : refuseWhole('MissingParameter', `The request is missing a required parameter \`${name}\`.`)
}

function refuseBody(body: Body, account: TencentAccount): Reply | null {
  if (body.PhoneNumberSet.length === 0) {
    return refuseWhole('MissingParameter.EmptyPhoneNumberSet', 'The passed-in phone number list is empty.')
  }
  if (body.PhoneNumberSet.length > MAX_PHONES) {
    return refuseWhole('LimitExceeded.PhoneNumberCountLimit', 'The number of phone numbers exceeds 200.')
  }
  if (body.SmsSdkAppId !== account.sdkAppId) {
    return refuseWhole('UnauthorizedOperation.SmsSdkAppIdVerifyFail', 'SmsSdkAppId verification failed.')
  }
  if (Buffer.byteLength(body.SessionContext ?? '') >= MAX_SESSION_BYTES) {
    return refuseWhole('InvalidParameterValue', 'SessionContext must be shorter than 512 bytes.')
  }
  // Both are opened by the vendor on application only.
  return body.ExtendCode || body.SenderId
    ? refuseWhole('InvalidParameterValue', 'ExtendCode and SenderId are not enabled for this account.')
    : null
}

/** What keeps every number of a call from its message; null where nothing does. */
function findCommonFault(body: Body, account: TencentAccount): string | null {
  if (!body.SignName || !account.signNames.includes(body.SignName)) {
    return 'FailedOperation.SignatureIncorrectOrUnapproved'
  }
  const template = account.templates.find((one) => one.code === body.TemplateId)
  if (!template) return 'FailedOperation.TemplateIncorrectOrUnapproved'
  const values = body.TemplateParamSet ?? []
  const names = values.map((_value, i) => String(i + 1))
  const { missing, unknown } = compareHoles(template.text, TENCENT_HOLE, names)
  if (missing.length > 0 || unknown.length > 0) return 'FailedOperation.TemplateParamSetNotMatchApprovedTemplate'
  const { maxParameter } = account
  if (maxParameter !== undefined && values.some((value) => countCharacters(value) > maxParameter)) {
    return 'InvalidParameterValue.TemplateParameterLengthLimit'
  }
  if (values.some(holdsUrl)) return 'InvalidParameterValue.ProhibitedUseUrlInTemplateParameter'
  if (countCharacters(fillBody(body, template.text)) > MAX_CONTENT) return 'InvalidParameterValue.ContentLengthLimit'
  const foreign = body.PhoneNumberSet.filter((phone) => isE164(phone) && !phone.startsWith('+86')).length
  const domestic = body.PhoneNumberSet.some((phone) => phone.startsWith('+86'))
  if (foreign === 0) return null
  return domestic
    ? 'UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber'
    : 'UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone'
}

function fillBody(body: Body, text: string): string {
  const values = new Map((body.TemplateParamSet ?? []).map((value, i) => [String(i + 1), value]))
  return fillTemplate(body.SignName ?? '', text, TENCENT_HOLE, values)
}

function findLimit(
  state: SmsState,
  phone: string,
  content: string,
  at: number,
  account: TencentAccount,
): string | null {
  const { sameIn30s = 1, sameInDay = 10, hour = Infinity, day = 10 } = account.limits ?? {}
  const [any, same] = [`tencent:${phone}`, `tencent:${phone}:${content}`]
  if (countWithin(state.sends, same, at, 30 * SECOND) >= sameIn30s) return 'LimitExceeded.PhoneNumberThirtySecondLimit'
  if (countOnDay(state.sends, same, at) >= sameInDay) return 'LimitExceeded.PhoneNumberSameContentDailyLimit'
  if (countWithin(state.sends, any, at, HOUR) >= hour) return 'LimitExceeded.PhoneNumberOneHourLimit'
  return countOnDay(state.sends, any, at) >= day ? 'LimitExceeded.PhoneNumberDailyLimit' : null
}

/** One row of SendStatusSet; a refused number has no serial, no fee and no country. */
function showRow(phone: string, body: Body, sent: { serialNo: string; fee: number } | { code: string }): object {
  const ok = 'serialNo' in sent
  return {
    SerialNo: ok ? sent.serialNo : '',
    PhoneNumber: phone,
    Fee: ok ? sent.fee : 0,
    SessionContext: body.SessionContext ?? '',
    Code: ok ? 'Ok' : sent.code,
    Message: ok ? 'send success' : (MESSAGES[sent.code] ?? 'scripted'),
    IsoCode: ok ? 'CN' : '',
  }
}

/** Sends to one number, or says why not. */
function sendOne(
  request: TownRequest,
  state: SmsState,
  options: SmsOptions,
  account: TencentAccount,
  body: Body,
  phone: string,
) {
  const template = account.templates.find((one) => one.code === body.TemplateId)
  const content = fillBody(body, template?.text ?? '')
  if (!isE164(phone)) return { code: 'InvalidParameterValue.IncorrectPhoneNumber' }
  const odd = options.oddNumbers?.find((one) => one.phone === phone)
  if (odd) return { code: odd.code }
  const limit = findLimit(state, phone, content, request.at, account)
  if (limit !== null) return { code: limit }
  for (const key of [`tencent:${phone}`, `tencent:${phone}:${content}`]) bookSend(state.sends, key, request.at)
  state.serial++
  const serialNo = `5000:${104_571_066_915_700_000_000n + BigInt(state.serial)}`
  const { errCode } = foreseeReceipt(request, options, phone)
  const ids = { serialNo, ...(body.SessionContext ? { sessionContext: body.SessionContext } : {}) }
  recordMessage(state, request, { phone, templateCode: body.TemplateId, content, errCode, ids })
  return { serialNo, fee: countParts(content) }
}

/** Codes that API 3.0 itself says of a whole call; all others are the SMS product's, said of numbers. */
const WHOLE =
  /^(?:AuthFailure|InternalError|RequestLimitExceeded|ResourceUnavailable|ResourceInsufficient|UnauthorizedOperation)(?:\.|$)/

/** Answers one call; a scripted error with applied:true is said of messages that went out all the same. */
export function answerTencent(
  request: TownRequest,
  state: SmsState,
  options: SmsOptions,
  account: TencentAccount,
): Reply {
  const door = openTencentDoor(request, state, account)
  if ('refusal' in door) return door.refusal
  const read = bodySchema.safeParse(door.json)
  if (!read.success) return refuseShape(read.error.issues[0], door.json)
  const body = read.data
  const bad = refuseBody(body, account)
  if (bad) return bad
  const fault = faultOf(request.faults, 'error')
  const word = fault?.word ?? (fault ? 'InternalError' : null)
  const common = word !== null && !fault?.applied ? word : findCommonFault(body, account)
  const rows = body.PhoneNumberSet.map((phone) => ({
    phone,
    sent: common === null ? sendOne(request, state, options, account, body, phone) : { code: common },
  }))
  if (word !== null && WHOLE.test(word)) return refuseWhole(word, 'scripted')
  const shown = rows.map(({ phone, sent }) => showRow(phone, body, word === null ? sent : { code: word }))
  const codes = rows.map(({ sent }) => ('code' in sent ? sent.code : 'ok'))
  return wrapResponse({ SendStatusSet: shown }, word ?? codes.find((code) => code !== 'ok') ?? 'ok')
}
