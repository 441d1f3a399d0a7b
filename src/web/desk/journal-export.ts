// In: rows of the journal, some thousands at a time. Out: a file of them as it is written, never whole in memory.
// Must not let a cell be taken for a formula, nor end short without saying so.
import { formatUtc } from '../../core/instant.ts'
import type { JournalCursor, JournalPage, JournalRow } from '../../store/journal-search.ts'

/** Rows of one export; more is asked for by a narrower span. */
export const MOST_EXPORTED = 200_000
/** Made into text at once: some milliseconds of the process that publishes. */
export const BATCH = 1_000

export const EXPORT_TYPES = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' } as const

/**
 * The file's text, part by part.
 * @param read the next rows after a cursor, BATCH of them at most
 */
export async function* writeExport(
  form: 'csv' | 'json',
  read: (before: JournalCursor | null) => Promise<JournalPage>,
): AsyncGenerator<string> {
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  yield form === 'csv' ? '\uFEFFid,at,actor,act,subject,detail,seal,hash\r\n' : '{"rows":['
  let count = 0
  let before: JournalCursor | null = null
  do {
    const { rows, next }: JournalPage = await read(before)
    if (rows.length > 0) yield form === 'csv' ? rows.map(writeLine).join('') : writeObjects(rows, count === 0)
    count += rows.length
    before = next
  } while (before !== null && count < MOST_EXPORTED)
  const isShort = before !== null
  if (form === 'json') yield `],"complete":${!isShort}}\n`
  else if (isShort) yield `,,,,,${writeCell(`超过 ${MOST_EXPORTED} 条，更早的未导出，请缩小范围`)},,\r\n`
}

const writeObjects = (rows: readonly JournalRow[], isFirst: boolean): string =>
  `${isFirst ? '' : ','}${rows.map((row) => JSON.stringify({ ...row, at: formatUtc(row.at) })).join(',')}`

function writeLine(row: JournalRow): string {
  const { id, at, actor, act, subject, detail, seq, hash } = row
  const cells = [id, formatUtc(at), actor, act, subject, JSON.stringify(detail), seq ?? '', hash ?? '']
  return `${cells.map((cell) => writeCell(String(cell))).join(',')}\r\n`
}

/**
 * RFC 4180; a cell that a spreadsheet would take for a formula begins with an apostrophe: by a wide sign, too, where the keyboard
 * writes them (OWASP, CSV Injection).
 */
export function writeCell(text: string): string {
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
