// In: lines pasted from a table. Out: what each says as a report, or its number and what is wrong with it.
// Must not let one bad line take its neighbours with it (DESIGN L10).
import { BEIJING_OFFSET, parseWallTime, type Instant } from '../core/instant.ts'

export interface PastedLine {
  /** Counted from 1. */
  number: number
  text: string
  platform: string
  region: string
  url: string
  seenAt: Instant | null
}

export interface Pasted {
  lines: PastedLine[]
  faults: { number: number; why: string }[]
}

/** A form of the desk holds 64 KB: some 7,000 characters. */
export const MOST_LINES = 200
const MOST_CHARACTERS = 70_000
const COLUMNS = ['原文', '平台', '地区', '网址', '看到时间']

/** Columns 原文, 平台, 地区, 网址, 看到时间 (Beijing time), separated by tabs or commas; a line of names above is passed over. */
export function readPasted(text: string): Pasted {
  const rows = splitRows(text.slice(0, MOST_CHARACTERS)).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  const pasted: Pasted = { lines: [], faults: [] }
  for (const [index, { number, cells, isOpen }] of rows.entries()) {
    if (index === 0 && cells[0]?.trim() === COLUMNS[0]) continue
    const [said = '', platform = '', region = '', url = '', seen = ''] = cells.map((cell) => cell.trim())
    const fail = (why: string): unknown => pasted.faults.push({ number, why })
    const seenAt = seen === '' ? null : parseWallTime(seen.replaceAll('/', '-'), BEIJING_OFFSET)
    if (isOpen) fail('引号没有合上')
    else if (cells.length > COLUMNS.length) fail(`有 ${cells.length} 列，最多 ${COLUMNS.length} 列`)
    else if (said === '') fail('没有原文')
    else if (seen !== '' && seenAt === null) fail('看到时间写法不对，例如 2026-01-31 08:00')
    else if (pasted.lines.length >= MOST_LINES) fail(`一次最多 ${MOST_LINES} 条`)
    else pasted.lines.push({ number, text: said, platform, region, url, seenAt })
  }
  return pasted
}

interface Row {
  number: number
  cells: string[]
  /** Its quotation mark was never closed. */
  isOpen: boolean
}

/** RFC 4180 with tabs beside commas: a cell in quotation marks may hold line ends, and a doubled mark is one. */
function splitRows(text: string): Row[] {
  const separator = text.includes('\t') ? '\t' : ','
  const rows: Row[] = []
  let row: Row = { number: 1, cells: [], isOpen: false }
  let cell = ''
  let line = 1
  let quoted = false
  const endCell = (): void => {
    row.cells.push(cell)
    cell = ''
  }
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]
    if (sign === '\n') line += 1
    if (quoted && sign === '"' && text[at + 1] === '"') {
      cell += '"'
      at += 1
    } else if (quoted) {
      if (sign === '"') quoted = false
      else cell += sign
    } else if (sign === '"' && cell === '') quoted = true
    else if (sign === separator) endCell()
    else if (sign === '\n') {
      endCell()
      rows.push(row)
      row = { number: line, cells: [], isOpen: false }
    } else if (sign !== '\r') cell += sign
  }
  endCell()
  rows.push({ ...row, isOpen: quoted })
  return rows
}
