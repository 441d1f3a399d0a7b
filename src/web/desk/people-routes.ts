// In: what a security administrator asks for. Out: the list of people, one person, links that let somebody in.
// Must not show a link twice: only its hash is kept.
import { beijingParts, type Instant } from '../../core/instant.ts'
import { ORGANISATION_KINDS, ROLE_NAMES, ROLES, type OrganisationKind, type Role } from '../../core/people/roles.ts'
import { changePerson, invite, nameOrganisation, resetPerson, type Invited } from '../../people/accounts.ts'
import type { PeopleContext } from '../../people/context.ts'
import type { Session } from '../../people/sessions.ts'
import { findAccount, listAccounts, listOrganisations, type Account } from '../../store/people/accounts.ts'
import { seated } from './account-routes.ts'
import type { DeskRoute, Shown, Visit } from './door.ts'
import type { DeskFrame } from './frame.ts'
import { refused } from './refused.ts'

export interface PeoplePages {
  people: PeopleContext
  frame: DeskFrame
  /** Where browsers reach the desk, for links. */
  deskUrl: string
}

const KIND_NAMES: Readonly<Record<OrganisationKind, string>> = {
  bureau: '地震部门',
  cac: '网信部门',
  police: '公安机关',
  other: '其他单位',
}
const STATE_NAMES = { invited: '待设置密码', active: '可用', disabled: '已停用' } as const

/** The routes of accounts and organisations. */
export function listPeopleRoutes(pages: PeoplePages): DeskRoute[] {
  const { people } = pages
  const act = 'manage-people' as const
  return [
    { method: 'GET', path: '/people', act, handle: (visit) => listPage(pages, seated(visit), {}) },
    {
      method: 'POST',
      path: '/people',
      act,
      handle: async (visit) => {
        const session = seated(visit)
        const given = readPerson(visit.form)
        const invited = await invite(people, given, session.accountId)
        return showInvited(pages, session, invited, given)
      },
    },
    {
      method: 'POST',
      path: '/organisations',
      act,
      handle: async (visit) => {
        const session = seated(visit)
        const kind = ORGANISATION_KINDS.find((one) => one === visit.form.get('kind')) ?? 'other'
        const given = { id: visit.form.get('id') ?? '', name: visit.form.get('name') ?? '', kind }
        const saved = await nameOrganisation(people, given, session.accountId)
        return saved.ok ? { to: '/desk/people' } : listPage(pages, session, { reason: saved.reason })
      },
    },
    { method: 'GET', path: '/people/:id', act, handle: (visit) => personPage(pages, visit, '') },
    {
      method: 'POST',
      path: '/people/:id',
      act,
      handle: async (visit) => {
        const given = readPerson(visit.form)
        const changed = await changePerson(
          people,
          visit.params['id'] ?? '',
          { ...given, version: readVersion(visit.form.get('version')), disabled: visit.form.get('disabled') === '1' },
          seated(visit).accountId,
        )
        return changed.ok ? { to: '/desk/people' } : personPage(pages, visit, changed.reason)
      },
    },
    {
      method: 'POST',
      path: '/people/:id/reset',
      act,
      handle: async (visit) => {
        const session = seated(visit)
        return showInvited(pages, session, await resetPerson(people, visit.params['id'] ?? '', session.accountId), {})
      },
    },
  ]
}

interface Given {
  login?: string
  name?: string
  organisation?: string
  roles?: readonly Role[]
}

/** What is no number is no account's version, and so a stale page. */
function readVersion(text: string | null): number {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0
}

function readPerson(form: URLSearchParams): Required<Given> {
  const asked = form.getAll('role')
  return {
    login: form.get('login') ?? '',
    name: form.get('name') ?? '',
    organisation: form.get('organisation') ?? '',
    roles: ROLES.filter((role) => asked.includes(role)),
  }
}

async function showInvited(pages: PeoplePages, session: Session, invited: Invited, given: Given): Promise<Shown> {
  if (!invited.ok) return listPage(pages, session, { reason: invited.reason, given })
  const account = await findAccount(pages.people.pool, invited.id)
  const link = `${pages.deskUrl}/desk/invitation/${invited.token}`
  return listPage(pages, session, { link, linkFor: account?.name ?? '' })
}

const chooseRoles = (chosen: readonly Role[]): { id: Role; name: string; chosen: boolean }[] =>
  ROLES.map((id) => ({ id, name: ROLE_NAMES[id], chosen: chosen.includes(id) }))

async function listPage(
  { people, frame }: PeoplePages,
  session: Session,
  told: { reason?: string; link?: string; linkFor?: string; given?: Given },
): Promise<Shown> {
  const accounts = await listAccounts(people.pool)
  const organisations = await listOrganisations(people.pool)
  const { reason = '', link = '', linkFor = '', given = {} } = told
  const view = {
    reason,
    link,
    linkFor,
    given: { login: given.login ?? '', name: given.name ?? '', organisation: given.organisation ?? '' },
    people: accounts.map((one) => ({
      id: one.id,
      name: one.name,
      login: one.login,
      organisation: one.organisationName,
      roles: one.roles.map((role) => ROLE_NAMES[role]).join('、'),
      state: describeState(one, people.now()),
      signedIn: one.signedInAt === null ? '从未登录' : writeMinute(one.signedInAt),
    })),
    organisations: organisations.map((one) => ({ ...one, kindName: KIND_NAMES[one.kind] })),
    roles: chooseRoles(given.roles ?? []),
  }
  return { status: reason === '' ? 200 : 400, page: frame.page({ template: 'people', title: '人员', session, view }) }
}

function describeState(one: Account, now: Instant): string {
  if (one.state === 'active' && one.lockedUntil !== null && one.lockedUntil > now) return '已锁定'
  return one.state === 'active' && !one.second ? '可用，未绑定验证器' : STATE_NAMES[one.state]
}

async function personPage({ people, frame }: PeoplePages, visit: Visit, reason: string): Promise<Shown> {
  const session = seated(visit)
  const found = await findAccount(people.pool, visit.params['id'] ?? '')
  if (!found) return refused({ frame }, session, 404, '没有这个账号', '/desk/people', '没有这个账号')
  const view = {
    reason,
    person: {
      id: found.id,
      name: found.name,
      login: found.login,
      organisation: found.organisation,
      version: String(found.version),
      disabled: found.state === 'disabled',
      state: describeState(found, people.now()),
    },
    organisations: await listOrganisations(people.pool),
    roles: chooseRoles(found.roles),
  }
  return {
    status: reason === '' ? 200 : 409,
    page: frame.page({ template: 'person', title: found.name, session, view }),
  }
}

/** 2017年6月3日 18:13, Beijing time. */
export function writeMinute(at: Instant): string {
  const { year, month, day, hour, minute } = beijingParts(at)
  return `${year}年${month}月${day}日 ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}
