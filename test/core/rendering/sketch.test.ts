// In: hostile epicentres, homes and places. Out: that the sketch map stays readable, true and harmless whatever it is handed.
import * as fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { distanceKm } from '../../../src/core/places/distance.ts'
import { bearing, chooseRings, chooseView } from '../../../src/core/rendering/sketch-geometry.ts'
import { boxOf } from '../../../src/core/rendering/sketch-labels.ts'
import { drawSketch, type SketchRequest } from '../../../src/core/rendering/sketch.ts'

interface Element {
  name: string
  attributes: Record<string, string>
  text: string
}

/** Every element, its text with it. Throws on what is no XML. */
function read(svg: string): Element[] {
  const all: Element[] = []
  const open: Element[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '' }
    all.push(element)
    open.push(element)
  })
  parser.on('text', (text) => {
    const last = open.at(-1)
    if (last) last.text += text
  })
  parser.on('closetag', () => open.pop())
  parser.write(svg).close()
  return all
}

const number = (element: Element, name: string): number => Number(element.attributes[name])

function labelsOf(svg: string) {
  return read(svg)
    .filter(({ name }) => name === 'text')
    .map((element) => ({
      text: element.text,
      x: number(element, 'x'),
      y: number(element, 'y'),
      size: number(element, 'font-size'),
      anchor: (element.attributes['text-anchor'] ?? 'start') as 'start' | 'middle' | 'end',
    }))
}

const point = {
  latitude: fc.oneof(fc.double({ min: -90, max: 90, noNaN: true }), fc.constantFrom(-90, 90, 0, 38.5)),
  longitude: fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(-180, 180, 179.99, 0, 106.2)),
}
const name = fc.oneof(
  fc.constantFrom('甲县', '鄂温克族自治旗', '<script>', 'A&B"\'', '乙区', '\u0000\u202E丙', '\uD800', ''),
  fc.string({ unit: 'binary', maxLength: 40 }),
)
const place = fc.record({ ...point, name })
/** Many on one spot, beside a few anywhere. */
const places = fc.oneof(
  fc.array(place, { maxLength: 100 }),
  fc
    .tuple(fc.record(point), fc.array(name, { maxLength: 60 }))
    .map(([spot, names]) => names.map((each) => ({ ...spot, name: each }))),
)
const request: fc.Arbitrary<SketchRequest> = fc
  .record({
    epicentre: fc.record(point),
    home: fc.option(place),
    places,
    width: fc.integer({ min: 240, max: 900 }),
    height: fc.integer({ min: 180, max: 700 }),
    language: fc.constantFrom('zh' as const, 'en' as const),
    styled: fc.constantFrom('page' as const, 'card' as const),
    isHere: fc.boolean(),
  })
  .map(({ isHere, ...each }) => (isHere && each.home ? { ...each, epicentre: { ...each.home } } : each))

