// In: the facts of a notice. Out: the texts a template may print, every one already in its official form.
// Must not print anything itself, and never hands a template a number, a date or an object to format.
//
// For people who edit templates. Every field is text; '' means "not said", and printing '' stops the notice, so a field
// marked ? stands inside {% if field %}…{% endif %}. Only if/elsif/else, unless, for, comment and include (a quoted _name)
// exist; no filters. Every template may also print text, title and brief, which are rendered before the others.
//   bureau bureauShort   银川市地震局, its short name
//   serial reportNo serialReport   银震信〔2017〕12号 · 第2报 · both with a space between: the marker probes look for
//   serialThing serialSpoken   at most 20 字 (else only 第2报) · 银震信2017年12号第2报 for reading aloud
//   url   the one short address of this notice
//   issued issuedDated issuedStamp   06月03日18时13分 · with year · 2017年06月03日 18:13
// Notices about a quake (quick-report, formal-report, revision, correction):
//   label labelBrief   中国地震台网自动测定 / …正式测定 / 宁夏地震台网测定 · 自动测定 / 正式测定 / 宁夏台网
//   automatic?   set for 自动测定: choose the sentence with 附近, 左右, 最终结果以正式速报为准
//   time day timeDated timeStamp   06月03日18时11分 · 06月03日 · with year · for WeChat time fields
//   timeSpoken   6月3日18时11分, never padded, for reading aloud
//   where   place, with （塌陷） and 附近 where they belong    whereBrief  the same, a long place replaced by its position
//   whereThing  at most 20 字                 whereTitle? the place, else its position, if it fits a 32 字 title
//   position   北纬37.98度，东经103.59度      magnitude   5.0 (write 级 after it)      depth?   10千米
//   kind? gloss?   塌陷 · one sentence that explains it
//   home?   距银川市约240公里      felt?   部分地区可能有感      nearest   list of {name, distance: 83公里}, may be empty
//   nearby?   距甲县12公里、距乙县15公里
// revision:   changes?   震级由5.0级修订为5.2级；…      changesSpoken?   the same, times unpadded
//   changesThing? changesBrief?   the same if it fits 20 字 · if it is short, else 较第1报修订了震级、震源深度
// revision and correction:   changedItems   震级、震源深度
//   replaces replacesNo replacesThing replacesTitle   银震信〔2017〕12号 第1报 · 第1报 · the first of both that fits
//   20 字, or a title      replacesSpoken   银震信2017年12号第1报
//   replacedTime? replacedTimeSpoken?   when it was issued · never padded
// withdrawal: replaces… and replacedTime only; the determination is blank, because a withdrawal must not restate it.
// no-quake, and a withdrawal for that reason:   window   06月03日18时00分至18时30分      windowSpoken  the same, unpadded
//   area areaThing areaTitle?   银川市 · at most 20 字 · if it fits a title      floor   3.0 (write 级及以上)      cause?   施工
// bulletin, science, announcement: see written-view.ts.
import { AREA_LIMIT } from '../denied-area.ts'
import type { Instant } from '../instant.ts'
import { isCorrecting, isWritten, type NoticeFacts, type SpokenOrigin } from '../notice.ts'
import { nameErrors, sayRevised } from './changes.ts'
import * as format from './format.ts'
import { UnspeakableFact, type TimeForm } from './format.ts'
import { KIND_MARKS, kindWord, labelOf } from './label.ts'
import { countCharacters, firstThatFits, speakAddress, speakName, THING } from './spoken-name.ts'
import { sayWritten, WRITTEN_BLANK } from './written-view.ts'

/** WeChat's titles have at most 32 字 (channels.md §2.3). */
const TITLE = 32
/** 【演练】 stands at both ends of a title, and once in the first and in the last field of a subscribe notice. */
const DRILL_MARK = 4
/** A longer place gives way to its position in short texts, so that 130 Weibo characters hold the longest of them. */
const BRIEF_PLACE = 18

const BLANK = {
  bureau: '',
  bureauShort: '',
  serial: '',
  reportNo: '',
  serialReport: '',
  serialThing: '',
  serialSpoken: '',
  url: '',
  issued: '',
  issuedDated: '',
  issuedStamp: '',
  label: '',
  labelBrief: '',
  automatic: '',
  time: '',
  day: '',
  timeDated: '',
  timeStamp: '',
  timeSpoken: '',
  where: '',
  whereBrief: '',
  whereThing: '',
  whereTitle: '',
  position: '',
  magnitude: '',
  depth: '',
  kind: '',
  gloss: '',
  home: '',
  felt: '',
  nearby: '',
  changes: '',
  changesSpoken: '',
  changesThing: '',
  changesBrief: '',
  changedItems: '',
  replaces: '',
  replacesNo: '',
  replacesThing: '',
  replacesSpoken: '',
  replacesTitle: '',
  replacedTime: '',
  replacedTimeSpoken: '',
  window: '',
  windowSpoken: '',
  area: '',
  areaThing: '',
  areaTitle: '',
  floor: '',
  cause: '',
  ...WRITTEN_BLANK,
}

