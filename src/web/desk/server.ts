// In: what is pushed to the publisher: signed payloads, platform callbacks, the officer's commands. Out: receipts.
// Listens on DESK_PORT only. Must not answer "accepted" before the commit (DESIGN L1).
import { timingSafeEqual } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { readJsonBody } from '../../core/json-body.ts'
import type { RefusedRow } from '../../core/quake-report.ts'
import type { AgencyAnswer, AgencyRequest } from '../../rumour/agencies/door.ts'
import type { Readiness } from '../public/server.ts'
import { DESK_HEADERS, SAFE_HEADERS, servingOptions, SMALL_BODY } from '../serving.ts'
import { serveDeskAssets } from './assets.ts'
import { openDoor, requireActs, type DoorContext } from './door.ts'
import { MOST_BYTES, openBodyRoom } from '../body-room.ts'

/** What a door answered to one message. */
export type DoorAnswer =
  | { status: 202 | 200; accepted: number; refused: RefusedRow[] }
  | { status: 401 | 404 | 413 | 415 | 422 | 503; error: string; rule: string }

/** What a command of the officer came to. */
export type CommandAnswer = { ok: true; result: unknown } | { ok: false; reason: string; usage?: boolean }

export interface DeskContext {
  receive: (door: string, headers: Record<string, string | string[] | undefined>, body: Buffer) => Promise<DoorAnswer>
  /** The account's callback; null when there is no such account. */
  callback: (
    query: Record<string, string>,
    body: string | null,
    method: 'GET' | 'POST',
  ) => Promise<{ status: number; type: string; body: string }>
  /** Another agency's system reports; left out: no such door. */
  agency?: (
    id: string,
    headers: Record<string, string | string[] | undefined>,
    body: Buffer,
  ) => Promise<{ status: number; body: object }>
  /** Answers what another organisation's system does; left out: no such line. */
  partner?: (request: AgencyRequest) => Promise<AgencyAnswer>
  command: (name: string, input: unknown) => Promise<CommandAnswer>
  /** Token in a file that only the installation's user can read. */
  commandToken: string
  ready: () => Promise<Readiness>
  metrics: () => string
  /** The desk for people. */
  door: DoorContext
  logger: FastifyBaseLogger
}

/** From the first byte of a push to its last: 20 MB over a line of 6 Mbit/s. */
const REQUEST_MS = 30_000

/** Fifty reports of 2,000 characters, escaped. */
const MOST_REPORTED = 1024 * 1024

/** What failed in the middle may have been done or not: the board shows it as soon as the record can be read. */
const UNDONE = '系统暂时无法完成此操作（例如数据库无法连接）。请稍候重新打开值班台，先核对是否已经生效，再决定是否重试'
const UNREADABLE = '提交的内容无法读取或过大，请返回重试'

const NOTHING = { error: 'nothing is here', rule: 'not-found' }

