// In: the webhook part of an outlet in the YAML. Out: a checked WebhookConfig.
// Must not read the environment: secrets are put in by the loader.
import { z } from 'zod'
import { isIntranetAddress } from '../../src/core/intranet.ts'
import { isLoopbackHost } from '../../src/core/loopback.ts'
import { isPublicAddress } from '../../src/core/push/endpoint.ts'
import { secureAddress } from '../wire/address.ts'
import { readSecret } from './sign.ts'

const secret = z
  .string()
  .refine((text) => readSecret(text) !== null, 'must be whsec_ and 24 to 64 bytes in base64, as Standard Webhooks says')

const schema = z
  .strictObject({
    url: secureAddress,
    secret,
    /** The one before, while the receiver changes over: both signatures are sent. */
    previousSecret: secret.optional(),
    /** Alarms of the desk go here as well. */
    alarms: z.boolean().default(false),
    /** The receiver stands in a private network of the house: else its name may lead to public addresses only. */
    intranet: z.boolean().default(false),
  })
  .superRefine(({ url, intranet }, ctx) => {
    if (!URL.canParse(url)) return
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
    const isNumeric = host.includes(':') || /^[\d.]+$/.test(host)
    if (!isNumeric || isLoopbackHost(host) || isPublicAddress(host) || (intranet && isIntranetAddress(host))) return
    const message = isIntranetAddress(host)
      ? 'is an address of a private network: write intranet: true beside it, if the receiver stands there'
      : 'is no address that a receiver can have'
    ctx.addIssue({ code: 'custom', path: ['url'], message })
  })

export type WebhookConfig = z.infer<typeof schema>
export const config: z.ZodType<WebhookConfig> = schema
export const secrets = ['secret', 'previousSecret'] as const
