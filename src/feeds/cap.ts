// In: one Common Alerting Protocol 1.2 message (or 1.1), or an Atom feed that carries such messages. Out: reports or why not.
// Must not believe words: numbers come from parameters and areas, never from a headline; a warning is no determination.
import { BEIJING_OFFSET, formatUtc } from '../core/instant.ts'
import type { Instant } from '../core/instant.ts'
import type { Lifecycle, ParseFeed, QuakeKind } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { capIds, senderAgency } from './cap-names.ts'
import { readIdTime, sourceLetters, weighSource } from './cenc-source.ts'
import { kindFromWord, splitKindBracket } from './kinds.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, finishRow, gatherRows, quote } from './rows.ts'
import { readDepthKm, readLatitude, readLongitude, readMagnitude, readTime } from './rows.ts'
import { agencyCode, isDrillPlace } from './traffic.ts'
import type { XmlElement } from './xml.ts'
import { childrenOf, readXml, textAt } from './xml.ts'

/** Makes a text without an offset no time at all: CAP obliges every time to carry one. */
const NO_ZONE = Number.NaN

const NAMESPACE = /^urn:oasis:names:tc:emergency:cap:1\.[12]$/

/**
 * Parses CAP messages; every alert is a row. Magnitude two decimals, coordinates four; times carry their offset.
 * Who may send is the door's matter: sender is a claim, not a proof.
 * @throws UnreadableFeed cap-root, or a rule of readXml
 */
export const parseCap: ParseFeed = (text) => {
  const root = readXml(text)
  const alerts = root.local === 'alert' ? [root] : enclosedAlerts(root)
  if (alerts === null || alerts.some((alert) => !NAMESPACE.test(alert.ns))) {
    const found = quote(`${root.ns} ${root.local}`)
    throw new UnreadableFeed('cap-root', `the root element is ${found}, expected alert of CAP 1.1 or 1.2`)
  }
  // A feed that only links its messages says nothing by itself: the links are followed (index-links.ts).
  if (alerts.length === 0) return gatherRows(entriesOf(root), () => ({ ignored: 'message-index' }))
  return gatherRows(alerts, translateAlert)
}

function entriesOf(root: XmlElement): XmlElement[] {
  return root.local === 'feed' ? childrenOf(root, 'entry') : [root]
}

/** Atom entries may hold the whole message in content; null when the root is neither feed nor entry. */
function enclosedAlerts(root: XmlElement): XmlElement[] | null {
  if (root.local !== 'feed' && root.local !== 'entry') return null
  return entriesOf(root)
    .flatMap((entry) => childrenOf(entry, 'content'))
    .flatMap((content) => childrenOf(content, 'alert'))
}

/** msgType → what it does to a quake; Ack and Error are talk between systems. */
const LIFECYCLES = new Map<string, Lifecycle>([
  ['Alert', 'report'],
  ['Update', 'report'],
  ['Cancel', 'cancel'],
])
const STATUSES = new Set(['Actual', 'Exercise', 'System', 'Test'])

const QUAKE = /earthquake|\bquake\b|s[eé]ism|s[ií]smo|terremoto|tremblement de terre|erdbeben|地震|塌陷|矿震|爆破/i
const OTHER_HAZARD = /tsunami|海啸|津波/i
/** EQW is "earthquake warning" among the SAME event codes; EQR, the report, is not. */
const WARNING = /预警|早期警报|early.?warning|shakealert|緊急地震速報|\b(?:eew|eqw)\b/i
const FORECAST = /预报|预测|forecast|predict|outlook/i
const NOT_PAST = /^(?:Immediate|Expected|Future)$/

function translateAlert(alert: XmlElement): RowOutcome {
  const status = capitalised(textAt(alert, 'status'))
  const msgType = capitalised(textAt(alert, 'msgType'))
  if (status === 'Draft') return { ignored: 'draft' }
  if (msgType === 'Ack' || msgType === 'Error') return { ignored: 'acknowledgement' }
  const lifecycle = LIFECYCLES.get(msgType)
  if (!lifecycle || !STATUSES.has(status)) {
    const field = lifecycle ? `status is ${quote(status)}` : `msgType is ${quote(msgType)}`
    return {
      refused: { rule: lifecycle ? 'cap-status' : 'cap-msgtype', reason: `${field}, expected a word of CAP 1.2` },
    }
  }
  // What was addressed to few must not be published to all; that it was taken back may be heard by anybody.
  if (lifecycle === 'report' && /^(?:private|restricted)$/i.test(textAt(alert, 'scope')))
    return { ignored: 'not-public' }
  const infos = childrenOf(alert, 'info').slice(0, MAX_INFOS)
  if (infos.length === 0 && lifecycle === 'report') {
    return { refused: { rule: 'cap-info', reason: `info is missing, expected in msgType ${quote(msgType)}` } }
  }
  const aside = infos.length > 0 ? setAside(infos) : null
  return aside === null ? translateInfos(alert, infos, lifecycle, status) : { ignored: aside }
}

