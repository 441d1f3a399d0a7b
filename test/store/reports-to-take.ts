// In: what a test of taking cares about of a report. Out: its row as the public's process spells it, a database that breaks on demand,
// and how a report stands on record. Must not take one by another way than the one under test.
import { createHash } from 'node:crypto'
import type { Queryable } from '../../src/store/pool.ts'
import { spellTaken, type Done, type Origin, type TakenRow } from '../../src/store/rumours/sightings.ts'
import { findByReceipt } from '../rumour/receipt-rows.ts'

const START = Date.UTC(2026, 2, 4, 2)

let last = 0
export interface Report {
  id: string
  receipt: Buffer
  raw: Buffer
  row: TakenRow
}
interface Given {
  receipt?: Buffer
  sender?: string
  mostADay?: number
  /** What no record takes: a way in that there is not. */
  route?: string
  picture?: boolean
}

/** Somebody's report; another sender each time unless one is named. */
export function reportOf({ receipt, sender, mostADay = 100, route = 'form', picture = false }: Given = {}): Report {
  const id = `r-${(last += 1)}`
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  const [own, raw] = [receipt ?? hash(`receipt ${id}`), Buffer.from(`sealed ${id}`)]
  const from = hash(sender ?? id)
    .toString('hex')
    .slice(0, 32)
  const origin: Origin = { sender: from, network: from, mostADay, shadowAt: 1_000 }
  const row = spellTaken(
    {
      id,
      class: 'actual',
      route: route as 'form',
      shown: `听说${id}号井冒泡`,
      stance: 'spread',
      kind: 'other',
      url: null,
      platform: '',
      region: '',
      seenAt: null,
      receivedAt: START,
      takenBy: 'public',
      rawSha256: hash(id).toString('hex'),
      reporterRef: null,
    },
    {
      receiptHash: own,
      raw,
      reporter: null,
      ...(picture
        ? { picture: { sealed: raw, sha256: hash(`p${id}`).toString('hex'), type: 'image/png', bytes: 9 } }
        : {}),
    },
    origin,
  )
  return { id, receipt: own, raw, row }
}
export const several = (n: number, given: Given = {}): Report[] => Array.from({ length: n }, () => reportOf(given))

export type Told = Done | 'refused'
export const takeAll = (take: (row: TakenRow) => Promise<Done>, reports: readonly Report[]): Promise<Told[]> =>
  Promise.all(reports.map(({ row }) => take(row).catch((): Told => 'refused')))
export const fill = <T>(n: number, one: T): T[] => Array.from({ length: n }, () => one)

/** Under its own id, under another's (the receipt is the same), or nowhere. */
export type Standing = 'own' | 'other' | 'none'

export async function readStanding(db: Queryable, reports: readonly Report[]): Promise<Standing[]> {
  const found = await Promise.all(reports.map(({ receipt }) => findByReceipt(db, receipt)))
  return reports.map(({ id }, at) => {
    const known = found[at]
    return known ? (known.id === id ? 'own' : 'other') : 'none'
  })
}
/** How many are on record with all that belongs to them, and once in the journal. */
export const countWhole = async (db: Queryable, reports: readonly Report[]): Promise<number> => {
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from unnest($1::text[], $2::bytea[]) g (id, raw) join sighting s on s.id = g.id
     join sighting_raw r on r.sighting_id = s.id and r.sealed = g.raw join sighting_source o on o.sighting_id = s.id
     join sighting_waiting w on w.sighting_id = s.id
     where (select count(*) from journal j where j.subject = s.id and j.act = 'sighting.received') = 1`,
    [reports.map(({ id }) => id), reports.map(({ raw }) => raw)],
  )
  return rows[0]?.n ?? 0
}

type Fault = 'before' | 'after' | null
/** Of a statement's number, from 0, and whether it takes several together. */
export type When = (statement: number, isTogether: boolean) => Fault
/** A database that breaks before a statement or after its commit. */
export function breakingAt(db: Queryable, when: When): Queryable & { asked: () => number } {
  let asked = 0
  return {
    asked: () => asked,
    query: async <R extends object>(text: string, values?: unknown[]) => {
      const fault = when(asked, Array.isArray(values?.[0]))
      asked += 1
      if (fault === 'before') throw new Error('the connection is gone')
      const done = await db.query<R>(text, values)
      if (fault === 'after') throw new Error('the answer is lost')
      return done
    },
  }
}
