// In: nothing. Out: what every part of rumour/ is handed, who acts, and how an act ends.
import { createHash, randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { Instant } from '../core/instant.ts'
import type { Role } from '../core/people/roles.ts'
import type { Home } from '../core/rumour/checks/where.ts'
import type { ClaimRecord } from '../store/rumours/claims.ts'
import type { Sealing } from '../store/sealing.ts'

export interface RumourContext {
  pool: Pool
  /** The lane's clock: claims and their clocks run by it. */
  now: () => Instant
  /** Real time, for alarms. */
  realNow: () => Instant
  /** Cryptographic chance, 32 hex digits. */
  random: () => string
  /** Seals originals. */
  originals: Sealing
  /** Seals ways to reach whoever reported; another key than the originals'. */
  contacts: Sealing
  /** What a claim is about that names no place, and from where a new quake is near. */
  home: Home
  /** How citizens reach the bureau; '' where it names no telephone. */
  phone: string
  /** Ids of official sources that do not answer now: while one is silent nobody can say that nothing happened. */
  silentOfficial: () => string[]
  /** Resolves when no notice is on its way, or soon if one stays there long; left out where nobody publishes. */
  giveWay?: () => Promise<void>
  /** A claim's public page must be made anew; left out where there are no pages. */
  shown?: (code: string) => void
}

/** Who acts at the desk. */
export interface Person {
  account: string
  organisation: string
  roles: readonly Role[]
}

const STAFF: readonly Role[] = ['duty', 'publicity', 'lead']
/** Somebody of another organisation, or one who only looks. */
export const isGuest = ({ roles }: Pick<Person, 'roles'>): boolean => !roles.some((role) => STAFF.includes(role))

export interface Refused {
  ok: false
  rule: string
  reason: string
}
export type Moved = { ok: true; claim: ClaimRecord } | Refused

export const refuse = (rule: string, reason: string): Refused => ({ ok: false, rule, reason })

/** What a drill has left is only read. */
export const DRILL_OVER = refuse('drill-over', '演练已经结束，这件传言只供查阅')

/** Why nothing is put beside a claim any more; null while something may be. */
export const findEnd = ({ state, retiredAt }: Pick<ClaimRecord, 'state' | 'retiredAt'>): Refused | null =>
  retiredAt !== null ? DRILL_OVER : state === 'closed' ? refuse('not-here', '已办结的传言只供查阅') : null

/** Longer reasons are cut; the form says so beforehand. */
export const MOST_REASON = 400

/** Signs that leave nothing to be seen, some of which count as letters (U+3164, U+2800): a title of them cannot even be pressed. */
export const isBlank = (text: string): boolean =>
  /^[\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]*$/u.test(text)

/** One paragraph without controls, cut to so many characters; '' where nothing of it can be seen. */
export function tidy(text: string, longest: number): string {
  const flat = text
    .slice(0, 8 * longest)
    .normalize('NFC')
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .trim()
  return isBlank(flat) ? '' : Array.from(flat).slice(0, longest).join('')
}

/** 32 signs that nobody mistakes for one another on paper. */
const SIGNS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A receipt's code: 80 bits, in four groups that can be read over a telephone. */
export const makeReceipt = (): string => writeReceipt(randomBytes(16))

/** @param bytes 16 or more that cannot be guessed; five bits of each count */
export function writeReceipt(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, 16), (byte) => SIGNS[byte & 31]).join('')
  return text.replace(/(.{4})(?=.)/g, '$1-')
}

/** As somebody types it: case, blanks and hyphens do not count. */
export const hashReceipt = (code: string): Buffer =>
  createHash('sha256')
    .update(
      `receipt ${code
        .slice(0, 60)
        .toUpperCase()
        .replace(/[^A-Z0-9]/g, '')}`,
    )
    .digest()