/** Builds the publisher's server; the caller listens. */
export async function buildDeskServer(context: DeskContext): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: context.logger,
    ...servingOptions(REQUEST_MS),
    bodyLimit: SMALL_BODY,
  })
  // Signatures cover bytes: every body is taken as it came.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) if (!reply.hasHeader(name)) reply.header(name, value)
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  // No text of PostgreSQL's holds it: a name with it is nobody's (for people the door says so).
  app.addHook('preHandler', async (request, reply): Promise<unknown> => {
    const names = Object.values((request.params ?? {}) as Record<string, string>)
    if (isForPeople(request) || !names.some((name) => name.includes('\0'))) return undefined
    return reply.code(404).send(NOTHING)
  })
  requireActs(app)
  const oneAtATime = shareRunning(context.ready)
  const room = openBodyRoom()
  app.get('/healthz', async () => ({ ok: true }))
  app.get('/readyz', async (_request, reply) => {
    const ready = await oneAtATime()
    return reply.code(ready.ok ? 200 : 503).send(ready)
  })
  app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(context.metrics()))

  app.post<{ Params: { id: string } }>(
    '/ingest/v1/:id',
    { bodyLimit: MOST_BYTES, onRequest: room },
    async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      return answerDoor(reply, await context.receive(request.params.id, request.headers, body))
    },
  )

  const { agency } = context
  if (agency)
    app.post<{ Params: { id: string } }>(
      '/api/v1/agencies/:id/sightings',
      { bodyLimit: MOST_REPORTED, onRequest: room },
      async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const answer = await agency(request.params.id, request.headers, body)
        return reply.code(answer.status).send(answer.body)
      },
    )

  app.get<{ Querystring: Record<string, string> }>('/callbacks/wechat', async (request, reply) => {
    const answer = await context.callback(request.query, null, 'GET')
    return reply.code(answer.status).type(answer.type).send(answer.body)
  })
  // WeChat's callbacks have a few hundred bytes (channels.md §2.9).
  app.post<{ Querystring: Record<string, string> }>('/callbacks/wechat', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''
    const answer = await context.callback(request.query, body, 'POST')
    return reply.code(answer.status).type(answer.type).send(answer.body)
  })

  // Another organisation's system: signed by its line, in the name of one of its people.
  const { partner } = context
  if (partner)
    app.post<{ Params: { id: string; act: string } }>(
      '/api/v1/agencies/:id/:act',
      async ({ params: { id, act }, headers, body }, reply) => {
        const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
        const answer = await partner({ organisation: id, act, headers, body: bytes })
        return reply.code(answer.status).send(answer.body)
      },
    )

  // The token is looked at before a byte of the body is taken.
  const locked = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (isToken(request.headers['authorization'], context.commandToken)) return undefined
    return reply.code(401).send({ ok: false, reason: 'the token in <data>/desk.token is needed' })
  }
  app.post<{ Params: { name: string } }>(
    '/desk/command/:name',
    { onRequest: locked, config: { act: 'token' } },
    async (request, reply) => {
      const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '{}'
      const input = text === '' ? {} : readJsonBody(text)
      if (input === undefined) return reply.code(400).send({ ok: false, reason: 'the body is no JSON', usage: true })
      const answer = await context.command(request.params.name, input)
      return reply.code(answer.ok ? 200 : 409).send(answer)
    },
  )

  await serveDeskAssets(app)
  await openDoor(app, context.door)

  const turnAway = (reply: FastifyReply, status: number, reason: string): FastifyReply =>
    reply
      .code(status)
      .headers({ ...DESK_HEADERS, 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(context.door.refuse(status, reason, null))
  app.setNotFoundHandler((request, reply) =>
    isForPeople(request) ? turnAway(reply, 404, '值班台没有这个页面') : reply.code(404).send(NOTHING),
  )
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    if (isForPeople(request)) return turnAway(reply, status, status >= 500 ? UNDONE : UNREADABLE)
    const rule = status === 413 ? 'too-large' : (error.code ?? 'error')
    return reply.code(status).send({ error: status >= 500 ? 'internal' : error.message, rule })
  })
  return app
}

/** Officers read a page, not what programs read. */
function isForPeople({ url }: FastifyRequest): boolean {
  const path = url.split('?')[0] ?? ''
  return (path === '/desk' || path.startsWith('/desk/')) && !path.startsWith('/desk/command/')
}

/** Strangers may ask whether we are ready as often as they like: the database is asked once at a time. */
function shareRunning<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null
  return () => (running ??= ask().finally(() => (running = null)))
}

function answerDoor(reply: FastifyReply, answer: DoorAnswer): FastifyReply {
  if ('accepted' in answer) {
    const refused = answer.refused.map(({ row, rule, reason }) => ({ row, rule, reason }))
    return reply.code(answer.status).send({ accepted: answer.accepted, refused })
  }
  return reply.code(answer.status).send({ error: answer.error, rule: answer.rule })
}

function isToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header?.replace(/^Bearer /, '') ?? '')
  const wanted = Buffer.from(token)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
