// In: nothing. Out: what every part of people/ is handed.
import type { Pool } from 'pg'
import type { Instant } from '../core/instant.ts'
import type { Sealing } from '../store/sealing.ts'
import { TooManySignIns, type Passwords } from './passwords.ts'

export interface PeopleContext {
  pool: Pool
  /** Seals second factors for rest. */
  sealing: Sealing
  passwords: Passwords
  /** Real time: people sign in by it, whatever a scenario's clock says. */
  now: () => Instant
  /** Cryptographic chance, 32 hex digits. */
  random: () => string
  /** Shown beside the login in an authenticator program. */
  issuer: string
}

/** What a person is told: a rule by name, and a sentence. */
export interface Refused {
  ok: false
  rule: string
  reason: string
}

export const refuse = (rule: string, reason: string): Refused => ({ ok: false, rule, reason })

const BUSY = refuse('busy', '同时登录或设置密码的人过多，请稍候再试')

/** What needs a password hashed: too many at once are an answer, not a fault. */
export async function orBusy<T>(work: () => Promise<T>): Promise<T | Refused> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TooManySignIns) return BUSY
    throw error
  }
}
