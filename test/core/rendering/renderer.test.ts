// The renderer on small template sets of its own: what it refuses at start, what it refuses to print, what is signed.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { NOTICE_KINDS } from '../../../src/core/notice.ts'
import { createEngine, HoleInTemplate, RenderFailure } from '../../../src/core/rendering/engine.ts'
import { createRenderer, FORMATTER_VERSION, REQUIRED_SUFFIXES } from '../../../src/core/rendering/renderer.ts'
import { WRITTEN_BLANK } from '../../../src/core/rendering/written-view.ts'
import { VIEW_FIELDS } from '../../../src/core/rendering/view.ts'
import { checkedOf, factsOf, originOf, readTemplates } from './facts.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The smallest complete set: one file per suffix that serves every kind, with overrides. */
function templatesWith(over: Record<string, string>): Map<string, string> {
  const all = REQUIRED_SUFFIXES.map((suffix) => [
    suffix === '' ? 'notice.liquid' : `notice.${suffix}.liquid`,
    '{{ serialReport }}',
  ])
  return new Map([...(all as [string, string][]), ...Object.entries(over)])
}

const failureOf = (act: () => unknown): RenderFailure => {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(RenderFailure)
    return error as RenderFailure
  }
  throw new Error('nothing was refused')
}

describe('at start', () => {
  it('a missing template is named', () => {
    const templates = templatesWith({})
    templates.delete('notice.speech.liquid')
    expect(failureOf(() => createRenderer(templates)).message).toContain('speech.liquid: is missing')
  })

  it.each([
    ['a field that no notice has', '{{ magnitudes }}', /names magnitudes/],
    ['a field in a branch that is seldom taken', '{{ serial }}{% if gloss %}{{ glos }}{% endif %}', /names glos/],
    ['a list printed as a text', '{{ nearest }}', /\{\{ nearest \}\} prints/],
    ['a slip inside a loop', '{{ serial }}{% for p in nearest %}{{ p.nane }}{% endfor %}', /nane/],
    ['a filter', '{{ serial | upcase }}', /upcase/],
    ['the filter that would lift escaping', '{{ serial | raw }}', /raw/],
    ['a tag that computes', '{% assign magnitude = "9.9" %}{{ magnitude }}', /assign/],
    ['a tag that reads files', "{% render '/etc/passwd' %}", /render/],
    ['an unclosed tag', '{% if depth %}{{ depth }}', /not closed/],
    ['a partial that is missing', "{% include '_nowhere' %}", /_nowhere\.liquid, which is missing/],
    ['a partial chosen by a value', '{% include place %}', /quoted name/],
    ['a partial outside the folder', "{% include '../../secret' %}", /quoted name/],
    ['markup in a plain text', '{{ serial }}<b>', /markup/],
  ])('%s is refused with its file', (_what, source, message) => {
    const failure = failureOf(() => createRenderer(templatesWith({ 'quick-report.weibo.liquid': source })))
    expect(failure.template).toBe('quick-report.weibo.liquid')
    expect(failure.message).toMatch(message)
  })

  it('a partial that includes itself is refused', () => {
    const over = { 'notice.liquid': "{% include '_a' %}", '_a.liquid': "{{ serial }}{% include '_a' %}" }
    expect(failureOf(() => createRenderer(templatesWith(over))).message).toContain('includes itself')
  })
})

