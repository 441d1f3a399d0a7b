// In: rumours that something was said about publicly. Out: the API's form of them: verdicts, claims and times, nothing of people.
// Must not say more than the page does: what was withdrawn is named, and not repeated.
import { formatUtc, type Instant } from '../../core/instant.ts'
import type { PublicRumour } from '../../store/rumours/public.ts'
import type { RebuttalJson, RebuttalListJson } from './api-schemas.ts'
import { answerOf } from './pages/rumour.ts'
import type { QuakeWriting } from './quake-json.ts'

const write = (at: Instant | null | undefined): string | null => (at == null ? null : formatUtc(at))

export function writeRebuttal(rumour: PublicRumour, { publicUrl, demonstration }: QuakeWriting): RebuttalJson {
  const { code, standing, line, notices, withdrawnAt, heardAt, mergedInto } = rumour
  const answer = answerOf(rumour)
  const written = answer?.facts.written
  const [newest] = notices
  const first = notices.at(-1)
  return {
    id: code,
    url: `${publicUrl}/rumours/${code}`,
    state: standing,
    verdict: written?.rebuttal?.verdict ?? '待核',
    claim: written?.rebuttal?.claim ?? null,
    title: answer?.title ?? null,
    facts: written?.rebuttal ? written.paragraphs.slice(0, -2) : [],
    evidence: written?.rebuttal?.evidence ?? null,
    line: standing === 'checking' ? (line?.words ?? null) : null,
    heardAt: formatUtc(heardAt),
    saidAt: write(line?.at),
    answeredAt: write(first?.issuedAt),
    correctedAt: newest === first ? null : write(newest?.issuedAt),
    withdrawnAt: write(withdrawnAt),
    mergedInto,
    notices: notices.map((notice) => ({
      id: notice.id,
      code: notice.code,
      serial: notice.serial,
      report: notice.report,
      state: notice.state,
      issuedAt: formatUtc(notice.issuedAt),
      url: `${publicUrl}/n/${notice.code}`,
    })),
    ...(demonstration ? { demonstration: true as const } : {}),
  }
}

/** A page of GET /api/v1/rebuttals. @param most how many were looked for: fewer are the last */
export function writeRebuttalListing(
  rumours: readonly PublicRumour[],
  most: number,
  writing: QuakeWriting,
): RebuttalListJson {
  return {
    rebuttals: rumours.map((rumour) => writeRebuttal(rumour, writing)),
    next: rumours.length === most ? (rumours.at(-1)?.code ?? null) : null,
    ...(writing.demonstration ? { demonstration: true as const } : {}),
  }
}
