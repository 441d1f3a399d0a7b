// In: what a duty officer or a lead says about drills. Out: the list, a plan, a running drill with its stopwatch, its report.
// Must not play anything: drills do (app/drill-desk.ts). Every page here bears the drill's mark.
import type { Pool } from 'pg'
import { BEIJING_OFFSET, parseWallTime, type Instant } from '../../core/instant.ts'
import { USUAL_GOALS, type Goals } from '../../core/drill/goals.ts'
import { EXERCISE_NAMES, EXERCISE_TASKS, EXERCISES, type Exercise } from '../../core/drill/scenario-kind.ts'
import { findDrill, listDrills, type Drill } from '../../store/drill-book.ts'
import { listAccounts } from '../../store/people/accounts.ts'
import type { Session } from '../../people/sessions.ts'
import { seated } from './account-routes.ts'
import type { DeskRoute, Shown, Visit } from './door.ts'
import type { DrillReport } from './drill-report.ts'
import { readGoals, viewGoals, viewReport, viewRow, writeCsv } from './drill-view.ts'
import type { DeskFrame, DeskSheet } from './frame.ts'
import { refused } from './refused.ts'
import { writeField } from './roster-view.ts'
import type { CommandAnswer } from './server.ts'

export interface ScenarioChoice {
  name: string
  title: string
  exercise: Exercise
}

export interface PlannedDrill {
  scenario: string
  /** Null: now. */
  plannedFor: Instant | null
  acts: 'people' | 'scenario'
  note: string
  /** Account ids. */
  participants: readonly string[]
  goals: Goals
}

/** What the desk asks of the drills. */
export interface DrillActs {
  choices: () => Promise<ScenarioChoice[]>
  /** Why this installation can run none; null where it can. */
  refusal: () => Promise<string | null>
  plan: (given: PlannedDrill, by: string) => Promise<CommandAnswer>
  cancel: (id: string, by: string) => Promise<CommandAnswer>
  /** Answers once it runs. */
  start: (id: string, by: string) => Promise<CommandAnswer>
  /** Answers once it has ended and its report is kept. */
  end: (id: string, how: 'ended' | 'aborted', why: string, by: string) => Promise<CommandAnswer>
  /** The stopwatch as it stands now. */
  score: (drill: Drill) => Promise<DrillReport>
}

export interface DrillPages {
  pool: Pool
  frame: DeskFrame
  drills: DrillActs
  now: () => Instant
}

const MOST_LISTED = 200
const MAY_TAKE_PART = ['duty', 'publicity', 'lead'] as const

/** The routes of drills. */
export function listDrillRoutes(pages: DrillPages): DeskRoute[] {
  const { drills } = pages
  const act = 'run-drill' as const
  const say = (
    path: string,
    ask: (id: string, session: Session, visit: Visit) => Promise<CommandAnswer>,
  ): DeskRoute => ({
    method: 'POST',
    path: `/drills/:id${path}`,
    act,
    handle: async (visit) => {
      const id = visit.params['id'] ?? ''
      const answer = await ask(id, seated(visit), visit)
      return answer.ok ? { to: `/desk/drills/${id}` } : drillPage(pages, visit, answer.reason)
    },
  })
  return [
    { method: 'GET', path: '/drills', act, handle: (visit) => listPage(pages, visit, '') },
    {
      method: 'POST',
      path: '/drills',
      act,
      handle: async (visit) => {
        const given = readPlan(visit.form)
        const planned = given === null ? NO_TIME : await drills.plan(given, seated(visit).accountId)
        if (!planned.ok) return listPage(pages, visit, planned.reason)
        return { to: `/desk/drills/${(planned.result as { drill: string }).drill}` }
      },
    },
    { method: 'GET', path: '/drills/:id', act, handle: (visit) => drillPage(pages, visit, '') },
    {
      method: 'GET',
      path: '/parts/drills/:id',
      act,
      quiet: true,
      handle: async (visit) => {
        const found = await readDrill(pages, visit)
        return found === null
          ? missing(pages, visit)
          : { page: pages.frame.fragment(drillSheet(pages, visit, found, '')) }
      },
    },
    say('/start', (id, session) => drills.start(id, session.accountId)),
    say('/end', (id, session) => drills.end(id, 'ended', '', session.accountId)),
    say('/abort', (id, session, { form }) => drills.end(id, 'aborted', form.get('why') ?? '', session.accountId)),
    say('/cancel', (id, session) => drills.cancel(id, session.accountId)),
    { method: 'GET', path: '/drills/:id/report.json', act, handle: (visit) => exportReport(pages, visit, 'json') },
    { method: 'GET', path: '/drills/:id/report.csv', act, handle: (visit) => exportReport(pages, visit, 'csv') },
  ]
}

