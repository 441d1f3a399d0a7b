// In: terms of texts under keys, put, replaced and taken out as they come. Out: the texts that share the weightiest terms with
// what is asked, best first, as if every text had been compared. Must not know what a term means, nor grow with what is gone.

export interface WantedTerm {
  term: string
  /** How many times its weight it counts; a whole number. */
  times: number
}

export interface TermHit {
  key: string
  /** Shared weight by the terms of both sides. */
  score: number
}

export interface TermIndex {
  /**
   * Puts a text under a key, in the place of what stood there.
   * @param group of its own choosing, asked of on a search
   * @returns the number by which searchAmong knows it until it is taken out or replaced
   */
  put(key: string, terms: ReadonlySet<string>, group: number): number
  /** @returns false when nothing stood there */
  remove(key: string): boolean
  /** The best so many that share a term, of the groups that are accepted; of equals what was put last stands first. */
  search(wanted: readonly WantedTerm[], most: number, accepts?: (group: number) => boolean): TermHit[]
  /** The same of these texts alone, one by one. */
  searchAmong(wanted: readonly WantedTerm[], most: number, among: readonly number[]): TermHit[]
  /** The same of the newest texts alone: of each term the last so many that have it. */
  searchNewest(wanted: readonly WantedTerm[], most: number, newest: number): TermHit[]
  /** Texts. */
  size(): number
  /** Terms of all texts, each counted in every text that has it. */
  entries(): number
}

const SCALE = 64
const NO_TERMS = new Int32Array(0)

/** Weight of a term that so many of all texts have: whole, so that sums do not depend on their order. */
export const weighTerm = (texts: number, having: number): number => Math.round(SCALE * Math.log2(1 + texts / having))

/** A term that is known, what each text gains by it, and the places of the texts that have it. */
interface Asked {
  id: number
  weight: number
  list: readonly number[]
}

/** Marks the sum of a text whose group is not accepted; no sum of weights comes near it. */
const REFUSED = -1e9

/** The bound below which nobody is among the best: the last of the best scores, -1 while there are too few. */
function findFloor(scores: readonly number[], most: number): number {
  const best: number[] = []
  for (const score of scores) {
    if (best.length >= most && score <= (best[most - 1] ?? 0)) continue
    let at = best.length < most ? best.length : most - 1
    for (; at > 0 && (best[at - 1] ?? 0) < score; at -= 1) best[at] = best[at - 1] ?? 0
    best[at] = score
  }
  return best.length < most ? -1 : (best[most - 1] ?? -1)
}

/** The most that a text can score which has none but these terms: of m of them it has at least m terms itself. */
function boundUnseen(asked: readonly Asked[], from: number, wanted: number): number {
  let sum = 0
  let bound = 0
  for (let at = from; at < asked.length; at += 1) {
    sum += asked[at]?.weight ?? 0
    bound = Math.max(bound, sum / (wanted + at - from + 1))
  }
  return bound
}

