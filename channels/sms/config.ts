// In: the sms part of an outlet in the YAML. Out: a checked SmsConfig, its numbers in E.164.
// Must not read the environment: secrets are put in by the loader.
import { z } from 'zod'
import { apiBase, digitsText } from '../wire/address.ts'
import { LONGEST_VALUE, MOST_PHONES, SHORTEST_VALUE, SHORTEST_WITH_SERIAL } from './limits.ts'
import { isMainland, readPhone, writeBare } from './phones.ts'

const KEYS = {
  aliyun: ['accessKeyId', 'accessKeySecret'],
  tencent: ['secretId', 'secretKey', 'sdkAppId'],
} as const

const credential = z.string().regex(/^[\x21-\x7e]{8,128}$/, 'must be copied whole from the vendor’s console')

/** line: the words; serial: their number, which without a place of its own stands at the end of the line. */
export type Part = 'line' | 'serial'

/** A variable by its name at Aliyun, by its place from 1 at Tencent. */
const variable = z.union(
  [z.string().regex(/^[A-Za-z]\w{0,31}$/), z.int().min(1).max(2)],
  'must be the name of the variable (Aliyun) or its place, 1 or 2 (Tencent)',
)

/** A list, or a text with one number a line or between commas, as a secret file has it. */
const phones = z.preprocess(
  (given) => {
    const list = Array.isArray(given) ? (given as unknown[]) : [given]
    return list
      .flatMap((one) => (typeof one === 'string' ? one.split(/[\n,，、;；]+/).filter((text) => text.trim()) : [one]))
      .map((one) => (typeof one === 'number' ? String(one) : one))
  },
  z
    .array(
      z.string().transform((text, ctx) => {
        const phone = readPhone(text)
        if (phone !== null) return phone
        ctx.addIssue({
          code: 'custom',
          message: 'must be 11 digits of the mainland, or + with country code and number',
        })
        return z.NEVER
      }),
    )
    .min(1, 'must hold a number')
    .max(MOST_PHONES, `must hold at most ${MOST_PHONES} numbers`),
)

const schema = z
  .strictObject({
    kind: z.enum(['aliyun', 'tencent']),
    accessKeyId: credential.optional(),
    accessKeySecret: credential.optional(),
    secretId: credential.optional(),
    secretKey: credential.optional(),
    sdkAppId: digitsText(6, 20, 'must be the digits of the application, 1400006666').optional(),
    /** Where Tencent serves SMS. */
    region: z
      .string()
      .regex(/^[a-z]{2}-[a-z0-9-]{2,30}$/, 'must be one like ap-guangzhou')
      .optional(),
    /** 签名, without 【】: the vendor puts it there. */
    sign: z.string().regex(/^[^\s【】[\]]{2,32}$/, 'must be the approved sign, without 【】'),
    /** Code of the approved template: SMS_… at Aliyun, digits at Tencent. */
    template: z.preprocess(
      (given) => (typeof given === 'number' ? String(given) : given),
      z.string().regex(/^\w{1,64}$/, 'must be the code of the approved template'),
    ),
    /** Which variables of the template hold the line and, if it has one for it, the serial. */
    parameters: z.strictObject({ line: variable, serial: variable.optional() }),
    /** Characters that the vendor takes in one variable of this template. */
    longest: z
      .int()
      .min(SHORTEST_VALUE, `must be ${SHORTEST_VALUE} or more`)
      .max(450, 'must be 450 or less')
      .optional(),
    phones,
    baseUrl: apiBase.optional(),
    /** Alarms of the desk go here. */
    alarms: z.boolean().default(false),
    /** Notices as well, by their title; else this outlet carries alarms alone. */
    notices: z.boolean().default(false),
  })
  .superRefine((given, ctx) => {
    const complain = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
    const { kind, parameters } = given
    for (const [other, keys] of Object.entries(KEYS))
      for (const key of keys) {
        if (other === kind && given[key] === undefined) complain(key, `${kind} needs it`)
        if (other !== kind && given[key] !== undefined) complain(key, `is a key of ${other}: leave it out`)
      }
    if (kind === 'aliyun' && given.region !== undefined) complain('region', 'is a key of tencent: leave it out')
    const places = Object.values(parameters)
    const wanted = kind === 'aliyun' ? 'string' : 'number'
    if (places.some((place) => typeof place !== wanted))
      complain('parameters', kind === 'aliyun' ? 'must name the variables: {line: text}' : 'must be places: {line: 1}')
    if (new Set(places).size !== places.length) complain('parameters', 'must not hold two things in one variable')
    if (kind === 'tencent' && !places.includes(1)) complain('parameters', 'must say what the first variable holds')
    if (kind === 'tencent' && !/^\d+$/.test(given.template)) complain('template', 'must be digits at Tencent')
    if (parameters.serial === undefined && longestOf(given) < SHORTEST_WITH_SERIAL)
      complain('longest', `must be ${SHORTEST_WITH_SERIAL} or more, or parameters must have a place for the serial`)
    if (new Set(given.phones).size !== given.phones.length) complain('phones', 'holds a number twice')
    // Templates serve one or the other (SendSms of both vendors).
    if (new Set(given.phones.map(isMainland)).size > 1)
      complain('phones', 'holds numbers of the mainland and others: make two outlets')
  })

export type SmsConfig = z.infer<typeof schema>
export const config: z.ZodType<SmsConfig> = schema
export const secrets = ['accessKeyId', 'accessKeySecret', 'secretId', 'secretKey', 'phones'] as const

export function longestOf({ kind, longest }: Pick<SmsConfig, 'kind' | 'longest'>): number {
  return longest ?? LONGEST_VALUE[kind]
}

/** The pair a request is signed with. @throws never for a checked configuration */
export function keyPairOf(given: SmsConfig): { id: string; secret: string } {
  const [idName, secretName] = KEYS[given.kind]
  const id = given[idName]
  const secret = given[secretName]
  if (id === undefined || secret === undefined) throw new Error(`${given.kind} without its credentials`)
  return { id, secret }
}

/** Every text that must not be said: the credentials, and the numbers as each vendor spells them. */
export function listSecrets(given: SmsConfig): string[] {
  const { id, secret } = keyPairOf(given)
  return [id, secret, ...given.phones.flatMap((phone) => [phone, phone.slice(1), writeBare(phone)])]
}
