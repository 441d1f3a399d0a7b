// In: the text of an Atom index and its address. Out: the messages of the same host that it links, oldest first.
// Must not follow a link to another host: nobody vouched for it.
import type { Errand } from './errands.ts'
import { checkRedirect } from './fetch-guard.ts'
import type { UrlRules } from './fetch-guard.ts'
import { findTelegrams, mayDetermine } from './jma.ts'
import type { XmlElement } from './xml.ts'
import { childrenOf, readXml } from './xml.ts'

const ATOM = 'http://www.w3.org/2005/Atom'
/** GeoNet's week of CAP messages has some ten; JMA's long index of telegrams a few hundred. */
const MOST_LINKS = 500

/** Formats whose feeds may be an index of messages. */
export const INDEXED_FORMATS: ReadonlySet<string> = new Set(['jma', 'cap'])

/**
 * Lists what an index links and what may hold a determination, by format: JMA's eqvol.xml (telegrams of volcanoes and
 * tsunami are left out by their titles) and Atom feeds of CAP messages. A text that is no index links nothing.
 * @throws UnreadableFeed a rule of readXml
 */
export function findLinks(format: string, text: string, index: string, rules: UrlRules): Errand[] {
  const base = URL.parse(index)
  if (base === null || !/<(?:[\w.-]{1,40}:)?feed[\s>]/.test(text.slice(0, 4_096))) return []
  const hrefs = format === 'jma' ? telegramLinks(text) : capLinks(text)
  const urls = hrefs.slice(0, MOST_LINKS).flatMap((href) => {
    const checked = href === '' ? { refused: 'no link' } : checkRedirect(base, href, rules)
    return 'url' in checked ? [checked.url.href] : []
  })
  return [...new Set(urls)].reverse().map((url) => ({ key: url, url }))
}

function telegramLinks(text: string): string[] {
  return findTelegrams(text)
    .filter(({ title }) => mayDetermine(title))
    .map(({ url }) => url)
}

/** Entries that carry their message themselves are read by the parser and need no visit. */
function capLinks(text: string): string[] {
  const entries = childrenOf(readXml(text), 'entry', ATOM)
  const linking = entries.filter(
    (entry) => !childrenOf(entry, 'content').some((content) => content.children.length > 0),
  )
  return linking.map((entry) => {
    const links = childrenOf(entry, 'link', ATOM)
    const best = links.find((link) => attribute(link, 'type').includes('cap')) ?? links.find(isAlternate)
    return best ? attribute(best, 'href') : ''
  })
}

function isAlternate(link: XmlElement): boolean {
  return ['', 'alternate', 'enclosure'].includes(attribute(link, 'rel'))
}

function attribute(element: XmlElement, name: string): string {
  return element.attributes.get(name)?.trim() ?? ''
}
