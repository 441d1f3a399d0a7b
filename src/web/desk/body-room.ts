// In: pushes to the doors, before a byte of their bodies is taken. Out: room for them, or "come again in a second".
// Must not turn a small push away: a bureau's own source sends some kilobytes, whatever a stranger holds open beside it.
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Up to here a body is taken without counting. */
const SMALL = 256 * 1024
/** A payload may be a long list; DESIGN's fetcher has the same cap. What a body without a length may become. */
export const MOST_BYTES = 20 * 1024 * 1024
/** Bytes of large bodies in memory at once: the publisher must not be fed to death through a door. */
const ROOM = 3 * MOST_BYTES

/** Opens the room of one listener; the hook belongs on routes that take large bodies. */
export function openBodyRoom(): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  let taken = 0
  return async (request, reply) => {
    const announced = Number(request.headers['content-length'] ?? MOST_BYTES)
    const size = Math.min(Number.isFinite(announced) ? announced : MOST_BYTES, MOST_BYTES)
    if (size <= SMALL) return undefined
    if (taken + size > ROOM) {
      return reply
        .code(503)
        .header('retry-after', '1')
        .header('connection', 'close')
        .send({ error: 'too many large bodies at once: send it again in a second', rule: 'busy' })
    }
    taken += size
    reply.raw.once('close', () => {
      taken -= size
    })
    return undefined
  }
}
