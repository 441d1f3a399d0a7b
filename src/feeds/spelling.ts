// In: a value as people write it ("北纬41.26°", "7.1级", "2024年01月23日02时09分", full-width digits). Out: its plain spelling.
// Must not guess: what does not fit one of these forms whole comes back as it was and is refused further on.

/** Longest value that is looked at; the longest honest one is a date in Chinese, some 25 characters. */
const MAX_VALUE = 60

const ANGLE =
  /^(北纬|北緯|南纬|南緯|东经|東経|西经|西経|[NSEW])?\s?([+-]?\d{1,3}(?:\.\d{1,20})?)\s?(?:°|度)?\s?([NSEW])?$/i
const SOUTH_OR_WEST = /^(?:南|西|[SW])/i
const AXIS = { latitude: /^(?:北|南|[NS])/i, longitude: /^(?:东|東|西|[EW])/i } as const

/**
 * Degrees with the hemisphere as a sign: "41.26°S", "南纬41.26度" → "-41.26".
 * A hemisphere of the other axis, one beside a sign, or two of them leave the value as it was.
 */
export function plainAngle(raw: unknown, axis: keyof typeof AXIS): unknown {
  const match = typeof raw === 'string' ? ANGLE.exec(narrow(raw)) : null
  if (!match) return raw
  const [, before = '', number = '', after = ''] = match
  const hemisphere = before || after
  if (hemisphere === '') return number
  const doubtful = (before !== '' && after !== '') || /^[+-]/.test(number) || !AXIS[axis].test(hemisphere)
  return doubtful ? raw : `${SOUTH_OR_WEST.test(hemisphere) ? '-' : ''}${number}`
}

/** "M7.1", "7.1级", "７．１" → "7.1". Another scale than M is no spelling of it: "Ms7.1" stays. */
export function plainMagnitude(raw: unknown): unknown {
  const match = typeof raw === 'string' ? /^M?\s?(-?\d{1,4}(?:\.\d{1,20})?)\s?级?$/.exec(narrow(raw)) : null
  return match ? match[1] : raw
}

/** "2024年1月23日2时9分4秒" → "2024-1-23 2:09:04"; a missing second is 0. A date without a year stays as it was. */
export function plainTime(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  const text = narrow(raw)
  const match =
    /^(\d{4})年(\d{1,2})月(\d{1,2})日\s?(\d{1,2})[时時:](\d{1,2})(?:分|:)?(?:(\d{1,2})(\.\d{1,9})?秒?)?$/.exec(text)
  if (!match) return /[０-９：－／．]/.test(raw) ? text : raw
  const [, year, month, day, hour, minute = '', second = '', fraction = ''] = match
  return `${year}-${month}-${day} ${hour}:${minute.padStart(2, '0')}:${second.padStart(2, '0')}${fraction}`
}

/** Full-width signs become plain ones (Unicode NFKC). */
function narrow(raw: string): string {
  return raw.slice(0, MAX_VALUE).normalize('NFKC').trim()
}
