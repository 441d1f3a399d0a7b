// In: a test of who comes in. Out: a database with its first administrator, a clock that is turned, officers who have signed in.
// Real PostgreSQL; passwords cost next to nothing here.
import type { Pool } from 'pg'
import { invite } from '../../src/people/accounts.ts'
import type { PeopleContext } from '../../src/people/context.ts'
import { acceptInvitation, makeFirstLink } from '../../src/people/invitations.ts'
import { openPasswords } from '../../src/people/passwords.ts'
import { enrolSecondFactor, offerSecondFactor } from '../../src/people/second-factor.ts'
import { findSitting, type Session } from '../../src/people/sessions.ts'
import { signIn } from '../../src/people/sign-in.ts'
import { codeAt } from '../../src/people/totp.ts'
import { openPool } from '../../src/store/pool.ts'
import { openSealing } from '../../src/store/sealing.ts'
import { readBase32 } from '../app/officers.ts'
import { freshDatabase } from '../support/database.ts'

export const BUREAU = { name: '试验市地震局' }
export const PASSWORD = 'Yanhuang-2031-ok'

/** Somebody with a password and a second factor, who has signed in once. */
export interface Hired {
  id: string
  login: string
  /** What makes codes. */
  secret: Buffer
  token: string
  codes: string[]
  /** The session between password and code. */
  half: string
  /** What signing in left in the browser. */
  device: string
}

export interface PeopleDoor {
  pool: Pool
  people: PeopleContext
  clock: { now: number }
  /** A number that was not there before. */
  next: () => number
  sit: (token: string) => Promise<Session>
  hire: (roles?: Parameters<typeof invite>[1]['roles']) => Promise<Hired>
  close: () => Promise<void>
}

export async function openPeopleDoor(): Promise<PeopleDoor> {
  const database = await freshDatabase()
  const pool = openPool(database.appConfig, 6, () => undefined)
  const clock = { now: Date.parse('2031-05-06T03:12:00+08:00') }
  let count = 0
  const next = (): number => (count += 1)
  const people: PeopleContext = {
    pool,
    sealing: openSealing(Buffer.alloc(32, 7), 'second factor'),
    passwords: openPasswords({ memory: 64, passes: 1 }),
    now: () => clock.now,
    random: () => `${String(next()).padStart(20, '0')}abcdef`,
    issuer: BUREAU.name,
  }
  const token = await makeFirstLink(people)
  await acceptInvitation(people, token ?? '', { login: 'anquan', name: '安全员', password: PASSWORD }, BUREAU)
  const sit = async (seat: string): Promise<Session> => {
    const found = await findSitting(pool, seat, true, clock.now)
    if (!found) throw new Error('no session')
    return found
  }
  return {
    pool,
    people,
    clock,
    next,
    sit,
    hire: async (roles = ['duty']) => {
      const login = `ren${next()}`
      const invited = await invite(people, { login, name: '王小明', organisation: 'bureau', roles }, 'p-admin')
      if (!invited.ok) throw new Error(invited.reason)
      const accepted = await acceptInvitation(
        people,
        invited.token,
        { login: '', name: '', password: PASSWORD },
        BUREAU,
      )
      if (!accepted.ok) throw new Error(accepted.reason)
      const first = await signIn(people, { login, password: PASSWORD, address: '10.0.0.1' })
      if (!first.ok) throw new Error(first.reason)
      const secret = readBase32((await offerSecondFactor(people, await sit(first.token))).typed)
      const code = codeAt(secret, Math.floor(clock.now / 30_000))
      const enrolled = await enrolSecondFactor(people, await sit(first.token), code)
      if (!enrolled.ok) throw new Error(enrolled.reason)
      const { token: whole, codes, device } = enrolled
      return { id: invited.id, login, secret, token: whole, codes, half: first.token, device }
    },
    close: async () => {
      await pool.end()
      await database.drop()
    },
  }
}
