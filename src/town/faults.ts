// In: a script of faults. Out: which of them hit a given call.
// Must not touch sockets or state: the stand and the platform act on what is handed back (reference channels.md §7).

/** Faults of the wire, worked by the stand for every platform. */
const WIRE_FAULTS = [
  'delay',
  'http-5xx',
  'html',
  'wrong-type',
  'truncated',
  'drip',
  'hang',
  'close-before',
  'close-after',
  'date-skew',
] as const

/** Faults of the platform itself; a stand-in that has no such thing ignores them. */
const PLATFORM_FAULTS = [
  'token-expiry',
  'duplicate-content',
  'pending',
  'error',
  'callback-lost',
  'callback-late',
  'callback-twice',
  'job-fail',
] as const

export const FAULT_KINDS = [...WIRE_FAULTS, ...PLATFORM_FAULTS] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  /** API name (statuses/share, freepublish/submit …) or '*'. */
  api: string
  kind: FaultKind
  /** Hits the n-th matching call only, counted from 1 since the fault was scripted; left out: every call. */
  call?: number
  /** Counts only calls whose query or body, decoded, holds this text. */
  bodyIncludes?: string
  /** Ends after so many hits. */
  times?: number
  /** delay, late callback, 20032 visibility: milliseconds. drip: pause between bytes. date-skew: shift. */
  ms?: number
  /** http-5xx: the status (502). job-fail: publish_status 2 | 3 | 4, or the err(n) of a mass send. */
  status?: number
  /** error, duplicate-content: the platform's code. */
  code?: number
  /** error: the code of a platform whose codes are words (isv.OUT_OF_SERVICE). job-fail of a message: what the carrier says. */
  word?: string
  /**
   * Whether the call takes effect. Default: http-5xx, html, error: no (a gateway spoke); delay, wrong-type,
   * truncated, drip, hang: yes; close-before and close-after say it themselves. delay with applied:false takes effect only after the pause, also when the caller left.
   */
  applied?: boolean
}

interface FaultyCall {
  api: string
  bodyText: string
}

export interface FaultScript {
  /** Adds a fault; `when` is a further condition for callers in the same process. */
  add(fault: Fault, when?: (call: FaultyCall) => boolean): void
  clear(): void
  list(): readonly Fault[]
  /** Counts the call and tells what hits it: at most one wire fault (the first scripted), any platform faults. */
  take(call: FaultyCall): { wire: Fault | null; platform: Fault[] }
}

interface Armed {
  fault: Fault
  when: (call: FaultyCall) => boolean
  seen: number
  hits: number
}

const isWire = (fault: Fault): boolean => (WIRE_FAULTS as readonly string[]).includes(fault.kind)

/** An empty script. Faults live in memory only: a stand-in that is started again behaves. */
export function createFaultScript(): FaultScript {
  const armed: Armed[] = []
  return {
    add(fault, when = () => true) {
      armed.push({ fault, when, seen: 0, hits: 0 })
    },
    clear() {
      armed.length = 0
    },
    list: () => armed.map((one) => one.fault),
    take(call) {
      const hit: Fault[] = []
      for (const one of armed) {
        const { fault } = one
        if (fault.api !== '*' && fault.api !== call.api) continue
        if (fault.bodyIncludes !== undefined && !call.bodyText.includes(fault.bodyIncludes)) continue
        if (!one.when(call)) continue
        one.seen++
        if (fault.call !== undefined && one.seen !== fault.call) continue
        if (fault.times !== undefined && one.hits >= fault.times) continue
        one.hits++
        hit.push(fault)
      }
      return { wire: hit.find(isWire) ?? null, platform: hit.filter((fault) => !isWire(fault)) }
    },
  }
}

/** The first scripted platform fault of that kind, if this call has one. */
export function faultOf(faults: readonly Fault[], kind: FaultKind): Fault | undefined {
  return faults.find((fault) => fault.kind === kind)
}
