// In: numbers of terms of texts, put and taken out as they come. Out: the texts that share the weightiest terms with what is
// asked, best first, as if every text had been compared. Must not know what a term means, nor grow with what is gone.
import { openPackedLists, SPAN } from './packed-lists.ts'
import { boundUnseen, byWeight, fetchAhead, fetchEnds, findFloor, weighTerm, type Asked } from './term-scores.ts'

export interface WantedTerm {
  /** -1 for one that no text has. */
  term: number
  /** How many times its weight it counts; a whole number. */
  times: number
}

/** Terms that are asked for, found once for several searches. */
export interface Question {
  /** Those that a text has. */
  asked: readonly Asked[]
  /** All of them. */
  wanted: number
}

export interface TermHit {
  place: number
  /** Shared weight by the terms of both sides. */
  score: number
}

export interface TermIndex {
  /**
   * Puts a text.
   * @param terms each once; what nobody uses any more may come again and mean another
   * @param group of its own choosing, asked of on a search
   * @param again terms that it has more than once, once more for each further time, alike ones beside each other
   * @returns its place, by which it is known until it is taken out
   */
  put(terms: readonly number[], group: number, again?: readonly number[]): number
  remove(place: number): void
  /** Terms of a text. */
  termsOf(place: number): Int32Array
  ask(wanted: readonly WantedTerm[]): Question
  /** The best so many that share a term, of the groups that are accepted; of equals what was put last stands first. */
  search(question: Question, most: number, accepts?: (group: number) => boolean): TermHit[]
  /** The same of these texts alone, one by one. */
  searchAmong(question: Question, most: number, among: readonly number[]): TermHit[]
  /** The same of the newest texts alone: of each term the last so many that have it. */
  searchNewest(question: Question, most: number, newest: number): TermHit[]
  /** Of each of these texts how many of these terms it shares, as multisets. @param counts how often each is asked for */
  countShared(places: readonly number[], asked: readonly WantedTerm[], counts: readonly number[]): number[]
  /** Texts. */
  size(): number
  /** Terms of all texts, each counted in every text that has it. */
  entries(): number
}

/** Both asked at once. */
export const joinQuestions = (a: Question, b: Question): Question => ({
  asked: [...a.asked, ...b.asked],
  wanted: a.wanted + b.wanted,
})

/** Marks the sum of a text whose group is not accepted; no sum of weights comes near it. */
const REFUSED = -1e9

