// In: a signed message, the secret it should fit, the installation's clocks. Out: whether it is genuine and in time.
// Must not alarm or answer: each door says by itself what it does with one that is late.
import { MINUTE, SECOND } from '../core/instant.ts'
import { verifySignature, type SignatureHeaders, type Verified } from '../feeds/signature.ts'
import type { InstallationClock } from './clock.ts'

/** A shifted clock (QUAKEDESK_CLOCK, a scenario) must not lock out a sender that signs by the real one. */
export function verifyAtEitherClock(
  headers: SignatureHeaders,
  body: Uint8Array,
  secret: string,
  clock: InstallationClock,
): Verified {
  const byOurs = verifySignature(headers, body, [secret], clock.now('actual'))
  return byOurs.ok || clock.offset() === 0 ? byOurs : verifySignature(headers, body, [secret], clock.realNow())
}

/**
 * Of a message that was refused: the sender's clock is wrong, or ours is, or somebody replays an old one.
 * @returns by how many minutes it is late where the signature itself fits; null where it does not
 */
export function measureLate(
  headers: SignatureHeaders,
  body: Uint8Array,
  secret: string,
  clock: Pick<InstallationClock, 'realNow'>,
): number | null {
  const stamp = headers['webhook-timestamp']
  if (typeof stamp !== 'string' || !/^\d{1,12}$/.test(stamp)) return null
  const sentAt = Number(stamp) * SECOND
  if (!verifySignature(headers, body, [secret], sentAt).ok) return null
  return Math.round((clock.realNow() - sentAt) / MINUTE)
}