/** All fields are texts but the two lists. */
export type NoticeView = typeof BLANK & {
  nearest: { name: string; distance: string }[]
  paragraphs: { line: string }[]
}

/** Names a template may use; anything else is refused when the templates are read. */
export const VIEW_FIELDS: ReadonlySet<string> = new Set([...Object.keys(BLANK), 'nearest', 'paragraphs'])

/**
 * Prepares every text a template of this notice may print.
 * @throws UnspeakableFact naming the fact that is missing or cannot be said
 */
export function viewOf(facts: NoticeFacts, form: TimeForm = 'padded'): NoticeView {
  if (facts.class === 'test') throw new UnspeakableFact('class', 'foreign test traffic is never spoken')
  const view: NoticeView = { ...BLANK, nearest: [], paragraphs: [] }
  Object.assign(view, sayIdentity(facts, form), sayReplaced(facts, form))
  const { kind, origin } = facts
  if (kind === 'withdrawal' || kind === 'no-quake') {
    if (kind === 'no-quake' || facts.withdrawal === 'no-quake') Object.assign(view, sayChecked(facts, form))
    return view
  }
  if (isWritten(kind))
    return Object.assign(view, sayWritten(facts.written, form), { corrects: isCorrecting(facts) ? '是' : '' })
  if (origin === null) throw new UnspeakableFact('origin', `a ${kind} states a determination`)
  Object.assign(view, sayOrigin(facts, origin, form), saySurroundings(facts))
  if (kind === 'revision' && facts.previous === null) throw new UnspeakableFact('previous', 'a revision says from what')
  if (kind === 'revision')
    Object.assign(view, sayRevised(facts.previous, origin, form, view.replacesNo, lastThing(facts)))
  if (kind === 'correction') view.changedItems = nameErrors(facts.previous, origin, form)
  return view
}

function sayIdentity(facts: NoticeFacts, form: TimeForm): Partial<NoticeView> {
  const serial = speakName(facts.serial, 'serial', 40)
  if (!Number.isInteger(facts.report) || facts.report < 1) throw new UnspeakableFact('report', 'counts from 1')
  const reportNo = `第${facts.report}报`
  const serialReport = `${serial} ${reportNo}`
  return {
    bureau: speakName(facts.bureauName, 'bureauName', 40),
    bureauShort: speakName(facts.bureauShortName, 'bureauShortName', 40),
    serial,
    reportNo,
    serialReport,
    serialThing: firstThatFits(THING, serialReport, reportNo),
    serialSpoken: speakSerial(serialReport),
    url: speakAddress(facts.url),
    issued: format.formatMoment(facts.issuedAt, form, 'issuedAt'),
    issuedDated: format.formatDatedMoment(facts.issuedAt, form, 'issuedAt'),
    issuedStamp: format.formatStamp(facts.issuedAt, 'issuedAt'),
  }
}

/** 银震信2017年12号第2报: brackets and blanks are not read aloud. */
function speakSerial(serialReport: string): string {
  return serialReport.replace(/〔(\d{4})〕/, '$1年').replace(/ (?=第)/, '')
}

function sayReplaced(facts: NoticeFacts, form: TimeForm): Partial<NoticeView> {
  const follows = facts.kind === 'withdrawal' || facts.kind === 'revision' || facts.kind === 'correction'
  const needed = follows || isCorrecting(facts)
  if (!needed) return {}
  const replaces = speakName(facts.replaces, 'replaces', 50)
  const number = /第\d{1,6}报$/.exec(replaces)?.[0]
  if (number === undefined) throw new UnspeakableFact('replaces', 'does not end with 第N报')
  const at = facts.replacedIssuedAt
  if (at === null && facts.kind === 'withdrawal') {
    throw new UnspeakableFact('replacedIssuedAt', 'a withdrawal says when the notice was issued')
  }
  const yearOf = (moment: Instant): string => format.formatDatedMoment(moment, form, 'replacedIssuedAt').slice(0, 5)
  const sayWhen = (how: TimeForm): string => {
    if (at === null) return ''
    const say = yearOf(at) === yearOf(facts.issuedAt) ? format.formatMoment : format.formatDatedMoment
    return say(at, how, 'replacedIssuedAt')
  }
  return {
    replaces,
    replacesNo: number,
    replacesThing: firstThatFits(THING, replaces, number),
    replacesSpoken: speakSerial(replaces),
    // 【撤回】 and 已撤回 stand around it.
    replacesTitle: firstThatFits(titleRoom(facts) - 7, replaces, number),
    replacedTime: sayWhen(form),
    replacedTimeSpoken: sayWhen('unpadded'),
  }
}

