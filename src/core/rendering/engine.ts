// In: template sources by name. Out: parsed templates that can only be filled.
// Must not reach a file, run code, or print a hole: strictVariables alone prints null, '' and NaN, so every output is checked.
import { Liquid, type Template } from 'liquidjs'

/** A notice text could not be made. Names the template file and the hole in it; nothing of it goes out. */
export class RenderFailure extends Error {
  readonly template: string
  /** The output tag, the fact or the forbidden words that stopped it. */
  readonly hole: string
  constructor(template: string, hole: string, options?: ErrorOptions) {
    super(`${template}: ${hole}`, options)
    this.name = 'RenderFailure'
    this.template = template
    this.hole = hole
  }
}

/** An output tag met a value that is no text to print. */
export class HoleInTemplate extends Error {
  constructor(value: unknown) {
    const what = typeof value === 'string' ? 'an empty text' : String(value)
    super(`prints ${what.slice(0, 40)}`)
    this.name = 'HoleInTemplate'
  }
}

const TAGS = new Set(['if', 'unless', 'for', 'comment'])

// Generous beside a notice's 300 characters; they only end a template that an editor has made run away.
// renderLimit is wall time inside LiquidJS: far above a pause of the machine, so that load never silences a notice.
const LIMITS = { parseLimit: 200_000, renderLimit: 5_000, memoryLimit: 1_000_000 }

function printable(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw new HoleInTemplate(value)
  return value
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function printableMarkup(value: unknown): string {
  return printable(value).replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark)
}

/** Fills parsed templates with a view; `text` and `markup` differ only in escaping. */
export interface Engine {
  /** @throws RenderFailure when a template cannot be parsed or names a field outside `fields` */
  parse(name: string, source: string): Template[]
  /** @throws RenderFailure naming the template and the tag that has nothing to print */
  fill(name: string, parsed: Template[], view: object): string
}

/**
 * @param fields the names a template may use, checked when it is parsed, so that a slip shows at start and not at night
 * @param output text: as it is. markup: escaped; there is no `raw` to lift it
 */
export function createEngine(fields: ReadonlySet<string>, output: 'text' | 'markup'): Engine {
  const print = output === 'text' ? printable : printableMarkup
  const liquid = new Liquid({
    // An empty map instead of the file system: nothing can be looked up (partials are set in before, include.ts).
    templates: {},
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // '' means "not said": {% if depth %} must be false for it, as editors expect.
    jsTruthy: true,
    outputEscape: print,
    ...LIMITS,
  })
  for (const filter of Object.keys(liquid.filters)) delete liquid.filters[filter]
  for (const tag of Object.keys(liquid.tags)) if (!TAGS.has(tag)) delete liquid.tags[tag]

  return {
    parse(name, source) {
      try {
        const parsed = liquid.parse(source, name)
        const strange = liquid.globalVariablesSync(parsed, { partials: false }).filter((field) => !fields.has(field))
        if (strange.length > 0) throw new Error(`names ${strange.join(', ')}, which no notice has`)
        return parsed
      } catch (error) {
        throw failureOf(name, error)
      }
    },
    fill(name, parsed, view) {
      try {
        return liquid.renderSync(parsed, view) as string
      } catch (error) {
        throw failureOf(name, error)
      }
    },
  }
}

/** LiquidJS keeps the tag it stopped at in `token` and the first cause in `originalError`. */
function failureOf(name: string, error: unknown): RenderFailure {
  const { token, originalError } = error as {
    token?: { getText?: () => string }
    originalError?: Error
  }
  const tag = token?.getText?.().slice(0, 80) ?? ''
  const why = (originalError ?? (error as Error)).message.slice(0, 300)
  return new RenderFailure(name, tag === '' ? why : `${tag} ${why}`, { cause: originalError ?? error })
}
