// In: a login, a password, a code, and where they come from. Out: a session's token, or one sentence that helps no guesser.
// Must not say whether a login exists, and must not let two guesses at once count as one.
import { createHash } from 'node:crypto'
import { DAY, MINUTE } from '../core/instant.ts'
import { appendJournal } from '../store/journal.ts'
import {
  countFailure,
  findPassword,
  lockCredentials,
  recordSignIn,
  spendFactor,
  type Credentials,
} from '../store/people/accounts.ts'
import { addFailure, countFailures, endSession } from '../store/people/sessions.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { orBusy, refuse, type PeopleContext, type Refused } from './context.ts'
import { beginSession, type Session } from './sessions.ts'
import { hashRecovery } from './tokens.ts'
import { findStep } from './totp.ts'

/** Failures in a row until an account is locked, and for how long; doubled with each further one, at most a day. */
const LOCK_AFTER = 5
const LOCK_MS = 15 * MINUTE
/** Failures of one address in a quarter of an hour, over all logins. */
const ADDRESS_LIMIT = 30
const ADDRESS_MS = 15 * MINUTE

export type SignedIn = { ok: true; token: string; stage: 'second-factor' | 'enrol' | 'full' } | Refused

const WRONG = refuse('wrong', '登录名或密码不正确；连续 5 次不正确将锁定 15 分钟')
const FROM_HERE = refuse('address', '此地址登录失败次数过多，请 15 分钟后再试')
const WRONG_CODE = refuse('code', '验证码不正确、已用过或已失效')

const subjectOf = (address: string): Buffer => createHash('sha256').update(`address ${address}`).digest()

/**
 * The first step: login and password.
 * @param address of the client, as the desk's listener sees it
 */
export async function signIn(
  context: PeopleContext,
  given: { login: string; password: string; address: string },
): Promise<SignedIn> {
  const { pool, passwords, now } = context
  const address = subjectOf(given.address)
  if ((await countFailures(pool, address, now() - ADDRESS_MS)) >= ADDRESS_LIMIT) return FROM_HERE
  const login = given.login.trim().toLowerCase()
  return orBusy(async () => {
    // Hashed before the row is locked: no connection waits for it.
    const record = await findPassword(pool, login)
    const fits = await passwords.fits(given.password, record)
    return withTransaction(pool, async (client): Promise<SignedIn> => {
      const known = await lockCredentials(client, { login })
      const isLocked = known?.lockedUntil != null && known.lockedUntil > now()
      if (known && fits && known.password === record && !isLocked && known.state === 'active') {
        const stage = known.totp === null ? 'enrol' : 'second-factor'
        return { ok: true, token: await beginSession(client, known.id, stage, now()), stage }
      }
      await addFailure(client, address, now())
      // A locked account counts no further: it would never open again under a steady attack.
      if (known && !isLocked) await countWrong(client, known, now())
      return WRONG
    })
  })
}

async function countWrong(db: Queryable, known: Credentials, now: number): Promise<void> {
  const failures = known.failures + 1
  const times = failures - LOCK_AFTER
  const until = times < 0 ? null : now + Math.min(DAY, LOCK_MS * 2 ** Math.min(times, 10))
  await countFailure(db, known.id, failures, until)
  if (until !== null) await appendJournal(db, now, { actor: known.id, act: 'sign-in.locked', subject: known.id })
}

/** The second step: a code of the authenticator, or a recovery code. The half-way session ends; a whole one begins. */
export async function giveCode(
  context: PeopleContext,
  session: Session,
  given: { code: string; address: string },
): Promise<SignedIn> {
  const { pool, now } = context
  if (session.stage !== 'second-factor') return refuse('stage', '请重新登录')
  const address = subjectOf(given.address)
  if ((await countFailures(pool, address, now() - ADDRESS_MS)) >= ADDRESS_LIMIT) return FROM_HERE
  return withTransaction(pool, async (client) => {
    const known = await lockCredentials(client, { id: session.accountId })
    const isLocked = known?.lockedUntil != null && known.lockedUntil > now()
    const used = known && !isLocked && known.state === 'active' ? findFactor(context, known, given.code) : null
    if (!known || used === null) {
      await addFailure(client, address, now())
      if (known && !isLocked) await countWrong(client, known, now())
      return WRONG_CODE
    }
    await spendFactor(client, known.id, used)
    return { ok: true, token: await beginWhole(client, known.id, session, now(), used), stage: 'full' }
  })
}

/** A new token once somebody is signed in: one that was planted before is worth nothing. */
export async function beginWhole(
  db: Queryable,
  accountId: string,
  before: Session,
  now: number,
  by: object,
): Promise<string> {
  await endSession(db, before.tokenHash)
  await recordSignIn(db, accountId, now)
  const detail = { with: 'recovery' in by ? 'recovery-code' : 'code' }
  await appendJournal(db, now, { actor: accountId, act: 'sign-in', subject: accountId, detail })
  return beginSession(db, accountId, 'full', now)
}

function findFactor(
  { sealing, now }: PeopleContext,
  known: Credentials,
  code: string,
): { step: number } | { recovery: Buffer } | null {
  const secret = known.totp === null ? null : sealing.open(known.totp)
  const step = secret === null ? null : findStep(Buffer.from(secret, 'base64'), code, now(), known.totpStep)
  if (step !== null) return { step }
  const recovery = hashRecovery(code)
  return known.recovery.some((one) => one.equals(recovery)) ? { recovery } : null
}
