// In: a platform's rules as one synchronous answer function. Out: a real HTTP server on 127.0.0.1 around them.
// Must not answer before the state is on disk: a stand-in that is killed must still know its posts (DESIGN L2).
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { Instant } from '../core/instant.ts'
import { answerControl, isControlPath } from './control.ts'
import type { ControlAction } from './control.ts'
import { createFaultScript } from './faults.ts'
import type { FaultScript } from './faults.ts'
import { showLedger, showTimeline } from './ledger.ts'
import type { Effect, LedgerEntry } from './ledger.ts'
import { loadState, saveState } from './state-file.ts'
import { readBody, sendReply } from './transport.ts'
import type { CallRecord, Reply, TownRequest } from './wire.ts'

export interface StandOptions {
  /** The clock handed in; every quota, age and id follows it. */
  now: () => Instant
  /** 0 or left out: any free port. */
  port?: number
  /** State kept here, written before every reply; left out: memory only. */
  stateFile?: string
  /** How POST /_town/clock sets the time where several stand-ins share a clock; left out: this one's own offset. */
  setClock?: (to: Instant) => void
}

export interface Stand {
  url: string
  ledger(): LedgerEntry[]
  timeline(): LedgerEntry[]
  calls(): readonly CallRecord[]
  faults: FaultScript
  /** Forgets everything: effects, quotas, faults, calls. */
  reset(): void
  /** Ends the server, its timers and every open socket. */
  close(): Promise<void>
}

/** What a platform hands to the kernel; S must survive JSON. */
export interface StandSpec<S> {
  /** Heading of the readable page. */
  title: string
  fresh(): S
  effects(state: S): Effect[]
  /** The call's name for faults and the call log, where the path does not say it; left out: the path. */
  nameOf?(call: Pick<TownRequest, 'headers' | 'query'>): string
  /** Decides and applies one call; synchronous, so that no two calls interleave. */
  answer(request: TownRequest, state: S): Reply
  /** Brings due jobs forward; called before every call, after a clock change and every 25 ms. True: state changed. */
  tick?(state: S, at: Instant): boolean
  /** Further POST /_town/<name> actions. */
  actions?(state: S): Record<string, ControlAction>
  /** Ends what the platform itself started. */
  stop?(): void
}

export interface OpenStand<S> extends Stand {
  state(): S
  now(): Instant
  /** Writes the state file; call after a change that no request made. */
  save(): void
  /** Answers requests that came through a listener of the platform's own (TLS). */
  handle: (message: IncomingMessage, response: ServerResponse) => void
}

const MAX_BODY = 12 * 1024 * 1024
const MAX_CALLS = 1_000
/** Faults change what the wire carries; the effect may already be applied when the pause begins. */
const BEFORE_BY_DEFAULT: readonly string[] = ['http-5xx', 'html']

const REFUSALS: Record<'tooLarge' | 'badAddress', Reply> = {
  tooLarge: { status: 413, type: 'text/html', body: '<html>413 Request Entity Too Large</html>', code: '413' },
  badAddress: { status: 400, type: 'text/html', body: '<html>400 Bad Request</html>', code: '400' },
}

function apiOf(path: string): string {
  return path.replace(/^\/(?:2\/|cgi-bin\/)?/, '').replace(/\.json$/, '')
}

