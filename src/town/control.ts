// In: a request under /_town/. Out: ledger, timeline, faults, clock and reset for tests in other processes and for people.
// Must not be reachable from a web page: loopback Host only, and POST only as application/json.
import { z } from 'zod'
import type { Instant } from '../core/instant.ts'
import { parseZonedTime } from '../core/instant.ts'
import { FAULT_KINDS } from './faults.ts'
import type { Fault, FaultScript } from './faults.ts'
import { showLedger, showTimeline } from './ledger.ts'
import type { Effect } from './ledger.ts'
import { renderTimelinePage } from './page.ts'
import type { CallRecord, Reply } from './wire.ts'

/** Hands back what to answer, at once or later; a thrown Error is answered with 400 and its message. */
export type ControlAction = (body: unknown) => unknown

export interface Controlled {
  effects(): Effect[]
  calls(): readonly CallRecord[]
  now(): Instant
  faults: FaultScript
  reset(): void
  setClock(to: Instant): void
  save(): void
}

export interface ControlRequest {
  title: string
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer
}

const natural = z.number().int().min(0)
const faultSchema = z.strictObject({
  api: z.string().min(1).max(100),
  kind: z.enum(FAULT_KINDS),
  call: natural.min(1).optional(),
  bodyIncludes: z.string().max(1_000).optional(),
  times: natural.min(1).optional(),
  ms: z.number().int().optional(),
  status: natural.optional(),
  code: z.number().int().optional(),
  word: z.string().max(100).optional(),
  applied: z.boolean().optional(),
})
const faultsSchema = z.union([z.strictObject({ faults: z.array(faultSchema).max(200) }), faultSchema])
const clockSchema = z.strictObject({ now: z.union([z.number(), z.string().max(40)]) })

/** Whether a path belongs to the control side. */
export function isControlPath(path: string): boolean {
  return path === '/_town' || path.startsWith('/_town/')
}

/** A JSON reply of the control side. */
function json(status: number, value: unknown): Reply {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n`, code: 'control' }
}

function readInstant(value: number | string): Instant {
  const at = typeof value === 'number' ? value : parseZonedTime(value)
  if (at === null || !Number.isFinite(at))
    throw new Error('now: epoch milliseconds or an ISO 8601 instant with its zone')
  return at
}

function show(request: ControlRequest, stand: Controlled): Reply {
  const now = stand.now()
  switch (request.path) {
    case '/_town/ledger':
      return json(200, { now, ledger: showLedger(stand.effects(), now) })
    case '/_town/timeline':
      return json(200, { now, timeline: showTimeline(stand.effects(), now) })
    case '/_town/calls':
      return json(200, { now, calls: stand.calls() })
    case '/_town/faults':
      return json(200, { faults: stand.faults.list() })
    case '/_town':
    case '/_town/': {
      const page = renderTimelinePage(request.title, showTimeline(stand.effects(), now), now)
      return { status: 200, type: 'text/html; charset=utf-8', body: page, code: 'control' }
    }
    default:
      return json(404, { error: 'no such control path' })
  }
}

async function act(
  name: string,
  body: unknown,
  stand: Controlled,
  actions: Record<string, ControlAction>,
): Promise<unknown> {
  switch (name) {
    case 'faults': {
      const given = faultsSchema.parse(body)
      const faults = 'faults' in given ? given.faults : [given]
      if (faults.length === 0) stand.faults.clear()
      for (const fault of faults) stand.faults.add(fault as Fault)
      return { faults: stand.faults.list() }
    }
    case 'reset':
      stand.reset()
      return { reset: true }
    case 'clock':
      stand.setClock(readInstant(clockSchema.parse(body).now))
      return { now: stand.now() }
    default: {
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined
      if (!action) throw new Error(`no such control action: ${name}`)
      const result = await action(body)
      stand.save()
      return result ?? { done: true }
    }
  }
}

/** Answers one control request; POST /_town/faults with {faults: []} clears the script. */
export async function answerControl(
  request: ControlRequest,
  stand: Controlled,
  actions: Record<string, ControlAction>,
): Promise<Reply> {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  if (host !== '127.0.0.1' && host !== 'localhost') return json(403, { error: 'control is for loopback hosts only' })
  if (request.method === 'GET') return show(request, stand)
  if (request.method !== 'POST') return json(405, { error: 'GET or POST' })
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
    return json(415, { error: 'control takes application/json' })
  }
  try {
    const body: unknown = request.body.length === 0 ? {} : JSON.parse(request.body.toString('utf8'))
    return json(200, await act(request.path.slice('/_town/'.length), body, stand, actions))
  } catch (cause) {
    return json(400, { error: cause instanceof Error ? cause.message : String(cause) })
  }
}
