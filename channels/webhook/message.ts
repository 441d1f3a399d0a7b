// In: a rendered notice, its facts, its names. Out: the notice as partners receive it: as the API has it (DESIGN §5 "Webhook body").
// Must not wait for what comes later: no channel has answered yet, so deliveries and their clocks are empty; the API has them.
import type { NoticeNames } from '../../src/core/channel.ts'
import type { NoticeFacts, RenderedNotice, SpokenOrigin } from '../../src/core/notice.ts'
import { formatUtc } from '../../src/core/instant.ts'

/** 64 KB: a notice has about one; what is larger is not one. */
export const LARGEST_BODY = 64 * 1024

/**
 * The notice as GET /api/v1/notices/<id> answers at this moment, and beside that its parameters (`origin`, null where none are
 * stated) and the reason of a withdrawal, which a program would else have to read out of a sentence.
 */
export function describeNotice(
  rendered: RenderedNotice,
  facts: NoticeFacts,
  names: NoticeNames | undefined,
): Record<string, unknown> {
  return {
    id: names?.id,
    code: facts.url.split('/').at(-1) ?? '',
    serial: facts.serial,
    report: facts.report,
    kind: facts.kind,
    class: facts.class,
    lineage: names?.lineage,
    supersedes: names?.supersedes,
    quake: names?.quake,
    title: rendered.title,
    text: rendered.text,
    issuedAt: formatUtc(facts.issuedAt),
    state: 'current',
    url: facts.url,
    clocks: names && {
      originToReceivedMs: names.originAt === null ? null : names.receivedAt - names.originAt,
      receivedToDecidedMs: names.decidedAt - names.receivedAt,
      decidedToAcceptedMs: {},
      acceptedToSeenMs: {},
    },
    deliveries: [],
    origin: facts.origin === null ? null : describeOrigin(facts.origin),
    withdrawal: facts.withdrawal,
  }
}

function describeOrigin(origin: SpokenOrigin): Record<string, unknown> {
  return {
    originTime: formatUtc(origin.originTime),
    latitude: origin.latitude,
    longitude: origin.longitude,
    depthKm: origin.depthKm,
    magnitude: origin.magnitude,
    kind: origin.kind,
    place: origin.place,
    sourceCode: origin.sourceCode,
  }
}
