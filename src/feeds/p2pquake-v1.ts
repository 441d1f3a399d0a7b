// In: values as P2P地震情報's first API wrote them for people ("24日20時05分", "N35.8", "ごく浅い"). Out: plain values.
// Must not invent a month: a day that does not fit the message's own date is refused.
import type { Instant } from '../core/instant.ts'
import { DAY, JAPAN_OFFSET, MINUTE, parseWallTime } from '../core/instant.ts'
import type { Refusal } from './rows.ts'
import { quote, readTime } from './rows.ts'

/** "N35.8" → "35.8", "W120.1" → "-120.1"; anything else comes back as it is. */
export function readHumanAngle(raw: unknown): unknown {
  const match = typeof raw === 'string' ? /^([NSEW])\s?(\d{1,3}(?:\.\d{1,6})?)$/i.exec(raw.trim()) : null
  if (!match) return raw
  const [, letter = '', degrees = ''] = match
  return /[SW]/i.test(letter) ? `-${degrees}` : degrees
}

/** "ごく浅い" (very shallow) is JMA's 0 km. */
export function readHumanDepth(raw: unknown): unknown {
  return typeof raw === 'string' && raw.trim() === 'ごく浅い' ? '0' : raw
}

/**
 * The origin time: a date and time in Japan Standard Time, or day, hour and minute on the date of the message.
 * Rules origin-time-text, origin-time-range, origin-time-day (the day is neither the message's nor the one before).
 * @param messageTime time of the message itself, JST
 */
export function readHumanTime(faults: Refusal[], raw: unknown, messageTime: unknown): Instant | null {
  const match = typeof raw === 'string' ? /^(\d{1,2})日(\d{1,2})時(\d{1,2})分/.exec(raw.trim()) : null
  if (!match) return readTime(faults, 'earthquake.time', raw, JAPAN_OFFSET)
  const message = readTime(faults, 'time', messageTime, JAPAN_OFFSET, 'message-time')
  const [, day, hour, minute = ''] = match
  for (const back of [0, DAY]) {
    const date = message === null ? null : new Date(message + JAPAN_OFFSET - back)
    if (date?.getUTCDate() !== Number(day)) continue
    const wall = `${date.getUTCFullYear()}-${date.getUTCMonth() + 1}-${day} ${hour}:${minute.padStart(2, '0')}`
    const at = parseWallTime(wall, JAPAN_OFFSET)
    if (at !== null && message !== null && at <= message + MINUTE) return at
  }
  const reason = `earthquake.time is ${quote(raw)} in a message of ${quote(messageTime)}, expected that day or the one before`
  faults.push({ rule: 'origin-time-day', reason })
  return null
}
