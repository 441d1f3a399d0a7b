// In: who sets up, lets in or looks at lines to other organisations' systems, and whose tokens they are. Out: one page, and its forms.
// Must not show a secret or a token a second time.
import { mayDo } from '../../../core/people/roles.ts'
import { DAY } from '../../../core/instant.ts'
import type { Session } from '../../../people/sessions.ts'
import type { AgencyContext } from '../../../rumour/agencies/context.ts'
import { answerLine, endAgencyToken, makeAgencyToken, proposeLine } from '../../../rumour/agencies/lines.ts'
import { isGuest, type Refused } from '../../../rumour/context.ts'
import { nameAccounts, listOrganisations } from '../../../store/people/accounts.ts'
import { listLines, listTokens, readLineStandings } from '../../../store/rumours/agencies.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import type { DeskFrame } from '../frame.ts'
import { personOf } from '../rumours/pages.ts'
import { viewLine, viewToken } from './view.ts'

export interface AgencyPages {
  agencies: AgencyContext
  frame: DeskFrame
}

/** What stands on the page this one time. */
interface Told {
  refusal?: string
  secrets?: { sends: string; receives: string }
  token?: string
}

const STANDING_MS = 7 * DAY

export function listAgencyRoutes(pages: AgencyPages): DeskRoute[] {
  const { agencies } = pages
  const does = (
    path: string,
    act: DeskRoute['act'],
    work: (visit: Visit) => Promise<{ ok: true } | Refused>,
  ): DeskRoute => ({
    method: 'POST',
    path: `/agencies/${path}`,
    act,
    handle: async (visit) => {
      const done = await work(visit)
      return done.ok ? { to: '/desk/agencies' } : agenciesPage(pages, seated(visit), { refusal: done.reason })
    },
  })
  return [
    {
      method: 'GET',
      path: '/agencies',
      act: 'see-agencies',
      handle: (visit) => agenciesPage(pages, seated(visit), {}),
    },
    {
      method: 'POST',
      path: '/agencies',
      act: 'set-agency',
      handle: async (visit) => {
        const session = seated(visit)
        const { form } = visit
        const given = {
          organisation: read(form, 'organisation'),
          url: read(form, 'url'),
          intranet: form.get('intranet') === 'yes',
        }
        const done = await proposeLine(agencies, given, personOf(session))
        return agenciesPage(pages, session, done.ok ? { secrets: done.secrets } : { refusal: done.reason })
      },
    },
    does(':organisation/run', 'decide-agency', (visit) =>
      answerLine(agencies, visit.params['organisation'] ?? '', 'running', personOf(seated(visit))),
    ),
    does(':organisation/stop', 'stop-agency', (visit) =>
      answerLine(agencies, visit.params['organisation'] ?? '', 'stopped', personOf(seated(visit))),
    ),
    {
      method: 'POST',
      path: '/agencies/tokens',
      act: 'hold-token',
      handle: async (visit) => {
        const session = seated(visit)
        const done = await makeAgencyToken(agencies, read(visit.form, 'name'), personOf(session))
        return agenciesPage(pages, session, done.ok ? { token: done.token } : { refusal: done.reason })
      },
    },
    does('tokens/:token/end', 'see-agencies', (visit) =>
      endAgencyToken(agencies, visit.params['token'] ?? '', personOf(seated(visit))),
    ),
  ]
}

const read = (form: URLSearchParams, name: string): string => (form.get(name) ?? '').slice(0, 2_100)

async function agenciesPage({ agencies, frame }: AgencyPages, session: Session, told: Told): Promise<Shown> {
  const { pool, deskUrl } = agencies
  const { roles, organisation, accountId } = session
  const now = agencies.now()
  // Somebody of another organisation sees its own line and their own tokens.
  const guest = isGuest(session) && !roles.includes('system-admin')
  const lines = (await listLines(pool)).filter((line) => !guest || line.organisation === organisation)
  const [standings, tokens, organisations] = [
    await readLineStandings(pool, now - STANDING_MS, now),
    await listTokens(pool, guest ? accountId : null, now),
    await listOrganisations(pool),
  ]
  const names = guest
    ? new Map<string, string>()
    : await nameAccounts(pool, [...new Set(lines.flatMap(({ setBy, decidedBy }) => [setBy, decidedBy ?? '']))])
  const may = {
    sets: mayDo(roles, 'set-agency'),
    runs: mayDo(roles, 'decide-agency'),
    stops: mayDo(roles, 'stop-agency'),
    holds: mayDo(roles, 'hold-token'),
  }
  const view = {
    refusal: told.refusal ?? '',
    sends: told.secrets?.sends ?? '',
    receives: told.secrets?.receives ?? '',
    token: told.token ?? '',
    may,
    lines: lines.map((line) =>
      viewLine({
        line,
        standing: standings.find((one) => one.organisation === line.organisation) ?? null,
        door: `${deskUrl}/api/v1/agencies/${line.organisation}/`,
        accountId,
        may,
        name: (account) => names.get(account) ?? '',
      }),
    ),
    tokens: tokens.map((token) => viewToken(token, guest)),
    organisations: organisations.filter(({ kind }) => kind !== 'bureau').map(({ id, name }) => ({ id, name })),
  }
  const page = frame.page({ template: 'agencies', title: '单位接口', session, view })
  return { status: view.refusal === '' ? 200 : 409, page }
}
