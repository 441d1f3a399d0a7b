// In: what is sent to a door, before a byte of its body is taken. Out: room for it, or "come again in a second".
// Must not turn a small push away: a bureau's own source sends some kilobytes, whatever a stranger holds open beside it.
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Up to here a body is taken without counting. */
const SMALL = 256 * 1024
/** A payload may be a long list; DESIGN's fetcher has the same cap. What a body without a length may become. */
export const MOST_BYTES = 20 * 1024 * 1024
/** Bytes of large bodies in memory at once: a process must not be fed to death through a door. */
const ROOM = 3 * MOST_BYTES

/** Opens the room of one listener. @returns false while there is none for this body; what was given is free when the answer is out */
export function openRoom(): (request: FastifyRequest, reply: FastifyReply) => boolean {
  let taken = 0
  return (request, reply) => {
    const announced = Number(request.headers['content-length'] ?? MOST_BYTES)
    const size = Math.min(Number.isFinite(announced) ? announced : MOST_BYTES, MOST_BYTES)
    if (size <= SMALL) return true
    if (taken + size > ROOM) return false
    taken += size
    reply.raw.once('close', () => {
      taken -= size
    })
    return true
  }
}

/** The same as a hook for routes that take large bodies from programs. */
export function openBodyRoom(): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const hasRoom = openRoom()
  return async (request, reply) =>
    hasRoom(request, reply)
      ? undefined
      : reply
          .code(503)
          .header('retry-after', '1')
          .header('connection', 'close')
          .send({ error: 'too many large bodies at once: send it again in a second', rule: 'busy' })
}
