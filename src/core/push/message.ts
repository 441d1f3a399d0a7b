// In: a notice's texts. Out: what a browser's service worker is given, whole and in its short form, within the limits.
// Must not carry what the public page would not: push services see sizes and times, devices everything.

/** Android bridges take 2,744 bytes of body, header and tag included (channels.md §3.1); a notice needs some 600. */
export const LARGEST_PAYLOAD = 2_000

export interface PushMessage {
  v: 1
  /** A notice kind, or digest. */
  kind: string
  title: string
  body: string
  /** Opened by a tap. */
  url: string
  /** The same for every word about a quake: the newer takes the older one's place, here and at the push service. */
  tag: string
  drill: boolean
  withdrawn: boolean
  /** Shown without a sound: a rebuttal in the night; left out for all else. */
  quiet?: true
  /** Of the notice, and which report of it this is: what is newer, whatever a clock was set to. '' and 0 for a digest. */
  serial: string
  report: number
  /** When it was issued, ISO 8601 in UTC. */
  at: string
}

const MARK = '【演练】'

/** Bytes of a text in UTF-8, counted without an encoder (core has none). */
function countBytes(text: string): number {
  let bytes = 0
  for (const letter of text) {
    const point = letter.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}

/** The text of a push; null when it does not fit: nothing is cut, the short form goes instead. */
export function writePush(message: PushMessage): string | null {
  const text = JSON.stringify(message)
  return countBytes(text) <= LARGEST_PAYLOAD ? text : null
}

/** What is left when a service finds the whole one too large: the title and the address, for a withdrawal its mark. */
export function shorten(message: PushMessage): PushMessage {
  return { ...message, body: '' }
}

/**
 * True when a title says by itself what it must: a drill 【演练】 and a withdrawal 【撤回】 (a tray shows titles alone).
 */
export function isMarked(message: Pick<PushMessage, 'title' | 'drill' | 'withdrawn'>): boolean {
  return (!message.drill || message.title.includes(MARK)) && (!message.withdrawn || message.title.includes('【撤回】'))
}
