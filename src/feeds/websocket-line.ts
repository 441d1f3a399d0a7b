// In: an address, a protocol and a socket opener. Out: one connection from its opening to its end, message by message.
// Must not reconnect and must not judge payloads: it only introduces us, asks, keeps alive and notices death.
import { SECOND } from '../core/instant.ts'
import type { Clock } from './fetch-clock.ts'
import type { WebsocketCredentials, WebsocketProtocol } from './websocket-protocols.ts'

/** The part of a socket that a line needs; `pong` is told apart because browsers' sockets hide it. */
interface LineSocket {
  send(text: string): void
  ping(): void
  close(code: number): void
}

export interface SocketEvents {
  open(): void
  message(text: string): void
  pong(): void
  close(code: number, reason: string): void
}

export type OpenSocket = (url: string, events: SocketEvents) => LineSocket

export interface LineEnd {
  why: 'closed' | 'silent' | 'refused' | 'overflow' | 'stopped'
  code: number
  detail: string
}

export interface LineOptions {
  url: string
  protocol: WebsocketProtocol
  beatMs: number
  credentials: WebsocketCredentials | null
  clock: Clock
  openSocket: OpenSocket
  signal: AbortSignal
  /** The server knows us, or need not. */
  ready(): void
  alive(): void
  /** False when there is no room: the line ends. */
  message(text: string): boolean
}

/** From the dial to the first word of the server that counts; FAN closes with 1008 after 5 s without a key. */
const OPENING_LIMIT = 10 * SECOND

/** Runs one connection; resolves with how it ended, never rejects. */
export function openLine(options: LineOptions): Promise<LineEnd> {
  const { protocol, clock, beatMs } = options
  return new Promise((resolve) => {
    let ended = false
    let isReady = false
    let socket: LineSocket | null = null
    let stopWatchdog = clock.after(OPENING_LIMIT, () => end('silent', 1006, 'the line did not open in 10 s'))
    let stopPinging = (): void => {}
    let stopAsking = (): void => {}

    const end = (why: LineEnd['why'], code: number, detail: string): void => {
      if (ended) return
      ended = true
      stopWatchdog()
      stopPinging()
      stopAsking()
      options.signal.removeEventListener('abort', stop)
      // 1000 is the only code that says nothing more about us than that we go.
      if (why !== 'closed') socket?.close(1000)
      resolve({ why, code, detail })
    }
    const stop = (): void => end('stopped', 1000, 'stopped')
    const feedWatchdog = (): void => {
      stopWatchdog()
      const limit = 2.5 * beatMs
      stopWatchdog = clock.after(limit, () => end('silent', 1006, `nothing heard for ${Math.round(limit / SECOND)} s`))
      options.alive()
    }
    const keepPinging = (): void => {
      stopPinging = clock.after(beatMs / 2.5, () => {
        if (protocol.pingText === null) socket?.ping()
        else socket?.send(protocol.pingText)
        keepPinging()
      })
    }
    const keepAsking = (): void => {
      if (protocol.ask === null) return
      socket?.send(protocol.ask)
      stopAsking = clock.after(protocol.reconcileMs, keepAsking)
    }
    const beReady = (): void => {
      if (isReady) return
      isReady = true
      feedWatchdog()
      keepAsking()
      options.ready()
    }
    const introduce = (): void => {
      if (protocol.introduce === null) return beReady()
      if (options.credentials === null) return end('refused', 1008, 'the source needs appId and key')
      socket?.send(protocol.introduce(options.credentials))
    }

    const hear = (text: string): void => {
      const judged = protocol.judge(text)
      if (judged === 'refused') return end('refused', 1008, `the key was refused: ${text.slice(0, 200)}`)
      // Before the welcome only the opening limit runs: a server that chats but never knows us is no line.
      if (isReady) feedWatchdog()
      if (judged === 'welcome') return beReady()
      if (judged === 'payload' && !options.message(text)) end('overflow', 1000, 'the queue is full')
    }

    if (options.signal.aborted) return stop()
    options.signal.addEventListener('abort', stop, { once: true })
    try {
      socket = options.openSocket(options.url, {
        open() {
          if (ended) return
          introduce()
          if (!ended) keepPinging()
        },
        message(text) {
          if (!ended) hear(text)
        },
        pong() {
          if (!ended && isReady && protocol.life === 'pong') feedWatchdog()
        },
        close(code, reason) {
          // 1008 before the welcome is FAN's answer to a missing, late or over-used key.
          const refused = code === 1008 && !isReady && protocol.introduce !== null
          end(refused ? 'refused' : 'closed', code, `closed with ${code} ${reason.slice(0, 120)}`.trim())
        },
      })
    } catch (error) {
      end('closed', 1006, `the line could not be opened: ${String(error).slice(0, 200)}`)
    }
  })
}
