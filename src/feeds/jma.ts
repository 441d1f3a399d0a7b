// In: one telegram of JMA's XML (seismology: hypocentre, hypocentre and intensity, hypocentre revision). Out: reports or why not.
// Must not turn an early warning, a tsunami bulletin or an intensity flash into a determination.
import { JAPAN_OFFSET, formatUtc } from '../core/instant.ts'
import type { Magnitude, ParseFeed } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { parseJmaCoordinate } from './jma-coordinate.ts'
import type { JmaPosition } from './jma-coordinate.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, finishRow, gatherRows, quote, readDepthKm, readLatitude, readLongitude } from './rows.ts'
import { readMagnitude, readTime } from './rows.ts'
import { agencyCode } from './traffic.ts'
import type { XmlElement } from './xml.ts'
import { childOf, childrenOf, readXml, textAt } from './xml.ts'

const NAMESPACE = 'http://xml.kishou.go.jp/jmaxml1/'
const ATOM = 'http://www.w3.org/2005/Atom'

/** Station lists make up most of a telegram and hold no determination. */
const SKIPPED = new Set(['Intensity', 'IntensityStation', 'Information'])

/** What a telegram says before its body. */
interface Telegram {
  body: XmlElement | null
  eventId: string
  cancels: boolean
  test: boolean
  far: boolean
  issuedAt: number | null
  revision: string
}

/**
 * Parses one telegram; every Earthquake element is a row. Times carry their offset; magnitudes two decimals, coordinates four.
 * A pulled index (the Atom feed of telegrams) has no determinations: its entries are ignored by name, see findTelegrams.
 * @throws UnreadableFeed jma-root, or a rule of readXml
 */
export const parseJma: ParseFeed = (text) => {
  const root = readXml(text, SKIPPED)
  if (root.local === 'feed' && root.ns === ATOM) {
    return gatherRows(childrenOf(root, 'entry'), () => ({ ignored: 'telegram-index' }))
  }
  const control = childOf(root, 'Control')
  const head = childOf(root, 'Head')
  if (root.local !== 'Report' || root.ns !== NAMESPACE || !control || !head) {
    const found = quote(`${root.ns} ${root.local}`)
    throw new UnreadableFeed(
      'jma-root',
      `the root element is ${found}, expected Report with Control and Head in ${NAMESPACE}`,
    )
  }
  const kind = [textAt(control, 'Title'), textAt(head, 'Title'), textAt(head, 'InfoKind')].join(' ').normalize('NFKC')
  const aside = setAside(kind)
  if (aside !== null) return { reports: [], refused: [], ignored: [{ row: 0, reason: aside }] }
  const telegram = readTelegram(root, control, head, kind)
  // Like an intensity flash: what is cancelled is the observation of long-period motion, not the quake.
  if (telegram.cancels && /長周期地震動/.test(kind))
    return { reports: [], refused: [], ignored: [{ row: 0, reason: 'no-hypocentre' }] }
  if (telegram.cancels) return gatherRows([telegram], translateCancel)
  const quakes = telegram.body ? childrenOf(telegram.body, 'Earthquake') : []
  if (quakes.length === 0) return { reports: [], refused: [], ignored: [{ row: 0, reason: 'no-hypocentre' }] }
  return gatherRows(quakes, (quake) => translateQuake(quake, telegram))
}

/** Telegrams that are no determination, by the words of title and InfoKind; cancelled or not. */
function setAside(kind: string): string | null {
  if (/緊急地震速報|リアルタイム震度/.test(kind)) return 'early-warning'
  if (/津波/.test(kind)) return 'tsunami'
  // Cancelling an intensity flash takes back intensities; a hypocentre of the same event stands until its own cancel.
  if (/震度速報/.test(kind)) return 'no-hypocentre'
  return /震源|遠地地震|地震情報|長周期地震動/.test(kind) ? null : 'other-product'
}

function readTelegram(root: XmlElement, control: XmlElement, head: XmlElement, kind: string): Telegram {
  const sentAt = readTime([], 'Control/DateTime', textAt(control, 'DateTime'), 0)
  const serial = textAt(head, 'Serial')
  return {
    body: childOf(root, 'Body'),
    eventId: cleanId(textAt(head, 'EventID')),
    cancels: textAt(head, 'InfoType') === '取消',
    // 通常 is the only word for real traffic; 訓練, 試験 or a word unknown to us never speaks.
    test: textAt(control, 'Status') !== '通常',
    far: /遠地地震/.test(kind),
    issuedAt: readTime([], 'Head/ReportDateTime', textAt(head, 'ReportDateTime'), JAPAN_OFFSET),
    // Serial counts within one kind of telegram and is often empty; the sending time orders all kinds of one event.
    revision: cleanId([sentAt === null ? '' : formatUtc(sentAt), serial].filter((part) => part !== '').join(' ')),
  }
}