const NO_TIME: CommandAnswer = { ok: false, reason: '请填写演练时间，例如 2026-01-31 08:00' }

/** @returns null when the time is none */
function readPlan(form: URLSearchParams): PlannedDrill | null {
  const at = (form.get('at') ?? '').trim()
  const plannedFor = at === '' ? null : parseWallTime(at, BEIJING_OFFSET)
  if (at !== '' && plannedFor === null) return null
  return {
    scenario: form.get('scenario') ?? '',
    plannedFor,
    acts: form.get('acts') === 'scenario' ? 'scenario' : 'people',
    note: (form.get('note') ?? '').replace(/[^\P{Cc}\n]/gu, '').slice(0, 2_000),
    participants: form.getAll('who'),
    goals: readGoals(form),
  }
}

async function listPage({ pool, frame, drills, now }: DrillPages, visit: Visit, reason: string): Promise<Shown> {
  const session = seated(visit)
  const [choices, refusal, accounts, rows] = await Promise.all([
    drills.choices(),
    drills.refusal(),
    listAccounts(pool),
    listDrills(pool, MOST_LISTED),
  ])
  const { form } = visit
  const chosen = form.get('scenario') ?? choices[0]?.name ?? ''
  const who = reason === '' ? [session.accountId] : form.getAll('who')
  const view = {
    reason,
    refusal: refusal ?? '',
    drills: rows.map(viewRow),
    choices: EXERCISES.map((exercise) => ({
      name: EXERCISE_NAMES[exercise],
      scenarios: choices
        .filter((one) => one.exercise === exercise)
        .map((one) => ({ name: one.name, title: one.title, chosen: one.name === chosen })),
    })).filter(({ scenarios }) => scenarios.length > 0),
    people: accounts
      .filter(({ state, roles }) => state === 'active' && MAY_TAKE_PART.some((role) => roles.includes(role)))
      .map(({ id, name, organisationName }) => ({
        id,
        name,
        organisation: organisationName,
        chosen: who.includes(id),
      })),
    goals: viewGoals(reason === '' ? USUAL_GOALS : readGoals(form)),
    given: {
      at: form.get('at') ?? writeField(now()),
      byScenario: form.get('acts') === 'scenario',
      note: (form.get('note') ?? '').slice(0, 2_000),
    },
  }
  const page = frame.page({ template: 'drills', title: '演练', session, view, drill: true })
  return { status: reason === '' ? 200 : 409, page }
}

async function readDrill({ pool, drills }: DrillPages, visit: Visit): Promise<Read | null> {
  const drill = await findDrill(pool, visit.params['id'] ?? '')
  if (drill === null) return null
  const report = (drill.report as DrillReport | null) ?? (await drills.score(drill))
  const exercise = (await drills.choices()).find(({ name }) => name === drill.scenario)?.exercise
  return { drill, report, task: exercise === undefined ? '' : EXERCISE_TASKS[exercise] }
}

interface Read {
  drill: Drill
  report: DrillReport
  task: string
}

function drillSheet(pages: DrillPages, visit: Visit, { drill, report, task }: Read, reason: string): DeskSheet {
  const view = { reason, task, ...viewReport(drill, report, pages.now()) }
  const live = drill.state === 'running' ? `/desk/parts/drills/${drill.id}` : ''
  return { template: 'drill', title: `演练：${drill.title}`, session: seated(visit), view, live, drill: true }
}

async function drillPage(pages: DrillPages, visit: Visit, reason: string): Promise<Shown> {
  const found = await readDrill(pages, visit)
  if (found === null) return missing(pages, visit)
  return { status: reason === '' ? 200 : 409, page: pages.frame.page(drillSheet(pages, visit, found, reason)) }
}

const missing = (pages: DrillPages, visit: Visit): Shown =>
  refused(pages, seated(visit), 404, '没有这场演练', '/desk/drills')

async function exportReport(pages: DrillPages, visit: Visit, form: 'json' | 'csv'): Promise<Shown> {
  const found = await readDrill(pages, visit)
  if (found === null) return missing(pages, visit)
  const { drill, report } = found
  const name = `drill-${drill.id}.${form}`
  if (form === 'csv') return { data: writeCsv(report), type: 'text/csv; charset=utf-8', name }
  const told = { class: 'drill', id: drill.id, ...report }
  return { data: `${JSON.stringify(told)}\n`, type: 'application/json; charset=utf-8', name }
}
