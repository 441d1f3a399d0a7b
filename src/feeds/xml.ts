// In: decoded XML text from a stranger. Out: a small namespace-aware tree, or UnreadableFeed naming the limit it broke.
// Must not expand entities, read anything outside the text, or do work that is not bounded by the size of the text.
import { SaxesParser } from 'saxes'
import { UnreadableFeed } from '../core/quake-report.ts'

/** One element. Attribute keys are the local name, or "{namespace}local" for a prefixed attribute; a Map has no prototype to pollute. */
export interface XmlElement {
  ns: string
  local: string
  attributes: ReadonlyMap<string, string>
  children: XmlElement[]
  /** The element's own text and CDATA, in order, without that of its children; not trimmed. */
  text: string
}

/** 20 MB is the fetcher's hard limit too (feeds.md §2). */
const MAX_CHARACTERS = 20_000_000
/** saxes resolves prefixes by walking all ancestors: 20,000 levels cost 6–9 s, 64 cost nothing (feeds.md §5). */
const MAX_DEPTH = 64
/** Elements kept in the tree. The largest sample (a JMA telegram with every station) keeps 1,995. */
const MAX_KEPT = 50_000
/** Elements seen, with those a reader skips: a great earthquake's SCML has thousands of picks of some 20 elements each. */
const MAX_SEEN = 500_000
const MAX_TEXT = 65_536
const MAX_ATTRIBUTES = 256

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()

/**
 * Refuses a document type or entity declaration; both are needed to build an entity bomb and no feed has a use for either.
 * @param text decoded XML
 * @throws UnreadableFeed xml-doctype when one stands outside comments and CDATA, xml-size when the text is too large
 */
export function refuseDoctype(text: string): void {
  if (text.length > MAX_CHARACTERS) {
    throw new UnreadableFeed('xml-size', `${text.length} characters; at most ${MAX_CHARACTERS} are read`)
  }
  let at = text.indexOf('<!')
  while (at !== -1) {
    let end = at + 2
    if (text.startsWith('<!--', at)) end = skipPast(text, '-->', at + 4)
    else if (text.startsWith('<![CDATA[', at)) end = skipPast(text, ']]>', at + 9)
    else if (/^(?:DOCTYPE|ENTITY)/i.test(text.slice(end, end + 7))) throw doctypeRefusal()
    at = text.indexOf('<!', end)
  }
}

function skipPast(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at === -1 ? text.length : at + mark.length
}

function doctypeRefusal(): UnreadableFeed {
  return new UnreadableFeed(
    'xml-doctype',
    'a DOCTYPE or ENTITY declaration is not accepted; send the document without it',
  )
}

/**
 * Reads XML strictly: not well-formed, undeclared prefix or unknown entity end it.
 * @param text decoded XML, a byte order mark is allowed
 * @param skip local names whose subtrees are checked and counted but not kept (SCML picks and amplitudes)
 * @returns the root element
 * @throws UnreadableFeed with rule xml-doctype, xml-malformed, xml-size, xml-depth, xml-elements, xml-attributes or xml-text-size
 */
export function readXml(text: string, skip: ReadonlySet<string> = new Set()): XmlElement {
  refuseDoctype(text)
  const tree = new TreeBuilder(skip)
  const parser = new SaxesParser({ xmlns: true, position: true })
  parser.on('doctype', () => {
    throw doctypeRefusal()
  })
  parser.on('error', (error) => {
    throw new UnreadableFeed('xml-malformed', error.message.slice(0, 200), { cause: error })
  })
  parser.on('opentagstart', () => tree.enter())
  parser.on('attribute', () => tree.countAttribute())
  parser.on('opentag', (tag) => tree.open(tag))
  parser.on('text', (piece) => tree.addText(piece))
  parser.on('cdata', (piece) => tree.addText(piece))
  parser.on('closetag', () => tree.close())
  parser.write(text.startsWith('\uFEFF') ? text.slice(1) : text).close()
  if (!tree.root) throw new UnreadableFeed('xml-malformed', 'there is no root element')
  return tree.root
}

