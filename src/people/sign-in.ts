// In: a login, a password, a code, and where they come from. Out: a session's token, or one sentence that helps no guesser.
// Must not say whether a login exists, must not let two guesses at once count as one, and must not let a stranger's guesses
// keep an officer out of the browser that is signed in with every shift.
import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { DAY, MINUTE } from '../core/instant.ts'
import { networkOf, unmapAddress } from '../core/network.ts'
import { appendJournal } from '../store/journal.ts'
import {
  countFailure,
  findPassword,
  lockCredentials,
  recordSignIn,
  spendFactor,
  type Credentials,
} from '../store/people/accounts.ts'
import { countDeviceFailure, isKnownDevice, keepDevice } from '../store/people/devices.ts'
import { addFailure, countFailures, endSession } from '../store/people/sessions.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { orBusy, refuse, type PeopleContext, type Refused } from './context.ts'
import { beginSession, type Session } from './sessions.ts'
import { hashDevice, hashRecovery, makeToken } from './tokens.ts'
import { findStep } from './totp.ts'

/** Failures in a row until an account is locked, and for how long; doubled with each further one, at most a day. */
const LOCK_AFTER = 5
const LOCK_MS = 15 * MINUTE
/** Failures of one address in a quarter of an hour, over all logins. */
const ADDRESS_LIMIT = 30
const ADDRESS_MS = 15 * MINUTE
/** How long a browser is known after its last sign-in, and how many of one account. */
const DEVICE_MS = 90 * DAY
const MOST_DEVICES = 20

/** `device`: what the browser keeps, for next time; with whole sessions only. */
export type SignedIn =
  | { ok: true; token: string; stage: 'second-factor' | 'enrol' }
  | { ok: true; token: string; stage: 'full'; device: string }
  | Refused

/** Where somebody comes from. */
export interface From {
  /** Of the client, as the desk's listener sees it. */
  address: string
  /** What an earlier sign-in left in the browser; '' for none. */
  device?: string
}

const WRONG = refuse('wrong', '登录名或密码不正确；连续 5 次不正确将锁定 15 分钟')
const FROM_HERE = refuse('address', '此地址登录失败次数过多，请 15 分钟后再试')
const WRONG_CODE = refuse('code', '验证码不正确、已用过或已失效')

/** One household or rented server of IPv6 counts as one address: it has 2^64 of them. */
function subjectOf(given: string): Buffer {
  const address = unmapAddress(given)
  const counted = isIPv6(address) ? networkOf(address) : address
  return createHash('sha256').update(`address ${counted}`).digest()
}

const isOver = async ({ pool, now }: PeopleContext, address: Buffer): Promise<boolean> =>
  (await countFailures(pool, address, now() - ADDRESS_MS)) >= ADDRESS_LIMIT

const readDevice = ({ device = '' }: From): Buffer | null => (device === '' ? null : hashDevice(device))

/** The first step: login and password. A browser that is known has counts of its own and waits for no stranger. */
export async function signIn(
  context: PeopleContext,
  given: { login: string; password: string } & From,
): Promise<SignedIn> {
  const { pool, passwords, now } = context
  const address = subjectOf(given.address)
  const login = given.login.trim().toLowerCase()
  const device = readDevice(given)
  const isExpected = device !== null && (await isKnownDevice(pool, device, { login }, now()))
  if (!isExpected && (await isOver(context, address))) return FROM_HERE
  return orBusy(async () => {
    // Hashed before the row is locked: no connection waits for it.
    const record = await findPassword(pool, login)
    const fits = await passwords.fits(given.password, record, isExpected)
    return withTransaction(pool, async (client): Promise<SignedIn> => {
      const known = await lockCredentials(client, { login })
      const guess = await judgeGuess(context, client, known, device)
      if (known && fits && known.password === record && !guess.isLocked && known.state === 'active') {
        const stage = known.totp === null ? 'enrol' : 'second-factor'
        return { ok: true, token: await beginSession(client, known.id, stage, now()), stage }
      }
      await countGuess(client, known, guess, address, now())
      return WRONG
    })
  })
}

interface Guess {
  isLocked: boolean
  /** Null for a stranger's browser. */
  device: Buffer | null
}

/** Asked again with the account's row locked: guesses that come at once count one after the other. */
async function judgeGuess(
  { now }: PeopleContext,
  db: Queryable,
  known: Credentials | null,
  device: Buffer | null,
): Promise<Guess> {
  if (known && device && (await isKnownDevice(db, device, { id: known.id }, now()))) return { isLocked: false, device }
  return { isLocked: known?.lockedUntil != null && known.lockedUntil > now(), device: null }
}

async function countGuess(
  db: Queryable,
  known: Credentials | null,
  { isLocked, device }: Guess,
  address: Buffer,
  now: number,
): Promise<void> {
  if (known && device) return countDeviceFailure(db, device, known.id, LOCK_AFTER)
  await addFailure(db, address, now)
  // A locked account counts no further: it would never open again under a steady attack.
  if (known && !isLocked) await countWrong(db, known, now)
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
  given: { code: string } & From,
): Promise<SignedIn> {
  const { pool, now } = context
  if (session.stage !== 'second-factor') return refuse('stage', '请重新登录')
  const address = subjectOf(given.address)
  const device = readDevice(given)
  const isExpected = device !== null && (await isKnownDevice(pool, device, { id: session.accountId }, now()))
  if (!isExpected && (await isOver(context, address))) return FROM_HERE
  return withTransaction(pool, async (client) => {
    const known = await lockCredentials(client, { id: session.accountId })
    const guess = await judgeGuess(context, client, known, device)
    const used = known && !guess.isLocked && known.state === 'active' ? findFactor(context, known, given.code) : null
    if (!known || used === null) {
      await countGuess(client, known, guess, address, now())
      return WRONG_CODE
    }
    await spendFactor(client, known.id, used)
    const token = await beginWhole(client, known.id, session, now(), used)
    return { ok: true, token, stage: 'full', device: await knowDevice(client, known.id, given, now()) }
  })
}

/** Marks the browser that has just signed in. @returns its new token: one that was planted before is worth nothing */
export async function knowDevice(
  db: Queryable,
  accountId: string,
  given: Pick<From, 'device'>,
  now: number,
): Promise<string> {
  const token = makeToken()
  const before = readDevice({ address: '', ...given })
  const kept = { before, tokenHash: hashDevice(token), accountId, endsAt: now + DEVICE_MS, most: MOST_DEVICES }
  await keepDevice(db, kept, now)
  return token
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
