// In: what a security administrator decided about people. Out: accounts changed, sessions ended at once, and the journal told by ids.
// Must not let anyone shut the last security administrator out, nor change themselves into something else.
import { MINUTE } from '../core/instant.ts'
import { checkRoles, ROLE_RULES, type OrganisationKind, type Role } from '../core/people/roles.ts'
import { checkPassword, PASSWORD_RULES } from '../core/people/password.ts'
import { appendJournal } from '../store/journal.ts'
import {
  addAccount,
  changeAccount,
  countOthers,
  dropPassword,
  findAccount,
  findPassword,
  listOrganisations,
  lockAccounts,
  lockCredentials,
  saveOrganisation,
  savePassword,
  saveSecondFactor,
  type Account,
  type AccountState,
} from '../store/people/accounts.ts'
import { dropDevices } from '../store/people/devices.ts'
import { addFailure, countFailures, endSession, endSessionsOf } from '../store/people/sessions.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { orBusy, refuse, type PeopleContext, type Refused } from './context.ts'
import { checkIdentity, makeInvitation } from './invitations.ts'
import type { Session } from './sessions.ts'
import { hashToken } from './tokens.ts'

export type Invited = { ok: true; id: string; token: string } | Refused

const GONE = refuse('unknown', '没有这个账号')
const WRONG = refuse('wrong', '原密码不正确')
const SIGNED_OUT = refuse('signed-out', '原密码多次不正确，已退出登录；请 15 分钟后再更改密码')
const STALE = refuse('stale', '这个账号刚刚被他人修改，请重新打开再改')

/** Adds somebody. @returns the token of the link that is handed to them */
export async function invite(
  { pool, now, random }: PeopleContext,
  given: { login: string; name: string; organisation: string; roles: readonly Role[] },
  by: string,
): Promise<Invited> {
  const login = given.login.trim().toLowerCase()
  const name = given.name.trim()
  const wrong = checkIdentity(login, name)
  if (wrong) return wrong
  return withTransaction(pool, async (client): Promise<Invited> => {
    const refused = await checkPlace(client, given.organisation, given.roles)
    if (refused) return refused
    const id = `p-${random().slice(0, 20)}`
    const added = await addAccount(client, { ...given, id, login, name, by }, now())
    if (!added) return refuse('login-taken', `登录名 ${login} 已被使用`)
    const detail = { roles: given.roles, organisation: given.organisation }
    await appendJournal(client, now(), { actor: by, act: 'account.added', subject: id, detail })
    return { ok: true, id, token: await makeInvitation(client, id, by, now()) }
  })
}

async function checkPlace(db: Queryable, organisation: string, roles: readonly Role[]): Promise<Refused | null> {
  const found = (await listOrganisations(db)).find(({ id }) => id === organisation)
  if (!found) return refuse('organisation', '没有这个单位')
  const rule = checkRoles(roles, found.kind)
  return rule === null ? null : refuse(rule, ROLE_RULES[rule])
}

/** Adds an organisation, or names one anew. */
export async function nameOrganisation(
  { pool, now }: PeopleContext,
  given: { id: string; name: string; kind: OrganisationKind },
  by: string,
): Promise<{ ok: true } | Refused> {
  const name = given.name.trim()
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(given.id)) return refuse('id', '单位代号为小写字母、数字和横线')
  if (!/^[\p{L}\p{M}\p{N}（）()·. -]{1,60}$/u.test(name)) return refuse('name', '单位名称为 1 至 60 个文字')
  return withTransaction(pool, async (client) => {
    const known = (await listOrganisations(client)).find(({ id }) => id === given.id)
    // Roles were given by the kind: another kind would leave liaisons with a stranger's role.
    if (known && known.kind !== given.kind) return refuse('kind', '单位类别不能更改')
    await saveOrganisation(client, { ...given, name })
    await appendJournal(client, now(), {
      actor: by,
      act: 'organisation.saved',
      subject: given.id,
      detail: { kind: given.kind },
    })
    return { ok: true }
  })
}

