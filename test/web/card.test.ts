// In: notices of every kind, state and length of place. Out: what their picture cards say, and that it fits.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import type { NoticeFacts, NoticeKind } from '../../src/core/notice.ts'
import { NOTICE_KINDS } from '../../src/core/notice.ts'
import { NATIONAL_COUNTIES } from '../../src/core/places/county.ts'
import { readCoverage } from '../../src/core/rendering/font-coverage.ts'
import { createRenderer } from '../../src/core/rendering/renderer.ts'
import { measureText } from '../../src/core/rendering/sketch-labels.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import { createCards } from '../../src/web/public/card.ts'
import { openWordings } from '../../src/web/public/wording.ts'
import { factsOf, originOf, readTemplates } from '../core/rendering/facts.ts'
import { identity, NOTICE, templates } from './sample-pages.ts'

const FOLDER = fileURLToPath(new URL('../../templates/card/', import.meta.url))
const sources = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.liquid'))
    .map((name) => [name, readFileSync(FOLDER + name, 'utf8')]),
)
const covered = readCoverage(readFileSync(`${FOLDER}QuakedeskSansSC-Bold.otf`))
const wording = openWordings(templates).zh
const cards = createCards(sources, identity, wording, covered)
const renderer = createRenderer(readTemplates())

function noticeOf(kind: NoticeKind, over: Partial<NoticeView> = {}, facts: Partial<NoticeFacts> = {}): NoticeView {
  const all = factsOf({ kind, ...facts })
  const { title, text, variants } = renderer.render(all)
  const { serial, report, issuedAt } = all
  return { ...NOTICE, kind, class: all.class, serial, report, title, text, variants, facts: all, issuedAt, ...over }
}

/** The card for links, and the cover. Throws where one is missing. */
function draw(notice: NoticeView, maker = cards): [string, string] {
  const [card, cover] = maker.draw(notice).map(({ svg }) => svg)
  if (typeof card !== 'string' || typeof cover !== 'string') throw new Error('no card')
  return [card, cover]
}

interface Text {
  text: string
  x: number
  y: number
  size: number
  anchor: string
}

/** Texts of the card itself, without those of the sketch; throws on what is no XML. */
function textsOf(svg: string): Text[] {
  const texts: Text[] = []
  let depth = 0
  let open: Text | null = null
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const of = attributes as Record<string, string>
    if (name === 'svg') depth += 1
    if (name !== 'text' || depth > 1) return
    open = {
      text: '',
      x: Number(of['x']),
      y: Number(of['y']),
      size: Number(of['font-size']),
      anchor: of['text-anchor'] ?? 'start',
    }
    texts.push(open)
  })
  parser.on('text', (text) => {
    if (open) open.text += text
  })
  parser.on('closetag', ({ name }) => {
    if (name === 'svg') depth -= 1
    if (name === 'text') open = null
  })
  parser.write(svg).close()
  return texts
}

/** Texts that leave their picture; widths from above, letters of the card's own font are narrower. */
function leaving(svg: string, width: number, height: number): string[] {
  return textsOf(svg)
    .filter(({ text, x, y, size, anchor }) => {
      const wide = measureText(text, size) * 0.97
      const left = anchor === 'end' ? x - wide : anchor === 'middle' ? x - wide / 2 : x
      return !(left >= 0 && left + wide <= width && y <= height - 8 && y - size >= 0)
    })
    .map(({ text }) => text)
}

