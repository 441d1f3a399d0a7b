// In: a notice, the form of a picture. Out: what its template prints, and where: sizes and places that follow from the text.
// Must not restate what was withdrawn: of such a notice only that it was, its kind and its number stand.
import { drawSketch } from '../../core/rendering/sketch.ts'
import { labelOf } from '../../core/rendering/label.ts'
import { measureText } from '../../core/rendering/sketch-labels.ts'
import { fitParts, fitText, LEADING, type Lines } from '../../core/rendering/wrap-text.ts'
import type { NoticeView } from '../../store/notices.ts'
import type { SiteIdentity } from './pages/frame.ts'
import { figuresOf, fullSerial, nameKind, splitTitle } from './pages/notice-parts.ts'
import { addressOf } from './pages/share-head.ts'
import { listAround } from './pages/sketch-map.ts'
import { drawQr } from './qr.ts'
import type { Wording } from './wording.ts'

export interface CardForm {
  template: string
  suffix: string
  /** Height of the head, then of each strip below it. */
  head: number
  strip: number
  left: number
  /** Of the title: beside the sketch or the figure, and alone. */
  narrow: number
  wide: number
  titles: readonly number[]
  bodies: readonly number[]
  /** Lowest line of the title above the figures, and of the body. */
  titleEnd: number
  bodyEnd: number
  /** Of 【已撤回】: its height, and the foot of its letters within. Before everything else: thumbnails are cut. */
  band: number
  bandFoot: number
  sketch: boolean
}

/** Shared links (Open Graph, 1200×630) and the cover of an article (900×383): channels.md §1–2. */
export const CARD_FORMS: readonly CardForm[] = [
  {
    template: 'card.svg.liquid',
    suffix: '',
    head: 88,
    strip: 46,
    left: 56,
    narrow: 632,
    wide: 1088,
    titles: [60, 54, 48, 42, 36],
    bodies: [36, 32, 28, 24],
    titleEnd: 412,
    bodyEnd: 464,
    band: 136,
    bandFoot: 106,
    sketch: true,
  },
  {
    template: 'cover.svg.liquid',
    suffix: '-cover',
    head: 66,
    strip: 38,
    left: 40,
    narrow: 540,
    wide: 820,
    titles: [50, 44, 38, 32, 26],
    bodies: [28, 25, 22, 19],
    titleEnd: 292,
    bodyEnd: 324,
    band: 90,
    bandFoot: 70,
    sketch: false,
  },
]

const FIELDS = {
  bureau: '',
  issued: '',
  strips: [] as { top: string; line: string; text: string; ground: string; ink: string }[],
  kickerLine: '',
  label: '',
  report: '',
  drill: '',
  withdrawn: '',
  bandTop: '',
  bandLine: '',
  title: [] as Line[],
  titleSize: '',
  body: [] as Line[],
  bodySize: '',
  magnitude: '',
  unit: '',
  unitLeft: '',
  facts: [] as { name: string; value: string; y: string }[],
  factsLeft: '',
  note: '',
  sketch: '',
  sketchTop: '',
  sketchScale: '',
  sketchHeight: '',
  serial: '',
  address: '',
  qr: '',
}
export const CARD_FIELDS: ReadonlySet<string> = new Set(Object.keys(FIELDS))

interface Line {
  text: string
  y: string
}

export interface CardScene {
  site: SiteIdentity
  wording: Wording
  canPrint: (text: string) => boolean
  form: CardForm
  /** Without place and title, which hold what the font lacks: what is left leads to the notice itself. */
  plain: boolean
}

/** Pictures within the picture, put in by name after escaping. */
export interface CardView {
  view: typeof FIELDS
  pictures: Readonly<Record<string, string>>
}

/** The widest that a sketch is drawn, in its own pixels, and how much it is enlarged: its letters are read on a phone. */
const SKETCH = { width: 432, scale: 1.7, end: 440, least: 182 }
const QR_SIDE = 120
/** Instead of a text that is too long for a picture, or that the font cannot print. */
const ELSEWHERE = '全文请见公告页面，扫码或输入网址可打开。'
const WITHDRAWN = { title: '本公告已撤回，请勿转发。', body: '撤回说明请见公告页面。' }

