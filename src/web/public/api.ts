// In: requests below /api/v1/ that a stored page does not answer. Out: JSON with its ETag, or {error, rule}.
// Must not read the database itself: the archive does, one question at a time.
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Archive, ArchiveAnswer } from './archive.ts'
import { isHeld } from './negotiate.ts'
import { OPEN_DATA } from './open-data.ts'

export interface ApiContext {
  archive: Archive
  /** Answers with the stored page of this path; false when there is none. */
  serve: (path: string, request: FastifyRequest, reply: FastifyReply) => boolean
}

interface Listing {
  Querystring: Record<string, unknown>
}

/** As long as the archive keeps its answers; a day when we do not answer at all, as for pages (hot.ts). */
const CACHE = 'public, max-age=2, stale-if-error=86400'

/** Adds the API's routes. */
export function addApi(app: FastifyInstance, { archive, serve }: ApiContext): void {
  const lists = { notices: 'list', quakes: 'quakes', rebuttals: 'rebuttals' } as const
  for (const [what, asks] of Object.entries(lists)) {
    const path = `/api/v1/${what}`
    app.get<Listing>(path, async (request, reply) => {
      const { before, limit } = request.query
      if (before === undefined && limit === undefined && serve(path, request, reply)) return reply.hijack()
      return send(await archive[asks](before, limit), request, reply)
    })
  }
  app.get<{ Params: { id: string } }>('/api/v1/notices/:id', async (request, reply) =>
    send(await archive.notice(request.params.id), request, reply),
  )
  app.get<{ Params: { id: string } }>('/api/v1/rebuttals/:id', async (request, reply) =>
    send(await archive.rebuttal(request.params.id), request, reply),
  )
  app.get('/api/*', async (_request, reply) =>
    reply.code(404).headers(OPEN_DATA).send({
      error: 'there is no such address; /api/v1/openapi.json names all',
      rule: 'not-found',
    }),
  )
}

function send({ status, body }: ArchiveAnswer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers(OPEN_DATA).type('application/json; charset=utf-8').code(status)
  if (status === 503) reply.header('retry-after', '1')
  if (status !== 200) return reply.header('cache-control', 'no-store').send(body)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"`
  reply.header('etag', etag).header('cache-control', CACHE)
  return isHeld(request.headers['if-none-match'], etag) ? reply.code(304).send() : reply.send(body)
}