describe('sketch map', () => {
  it('labels never collide, nor leave the frame, whatever places it is handed', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const boxes = labelsOf(drawSketch(asked)).map(boxOf)
        // Written with one decimal.
        const slack = 0.15
        for (const [index, a] of boxes.entries()) {
          expect(a.left).toBeGreaterThanOrEqual(0)
          expect(a.top).toBeGreaterThanOrEqual(0)
          expect(a.right).toBeLessThanOrEqual(asked.width)
          expect(a.bottom).toBeLessThanOrEqual(asked.height)
          for (const b of boxes.slice(index + 1)) {
            const isApart =
              a.right <= b.left + slack ||
              b.right <= a.left + slack ||
              a.bottom <= b.top + slack ||
              b.bottom <= a.top + slack
            expect(isApart).toBe(true)
          }
        }
      }),
      { numRuns: 400 },
    )
  })

  it('the epicentre, home and every place that is shown lie within the frame; no number is a hole', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const svg = drawSketch(asked)
        expect(svg).not.toMatch(/NaN|Infinity|undefined|null/)
        for (const element of read(svg)) {
          if (element.name !== 'circle' || number(element, 'r') > 13) continue
          expect(number(element, 'cx')).toBeGreaterThan(0)
          expect(number(element, 'cx')).toBeLessThan(asked.width)
          expect(number(element, 'cy')).toBeGreaterThan(0)
          expect(number(element, 'cy')).toBeLessThan(asked.height)
        }
      }),
    )
  })

  it('hostile names stay text: no element and no attribute comes of them', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const names = new Set(read(drawSketch(asked)).map((element) => element.name))
        expect(
          [...names].filter((each) => !['svg', 'title', 'desc', 'rect', 'g', 'circle', 'path', 'text'].includes(each)),
        ).toEqual([])
      }),
    )
  })

  it('it has no boundary: rings, lines home and marks are all that is drawn', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const paths = read(drawSketch(asked)).filter((element) => element.name === 'path')
        // The line home, and the arrow with the scale.
        expect(paths.length).toBeLessThanOrEqual(2)
        for (const path of paths) expect(path.attributes['d']).not.toMatch(/[zZcCqQaA]/)
      }),
    )
  })

  it('distances in it are true: a place as far as a ring lies on that ring', () => {
    fc.assert(
      fc.property(fc.record(point), fc.record(point), fc.record(point), (epicentre, home, other) => {
        const view = chooseView(epicentre, home, 360, 270)
        const spot = view.place(other)
        const pixels = Math.hypot(spot.x - view.origin.x, spot.y - view.origin.y)
        expect(pixels / view.scale).toBeCloseTo(distanceKm(epicentre, other), 3)
        for (const ring of chooseRings(view, 360, 270)) expect(ring).toBeLessThanOrEqual(20_015)
      }),
    )
  })

  it.each([
    ['north', 1, 0, 0],
    ['east', 0, 1, 90],
    ['south', -1, 0, 180],
    ['west', 0, -1, 270],
  ])('a place to the %s is drawn there', (_wind, latitude, longitude, degrees) => {
    expect(bearing({ latitude: 0, longitude: 0 }, { latitude, longitude })).toBeCloseTo(degrees)
  })

  it('over the date line the way is the short one', () => {
    const [west, east] = [
      { latitude: 0, longitude: 179.5 },
      { latitude: 0, longitude: -179.5 },
    ]
    expect(bearing(west, east)).toBeCloseTo(90)
    const view = chooseView(west, { ...east }, 360, 270)
    expect((view.place(east).x - view.origin.x) / view.scale).toBeCloseTo(111.2, 0)
  })

  const usual: SketchRequest = {
    epicentre: { latitude: 30, longitude: 100 },
    home: { name: '甲市', latitude: 31, longitude: 102 },
    places: [{ name: '乙县', latitude: 30.3, longitude: 100.4 }],
    width: 360,
    height: 270,
    language: 'zh',
    styled: 'page',
  }

  it('says where home lies to those who cannot see it', () => {
    const description = read(drawSketch(usual)).find(({ name: element }) => element === 'desc')?.text
    expect(description).toBe('甲市在震中东北方向，距震中 222 千米。图中另有：乙县。示意图，不表示行政界线')
    expect(labelsOf(drawSketch(usual)).map(({ text }) => text)).toContain('甲市 222 千米')
  })

  it('an epicentre at home says so, without a direction', () => {
    const svg = drawSketch({ ...usual, epicentre: { latitude: 31, longitude: 102 } })
    expect(svg).toContain('甲市距震中不足 1 千米。')
    expect(labelsOf(svg).map(({ text }) => text)).toContain('甲市 不足 1 千米')
  })

  it('on a page the style sheet gives the colours, on a card they are written out', () => {
    expect(drawSketch(usual)).not.toContain('#')
    expect(drawSketch({ ...usual, styled: 'card' })).not.toContain('class="sk-')
  })

  it('what is no point on earth is not drawn', () => {
    expect(drawSketch({ ...usual, epicentre: { latitude: Number.NaN, longitude: 100 } })).toBe('')
    expect(drawSketch({ ...usual, epicentre: { latitude: 91, longitude: 100 } })).toBe('')
    const svg = drawSketch({ ...usual, home: null, places: [{ name: '乙县', latitude: Number.NaN, longitude: 0 }] })
    expect(svg).not.toContain('乙县')
    expect(svg).toContain('震中')
  })
})