describe('a hole', () => {
  it.each([
    ['an unsaid value', '震源深度{{ depth }}', '{{ depth }} prints an empty text'],
    ['the text inside itself', '{{ text }}', '{{ text }} prints an empty text'],
  ])('of %s stops the notice and names template and tag', (_what, source, hole) => {
    const renderer = createRenderer(templatesWith({ 'quick-report.liquid': source }))
    const failure = failureOf(() => renderer.render(factsOf({ nearest: [] })))
    expect(failure.template).toBe('quick-report.liquid')
    expect(failure.hole).toContain(hole)
    expect(failure.cause).toBeInstanceOf(HoleInTemplate)
  })

  it.each([null, undefined, '', ' \n', Number.NaN, Infinity, 0, 5.2, true, false, new Date(0), [], {}, ['a']])(
    'is every value that is no text: %j',
    (value) => {
      for (const output of ['text', 'markup'] as const) {
        const engine = createEngine(new Set(['x']), output)
        const failure = failureOf(() => engine.fill('t', engine.parse('t', '震级{{ x }}级'), { x: value }))
        expect(failure.hole).toMatch(/^\{\{ x \}\} prints|^x undefined variable/)
      }
    },
  )

  it('is not what a prototype would lend', () => {
    const engine = createEngine(new Set(['constructor', 'x']), 'text')
    expect(() => engine.fill('t', engine.parse('t', '{{ x.constructor }}'), { x: 'a' })).toThrow(RenderFailure)
    expect(() => engine.fill('t', engine.parse('t', '{{ constructor }}'), { x: 'a' })).toThrow(RenderFailure)
  })

  it('inside a partial names the tag that has nothing to print', () => {
    const renderer = createRenderer(
      templatesWith({ 'notice.liquid': "{% include '_d' %}", '_d.liquid': '{{ depth }}\n' }),
    )
    expect(failureOf(() => renderer.render(factsOf())).hole).toContain('{{ depth }}')
  })

  it('of a template that leaves nothing is refused', () => {
    const renderer = createRenderer(
      templatesWith({ 'quick-report.title.liquid': '{% if depth %}{{ depth }}{% endif %}' }),
    )
    expect(failureOf(() => renderer.render(factsOf())).hole).toBe('is empty')
  })

  it('in the facts names the fact', () => {
    const renderer = createRenderer(templatesWith({}))
    const magnitude = failureOf(() => renderer.render(factsOf({ origin: originOf({ magnitude: Number.NaN }) })))
    expect(magnitude.hole).toMatch(/^magnitude: /)
    expect(failureOf(() => renderer.render(factsOf({ origin: null }))).hole).toMatch(/^origin: /)
    expect(failureOf(() => renderer.render(factsOf({ kind: 'withdrawal', withdrawal: null }))).template).toContain(
      'withdrawal-',
    )
  })
})

describe('a text that may not go out', () => {
  it.each(['近期将发生更大地震。', '2023年X月X日', '造谣者已被拘留。'])('stops the whole notice: %s', (words) => {
    const renderer = createRenderer(templatesWith({ 'notice.speech.liquid': `{{ serial }}${words}` }))
    expect(failureOf(() => renderer.render(factsOf())).template).toBe('notice.speech.liquid')
  })
})

describe('a text', () => {
  it('is escaped in HTML and left alone elsewhere', () => {
    const over = { 'notice.website.liquid': '<p>{{ bureau }}</p>', 'notice.speech.liquid': '{{ bureau }}' }
    const { variants } = createRenderer(templatesWith(over)).render(factsOf({ bureauName: "O'Brien 台" }))
    expect(variants['website']).toBe('<p>O&#39;Brien 台</p>')
    expect(variants['speech']).toBe("O'Brien 台")
  })

  it('of one kind wins over the text that serves all', () => {
    const over = { 'withdrawal.speech.liquid': '撤回', 'withdrawal-duplicate.speech.liquid': '重复' }
    const renderer = createRenderer(templatesWith(over))
    const speech = (withdrawal: 'duplicate' | 'sent-in-error'): string | undefined =>
      renderer.render(factsOf({ kind: 'withdrawal', withdrawal })).variants['speech']
    expect([speech('duplicate'), speech('sent-in-error')]).toEqual(['重复', '撤回'])
  })

  it('may be added for a channel of its own, for the kinds that have it', () => {
    const renderer = createRenderer(templatesWith({ 'quick-report.led.liquid': '{{ magnitude }}级' }))
    expect(renderer.render(factsOf()).variants['led']).toBe('5.0级')
    expect(renderer.render(factsOf({ kind: 'no-quake' })).variants).not.toHaveProperty('led')
  })

  it('takes the time form of the bureau', () => {
    const renderer = createRenderer(templatesWith({ 'notice.liquid': '{{ time }}' }), { timeForm: 'unpadded' })
    expect(renderer.render(factsOf()).text).toBe('6月3日18时11分')
  })
})

