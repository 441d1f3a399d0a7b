// In: the parts that a test is about. Out: the public server with them and nothing else: no database, no pages, ready, silent.
// Must not stand in for the composition of app/public.ts: what a test needs of it, it hands in.
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import type { Queryable } from '../../src/store/pool.ts'
import { buildPublicServer, type PublicContext } from '../../src/web/public/server.ts'

/** Of a public side whose database is away, or must not be asked. */
export const NO_DATABASE: Queryable = { query: () => Promise.reject(new Error('there is no database here')) }

/** The caller listens and closes. */
export function buildBarePublic(parts: Partial<PublicContext> = {}): Promise<FastifyInstance> {
  return buildPublicServer({
    db: NO_DATABASE,
    pages: { get: () => undefined },
    publicUrl: 'https://bureau.example',
    demonstration: false,
    ready: async () => ({ ok: true, degraded: [] }),
    metrics: () => '',
    logger: pino({ level: 'silent' }),
    ...parts,
  })
}
