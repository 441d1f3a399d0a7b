// In: the token of a cookie. Out: who sits at the desk, until idle, shift's end, sign-out or revocation.
// Must not trust a token's age or shape: the row decides, at every request.
import { HOUR, MINUTE, SECOND, type Instant } from '../core/instant.ts'
import type { Role } from '../core/people/roles.ts'
import type { Queryable } from '../store/pool.ts'
import {
  addSession,
  endSession,
  findSession,
  touchSession,
  type SessionRecord,
  type SessionStage,
} from '../store/people/sessions.ts'
import { hashToken, makeToken } from './tokens.ts'

/** From password to code: time to fetch the phone. */
const HALF_WAY_MS = 10 * MINUTE
/** A shift. */
const LONGEST_MS = 12 * HOUR
const IDLE_MS = 30 * MINUTE
/** A wall display reads and can do nothing. */
const IDLE_WATCHING_MS = LONGEST_MS
/** Written at most so often. */
const TOUCH_MS = 30 * SECOND

export interface Session extends SessionRecord {
  tokenHash: Buffer
}

export function idleMs(roles: readonly Role[]): number {
  return roles.every((role) => role === 'observer') ? IDLE_WATCHING_MS : IDLE_MS
}

/** Begins a session. @returns the token for the cookie; only its hash is kept */
export async function beginSession(
  db: Queryable,
  accountId: string,
  stage: SessionStage,
  now: Instant,
): Promise<string> {
  const token = makeToken()
  const endsAt = now + (stage === 'full' ? LONGEST_MS : HALF_WAY_MS)
  await addSession(db, { tokenHash: hashToken(token), accountId, stage, csrf: makeToken(), endsAt }, now)
  return token
}

/**
 * Who a token belongs to.
 * @param isAct false for what a page asks by itself: an open page alone does not keep anyone signed in
 */
export async function findSitting(db: Queryable, token: string, isAct: boolean, now: Instant): Promise<Session | null> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null
  const tokenHash = hashToken(token)
  const found = await findSession(db, tokenHash, now)
  if (!found) return null
  if (now - found.seenAt > idleMs(found.roles)) {
    await endSession(db, tokenHash)
    return null
  }
  if (isAct && now - found.seenAt > TOUCH_MS) await touchSession(db, tokenHash, now)
  return { ...found, tokenHash }
}