export function openTermIndex(): TermIndex {
  const places = new Map<string, number>()
  // By place; a place that is free has the key ''.
  const keys: string[] = []
  const terms: Int32Array[] = []
  const groups: number[] = []
  const orders: number[] = []
  const freePlaces: number[] = []
  // By a term's number; one that no text has is free.
  const numbers = new Map<string, number>()
  const names: string[] = []
  const lists: number[][] = []
  const freeNumbers: number[] = []
  // Scratch of a search, all 0 between two.
  let sums = new Int32Array(1_024)
  let owed = new Int32Array(1_024)
  // How many terms a text has: beside each other, where the lists of terms are far apart.
  let sizes = new Int32Array(1_024)
  let order = 0
  let entries = 0

  const numberOf = (term: string): number => {
    const known = numbers.get(term)
    if (known !== undefined) return known
    const number = freeNumbers.pop() ?? names.length
    names[number] = term
    lists[number] = []
    numbers.set(term, number)
    if (number >= owed.length) owed = new Int32Array(2 * owed.length)
    return number
  }
  const remove = (key: string): boolean => {
    const place = places.get(key)
    if (place === undefined) return false
    for (const number of terms[place] ?? []) {
      const list = lists[number] ?? []
      // In the order in which they came, so that the newest are those at the end.
      list.splice(list.lastIndexOf(place), 1)
      if (list.length > 0) continue
      numbers.delete(names[number] ?? '')
      names[number] = ''
      freeNumbers.push(number)
    }
    entries -= terms[place]?.length ?? 0
    terms[place] = NO_TERMS
    keys[place] = ''
    places.delete(key)
    freePlaces.push(place)
    return true
  }
  const scoreOf = (place: number, sum: number, wanted: number): number => sum / (wanted + (sizes[place] ?? 0))

  /** Adds a term's weight to all that have it. */
  const gather = (
    { weight, list }: Asked,
    touched: number[],
    refused: number[],
    accepts: (group: number) => boolean,
  ): void => {
    for (const place of list) {
      const sum = sums[place] ?? 0
      if (sum !== 0) sums[place] = sum + weight
      else if (accepts(groups[place] ?? 0)) {
        sums[place] = weight
        touched.push(place)
      } else {
        sums[place] = REFUSED
        refused.push(place)
      }
    }
  }
  /** Gathers the rarest terms first, until no text that has none of them can be among the best. @returns terms gathered */
  const gatherEnough = (
    asked: readonly Asked[],
    wanted: number,
    most: number,
    take: (one: Asked) => void,
    touched: readonly number[],
  ): { gathered: number; floor: number } => {
    let reached = 0
    for (const [at, one] of asked.entries()) {
      // Looking for the floor costs a walk over all that was touched: worth it before a list of that length only.
      const isWorth = touched.length >= most && 2 * one.list.length >= touched.length
      if (isWorth && boundUnseen(asked, at, wanted) < reached / (wanted + 1)) {
        const floor = findFloor(
          touched.map((place) => scoreOf(place, sums[place] ?? 0, wanted)),
          most,
        )
        if (boundUnseen(asked, at, wanted) < floor) return { gathered: at, floor }
      }
      take(one)
      reached += one.weight
    }
    return { gathered: asked.length, floor: -1 }
  }
  /** Whole scores of those that may still be among the best. */
  const settle = (
    touched: readonly number[],
    left: readonly Asked[],
    wanted: number,
    floor: number,
  ): { place: number; score: number }[] => {
    const rest = left.reduce((sum, { weight }) => sum + weight, 0)
    for (const { id, weight } of left) owed[id] = weight
    const found: { place: number; score: number }[] = []
    for (const place of touched) {
      let sum = sums[place] ?? 0
      if (scoreOf(place, sum + rest, wanted) < floor) continue
      const own = terms[place] ?? NO_TERMS
      if (rest > 0) for (let at = 0; at < own.length; at += 1) sum += owed[own[at] ?? 0] ?? 0
      found.push({ place, score: scoreOf(place, sum, wanted) })
    }
    for (const { id } of left) owed[id] = 0
    return found
  }

  const listAsked = (wanted: readonly WantedTerm[]): Asked[] =>
    wanted
      .flatMap(({ term, times }): Asked[] => {
        const id = numbers.get(term)
        const list = id === undefined ? [] : (lists[id] ?? [])
        return id === undefined ? [] : [{ id, weight: times * weighTerm(places.size, list.length), list }]
      })
      .sort((a, b) => b.weight - a.weight || a.list.length - b.list.length)
  const takeBest = (found: readonly { place: number; score: number }[], most: number): TermHit[] => {
    const least = findFloor(
      found.map(({ score }) => score),
      most,
    )
    return found
      .filter(({ score }) => score >= least)
      .sort((a, b) => b.score - a.score || (orders[b.place] ?? 0) - (orders[a.place] ?? 0))
      .slice(0, most)
      .map(({ place, score }) => ({ key: keys[place] ?? '', score }))
  }

  return {
    put: (key, given, group) => {
      remove(key)
      const place = freePlaces.pop() ?? keys.length
      const own = [...given].map(numberOf)
      for (const number of own) lists[number]?.push(place)
      places.set(key, place)
      keys[place] = key
      terms[place] = Int32Array.from(own)
      groups[place] = group
      orders[place] = order += 1
      entries += own.length
      if (place >= sums.length) {
        sums = new Int32Array(2 * sums.length)
        const more = new Int32Array(2 * sizes.length)
        more.set(sizes)
        sizes = more
      }
      sizes[place] = own.length
      return place
    },
    remove,
    search: (wanted, most, accepts = () => true) => {
      if (most < 1) return []
      const asked = listAsked(wanted)
      const touched: number[] = []
      const refused: number[] = []
      const take = (one: Asked): void => gather(one, touched, refused, accepts)
      const { gathered, floor } = gatherEnough(asked, wanted.length, most, take, touched)
      const found = settle(touched, asked.slice(gathered), wanted.length, floor)
      for (const place of touched) sums[place] = 0
      for (const place of refused) sums[place] = 0
      return takeBest(found, most)
    },
    searchAmong: (wanted, most, among) => {
      if (most < 1) return []
      const found = settle(among, listAsked(wanted), wanted.length, -1)
      return takeBest(
        found.filter(({ score }) => score > 0),
        most,
      )
    },
    searchNewest: (wanted, most, newest) => {
      if (most < 1) return []
      const asked = listAsked(wanted)
      const touched: number[] = []
      for (const { weight, list } of asked) {
        for (let at = Math.max(0, list.length - newest); at < list.length; at += 1) {
          const place = list[at] ?? 0
          if (sums[place] === 0) touched.push(place)
          sums[place] = (sums[place] ?? 0) + weight
        }
      }
      // What stands further back in one list is not counted there: whoever is near is counted whole.
      const floor = findFloor(
        touched.map((place) => scoreOf(place, sums[place] ?? 0, wanted.length)),
        4 * most,
      )
      const near = touched.filter((place) => scoreOf(place, sums[place] ?? 0, wanted.length) >= floor).slice(-8 * most)
      for (const place of touched) sums[place] = 0
      return takeBest(settle(near, asked, wanted.length, -1), most)
    },
    size: () => places.size,
    entries: () => entries,
  }
}
