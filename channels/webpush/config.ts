// In: the webpush part of an outlet in the YAML. Out: a checked WebpushConfig.
// Off until the bureau turns it on: addresses of subscribers go to push services abroad (wording-and-rules.md §5, PIPL 38).
import { createECDH } from 'node:crypto'
import { z } from 'zod'
import { isAllowEntry } from '../../src/core/push/endpoint.ts'

const KEY = /^[A-Za-z0-9_-]+$/
const PUBLIC_BYTES = 65
const PRIVATE_BYTES = 32

const bytes = (length: number, what: string): z.ZodString =>
  z
    .string()
    .regex(KEY, `must be ${what} in base64url`)
    .refine((text) => Buffer.from(text, 'base64url').length === length, `must be ${what}, ${length} bytes in base64url`)

const schema = z
  .strictObject({
    /** Nothing is subscribed and nothing sent before this is true. */
    enabled: z.boolean().default(false),
    vapidPublicKey: bytes(PUBLIC_BYTES, 'the public point'),
    vapidPrivateKey: bytes(PRIVATE_BYTES, 'the private key'),
    /** Apple refuses a subject that nobody can be reached at, or with spaces and brackets (channels.md §3.1). */
    subject: z
      .string()
      .max(200)
      .regex(/^(?:mailto:[^\s<>@]+@[^\s<>@]+|https:\/\/[^\s<>]+)$/, 'must be mailto:… or https://…'),
    /** Push services beside the four known ones: host, *.host, either with :port; a loopback address for a stand-in. */
    allowHosts: z
      .array(z.string().refine(isAllowEntry, 'must be host, *.host, host:port or a loopback address'))
      .max(50)
      .default([]),
    /** PEM of one more authority, for a service of one's own; caFile names its file. */
    ca: z
      .string()
      .includes('-----BEGIN CERTIFICATE-----', { error: 'must be a certificate in PEM; caFile names a file' })
      .optional(),
    /** By host: services that cannot be reached from here without. */
    proxies: z.record(z.string(), z.string().regex(/^http:\/\/[^/@\s]+\/?$/, 'must be http://host:port')).default({}),
    /** runtime: HTTP/2 by the runtime's own client; auto: by ours, several times cheaper, until it fails with a service. */
    transport: z.enum(['auto', 'runtime']).default('auto'),
    /** Seconds a word is worth being told (channels.md §3.1). */
    ttl: z.number().int().min(900).max(3_600).default(1_800),
    digestMinutes: z.number().int().min(5).max(240).default(30),
    /** 32 bytes in base64url that seal subscribers' addresses; needed where several machines share a database. */
    sealKey: bytes(32, 'a key').optional(),
  })
  .superRefine((given, context) => {
    const pair = createECDH('prime256v1')
    try {
      pair.setPrivateKey(Buffer.from(given.vapidPrivateKey, 'base64url'))
      if (pair.getPublicKey().equals(Buffer.from(given.vapidPublicKey, 'base64url'))) return
    } catch {
      // Said below in the same words.
    }
    context.addIssue({ code: 'custom', path: ['vapidPublicKey'], message: 'does not belong to vapidPrivateKey' })
  })

export type WebpushConfig = z.infer<typeof schema>
export const config: z.ZodType<WebpushConfig> = schema
export const secrets = ['vapidPrivateKey', 'sealKey'] as const
