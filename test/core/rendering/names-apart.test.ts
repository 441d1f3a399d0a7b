// Names of places and bureaux of which a part reads as a forecast: they are said; a forecast never passes for a name.
import { describe, expect, it } from 'vitest'
import type { NoticeFacts } from '../../../src/core/notice.ts'
import { RenderFailure } from '../../../src/core/rendering/engine.ts'
import { createRenderer } from '../../../src/core/rendering/renderer.ts'
import { findForbidden } from '../../../src/core/rendering/word-guard.ts'
import { checkedOf, factsOf, originOf, readTemplates } from './facts.ts'

const renderer = createRenderer(readTemplates())
const SAYS_SO = '06月03日18时11分在…发生5.0级地震'

function factsAt(place: string): NoticeFacts[] {
  const quick = factsOf({ origin: originOf({ place }) })
  const formal = factsOf({ kind: 'formal-report', origin: originOf({ place, sourceCode: 'CC' }) })
  const denied = factsOf({ kind: 'withdrawal', withdrawal: 'no-quake', checked: checkedOf({ area: place }) })
  return [quick, formal, denied]
}

describe('a township', () => {
  it.each([
    '广西柳州市融安县大将镇',
    '云南楚雄州禄丰市恐龙山镇',
    '浙江杭州市余杭区未来科技城',
    '福建南平市建阳区将口镇附近',
  ])('whose name alone stops the guard is reported all the same: %s', (place) => {
    expect(findForbidden(SAYS_SO.replace('…', place.replace('附近', '')))).not.toEqual([])
    for (const facts of factsAt(place)) expect(renderer.render(facts).text).toContain(place)
  })
})

describe('what only stands where a name belongs', () => {
  it.each(['日本将', '明天将', '四川还会', '日本今天夜里还有', '北京市明天还有大地震镇', '明天还将发生强震区'])(
    'is stopped: %s',
    (place) => {
      for (const facts of factsAt(place).slice(0, 2)) expect(() => renderer.render(facts), place).toThrow(RenderFailure)
    },
  )

  it('is stopped in a template, whatever the bureau is called', () => {
    const edited = readTemplates().set('formal-report.liquid', '{{ bureau }}：明天还将发生{{ magnitude }}级地震。')
    const facts = factsOf({ kind: 'formal-report', bureauName: '未来科学城地震预报中心' })
    expect(() => createRenderer(edited).render(facts)).toThrow(/forecast/)
    expect(() => renderer.render(facts)).not.toThrow()
  })

  it('passes as a blank that a bureau bears as its own name, and is stopped as a blank in any other place', () => {
    for (const over of [
      { bureauName: '某市地震局' },
      { home: { name: '某市', distanceKm: 5 } },
      { serial: '某震信〔2017〕1号' },
    ]) {
      expect(() => renderer.render(factsOf(over))).not.toThrow()
    }
    const edited = readTemplates().set('formal-report.liquid', '{{ bureau }}：某地发生{{ magnitude }}级地震。')
    const facts = factsOf({ kind: 'formal-report', bureauName: '某市地震局' })
    expect(() => createRenderer(edited).render(facts)).toThrow(/hole: 某/)
  })
})
