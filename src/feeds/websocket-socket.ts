// In: an address and the limits of the dispatcher. Out: a live WebSocket of undici, and its certain end.
// Must not wait for the other side to say goodbye: a dead peer never does, and its socket would stay ours for hours.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { ping, WebSocket } from 'undici'
import { SECOND } from '../core/instant.ts'
import type { Clock } from './fetch-clock.ts'
import { createFeedDispatcher } from './fetch-guard.ts'
import type { DispatcherOptions } from './fetch-guard.ts'
import type { OpenSocket } from './websocket-line.ts'

/** How long the closing handshake (RFC 6455 §7.1.1) may take before the connection is cut. */
const GOODBYE_LIMIT = 2 * SECOND

/**
 * Opens sockets with undici, each on a dispatcher of its own that ends with it. A message larger than `messageBytes`,
 * counted after decompression, closes the line (1009). Binary messages are passed over: no source sends them.
 */
export function createSocketOpener(clock: Clock, options: Omit<DispatcherOptions, 'onSocket'> = {}): OpenSocket {
  return (url, events) => {
    let connection: Socket | null = null
    const dispatcher = createFeedDispatcher({
      ...options,
      onSocket: (socket) => {
        connection = socket
      },
    })
    const socket = new WebSocket(url, { dispatcher })
    // undici tells of pongs only through its diagnostics channel (its DiagnosticsChannel.md).
    const onPong = (message: unknown): void => {
      if ((message as { websocket?: unknown }).websocket === socket) events.pong()
    }
    const cut = (): void => {
      connection?.destroy()
      void dispatcher.destroy()
    }
    subscribe('undici:websocket:pong', onPong)
    socket.addEventListener('open', () => events.open())
    socket.addEventListener('message', (event) => {
      if (typeof event.data === 'string') events.message(event.data)
    })
    socket.addEventListener('error', () => {
      // 'close' follows and carries what there is to know.
    })
    socket.addEventListener('close', (event) => {
      unsubscribe('undici:websocket:pong', onPong)
      cut()
      events.close(event.code, event.reason)
    })
    return {
      send(text) {
        if (socket.readyState === WebSocket.OPEN) socket.send(text)
      },
      ping() {
        if (socket.readyState === WebSocket.OPEN) ping(socket)
      },
      close(code) {
        unsubscribe('undici:websocket:pong', onPong)
        if (socket.readyState === WebSocket.CLOSED) return
        const cancel = clock.after(GOODBYE_LIMIT, cut)
        socket.addEventListener('close', cancel)
        socket.close(code)
      },
    }
  }
}
