// In: an epicentre, home, places around. Out: a sketch map as SVG: rings, directions, distances, names.
// Must not draw a boundary of any kind (a map of areas needs an examination number, 审图号), nor print what is not a fact.
import { distanceKm, type Point } from '../places/distance.ts'
import { bearing, chooseRings, chooseView, type Spot, type View } from './sketch-geometry.ts'
import { besides, boxAround, openRoom, type Label, type Room } from './sketch-labels.ts'

export interface NamedPoint extends Point {
  name: string
}

export interface SketchRequest {
  epicentre: Point
  /** Null where the bureau's place says nothing (a quake far abroad, say). */
  home: NamedPoint | null
  /** In order of importance; those without room are left out, with their names. */
  places: readonly NamedPoint[]
  /** Pixels, 240 × 180 and more. */
  width: number
  height: number
  language: 'zh' | 'en'
  /** page: classes (`sketch`, `sk-…`) for the style sheet; card: colours written out. */
  styled: 'page' | 'card'
}

const WORDS = {
  zh: {
    title: '震中位置示意图',
    epicentre: '震中',
    km: '千米',
    under: '不足 1 千米',
    north: '北',
    note: '示意图，不表示行政界线',
    winds: ['北', '东北', '东', '东南', '南', '西南', '西', '西北'],
    home: (name: string, wind: string, km: string): string =>
      wind === '' ? `${name}距震中${km}。` : `${name}在震中${wind}方向，距震中 ${km}。`,
    around: (names: string): string => `图中另有：${names}。`,
    between: '、',
  },
  en: {
    title: 'Sketch of the epicentre and places around it',
    epicentre: 'Epicentre',
    km: 'km',
    under: 'under 1 km',
    north: 'N',
    note: 'Sketch; shows no boundaries',
    winds: ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'],
    home: (name: string, wind: string, km: string): string =>
      wind === '' ? `${name} is ${km} from the epicentre. ` : `${name} is ${km} ${wind} of the epicentre. `,
    around: (names: string): string => `Also shown: ${names}. `,
    between: ', ',
  },
} as const

/** Ground around letters, so that rings and lines do not cut them. */
const HALO = 'stroke="#f7f8f6" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'

/** Design tokens (light set): a picture has no style sheet. */
const COLOURS: Readonly<Record<string, string>> = {
  ground: 'fill="#f7f8f6"',
  rings: 'fill="none" stroke="#b9bfc4" stroke-dasharray="3 4"',
  line: 'stroke="#0b4f8a" stroke-width="1.5" stroke-dasharray="5 4"',
  halo: 'fill="#c2321b" fill-opacity=".16"',
  shock: 'fill="#c2321b" stroke="#fff" stroke-width="1.5"',
  dot: 'fill="#3c4854"',
  home: 'fill="#0b4f8a" stroke="#fff" stroke-width="1.5"',
  name: `fill="#15202b" ${HALO}`,
  'ring-name': `fill="#56626e" ${HALO}`,
  'home-name': `fill="#0b4f8a" font-weight="700" ${HALO}`,
  'shock-name': `fill="#c2321b" font-weight="700" ${HALO}`,
  'home-here': 'fill="none" stroke="#0b4f8a" stroke-width="2"',
  furniture: 'fill="none" stroke="#56626e" stroke-width="1.5"',
  note: 'fill="#56626e"',
}

const SIZE = { name: 13, home: 14, small: 11 }
const DOT = 2.5
/** What names keep away from: the epicentre with most of its halo. */
const SHOCK = 11
const HOME = 6
const MOST_LOOKED_AT = 80
const MOST_SHOWN = 12

