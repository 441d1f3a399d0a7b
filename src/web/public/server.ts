// In: requests of the public. Out: stored pages, byte for byte, and the API's further pages.
// Its own process and pool: whatever happens here, the publisher does not notice (DESIGN L7). Must not write to the record.
import { readFile } from 'node:fs/promises'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { MISSING_PATH, type StoredPage } from '../../store/pages.ts'
import type { Queryable } from '../../store/pool.ts'
import { SAFE_HEADERS, servingOptions } from '../serving.ts'
import { readAddress, type Mode } from './address.ts'
import { openArchive } from './archive.ts'

export interface PublicContext {
  db: Queryable
  pages: PageShelf
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

/** The copies this process serves from; filled from the table, or from disk while the database is away. */
export interface PageShelf {
  get(path: string): StoredPage | undefined
}

/** From the first byte of a request to its last; none has a body. */
const REQUEST_MS = 10_000
/** Files of src/web/assets; those of one name in several modes are joined. */
const ASSETS: readonly { name: string; mode: Mode; files: readonly string[]; type: string }[] = [
  { name: 'app.css', mode: 'plain', files: ['app.css'], type: 'text/css; charset=utf-8' },
  { name: 'app.css', mode: 'large', files: ['app.css', 'large.css'], type: 'text/css; charset=utf-8' },
  { name: 'app.css', mode: 'access', files: ['app.css', 'access.css'], type: 'text/css; charset=utf-8' },
]

/** Builds the public server; the caller listens. */
export async function buildPublicServer(context: PublicContext): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: context.logger,
    ...servingOptions(REQUEST_MS),
    bodyLimit: 1,
    // A reader that takes nothing for so long has gone. Longer than Fastify's 72 s of keep-alive, which proxies count on.
    connectionTimeout: 75_000,
  })
  const assets = await loadAssets()
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) if (!reply.hasHeader(name)) reply.header(name, value)
  })
  // Nothing is posted here yet: a body is not waited for.
  app.addHook('onRequest', async (request, reply): Promise<unknown> => {
    if (request.method === 'GET' || request.method === 'HEAD') return undefined
    return reply
      .code(405)
      .header('allow', 'GET, HEAD')
      .header('connection', 'close')
      .send({ error: `${request.method} is not answered here`, rule: 'method' })
  })
  const archive = openArchive(context)
  app.get('/healthz', async () => ({ ok: true }))
  app.get('/readyz', async (_request, reply) => {
    const ready = await context.ready()
    return reply.code(ready.ok ? 200 : 503).send(ready)
  })
  app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(context.metrics()))
  app.get<{ Querystring: Record<string, unknown> }>('/api/v1/notices', async (request, reply) => {
    const { before, limit } = request.query
    if (before === undefined && limit === undefined) return sendPage(request, reply, '/api/v1/notices', context)
    const answer = await archive.list(before, limit)
    if (answer.status === 503) reply.header('retry-after', '1')
    return reply.code(answer.status).type('application/json; charset=utf-8').send(answer.body)
  })
  app.get('/*', async (request, reply) => {
    const address = readAddress(request.url.split('?')[0] ?? '/')
    if (address.at === 'moved') return reply.redirect(address.to, 308)
    const asset = assets.get(`${address.mode} ${address.path}`)
    if (asset) return reply.type(asset.type).header('cache-control', 'public, max-age=300').send(asset.body)
    return sendPage(request, reply, address.path, context)
  })
  app.setNotFoundHandler((_request, reply) => notFound(reply, context))
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    return reply.code(status).send({ error: status >= 500 ? 'internal' : error.message })
  })
  return app
}

async function loadAssets(): Promise<Map<string, { type: string; body: Buffer }>> {
  const files = await Promise.all(
    ASSETS.map(async ({ name, mode, files, type }) => {
      const parts = await Promise.all(files.map((file) => readFile(new URL(`../assets/${file}`, import.meta.url))))
      return [`${mode} /assets/${name}`, { type, body: Buffer.concat(parts) }] as const
    }),
  )
  return new Map(files)
}

/** A page if there is one, with its ETag; gzip when the client takes it. */
function sendPage(request: FastifyRequest, reply: FastifyReply, path: string, context: PublicContext): FastifyReply {
  const page = context.pages.get(path)
  if (!page) return notFound(reply, context)
  reply.header('etag', page.etag).header('vary', 'accept-encoding').header('cache-control', 'no-cache')
  if (request.headers['if-none-match'] === page.etag) return reply.code(304).send()
  reply.code(page.status).type(page.contentType)
  const packs = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  return packs && page.gzip ? reply.header('content-encoding', 'gzip').send(page.gzip) : reply.send(page.body)
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
