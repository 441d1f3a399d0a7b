// In: nothing. Out: what the lines to other organisations' systems are handed.
import type { Http } from '../../core/channel.ts'
import type { Instant } from '../../core/instant.ts'
import type { ByteSealing } from '../../store/byte-sealing.ts'
import type { RebuttalContext } from '../rebuttal.ts'

/** Header values by lower-case name, as node:http gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

/** What an answer's status means; Standard Webhooks. again: later, once more under the same id. */
export type Reaction = { kind: 'taken' } | { kind: 'again'; afterMs: number | null } | { kind: 'refused'; why: string }

export interface AgencyContext extends RebuttalContext {
  /** Seals the secrets of lines. */
  vault: ByteSealing
  http: Http
  /** Headers of Standard Webhooks for a body. */
  sign: (secret: string, id: string, at: Instant, body: string) => Record<string, string>
  /** Whether a body was signed under a secret; its id, or the rule that it broke. */
  verify: (
    headers: Headers,
    body: Uint8Array,
    secret: string,
  ) => { ok: true; id: string } | { ok: false; rule: string; reason: string }
  react: (status: number, headers: Readonly<Record<string, string>>) => Reaction
  /** Why an address is none that we may call, in Chinese; null where it is one. */
  checkAddress: (url: string, intranet: boolean) => string | null
  /** Where browsers reach the desk, and citizens the website; for links in messages. */
  deskUrl: string
  bureau: { publicUrl: string }
}

/** Under which name a line's secret is sealed. */
export const nameSecret = (organisation: string, use: 'sends' | 'receives'): string => `agency ${organisation} ${use}`

/** A secret in the clear; null when it was sealed under another key or put in another's place. */
export function readLineSecret(
  { vault }: Pick<AgencyContext, 'vault'>,
  line: { organisation: string; sends: Uint8Array; receives: Uint8Array },
  use: 'sends' | 'receives',
): string | null {
  return vault.open(line[use], nameSecret(line.organisation, use))?.toString('utf8') ?? null
}