/** @returns a whole `<svg>`; '' where the epicentre is no point on earth */
export function drawSketch(request: SketchRequest): string {
  const { epicentre, width, height, language } = request
  if (!isPoint(epicentre)) return ''
  const say = WORDS[language]
  const home = request.home !== null && isPoint(request.home) ? request.home : null
  const view = chooseView(epicentre, home, width, height)
  const homeSpot = home && view.place(home)
  const draw = openPen(request.styled)
  const room = openRoom(width, height, homeSpot && [view.origin, homeSpot])

  const rings = chooseRings(view, width, height)
  const furniture = drawFurniture({ draw, room, width, height, view, step: rings[0] ?? 0, say })
  room.take(boxAround(view.origin, SHOCK))
  const km = home && distanceKm(epicentre, home)
  const away = km === null ? '' : Math.round(km) === 0 ? say.under : `${Math.round(km)} ${say.km}`
  const homeLabel = homeSpot && home && putHome(room, homeSpot, view.origin, home.name, away)
  const shockLabel = room.put(besides(view.origin, SHOCK, say.epicentre, SIZE.name))
  const ringLabels = rings.flatMap((ring) => room.put(namesOfRing(ring, view, say.km)) ?? [])
  const shown = putPlaces(request.places, home, view, room)

  const names = shown.map(({ name }) => name).join(say.between)
  const wind = home && km !== null && km >= 1 ? (say.winds[Math.round(bearing(epicentre, home) / 45) % 8] ?? '') : ''
  const told = home ? say.home(clean(home.name), wind, away) : ''
  // Within a page SVG needs no namespace, and takes the width that it is given.
  const alone =
    request.styled === 'card' ? ` xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"` : ''
  return [
    `<svg class="sketch" role="img" viewBox="0 0 ${width} ${height}"${alone}>`,
    `<title>${say.title}</title><desc>${escape(`${told}${names === '' ? '' : say.around(names)}${say.note}`)}</desc>`,
    `<rect ${draw('ground')} width="${width}" height="${height}"/>`,
    `<g ${draw('rings')}>`,
    ...rings.map((ring) => circle(view.origin, ring * view.scale, '')),
    '</g>',
    homeSpot ? `<path ${draw('line')} d="M${at(view.origin)}L${at(homeSpot)}"/>` : '',
    circle(view.origin, 13, draw('halo')),
    homeSpot ? drawHome(homeSpot, view.origin, draw) : '',
    circle(view.origin, 5.5, draw('shock')),
    ...shown.map(({ spot }) => circle(spot, DOT, draw('dot'))),
    furniture,
    ...ringLabels.map((label) => write(label, draw('ring-name'))),
    shockLabel ? write(shockLabel, draw('shock-name')) : '',
    // Names are Chinese in every language.
    '<g lang="zh-CN">',
    ...shown.map(({ label }) => write(label, draw('name'))),
    ...(homeLabel ?? []).map((label) => write(label, draw('home-name'))),
    '</g></svg>',
  ].join('')
}

const isPoint = ({ latitude, longitude }: Point): boolean => Math.abs(latitude) <= 90 && Math.abs(longitude) <= 360

/** Name and distance on one line, else the distance alone: that one is the reason for the line. */
function putHome(room: Room, spot: Spot, shock: Spot, name: string, away: string): Label[] {
  room.take(boxAround(spot, HOME))
  const apart = Math.hypot(spot.x - shock.x, spot.y - shock.y)
  const radius = apart < SHOCK + HOME ? SHOCK + apart : HOME
  const one = room.put(besides(spot, radius, `${clean(name)} ${away}`, SIZE.home))
  if (one) return [one]
  const said = room.put(besides(spot, radius, away, SIZE.home))
  return said ? [said] : []
}

/** A full square; around an epicentre that would hide it, an open one. */
function drawHome(spot: Spot, shock: Spot, draw: (mark: string) => string): string {
  const hidden = Math.hypot(spot.x - shock.x, spot.y - shock.y) < 8
  return hidden ? square(spot, 9, draw('home-here')) : square(spot, 5, draw('home'))
}

function namesOfRing(ring: number, { origin, scale }: View, unit: string): Label[] {
  return [-90, 90, -60, -120, 60, 120, 0, 180, -30, -150, 30, 150].map((degrees) => {
    const angle = (degrees * Math.PI) / 180
    const [x, y] = [origin.x + ring * scale * Math.cos(angle), origin.y + ring * scale * Math.sin(angle)]
    return { text: `${ring} ${unit}`, size: SIZE.small, x, y: y + 0.34 * SIZE.small, anchor: 'middle' as const }
  })
}

