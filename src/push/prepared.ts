// In: subscribers' keys in idle time. Out: sealing keys that are ready when the ground shakes, each handed out once.
// In memory only: a key on disk could be read back after a crash and seal a second text. Must not hold who a subscriber is.
import { deriveSealKey, SEAL_KEY_BYTES, type SealKey, type SubscriberKeys } from './seal.ts'

/** Automatic and formal word of one quake; a third falls back on a fresh key. */
export const DEPTH = 2
/** Keys that share one allocation. */
const SLAB_KEYS = 1_024

export interface Preparable extends SubscriberKeys {
  number: number
  /** Raised when a browser changes its keys: those made for the old ones are not found any more. */
  keyVersion: number
}

export interface PreparedKeys {
  /** Makes what is missing for one subscriber. @returns how many were made */
  prepare(subscriber: Preparable): number
  /** Takes one out, for ever; null when none is left. */
  take(subscriber: Pick<Preparable, 'number' | 'keyVersion'>): SealKey | null
  size(): number
}

/** Opens an empty stock. @param most keys in memory, 109 bytes each and about as much for finding them */
export function openPreparedKeys(most: number, depth = DEPTH): PreparedKeys {
  const slabs: Buffer[] = []
  const free: number[] = []
  /** By number: version, then the places of its keys. */
  const stock = new Map<number, { version: number; places: number[] }>()
  let count = 0
  const placeOf = (place: number): Buffer => {
    const slab = slabs[Math.floor(place / SLAB_KEYS)]
    if (!slab) throw new Error(`no slab for key ${place}`)
    const start = (place % SLAB_KEYS) * SEAL_KEY_BYTES
    return slab.subarray(start, start + SEAL_KEY_BYTES)
  }
  const allot = (): number => {
    if (free.length === 0) {
      const first = slabs.length * SLAB_KEYS
      slabs.push(Buffer.alloc(SLAB_KEYS * SEAL_KEY_BYTES))
      for (let i = SLAB_KEYS - 1; i >= 0; i -= 1) free.push(first + i)
    }
    return free.pop() ?? 0
  }
  const burn = (place: number): void => {
    placeOf(place).fill(0)
    free.push(place)
    count -= 1
  }
  const forget = (entry: { places: number[] }): void => {
    for (const place of entry.places.splice(0)) burn(place)
  }
  return {
    prepare: (subscriber) => {
      let entry = stock.get(subscriber.number)
      if (entry && entry.version !== subscriber.keyVersion) {
        forget(entry)
        entry = undefined
      }
      if (!entry) stock.set(subscriber.number, (entry = { version: subscriber.keyVersion, places: [] }))
      let made = 0
      while (entry.places.length < depth && count < most) {
        const key = deriveSealKey(subscriber)
        const place = allot()
        key.bytes.copy(placeOf(place))
        key.bytes.fill(0)
        entry.places.push(place)
        count += 1
        made += 1
      }
      return made
    },
    take: ({ number, keyVersion }) => {
      const entry = stock.get(number)
      if (!entry) return null
      if (entry.version !== keyVersion) {
        forget(entry)
        stock.delete(number)
        return null
      }
      const place = entry.places.pop()
      if (place === undefined) return null
      // Out of the stock before it is used: whatever fails from here on, it is not handed out again.
      const bytes = Buffer.from(placeOf(place))
      burn(place)
      if (entry.places.length === 0) stock.delete(number)
      return { bytes, spent: false }
    },
    size: () => count,
  }
}
