// In: the rule that a request breaks and whose service is played. Out: the reply as that service would word it.
// Must not tell a sender more than the real one does: the rule's own name stands in the call log only.
import type { Reply } from '../wire.ts'

/** Whose manners the path takes: they differ in the words of a refusal and in what Apple asks of a contact. */
export const PUSH_KINDS = ['fcm', 'mozilla', 'apple', 'wns'] as const
export type PushKind = (typeof PUSH_KINDS)[number]

/** Status, and the errno that autopush gives with it (channels.md §3.1). */
const KNOWN: Readonly<Record<string, readonly [status: number, errno: number]>> = {
  'plain-http': [400, 0],
  'wrong-host': [421, 0],
  method: [405, 0],
  unknown: [404, 102],
  gone: [410, 106],
  'too-large': [413, 104],
  'ttl-missing': [400, 111],
  'ttl-form': [400, 112],
  'topic-form': [400, 113],
  'urgency-form': [400, 0],
  'content-encoding': [400, 110],
  // RFC 8292 §4.2: absent is 401, present and invalid is 403.
  'authorization-missing': [401, 109],
  'vapid-key-of-another': [403, 109],
}
/** Any other rule: of the token 403, of the encrypted body 400. */
const TOKEN: readonly [number, number] = [403, 109]
const BODY: readonly [number, number] = [400, 110]

const WORDS: Readonly<Record<number, string>> = {
  307: 'Temporary Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  410: 'Gone',
  413: 'Payload Too Large',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** channels.md §3.1 names BadJwtToken and VapidPkHashMismatch; the rest of Apple's list is not on record. */
function appleReason(status: number, rule: string): string {
  if (rule === 'vapid-key-of-another') return 'VapidPkHashMismatch'
  if (status === 403) return 'BadJwtToken'
  return (WORDS[status] ?? String(status)).replaceAll(' ', '')
}

/** A refusal with a status of its own, as scripted or as a rule has it. */
export function answerStatus(
  kind: PushKind,
  status: number,
  rule: string,
  headers: Record<string, string> = {},
  errno = 0,
): Reply {
  const error = WORDS[status] ?? String(status)
  const body = {
    fcm: `${error}\n`,
    mozilla: JSON.stringify({ code: status, errno: errno || 999, error, message: error }),
    apple: JSON.stringify({ reason: appleReason(status, rule) }),
    wns: '',
  }[kind]
  const type = kind === 'mozilla' || kind === 'apple' ? 'application/json' : 'text/plain; charset=utf-8'
  return { status, type, body, code: rule, headers }
}

/** Refuses by rule; `ofToken` says whether an unlisted rule is one of the VAPID token. */
export function refusePush(kind: PushKind, rule: string, ofToken = false): Reply {
  const [status, errno] = KNOWN[rule] ?? (ofToken ? TOKEN : BODY)
  return answerStatus(kind, status, rule, status === 405 ? { allow: 'POST' } : {}, errno)
}
