// In: texts by number, with what they assert and where. Out: those that play where a message does, and assert what may be the same.
// Must not know their words, nor offer a place's texts when they are too many to be compared one by one.
import { areKindsApart } from './claim-match.ts'
import { CLAIM_KINDS, type ClaimKind } from './kind.ts'
import type { Signature } from './signature.ts'

/** More texts of one place than this are searched by their terms, as all others are. */
const MOST_OF_PLACE = 2_000

type Where = Pick<Signature, 'kind' | 'slots'>

export interface PlaceShelves {
  put(text: number, where: Where): void
  remove(text: number, where: Where): void
  /** All that name a place which, like their kind, does not contradict these; null when too many, or when no place is named. */
  list(where: Where): number[] | null
}

/** Texts by their kind's number. */
type Shelf = (Set<number> | undefined)[]

const NUMBERS = new Map(CLAIM_KINDS.map((kind, at): [ClaimKind, number] => [kind, at]))
/** Numbers of the kinds that each may be. */
const TOGETHER = new Map(
  CLAIM_KINDS.map((kind): [ClaimKind, number[]] => [
    kind,
    CLAIM_KINDS.flatMap((other, at) => (areKindsApart(kind, other) ? [] : [at])),
  ]),
)

/** 6401 of 640104: a code and what it lies in, shortest first. */
function listOuter(code: string): string[] {
  const [province, prefecture] = [code.slice(0, 2), code.slice(0, 4)]
  if (code === province) return [code]
  return code === prefecture ? [province, code] : [province, prefecture, code]
}

export function openPlaceShelves(): PlaceShelves {
  // Of each code the texts that name this very place, and those that name a place within it.
  const named = new Map<string, Shelf>()
  const within = new Map<string, Shelf>()
  const change = (shelves: Map<string, Shelf>, code: string, kind: number, act: (texts: Set<number>) => void): void => {
    const shelf = shelves.get(code) ?? []
    const texts = shelf[kind] ?? new Set()
    act(texts)
    shelf[kind] = texts.size === 0 ? undefined : texts
    if (shelf.every((one) => one === undefined)) shelves.delete(code)
    else shelves.set(code, shelf)
  }
  const changeAll = ({ kind, slots }: Where, act: (texts: Set<number>) => void): void => {
    const number = NUMBERS.get(kind) ?? 0
    for (const code of slots.places.flat()) {
      change(named, code, number, act)
      for (const outer of listOuter(code)) change(within, outer, number, act)
    }
  }
  return {
    put: (text, where) => changeAll(where, (texts) => texts.add(text)),
    remove: (text, where) => changeAll(where, (texts) => texts.delete(text)),
    list: ({ kind, slots }) => {
      if (slots.places.length === 0) return null
      const found: Set<number>[] = []
      let most = 0
      const together = TOGETHER.get(kind) ?? []
      const look = (shelf: Shelf | undefined, isNew: boolean): void => {
        if (!shelf) return
        for (const number of together) {
          const texts = shelf[number]
          if (!texts) continue
          if (isNew) found.push(texts)
          most += texts.size
        }
      }
      for (const codes of slots.places) {
        for (const code of codes) {
          look(within.get(code), true)
          // Those that name the very place lie within it, and are counted once more.
          for (const outer of listOuter(code)) look(named.get(outer), outer !== code)
        }
      }
      if (most > MOST_OF_PLACE) return null
      // A text with two places may stand on two of the shelves.
      const all = new Set<number>()
      for (const texts of found) for (const text of texts) all.add(text)
      return [...all]
    },
  }
}
