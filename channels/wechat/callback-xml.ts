// In: a callback body. Out: its elements as a small tree of texts.
// Must not resolve entities of a DTD: a body with a DOCTYPE is refused before it is parsed.
import { SaxesParser } from 'saxes'

export interface Element {
  name: string
  text: string
  children: Element[]
}

/** Callbacks are a few kilobytes; 64 KB is the limit of the door (channels.md §2.9). */
const LARGEST_CALLBACK = 64 * 1024
const DEEPEST = 10
const MOST_ELEMENTS = 1000

/** Reads the document; null when it is too large, deep, not well-formed, or declares a DTD. */
export function parseXml(body: string): Element | null {
  if (body.length > LARGEST_CALLBACK || /<!DOCTYPE|<!ENTITY/i.test(body)) return null
  const parser = new SaxesParser()
  const root: Element = { name: '', text: '', children: [] }
  const open: Element[] = [root]
  let count = 0
  let broken = false
  const addText = (text: string): void => {
    const top = open.at(-1)
    if (top !== undefined) top.text += text
  }
  parser.on('error', () => {
    broken = true
  })
  parser.on('opentag', ({ name }) => {
    count += 1
    if (count > MOST_ELEMENTS || open.length > DEEPEST) broken = true
    if (broken) return
    const element: Element = { name, text: '', children: [] }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    if (!broken) open.pop()
  })
  parser.write(body).close()
  return broken ? null : (root.children[0] ?? null)
}

/** The first element below along the names, or null. */
export function findElement(from: Element | null, ...names: string[]): Element | null {
  let at = from
  for (const name of names) at = at?.children.find((child) => child.name === name) ?? null
  return at
}

/** Trimmed text of the element along the names; '' when there is none. */
export function textOf(from: Element | null, ...names: string[]): string {
  return findElement(from, ...names)?.text.trim() ?? ''
}
