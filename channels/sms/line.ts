// In: the words of an alarm or a notice. Out: the values of a template's variables, each within its length.
// Must not cut inside a number or a Latin word, nor cut without saying so.
import { longestOf, type Part, type SmsConfig } from './config.ts'

/** Says that there is more, and where. */
const MORE = '…见值班台'
/** Letters and digits that belong together: 7.1, 19:12, M6.5, a-03f2. */
const JOINED = /[\p{Nd}A-Za-z.:%°_-]/u

/** Code points, as the vendors count. */
export const countCharacters = (text: string): number => Array.from(text).length

/**
 * Text as a variable may hold it. Both vendors refuse addresses in variables; Aliyun puts its sign in 【】 and takes no
 * others, and no pictographs (通知短信模板规范). The marks of drill and demonstration stay: those never reach a vendor.
 */
export function cleanLine(text: string): string {
  const mark = /^\s*【演[练示]】/.exec(text)?.[0] ?? ''
  const rest = text
    .slice(mark.length)
    .replaceAll(mark.trim() || '\n', ' ')
    .replace(/https?:\/\/[\w\-.~:/?#@!$&'()*+,;=%[\]]+/gi, '（网址见值班台）')
    .replace(/^\s*【([^【】]*)】/u, '$1：')
    .replace(/【([^【】]*)】/gu, '“$1”')
    .replace(/[【】]/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{So}\p{Cs}\p{Co}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return `${mark.trim()}${rest}`
}

/** A cleaned line in at most this many characters; what does not fit is said to be at the desk. */
export function cutLine(text: string, most: number): string {
  const points = Array.from(text)
  if (points.length <= most) return text
  const room = Math.max(0, most - countCharacters(MORE))
  let end = room
  while (end > 0 && JOINED.test(points[end - 1] ?? '') && JOINED.test(points[end] ?? '')) end -= 1
  const kept = points.slice(0, end > room / 2 ? end : room).join('')
  return `${kept.replace(/[，、；：（“\s]+$/u, '')}${MORE}`
}

export interface Words {
  /** Cleaned. */
  line: string
  serial: string
}

/** What each kind of variable holds; null when it cannot hold the serial. */
export function fillParts(config: SmsConfig, { line, serial }: Words): Record<Part, string> | null {
  const most = longestOf(config)
  if (countCharacters(serial) > most) return null
  if (config.parameters.serial !== undefined) return { line: cutLine(line, most), serial }
  const tail = ` ${serial}`
  const room = most - countCharacters(tail)
  return room < countCharacters(MORE) ? null : { line: `${cutLine(line, room)}${tail}`, serial }
}
