// In: an event that a lead or an auditor asks for. Out: its dossier as a page that prints, and as JSON; its payloads as they came.
// Must not be opened unseen: every opening is journalled before anything is shown.
import type { Pool } from 'pg'
import { formatUtc, type Instant } from '../../core/instant.ts'
import { splitSerial } from '../../core/notice.ts'
import { readDossier, type DossierRecord } from '../../store/dossier.ts'
import { findDossiers, listDossiers, readRawBytes } from '../../store/dossier-list.ts'
import { appendJournal } from '../../store/journal.ts'
import { readPeopleThen, type PeopleThen } from '../../store/people/history.ts'
import { seated } from './account-routes.ts'
import { checkRows } from './dossier-chain.ts'
import { orderMoments } from './dossier-timeline.ts'
import { viewDossier, viewEntry } from './dossier-view.ts'
import type { DeskRoute, Shown, Visit } from './door.ts'
import type { DeskFrame } from './frame.ts'
import type { ChainWalk } from './journal-check.ts'
import { refused } from './refused.ts'

export interface DossierPages {
  pool: Pool
  frame: DeskFrame
  /** Of the whole journal; begun only when asked to, and never waited for to its end. */
  walk: ChainWalk
  /** The installation's clock: when it was opened. */
  now: () => Instant
}

const MOST_LISTED = 100
const BACK = '/desk/dossiers'

/** The routes of dossiers. */
export function listDossierRoutes(pages: DossierPages): DeskRoute[] {
  const act = 'read-journal' as const
  return [
    { method: 'GET', path: '/dossiers', act, handle: (visit) => listPage(pages, visit) },
    { method: 'GET', path: '/quakes/:id/dossier', act, handle: (visit) => dossierPage(pages, visit, false) },
    { method: 'POST', path: '/quakes/:id/dossier', act, handle: (visit) => dossierPage(pages, visit, true) },
    { method: 'GET', path: '/quakes/:id/dossier.json', act, handle: (visit) => dossierJson(pages, visit) },
    { method: 'GET', path: '/raw/:id', act, handle: (visit) => rawBytes(pages, visit) },
  ]
}

async function listPage({ pool, frame }: DossierPages, visit: Visit): Promise<Shown> {
  const wanted = (visit.query.get('find') ?? '').trim().slice(0, 60)
  const found =
    wanted === ''
      ? (await Promise.all((['actual', 'drill'] as const).map((lane) => listDossiers(pool, lane, MOST_LISTED)))).flat()
      : await findDossiers(pool, splitSerial(wanted).serial, MOST_LISTED)
  const view = { wanted, entries: found.map(viewEntry) }
  return { page: frame.page({ template: 'dossiers', title: '卷宗', session: seated(visit), view }) }
}

async function open(
  { pool, now }: DossierPages,
  visit: Visit,
  form: 'page' | 'json',
): Promise<{ record: DossierRecord; people: PeopleThen } | null> {
  const id = visit.params['id'] ?? ''
  const record = await readDossier(pool, id)
  if (record === null) return null
  await appendJournal(pool, now(), {
    actor: seated(visit).accountId,
    act: 'dossier.opened',
    subject: id,
    detail: { form },
  })
  const actors = [
    ...record.notices.map(({ actor }) => actor),
    ...record.holds.map(({ closedBy }) => closedBy ?? ''),
    ...record.alarms.map(({ acknowledgedBy }) => acknowledgedBy ?? ''),
    ...record.journal.map(({ actor }) => actor),
    seated(visit).accountId,
  ]
  return { record, people: await readPeopleThen(pool, actors) }
}

async function dossierPage(pages: DossierPages, visit: Visit, whole: boolean): Promise<Shown> {
  const opened = await open(pages, visit, 'page')
  if (opened === null) return refused(pages, seated(visit), 404, '没有这次地震', BACK)
  const check = whole ? await pages.walk.begin() : pages.walk.look()
  const { name, organisation } = opened.people(seated(visit).accountId, pages.now()) ?? seatedAs(visit)
  const reader = `${name}${organisation === '' ? '' : `（${organisation}）`}`
  const view = viewDossier(opened.record, opened.people, { check, reader, at: pages.now() })
  const page = pages.frame.page({
    template: 'dossier',
    title: '卷宗',
    session: seated(visit),
    view,
    drill: opened.record.quake.class === 'drill',
  })
  return { page }
}

const seatedAs = (visit: Visit): { name: string; organisation: string } => ({
  name: seated(visit).name,
  organisation: '',
})

async function dossierJson(pages: DossierPages, visit: Visit): Promise<Shown> {
  const opened = await open(pages, visit, 'json')
  if (opened === null) return refused(pages, seated(visit), 404, '没有这次地震', BACK)
  const { record, people } = opened
  const timeline = orderMoments(record).map((one) => ({ ...one, by: people(one.by, one.at) ?? one.by }))
  const told = { format: 1, readAt: pages.now(), ...record, timeline, chain: checkRows(record.journal) }
  return {
    data: `${JSON.stringify(writeInstants(told))}\n`,
    type: 'application/json; charset=utf-8',
    name: `dossier-${record.quake.id}.json`,
  }
}

/** Instants leave as ISO 8601 in UTC. What the journal keeps stays to the letter: its hash is over just that. */
function writeInstants(value: unknown, key = ''): unknown {
  if (key === 'detail') return value
  if (typeof value === 'number') return /(?:At|^at|^since|^real|^drill)$/.test(key) ? formatUtc(value) : value
  if (Array.isArray(value)) return value.map((one) => writeInstants(one))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, writeInstants(inner, name)]))
}

async function rawBytes(pages: DossierPages, visit: Visit): Promise<Shown> {
  const id = visit.params['id'] ?? ''
  const raw = /^\d{1,15}$/.test(id) ? await readRawBytes(pages.pool, Number(id)) : null
  if (raw === null) return refused(pages, seated(visit), 404, '没有这份原文', BACK)
  await appendJournal(pages.pool, pages.now(), {
    actor: seated(visit).accountId,
    act: 'raw.opened',
    subject: raw.sha256,
    detail: { raw: Number(id) },
  })
  // Whatever a source sent: to a browser it is bytes to be saved, never a page.
  return { data: raw.bytes, type: 'application/octet-stream', name: `raw-${id}.bin` }
}