/** Changes somebody's name, place, roles or state; their sessions end at once. */
export async function changePerson(
  { pool, now }: PeopleContext,
  id: string,
  given: { version: number; name: string; organisation: string; roles: readonly Role[]; disabled: boolean },
  by: string,
): Promise<{ ok: true } | Refused> {
  if (id === by) return refuse('self', '不能更改自己的角色或状态，请由另一位安全管理员更改')
  const name = given.name.trim()
  return withTransaction(pool, async (client) => {
    // One at a time: two administrators who disable each other would leave nobody.
    await lockAccounts(client)
    const known = await findAccount(client, id)
    if (!known) return GONE
    const wrong = checkIdentity(known.login, name) ?? (await checkPlace(client, given.organisation, given.roles))
    if (wrong) return wrong
    const state: AccountState = given.disabled ? 'disabled' : known.state === 'disabled' ? 'active' : known.state
    if (await leavesNobody(client, known, given.roles, state)) return refuse('last', '至少要保留一位可用的安全管理员')
    if (!(await changeAccount(client, id, given.version, { ...given, name, state }))) return STALE
    await endSessionsOf(client, id)
    if (state === 'disabled') await dropDevices(client, id)
    const detail = { roles: given.roles, organisation: given.organisation, state }
    await appendJournal(client, now(), { actor: by, act: 'account.changed', subject: id, detail })
    return { ok: true }
  })
}

async function leavesNobody(
  db: Queryable,
  known: Account,
  roles: readonly Role[],
  state: AccountState,
): Promise<boolean> {
  const stays = roles.includes('security-admin') && state === 'active'
  if (stays || !known.roles.includes('security-admin')) return false
  return (await countOthers(db, known.id, 'security-admin')) === 0
}

/** A new link where a password or a phone was lost; what was known before opens nothing any more. */
export async function resetPerson({ pool, now }: PeopleContext, id: string, by: string): Promise<Invited> {
  if (id === by) return refuse('self', '不能重置自己的账号，请由另一位安全管理员重置')
  return withTransaction(pool, async (client): Promise<Invited> => {
    const known = await findAccount(client, id)
    if (!known) return GONE
    if (known.state === 'disabled') return refuse('disabled', '账号已停用，请先启用')
    await dropPassword(client, id)
    await saveSecondFactor(client, id, { totp: null, step: 0, recovery: [] })
    await endSessionsOf(client, id)
    await dropDevices(client, id)
    await appendJournal(client, now(), { actor: by, act: 'account.reset', subject: id })
    return { ok: true, id, token: await makeInvitation(client, id, by, now()) }
  })
}

/** Tries to change one account's password in a quarter of an hour; the desk that goes on trying is signed out. */
const MOST_TRIES = 5
const TRIES_MS = 15 * MINUTE

/** Somebody's own new password; their other sessions end. A desk left open is no place to guess the old one. */
export async function changePassword(
  { pool, passwords, now }: PeopleContext,
  session: Session,
  given: { old: string; password: string },
): Promise<{ ok: true } | Refused> {
  const rule = checkPassword(given.password, session)
  if (rule !== null) return refuse(rule, PASSWORD_RULES[rule])
  const subject = hashToken(`password of ${session.accountId}`)
  // Counted before it is tried: many at once are as many.
  await addFailure(pool, subject, now())
  const tries = await countFailures(pool, subject, now() - TRIES_MS)
  return orBusy(async () => {
    const record = await findPassword(pool, session.login)
    if (tries > MOST_TRIES || !(await passwords.fits(given.old, record, true))) {
      if (tries < MOST_TRIES) return WRONG
      await endSession(pool, session.tokenHash)
      return SIGNED_OUT
    }
    const made = await passwords.hash(given.password)
    return withTransaction(pool, async (client): Promise<{ ok: true } | Refused> => {
      const known = await lockCredentials(client, { id: session.accountId })
      // Hashing takes its time: a reset in the meantime is not undone by whoever still knew the old one.
      if (known?.password !== record || known.state !== 'active') return WRONG
      await savePassword(client, session.accountId, made)
      await endSessionsOf(client, session.accountId, session.tokenHash)
      await appendJournal(client, now(), { actor: session.accountId, act: 'password.set', subject: session.accountId })
      return { ok: true }
    })
  })
}
