// In: a report as it is put on record. Out: all that it says beside its original, in one fixed line.
// Must not hash: core has no crypto. The line's hash stands in the journal, so that an altered row is found (rumours.md §7).
import { formatUtc, type Instant } from '../instant.ts'
import type { ClaimKind, Stance } from './kind.ts'

export interface RecordedSighting {
  id: string
  class: string
  route: string
  /** Without what names a person. */
  shown: string
  stance: Stance
  kind: ClaimKind
  url: string | null
  platform: string
  region: string
  seenAt: Instant | null
  /** Id of the account that entered it; 'public' for one from outside. */
  takenBy: string
  /** SHA-256 of the original. */
  rawSha256: string
  /** Opaque; null when nobody left a way to be reached. */
  reporterRef: string | null
}

/** When it was received is not in it: the journal's own row has that. */
export function writeSighting(one: RecordedSighting): string {
  const seen = one.seenAt === null ? null : formatUtc(one.seenAt)
  return JSON.stringify([
    one.id,
    one.class,
    one.route,
    one.shown,
    one.stance,
    one.kind,
    one.url,
    one.platform,
    one.region,
    seen,
    one.takenBy,
    one.rawSha256,
    one.reporterRef,
  ])
}

/** What stands in the place of a text that is not what was received. */
export const ALTERED_WORDS = '（这条线索的登记内容与接收时不符，已停止提供，请核查数据库）'