export function viewCard(notice: NoticeView, scene: CardScene): CardView {
  const { site, wording, form, plain, canPrint } = scene
  const { origin } = notice.facts
  const withdrawn = notice.state === 'withdrawn'
  const strips = stripsOf(notice, scene)
  const top = form.head + strips.length * form.strip
  const kickerLine = top + (withdrawn ? form.band : 0) + form.head * 0.57
  const figures = origin === null || withdrawn || plain ? [] : figuresOf(notice, wording)
  const magnitude = figures.find(({ name }) => name === wording.say('figures', 'magnitude'))
  const titleText = withdrawn
    ? WITHDRAWN.title
    : plain
      ? `地震公告（${wording.name('kinds', notice.kind)}）`
      : notice.title
  const titleTop = kickerLine + 16
  const titleEnd = magnitude ? form.titleEnd : form.bodyEnd - 90
  const fitted = fitTitle(titleText, magnitude ? form.narrow : form.wide, titleEnd - titleTop, form.titles)
  const bodyTop = titleTop + fitted.lines.length * fitted.size * LEADING + 20
  const bodyText = withdrawn ? WITHDRAWN.body : plain ? ELSEWHERE : notice.text
  const title = layLines(fitted, titleTop)
  const bodyLines = magnitude
    ? { size: 0, lines: [] }
    : (fitText(bodyText, form.wide, form.bodyEnd - bodyTop, form.bodies) ??
      fit(ELSEWHERE, form.wide, form.bodyEnd - bodyTop, form.bodies))
  const sketchTop = top + 26
  const sketchHeight = SKETCH.end - sketchTop
  // Below strips there is less room: the sketch keeps what it needs, and its letters grow smaller.
  const sketchScale = Math.min(SKETCH.scale, sketchHeight / SKETCH.least)
  const sketch =
    form.sketch && magnitude && origin
      ? drawSketch({
          epicentre: origin,
          home: site.places.slice(0, 1).find(({ name }) => canPrint(name)) ?? null,
          places: listAround(origin, site.places.slice(1)).filter(({ name }) => canPrint(name)),
          width: Math.round(SKETCH.width / sketchScale),
          height: Math.round(sketchHeight / sketchScale),
          language: 'zh',
          styled: 'card',
        })
      : ''
  const unitLeft = 58 + measureFigures(magnitude?.value ?? '') * 124
  const unit = magnitude?.unit ?? ''
  const automatic = origin?.automatic === true || notice.kind === 'quick-report'
  return {
    view: {
      bureau: site.bureauName,
      issued: `北京时间 ${wording.date(notice.issuedAt)} ${wording.clock(notice.issuedAt)}`,
      strips: strips.map((strip, index) => ({
        ...strip,
        top: String(form.head + index * form.strip),
        line: String(form.head + index * form.strip + form.strip * 0.72),
      })),
      kickerLine: String(kickerLine),
      label:
        origin === null || withdrawn ? nameKind(notice, wording) : labelOf(origin.sourceCode, origin.automatic).full,
      report: wording.say('notice', 'report', { report: String(notice.report) }),
      drill: notice.class === 'drill' ? '演练' : '',
      withdrawn: withdrawn ? '已撤回' : '',
      bandTop: String(top),
      bandLine: String(top + form.bandFoot),
      title,
      titleSize: String(fitted.size),
      body: layLines(bodyLines, bodyTop),
      bodySize: String(bodyLines.size),
      magnitude: magnitude?.value ?? '',
      unit,
      unitLeft: String(Math.round(unitLeft)),
      facts: figures
        .filter((figure) => figure !== magnitude)
        .map(({ name, value, unit: of }, index) => ({
          name,
          value: name === wording.say('figures', 'time') ? `${of} ${value}` : `${value} ${of}`,
          y: String(486 + 42 * index),
        })),
      factsLeft: String(Math.round(unitLeft + measureText(unit, 36) + 26)),
      note: magnitude !== undefined && automatic ? '自动测定，最终结果以正式速报为准' : '',
      sketch: sketch === '' ? '' : '\u0000sketch\u0000',
      sketchTop: String(sketchTop),
      sketchScale: sketchScale.toFixed(3),
      sketchHeight: String(sketchHeight),
      serial: fullSerial(notice),
      address: addressOf(notice, site).replace(/^https?:\/\//, ''),
      qr: '\u0000qr\u0000',
    },
    pictures: { sketch, qr: drawQr(addressOf(notice, site), '二维码', QR_SIDE) },
  }
}

interface Strip {
  text: string
  ground: string
  ink: string
}

/** What must be known before anything else is read: a drill, a demonstration, a notice that no longer stands. */
function stripsOf({ class: lane, state }: NoticeView, { site }: CardScene): Strip[] {
  const strips: Strip[] = []
  if (lane === 'drill')
    strips.push({ text: '演练　本图为演练内容，不是真实地震　演练', ground: 'url(#hatch)', ink: '#fff' })
  if (site.demonstration)
    strips.push({ text: '演示　内容取自历史地震回放，不是真实公告　演示', ground: '#15202b', ink: '#fff' })
  if (state === 'superseded')
    strips.push({ text: '本公告已被新的公告取代，请以最新公告为准', ground: '#fdf6e6', ink: '#855300' })
  return strips
}

/** Bold figures of the card's font, in ems: what `measureText` allows for any font would leave a gap behind them. */
function measureFigures(text: string): number {
  return Array.from(text).reduce((ems, mark) => ems + (mark === '.' ? 0.31 : 0.585), 0)
}

/** The place on its lines, what happened there on the next. */
function fitTitle(text: string, width: number, height: number, sizes: readonly number[]): Lines {
  const parts = splitTitle(text)
  return fitParts(parts.length > 1 ? parts : [text, ''], width, height, sizes) ?? fit(text, width, height, sizes)
}

/** The smallest size where nothing fits: a line too long is cut by the frame, which is seen; a card without words is not. */
function fit(text: string, width: number, height: number, sizes: readonly number[]): Lines {
  return fitText(text, width, height, sizes) ?? { size: sizes.at(-1) ?? 0, lines: [text] }
}

function layLines({ lines, size }: Lines, top: number): Line[] {
  return lines.map((text, index) => ({ text, y: String(Math.round(top + size + index * size * LEADING)) }))
}
