// In: nothing. Out: what every listener of the house keeps: time limits, headers of every answer, how a refusal looks.
// Must not know a route.
import { LogController, type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify'

/** Headers of every answer; nothing on these pages loads from elsewhere. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
}

/** For files that somebody attached: a browser draws the one file, and nothing in it runs, loads, asks or leads elsewhere. */
export const SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'"

/** The public's pages bring scripts of their own, which ask their own server. */
export const PUBLIC_HEADERS: Readonly<Record<string, string>> = {
  ...SAFE_HEADERS,
  'content-security-policy': `${SAFE_HEADERS['content-security-policy']}; script-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'`,
}

/** The desk's pages bring one script of their own; a QR code is drawn within the page. */
export const DESK_HEADERS: Readonly<Record<string, string>> = {
  ...SAFE_HEADERS,
  'content-security-policy': `${SAFE_HEADERS['content-security-policy']}; script-src 'self'; connect-src 'self'`,
  // Under no-referrer browsers send their forms with the origin "null" (Fetch §3.1), and the door could not tell its own.
  'referrer-policy': 'same-origin',
}

/** Bytes of a body on a route that does not ask for more. */
export const SMALL_BODY = 64 * 1024

/**
 * Options of Fastify that both listeners share.
 * @param requestMs from a request's first byte to its last, body included; Fastify's own default is for ever
 */
export function servingOptions(requestMs: number) {
  return {
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle' as const,
    requestTimeout: requestMs,
    http: { headersTimeout: Math.min(requestMs, 10_000), connectionsCheckingInterval: 1_000 },
    frameworkErrors: refuseUrl,
  }
}

/** Addresses that cannot be decoded never reach a hook; their answer is as bare as any other. */
function refuseUrl(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  reply
    .code(error.statusCode ?? 400)
    .headers(SAFE_HEADERS)
    .type('application/json; charset=utf-8')
    .send({ error: 'the address cannot be read', rule: error.code })
}