interface Shown {
  name: string
  spot: Spot
  label: Label
}

/** After the first three only those that stand apart: a picture is read by its spread, not by its number of names. */
function putPlaces(places: readonly NamedPoint[], home: NamedPoint | null, view: View, room: Room): Shown[] {
  const said = new Set([home?.name])
  const shown: Shown[] = []
  for (const place of places.slice(0, MOST_LOOKED_AT)) {
    const name = clean(place.name)
    if (shown.length === MOST_SHOWN || !isPoint(place) || name.trim() === '' || said.has(name)) continue
    const spot = view.place(place)
    const apart = shown.length < 3 ? 0 : 34
    if (shown.some((each) => Math.hypot(each.spot.x - spot.x, each.spot.y - spot.y) < apart)) continue
    const dot = boxAround(spot, DOT + 1)
    if (!room.isFree(dot)) continue
    const label = room.put(besides(spot, DOT, name, SIZE.name))
    if (!label) continue
    room.take(dot)
    said.add(name)
    shown.push({ name, spot, label })
  }
  return shown
}

interface Corner {
  draw: (mark: string) => string
  room: Room
  width: number
  height: number
  view: View
  step: number
  say: { north: string; note: string; km: string }
}

/** North arrow, scale and note: in the corners, before anything else takes their place. */
function drawFurniture({ draw, room, width, height, view, step, say }: Corner): string {
  const right = width - 10
  const bar = step * view.scale
  const low = height - 10
  room.take({ left: right - 14, right, top: 4, bottom: 42 })
  room.take({ left: right - bar, right, top: low - 10, bottom: low })
  const wanted: Label[][] = [
    [{ text: say.note, size: SIZE.small, x: 10, y: low, anchor: 'start' }],
    [
      { text: `${step} ${say.km}`, size: SIZE.small, x: right - bar - 6, y: low, anchor: 'end' },
      { text: `${step} ${say.km}`, size: SIZE.small, x: right, y: low - 14, anchor: 'end' },
    ],
  ]
  const north: Label = { text: say.north, size: SIZE.small, x: right - 7, y: 16, anchor: 'middle' }
  const labels = [north, ...wanted.flatMap((each) => room.put(each) ?? [])]
  return [
    `<path ${draw('furniture')} d="M${right - 7} 40V21m-4.5 6 4.5-6 4.5 6M${round(right - bar)} ${low - 6}v5h${round(bar)}v-5"/>`,
    ...labels.map((label) => write(label, draw('note'))),
  ].join('')
}

/** Lines, not areas: without a style sheet the outermost ring would black out the picture. */
const HOLLOW = new Set(['rings', 'furniture', 'home-here'])

/** How a mark is made: its class, or its colours. */
function openPen(styled: 'page' | 'card'): (mark: string) => string {
  if (styled === 'card') return (mark) => COLOURS[mark] ?? ''
  return (mark) => `class="sk-${mark}"${HOLLOW.has(mark) ? ' fill="none"' : ''}`
}

const round = (value: number): string => String(Math.round(value * 10) / 10)
const at = ({ x, y }: Spot): string => `${round(x)} ${round(y)}`
const circle = ({ x, y }: Spot, radius: number, how: string): string =>
  `<circle ${how} cx="${round(x)}" cy="${round(y)}" r="${round(radius)}"/>`
const square = ({ x, y }: Spot, half: number, how: string): string =>
  `<rect ${how} x="${round(x - half)}" y="${round(y - half)}" width="${2 * half}" height="${2 * half}"/>`

function write({ x, y, text, size, anchor }: Label, how: string): string {
  const side = anchor === 'start' ? '' : ` text-anchor="${anchor}"`
  return `<text ${how} x="${round(x)}" y="${round(y)}" font-size="${size}"${side}>${escape(text)}</text>`
}

const MARKS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escape = (text: string): string => text.replace(/[&<>"']/g, (mark) => MARKS[mark] ?? mark)

/** Without what no XML may hold (control characters, lone surrogates). Measured before escaping. */
function clean(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFE\uFFFF\uFFFD]/gu, '')
}