/** CAP's words begin with a capital; some senders write them small. */
function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase()
}

/** One info per language; national systems publish in five at most. */
const MAX_INFOS = 20

/** Chinese first where there are several languages, because its words reach the public; all describe the same event. */
function orderInfos(infos: readonly XmlElement[]): XmlElement[] {
  const chinese = (info: XmlElement): number => (/^zh\b/i.test(textAt(info, 'language')) ? 0 : 1)
  return [...infos].sort((a, b) => chinese(a) - chinese(b))
}

/** Why a message is no determination of an earthquake, or null. A warning in any language makes it one. */
function setAside(infos: readonly XmlElement[]): string | null {
  const events = infos.map((info) =>
    [textAt(info, 'event'), ...childrenOf(info, 'eventCode').map((code) => textAt(code, 'value'))]
      .join(' ')
      .slice(0, 500),
  )
  const words = infos.map((info, at) => `${events[at]} ${textAt(info, 'headline').slice(0, 500)}`)
  if (words.some((text) => WARNING.test(text))) return 'early-warning'
  if (!events.some((event) => QUAKE.test(event)) || events.some((event) => OTHER_HAZARD.test(event)))
    return 'not-a-quake'
  if (words.some((text) => FORECAST.test(text))) return 'forecast'
  return infos.some((info) => NOT_PAST.test(textAt(info, 'urgency'))) ? 'early-warning' : null
}

function translateInfos(
  alert: XmlElement,
  given: readonly XmlElement[],
  lifecycle: Lifecycle,
  status: string,
): RowOutcome {
  const faults: Refusal[] = []
  const infos = orderInfos(given)
  const values = readParameters(infos)
  const ids = capIds(alert, values, lifecycle)
  const code = ids
    .map((id) => (/^[A-Z]{2}\.?\d{14}/.test(id) ? sourceLetters(id) : ''))
    .find((letters) => letters !== '')
  const named = splitKindBracket(cleanPlace(find(values, PLACE) || areaName(infos)))
  const source = weighSource([code ?? ''], [...EVALUATION.map((name) => values.get(name)), named.stage])
  const [latitude, longitude] = findEpicentre(infos, values)
  const sentAt = readTime([], 'sent', textAt(alert, 'sent'), NO_ZONE, 'issued-at')
  return finishRow(faults, {
    lifecycle,
    class: status !== 'Actual' || isExercise(alert, infos) ? 'test' : 'actual',
    sourceEventId: ids[0] ?? '',
    aliases: ids.slice(1),
    revision: sentAt === null ? cleanId(textAt(alert, 'sent')) : formatUtc(sentAt),
    ...source,
    agency: source.agency || agencyCode(find(values, AGENCY)) || senderAgency(textAt(alert, 'sender')),
    kind: named.kind ?? kindOf(infos, values),
    originTime: readOriginTime(faults, infos, values),
    issuedAt: sentAt,
    latitude: readLatitude(faults, 'Latitude or circle', latitude),
    longitude: readLongitude(faults, 'Longitude or circle', longitude),
    depthKm: readDepthKm(faults, 'Depth', depthText(find(values, DEPTH))),
    magnitude: readCapMagnitude(faults, values),
    place: named.place,
    idTime: code === undefined ? null : (ids.map(readIdTime).find((at) => at !== null) ?? null),
  })
}

/** Status says Actual on many a drill that left by mistake; a word at the head of the text outweighs it. */
function isExercise(alert: XmlElement, infos: readonly XmlElement[]): boolean {
  const words = [textAt(alert, 'note'), ...infos.flatMap((info) => [textAt(info, 'event'), textAt(info, 'headline')])]
  return words.some((word) => isDrillPlace(word) || /^\W{0,4}(?:test|drill|exercise)\b/i.test(word))
}

const EVALUATION = ['evaluation', 'evaluationmode', 'reviewstatus', 'autoflag', 'infotypename', '测定类型']
const PLACE = ['locationname', 'placename', 'epicentername', 'epicentrename', 'region', '参考位置', '震中位置']
const AGENCY = ['agency', 'agencyid', 'author', 'contributor', 'eventauthor', '测定单位']
const DEPTH = ['depth', 'depthkm', 'eventdepth', 'focaldepth', '震源深度', '深度']
const MAGNITUDE = ['magnitude', 'eventmagnitude', 'mag', '震级']
const LATITUDE = ['latitude', 'lat', 'epicenterlatitude', 'epicentrelatitude', '纬度']
const LONGITUDE = ['longitude', 'lon', 'long', 'epicenterlongitude', 'epicentrelongitude', '经度']
/** Both coordinates in one value, in the order of a circle (USGS). */
const PAIR = ['eventlatlon', 'latlon', 'epicenter', 'epicentre']
const ORIGIN_TIME = ['origintime', 'eventorigintime', 'eventtime', 'occurrencetime', '发震时刻', '发震时间']

