// In: nothing. Out: the words between the painter and its thread.
// Must not import anything: the thread loads it.

export interface PaintRequest {
  svg: string
}

export type PaintReply = { ok: true; png: Uint8Array } | { ok: false; reason: string }

/** The thread listens. */
export const READY = 'ready'
