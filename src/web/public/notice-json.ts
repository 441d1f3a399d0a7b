// In: notices as the record has them. Out: the answer of GET /api/v1/notices (DESIGN §5).
// Must not add what a reader could not verify on the page.
import { formatUtc } from '../../core/instant.ts'
import type { DeliveryView, NoticeView } from '../../store/notices.ts'
import type { NoticeJson, NoticeListJson } from './api-schemas.ts'

/** Milliseconds per outlet; an outlet with several legs counts its slowest. */
type PerOutlet = Record<string, number>

/** Notices on the home page, and on a page of the API unless the reader asks for another number. */
export const LISTED = 30
/** The longest page of the API. */
export const MOST_LISTED = 100

/**
 * A page of GET /api/v1/notices; its `next` is what to ask for as `before`, null on the last page.
 * @param most how many were looked for: fewer are the last
 */
export function writeListing(
  notices: readonly NoticeView[],
  most: number,
  publicUrl: string,
  demonstration: boolean,
): string {
  const listing: NoticeListJson = {
    notices: notices.map((notice) => writeNotice(notice, publicUrl, demonstration)),
    next: notices.length === most ? (notices.at(-1)?.id ?? null) : null,
    ...(demonstration ? { demonstration: true as const } : {}),
  }
  return JSON.stringify(listing)
}

/** The API's form of a notice. Rehearsals never count in clocks. */
export function writeNotice(notice: NoticeView, publicUrl: string, demonstration: boolean): NoticeJson {
  return {
    id: notice.id,
    code: notice.code,
    serial: notice.serial,
    report: notice.report,
    kind: notice.kind,
    class: notice.class,
    lineage: notice.lineage,
    supersedes: notice.supersedes,
    quake: notice.quake,
    title: notice.title,
    text: notice.text,
    issuedAt: formatUtc(notice.issuedAt),
    state: notice.state,
    url: `${publicUrl}/n/${notice.code}`,
    clocks: {
      originToReceivedMs: notice.originAt === null ? null : notice.receivedAt - notice.originAt,
      receivedToDecidedMs: notice.decidedAt - notice.receivedAt,
      decidedToAcceptedMs: slowest(notice.deliveries, (d) =>
        d.acceptedAt === null ? null : d.acceptedAt - notice.decidedAt,
      ),
      acceptedToSeenMs: slowest(notice.deliveries, (d) =>
        d.acceptedAt === null || d.seenAt === null ? null : d.seenAt - d.acceptedAt,
      ),
    },
    deliveries: notice.deliveries.map(({ outlet, channel, leg, state, url, reason }) => ({
      outlet,
      channel,
      leg,
      state,
      url,
      reason,
    })),
    ...(demonstration ? { demonstration: true as const } : {}),
  }
}

function slowest(deliveries: readonly DeliveryView[], measure: (delivery: DeliveryView) => number | null): PerOutlet {
  const most: PerOutlet = {}
  for (const delivery of deliveries) {
    const ms = measure(delivery)
    if (ms !== null) most[delivery.outlet] = Math.max(most[delivery.outlet] ?? 0, ms)
  }
  return most
}