describe('the picture card', () => {
  it.each(NOTICE_KINDS)('of a %s fits both pictures, and is XML', (kind) => {
    for (const state of ['current', 'superseded', 'withdrawn'] as const) {
      const [card, cover] = draw(noticeOf(kind, { state }))
      expect(leaving(card, 1200, 630)).toEqual([])
      expect(leaving(cover, 900, 383)).toEqual([])
      expect(leaving(card, 900, 383).length, 'the measure itself').toBeGreaterThan(0)
    }
  })

  it('holds the title of a quake at any county', () => {
    const names = NATIONAL_COUNTIES.map(
      ({ province, prefecture, name }) => province.short + (prefecture?.name ?? '') + name,
    )
    const longest = names.toSorted((a, b) => b.length - a.length).slice(0, 20)
    for (const place of [...longest, ...names.filter((_, index) => index % 97 === 0)]) {
      const notice = noticeOf('quick-report', {}, { origin: originOf({ place }) })
      const drawings = cards.draw(notice)
      expect(drawings.flatMap(({ missing }) => missing)).toEqual([])
      const [card, cover] = draw(notice)
      expect(leaving(card, 1200, 630)).toEqual([])
      expect(leaving(cover, 900, 383)).toEqual([])
      expect(
        textsOf(card)
          .map(({ text }) => text)
          .join(''),
      ).toContain(notice.title)
    }
  })

  it('of an automatic determination says what it is, and that the formal one decides', () => {
    for (const svg of draw(noticeOf('quick-report'))) {
      const said = textsOf(svg).map(({ text }) => text)
      expect(said).toContain('中国地震台网自动测定第1报')
      expect(said).toContain('级左右')
      expect(said).toContain('自动测定，最终结果以正式速报为准')
    }
  })

  it('that was withdrawn says so first, across the whole width, and repeats nothing of what it said', () => {
    const notice = noticeOf('formal-report', { state: 'withdrawn' })
    for (const svg of draw(notice)) {
      const texts = textsOf(svg)
      const said = texts.map(({ text }) => text)
      const heightOf = (part: string): number => texts.find(({ text }) => text.includes(part))?.y ?? Number.NaN
      expect(heightOf('【已撤回】')).toBeLessThan(heightOf('正式速报'))
      expect(said).toContain('【已撤回】')
      expect(said).toContain('本公告已撤回，请勿转发。')
      expect(svg).not.toContain(notice.facts.origin?.place)
      expect(svg).not.toContain('class="sketch"')
      expect(said).not.toContain('5.0')
      expect(said.join()).not.toContain('震源深度')
    }
  })

  it('that was replaced says so', () => {
    for (const svg of draw(noticeOf('quick-report', { state: 'superseded' })))
      expect(textsOf(svg).map(({ text }) => text)).toContain('本公告已被新的公告取代，请以最新公告为准')
  })

  it('of a drill is hatched and says 演练; of anything else it is not', () => {
    for (const svg of draw(noticeOf('formal-report', {}, { class: 'drill' }))) {
      expect(svg.split('fill="url(#hatch)"').length).toBeGreaterThan(2)
      expect(textsOf(svg).map(({ text }) => text)).toContain('演练　本图为演练内容，不是真实地震　演练')
    }
    for (const svg of draw(noticeOf('formal-report'))) {
      expect(svg).not.toContain('fill="url(#hatch)"')
      expect(svg).not.toContain('演练')
    }
  })

  it('of a demonstration says 演示', () => {
    const maker = createCards(sources, { ...identity, demonstration: true }, wording, covered)
    for (const svg of draw(noticeOf('formal-report'), maker)) expect(svg).toContain('演示　内容取自历史地震回放')
  })

  it('hostile names stay text', () => {
    const [card] = draw({
      ...NOTICE,
      title: '<script>alert(1)</script>&"发生4.6级地震',
      facts: { ...factsOf(), origin: originOf({ sourceCode: 'CC' }) },
    })
    expect(card).not.toContain('<script')
    expect(
      textsOf(card)
        .map(({ text }) => text)
        .join(''),
    ).toContain('<script>alert(1)</script>&"')
  })

  it('without a character that the title needs becomes a plain one, with the way to the notice, and names what is missing', () => {
    const drawings = cards.draw(noticeOf('formal-report', { title: '安徽𠮷县发生5.0级地震' }))
    for (const { svg, missing } of drawings) {
      expect(missing).toEqual(['𠮷'])
      expect(svg).not.toContain('𠮷')
      expect(svg).toContain('地震公告（正式速报）')
    }
    expect(drawings[0]?.svg).toContain('yj.lanshan.example/n/abcd2345')
  })

  it('without a character that the bureau’s own name needs is not made at all', () => {
    const maker = createCards(sources, { ...identity, bureauName: '𠮷州市地震局' }, wording, covered)
    for (const { svg, missing } of maker.draw(noticeOf('formal-report'))) {
      expect(svg).toBeNull()
      expect(missing).toEqual(['𠮷'])
    }
  })

  it('leaves names that cannot be printed off the sketch, and keeps the rest', () => {
    const places = identity.places.map((place) => ({ ...place, name: `𠮷${place.name}` }))
    const maker = createCards(sources, { ...identity, places }, wording, covered)
    const [card] = maker.draw(noticeOf('formal-report'))
    expect(card?.missing).toEqual([])
    expect(card?.svg).toContain('class="sketch"')
  })

  it('a template that is not there is found at the start', () => {
    expect(() => createCards(new Map(), identity, wording, covered)).toThrow(
      'templates/card/card.svg.liquid is missing',
    )
  })
})
