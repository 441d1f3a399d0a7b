// In: the signatures of texts by which claims are known, under keys. Out: which of them a message is worth comparing with.
// Must not decide that two are one claim (claim-match.ts does, of what comes out here), nor leave out what it would merge.
import { areKindsApart } from './claim-match.ts'
import type { ClaimKind } from './kind.ts'
import { isSamePlace, type PlaceMention } from './place-slot.ts'
import { openPlaceShelves } from './place-shelves.ts'
import { openSharedLists } from './shared-lists.ts'
import type { Signature } from './signature.ts'
import { countPairs, diceOf } from './similarity.ts'
import { joinQuestions, openTermIndex } from './term-index.ts'
import { openTermNumbers, type Term } from './term-numbers.ts'

/** What stands under a key, beside a message. */
export interface Known {
  key: string
  signature: Signature
  /** How alike their pairs of characters are, as similarity.ts says. */
  score: number
}

export interface ClaimIndex {
  /** Puts a text under a key, in the place of what stood there. */
  put(key: string, signature: Signature): void
  /** @returns false when nothing stood there */
  remove(key: string): boolean
  /** What stands under a key; the same object until it is replaced. */
  get(key: string): Signature | null
  /** What may be the same claim, then of what may be the same template with other facts, each the nearest first. */
  find(message: Signature, most?: Breadth): Known[]
  size(): number
  /** Bytes that it takes, estimated from what it holds (see BYTES_PER_TEXT). */
  bytes(): number
}

export interface Breadth {
  /** Of those whose place and kind do not contradict the message's, found by words and facts. */
  same: number
  /** Of all, found by words alone. */
  alike: number
}

/** Enough that what is compared in full holds every text that the machine would merge (test/core/rumour/claim-index.test.ts). */
const BREADTH: Breadth = { same: 24, alike: 12 }
/** Worded alike are looked for among the newest so many of each pair of characters. */
const NEWEST = 32
/** A fact that two messages share says more than two characters that they share. */
const FACT_TIMES = 3
/** A message full of figures brings no more facts than this. */
const MOST_FACTS = 60
/**
 * What a text takes beside its terms and its characters: `npm run bench -- --only similar` measures 650, of texts whose facts many
 * tell alike; what no other tells takes more.
 */
const BYTES_PER_TEXT = 900
/** A term of a text stands once in its own list and once in that of the term. */
const BYTES_PER_ENTRY = 16
const BYTES_PER_CHARACTER = 2

/** Facts as terms, told apart from pairs of characters by their length and colon; a place stands for all that it lies in. */
export function listFactTerms({ kind, slots }: Pick<Signature, 'kind' | 'slots'>): string[] {
  const spans = (mark: string, list: readonly (readonly [number, number])[]): string[] =>
    list.flatMap(([low, high]) => (low === high ? [`${mark}:${low}`] : [`${mark}:${low}`, `${mark}:${high}`]))
  const terms = [
    ...slots.places.flat().flatMap((code) => [code.slice(0, 2), code.slice(0, 4), code].map((one) => `place:${one}`)),
    ...spans('magnitude', slots.magnitudes),
    ...slots.days.map((day) => `day:${day}`),
    ...slots.dates.map((date) => `date:${date.split('-')[1] ?? ''}`),
    ...slots.clockTimes.flatMap(({ hours }) => hours.map((hour) => `hour:${hour}`)),
    ...spans('count', slots.counts),
    ...spans('duration', slots.durations),
    ...slots.landmarks.map((name) => `landmark:${name}`),
    ...slots.subjects.map((name) => `subject:${name}`),
    ...(kind === 'other' ? [] : [`kind:${kind}`]),
  ]
  return [...new Set(terms)].slice(0, MOST_FACTS)
}

/** What a text asserts and where: many texts share it, so that a search asks of each once. */
interface Group {
  kind: ClaimKind
  places: readonly PlaceMention[]
  texts: number
}

interface Groups {
  join(name: string, signature: Signature): number
  leave(name: string): void
  /** Whether nothing in kind or place says that it is another claim: what one side does not say contradicts nothing. */
  asker(message: Signature): (group: number) => boolean
}

const nameGroup = ({ kind, slots }: Signature): string =>
  `${kind} ${slots.places.map((codes) => codes.join('|')).join(' ')}`

