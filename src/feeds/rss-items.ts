// In: decoded RSS 0.9/1.0/2.0 or Atom text. Out: where each item stands, and the start tags that its prefixes need.
// Must not interpret an item, nor let one broken item swallow the next: items are cut out before anything is parsed.
import { UnreadableFeed } from '../core/quake-report.ts'
import { refuseDoctype } from './xml.ts'

/** Start and end (exclusive) of one item or entry in the text. */
type ItemSlice = [number, number]

/** A feed cut into items. */
export interface FeedItems {
  /** Item tags of RSS are called item, those of Atom entry. */
  shape: 'item' | 'entry'
  /** Start tags of root and channel as written; before an item's bytes they make it readable by itself. */
  opening: string
  closing: string
  items: ItemSlice[]
  /** How many items the text has; items holds the first MAX_ITEMS of them. */
  count: number
  /** False when the text ends before the root element does: the list was cut off on its way. */
  complete: boolean
}

/** Longest list that is read; GDACS's week has about 300, USGS's week some 2,000. */
export const MAX_ITEMS = 5_000

/** Longest start tags of root and channel together; GDACS declares seven namespaces in 420 characters. */
const MAX_OPENING = 8_192

/**
 * Finds the items of a feed in one pass over the text, without parsing them. A poll of 500 items of which one is new costs
 * this pass and one item (see parseRss).
 * @throws UnreadableFeed xml-doctype, xml-size, rss-root or rss-opening
 */
export function splitItems(text: string): FeedItems {
  refuseDoctype(text)
  const root = findStartTag(text, 0)
  const shape = root && shapeOf(root.name)
  if (!root || !shape) throw new UnreadableFeed('rss-root', 'the root element is not rss, rdf:RDF or feed')
  let opening = text.slice(root.start, root.end)
  let closing = `</${root.name}>`
  const starts = findItemTags(text, root, shape)
  if (shape === 'item' && !isRdf(root.name)) {
    const channel = findStartTag(text, root.end)
    if (channel && localName(channel.name) === 'channel') {
      opening += text.slice(channel.start, channel.end)
      closing = `</${channel.name}>${closing}`
    }
  }
  if (opening.length > MAX_OPENING) {
    throw new UnreadableFeed('rss-opening', `the start tags of the feed have ${opening.length} characters`)
  }
  const items = starts.slices.slice(0, MAX_ITEMS)
  return { shape, opening, closing, items, count: starts.slices.length, complete: starts.complete }
}

interface StartTag {
  name: string
  start: number
  end: number
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function isRdf(name: string): boolean {
  return localName(name) === 'RDF'
}

function shapeOf(rootName: string): 'item' | 'entry' | null {
  const local = localName(rootName)
  if (local === 'feed') return 'entry'
  return local === 'rss' || local === 'RDF' ? 'item' : null
}

/** Where markup at `at` ends that is no tag (comment, CDATA, instruction); null when a tag stands there. */
function skipMarkup(text: string, at: number): number | null {
  const sign = text.charAt(at + 1)
  if (sign !== '!' && sign !== '?') return null
  const mark =
    sign === '?' ? '?>' : text.startsWith('--', at + 2) ? '-->' : text.startsWith('[CDATA[', at + 2) ? ']]>' : null
  if (mark === null) return null
  const end = text.indexOf(mark, at + 2)
  return end === -1 ? text.length : end + mark.length
}

/** The first start tag at or after `from`. Attribute values cannot hold "<", so a quote left open ends there. */
function findStartTag(text: string, from: number): StartTag | null {
  let at = text.indexOf('<', from)
  while (at !== -1) {
    const past = skipMarkup(text, at)
    if (past === null) {
      const name = nameAt(text, at + 1)
      if (name === '') return null
      const end = endOfTag(text, at + 1 + name.length)
      return end === null ? null : { name, start: at, end }
    }
    at = text.indexOf('<', past)
  }
  return null
}

function nameAt(text: string, at: number): string {
  const sticky = /[^\s/<>"'=!?]{1,100}/y
  sticky.lastIndex = at
  return sticky.exec(text)?.[0] ?? ''
}

/** True when exactly this tag name stands at `at`. */
function namedAt(text: string, at: number, name: string): boolean {
  if (!text.startsWith(name, at)) return false
  const after = text.charAt(at + name.length)
  return after === '>' || /^[\s/]?$/.test(after)
}

/** Index after the ">" that ends the tag, minding quotes; null for an empty or broken tag. */
function endOfTag(text: string, from: number): number | null {
  let quote = ''
  for (let at = from; at < text.length && at - from <= MAX_OPENING; at += 1) {
    const char = text.charAt(at)
    if (char === '<') return null
    if (quote === '' && char === '>') return text.charAt(at - 1) === '/' ? null : at + 1
    if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote) quote = ''
  }
  return null
}

/** Spans of the items. An item that is still open where the next begins ends there, and is refused when it is parsed. */
function findItemTags(
  text: string,
  root: StartTag,
  shape: 'item' | 'entry',
): { slices: ItemSlice[]; complete: boolean } {
  const prefix = root.name.slice(0, root.name.indexOf(':') + 1)
  const names = [...new Set([shape, prefix + shape, `rss:${shape}`])]
  const slices: ItemSlice[] = []
  let complete = false
  let open: { name: string; start: number } | null = null
  let at = text.indexOf('<', root.end)
  while (at !== -1) {
    let next = skipMarkup(text, at)
    if (next === null) {
      next = at + 1
      const closes = text.charAt(next) === '/'
      const from = closes ? next + 1 : next
      const name = names.find((one) => namedAt(text, from, one))
      if (!closes && name !== undefined) {
        if (open) slices.push([open.start, at])
        open = { name, start: at }
      } else if (closes && open && name === open.name) {
        const end = text.indexOf('>', at)
        slices.push([open.start, end === -1 ? text.length : end + 1])
        open = null
      } else if (closes && namedAt(text, from, root.name)) complete = true
    }
    at = text.indexOf('<', next)
  }
  if (open) slices.push([open.start, text.length])
  return { slices, complete }
}
