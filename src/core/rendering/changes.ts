// In: two determinations of one quake. Out: which printed values differ, in words.
// Must not compare what is not printed: a change below the printed digits is none for a citizen.
import type { SpokenOrigin } from '../notice.ts'
import { formatDepth, formatMagnitude, formatMoment, formatPosition, type TimeForm } from './format.ts'
import { kindWord, labelOf } from './label.ts'
import { speakName } from './spoken-name.ts'

export interface Change {
  /** 震级, 震中位置 … */
  item: string
  from: string
  to: string
}

const SOURCE = '测定来源'

/**
 * Lists the printed values that differ, in the order of the regulated sentence.
 * @throws UnspeakableFact when either determination holds a value that cannot be printed
 */
export function listChanges(previous: SpokenOrigin, now: SpokenOrigin, form: TimeForm): Change[] {
  const printed = (of: SpokenOrigin, which: string): [item: string, value: string][] => {
    const kind = kindWord(of.kind)
    const label = labelOf(of.sourceCode, of.automatic)
    return [
      [SOURCE, label.full],
      ['发震时刻', formatMoment(of.originTime, form, `${which}.originTime`)],
      ['震中地名', speakName(of.place, `${which}.place`, 60)],
      ['震中位置', formatPosition(of.latitude, of.longitude)],
      ['事件类型', kind ? kind.mark : '地震'],
      ['震级', `${formatMagnitude(of.magnitude, `${which}.magnitude`)}级`],
      ['震源深度', label.automatic ? '' : formatDepth(of.depthKm, kind !== null)],
    ]
  }
  const before = printed(previous, 'previous')
  return printed(now, 'origin').flatMap(([item, to], i) => {
    const from = before[i]?.[1] ?? ''
    return from === to || to === '' ? [] : [{ item, from, to }]
  })
}

/**
 * Names what was wrong in a notice: only values it did print; who determined it is no error.
 * @returns 震级、震源深度, or 有关内容 when no printed value differs
 */
export function nameErrors(changes: readonly Change[]): string {
  const wrong = changes.filter(({ item, from }) => from !== '' && item !== SOURCE).map(({ item }) => item)
  return wrong.join('、') || '有关内容'
}

/** 震级由5.0级修订为5.2级，震源深度修订为10千米; '' when nothing differs. */
export function describeChanges(changes: readonly Change[]): string {
  return changes
    .map(({ item, from, to }) => (from === '' ? `${item}修订为${to}` : `${item}由${from}修订为${to}`))
    .join('；')
}
