// In: decoded RSS or Atom text: RSSHub's CEIC and CEA routes, GDACS, GeoRSS such as USGS's Atom. Out: reports, refused and ignored rows.
// Must not fetch, and never lets one broken item take the others along (DESIGN L10): each is cut out and read by itself.
import type { ParsedFeed } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import type { RowOutcome } from './rows.ts'
import { quote } from './rows.ts'
import { MAX_ITEM, readItemFields } from './rss-fields.ts'
import type { ItemFields } from './rss-fields.ts'
import { isGdacs, translateGdacs } from './rss-gdacs.ts'
import { isGeorssQuake, translateGeorss } from './rss-georss.ts'
import type { FeedItems } from './rss-items.ts'
import { MAX_ITEMS, splitItems } from './rss-items.ts'
import { isLabelled, readLabels, translateLabelled } from './rss-labelled.ts'

export { splitItems } from './rss-items.ts'

/** "<" signs in the items of one call: half as many elements, which the slower of the two readers does in a second. */
const MAX_TAGS = 500_000

/**
 * Parses a feed item by item. RSSHub gives M to one decimal and coordinates to two, others two and four.
 * @param seen true for an item that an earlier poll has dealt with; it is skipped and appears in no list. Asked with the
 *   item's text and the start tags around the list (FeedItems.opening): equal both, the outcome is equal
 * @throws UnreadableFeed xml-doctype, xml-size, rss-root, rss-opening, and xml-malformed when no item at all can be read
 */
export async function parseRss(
  text: string,
  seen: (item: string, opening: string) => boolean = () => false,
): Promise<ParsedFeed> {
  const feed = splitItems(text)
  const parsed: ParsedFeed = { reports: [], refused: [], ignored: [] }
  let unread = 0
  let tags = 0
  for (const [row, item] of feed.items.entries()) {
    const slice = text.slice(...item)
    if (seen(slice, feed.opening)) continue
    tags += countTags(slice)
    if (tags > MAX_TAGS) {
      parsed.refused.push({ row, rule: 'feed-tags', reason: `more than ${MAX_TAGS} tags; the rest was not read` })
      break
    }
    const outcome = await translateSlice(slice, feed)
    if ('report' in outcome) parsed.reports.push({ row, ...outcome.report })
    else if ('ignored' in outcome) parsed.ignored.push({ row, reason: outcome.ignored })
    else parsed.refused.push({ row, ...outcome.refused })
    if ('refused' in outcome && outcome.refused.rule === 'item-malformed') unread += 1
  }
  if (unread > 0 && unread === feed.items.length) {
    throw new UnreadableFeed('xml-malformed', parsed.refused[0]?.reason ?? 'no item can be read')
  }
  if (feed.count > MAX_ITEMS) {
    const reason = `the feed has ${feed.count} items, expected at most ${MAX_ITEMS}; the rest was not read`
    parsed.refused.push({ row: MAX_ITEMS, rule: 'row-count', reason })
  }
  if (!feed.complete) {
    const reason = `the feed ends before ${feed.closing}, expected a whole document`
    parsed.refused.push({ row: feed.count, rule: 'feed-cut-off', reason })
  }
  return parsed
}

function countTags(slice: string): number {
  let count = 0
  for (let at = slice.indexOf('<'); at !== -1; at = slice.indexOf('<', at + 1)) count += 1
  return count
}

async function translateSlice(slice: string, feed: FeedItems): Promise<RowOutcome> {
  if (slice.length > MAX_ITEM) {
    const reason = `the item has ${slice.length} characters, expected at most ${MAX_ITEM}`
    return { refused: { rule: 'item-size', reason } }
  }
  let fields: ItemFields
  try {
    fields = await readItemFields(slice, feed)
  } catch (error) {
    const reason = `item ${quote(slice)} is not well-formed: ${quote(error instanceof Error ? error.message : error)}`
    return { refused: { rule: 'item-malformed', reason } }
  }
  return translateItem(fields)
}

function translateItem(fields: ItemFields): RowOutcome {
  if (isGdacs(fields.element)) return translateGdacs(fields, fields.element)
  const labels = readLabels(fields.text)
  if (isLabelled(labels)) return translateLabelled(fields, labels)
  if (fields.element && isGeorssQuake(fields)) return translateGeorss(fields, fields.element)
  return { ignored: 'not-a-quake' }
}
