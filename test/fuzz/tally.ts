// In: what became of each payload. Out: the figures of one format, and whether its memory stayed flat.
// Must not keep payloads or reports: it would be the leak that it looks for.
import type { Examined } from './examine.ts'

/** Figures of one format; heap holds bytes in use after collections, in order. */
export interface Tally {
  payloads: number
  reports: number
  refused: number
  ignored: number
  unreadable: number
  undecodable: number
  acts: Record<string, number>
  slowestMs: number
  slowestIndex: number
  heap: number[]
}

export interface OpenTally extends Tally {
  add(examined: Examined, took: number, index: number): void
  plain(): Tally
}

/** A tally to count into. */
export function emptyTally(): OpenTally {
  const tally: Tally = {
    payloads: 0,
    reports: 0,
    refused: 0,
    ignored: 0,
    unreadable: 0,
    undecodable: 0,
    acts: {},
    slowestMs: 0,
    slowestIndex: -1,
    heap: [],
  }
  return Object.assign(tally, {
    add(examined: Examined, took: number, index: number): void {
      tally.payloads += 1
      tally.reports += examined.reports
      tally.refused += examined.refused
      tally.ignored += examined.ignored
      if (examined.outcome === 'unreadable') tally.unreadable += 1
      if (examined.outcome === 'undecodable') tally.undecodable += 1
      for (const [act, count] of Object.entries(examined.acts)) tally.acts[act] = (tally.acts[act] ?? 0) + count
      if (took > tally.slowestMs) Object.assign(tally, { slowestMs: took, slowestIndex: index })
    },
    plain: (): Tally => JSON.parse(JSON.stringify(tally)) as Tally,
  })
}

/** Joins the figures of a run that a hang interrupted; heaps of different threads are not compared. */
export function joinTallies(one: Tally | null, other: Tally): Tally {
  if (!one) return other
  const acts = { ...one.acts }
  for (const [act, count] of Object.entries(other.acts)) acts[act] = (acts[act] ?? 0) + count
  const slower = one.slowestMs > other.slowestMs ? one : other
  return {
    payloads: one.payloads + other.payloads,
    reports: one.reports + other.reports,
    refused: one.refused + other.refused,
    ignored: one.ignored + other.ignored,
    unreadable: one.unreadable + other.unreadable,
    undecodable: one.undecodable + other.undecodable,
    acts,
    slowestMs: slower.slowestMs,
    slowestIndex: slower.slowestIndex,
    heap: other.heap,
  }
}

const MEGABYTE = 1_000_000
/** More growth than this between the first and the last fifth is a leak. */
const MOST_GROWTH = 20 * MEGABYTE

/** Median heap of the first and last fifth in megabytes; null with fewer than five samples, when nothing can be said. */
export function heapEnds(heap: readonly number[]): { first: number; last: number; leaks: boolean } | null {
  const fifth = Math.floor(heap.length / 5)
  if (fifth === 0) return null
  const first = median(heap.slice(0, fifth))
  const last = median(heap.slice(-fifth))
  return { first: first / MEGABYTE, last: last / MEGABYTE, leaks: last - first > MOST_GROWTH }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
