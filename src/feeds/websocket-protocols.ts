// In: one message of a vendor's WebSocket. Out: what it is to us, and what we say on opening and to stay alive.
// Must not parse reports or touch a socket: payloads go through whole, the parsers of the format read them.
import { SECOND } from '../core/instant.ts'

type Judged =
  /** Goes through `receive`. */
  | 'payload'
  /** Proof of life, or traffic that never concerns a quake list. */
  | 'alive'
  /** The server accepted our key; what `ask` says may be sent now. */
  | 'welcome'
  /** The server wants our key (again). */
  | 'who-are-you'
  /** The server refused our key. */
  | 'refused'

export interface WebsocketProtocol {
  /** Longest the server is silent by its own word, in milliseconds; 2.5 times that long and the line counts as dead. */
  beatMs: number
  /** 'message': only messages prove life. 'pong': the answer to a ping frame does too (RFC 6455 §5.5.3). */
  life: 'message' | 'pong'
  /** Text to send every `beatMs`/2.5; null sends a ping frame instead. */
  pingText: string | null
  /** The first words when the server must know us; null when it need not. */
  introduce: ((credentials: WebsocketCredentials) => string) | null
  /** Asks for the list as it stands, after (re)connecting; null when only a GET can tell (`snapshot` of the source). */
  ask: string | null
  /**
   * How often the list is asked for again on a line that lives (feeds.md §2 "reconciliation"), by `ask` or by `snapshot`:
   * pongs prove that somebody is there, not that he still tells us everything.
   */
  reconcileMs: number
  /** Host of the vendor and where it keeps that list; asked where the YAML names no `snapshotUrl`. Null when `ask` serves. */
  vendorList: { host: string; url: string } | null
  /** True for a message that is news by itself, false for a list as it stands, of which the first one seeds. */
  isNews(text: string): boolean
  judge(text: string): Judged
}

export interface WebsocketCredentials {
  appId: string
  key: string
}

/** P2P codes that speak of quakes, tsunami and warnings; the rest is peer traffic every few seconds (P2P API v2). */
const P2P_CODES = new Set([551, 552, 554, 556])

/**
 * EMSC standing_order: no question, no heartbeat of its own; a client that does not ping every 10 to 15 s is dropped
 * (feeds.md §1.7). The list after a reconnect comes from its FDSN service.
 */
const emsc: WebsocketProtocol = {
  beatMs: 30 * SECOND,
  life: 'pong',
  pingText: null,
  introduce: null,
  ask: null,
  reconcileMs: 120 * SECOND,
  vendorList: {
    host: 'www.seismicportal.eu',
    url: 'https://www.seismicportal.eu/fdsnws/event/1/query?format=json&limit=100&orderby=time',
  },
  isNews: () => true,
  judge: judgeUnknown,
}

/** FAN Studio 2.5: key within 5 s, then `query`; one latest row per path, so a list feed must stand beside it. */
const fan: WebsocketProtocol = {
  beatMs: 60 * SECOND,
  life: 'pong',
  pingText: null,
  introduce: ({ appId, key }) => JSON.stringify({ type: 'auth', appId, key }),
  ask: JSON.stringify({ type: 'query' }),
  reconcileMs: 60 * SECOND,
  vendorList: null,
  isNews: (text) => readKey(text, 'type') === 'update',
  judge(text) {
    switch (readKey(text, 'type')) {
      case 'auth_required':
        return 'who-are-you'
      case 'auth_success':
        return 'welcome'
      case 'auth_fail':
        return 'refused'
      case 'heartbeat':
      case 'pong':
      case 'notice':
      case 'error':
        return 'alive'
      default:
        return judgeUnknown(text)
    }
  },
}

/** Wolfx: heartbeat on connect and each minute; `ping` is answered, `query_cenceqlist` brings the list (feeds.md §1.2). */
const wolfx: WebsocketProtocol = {
  beatMs: 60 * SECOND,
  life: 'message',
  pingText: 'ping',
  introduce: null,
  ask: 'query_cenceqlist',
  reconcileMs: 60 * SECOND,
  vendorList: null,
  isNews: () => false,
  judge: (text) => (['heartbeat', 'pong'].includes(String(readKey(text, 'type'))) ? 'alive' : judgeUnknown(text)),
}

/** P2P地震情報: no question and no heartbeat; the list after a reconnect comes from /v2/history. */
const p2pquake: WebsocketProtocol = {
  beatMs: 60 * SECOND,
  life: 'pong',
  pingText: null,
  introduce: null,
  ask: null,
  reconcileMs: 60 * SECOND,
  vendorList: { host: 'api.p2pquake.net', url: 'https://api.p2pquake.net/v2/history?codes=551&limit=100' },
  isNews: () => true,
  judge(text) {
    const code = readKey(text, 'code')
    return typeof code === 'number' && !P2P_CODES.has(code) ? 'alive' : judgeUnknown(text)
  },
}

/** By `format` of the YAML. */
export const WEBSOCKET_PROTOCOLS = { 'emsc-ws': emsc, fan, wolfx, p2pquake } as const satisfies Record<
  string,
  WebsocketProtocol
>

/** Where the list of a socket stands by default: the vendor's own for the vendor's own address, else nowhere we know. */
export function findVendorList(protocol: WebsocketProtocol, url: string): string | null {
  return protocol.vendorList?.host === URL.parse(url)?.hostname ? (protocol.vendorList?.url ?? null) : null
}

/** What we do not know may be a report in a new dress: the parser decides and records it. Only emptiness is noise. */
function judgeUnknown(text: string): Judged {
  return text.trim() === '' ? 'alive' : 'payload'
}

/** A top-level key of a JSON object; undefined when the text is not one. */
function readKey(text: string, key: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined
  } catch {
    return undefined
  }
}