function sayOrigin(facts: NoticeFacts, origin: SpokenOrigin, form: TimeForm): Partial<NoticeView> {
  const label = labelOf(origin.sourceCode, origin.automatic || facts.kind === 'quick-report')
  if ((facts.kind === 'quick-report' || origin.automatic) && label.national) {
    throw new UnspeakableFact('sourceCode', '正式测定 cannot stand in a quick report, nor on what no analyst has seen')
  }
  if (facts.kind === 'formal-report' && label.automatic) {
    throw new UnspeakableFact('sourceCode', '自动测定 cannot stand in a formal report')
  }
  const { automatic } = label
  const kind = kindWord(origin.kind)
  const position = format.formatPosition(origin.latitude, origin.longitude)
  const place = dropKindMark(speakName(origin.place, 'place', 60), kind?.mark ?? null)
  const mark = kind ? `（${kind.mark}）` : ''
  // A source's own 附近 or 附近海域 already is the invariant; said twice it reads as an error.
  const near = automatic && !/附近(?:海域|地区)?$/.test(place) ? '附近' : ''
  const where = place + mark + near
  const at = position + mark + (automatic ? '附近' : '')
  const prefix = facts.kind === 'revision' || facts.kind === 'correction' ? 4 : 0
  const magnitude = format.formatMagnitude(origin.magnitude)
  const title = `发生${magnitude}级${automatic ? '左右' : ''}地震`
  return {
    label: label.full,
    labelBrief: label.brief,
    automatic: automatic ? '是' : '',
    time: format.formatMoment(origin.originTime, form, 'originTime'),
    day: format.formatDay(origin.originTime, form, 'originTime'),
    timeDated: format.formatDatedMoment(origin.originTime, form, 'originTime'),
    timeStamp: format.formatStamp(origin.originTime, 'originTime'),
    timeSpoken: format.formatMoment(origin.originTime, 'unpadded', 'originTime'),
    where,
    whereBrief: countCharacters(where) <= BRIEF_PLACE ? where : at,
    whereThing: firstThatFits(THING, where, at, position),
    whereTitle: firstThatFits(titleRoom(facts) - prefix - countCharacters(title), where, at),
    position,
    magnitude,
    // The automatic sentence has no depth (wording-and-rules.md §2.1).
    depth: automatic ? '' : format.formatDepth(origin.depthKm, kind !== null),
    kind: kind?.mark ?? '',
    gloss: kind?.gloss ?? '',
  }
}

/** Characters a title may have inside the drill marks. */
function titleRoom(facts: NoticeFacts): number {
  return facts.class === 'drill' ? TITLE - 2 * DRILL_MARK : TITLE
}

/** Characters the last field of a subscribe notice may have before the drill mark. */
function lastThing(facts: NoticeFacts): number {
  return facts.class === 'drill' ? THING - DRILL_MARK : THING
}

/** The place without the bracket word that we set ourselves and without a trailing 附近 behind it. */
function dropKindMark(place: string, mark: string | null): string {
  if (mark === null) return place
  const own = KIND_MARKS.map((word) => `（${word}）`).find((word) => place.endsWith(word))
  const bare = own === undefined ? place : place.slice(0, -own.length)
  if (bare === '') throw new UnspeakableFact('place', 'holds nothing but its kind')
  return bare
}

function saySurroundings(facts: NoticeFacts): Partial<NoticeView> {
  const home = facts.home === null ? null : speakName(facts.home.name, 'home', 30)
  const homeKm = facts.home === null ? '' : format.formatKilometres(facts.home.distanceKm, 'home')
  // One place, one distance: official texts have listed a city twice with two figures (wording-and-rules.md §2.3).
  const seen = new Set<string>(home === null ? [] : [home])
  const nearest = facts.nearest
    .slice(0, 50)
    .toSorted((a, b) => a.distanceKm - b.distanceKm)
    .map((row) => ({
      name: speakName(row.name, 'nearest', 30),
      distance: sayDistance(format.formatKilometres(row.distanceKm, 'nearest')),
    }))
    .filter((row) => !seen.has(row.name) && seen.add(row.name))
    .slice(0, 10)
  return {
    home: home === null || homeKm === '0' ? '' : `距${home}约${homeKm}公里`,
    felt: facts.maybeFelt ? '部分地区可能有感' : '',
    nearest,
    nearby: nearest.map((row) => `距${row.name}${row.distance}`).join('、'),
  }
}

function sayDistance(km: string): string {
  return km === '0' ? '不足1公里' : `${km}公里`
}

function sayChecked(facts: NoticeFacts, form: TimeForm): Partial<NoticeView> {
  const { checked } = facts
  if (checked === null) throw new UnspeakableFact('checked', '未发生 needs a window, an area and a magnitude floor')
  const area = speakName(checked.area, 'checked.area', AREA_LIMIT)
  return {
    window: format.formatWindow(checked.from, checked.to, form),
    windowSpoken: format.formatWindow(checked.from, checked.to, 'unpadded'),
    area,
    areaThing: firstThatFits(THING, area, '详见公告'),
    // 关于…震动情况的核实公告 stands around it.
    areaTitle: firstThatFits(titleRoom(facts) - 11, area),
    floor: format.formatMagnitude(checked.magnitudeFloor, 'checked.magnitudeFloor'),
    cause: checked.cause.trim() === '' ? '' : speakName(checked.cause, 'checked.cause', AREA_LIMIT),
  }
}
