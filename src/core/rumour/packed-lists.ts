// In: short lists of whole numbers, put and taken out under places of their own. Out: where each stands in one stretch of memory.
// Must not keep the room of what is gone: when the stretch is full, what is there moves together.

export interface PackedLists {
  /** Puts a list at a place, instead of what stood there. @param head so many of its numbers are counted by entries */
  put(place: number, list: readonly number[], head: number): void
  /** Leaves an empty list. */
  remove(place: number): void
  /** Good until the next list is put. */
  stretch(): Stretch
  /** Whole numbers in the heads of all lists. */
  entries(): number
}

export interface Stretch {
  items: Int32Array
  /** Of each place where its list begins, where its head ends and where it ends, beside each other: a search reads them together. */
  spans: Int32Array
  /** Of each place how long its head is: once more by themselves, for whoever asks nothing else of very many. */
  heads: Int32Array
}

const LEAST_ROOM = 1_024
/** Numbers of a span; the last is not used, so that none lies across two lines of the processor's memory. */
export const SPAN = 4

export function openPackedLists(): PackedLists {
  let items = new Int32Array(LEAST_ROOM)
  let spans = new Int32Array(LEAST_ROOM)
  let heads = new Int32Array(LEAST_ROOM / SPAN)
  let end = 0
  let used = 0
  let entries = 0
  /** Half as much room again as is needed, so that moving costs each list a few times its length, and no more. */
  const move = (needed: number): void => {
    const room = new Int32Array(LEAST_ROOM + Math.ceil(1.5 * (used + needed)))
    end = 0
    for (let at = 0; at < spans.length; at += SPAN) {
      const [begin = 0, head = 0, last = 0] = spans.subarray(at, at + SPAN)
      room.set(items.subarray(begin, last), end)
      spans.set([end, end + head - begin, end + last - begin], at)
      end += last - begin
    }
    items = room
  }
  const remove = (place: number): void => {
    const [begin = 0, head = 0, last = 0] = spans.subarray(SPAN * place, SPAN * place + SPAN)
    used -= last - begin
    entries -= head - begin
    spans.fill(0, SPAN * place, SPAN * place + SPAN)
    heads.fill(0, place, place + 1)
  }
  return {
    put: (place, list, head) => {
      remove(place)
      if (SPAN * place >= spans.length) {
        const old = { spans, heads }
        spans = new Int32Array(2 * SPAN * place)
        heads = new Int32Array(2 * place)
        spans.set(old.spans)
        heads.set(old.heads)
      }
      if (end + list.length > items.length) move(list.length)
      items.set(list, end)
      spans.set([end, end + head, end + list.length], SPAN * place)
      heads[place] = head
      end += list.length
      used += list.length
      entries += head
    },
    remove,
    stretch: () => ({ items, spans, heads }),
    entries: () => entries,
  }
}
