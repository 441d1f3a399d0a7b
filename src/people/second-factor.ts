// In: somebody who has no second factor yet, or wants another. Out: a secret for the authenticator, then recovery codes once.
// Must not take a secret into use before a code made with it came back.
import { appendJournal } from '../store/journal.ts'
import { saveSecondFactor } from '../store/people/accounts.ts'
import { offerSecond } from '../store/people/sessions.ts'
import { withTransaction } from '../store/pool.ts'
import { refuse, type PeopleContext, type Refused } from './context.ts'
import type { Session } from './sessions.ts'
import { beginWhole, knowDevice, type From } from './sign-in.ts'
import { hashRecovery, makeRecoveryCodes } from './tokens.ts'
import { findStep, makeTotpSecret, writeBase32, writeKeyUri } from './totp.ts'

/** The secret on offer in a session, the same until it is taken. */
export async function offerSecondFactor(
  { pool, sealing, issuer }: PeopleContext,
  session: Session,
): Promise<{ uri: string; typed: string }> {
  const standing = session.offered === null ? null : sealing.open(session.offered)
  const secret = standing === null ? makeTotpSecret() : Buffer.from(standing, 'base64')
  if (standing === null) await offerSecond(pool, session.tokenHash, sealing.seal(secret.toString('base64')))
  return { uri: writeKeyUri(secret, session.login, issuer), typed: writeBase32(secret) }
}

/** Takes the offered secret into use. @returns a new session's and device's tokens and the recovery codes, shown this once */
export async function enrolSecondFactor(
  context: PeopleContext,
  session: Session,
  code: string,
  from: Pick<From, 'device'> = {},
): Promise<{ ok: true; token: string; device: string; codes: string[] } | Refused> {
  const { pool, sealing, now } = context
  const offered = session.offered === null ? null : sealing.open(session.offered)
  if (session.stage !== 'enrol' || offered === null) return refuse('stage', '请重新登录')
  const secret = Buffer.from(offered, 'base64')
  const step = findStep(secret, code, now(), 0)
  if (step === null) return refuse('code', '验证码不正确；请确认手机时间准确，再输入新的验证码')
  const codes = makeRecoveryCodes()
  const begun = await withTransaction(pool, async (client) => {
    const totp = sealing.seal(secret.toString('base64'))
    await saveSecondFactor(client, session.accountId, { totp, step, recovery: codes.map(hashRecovery) })
    await appendJournal(client, now(), {
      actor: session.accountId,
      act: 'second-factor.enrolled',
      subject: session.accountId,
    })
    const token = await beginWhole(client, session.accountId, session, now(), { step })
    return { token, device: await knowDevice(client, session.accountId, from, now()) }
  })
  return { ok: true, ...begun, codes }
}
