// In: requests under /api/v1/push and /unsubscribe. Out: answers, the only ones of the public process to something posted.
// Must not log an address or a token.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Hot } from '../hot.ts'
import { openRateLimit } from './rate.ts'
import { openSubscribing, type Answer, type SubscribingContext } from './subscribing.ts'

/** A subscription has about 700 bytes. */
const LARGEST_BODY = 8 * 1024
const BASE = '/api/v1/push/subscriptions'
/** Ways of reading whose pages lead here (address.ts). */
const ROOTS = ['', '/large', '/access', '/en', '/large/en', '/access/en'] as const

/** True for what may be posted to: everything else is refused before its body is waited for. */
export function takesBody(method: string, url: string): boolean {
  const path = url.split('?')[0] ?? ''
  if (method === 'POST')
    return path === BASE || /^(?:\/(?:large|access))?(?:\/en)?\/unsubscribe\/[\w-]+\.[\w-]+$/.test(path)
  return (method === 'PATCH' || method === 'DELETE') && path.startsWith(`${BASE}/`)
}

/** Adds the routes. */
export function addPush(app: FastifyInstance, context: SubscribingContext & { hot: Pick<Hot, 'serve'> }): void {
  const subscribing = openSubscribing(context)
  const rate = openRateLimit()
  const allow = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const wait = rate.ask(request.ip, context.now())
    if (wait === 0) return undefined
    return reply
      .code(429)
      .header('retry-after', String(Math.ceil(wait / 1_000)))
      .send({ error: '请求过多，请稍后再试', rule: 'rate' })
  }
  const answer = async (reply: FastifyReply, asked: Promise<Answer>): Promise<unknown> => {
    reply.header('cache-control', 'no-store')
    try {
      const { status, body } = await asked
      return body === null ? await reply.code(status).send() : await reply.code(status).send(body)
    } catch (error) {
      reply.log.warn({ err: error }, 'a subscription could not be stored')
      return reply.code(503).header('retry-after', '5').send({ error: '暂时不能登记，请稍后再试', rule: 'store' })
    }
  }
  void app.register(async (scope) => {
    // A form without fields: its address says all.
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 1_024 },
      (_request, _body, done) => done(null, {}),
    )
    const options = { bodyLimit: LARGEST_BODY, onRequest: allow }
    scope.post(BASE, options, async (request, reply) => answer(reply, subscribing.subscribe(request.body)))
    type One = { Params: { id: string } }
    scope.get<One>(`${BASE}/:id`, options, async (request, reply) =>
      answer(reply, subscribing.read(request.params.id, tokenOf(request))),
    )
    scope.patch<One>(`${BASE}/:id`, options, async (request, reply) =>
      answer(reply, subscribing.change(request.params.id, tokenOf(request), request.body)),
    )
    scope.delete<One>(`${BASE}/:id`, options, async (request, reply) =>
      answer(reply, subscribing.remove(request.params.id, tokenOf(request))),
    )
    for (const root of ROOTS) {
      const language = root.endsWith('/en') ? '/en' : ''
      const serve = (request: FastifyRequest, reply: FastifyReply): unknown =>
        context.hot.serve(`${language}/unsubscribe/ask`, request.raw, reply.raw) ? reply.hijack() : reply.callNotFound()
      scope.get(`${root}/unsubscribe/:ticket`, async (request, reply) => serve(request, reply))
      scope.post<{ Params: { ticket: string } }>(`${root}/unsubscribe/:ticket`, options, async (request, reply) => {
        const [id = '', token = ''] = request.params.ticket.split('.')
        try {
          await subscribing.remove(id, token)
        } catch {
          return reply.code(303).redirect('failed', 303)
        }
        // Also where there was nothing to remove: the reader wants to be told nothing, and is.
        return reply.redirect('done', 303)
      })
    }
  })
}

/** Authorization: Bearer <token>, or ?unsubscribe=<token> for what can send no header. */
function tokenOf(request: FastifyRequest): string {
  const given = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given !== undefined) return given
  const query = request.query as Record<string, unknown>
  return typeof query['unsubscribe'] === 'string' ? query['unsubscribe'] : ''
}
