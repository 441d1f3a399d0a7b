// In: a source's format word and text. Out: its rows; for RSS only those that the list taken over last did not have.
// Must not remember a list before it is durable: a crash in between reads it again.
import type { ParsedFeed } from '../core/quake-report.ts'
import { FORMATS, type FeedFormat } from '../feeds/index.ts'
import { parseRss } from '../feeds/rss.ts'

export interface Parsing {
  parsed: ParsedFeed
  /** To be called once the payload is durable. */
  taken: () => void
}

/**
 * The items themselves, not their hashes: looked up in a third of the time, and they keep no more than the one text that
 * they are parts of.
 */
interface List {
  /** Start tags around the items: under other namespaces the same bytes mean something else. */
  opening: string
  items: Set<string>
}

/**
 * Parses by the source's format. An RSS list is read item by item: items whose bytes stood in the list that was taken
 * over last are passed over, so that a poll costs what is new in it. `taken` is called once the payload is durable.
 */
export function openParsing(): (source: { id: string; format: FeedFormat }, text: string) => Promise<Parsing> {
  const last = new Map<string, List>()
  return async (source, text) => {
    if (source.format !== 'rss') return { parsed: FORMATS[source.format](text), taken: () => undefined }
    const before = last.get(source.id)
    const list: List = { opening: '', items: new Set() }
    const parsed = await parseRss(text, (item, opening) => {
      list.opening = opening
      list.items.add(item)
      return before?.opening === opening && before.items.has(item)
    })
    return { parsed, taken: () => last.set(source.id, list) }
  }
}
