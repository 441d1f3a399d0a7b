// In: one USGS list after the other. Out: which events vanished from it before their time, and what their detail says.
// Must not take absence for deletion: only the detail's own word (HTTP 409 or status "deleted") is one (feeds.md §0.3).
import type { Instant } from '../core/instant.ts'
import { DAY, HOUR, MINUTE, formatUtc } from '../core/instant.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import type { Errand } from './errands.ts'
import { checkRedirect } from './fetch-guard.ts'
import type { UrlRules } from './fetch-guard.ts'
import { isObject, leaf, objectOf } from './json-text.ts'
import { cleanId } from './rows.ts'
import { readFeatures, splitList } from './usgs.ts'

/** What is remembered of an event that a list named. */
export interface ListedEvent {
  id: string
  /** All ids, its own among them. */
  ids: string[]
  net: string
  /** Origin time; null when the list gave none. */
  at: Instant | null
  /** Address of its detail as the list gave it; '' for an event that is known from the record. */
  detail: string
}

/** An event whose detail is to be asked for. */
export interface GoneEvent extends Errand {
  event: ListedEvent
}

const SPANS: Readonly<Record<string, number>> = { hour: HOUR, day: DAY, week: 7 * DAY, month: 30 * DAY }
/** Lists are made once a minute, and an event leaves one when it is made, not when its hour is over. */
const SLACK = 5 * MINUTE
/** A list by FDSN query says nothing about its span; older events are no longer news to anybody. */
const LONGEST_WATCH = DAY

/** The events of a list; empty when it is none. */
export function readListed(text: string): ListedEvent[] {
  try {
    return readFeatures(text).flatMap(readEvent)
  } catch (error) {
    if (error instanceof UnreadableFeed) return []
    throw error
  }
}

function readEvent(raw: unknown): ListedEvent[] {
  const feature = objectOf(raw)
  const properties = objectOf(feature.properties)
  const id = cleanId(leaf.safeParse(feature.id).data)
  if (id === '' || !isObject(feature.properties)) return []
  const ids = [...new Set([id, ...splitList(properties.ids)])]
  const at = typeof properties.time === 'number' && Number.isFinite(properties.time) ? properties.time : null
  const detail = typeof properties.detail === 'string' ? properties.detail.slice(0, 2_000) : ''
  return [{ id, ids, net: cleanId(properties.net), at, detail }]
}

/**
 * Compares each list with the one before it.
 * @param list.url address of the list; its name tells the span (…_hour.geojson)
 * @param known events of this source that the record holds, so that one deleted while we were down is missed as well
 * @returns a function of the new list; it names those that vanished although they are younger than the list's span
 */
export function createGoneWatch(
  list: { url: string; rules: UrlRules },
  known: () => readonly ListedEvent[],
  now: () => Instant,
): (text: string) => GoneEvent[] {
  const span = SPANS[/_(hour|day|week|month)\.(?:geo)?json/.exec(list.url)?.[1] ?? ''] ?? LONGEST_WATCH
  let before: ListedEvent[] | null = null
  let asked = new Map<string, GoneEvent>()
  return (text) => {
    const listed = readListed(text)
    // An empty list is an outage or a quiet hour; what it leaves out is asked for when the next full one comes.
    if (listed.length === 0) return [...asked.values()]
    const here = new Set(listed.flatMap(({ ids }) => ids))
    const oldest = now() - span + SLACK
    const missing = (before ?? known()).filter(({ ids, at }) => (at ?? 0) > oldest && !ids.some((id) => here.has(id)))
    const errands = missing.flatMap((event): GoneEvent[] => {
      const url = detailUrl(list, event)
      return url === null ? [] : [{ key: event.id, url, event }]
    })
    // Named again until it would have left the list anyway, so that its answer stays on record as given.
    const still = [...asked.values()].filter(
      ({ event }) => (event.at ?? 0) > oldest && !event.ids.some((id) => here.has(id)),
    )
    asked = new Map([...still, ...errands].map((errand) => [errand.key, errand]))
    before = listed
    return [...asked.values()]
  }
}

/** The detail that the list named, or where USGS keeps it; on the list's own host only. */
function detailUrl({ url, rules }: { url: string; rules: UrlRules }, event: ListedEvent): string | null {
  const base = URL.parse(url)
  if (base === null) return null
  const named = event.detail === '' ? null : checkRedirect(base, event.detail, rules)
  if (named !== null && 'url' in named) return named.url.href
  if (!base.pathname.includes('/summary/') || !/^[A-Za-z0-9_-]{2,60}$/.test(event.id)) return null
  const path = base.pathname.replace(/\/summary\/[^/]{1,100}$/, `/detail/${event.id}.geojson`)
  return new URL(path, base).href
}

/**
 * What HTTP 409 said, in the form of a deleted event: the answer itself has no event in it.
 * @param at when the answer came
 */
export function describeDeletion({ event, url }: GoneEvent, at: Instant): string {
  return JSON.stringify({
    type: 'Feature',
    id: event.id,
    properties: { status: 'deleted', net: event.net, ids: `,${event.ids.join(',')},` },
    geometry: null,
    answer: { url, status: 409, at: formatUtc(at) },
  })
}
