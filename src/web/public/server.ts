// In: requests of the public. Out: stored pages, byte for byte, and the API's further pages.
// Its own process and pool: whatever happens here, the publisher does not notice (DESIGN L7). Must not write to the record but
// what its readers bring: subscriptions, reports.
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify'
import { MISSING_PATH, type Page } from '../../store/pages.ts'
import type { Queryable } from '../../store/pool.ts'
import type { Live } from '../live/stream.ts'
import { PUBLIC_HEADERS, servingOptions } from '../serving.ts'
import { readAddress } from './address.ts'
import { addApi } from './api.ts'
import { openArchive } from './archive.ts'
import { addAsked } from './asked.ts'
import { loadAssets } from './assets.ts'
import { addAttachments } from './attachments.ts'
import { openHot, type PageShelf, type Staleness } from './hot.ts'
import { openListener, type Answerer, type PlainAnswerer } from './listener.ts'
import type { Listing } from './pages/notice-list.ts'
import { addPictures } from './pictures.ts'
import { addPush, takesBody } from './push/routes.ts'
import type { SubscribingContext } from './push/subscribing.ts'
import { addReports, takesReport, type ReportsContext } from './reports/routes.ts'
import { openTurns } from './turns.ts'
import type { Language } from './wording.ts'

export interface PublicContext {
  db: Queryable
  pages: PageShelf
  /** Left out where pages are never behind. */
  staleness?: () => Staleness | null
  /** Left out where nobody waits for news. */
  live?: Live
  /** Writes what readers ask of the list of notices; left out: only its first page is there. */
  list?: (listing: Listing, language: Language) => Page
  /** Left out where nobody can subscribe. */
  push?: SubscribingContext
  /** Left out where nobody can report or ask. */
  reports?: ReportsContext
  publicUrl: string
  demonstration: boolean
  /** Ready = database answered lately and migrations are in place. */
  ready: () => Promise<Readiness>
  metrics: () => string
  logger: FastifyBaseLogger
}

export interface Readiness {
  ok: boolean
  degraded: string[]
}

/** From the first byte of a request to its last; none has a body. */
const REQUEST_MS = 10_000
/** The same where pictures are sent: 5 MB over a telephone's line of 1.5 Mbit/s. Headers have 10 s as everywhere. */
const UPLOAD_MS = 30_000
/** A reader that takes nothing for so long has gone. Longer than the 72 s of keep-alive, which proxies count on. */
const SILENT_MS = 75_000

/** What a crowd may ask for at once by a mistyped address: a cache in front answers for a second. */
const UNMADE: ReadonlySet<number> = new Set([404, 308])

/** Builds the public server; the caller listens. */
export async function buildPublicServer(context: PublicContext): Promise<FastifyInstance> {
  const requestMs = context.reports ? UPLOAD_MS : REQUEST_MS
  const options = servingOptions(requestMs)
  const limits = { requestMs, silentMs: SILENT_MS, http: options.http }
  const hot = openHot({
    pages: context.pages,
    assets: await loadAssets(),
    // A page whose route reads a query is served from its bytes only without one; elsewhere a query changes nothing.
    readsQuery: (path) => app.hasRoute({ method: 'GET', url: path }),
    staleness: context.staleness ?? (() => null),
  })
  const answered: Answerer = (request, response) =>
    hot.answer(request, response) || context.live?.answer(request, response) === true
  const atOnce: PlainAnswerer = (get, socket) => {
    if (hot.answerPlain(get, socket)) return 'answered'
    return context.live?.take(get, socket) === true ? 'kept' : 'passed'
  }
  let leave = (): void => undefined
  const app: FastifyInstance = Fastify({
    loggerInstance: context.logger,
    ...options,
    bodyLimit: 1,
    serverFactory: (route) => {
      const listener = openListener(limits, atOnce, answered, route)
      leave = listener.leave
      return listener.server
    },
  })
  // A stream ends when its reader goes: a server that is to end would wait for it.
  app.addHook('preClose', async () => {
    context.live?.close()
    leave()
  })
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(PUBLIC_HEADERS)) if (!reply.hasHeader(name)) reply.header(name, value)
    // Said nothing, a cache may keep an answer as long as it likes, a 404 too (RFC 9111 §4.2.2): the page may be there in a moment.
    if (!reply.hasHeader('cache-control'))
      reply.header('cache-control', UNMADE.has(reply.statusCode) ? 'public, max-age=1' : 'no-store')
  })
  // Only subscriptions and reports are posted here: elsewhere a body is not waited for.
  app.addHook('onRequest', async (request, reply): Promise<unknown> => {
    if (request.method === 'GET' || request.method === 'HEAD') return undefined
    if (context.push && takesBody(request.method, request.url)) return undefined
    if (context.reports && takesReport(request.method, request.url)) return undefined
    return reply
      .code(405)
      .header('allow', 'GET, HEAD')
      .header('connection', 'close')
      .send({ error: `${request.method} is not answered here`, rule: 'method' })
  })
  const turns = openTurns()
  const archive = openArchive(context, turns)
  app.get('/healthz', async () => ({ ok: true }))
  app.get('/readyz', async (_request, reply) => {
    const ready = await context.ready()
    return reply.code(ready.ok ? 200 : 503).send(ready)
  })
  app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(context.metrics()))
  addApi(app, { archive, serve: (path, request, reply) => hot.serve(path, request.raw, reply.raw) })
  addAsked(app, { ...context, hot, turns })
  addPictures(app, { ...context, turns })
  addAttachments(app, { ...context, turns })
  if (context.push) addPush(app, { ...context.push, hot })
  if (context.reports) addReports(app, context.reports)
  app.get('/*', async (request, reply) => {
    const address = readAddress(request.url.split('?')[0] ?? '/')
    if (address.at === 'moved') return reply.redirect(address.to, 308)
    return notFound(reply, context)
  })
  app.setNotFoundHandler((_request, reply) => notFound(reply, context))
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    return reply
      .code(status)
      .send({ error: status >= 500 ? 'internal' : error.message, rule: status >= 500 ? 'internal' : 'request' })
  })
  return app
}

function notFound(reply: FastifyReply, context: PublicContext): FastifyReply {
  const page = context.pages.get(MISSING_PATH)
  if (page) return reply.code(404).type(page.contentType).send(page.body)
  // Nothing is stored yet: the database was never reached.
  const mark = context.demonstration ? '<p><strong>演示</strong></p>' : ''
  return reply
    .code(404)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>没有这个页面</title>${mark}<h1>没有这个页面</h1><p><a href="/">回到首页</a></p></html>`,
    )
}
