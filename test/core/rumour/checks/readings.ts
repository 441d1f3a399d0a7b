// In: texts and figures that a test cares about. Out: claims as they are read, quakes as the record knows them.
// Must not know a rule: what is plain here is plain for every one of them.
import { parseZonedTime, type Instant } from '../../../../src/core/instant.ts'
import type { KnownQuake, OfficialVersion } from '../../../../src/core/rumour/checks/known-quake.ts'
import { readClaim, type ClaimReading } from '../../../../src/core/rumour/checks/reading.ts'
import type { CheckFacts } from '../../../../src/core/rumour/checks/run.ts'
import { findKind, type ClaimKind } from '../../../../src/core/rumour/kind.ts'
import { spellPlainly } from '../../../../src/core/rumour/normalise.ts'

/** A Beijing time: 2026-03-04 10:00. */
export function beijing(text: string): Instant {
  const at = parseZonedTime(`${text.replace(' ', 'T')}:00+08:00`)
  if (at === null) throw new Error(`no time: ${text}`)
  return at
}

/** A town in the middle of the country; the bureau of these tests is there. */
export const HOME = { name: '试验市', latitude: 38.4667, longitude: 106.27 } as const
export const HEARD = beijing('2026-03-04 20:00')

/** A claim of one text, heard at an instant. */
export function claimOf(text: string, at: Instant = HEARD, kind?: ClaimKind): ClaimReading {
  return readClaim(kind ?? findKind(spellPlainly(text)), [{ id: 'r-1', text, at }])
}

export function versionOf(magnitude: number, more: Partial<OfficialVersion> = {}): OfficialVersion {
  return {
    reportId: `r-${magnitude}`,
    source: 'cenc',
    sourceCode: 'CC',
    isFormal: true,
    magnitude,
    depthKm: 10,
    receivedAt: HEARD,
    ...more,
  }
}

export function quakeOf(more: Partial<KnownQuake> = {}): KnownQuake {
  const magnitude = more.magnitude ?? 5
  return {
    id: 'q-1',
    originTime: HEARD - 10 * 60_000,
    latitude: HOME.latitude,
    longitude: HOME.longitude,
    magnitude,
    place: '宁夏银川市永宁县',
    versions: [versionOf(magnitude)],
    ...more,
  }
}

/** An hour later, with every source on record and none silent. */
export function factsOf(more: Partial<CheckFacts> = {}): CheckFacts {
  return {
    now: HEARD + 3_600_000,
    home: HOME,
    quakes: [],
    silent: [],
    recordSince: HEARD - 30 * 86_400_000,
    forecasts: [],
    archive: [],
    ...more,
  }
}
