// In: the signatures of texts by which claims are known, under keys. Out: which of them a message is worth comparing with.
// Must not decide that two are one claim (claim-match.ts does, of what comes out here), nor leave out what it would merge.
import { areKindsApart } from './claim-match.ts'
import { CLAIM_KINDS, type ClaimKind } from './kind.ts'
import { isSamePlace, type PlaceMention } from './place-slot.ts'
import { unfoldSignature, type KeptSignature, type Signature } from './signature.ts'
import { openTermIndex, type WantedTerm } from './term-index.ts'

export interface ClaimIndex {
  /** Puts a text under a key, in the place of what stood there. */
  put(key: string, signature: KeptSignature): void
  /** @returns false when nothing stood there */
  remove(key: string): boolean
  /** What stands under a key; the same object until it is replaced. */
  get(key: string): KeptSignature | null
  /** Keys of what may be the same claim, then of what may be the same template with other facts, each the nearest first. */
  find(message: Signature, most?: Breadth): string[]
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
/** Measured by `npm run bench -- --only similar`: what a text takes beside its terms and its characters. */
const BYTES_PER_TEXT = 1_700
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
  join(name: string, signature: KeptSignature): number
  leave(name: string): void
  /** Whether nothing in kind or place says that it is another claim: what one side does not say contradicts nothing. */
  asker(message: Signature): (group: number) => boolean
}

const nameGroup = ({ kind, slots }: KeptSignature): string =>
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

/** More texts of one place than this are searched by their terms, as all others are. */
const MOST_OF_PLACE = 2_000

/** Which texts play where and assert what, so that a message that names a place is compared with few. */
function openAtlas() {
  const shelves = new Map<string, Set<number>>()
  /** The place itself, and all that it lies in. */
  const listShelves = ({ kind, slots }: KeptSignature): string[] =>
    slots.places
      .flat()
      .flatMap((code) => [`${kind} is ${code}`, ...listOuter(code).map((outer) => `${kind} in ${outer}`)])
  return {
    put: (text: number, own: KeptSignature): void => {
      for (const name of listShelves(own)) {
        const shelf = shelves.get(name)
        if (shelf) shelf.add(text)
        else shelves.set(name, new Set([text]))
      }
    },
    remove: (text: number, own: KeptSignature): void => {
      for (const name of listShelves(own)) {
        const shelf = shelves.get(name)
        shelf?.delete(text)
        if (shelf?.size === 0) shelves.delete(name)
      }
    },
    /** All that name a place which, like their kind, does not contradict these; null when too many, or when no place is named. */
    list: ({ kind, slots }: KeptSignature): number[] | null => {
      if (slots.places.length === 0) return null
      const places = slots.places
        .flat()
        .flatMap((code) => [` in ${code}`, ...listOuter(code).map((outer) => ` is ${outer}`)])
      const found = CLAIM_KINDS.filter((other) => !areKindsApart(kind, other)).flatMap((other) =>
        places.flatMap((place) => shelves.get(other + place) ?? []),
      )
      if (found.reduce((sum, { size }) => sum + size, 0) > MOST_OF_PLACE) return null
      // A text with two places may stand on two of the shelves.
      const all = new Set<number>()
      for (const shelf of found) for (const text of shelf) all.add(text)
      return [...all]
    },
  }
}

/** 6401 of 640104: a code and what it lies in, shortest first. */
const listOuter = (code: string): string[] => [...new Set([code.slice(0, 2), code.slice(0, 4), code])]

export function openClaimIndex(): ClaimIndex {
  const index = openTermIndex()
  // Those that name no place once more: they may be about any, and are too many to be compared one by one.
  const placeless = openTermIndex()
  const kept = new Map<string, KeptSignature>()
  const groups = openGroups()
  const atlas = openAtlas()
  const numbers = new Map<string, number>()
  let characters = 0
  const remove = (key: string): boolean => {
    const old = kept.get(key)
    if (!old) return false
    index.remove(key)
    placeless.remove(key)
    groups.leave(nameGroup(old))
    atlas.remove(numbers.get(key) ?? -1, old)
    numbers.delete(key)
    characters -= old.bare.length + old.gist.length
    return kept.delete(key)
  }
  return {
    put: (key, signature) => {
      remove(key)
      const { kind, stance, slots, bare, gist } = signature
      const own: KeptSignature = { kind, stance, slots, bare, gist }
      const { bigrams } = unfoldSignature(own)
      kept.set(key, own)
      characters += bare.length + gist.length
      const group = groups.join(nameGroup(own), own)
      const terms = new Set([...bigrams.keys(), ...listFactTerms(own)])
      const text = index.put(key, terms, group)
      if (own.slots.places.length === 0) placeless.put(key, terms, group)
      numbers.set(key, text)
      atlas.put(text, own)
    },
    remove,
    get: (key) => kept.get(key) ?? null,
    find: (message, { same, alike } = BREADTH) => {
      const words = [...message.bigrams.keys()].map((term): WantedTerm => ({ term, times: 1 }))
      const facts = listFactTerms(message).map((term): WantedTerm => ({ term, times: FACT_TIMES }))
      const there = atlas.list(message)
      const wanted = [...facts, ...words]
      const asker = groups.asker(message)
      const near = there
        ? [...index.searchAmong(wanted, same, there), ...placeless.search(wanted, same / 2, asker)]
        : index.search(wanted, same, asker)
      return [...new Set([...near, ...index.searchNewest(words, alike, NEWEST)].map(({ key }) => key))]
    },
    size: () => kept.size,
    bytes: () => BYTES_PER_TEXT * kept.size + BYTES_PER_ENTRY * index.entries() + BYTES_PER_CHARACTER * characters,
  }
}
