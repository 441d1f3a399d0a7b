// In: the facts of texts. Out: the same, where what many tell alike is one object: less to keep, and at hand when it is compared.
// Must not change what is told, nor keep more than its bound of what nobody tells any more.
import type { Slots } from './signature.ts'

/** More different lists than this are not looked for again; those that are kept stay as they are. */
const MOST_LISTS = 20_000

export function openSharedLists(): (slots: Slots) => Slots {
  const known = new Map<string, readonly unknown[]>()
  const share = <T>(list: readonly T[]): readonly T[] => {
    if (list.length === 0) return list
    const told = JSON.stringify(list)
    const other = known.get(told)
    // The same in writing, since the lists hold words and numbers alone, is the same.
    if (other) return other as readonly T[]
    if (known.size >= MOST_LISTS) known.clear()
    known.set(told, list)
    return list
  }
  return (slots) => ({
    places: share(slots.places),
    landmarks: share(slots.landmarks),
    offices: share(slots.offices),
    magnitudes: share(slots.magnitudes),
    counts: share(slots.counts),
    quantities: share(slots.quantities),
    durations: share(slots.durations),
    clockTimes: share(slots.clockTimes),
    days: share(slots.days),
    dates: share(slots.dates),
    subjects: share(slots.subjects),
  })
}
