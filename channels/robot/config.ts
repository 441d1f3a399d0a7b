// In: the robot part of an outlet in the YAML. Out: a checked RobotConfig.
// Must not read the environment: secrets are put in by the loader.
import { z } from 'zod'
import { secureAddress } from '../wire/address.ts'

/** Where the vendors' own hosts carry the token. */
const TOKEN_PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['oapi.dingtalk.com', 'access_token'],
  ['qyapi.weixin.qq.com', 'key'],
])

const schema = z
  .strictObject({
    kind: z.enum(['dingtalk', 'feishu', 'wecom']),
    /** The robot's whole webhook address; its token makes it a secret. */
    url: secureAddress,
    /** 加签 of DingTalk, 签名校验 of Feishu; WeCom has none. */
    secret: z.string().min(1, 'is empty: leave it out when the robot has none').max(256).optional(),
    /** Alarms of the desk go here as well. */
    alarms: z.boolean().default(false),
  })
  .superRefine((given, ctx) => {
    const complain = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
    if (given.kind === 'wecom' && given.secret !== undefined) complain('secret', 'WeCom robots have none: leave it out')
    if (!URL.canParse(given.url)) return
    const { hostname, searchParams } = new URL(given.url)
    const parameter = TOKEN_PARAMETERS.get(hostname)
    if (parameter !== undefined && !searchParams.get(parameter))
      complain('url', `must hold ?${parameter}=…, copy it whole`)
  })

export type RobotConfig = z.infer<typeof schema>
export const config: z.ZodType<RobotConfig> = schema
export const secrets = ['url', 'secret'] as const

/** Every text that must not be said: the address, its token or last path part, and the signing secret. */
export function listSecrets(given: RobotConfig): string[] {
  const url = new URL(given.url)
  const parts = [...url.searchParams.values(), url.pathname.split('/').at(-1) ?? '']
  return [given.url, given.secret ?? '', ...parts.filter((part) => part.length >= 8)]
}
