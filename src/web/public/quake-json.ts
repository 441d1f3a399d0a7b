// In: a quake's notices. Out: the API's form of the quake: the values that stand published, and nothing from before that.
// Must not show a determination that no notice states, nor values that were withdrawn.
import { roundHalfUp } from '../../core/decimal.ts'
import { formatUtc } from '../../core/instant.ts'
import type { SpokenOrigin } from '../../core/notice.ts'
import { formatDepth } from '../../core/rendering/format.ts'
import { kindWord, LABELLED_CODES, labelOf } from '../../core/rendering/label.ts'
import type { ToldQuake } from '../../store/quakes.ts'
import type { QuakeJson, QuakeListJson } from './api-schemas.ts'

export interface QuakeWriting {
  publicUrl: string
  demonstration: boolean
}

/** null for a quake of which nothing is published. */
export function writeQuake({ id, notices }: ToldQuake, { publicUrl, demonstration }: QuakeWriting): QuakeJson | null {
  const first = notices[0]
  const head = notices.at(-1)
  if (!first || !head) return null
  // By what is on record of each, not by the last on the list: the website may carry a withdrawal later than the record does,
  // and of two lineages the younger may be the one that was withdrawn.
  const standing = notices.filter(({ state, kind }) => state !== 'withdrawn' && kind !== 'withdrawal')
  const withdrawn = standing.length === 0
  const origin = standing.findLast((notice) => notice.facts.origin !== null)?.facts.origin ?? null
  return {
    id,
    state: withdrawn ? 'withdrawn' : 'current',
    values: origin === null ? null : writeValues(origin),
    url: `${publicUrl}/quakes/${id}`,
    notice: { id: head.id, code: head.code, serial: head.serial, report: head.report, kind: head.kind },
    notices: notices.map((notice) => notice.id),
    publishedAt: formatUtc(first.issuedAt),
    updatedAt: formatUtc(head.issuedAt),
    ...(demonstration ? { demonstration: true as const } : {}),
  }
}

/** As the notice's sentence rounds them; an automatic determination's depth is not told there either. */
function writeValues(origin: SpokenOrigin): NonNullable<QuakeJson['values']> {
  const { sourceCode, automatic: byMachine } = origin
  const label = LABELLED_CODES.includes(sourceCode) ? labelOf(sourceCode, byMachine) : null
  const automatic = label?.automatic ?? byMachine
  const depth = automatic ? '' : formatDepth(origin.depthKm, kindWord(origin.kind) !== null)
  return {
    originTime: formatUtc(origin.originTime),
    latitude: roundHalfUp(origin.latitude, 2),
    longitude: roundHalfUp(origin.longitude, 2),
    depthKm: depth === '' ? null : Number(depth.replace('千米', '')),
    magnitude: roundHalfUp(origin.magnitude, 1),
    kind: origin.kind,
    place: origin.place,
    evaluation: automatic ? 'automatic' : 'reviewed',
    determinedBy: label?.full ?? '',
  }
}

/** A page of GET /api/v1/quakes. @param most how many were looked for: fewer are the last */
export function writeQuakeListing(quakes: readonly ToldQuake[], most: number, writing: QuakeWriting): QuakeListJson {
  return {
    quakes: quakes.flatMap((quake) => writeQuake(quake, writing) ?? []),
    next: quakes.length === most ? (quakes.at(-1)?.id ?? null) : null,
    ...(writing.demonstration ? { demonstration: true as const } : {}),
  }
}
