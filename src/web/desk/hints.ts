// In: that something changed. Out: a bare hint to every desk that is open (Socket.IO); each fetches what it shows by itself.
// Must not carry truth, nor stay open for somebody whose session has ended.
import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { SECOND } from '../../core/instant.ts'

export interface Hints {
  changed(): void
  /** Desks that are open. */
  count(): number
  close(): Promise<void>
}

/** A burst of settled deliveries is one hint. */
const GATHER_MS = 100
const LOOK_MS = 15 * SECOND
const MOST_OPEN = 500

/**
 * Opens the hints on the desk's listener.
 * @param isSeated whether the cookie of a connection belongs to a session that lasts
 */
export function openHints(http: HttpServer, { isSeated }: { isSeated: (cookie: string) => Promise<boolean> }): Hints {
  const io = new Server(http, {
    path: '/desk/live',
    serveClient: true,
    maxHttpBufferSize: 1_000,
    // Same origin only: Socket.IO answers no other's preflight without this being set.
    cors: { origin: false },
    allowRequest: (request, done) => {
      const { origin, host } = request.headers
      done(null, origin === undefined || origin.replace(/^https?:\/\//, '') === host)
    },
  })
  /** Socket.IO's own way of waiting is a callback. */
  const admit = async (cookies: string, next: (error?: Error) => void): Promise<void> => {
    const seated = await isSeated(cookies).catch(() => null)
    next(seated === true ? undefined : new Error(seated === null ? 'not now' : 'signed out'))
  }
  io.use((socket, next) => {
    if (io.engine.clientsCount > MOST_OPEN) return next(new Error('too many desks are open'))
    void admit(socket.request.headers.cookie ?? '', next)
    return undefined
  })
  const look = async (): Promise<void> => {
    for (const socket of io.sockets.sockets.values()) {
      // The database away is no sign-out.
      const seated = await isSeated(socket.request.headers.cookie ?? '').catch(() => true)
      if (!seated) socket.disconnect(true)
    }
  }
  const looking = setInterval(() => void look(), LOOK_MS)
  let gathering: NodeJS.Timeout | null = null
  return {
    changed: () => {
      gathering ??= setTimeout(() => {
        gathering = null
        io.emit('changed')
      }, GATHER_MS)
    },
    count: () => io.engine.clientsCount,
    close: async () => {
      clearInterval(looking)
      if (gathering) clearTimeout(gathering)
      await io.close()
    },
  }
}