function translateCancel(telegram: Telegram): RowOutcome {
  return finishRow([], {
    ...common(telegram),
    lifecycle: 'cancel',
    kind: 'earthquake',
    originTime: null,
    latitude: null,
    longitude: null,
    depthKm: null,
    magnitude: null,
    place: '',
  })
}

/** EventID spells the time of first detection, up to a minute off the origin time, hence no idTime. */
function common(telegram: Telegram) {
  return {
    class: telegram.test ? ('test' as const) : ('actual' as const),
    sourceEventId: telegram.eventId,
    aliases: [],
    revision: telegram.revision,
    agency: 'JMA',
    sourceCode: '',
    evaluation: 'unknown' as const,
    issuedAt: telegram.issuedAt,
    idTime: null,
  }
}

function translateQuake(quake: XmlElement, telegram: Telegram): RowOutcome {
  const hypocenter = childOf(quake, 'Hypocenter')
  const area = hypocenter && childOf(hypocenter, 'Area')
  const texts = area ? childrenOf(area, 'Coordinate').map((coordinate) => coordinate.text.trim()) : []
  const given = texts.filter((text) => text !== '')
  if (!hypocenter || given.length === 0) return { ignored: 'no-hypocentre' }
  const position = finest(given.map(parseJmaCoordinate))
  if (!position) {
    const reason = `Coordinate is ${quote(given[0])}, expected ISO 6709 such as +35.0+135.0-10000/`
    return { refused: { rule: 'coordinate-text', reason } }
  }
  const faults: Refusal[] = []
  // Abroad JMA relays others' determinations and names them (ＰＴＷＣ, ＵＳＧＳ).
  const relayed = agencyCode(textAt(hypocenter, 'Source').normalize('NFKC'))
  return finishRow(faults, {
    ...common(telegram),
    agency: /^[A-Z]{2,8}$/.test(relayed) ? relayed : 'JMA',
    lifecycle: 'report',
    kind: telegram.far && isEruption(telegram.body) ? 'volcanic' : 'earthquake',
    originTime: readTime(faults, 'OriginTime', textAt(quake, 'OriginTime'), JAPAN_OFFSET),
    latitude: readLatitude(faults, 'Coordinate', position.latitude),
    longitude: readLongitude(faults, 'Coordinate', position.longitude),
    depthKm: readDepthKm(faults, 'Coordinate', position.depthKm),
    magnitude: findMagnitude(faults, quake),
    place: cleanPlace(area ? textAt(area, 'Name') : ''),
  })
}

/** A revision telegram gives both spellings; the one in minutes is the revised hypocentre, the other its rounding. */
function finest(positions: readonly (JmaPosition | null)[]): JmaPosition | null {
  return (
    positions.find((position) => position?.minutes === true) ?? positions.find((position) => position !== null) ?? null
  )
}

/** JMA's own scale first; NaN with "不明" or "Ｍ８を超える巨大地震" is no number, and then Mw may stand beside it. */
function findMagnitude(faults: Refusal[], quake: XmlElement): Magnitude | null {
  const found = childrenOf(quake, 'Magnitude').map((element) => {
    const how = { digits: 2, type: element.attributes.get('type') ?? '', minusOne: false }
    return readMagnitude(faults, 'Magnitude', element.text.trim(), how)
  })
  const given = found.filter((magnitude) => magnitude !== null)
  return given.find((magnitude) => magnitude.type === 'Mj') ?? given[0] ?? null
}

/** Eruptions abroad come in the telegram for distant earthquakes, told apart by the comment alone (feeds.md §1.9). */
function isEruption(body: XmlElement | null): boolean {
  const comments = body && childOf(body, 'Comments')
  return comments !== null && /噴火/.test(textAt(comments, 'FreeFormComment').slice(0, 2_000))
}

/** True for the title of a telegram that may hold a hypocentre, and for one that says nothing. */
export function mayDetermine(title: string): boolean {
  return title === '' || setAside(title.normalize('NFKC')) === null
}

/** Where the telegrams of an index are. */
export interface TelegramLink {
  id: string
  title: string
  url: string
}

/**
 * The telegrams that JMA's Atom index (eqvol.xml) lists, newest first as it stands; at most 500. The caller decides which
 * hosts it follows.
 * @throws UnreadableFeed a rule of readXml
 */
export function findTelegrams(text: string): TelegramLink[] {
  return childrenOf(readXml(text), 'entry', ATOM)
    .slice(0, 500)
    .map((entry) => ({
      id: cleanId(textAt(entry, 'id')),
      title: cleanPlace(textAt(entry, 'title')),
      url: (childOf(entry, 'link', ATOM)?.attributes.get('href') ?? '').slice(0, 500),
    }))
}
