// In: how connections to push services ended. Out: whether our own framing may speak to one of them.
// It was written for one small request (frames.ts) and has met few services; where it and one do not understand each other
// the runtime's client takes over, several times dearer and met everywhere. Must not be moved by a mere loss of the network.
import type { SessionEnd } from './exchange.ts'

/** One connection may be cut for any reason; two in a row before any answer look like us. */
const UNANSWERED = 2

export interface Trust {
  /** True once the runtime's client speaks to this service, for as long as the process lives. */
  isLost(origin: string): boolean
  note(origin: string, end: SessionEnd): void
}

/** Opens the book of one process. @param lost called once for a service */
export function openTrust(lost: (origin: string, reason: string) => void): Trust {
  const distrusted = new Set<string>()
  const unanswered = new Map<string, number>()
  return {
    isLost: (origin) => distrusted.has(origin),
    note: (origin, end) => {
      if (end.how === 'answered') unanswered.delete(origin)
      if (end.how === 'answered' || end.how === 'lost' || distrusted.has(origin)) return
      const times = (unanswered.get(origin) ?? 0) + 1
      unanswered.set(origin, times)
      if (end.how === 'unanswered' && times < UNANSWERED) return
      distrusted.add(origin)
      lost(origin, end.reason)
    },
  }
}
