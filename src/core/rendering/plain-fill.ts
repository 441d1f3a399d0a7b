// In: a template that LiquidJS has parsed. Out: a function that fills it, when it holds nothing but text, fields, conditions
// on one field, lists and comments. LiquidJS walks a template by generators, which took a third of the time of a notice.
// Must not decide what a hole is: wherever a value is not plain text it gives up, and LiquidJS says what is wrong.
import { CommentTag, ForTag, IfTag, Output, TypeGuards, type Template, type Value } from 'liquidjs'

type Fields = Readonly<Record<string, unknown>>

/** The filled text; null when LiquidJS must be asked. `item` is the element of the list that is being told. */
export type PlainFill = (view: object, item?: unknown) => string | null

type Read = (view: object, item: unknown) => unknown

/**
 * Makes the function, or null when the template holds anything else.
 * @param print a text as it is put out; never called with a blank one
 * @param element name of the list's element inside a loop; a loop inside a loop is left to LiquidJS and its limits
 */
export function compilePlain(
  templates: readonly Template[],
  print: (text: string) => string,
  element: string | null = null,
): PlainFill | null {
  const steps: PlainFill[] = []
  for (const template of templates) {
    const step = compileOne(template, print, element)
    if (step === null) return null
    steps.push(step)
  }
  return (view, item) => {
    let text = ''
    for (const step of steps) {
      const part = step(view, item)
      if (part === null) return null
      text += part
    }
    return text
  }
}

function compileOne(template: Template, print: (text: string) => string, element: string | null): PlainFill | null {
  if (TypeGuards.isHTMLToken(template.token)) {
    const text = template.token.getContent()
    return () => text
  }
  if (template instanceof CommentTag) return () => ''
  if (template instanceof IfTag) return compileIf(template, print, element)
  if (template instanceof ForTag && element === null) return compileFor(template, print)
  // Its one filter is the escaping that every output goes through (engine.ts); there are no others.
  if (!(template instanceof Output) || template.value.filters.length !== 1) return null
  const read = compileRead(template.value, element)
  if (read === null) return null
  return (view, item) => {
    const value = read(view, item)
    return typeof value === 'string' && value.trim() !== '' ? print(value) : null
  }
}

function compileIf(tag: IfTag, print: (text: string) => string, element: string | null): PlainFill | null {
  const otherwise = compilePlain(tag.elseTemplates ?? [], print, element)
  const branches = tag.branches.map(({ value, templates }) => ({
    read: value.filters.length === 0 ? compileRead(value, element) : null,
    fill: compilePlain(templates, print, element),
  }))
  return (view, item) => {
    for (const { read, fill } of branches) {
      const value = read?.(view, item)
      if (typeof value !== 'string' || fill === null) return null
      if (value !== '') return fill(view, item)
    }
    return otherwise?.(view, item) ?? null
  }
}

function compileFor(tag: ForTag, print: (text: string) => string): PlainFill | null {
  const list = readToken(tag.collection, null)
  const body = compilePlain(tag.templates, print, tag.variable)
  const none = compilePlain(tag.elseTemplates, print)
  if (list === null || body === null || none === null || Object.keys(tag.hash.hash).length > 0) return null
  return (view) => {
    const items = list(view, undefined)
    if (!Array.isArray(items)) return null
    if (items.length === 0) return none(view)
    let text = ''
    for (const item of items) {
      const part = body(view, item)
      if (part === null) return null
      text += part
    }
    return text
  }
}

/** A condition or an output of one name: no operator, no literal. */
function compileRead(value: Value, element: string | null): Read | null {
  const [token, more] = value.initial.postfix
  return more === undefined ? readToken(token, element) : null
}

function readToken(token: unknown, element: string | null): Read | null {
  if (!TypeGuards.isPropertyAccessToken(token) || token.variable !== undefined) return null
  const [name, field, more] = token.props.map((prop) => (TypeGuards.isWordToken(prop) ? prop.content : null))
  // Inside a loop forloop is LiquidJS's own.
  if (typeof name !== 'string' || name === 'forloop' || more !== undefined) return null
  if (name === element) return typeof field === 'string' ? (_, item) => own(item, field) : null
  return field === undefined ? (view) => own(view, name) : null
}

function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Fields)[name] : undefined
}
