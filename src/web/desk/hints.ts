// In: that something changed, here or at another node. Out: a bare hint to every desk that is open here (Socket.IO); each
// fetches what it shows by itself. Must not carry truth, nor stay open for somebody whose session has ended.
import type { Server as HttpServer } from 'node:http'
import { Server, type ServerOptions } from 'socket.io'
import { SECOND } from '../../core/instant.ts'
import { isHost } from './door.ts'

export interface Hints {
  /** Something changed at this node: its desks are told, and over the carrier the other nodes. */
  changed(): void
  /** Word came that something may have changed: the desks of this node are told. */
  heard(): void
  /** Desks that are open. */
  count(): number
  close(): Promise<void>
}

/** What tells the other nodes, beside the database's own NOTIFY: Socket.IO's adapter on Redis. */
export interface Carrier {
  adapter: Exclude<ServerOptions['adapter'], undefined>
  /** False while it would only queue what it is given. */
  isUp: () => boolean
}

interface Events {
  changed: () => void
}

/** A burst of settled deliveries is one hint, and so is one change that is heard over two ways. */
const GATHER_MS = 100
/** Every desk fetches at most so often, and where it goes on and on less and less: a flood must not keep all of them fetching. */
const APART_MS = 500
const MOST_APART_MS = 2 * SECOND
const LOOK_MS = 15 * SECOND
const MOST_OPEN = 500

/**
 * Opens the hints on the desk's listener. A client that was away asks for nothing it missed (no connection state recovery:
 * with the Redis adapter every one of them would read the stream of all nodes again); it fetches what it shows anew.
 * @param isSeated whether the cookie of a connection belongs to a session that lasts
 * @param carrier null for a node alone, or where the database alone carries hints
 */
export function openHints(
  http: HttpServer,
  { isSeated, carrier }: { isSeated: (cookie: string) => Promise<boolean>; carrier: Carrier | null },
): Hints {
  /** Socket.IO's own way of waiting is a callback. */
  const admit = async (cookies: string, next: (error?: Error) => void): Promise<void> => {
    const seated = await isSeated(cookies).catch(() => null)
    next(seated === true ? undefined : new Error(seated === null ? 'not now' : 'signed out'))
  }
  const io = new Server<Record<string, never>, Events, Events>(http, {
    ...(carrier ? { adapter: carrier.adapter } : {}),
    path: '/desk/live',
    serveClient: true,
    maxHttpBufferSize: 1_000,
    // Same origin only: Socket.IO answers no other's preflight without this being set.
    cors: { origin: false },
    allowRequest: (request, done) => {
      const { origin, host } = request.headers
      const isOwn = origin === undefined || isHost(origin, host)
      // Before a line is open: strangers who hold lines that lead nowhere must not use up the room of the desks.
      if (!isOwn) done('another origin', false)
      else void admit(request.headers.cookie ?? '', (error) => done(error?.message, error === undefined))
    },
  })
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
  // One round at a time: a slow database must not be asked ever more questions.
  let isLooking = false
  const looking = setInterval(() => {
    if (isLooking) return
    isLooking = true
    void look().finally(() => (isLooking = false))
  }, LOOK_MS)
  let gathering: NodeJS.Timeout | null = null
  let saidAt = -APART_MS
  let apart = APART_MS
  const heard = (): void => {
    if (gathering) return
    const left = saidAt + apart - performance.now()
    apart = left > 0 ? Math.min(MOST_APART_MS, apart * 1.5) : APART_MS
    gathering = setTimeout(
      () => {
        gathering = null
        saidAt = performance.now()
        io.local.emit('changed')
      },
      Math.max(GATHER_MS, left),
    )
  }
  if (carrier) io.on('changed', heard)
  return {
    heard,
    changed: () => {
      heard()
      // From server to server, not to the other nodes' clients: what NOTIFY and the carrier both tell is gathered there.
      if (carrier?.isUp()) io.serverSideEmit('changed')
    },
    count: () => io.engine.clientsCount,
    close: async () => {
      clearInterval(looking)
      if (gathering) clearTimeout(gathering)
      await io.close()
    },
  }
}
