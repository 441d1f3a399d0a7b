// In: the record. Out: the shelf of heads in step with it: read at the start in slices, then link by link, on every node the same.
// Must not hold anything up: while it reads the beginning, sightings are on record and wait for their claim.
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { DAY, type Instant } from '../core/instant.ts'
import type { Queryable } from '../store/pool.ts'
import {
  findLastLink,
  listCurrentClaims,
  listHeads,
  listLinksAfter,
  listOldClaims,
  type LinkedText,
  type OldClaim,
} from '../store/rumours/heads.ts'
import { openShelf, VARIANTS, type HeadShelf } from './head-shelf.ts'

/** What came to rest longer ago is archive: read after all else, and only while there is room. */
const CURRENT_MS = 30 * DAY
const PAGE = 200
/** Reading a text takes a fifth of a millisecond; after so many the process turns to whatever waits. */
const SLICE = 20
/** Whoever asks before the beginning is read waits so long at most. */
const PATIENCE_MS = 1_000
/** A node that is told of news looks once in so long, however often it is told. */
const FOLLOW_MS = 250

/** take: what was just linked under lockMatching; the next one within the same transaction finds it. */
export interface Heads extends Pick<HeadShelf, 'match' | 'take' | 'drop' | 'measure'> {
  /** Reads the beginning if nobody has. @returns false when it was not read within the patience: ask again later */
  open(db: Queryable, now: Instant, patienceMs?: number): Promise<boolean>
  /** Reads what was linked since; under lockMatching it then knows all there is. */
  refresh(db: Queryable): Promise<void>
  /** Keeps up with what other nodes link, as far as there is time: a hint came. Never throws. */
  follow(db: Queryable): Promise<void>
  /** Until nothing is being read. @returns whether the archive is read to its end, or to the bound */
  settle(): Promise<boolean>
}

export function openHeads(shelf: HeadShelf = openShelf()): Heads {
  let beginning: Promise<void> | null = null
  let isCurrent = false
  let archive: Promise<boolean> | null = null
  let isWhole = false
  let last = 0
  let following = false
  let isToldAgain = false

  const takeAll = async (links: readonly LinkedText[], isNew: boolean): Promise<void> => {
    for (const [at, link] of links.entries()) {
      if (at % SLICE === SLICE - 1) await turn()
      // Two may read at once, one under the lock and one without: none goes back behind the other.
      if (isNew && link.linkId <= last) continue
      shelf.take(link)
      if (isNew) last = link.linkId
    }
  }
  const readBeginning = async (db: Queryable, now: Instant): Promise<void> => {
    shelf.clear()
    last = await findLastLink(db)
    for (let after = '', more = true; more;) {
      const ids = await listCurrentClaims(db, now - CURRENT_MS, after, PAGE)
      await takeAll(await listHeads(db, ids, last, VARIANTS), false)
      after = ids.at(-1) ?? after
      more = ids.length === PAGE
    }
    isCurrent = true
  }
  const readArchive = async (db: Queryable, now: Instant): Promise<boolean> => {
    const upTo = last
    let after: OldClaim | null = null
    for (;;) {
      const old: OldClaim[] = await listOldClaims(db, now - CURRENT_MS, after, PAGE)
      const ids = old.map(({ id }) => id)
      await takeAll(await listHeads(db, ids, upTo, VARIANTS), false)
      after = old.at(-1) ?? null
      if (old.length < PAGE || shelf.isFull()) return true
    }
  }
  const refresh = async (db: Queryable): Promise<void> => {
    for (;;) {
      const links = await listLinksAfter(db, last, PAGE)
      await takeAll(links, true)
      if (links.length < PAGE) return
    }
  }
  const begin = (db: Queryable, now: Instant): Promise<void> => {
    beginning ??= readBeginning(db, now).finally(() => {
      beginning = null
    })
    return beginning
  }
  const beginArchive = (db: Queryable, now: Instant): void => {
    if (isWhole || archive !== null) return
    // What it could not read now it reads when it is asked again.
    archive = readArchive(db, now).then(
      (done) => (isWhole = done),
      () => false,
    )
    void archive.finally(() => {
      archive = null
    })
  }
  return {
    match: (signature, lane) => shelf.match(signature, lane),
    take: (link, signature) => shelf.take(link, signature),
    drop: (sightingId) => shelf.drop(sightingId),
    measure: () => shelf.measure(),
    open: async (db, now, patienceMs = PATIENCE_MS) => {
      if (!isCurrent) {
        const waiting = new AbortController()
        const patience = sleep(patienceMs, false, { signal: waiting.signal, ref: false }).catch(() => false)
        try {
          await Promise.race([begin(db, now), patience])
        } finally {
          waiting.abort()
        }
      }
      if (isCurrent) beginArchive(db, now)
      return isCurrent
    },
    refresh,
    follow: async (db) => {
      isToldAgain = true
      if (following || !isCurrent) return
      following = true
      try {
        while (isToldAgain) {
          isToldAgain = false
          await refresh(db)
          await sleep(FOLLOW_MS, undefined, { ref: false })
        }
      } catch {
        // A hint may be lost: the next sighting reads the rows.
      } finally {
        following = false
      }
    },
    settle: async () => {
      await beginning?.catch(() => undefined)
      await archive
      return isWhole
    },
  }
}
