// In: the webhook part of an outlet in the YAML. Out: a checked WebhookConfig.
// Must not read the environment: secrets are put in by the loader.
import { z } from 'zod'
import { secureAddress } from '../wire/address.ts'
import { readSecret } from './sign.ts'

const secret = z
  .string()
  .refine((text) => readSecret(text) !== null, 'must be whsec_ and 24 to 64 bytes in base64, as Standard Webhooks says')

const schema = z.strictObject({
  url: secureAddress,
  secret,
  /** The one before, while the receiver changes over: both signatures are sent. */
  previousSecret: secret.optional(),
  /** Alarms of the desk go here as well. */
  alarms: z.boolean().default(false),
})

export type WebhookConfig = z.infer<typeof schema>
export const config: z.ZodType<WebhookConfig> = schema
export const secrets = ['secret', 'previousSecret'] as const
