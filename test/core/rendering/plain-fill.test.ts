// Templates are filled by a short way of our own. LiquidJS's is the one that counts: the same text, or the same refusal.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { Liquid } from 'liquidjs'
import { describe, expect, it } from 'vitest'
import { createEngine, RenderFailure } from '../../../src/core/rendering/engine.ts'
import { expandIncludes } from '../../../src/core/rendering/include.ts'
import { compilePlain } from '../../../src/core/rendering/plain-fill.ts'

const FIELDS = new Set(['a', 'b', 'c', 'list', 'x', 'forloop'])
/** Prints nothing, and is none of what the short way knows. */
const LONG_WAY = '{% unless x %}{% endunless %}'

const engines = { text: createEngine(FIELDS, 'text'), markup: createEngine(FIELDS, 'markup') }

function fill(output: 'text' | 'markup', source: string, view: object): unknown {
  const engine = engines[output]
  try {
    return engine.fill('t', engine.parse('t', source), view)
  } catch (error) {
    if (error instanceof RenderFailure) return `stopped: ${error.message}`
    throw error
  }
}

const name = fc.constantFrom(
  'a',
  'b',
  'c',
  'x',
  'list',
  'p.a',
  'p.b',
  'p',
  'a.b',
  'p.size',
  'p.a.b',
  'forloop',
  'forloop.index',
  'p["a"]',
)
const words = fc.constantFrom('震', ' ', '\n', '<b>', '级，', '{ }', '')
const dash = fc.constantFrom('', '-')

const { template } = fc.letrec<{ template: string; part: string; branch: string; loop: string }>((tie) => ({
  template: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
  part: fc.oneof(
    { maxDepth: 4 },
    words,
    name.map((n) => `{{ ${n} }}`),
    tie('branch'),
    tie('loop'),
  ),
  branch: fc
    .tuple(name, tie('template'), fc.constantFrom('', 'b', 'c'), tie('template'), fc.boolean(), dash)
    .map(([n, first, next, second, isElse, trim]) => {
      const more = next === '' ? '' : `{% elsif ${next} %}${second}`
      return `{%${trim} if ${n} ${trim}%}${first}${more}${isElse ? `{% else %}${second}{% comment %}x{% endcomment %}` : ''}{% endif ${trim}%}`
    }),
  loop: fc
    .tuple(
      fc.constantFrom('list', 'a', 'list limit:1', 'list reversed'),
      tie('template'),
      fc.boolean(),
      fc.constantFrom('p', 'b'),
    )
    .map(
      ([list, body, isElse, each]) => `{% for ${each} in ${list} %}${body}${isElse ? '{% else %}无' : ''}{% endfor %}`,
    ),
}))

const text = fc.constantFrom('5.0', '<甲>&"\'', '', ' ', '\u3000', '0')
const odd = fc.oneof(
  { weight: 12, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, 0, 5, true, [], ['y'], {}) },
)
const view = fc.record(
  {
    a: odd,
    b: odd,
    c: odd,
    x: fc.constant('z'),
    forloop: text,
    list: fc.oneof(fc.array(fc.record({ a: odd, b: odd, size: text }, { requiredKeys: ['a'] }), { maxLength: 3 }), odd),
  },
  { requiredKeys: ['a', 'x'] },
)

describe('the short way', () => {
  it('fills as LiquidJS does, or stops for the same reason', () => {
    let filled = 0
    const property = fc.property(
      fc.constantFrom('text' as const, 'markup' as const),
      template,
      view,
      (output, source, fields) => {
        const long = fill(output, source + LONG_WAY, fields)
        expect(fill(output, source, fields)).toBe(long)
        if (!String(long).startsWith('stopped')) filled += 1
      },
    )
    fc.assert(property, { numRuns: 3_000 })
    expect(filled).toBeGreaterThan(300)
  })

  it('is taken by every notice template', () => {
    const folder = fileURLToPath(new URL('../../../templates/notices/', import.meta.url))
    const files = readdirSync(folder).filter((file) => file.endsWith('.liquid'))
    const sources = new Map(files.map((file) => [file, readFileSync(folder + file, 'utf8')]))
    expect(files.length).toBeGreaterThan(50)
    const liquid = new Liquid({ outputEscape: String })
    const long = files.filter(
      (file) => compilePlain(liquid.parse(expandIncludes(file, sources).source), String) === null,
    )
    expect(long).toEqual([])
  })

  it.each([
    '{{ a | x }}',
    '{% if a == b %}甲{% endif %}',
    '{% for p in list limit:1 %}{{ p.a }}{% endfor %}',
    '{{ "甲" }}',
    '{% for p in list %}{{ p.a.b }}{% endfor %}',
  ])('is not taken by %s', (source) => {
    const liquid = new Liquid({ outputEscape: String })
    liquid.registerFilter('x', String)
    const filled = compilePlain(liquid.parse(source), String)?.({ a: '甲', b: '乙', list: [{ a: '丙' }] })
    expect(filled ?? null).toBeNull()
  })
})
