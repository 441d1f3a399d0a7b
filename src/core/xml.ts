// In: elements with texts from anywhere. Out: an XML 1.0 document in which every text is a text and nothing else.
// Must not let through what no XML document may hold: such a character becomes U+FFFD, where a reader sees that it was one.

export interface XmlElement {
  name: string
  attributes: Readonly<Record<string, string>>
  content: readonly XmlNode[]
}

export type XmlNode = XmlElement | string

/**
 * One element. null in the content is left out, so that optional parts can stand where they belong.
 * @throws when a name is none: names are ours, a wrong one is a fault of the program
 */
export function element(
  name: string,
  content: XmlNode | readonly (XmlNode | null)[] = [],
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  for (const one of [name, ...Object.keys(attributes)])
    if (!/^[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?$/.test(one)) throw new Error(`${JSON.stringify(one)} is no XML name`)
  const nodes = typeof content === 'string' || 'name' in content ? [content] : content
  return { name, attributes, content: nodes.filter((node) => node !== null) }
}

/** The whole document, UTF-8, one line break at its end. */
export function writeXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${write(root)}\n`
}

function write(node: XmlNode): string {
  if (typeof node === 'string') return escape(node, IN_CONTENT)
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escape(value, IN_ATTRIBUTE)}"`)
  const open = `<${node.name}${attributes.join('')}`
  return node.content.length === 0 ? `${open}/>` : `${open}>${node.content.map(write).join('')}</${node.name}>`
}

/** Char of XML 1.0 §2.2, less the C1 controls and DEL, which it only advises against; lone surrogates are outside of it. */
const NO_CHARACTER = /[^\t\n\r\u{20}-\u{7E}\u{A0}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu
// ">" too, or a text could end a CDATA section of whoever embeds it. A bare CR would be read back as a line's end.
const IN_CONTENT = /[<>&\r]/g
// White space of an attribute would be read back as blanks.
const IN_ATTRIBUTE = /[<>&"'\t\n\r]/g

function escape(text: string, marks: RegExp): string {
  return replaceUnwritable(text).replace(marks, (mark) => `&#${mark.codePointAt(0)};`)
}

/** The text with what no document may hold made visible; for the formats beside XML too. */
export function replaceUnwritable(text: string): string {
  return text.replace(NO_CHARACTER, '\u{FFFD}')
}
