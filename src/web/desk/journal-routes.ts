// In: what an auditor looks for. Out: rows of the journal, the whole answer as CSV or JSON, and whether the chain holds.
// Must not change a row, nor show a name where the journal has none: people are named beside it, from their accounts.
import { Readable } from 'node:stream'
import { formatBeijing, parseZonedTime, type Instant } from '../../core/instant.ts'
import type { ChainReport } from '../../store/journal.ts'
import { searchJournal, type JournalCursor, type JournalQuery, type JournalRow } from '../../store/journal-search.ts'
import { nameAccounts } from '../../store/people/accounts.ts'
import type { Pool } from 'pg'
import { seated } from './account-routes.ts'
import type { DeskRoute, Shown, Visit } from './door.ts'
import type { DeskFrame } from './frame.ts'
import type { ChainCheck, ChainWalk } from './journal-check.ts'
import { BATCH, EXPORT_TYPES, MOST_EXPORTED, writeExport } from './journal-export.ts'
import { refused } from './refused.ts'

export interface JournalPages {
  pool: Pool
  frame: DeskFrame
  /** The one of this desk, which the dossiers show too. */
  walk: ChainWalk
}

const PAGE = 100
/** For looking where no index has the answer; a page is there within 300 ms. */
const BUDGET_MS = 120

/** The routes of the record. */
export function listJournalRoutes(pages: JournalPages): DeskRoute[] {
  const act = 'read-journal' as const
  const { walk } = pages
  return [
    { method: 'GET', path: '/journal', act, handle: (visit) => listPage(pages, visit, walk.look()) },
    {
      method: 'POST',
      path: '/journal/verify',
      act,
      handle: async (visit) => listPage(pages, visit, await walk.begin()),
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
  const isWrong = (typed.from !== '' && from === null) || (typed.to !== '' && to === null)
  const { actor, act, subject } = typed
  return {
    typed,
    wrong: isWrong ? '日期须写作 2026-01-31' : '',
    query: { actor, act, subject, from, to, before: readCursor(read('before')), limit, budgetMs: BUDGET_MS },
  }
}

/** "1234", or "1900000000000-1234" within a span of days. */
function readCursor(text: string): JournalCursor | null {
  const [, at, id] = /^(?:(\d{1,15})-)?(\d{1,15})$/.exec(text) ?? []
  return id === undefined ? null : { at: at === undefined ? null : Number(at), id: Number(id) }
}

const writeCursor = ({ at, id }: JournalCursor): string => (at === null ? String(id) : `${at}-${id}`)

async function listPage({ pool, frame }: JournalPages, visit: Visit, chain: ChainCheck): Promise<Shown> {
  const { query, typed, wrong } = readAsked(visit.query, PAGE)
  const { rows, next } = wrong === '' ? await searchJournal(pool, query) : { rows: [], next: null }
  const names = await nameAccounts(pool, [...new Set(rows.flatMap(({ actor, subject }) => [actor, subject]))])
  const link = new URLSearchParams(Object.entries(typed).filter(([, value]) => value !== ''))
  const view = {
    wrong,
    typed,
    more: next === null ? '' : `/desk/journal?${withBefore(link, writeCursor(next))}`,
    csv: `/desk/journal.csv?${link.toString()}`,
    json: `/desk/journal.json?${link.toString()}`,
    most: String(MOST_EXPORTED / 10_000),
    ...describeCheck(chain),
    rows: rows.map((row) => viewRow(row, names)),
  }
  return {
    status: wrong === '' ? 200 : 400,
    page: frame.page({ template: 'journal', title: '留痕', session: seated(visit), view }),
  }
}

function withBefore(link: URLSearchParams, before: string): string {
  const next = new URLSearchParams(link)
  next.set('before', before)
  return next.toString()
}

/** How far the chain is walked, or what was found and when; '' where nobody has asked. */
export function describeCheck(check: ChainCheck): { chain: string; holds: boolean; walking: boolean } {
  if (check.state === 'never') return { chain: '', holds: true, walking: false }
  if (check.state === 'failed') return { chain: '核对未能完成，请稍后再试', holds: false, walking: false }
  if (check.state === 'walking') return { chain: `正在核对链条：已核对 ${check.rows} 条`, holds: true, walking: true }
  const { report, at } = check
  return { chain: `${describeChain(report)}（${formatBeijing(at)} 核对）`, holds: report.ok, walking: false }
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
    at: formatBeijing(row.at),
    actor: named(row.actor),
    act: row.act,
    subject: named(row.subject),
    detail: JSON.stringify(row.detail),
    seal: row.seq === null ? '待封' : String(row.seq),
  }
}

async function exportRows({ pool, frame }: JournalPages, visit: Visit, form: 'csv' | 'json'): Promise<Shown> {
  const { query, wrong } = readAsked(visit.query, BATCH)
  if (wrong !== '') return refused({ frame }, seated(visit), 400, wrong, '/desk/journal')
  const parts = writeExport(form, (before) => searchJournal(pool, { ...query, before }))
  return { data: Readable.from(parts), type: EXPORT_TYPES[form], name: `journal.${form}` }
}
