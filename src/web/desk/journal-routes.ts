// In: what an auditor looks for. Out: rows of the journal, the whole answer as CSV or JSON, and whether the chain holds.
// Must not change a row, nor show a name where the journal has none: people are named beside it, from their accounts.
import { beijingParts, formatUtc, parseZonedTime, type Instant } from '../../core/instant.ts'
import type { ChainReport } from '../../store/journal.ts'
import { searchJournal, type JournalQuery, type JournalRow } from '../../store/journal-search.ts'
import { nameAccounts } from '../../store/people/accounts.ts'
import type { Pool } from 'pg'
import { seated } from './account-routes.ts'
import type { DeskRoute, Shown, Visit } from './door.ts'
import type { DeskFrame } from './frame.ts'

export interface JournalPages {
  pool: Pool
  frame: DeskFrame
  /** Walks the chain; it takes a second for a hundred thousand rows. */
  verify: () => Promise<ChainReport>
}

const PAGE = 100
/** A year of a busy bureau; more is asked for by a narrower span. */
const MOST_EXPORTED = 200_000
const BATCH = 5_000

/** The routes of the record. */
export function listJournalRoutes(pages: JournalPages): DeskRoute[] {
  const act = 'read-journal' as const
  return [
    { method: 'GET', path: '/journal', act, handle: (visit) => listPage(pages, visit, null) },
    {
      method: 'POST',
      path: '/journal/verify',
      act,
      handle: async (visit) => listPage(pages, visit, await pages.verify()),
    },
    { method: 'GET', path: '/journal.csv', act, handle: (visit) => exportRows(pages, visit, 'csv') },
    { method: 'GET', path: '/journal.json', act, handle: (visit) => exportRows(pages, visit, 'json') },
  ]
}

interface Asked {
  query: JournalQuery
  wrong: string
  /** As typed, for the form and the links. */
  typed: Record<'actor' | 'act' | 'subject' | 'from' | 'to', string>
}

/** Days are Beijing days: the last one is asked for whole. */
function readAsked(query: URLSearchParams, limit: number): Asked {
  const read = (name: string): string => (query.get(name) ?? '').trim().slice(0, 120)
  const typed = { actor: read('actor'), act: read('act'), subject: read('subject'), from: read('from'), to: read('to') }
  const day = (text: string, more: number): Instant | null => {
    const at = parseZonedTime(`${text}T00:00:00+08:00`)
    return at === null ? null : at + more
  }
  const from = typed.from === '' ? null : day(typed.from, 0)
  const to = typed.to === '' ? null : day(typed.to, 86_400_000)
  const before = /^\d{1,15}$/.test(read('before')) ? Number(read('before')) : null
  const isWrong = (typed.from !== '' && from === null) || (typed.to !== '' && to === null)
  const { actor, act, subject } = typed
  return {
    typed,
    wrong: isWrong ? '日期须写作 2026-01-31' : '',
    query: { actor, act, subject, from, to, before, limit },
  }
}

async function listPage({ pool, frame }: JournalPages, visit: Visit, chain: ChainReport | null): Promise<Shown> {
  const { query, typed, wrong } = readAsked(visit.query, PAGE)
  const rows = wrong === '' ? await searchJournal(pool, query) : []
  const names = await nameAccounts(pool, [...new Set(rows.flatMap(({ actor, subject }) => [actor, subject]))])
  const last = rows.at(-1)
  const link = new URLSearchParams(Object.entries(typed).filter(([, value]) => value !== ''))
  const more = last && rows.length === PAGE ? `/desk/journal?${withBefore(link, last.id)}` : ''
  const view = {
    wrong,
    typed,
    more,
    csv: `/desk/journal.csv?${link.toString()}`,
    json: `/desk/journal.json?${link.toString()}`,
    chain: chain === null ? '' : describeChain(chain),
    holds: chain?.ok ?? true,
    rows: rows.map((row) => viewRow(row, names)),
  }
  return {
    status: wrong === '' ? 200 : 400,
    page: frame.page({ template: 'journal', title: '留痕', session: seated(visit), view }),
  }
}

function withBefore(link: URLSearchParams, before: number): string {
  const next = new URLSearchParams(link)
  next.set('before', String(before))
  return next.toString()
}

function describeChain(chain: ChainReport): string {
  if (chain.ok) return `链条完整：已封 ${chain.rows} 条，待封 ${chain.unsealed} 条，链首 ${chain.head.slice(0, 16)}`
  const row = chain.journalId === null ? '' : `（留痕第 ${chain.journalId} 号）`
  return `链条不符：第 ${chain.seq} 封${row}：${chain.why}`
}

function viewRow(row: JournalRow, names: ReadonlyMap<string, string>): Record<string, string> {
  const named = (id: string): string => (names.has(id) ? `${names.get(id)}（${id}）` : id)
  return {
    id: String(row.id),
    at: writeBeijing(row.at),
    actor: named(row.actor),
    act: row.act,
    subject: named(row.subject),
    detail: JSON.stringify(row.detail),
    seal: row.seq === null ? '待封' : String(row.seq),
  }
}

/** 2026-01-31 18:11:28, as tables have it. */
function writeBeijing(at: Instant): string {
  const p = beijingParts(at)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${p.year}-${two(p.month)}-${two(p.day)} ${two(p.hour)}:${two(p.minute)}:${two(p.second)}`
}

async function exportRows({ pool, frame }: JournalPages, visit: Visit, form: 'csv' | 'json'): Promise<Shown> {
  const { query, wrong } = readAsked(visit.query, BATCH)
  if (wrong !== '') {
    const view = { reason: wrong, back: '/desk/journal' }
    return { status: 400, page: frame.page({ template: 'refused', title: '不能进行', session: seated(visit), view }) }
  }
  const all: JournalRow[] = []
  for (let { before } = query; ;) {
    const rows = await searchJournal(pool, { ...query, before })
    all.push(...rows)
    before = rows.at(-1)?.id ?? null
    if (rows.length < BATCH) break
    if (all.length >= MOST_EXPORTED) {
      const view = { reason: `超过 ${MOST_EXPORTED} 条，请缩小范围后再导出`, back: '/desk/journal' }
      return { status: 413, page: frame.page({ template: 'refused', title: '不能进行', session: seated(visit), view }) }
    }
  }
  const told = all.map((row) => ({ ...row, at: formatUtc(row.at) }))
  if (form === 'json')
    return {
      data: `${JSON.stringify({ rows: told })}\n`,
      type: 'application/json; charset=utf-8',
      name: 'journal.json',
    }
  const lines = told.map((row) =>
    [row.id, row.at, row.actor, row.act, row.subject, JSON.stringify(row.detail), row.seq ?? '', row.hash ?? '']
      .map((cell) => writeCell(String(cell)))
      .join(','),
  )
  const head = 'id,at,actor,act,subject,detail,seal,hash'
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  return { data: `\uFEFF${[head, ...lines].join('\r\n')}\r\n`, type: 'text/csv; charset=utf-8', name: 'journal.csv' }
}

/** RFC 4180; a cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function writeCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