export function openTermIndex(): TermIndex {
  // By place; the terms of a text one behind the other, where a search reads them without a detour.
  const terms = openPackedLists()
  const groups: number[] = []
  const orders: number[] = []
  const freePlaces: number[] = []
  // By term.
  const lists: (number[] | undefined)[] = []
  // Scratch of a search, all 0 between two.
  let sums = new Int32Array(1_024)
  let owed = new Int32Array(1_024)
  // What a look ahead has seen.
  const seen = new Int32Array(1)
  let order = 0

  const termsOf = (place: number): Int32Array => {
    const { items, spans } = terms.stretch()
    return items.subarray(spans[SPAN * place] ?? 0, spans[SPAN * place + 1] ?? 0)
  }

  /** Adds a term's weight to all that have it. */
  const gather = (
    { weight, list }: Asked,
    touched: number[],
    refused: number[],
    accepts: (group: number) => boolean,
  ): void => {
    const gathered = sums
    for (const place of list) {
      const sum = gathered[place] ?? 0
      if (sum !== 0) gathered[place] = sum + weight
      else if (accepts(groups[place] ?? 0)) {
        gathered[place] = weight
        touched.push(place)
      } else {
        gathered[place] = REFUSED
        refused.push(place)
      }
    }
  }
  /** What these have gathered, by the terms of both sides. */
  const score = (places: readonly number[], wanted: number): Float64Array => {
    const { heads } = terms.stretch()
    const gathered = sums
    const scores = new Float64Array(places.length)
    for (let at = 0; at < places.length; at += 1) {
      const place = places[at] ?? 0
      scores[at] = (gathered[place] ?? 0) / (wanted + (heads[place] ?? 0))
    }
    return scores
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
    let left = asked.reduce((sum, { list }) => sum + list.length, 0)
    for (const [at, one] of asked.entries()) {
      // Looking for the floor costs a walk over all that was touched: worth it before a list of that length only, and where
      // more is left to walk than that.
      const isLong = 2 * one.list.length >= touched.length && left > 4 * touched.length
      const isWorth = isLong && touched.length >= most
      left -= one.list.length
      if (isWorth && boundUnseen(asked, at, wanted) < reached / (wanted + 1)) {
        const floor = findFloor(score(touched, wanted), most)
        if (boundUnseen(asked, at, wanted) < floor) return { gathered: at, floor }
      }
      take(one)
      reached += one.weight
    }
    return { gathered: asked.length, floor: -1 }
  }
  /** The best by their whole scores, of those that may still be among them. */
  const settle = (
    touched: readonly number[],
    left: readonly Asked[],
    { wanted, floor, most }: { wanted: number; floor: number; most: number },
  ): TermHit[] => {
    const { items, spans } = terms.stretch()
    const [gathered, weights] = [sums, owed]
    let rest = 0
    for (const { term, weight } of left) {
      weights[term] = weight
      rest += weight
    }
    const found: number[] = []
    const scores: number[] = []
    // Where there is a floor, most are below it.
    if (rest > 0 && floor < 0) seen[0] = fetchAhead(touched, items, spans)
    for (const place of touched) {
      const begin = spans[SPAN * place] ?? 0
      const end = spans[SPAN * place + 1] ?? 0
      const own = end - begin
      let sum = gathered[place] ?? 0
      if ((sum + rest) / (wanted + own) < floor) continue
      if (rest > 0) for (let at = begin; at < end; at += 1) sum += weights[items[at] ?? 0] ?? 0
      if (sum === 0) continue
      found.push(place)
      scores.push(sum / (wanted + own))
    }
    for (const { term } of left) weights[term] = 0
    const least = findFloor(scores, most)
    return found
      .map((place, at) => ({ place, score: scores[at] ?? 0 }))
      .filter((hit) => hit.score >= least)
      .sort((a, b) => b.score - a.score || (orders[b.place] ?? 0) - (orders[a.place] ?? 0))
      .slice(0, most)
  }

  return {
    put: (own, group, again = []) => {
      const place = freePlaces.pop() ?? groups.length
      for (const term of own) {
        const list = (lists[term] ??= [])
        list.push(place)
        if (term >= owed.length) owed = new Int32Array(2 * term)
      }
      terms.put(place, [...own, ...again], own.length)
      groups[place] = group
      orders[place] = order += 1
      if (place >= sums.length) sums = new Int32Array(2 * sums.length)
      return place
    },
    remove: (place) => {
      for (const term of termsOf(place)) {
        // In the order in which they came, so that the newest are those at the end.
        const list = lists[term]
        list?.splice(list.lastIndexOf(place), 1)
        if (list?.length === 0) lists[term] = undefined
      }
      terms.remove(place)
      freePlaces.push(place)
    },
    termsOf,
    ask: (wanted) => {
      const asked: Asked[] = []
      const texts = groups.length - freePlaces.length
      for (const { term, times } of wanted) {
        const list = lists[term]
        if (list) asked.push({ term, weight: times * weighTerm(texts, list.length), list })
      }
      return { asked, wanted: wanted.length }
    },
    search: (question, most, accepts = () => true) => {
      if (most < 1) return []
      const { wanted } = question
      const asked = question.asked.toSorted(byWeight)
      const touched: number[] = []
      const refused: number[] = []
      const take = (one: Asked): void => gather(one, touched, refused, accepts)
      const { gathered, floor } = gatherEnough(asked, wanted, most, take, touched)
      const found = settle(touched, asked.slice(gathered), { wanted, floor, most })
      for (const place of touched) sums[place] = 0
      for (const place of refused) sums[place] = 0
      return found
    },
    searchAmong: ({ asked, wanted }, most, among) =>
      most < 1 ? [] : settle(among, asked, { wanted, floor: -1, most }),
    searchNewest: ({ asked, wanted }, most, newest) => {
      if (most < 1) return []
      const touched: number[] = []
      const gathered = sums
      seen[0] = fetchEnds(asked, newest)
      for (const { weight, list } of asked.toSorted(byWeight)) {
        for (let at = Math.max(0, list.length - newest); at < list.length; at += 1) {
          const place = list[at] ?? 0
          const sum = gathered[place] ?? 0
          if (sum === 0) touched.push(place)
          gathered[place] = sum + weight
        }
      }
      // What stands further back in one list is not counted there: whoever is near is counted whole.
      const scores = score(touched, wanted)
      const floor = findFloor(scores, 4 * most)
      const near = touched.filter((_, at) => (scores[at] ?? 0) >= floor).slice(-8 * most)
      for (const place of touched) sums[place] = 0
      return settle(near, asked, { wanted, floor: -1, most })
    },
    countShared: (places, asked, counts) => {
      const { items, spans } = terms.stretch()
      const times = owed
      for (const [at, { term }] of asked.entries()) if (term >= 0) times[term] = counts[at] ?? 0
      const shared = places.map((place) => {
        const head = spans[SPAN * place + 1] ?? 0
        const end = spans[SPAN * place + 2] ?? 0
        let sum = 0
        for (let at = spans[SPAN * place] ?? 0; at < head; at += 1) if ((times[items[at] ?? 0] ?? 0) > 0) sum += 1
        let time = 1
        for (let at = head; at < end; at += 1) {
          time = at > head && items[at] === items[at - 1] ? time + 1 : 2
          if ((times[items[at] ?? 0] ?? 0) >= time) sum += 1
        }
        return sum
      })
      for (const { term } of asked) if (term >= 0) times[term] = 0
      return shared
    },
    size: () => groups.length - freePlaces.length,
    entries: () => terms.entries(),
  }
}