describe('the signed hash', () => {
  const shipped = readTemplates()
  const hashes = (templates: ReadonlyMap<string, string>): string[] => {
    const renderer = createRenderer(templates)
    return NOTICE_KINDS.map((kind) => renderer.templateHash(kind, sha256))
  }

  it('is 64 hex digits, the same every time, and another for every kind', () => {
    expect(hashes(shipped)).toEqual(hashes(shipped))
    expect(new Set(hashes(shipped)).size).toBe(NOTICE_KINDS.length)
    for (const hash of hashes(shipped)) expect(hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each([
    ['quick-report.liquid', ['quick-report']],
    ['withdrawal-duplicate.liquid', ['withdrawal']],
    ['_determination.liquid', ['quick-report', 'formal-report', 'revision', 'correction']],
    ['_checked.liquid', ['no-quake', 'withdrawal']],
    ['notice.weibo.liquid', [...NOTICE_KINDS]],
  ])('changes with %s for exactly the kinds that print it', (file, kinds) => {
    const before = hashes(shipped)
    const edited = new Map(shipped).set(file, `${shipped.get(file) ?? ''}。`)
    const after = hashes(edited)
    expect(NOTICE_KINDS.filter((_, i) => before[i] !== after[i])).toEqual(
      NOTICE_KINDS.filter((kind) => kinds.includes(kind)),
    )
  })

  it('covers the formatters by their version: who changes what they print raises it and pins the new print here', () => {
    const own = new Set([...Object.keys(WRITTEN_BLANK), 'nearest', 'paragraphs'])
    const fields = [...VIEW_FIELDS].filter((field) => !own.has(field))
    const all = fields.map((field) => `${field}={% if ${field} %}{{ ${field} }}{% endif %};`).join('')
    const renderer = createRenderer(templatesWith({ 'notice.liquid': all }))
    const prints = [...NOTICE_KINDS, 'no-quake withdrawn'].map((name) => {
      const kind = NOTICE_KINDS.find((known) => known === name) ?? 'withdrawal'
      const withdrawal = name === kind ? {} : { withdrawal: 'no-quake' as const }
      return renderer.render(factsOf({ kind, class: 'drill', ...withdrawal })).text
    })
    expect([FORMATTER_VERSION, sha256(prints.join('\n'))]).toEqual([
      4,
      '6aa8d559e51e0ec01b2cd10e8f7b8c00ba2defdcd3806e52bff027858e8734a6',
    ])
  })

  it('changes with the time form, and not with the order in which files were read', () => {
    const unpadded = createRenderer(shipped, { timeForm: 'unpadded' })
    expect(unpadded.templateHash('quick-report', sha256)).not.toBe(hashes(shipped)[0])
    expect(hashes(new Map([...shipped].toReversed()))).toEqual(hashes(shipped))
  })
})

describe('a province’s own network', () => {
  const renderer = createRenderer(readTemplates())
  it.each([
    ['quick-report', '宁夏地震台网自动测定'],
    ['formal-report', '宁夏地震台网测定'],
  ] as const)('says in its %s who determined it and how', (kind, label) => {
    const { text } = renderer.render(factsOf({ kind, origin: originOf({ sourceCode: 'NX' }) }))
    expect(text.startsWith(`${label}：`)).toBe(true)
  })
})

describe('a drill', () => {
  const renderer = createRenderer(readTemplates())
  it.each(NOTICE_KINDS)('carries 【演练】 at both ends of every text of a %s', (kind) => {
    const notice = renderer.render(factsOf({ kind, class: 'drill', checked: checkedOf() }))
    for (const [suffix, text] of Object.entries({ text: notice.text, title: notice.title, ...notice.variants })) {
      if (suffix === 'website' || suffix === 'wechat-article') {
        expect(text.startsWith('<p><strong>【演练】')).toBe(true)
        expect(text.endsWith('【演练】</strong></p>')).toBe(true)
      } else {
        expect(text.replace(/^thing1: /, '').startsWith('【演练】')).toBe(true)
        expect(text.endsWith('【演练】')).toBe(true)
      }
    }
  })

  it('leaves every field of a revision its 20 字 with the mark in it, also where its change alone would fill one', () => {
    const previous = originOf({ sourceCode: 'CC', depthKm: 115 })
    const origin = originOf({ sourceCode: 'CC', depthKm: 14 })
    const change = '震源深度由115千米修订为14千米'
    const fieldsOf = (trafficClass: 'actual' | 'drill'): string[] => {
      const facts = factsOf({ kind: 'revision', class: trafficClass, previous, origin })
      const text = renderer.render(facts).variants['wechat-subscribe'] ?? ''
      return text.split('\n').map((line) => line.replace(/^\w+: /, ''))
    }
    expect(fieldsOf('actual')).toContain(change)
    expect(fieldsOf('drill').filter((value) => Array.from(value).length > 20)).toEqual([])
  })

  it('mark does not stick to the address', () => {
    expect(renderer.render(factsOf({ class: 'drill' })).variants['weibo']).toContain('/n/k7q2mx 【演练】')
  })

  it('and a real quake carries none', () => {
    expect(JSON.stringify(renderer.render(factsOf()))).not.toContain('演练')
  })
})
