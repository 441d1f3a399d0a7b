// In: text of one frame of EMSC's websocket ({action, data: Feature}), or a list of them, or a Feature by itself.
// Out: reports, refused and ignored rows. Must not take "create" for news: a sample was nine days old; age is the gate's work.
import type { ParseFeed } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { translateEmscFeature } from './emsc.ts'
import { isFeature, listFeatures } from './geojson.ts'
import { isObject, readJson, trimPayload } from './json-text.ts'
import type { RowOutcome } from './rows.ts'
import { cleanText, gatherRows, quote } from './rows.ts'

/**
 * Parses wss://www.seismicportal.eu/standing_order/websocket (feeds.md §1.7). A delete is undocumented, and taken at its
 * word when it comes; it may carry an id alone.
 * @throws UnreadableFeed size, empty, json, shape
 */
export const parseEmscWs: ParseFeed = (text) => {
  // SockJS opens with "o", beats with "h", closes with "c[3000,…]" and frames messages as a["<message>", …].
  const bare = trimPayload(text)
  if (/^(?:[oh]|c\[[^\]]{0,200}\])$/.test(bare)) {
    return { reports: [], refused: [], ignored: [{ row: 0, reason: 'heartbeat' }] }
  }
  const payload = readJson(/^a\s?\[/.test(bare) ? bare.slice(1) : bare)
  if (isObject(payload) && Array.isArray(payload.features)) return gatherRows(listFeatures(payload), translateMessage)
  if (Array.isArray(payload)) return gatherRows(payload.map(readFramed), translateMessage)
  if (isMessage(payload)) return gatherRows([payload], translateMessage)
  throw new UnreadableFeed('shape', 'the payload has no action with data, and is no Feature')
}

/** A message that SockJS carries as text inside its list; what is no JSON stays text and is refused as a row. */
function readFramed(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  try {
    return readJson(raw)
  } catch {
    return raw
  }
}

function isMessage(value: unknown): boolean {
  return isObject(value) && ('action' in value || isFeature(value) || isControl(value))
}

function isControl(value: unknown): boolean {
  return isObject(value) && /^(?:heartbeat|ping|pong|welcome|auth)$/i.test(cleanText(value.type, 20))
}

function translateMessage(raw: unknown): RowOutcome {
  if (isControl(raw)) return { ignored: 'heartbeat' }
  if (!isObject(raw) || !('action' in raw)) return translateEmscFeature(raw, 'report')
  const action = cleanText(raw.action, 20).toLowerCase()
  if (action === 'create' || action === 'update') return translateEmscFeature(raw.data, 'report')
  if (action !== 'delete') {
    const reason = `action is ${quote(raw.action)}, expected create, update or delete`
    return { refused: { rule: 'action', reason } }
  }
  const data = isObject(raw.data) ? raw.data : { id: raw.data ?? raw.id }
  return translateEmscFeature({ ...data, properties: data.properties ?? {} }, 'delete')
}