function openGroups(): Groups {
  const numbers = new Map<string, number>()
  const groups: (Group | undefined)[] = []
  const free: number[] = []
  return {
    join: (name, { kind, slots }) => {
      const number = numbers.get(name) ?? free.pop() ?? groups.length
      const known = numbers.has(name) ? groups[number] : undefined
      groups[number] = { kind, places: slots.places, texts: (known?.texts ?? 0) + 1 }
      numbers.set(name, number)
      return number
    },
    leave: (name) => {
      const number = numbers.get(name)
      const group = number === undefined ? undefined : groups[number]
      if (number === undefined || !group) return
      group.texts -= 1
      if (group.texts > 0) return
      numbers.delete(name)
      groups[number] = undefined
      free.push(number)
    },
    asker: ({ kind, slots }) => {
      const answers = new Map<number, boolean>()
      const ask = (group: Group | undefined): boolean =>
        group !== undefined &&
        !areKindsApart(kind, group.kind) &&
        (slots.places.length === 0 ||
          group.places.length === 0 ||
          slots.places.some((one) => group.places.some((other) => isSamePlace(one, other))))
      return (number) => {
        const known = answers.get(number)
        if (known !== undefined) return known
        const answer = ask(groups[number])
        answers.set(number, answer)
        return answer
      }
    },
  }
}

export function openClaimIndex(): ClaimIndex {
  const index = openTermIndex()
  // Those that name no place once more: they may be about any, and are too many to be compared one by one.
  const placeless = openTermIndex()
  const terms = openTermNumbers()
  const use = (term: Term): number => terms.use(term)
  const numbers = new Map<string, number>()
  // By the place of the text in the index; by its place in the other, the former.
  const keys: string[] = []
  const kept: (Signature | null)[] = []
  const sizes: number[] = []
  const twins: number[] = []
  const firsts: number[] = []
  const share = openSharedLists()
  const groups = openGroups()
  const shelves = openPlaceShelves()
  // What a look ahead has seen.
  const seen = new Int32Array(1)
  let characters = 0
  const remove = (key: string): boolean => {
    const number = numbers.get(key)
    const signature = kept[number ?? -1]
    if (number === undefined || !signature) return false
    for (const term of index.termsOf(number)) terms.leave(term)
    index.remove(number)
    if (signature.slots.places.length === 0) placeless.remove(twins[number] ?? -1)
    groups.leave(nameGroup(signature))
    shelves.remove(number, signature)
    kept[number] = null
    keys[number] = ''
    characters -= signature.bare.length + signature.gist.length
    return numbers.delete(key)
  }
  return {
    put: (key, signature) => {
      remove(key)
      const { slots, bare, gist } = signature
      const group = groups.join(nameGroup(signature), signature)
      const { pairs, counts, size } = countPairs(bare)
      const words = pairs.map(use)
      const own = [...words, ...listFactTerms(signature).map(use)]
      const again = words.flatMap((term, at) => Array.from({ length: (counts[at] ?? 1) - 1 }, () => term))
      const number = index.put(own, group, again)
      sizes[number] = size
      if (slots.places.length === 0) {
        const twin = placeless.put(own, group)
        twins[number] = twin
        firsts[twin] = number
      }
      numbers.set(key, number)
      keys[number] = key
      kept[number] = { ...signature, slots: share(slots) }
      shelves.put(number, signature)
      characters += bare.length + gist.length
    },
    remove,
    get: (key) => kept[numbers.get(key) ?? -1] ?? null,
    find: (message, { same, alike } = BREADTH) => {
      const { pairs, counts, size } = countPairs(message.bare)
      const words = pairs.map((pair) => ({ term: terms.find(pair), times: 1 }))
      const facts = listFactTerms(message).map((fact) => ({ term: terms.find(fact), times: FACT_TIMES }))
      const asked = index.ask(words)
      const both = joinQuestions(index.ask(facts), asked)
      const there = shelves.list(message)
      const asker = groups.asker(message)
      const found = new Set<number>()
      const near = there ? index.searchAmong(both, same, there) : index.search(both, same, asker)
      for (const { place } of near) found.add(place)
      const loose = there ? placeless.search(placeless.ask([...facts, ...words]), same / 2, asker) : []
      for (const { place } of loose) found.add(firsts[place] ?? -1)
      for (const { place } of index.searchNewest(asked, alike, NEWEST)) found.add(place)
      const places = [...found]
      const shared = index.countShared(places, words, counts)
      const known: Known[] = []
      for (const [at, place] of places.entries()) {
        const signature = kept[place]
        const score = diceOf(shared[at] ?? 0, size, sizes[place] ?? 0)
        if (signature) known.push({ key: keys[place] ?? '', signature, score })
      }
      // All are judged next: looked at one after the other, their facts come from memory together (as in term-scores.ts).
      for (const { signature } of known) seen[0] = signature.slots.places.length
      for (const { signature } of known) seen[0] = signature.slots.subjects.length + signature.bare.length
      return known
    },
    size: () => numbers.size,
    bytes: () => BYTES_PER_TEXT * numbers.size + BYTES_PER_ENTRY * index.entries() + BYTES_PER_CHARACTER * characters,
  }
}
