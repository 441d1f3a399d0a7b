// In: two determinations of one quake. Out: which printed values differ, in words.
// Must not compare what is not printed: a change below the printed digits is none for a citizen.
import type { SpokenOrigin } from '../notice.ts'
import { readPlace } from '../places/county-names.ts'
import { formatDepth, formatMagnitude, formatMoment, formatPosition, UnspeakableFact, type TimeForm } from './format.ts'
import { kindWord, labelOf } from './label.ts'
import { firstThatFits, speakName } from './spoken-name.ts'

interface Change {
  /** 震级, 震中位置 … */
  item: string
  from: string
  to: string
}

const SOURCE = '测定来源'
const PLACE = '震中地名'
const MAGNITUDE = '震级'

/**
 * Lists the printed values that differ, in the order of the regulated sentence.
 * @throws UnspeakableFact when either determination holds a value that cannot be printed
 */
function listChanges(previous: SpokenOrigin, now: SpokenOrigin, form: TimeForm): Change[] {
  const printed = (of: SpokenOrigin, which: string): [item: string, value: string][] => {
    const kind = kindWord(of.kind)
    const label = labelOf(of.sourceCode, of.automatic)
    return [
      [SOURCE, label.full],
      ['发震时刻', formatMoment(of.originTime, form, `${which}.originTime`)],
      [PLACE, speakName(of.place, `${which}.place`, 60)],
      ['震中位置', formatPosition(of.latitude, of.longitude)],
      ['事件类型', kind ? kind.mark : '地震'],
      [MAGNITUDE, `${formatMagnitude(of.magnitude, `${which}.magnitude`)}级`],
      ['震源深度', label.automatic ? '' : formatDepth(of.depthKm, kind !== null)],
    ]
  }
  const before = printed(previous, 'previous')
  return printed(now, 'origin').flatMap(([item, to], i) => {
    const from = before[i]?.[1] ?? ''
    const same = from === to || (item === PLACE && isSamePlace(from, to))
    return same || to === '' ? [] : [{ item, from, to }]
  })
}

/** Sources spell one county in several ways (内蒙古自治区…, 阿左旗): another spelling is neither a change nor an error. */
function isSamePlace(before: string, now: string): boolean {
  const [a, b] = [readPlace(before), readPlace(now)].map(({ counties, leftovers }) =>
    counties.length === 0 ? null : [...new Set(counties.map(({ code }) => code)), ...leftovers].toSorted().join(),
  )
  return a !== null && a === b
}

/** An old value that cannot be printed must not hold up the notice that puts it right. */
function listKnownChanges(previous: SpokenOrigin | null, now: SpokenOrigin, form: TimeForm): Change[] {
  if (previous === null) return []
  try {
    return listChanges(previous, now, form)
  } catch (error) {
    if (error instanceof UnspeakableFact) return []
    throw error
  }
}

/**
 * Names what a correction puts right: only values that the notice did print; who determined it is no error. The old
 * value itself is never said again (DESIGN L8).
 * @returns 震级、震源深度, or 有关内容 when no printed value differs
 */
export function nameErrors(previous: SpokenOrigin | null, now: SpokenOrigin, form: TimeForm): string {
  const changes = listKnownChanges(previous, now, form)
  const wrong = changes.filter(({ item, from }) => from !== '' && item !== SOURCE).map(({ item }) => item)
  return wrong.join('、') || '有关内容'
}

/** What a revision says of its changes; '' where nothing printed differs, or where it does not fit. */
interface Revised {
  /** 震级由5.0级修订为5.2级；震源深度修订为10千米 */
  changes: string
  /** The same with times as they are read aloud. */
  changesSpoken: string
  /** The same if it fits a `thing` of WeChat, 20 字 less the drill mark. */
  changesThing: string
  /** The same if it is short, else 较第1报修订了震级、震源深度 or …了震级等4项. */
  changesBrief: string
  /** 震级、震源深度 */
  changedItems: string
}

/** More than one figure with both its values would push the rest out of a short Weibo text. */
const BRIEF = 24
const ITEMS = 2

/**
 * @param number 第N报 of the notice that is revised
 * @param thing characters that a `thing` has room for
 */
export function sayRevised(
  previous: SpokenOrigin | null,
  now: SpokenOrigin,
  form: TimeForm,
  number: string,
  thing: number,
): Revised {
  const changes = listKnownChanges(previous, now, form)
  const told = describeChanges(changes)
  const items = changes.map((change) => change.item)
  // People ask for the magnitude first.
  const first = items.includes(MAGNITUDE) ? MAGNITUDE : (items[0] ?? '')
  const named = items.length > ITEMS ? `${first}等${items.length}项` : items.join('、')
  return {
    changes: told,
    changesSpoken: describeChanges(listKnownChanges(previous, now, 'unpadded')),
    changesThing: firstThatFits(thing, told),
    changesBrief: told === '' ? '' : firstThatFits(BRIEF, told) || `较${number}修订了${named}`,
    changedItems: items.join('、') || '有关内容',
  }
}

/** 震级由5.0级修订为5.2级；震源深度修订为10千米. */
function describeChanges(changes: readonly Change[]): string {
  return changes
    .map(({ item, from, to }) => (from === '' ? `${item}修订为${to}` : `${item}由${from}修订为${to}`))
    .join('；')
}
