// In: one item's bytes and the start tags around it. Out: the fields that any dialect may need, as text.
// Must not fetch, and must not let rss-parser see a date or a description (see below).
//
// rss-parser reads plain items: five RSS/Atom generations with their odd spellings. It cannot read namespaced values: it
// matches prefixes as strings and drops attributes (feeds.md §5), so an item with any prefix goes through xml.ts. Two of
// its conveniences are unsafe on a stranger's text: stripHtml is quadratic (60 kB of "<p" hold the process for seconds),
// and dates go through new Date(text), zoneless ones too (DESIGN L9). xml2js tag names are changed to keep both away.
import RssParser from 'rss-parser'
import type { FeedItems } from './rss-items.ts'
import type { XmlElement } from './xml.ts'
import { childOf, readXml, textAt } from './xml.ts'

/** Fields of one item; '' where absent. Dates are still texts. */
export interface ItemFields {
  title: string
  /** guid of RSS, id of Atom. */
  id: string
  /** pubDate, published or dc:date. */
  published: string
  updated: string
  /** description, summary or content: HTML of any sort. */
  text: string
  categories: string[]
  /** The item as a tree when it has namespaced values, else null. */
  element: XmlElement | null
}

/** The largest GDACS item seen has 14 kB. */
export const MAX_ITEM = 262_144

/** rss-parser acts on the names at the left; under those at the right it only copies. */
const RENAMED: Readonly<Record<string, string>> = {
  description: 'plainDescription',
  summary: 'plainSummary',
  content: 'plainContent',
  pubDate: 'plainPubDate',
  published: 'plainPublished',
  updated: 'plainUpdated',
  link: 'plainLink',
}

const COPIED = [...Object.values(RENAMED), 'guid', 'id', 'category'] as const

type PlainItem = Readonly<Record<string, unknown>>

/** A parser for one item: after an error xml2js keeps half a state, and the next broken document would pass as an empty one. */
function createParser(): RssParser<unknown, PlainItem> {
  return new RssParser<unknown, PlainItem>({
    xml2js: { tagNameProcessors: [(name: string) => (Object.hasOwn(RENAMED, name) ? (RENAMED[name] ?? name) : name)] },
    customFields: { item: COPIED.map((name) => [name, name, { keepArray: true }]) },
  })
}

/**
 * Reads one item. A plain one by rss-parser, one with prefixed tags by the strict namespace-aware reader.
 * @param slice the item from its start tag to the end of its end tag
 * @throws when the item is not well-formed
 */
export async function readItemFields(slice: string, feed: FeedItems): Promise<ItemFields> {
  if (/<[A-Za-z_][\w.-]*:/.test(slice)) return readNamespaced(feed.opening + slice + feed.closing, feed.shape)
  const around = feed.shape === 'item' ? ['<rss version="2.0"><channel>', '</channel></rss>'] : ['<feed>', '</feed>']
  const { items } = await createParser().parseString(around.join(slice))
  const [item] = items
  if (!item || items.length > 1) throw new Error('the item does not end where it should')
  const field = (...names: string[]): string =>
    names.map((name) => firstText(item[name])).find((text) => text !== '') ?? ''
  return {
    title: firstText(item.title),
    id: field('guid', 'id'),
    published: field('plainPubDate', 'plainPublished'),
    updated: field('plainUpdated'),
    text: field('plainDescription', 'plainSummary', 'plainContent'),
    categories: allTexts(item.category),
    element: null,
  }
}

/** xml2js gives "text", {_: "text", $: attributes} or, for child elements, an object without "_". */
function firstText(raw: unknown): string {
  const value: unknown = Array.isArray(raw) ? raw[0] : raw
  if (typeof value === 'string') return value.trim()
  const inner: unknown = typeof value === 'object' && value !== null && '_' in value ? value._ : ''
  return typeof inner === 'string' ? inner.trim() : ''
}

/** Category of RSS is text, of Atom an attribute "term". */
function allTexts(raw: unknown): string[] {
  if (!Array.isArray(raw)) return []
  return raw.slice(0, 50).flatMap((value: unknown) => {
    const attributes: unknown = typeof value === 'object' && value !== null && '$' in value ? value.$ : null
    const term: unknown =
      typeof attributes === 'object' && attributes !== null && 'term' in attributes ? attributes.term : ''
    return [firstText(value), typeof term === 'string' ? term : ''].filter((text) => text !== '')
  })
}

const DC = 'http://purl.org/dc/elements/1.1/'

function readNamespaced(document: string, shape: FeedItems['shape']): ItemFields {
  const root = readXml(document)
  const parent = childOf(root, shape) ? root : (root.children[0] ?? root)
  const element = childOf(parent, shape)
  if (!element) throw new Error('the item does not end where it should')
  const own = element.children.filter((child) => child.ns === element.ns)
  const field = (...names: string[]): string => {
    const texts = names.map((name) => own.find((child) => child.local === name)?.text.trim() ?? '')
    return texts.find((text) => text !== '') ?? ''
  }
  const dcDate = childOf(element, 'date', DC)
  return {
    title: field('title'),
    id: field('guid', 'id'),
    published: field('pubDate', 'published') || (dcDate ? dcDate.text.trim() : ''),
    updated: field('updated'),
    text: field('description', 'summary', 'content'),
    categories: own
      .filter((child) => child.local === 'category')
      .slice(0, 50)
      .flatMap((child) => [child.text.trim(), child.attributes.get('term') ?? ''].filter((text) => text !== '')),
    element,
  }
}

/** Namespaces by their beginning: producers write versions and a slash behind it, or leave the last part away. */
const GEORSS = 'http://www.georss.org/georss'
const W3C_GEO = 'http://www.w3.org/2003/01/geo'
const GML = 'http://www.opengis.net/gml'

/** The first child with this local name in a namespace that begins so; null when there is none. */
export function childIn(element: XmlElement, local: string, ns: string): XmlElement | null {
  return element.children.find((child) => child.local === local && child.ns.startsWith(ns)) ?? null
}

/** Latitude and longitude of an item's point as texts, in any of the four GeoRSS spellings; null for none (areas are no points). */
export function findPoint(element: XmlElement): [string, string] | null {
  const where = childIn(element, 'where', GEORSS)
  const gml = where && childIn(where, 'Point', GML)
  const simple = childIn(element, 'point', GEORSS)?.text ?? (gml ? textAt(gml, 'pos') : '')
  const pair = simple
    .trim()
    .slice(0, 120)
    .split(/[\s,]+/)
  if (pair.length >= 2) return [pair[0] ?? '', pair[1] ?? '']
  const holder = childIn(element, 'Point', W3C_GEO) ?? element
  const latitude = childIn(holder, 'lat', W3C_GEO)
  const longitude = childIn(holder, 'long', W3C_GEO)
  return latitude && longitude ? [latitude.text.trim(), longitude.text.trim()] : null
}

/** Text of georss:elev: metres above the ellipsoid, so a hypocentre's is negative (feeds.md §1.5); '' when absent. */
export function findElevation(element: XmlElement): string {
  return childIn(element, 'elev', GEORSS)?.text.trim() ?? ''
}
