// In: nothing. Out: a TCP port of this machine that nobody else is handed while this process lives.
// Must not come from the range of outgoing connections: a port that is "free" there may be somebody's line a moment later.
import { createSocket, type Socket } from 'node:dgram'
import { createServer } from 'node:net'

// Below the outgoing ranges of Linux (32768–60999), macOS and Windows (49152–65535), above the usual servers.
const LOWEST = 20_000
const HIGHEST = 31_999
const TRIES = 200

/**
 * A port for a server whose address must be known before it listens (a callback door, a page named in a notice).
 * The claim is the UDP port of the same number, held until this process ends: two processes that look at the same moment
 * never get the same one, and the TCP port itself stays free for the server.
 * @throws Error when nothing was free in 200 tries
 */
export async function claimPort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1))
    const claim = await holdDatagram(port)
    if (claim === null) continue
    if (await isFree(port)) {
      claim.unref()
      return port
    }
    claim.close()
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} in ${TRIES} tries`)
}

function holdDatagram(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: false })
    socket.once('error', () => {
      socket.close()
      resolve(null)
    })
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(socket))
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
