// In: official forecasts that duty and leads enter, confirm and end. Out: the register, or the form again with why not.
// Must not put one in force on one person's word.
import { BEIJING_OFFSET, parseWallTime } from '../../../core/instant.ts'
import { FORECAST_KIND_NAMES, FORECAST_KINDS } from '../../../core/rumour/checks/official-forecast.ts'
import {
  agreeToEnd,
  askForecastToEnd,
  decideOnForecast,
  enterForecast,
  type Entered,
  type GivenForecast,
} from '../../../rumour/checks/register.ts'
import type { Person } from '../../../rumour/context.ts'
import { nameAccounts } from '../../../store/people/accounts.ts'
import { listForecasts } from '../../../store/rumours/forecasts.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import { personOf, type RumourPages } from './pages.ts'
import { viewForecast } from './forecast-view.ts'

const MOST_LISTED = 200
const FIELDS = [
  'kind',
  'issuer',
  'document',
  'url',
  'published',
  'area',
  'from',
  'until',
  'low',
  'high',
  'words',
] as const
type Typed = Record<(typeof FIELDS)[number], string>

export function listForecastRoutes(pages: RumourPages): DeskRoute[] {
  const { rumours } = pages
  const act = 'keep-forecasts' as const
  const does = (path: string, work: (id: string, visit: Visit, person: Person) => Promise<Entered>): DeskRoute => ({
    method: 'POST',
    path: `/forecasts/:id/${path}`,
    act,
    handle: async (visit) => {
      const done = await work(visit.params['id'] ?? '', visit, personOf(seated(visit)))
      return done.ok ? { to: '/desk/forecasts' } : registerPage(pages, visit, done.reason)
    },
  })
  return [
    { method: 'GET', path: '/forecasts', act, handle: (visit) => registerPage(pages, visit, '') },
    {
      method: 'POST',
      path: '/forecasts',
      act,
      handle: async (visit) => {
        const done = await enterForecast(rumours, readGiven(readTyped(visit)), personOf(seated(visit)))
        return done.ok ? { to: '/desk/forecasts' } : registerPage(pages, visit, done.reason)
      },
    },
    does('decide', (id, { form }, person) => decideOnForecast(rumours, id, form.get('do') === 'agree', person)),
    does('end', (id, { form }, person) => {
      const answer = form.get('do')
      if (answer === 'agree') return agreeToEnd(rumours, id, person)
      return askForecastToEnd(rumours, id, answer === 'decline' ? '' : (form.get('why') ?? '').slice(0, 1_000), person)
    }),
  ]
}

const readTyped = ({ form }: Visit): Typed =>
  Object.fromEntries(FIELDS.map((name) => [name, (form.get(name) ?? '').slice(0, 4_000)])) as Typed

function readGiven({ kind, published, from, until, ...typed }: Typed): GivenForecast {
  const readTime = (text: string): number | null => parseWallTime(text, BEIJING_OFFSET)
  return {
    ...typed,
    kind: FORECAST_KINDS.find((one) => one === kind) ?? 'short-term',
    publishedAt: readTime(published),
    from: readTime(from),
    until: readTime(until),
  }
}

async function registerPage({ rumours, frame }: RumourPages, visit: Visit, refusal: string): Promise<Shown> {
  const session = seated(visit)
  const { pool } = rumours
  const rows = await listForecasts(pool, MOST_LISTED)
  const people = rows.flatMap((one) => [one.enteredBy, one.decidedBy ?? '', one.endAskedBy ?? '', one.endedBy ?? ''])
  const names = await nameAccounts(pool, [...new Set(people)])
  const now = rumours.now()
  const typed = readTyped(visit)
  const view = {
    refusal,
    rows: rows.map((one) => viewForecast(one, session, now, (account) => names.get(account) ?? account)),
    kinds: FORECAST_KINDS.map((value) => ({ value, name: FORECAST_KIND_NAMES[value], chosen: typed.kind === value })),
    given: typed,
  }
  const page = frame.page({ template: 'forecasts', title: '官方预报登记', session, view })
  return { status: refusal === '' ? 200 : 409, page }
}
