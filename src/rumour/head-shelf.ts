// In: links of sightings to claims, as they are made. Out: the claims that a message is like, by the texts they are known by.
// Must not decide; nor hold more of a claim than its first text and its last few variants (rumours.md §10.4), nor more than its bound.
import { compareMatches, lookUp, matchWith } from '../core/rumour/look-up.ts'
import { openClaimIndex, type ClaimIndex } from '../core/rumour/claim-index.ts'
import type { ClaimMatch } from '../core/rumour/claim-match.ts'
import { signMessage, type Signature } from '../core/rumour/signature.ts'
import type { LinkedText } from '../store/rumours/heads.ts'

export type Lane = 'actual' | 'drill'

/** Beside the text that a claim was opened for. */
export const VARIANTS = 5
/** What is held in mind takes no more than this; claims heard of longest ago are let go first. */
const MOST_BYTES = 160 * 1_024 * 1_024
/** Claims that are compared head by head: more than are ever shown. */
const MOST_JUDGED = 20

export interface HeadMatch {
  claimId: string
  /** The nearest of the claim's heads, by the sighting that it came with. */
  sightingId: string
  match: ClaimMatch
  /** Some head of the claim says another fact: then no machine merges. */
  isBarred: boolean
}

/** linkId: null while it is about to be written; it then counts as the newest. */
export type TakenText = Omit<LinkedText, 'linkId'> & { linkId: number | null }

/** The texts by which claims are known, in memory. */
export interface HeadShelf {
  /** Puts a text with its claim; the machine knows it from now on. @param signature the text's, where it was read already */
  take(link: TakenText, signature?: Signature): void
  /** A sighting that does not belong where it stood. */
  drop(sightingId: string): void
  /** Claims of this lane that a message is like, the nearest first. */
  match(signature: Signature, lane: Lane): HeadMatch[]
  isFull(): boolean
  /** Texts, and the bytes that they take. */
  measure(): { texts: number; bytes: number }
  clear(): void
}

interface Known {
  lane: Lane
  /** Sightings; the first is what the claim was opened for. */
  heads: string[]
  /** Its newest link. */
  heardAt: number
}

export function openShelf(mostBytes: number = MOST_BYTES): HeadShelf {
  let indexes: Readonly<Record<Lane, ClaimIndex>> = { actual: openClaimIndex(), drill: openClaimIndex() }
  const claims = new Map<string, Known>()
  /** Claim of each head. */
  const homes = new Map<string, string>()
  let newest = 0
  const measureBytes = (): number => indexes.actual.bytes() + indexes.drill.bytes()

  const drop = (sightingId: string): void => {
    const claimId = homes.get(sightingId)
    const known = claimId === undefined ? undefined : claims.get(claimId)
    if (claimId === undefined || !known) return
    homes.delete(sightingId)
    indexes[known.lane].remove(sightingId)
    known.heads = known.heads.filter((head) => head !== sightingId)
    if (known.heads.length === 0) claims.delete(claimId)
  }
  /** Down to nine tenths, so that it is not sorted for every text. */
  const letGo = (): void => {
    for (const [, { heads }] of [...claims].sort(([, a], [, b]) => a.heardAt - b.heardAt)) {
      if (measureBytes() <= 0.9 * mostBytes) return
      for (const head of heads) drop(head)
    }
  }
  return {
    take: ({ linkId, sightingId, claimId, class: lane, shown }, given) => {
      newest = Math.max(newest, linkId ?? 0)
      const heard = claims.get(claimId)
      if (heard) heard.heardAt = Math.max(heard.heardAt, linkId ?? newest)
      // Told twice: it keeps its place among the claim's heads.
      if (homes.get(sightingId) === claimId) return
      drop(sightingId)
      const signature = given ?? signMessage(shown)
      const known = claims.get(claimId) ?? { lane, heads: [], heardAt: linkId ?? newest }
      const index = indexes[known.lane]
      if (known.heads.some((head) => index.get(head)?.bare === signature.bare)) return
      claims.set(claimId, known)
      known.heads.push(sightingId)
      homes.set(sightingId, claimId)
      index.put(sightingId, signature)
      // The first stays: it is what the claim was opened for.
      if (known.heads.length > VARIANTS + 1) drop(known.heads[1] ?? '')
      if (measureBytes() > mostBytes) letGo()
    },
    drop,
    match: (signature, lane) => {
      const index = indexes[lane]
      const near = new Map(lookUp(index, signature).map(({ key, match }) => [key, match]))
      const found = new Set([...near.keys()].flatMap((key) => homes.get(key) ?? []))
      return [...found]
        .slice(0, MOST_JUDGED)
        .flatMap((claimId): HeadMatch[] => {
          const matches = (claims.get(claimId)?.heads ?? []).flatMap((sightingId) => {
            const match = near.get(sightingId) ?? matchWith(index, sightingId, signature)
            return match === null ? [] : [{ sightingId, match }]
          })
          const [best] = matches.toSorted((a, b) => compareMatches(a.match, b.match))
          const isBarred = matches.some(({ match }) => match.doubts.includes('fact-differs'))
          return best === undefined || best.match.band === 'none' ? [] : [{ claimId, ...best, isBarred }]
        })
        .toSorted((a, b) => compareMatches(a.match, b.match))
    },
    isFull: () => measureBytes() > 0.9 * mostBytes,
    measure: () => ({ texts: homes.size, bytes: measureBytes() }),
    clear: () => {
      indexes = { actual: openClaimIndex(), drill: openClaimIndex() }
      claims.clear()
      homes.clear()
    },
  }
}
