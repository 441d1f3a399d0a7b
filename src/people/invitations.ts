// In: whom to let in. Out: a link that works once, and the account behind it with a password of its owner's choosing.
// Must not know a password twice: nobody sets another's.
import { DAY } from '../core/instant.ts'
import { checkPassword, PASSWORD_RULES } from '../core/people/password.ts'
import { appendJournal } from '../store/journal.ts'
import {
  addAccount,
  findAccount,
  hasAccounts,
  lockAccounts,
  saveOrganisation,
  savePassword,
} from '../store/people/accounts.ts'
import {
  addInvitation,
  endInvitations,
  endSessionsOf,
  findInvitation,
  takeInvitation,
} from '../store/people/sessions.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { orBusy, refuse, type PeopleContext, type Refused } from './context.ts'
import { hashToken, makeToken } from './tokens.ts'

const LINK_MS = 3 * DAY
const FIRST_LINK_MS = DAY

/** The link of the first start; null once there is an account. Every start ends the link of the start before. */
export function makeFirstLink({ pool, now }: PeopleContext): Promise<string | null> {
  return withTransaction(pool, async (client) => {
    if (await hasAccounts(client)) return null
    await endInvitations(client, null, now())
    const token = makeToken()
    await addInvitation(
      client,
      { tokenHash: hashToken(token), accountId: null, by: 'start', endsAt: now() + FIRST_LINK_MS },
      now(),
    )
    return token
  })
}

/** A link for an account: its first password, or a new one where the old was lost. */
export async function makeInvitation(db: Queryable, accountId: string, by: string, now: number): Promise<string> {
  await endInvitations(db, accountId, now)
  const token = makeToken()
  await addInvitation(db, { tokenHash: hashToken(token), accountId, by, endsAt: now + LINK_MS }, now)
  return token
}

/** Whom a link is for; null when it is used up, replaced or over. The first start's names nobody. */
export async function readInvitation(
  { pool, now }: PeopleContext,
  token: string,
): Promise<{ first: boolean; login: string; name: string } | null> {
  const found = await findInvitation(pool, hashToken(token), now())
  if (!found) return null
  if (found.accountId === null) return (await hasAccounts(pool)) ? null : { first: true, login: '', name: '' }
  const account = await findAccount(pool, found.accountId)
  if (!account || account.state === 'disabled') return null
  return { first: false, login: account.login, name: account.name }
}

const OVER = refuse('link', '此链接已使用或已失效，请向安全管理员索取新的链接')

/**
 * Takes a link up. The first start's makes the security administrator of the bureau; login and name are asked only then.
 * @param bureau the organisation that the first account belongs to
 */
export async function acceptInvitation(
  context: PeopleContext,
  token: string,
  given: { login: string; name: string; password: string },
  bureau: { name: string },
): Promise<{ ok: true } | Refused> {
  const { pool, passwords, now, random } = context
  const seen = await readInvitation(context, token)
  if (!seen) return OVER
  const login = seen.first ? given.login.trim().toLowerCase() : seen.login
  const name = seen.first ? given.name.trim() : seen.name
  const wrong = seen.first ? checkIdentity(login, name) : null
  if (wrong) return wrong
  const rule = checkPassword(given.password, { login, name })
  if (rule !== null) return refuse(rule, PASSWORD_RULES[rule])
  const record = await orBusy(() => passwords.hash(given.password))
  if (typeof record !== 'string') return record
  return withTransaction(pool, async (client) => {
    const taken = await takeInvitation(client, hashToken(token), now())
    if (!taken) return OVER
    let id = taken.accountId
    if (id === null) {
      await lockAccounts(client)
      if (await hasAccounts(client)) return OVER
      id = `p-${random().slice(0, 20)}`
      await saveOrganisation(client, { id: 'bureau', name: bureau.name, kind: 'bureau' })
      await addAccount(
        client,
        { id, login, name, organisation: 'bureau', roles: ['security-admin'], by: 'start' },
        now(),
      )
      await appendJournal(client, now(), {
        actor: 'start',
        act: 'account.added',
        subject: id,
        detail: { roles: ['security-admin'] },
      })
    }
    await savePassword(client, id, record)
    await endSessionsOf(client, id)
    await appendJournal(client, now(), { actor: id, act: 'password.set', subject: id })
    return { ok: true }
  })
}

/** What a login and a name may be. */
export function checkIdentity(login: string, name: string): Refused | null {
  if (!/^[a-z0-9][a-z0-9._-]{1,39}$/.test(login))
    return refuse('login', '登录名为 2 至 40 个小写字母、数字、点、横线或下划线，以字母或数字开头')
  // Letters of any script, blanks and the middle dot of transcribed names: nothing that could be markup or turn a line around.
  if (!/^[\p{L}\p{M}][\p{L}\p{M}\p{N} ·.-]{0,39}$/u.test(name)) return refuse('name', '姓名为 1 至 40 个文字')
  return null
}
