// In: parsed rows of one payload and what we remember of its source. Out: the rows that say something new.
// "New" is any version that was not in the payload before: a row that comes back after its delete is new again.
import { createHash } from 'node:crypto'
import type { QuakeReport } from '../core/quake-report.ts'
import type { RowMemory } from './picture.ts'

export interface KeyedRow {
  report: QuakeReport
  key: string
  fingerprint: string
}

/** Key of a row in its source: the full upstream id, or where it stands in space and time if it has none. */
function keyOf(report: QuakeReport): string {
  if (report.sourceEventId) return report.sourceEventId
  return `@${report.originTime ?? ''},${report.latitude ?? ''},${report.longitude ?? ''}`
}

/** Keys and fingerprints a parsed row; its position in the list is no part of what it says. */
export function keyRow(report: QuakeReport): KeyedRow {
  const { row: _, ...said } = report
  const fingerprint = createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 22)
  return { report, key: keyOf(report), fingerprint }
}

/** The rows that were not in the source's last payload. The first version in a list wins its place in the order. */
export function findNewRows(
  source: string,
  rows: readonly KeyedRow[],
  memory: ReadonlyMap<string, RowMemory>,
): KeyedRow[] {
  const present = groupByKey(rows)
  const taken = new Set<string>()
  return rows.filter((row) => {
    const mark = `${row.key} ${row.fingerprint}`
    if (taken.has(mark)) return false
    taken.add(mark)
    const known = memory.get(`${source} ${row.key}`)
    if (!known) return true
    if (known.last) return !known.last.has(row.fingerprint)
    // Since a restart: if the newest version we knew is in the list, older ones beside it are not news.
    const here = present.get(row.key)
    return here?.has(known.latest) ? !known.known.has(row.fingerprint) : true
  })
}

/** Remembers what this payload showed; to be called only after its commit. */
export function rememberRows(source: string, rows: readonly KeyedRow[], memory: Map<string, RowMemory>): void {
  for (const [key, fingerprints] of groupByKey(rows)) {
    const known = memory.get(`${source} ${key}`)?.known ?? new Set<string>()
    for (const fingerprint of fingerprints) known.add(fingerprint)
    memory.set(`${source} ${key}`, { known, latest: [...fingerprints].at(-1) ?? '', last: fingerprints })
  }
}

function groupByKey(rows: readonly KeyedRow[]): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>()
  for (const row of rows) {
    const group = groups.get(row.key) ?? new Set()
    group.add(row.fingerprint)
    groups.set(row.key, group)
  }
  return groups
}
