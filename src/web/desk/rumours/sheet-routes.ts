// In: who asks for what is known of a quake, or adds what an official source has said. Out: the fact sheet, every version of it.
// Must not change a version; a line makes the next.
import { BEIJING_OFFSET, parseWallTime } from '../../../core/instant.ts'
import { mayDo } from '../../../core/people/roles.ts'
import { addLine } from '../../../rumour/checks/sheets.ts'
import { isGuest } from '../../../rumour/context.ts'
import { nameAccounts } from '../../../store/people/accounts.ts'
import { findQuakes } from '../../../store/picture.ts'
import { listSheets, listSheetVersions } from '../../../store/rumours/fact-sheets.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import { refused } from '../refused.ts'
import { writeField } from '../roster-view.ts'
import { personOf, type RumourPages } from './pages.ts'
import { nameSheet, viewSheetLine, viewVersion } from './sheet-view.ts'

const MOST_LISTED = 100

export function listSheetRoutes(pages: RumourPages): DeskRoute[] {
  const { rumours, frame } = pages
  return [
    {
      method: 'GET',
      path: '/facts',
      act: 'see-rumours',
      handle: async (visit) => {
        const sheets = (await listSheets(rumours.pool, MOST_LISTED)).map(viewSheetLine)
        const page = frame.page({ template: 'facts', title: '事实单', session: seated(visit), view: { sheets } })
        return { page }
      },
    },
    {
      method: 'GET',
      path: '/quakes/:id/facts',
      act: 'see-rumours',
      handle: (visit) => sheetPage(pages, visit, ''),
    },
    {
      method: 'POST',
      path: '/quakes/:id/facts',
      act: 'answer-rumour',
      handle: async (visit) => {
        const { form } = visit
        const id = visit.params['id'] ?? ''
        const read = (name: string): string => (form.get(name) ?? '').slice(0, 2_000)
        const given = {
          seen: Number(form.get('seen') ?? NaN),
          at: parseWallTime(read('at'), BEIJING_OFFSET),
          source: read('source'),
          words: read('words'),
        }
        const done = await addLine(rumours, id, given, personOf(seated(visit)))
        return done.ok ? { to: `/desk/quakes/${id}/facts` } : sheetPage(pages, visit, done.reason)
      },
    },
  ]
}

async function sheetPage(pages: RumourPages, visit: Visit, refusal: string): Promise<Shown> {
  const { rumours, frame } = pages
  const session = seated(visit)
  const { pool } = rumours
  const id = visit.params['id'] ?? ''
  const [quake] = await findQuakes(pool, [id], '')
  if (!quake || quake.class !== 'actual') return refused(pages, session, 404, '没有这次地震的记录', '/desk/facts')
  const versions = await listSheetVersions(pool, id)
  const [newest, ...earlier] = versions
  const isStaff = !isGuest(session)
  const people = versions.map(({ madeBy }) => madeBy)
  const names = isStaff ? await nameAccounts(pool, [...new Set(people)]) : new Map<string, string>()
  const nameOf = (account: string): string => names.get(account) ?? ''
  const typed = (name: string): string => (refusal === '' ? '' : (visit.form.get(name) ?? '').slice(0, 300))
  const view = {
    refusal,
    id,
    name: newest ? nameSheet(newest.body.facts) : '尚无公告的地震',
    sees: mayDo(session.roles, 'see-board'),
    newest: newest ? viewVersion(newest, nameOf) : null,
    earlier: earlier.map((one) => viewVersion(one, nameOf)),
    adds: newest !== undefined && mayDo(session.roles, 'answer-rumour'),
    given: {
      at: typed('at') === '' ? writeField(rumours.now()) : typed('at'),
      source: typed('source'),
      words: typed('words'),
    },
  }
  const page = frame.page({ template: 'fact-sheet', title: '事实单', session, view })
  return { status: refusal === '' ? 200 : 409, page }
}