interface OpenTag {
  uri: string
  local: string
  attributes: Record<string, { uri: string; local: string; prefix: string; value: string }>
}

class TreeBuilder {
  root: XmlElement | null = null
  readonly #open: XmlElement[] = []
  readonly #skip: ReadonlySet<string>
  #depth = 0
  #skippedFrom = 0
  #seen = 0
  #kept = 0
  #attributes = 0
  #skippedText = 0

  constructor(skip: ReadonlySet<string>) {
    this.#skip = skip
  }

  /** Runs before the parser resolves the tag's prefixes, which is the costly part. */
  enter(): void {
    this.#attributes = 0
    this.#depth += 1
    this.#seen += 1
    if (this.#depth > MAX_DEPTH) throw new UnreadableFeed('xml-depth', `nested deeper than ${MAX_DEPTH} elements`)
    if (this.#seen > MAX_SEEN) throw new UnreadableFeed('xml-elements', `more than ${MAX_SEEN} elements`)
  }

  countAttribute(): void {
    this.#attributes += 1
    if (this.#attributes > MAX_ATTRIBUTES) {
      throw new UnreadableFeed('xml-attributes', `more than ${MAX_ATTRIBUTES} attributes on one element`)
    }
  }

  open(tag: OpenTag): void {
    this.#skippedText = 0
    if (this.#skippedFrom > 0) return
    if (this.#open.length > 0 && this.#skip.has(tag.local)) {
      this.#skippedFrom = this.#depth
      return
    }
    this.#kept += 1
    if (this.#kept > MAX_KEPT) throw new UnreadableFeed('xml-elements', `more than ${MAX_KEPT} elements to keep`)
    const element: XmlElement = {
      ns: tag.uri,
      local: tag.local,
      attributes: readAttributes(tag),
      children: [],
      text: '',
    }
    this.#open.at(-1)?.children.push(element)
    this.#open.push(element)
    this.root ??= element
  }

  addText(piece: string): void {
    const element = this.#open.at(-1)
    if (!element) return
    if (this.#skippedFrom > 0) this.#skippedText += piece.length
    else element.text += piece
    if (this.#skippedText > MAX_TEXT || element.text.length > MAX_TEXT) {
      throw new UnreadableFeed('xml-text-size', `more than ${MAX_TEXT} characters of text in one element`)
    }
  }

  close(): void {
    if (this.#skippedFrom === 0) this.#open.pop()
    else if (this.#skippedFrom === this.#depth) this.#skippedFrom = 0
    this.#depth -= 1
  }
}

function readAttributes(tag: OpenTag): ReadonlyMap<string, string> {
  const attributes = Object.values(tag.attributes)
  if (attributes.length === 0) return NO_ATTRIBUTES
  const map = new Map<string, string>()
  for (const { uri, local, prefix, value } of attributes) {
    if (prefix === 'xmlns' || (prefix === '' && local === 'xmlns')) continue
    if (value.length > MAX_TEXT) {
      throw new UnreadableFeed('xml-text-size', `more than ${MAX_TEXT} characters in one attribute`)
    }
    map.set(uri === '' ? local : `{${uri}}${local}`, value)
  }
  return map
}

/** The child elements with this local name, in document order; any namespace unless one is named. */
export function childrenOf(element: XmlElement, local: string, ns?: string): XmlElement[] {
  return element.children.filter((child) => child.local === local && (ns === undefined || child.ns === ns))
}

/** The first child element with this local name, or null. */
export function childOf(element: XmlElement, local: string, ns?: string): XmlElement | null {
  return element.children.find((child) => child.local === local && (ns === undefined || child.ns === ns)) ?? null
}

/** The trimmed text at a path of local names ("time", "value"); '' when a step is missing. The first match is taken at each step. */
export function textAt(element: XmlElement, ...path: string[]): string {
  let here: XmlElement | null = element
  for (const local of path) here = here && childOf(here, local)
  return here ? here.text.trim() : ''
}
