// In: a rendered notice and its facts. Out: the body that partners receive (DESIGN §5 "Webhook body").
// Must not add what only the store knows: clocks and deliveries stand in the API, at the notice's own address.
import type { NoticeFacts, RenderedNotice, SpokenOrigin } from '../../src/core/notice.ts'
import { formatUtc } from '../../src/core/instant.ts'

/** 64 KB: a notice has about one; what is larger is not one. */
export const LARGEST_BODY = 64 * 1024

/** The notice as JSON, without its id, which the job adds when it leaves. */
export function describeNotice(rendered: RenderedNotice, facts: NoticeFacts): Record<string, unknown> {
  return {
    code: facts.url.split('/').at(-1) ?? '',
    serial: facts.serial,
    report: facts.report,
    kind: facts.kind,
    class: facts.class,
    supersedes: facts.replaces === '' ? null : facts.replaces,
    quake: facts.origin === null ? null : describeOrigin(facts.origin),
    title: rendered.title,
    text: rendered.text,
    url: facts.url,
    issuedAt: formatUtc(facts.issuedAt),
    state: 'current',
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

/** Body of a hold or an alarm, for outlets with `alarms: true`; put it into a job's content as `body`. */
export function composeAlarmBody(type: 'hold.raised' | 'alarm', detail: Record<string, unknown>): string {
  return JSON.stringify(type === 'alarm' ? { type, alarm: detail } : { type, hold: detail })
}