/** Parameters by name in lower case without blanks, dots and the like; the first of a name counts, at most 200. */
function readParameters(infos: readonly XmlElement[]): Map<string, string> {
  const values = new Map<string, string>()
  const parameters = infos.flatMap((info) => childrenOf(info, 'parameter'))
  for (const parameter of parameters.slice(0, 200)) {
    const name = cleanText(textAt(parameter, 'valueName'), 60)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]/gu, '')
    if (name !== '' && !values.has(name)) values.set(name, textAt(parameter, 'value').slice(0, 200))
  }
  return values
}

function find(values: ReadonlyMap<string, string>, names: readonly string[]): string {
  return names.map((name) => values.get(name) ?? '').find((value) => value !== '') ?? ''
}

/** Kilometres as text: words behind the unit go, metres are divided. */
function depthText(text: string): string {
  const metres = /^(-?\d{1,7}(?:\.\d{1,6})?)\s{0,2}(?:m|metres|meters|米)$/i.exec(text.trim())?.[1]
  if (metres !== undefined) return String(Number(metres) / 1_000)
  return text.replace(/(?<=\d)\s{0,2}km\s.{0,40}$/i, '')
}

/** "5.4", "M5.4", "5.4 Mw", "5.4 (Mw)", "5.4级" or "Mww 5.4". */
function readCapMagnitude(faults: Refusal[], values: ReadonlyMap<string, string>): ReturnType<typeof readMagnitude> {
  const text = find(values, MAGNITUDE)
  const [, before = '', number, after = ''] =
    /^(M[A-Za-z]{0,4})?\s{0,2}(-?\d{1,2}(?:\.\d{1,9})?)级?\s{0,2}\(?(M[A-Za-z]{0,4})?\)?$/.exec(text.trim()) ?? []
  const type = values.get('magnitudetype') || values.get('magtype') || before || after
  return readMagnitude(faults, 'Magnitude', number ?? text, { digits: 2, type, minusOne: false })
}

/** "latitude,longitude radius", with or without blanks around the comma. */
const CENTRE = /^\s{0,20}([+-]?\d{1,3}(?:\.\d{1,9})?)\s{0,5},\s{0,5}([+-]?\d{1,3}(?:\.\d{1,9})?)(?:\s|$)/

/** Named parameters, else the centre that all circles share; a polygon has no epicentre. */
function findEpicentre(infos: readonly XmlElement[], values: ReadonlyMap<string, string>): [string, string] {
  const given: [string, string] = [find(values, LATITUDE), find(values, LONGITUDE)]
  if (given[0] !== '' && given[1] !== '') return given
  const circles = infos.flatMap((info) => childrenOf(info, 'area')).flatMap((area) => childrenOf(area, 'circle'))
  const pair = find(values, PAIR)
  const texts = pair === '' ? circles.map((circle) => circle.text) : [pair]
  const centres = new Set(texts.map((text) => CENTRE.exec(text.slice(0, 120))?.slice(1).join(' ') ?? ''))
  const [latitude = '', longitude = ''] = centres.size === 1 ? [...centres].join('').split(' ') : []
  return [latitude, longitude]
}

function areaName(infos: readonly XmlElement[]): string {
  const [area] = infos.flatMap((info) => childrenOf(info, 'area'))
  return area ? textAt(area, 'areaDesc') : ''
}

/** A parameter with its offset (a Chinese label without one is Beijing time), else onset, which CAP obliges to carry one. */
function readOriginTime(
  faults: Refusal[],
  infos: readonly XmlElement[],
  values: ReadonlyMap<string, string>,
): Instant | null {
  const name = ORIGIN_TIME.find((key) => (values.get(key) ?? '') !== '')
  if (name === undefined) {
    const onset = infos.map((info) => textAt(info, 'onset')).find((text) => text !== '')
    return readTime(faults, 'onset', onset, NO_ZONE)
  }
  return readTime(faults, name, values.get(name), name.startsWith('发震') ? BEIJING_OFFSET : NO_ZONE)
}

/** The event word; one that only contains "earthquake" is one, unless it denies that (非天然地震). */
function kindOf(infos: readonly XmlElement[], values: ReadonlyMap<string, string>): QuakeKind {
  const word = values.get('eventtype') ?? (infos[0] ? textAt(infos[0], 'event') : '')
  const kind = kindFromWord(word)
  return kind === 'other' && QUAKE.test(word) && !/非天然/.test(word) ? 'earthquake' : kind
}