function decodeLoosely(body: Buffer): string {
  const text = body.toString('utf8')
  if (!/%[0-9a-f]{2}/i.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** HTTP/2 says :authority where HTTP/1.1 says Host. */
function headersOf(message: IncomingMessage): Record<string, string> {
  const entries = Object.entries(message.headers).map(
    ([name, value]) => [name === ':authority' ? 'host' : name, String(value)] as const,
  )
  return Object.fromEntries(entries)
}

/** Breaks the connection under a call; of HTTP/2 the whole of it, as a broken line would. */
function cut(message: IncomingMessage): void {
  const { stream } = message as { stream?: ServerHttp2Stream }
  if (stream) stream.session?.destroy()
  else message.socket.destroy()
}

/**
 * Opens a stand-in.
 * @returns the running stand with its state; close() it
 * @throws when the port is taken or the state file cannot be read
 */
export async function openStand<S>(spec: StandSpec<S>, options: StandOptions): Promise<OpenStand<S>> {
  let state = (loadState(options.stateFile) as S | null) ?? spec.fresh()
  let offset = 0
  let calls: CallRecord[] = []
  const now = (): Instant => options.now() + offset
  const faults = createFaultScript()
  const sockets = new Set<Socket>()
  const waits = new Set<NodeJS.Timeout>()
  const save = (): void => saveState(options.stateFile, state)
  const tick = (): void => {
    if (spec.tick?.(state, now())) save()
  }
  const effectsNow = (): Effect[] => {
    tick()
    return spec.effects(state)
  }
  const reset = (): void => {
    state = spec.fresh()
    calls = []
    faults.clear()
    save()
  }
  const setClock = (to: Instant): void => {
    if (options.setClock) options.setClock(to)
    else offset = to - options.now()
    tick()
    save()
  }
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const wait = setTimeout(() => {
        waits.delete(wait)
        resolve()
      }, ms)
      waits.add(wait)
    })

  const apply = (request: TownRequest): Reply => {
    const current = { ...request, at: now() }
    tick()
    const reply = spec.answer(current, state)
    calls = [...calls, { at: current.at, api: current.api, code: reply.code }].slice(-MAX_CALLS)
    save()
    return reply
  }

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(message, MAX_BODY)
    const address = `http://town.invalid${message.url ?? '/'}`
    if (body === null || !URL.canParse(address)) {
      const refusal = body === null ? REFUSALS.tooLarge : REFUSALS.badAddress
      await sendReply(response, refusal, { at: now(), fault: null, pause })
      return
    }
    const target = new URL(address)
    const headers = headersOf(message)
    if (isControlPath(target.pathname)) {
      const control = { effects: effectsNow, calls: () => calls, now, faults, reset, setClock, save }
      const actions = spec.actions?.(state) ?? {}
      const path = target.pathname
      const reply = await answerControl(
        { title: spec.title, method: message.method ?? '', path, headers, body },
        control,
        actions,
      )
      await sendReply(response, reply, { at: now(), fault: null, pause })
      return
    }
    const api = spec.nameOf?.({ headers, query: target.searchParams }) ?? apiOf(target.pathname)
    const bodyText = `${target.search}\n${decodeLoosely(Buffer.from(target.search))}\n${decodeLoosely(body)}`
    const { wire, platform } = faults.take({ api, bodyText })
    const request: TownRequest = {
      api,
      method: message.method ?? '',
      path: target.pathname,
      query: target.searchParams,
      headers,
      body,
      remote: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      secure: 'encrypted' in message.socket,
      at: now(),
      faults: platform,
    }
    const applied = wire === null || (wire.applied ?? !BEFORE_BY_DEFAULT.includes(wire.kind))
    if (wire?.kind === 'close-before' || wire?.kind === 'close-after') {
      if (wire.kind === 'close-after') apply(request)
      cut(message)
      return
    }
    let reply: Reply | null = applied ? apply(request) : null
    if (wire?.kind === 'delay') {
      await pause(wire.ms ?? 1_000)
      reply ??= apply(request)
    }
    if (wire?.kind === 'hang') return
    await sendReply(response, reply, { at: now(), fault: wire, pause })
  }

  const handle = (message: IncomingMessage, response: ServerResponse): void => {
    serve(message, response).catch((cause: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
      response.end(`stand-in failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`)
    })
  }
  const server = createServer(handle)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const beat = setInterval(tick, 25)
  beat.unref()

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ledger: () => showLedger(effectsNow(), now()),
    timeline: () => showTimeline(effectsNow(), now()),
    calls: () => calls,
    faults,
    reset,
    state: () => state,
    now,
    save,
    handle,
    close: () =>
      new Promise<void>((resolve) => {
        clearInterval(beat)
        for (const wait of waits) clearTimeout(wait)
        spec.stop?.()
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
