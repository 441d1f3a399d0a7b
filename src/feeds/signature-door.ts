// In: one POST to an inbound door, as headers and raw body. Out: what is to be received, or the HTTP status and rule.
// Must not parse or store: whoever holds the door hands the arrival to `receive` and the id to the store.
import type { Instant } from '../core/instant.ts'
import { decodeText } from './charset.ts'
import type { Received } from './fetch-clock.ts'
import type { SignatureHeaders, SignatureRule } from './signature.ts'
import { verifySignature } from './signature.ts'

export interface InboundDoor {
  /** Id of the `inbound` entry in the YAML. */
  source: string
  /** Its secrets, two while they are being changed. */
  secrets: readonly string[]
  /** Default and hard limit 20 MB; the HTTP server should stop reading there too. */
  maxBytes?: number
}

export type DoorRule = SignatureRule | 'too-large' | 'content-type' | 'content-encoding' | 'charset' | 'empty'

export type Admission =
  /** `id` is the webhook-id: the same id again is a repeat (200), not a new report. */
  | { admitted: true; id: string; sentAt: Instant; received: Received }
  | { admitted: false; status: 401 | 413 | 415 | 422; rule: DoorRule; reason: string }

const MAX_BYTES = 20 * 1024 * 1024
const READABLE = /^(?:application\/(?:[\w.-]{1,60}\+)?(?:json|xml)|text\/(?:xml|plain|json))(?:\s*;|\s*$)/i

/**
 * Judges one POST (DESIGN §5 "/ingest"). The signature comes before everything that looks at the content, so that a
 * stranger learns nothing of what the door takes; only the size is judged earlier, because signing large bodies costs.
 */
export function admitMessage(door: InboundDoor, headers: SignatureHeaders, body: Uint8Array, now: Instant): Admission {
  const maxBytes = Math.min(door.maxBytes ?? MAX_BYTES, MAX_BYTES)
  if (body.byteLength > maxBytes)
    return refuse(413, 'too-large', `the body has ${body.byteLength} bytes; at most ${maxBytes} are taken`)
  const verified = verifySignature(headers, body, door.secrets, now)
  if (!verified.ok) return refuse(401, verified.rule, verified.reason)
  const contentType = headerText(headers['content-type']).slice(0, 200)
  if (!READABLE.test(contentType))
    return refuse(415, 'content-type', 'Content-Type must name JSON, XML or plain text, e.g. application/json')
  if (!/^(?:identity)?$/i.test(headerText(headers['content-encoding'])))
    return refuse(415, 'content-encoding', 'the body must be sent without Content-Encoding')
  if (body.byteLength === 0) return refuse(422, 'empty', 'the body is empty')
  const decoded = decodeText(body, contentType)
  if (!decoded.ok) return refuse(422, 'charset', decoded.reason)
  const { source } = door
  const { text } = decoded
  const received: Received = { source, transport: 'inbound', bytes: body, text, contentType, receivedAt: now }
  return { admitted: true, id: verified.id, sentAt: verified.sentAt, received }
}

function headerText(value: string | string[] | undefined): string {
  return (typeof value === 'string' ? value : (value?.[0] ?? '')).trim()
}

function refuse(status: 401 | 413 | 415 | 422, rule: DoorRule, reason: string): Admission {
  return { admitted: false, status, rule, reason }
}
