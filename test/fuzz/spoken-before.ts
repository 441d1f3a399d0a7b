// In: a row of a source without authority. Out: a quake that an official source determined and we have spoken of, with that row beside.
// Must not leave anything for the official word to change: whatever is said next would be the row's doing.
import { speakOrigin } from '../../src/core/judgement/spoken-origin.ts'
import type { Policy } from '../../src/core/judgement/policy.ts'
import type { SpokenOrigin } from '../../src/core/notice.ts'
import type { Lineage, Quake, StoredReport } from '../../src/core/quake.ts'

/** The feed whose formal determination was published. */
export const SPOKEN_SOURCE = 'national'

/** Null where the row has no origin that could have been spoken of. */
export function besideSpoken(row: StoredReport, policy: Policy): Quake | null {
  const official: StoredReport = {
    ...row,
    id: 'r-official',
    source: SPOKEN_SOURCE,
    authority: 'official-national',
    class: 'actual',
    lifecycle: 'report',
    agency: 'CENC',
    sourceCode: 'CC',
    sourceEventId: 'CC20240101000000',
    aliases: [],
    evaluation: 'reviewed',
    kind: 'earthquake',
    depthKm: 10,
    magnitude: { value: 4.5, type: 'M' },
    idTime: null,
  }
  const spoken = speakOrigin(official, 'national-formal', policy)
  if (!spoken.ok) return null
  const report = { ...row, class: 'actual' as const, receivedAt: official.receivedAt + 60_000 }
  return {
    id: 'q-spoken',
    class: 'actual',
    createdAt: official.receivedAt,
    reports: [official, report],
    pinnedReportId: null,
    mergedInto: null,
    lineages: [spokenLineage(official, spoken.origin)],
  }
}

function spokenLineage(official: StoredReport, origin: SpokenOrigin): Lineage {
  return {
    id: 'l-1',
    serial: '震信〔2024〕1号',
    year: 2024,
    number: 1,
    notices: [
      {
        id: 'n-1',
        code: 'abc',
        kind: 'formal-report',
        report: 1,
        serial: '震信〔2024〕1号',
        issuedAt: official.receivedAt,
        evaluation: 'reviewed',
        origin,
        reportId: official.id,
        withdrawal: null,
        deliveries: [],
      },
    ],
  }
}
