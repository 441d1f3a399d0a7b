// In: the text of a JMA Coordinate element (ISO 6709). Out: degrees and kilometres as decimal texts.
// Must not read degrees-and-minutes as degrees: +3447.1 is 34°47.1′, and the number of digits is the only mark.
import { roundHalfUp } from '../core/decimal.ts'
import { decimalText } from './rows.ts'

/** Decimal texts, ready for the range checks of rows.ts. */
export interface JmaPosition {
  latitude: string
  longitude: string
  /** '' when the text gives none, or 0: JMA writes +0 for ごく浅い, "very shallow", which is no measured depth. */
  depthKm: string
  /** True for the spelling with minutes, which carries a tenth of a minute instead of a tenth of a degree. */
  minutes: boolean
}

const POSITION =
  /^([+-])(\d{1,2}|\d{4}|\d{6})(\.\d{1,6})?([+-])(\d{1,3}|\d{5}|\d{7})(\.\d{1,6})?([+-]\d{1,7}(?:\.\d{1,3})?)?\/?$/

/**
 * Reads "+37.6+141.6-50000/" or "+3447.1+13829.9-23000/"; height in metres, down negative.
 * Up to two and three digits before the point are degrees, two more each are minutes, two more seconds (ISO 6709 annex H).
 * @returns null for an empty text ("震源要素不明") and any other shape
 */
export function parseJmaCoordinate(text: string): JmaPosition | null {
  const match = POSITION.exec(text.trim().slice(0, 60))
  if (!match) return null
  const [, latSign = '', latDigits = '', latRest = '', lonSign = '', lonDigits = '', lonRest = '', height = ''] = match
  const latitude = degrees(latSign, latDigits, latRest, 2)
  const longitude = degrees(lonSign, lonDigits, lonRest, 3)
  const alike = latDigits.length > 2 ? lonDigits.length === latDigits.length + 1 : lonDigits.length <= 3
  if (latitude === null || longitude === null || !alike) return null
  const metres = decimalText(height)
  const kilometres = metres === null || Number(metres) === 0 ? '' : String(-Number(metres) / 1_000)
  return { latitude, longitude, depthKm: kilometres, minutes: latDigits.length > 2 }
}

/** Sexagesimal parts become a decimal of six places, 0.1 m on the ground; plain degrees stay as written. */
function degrees(sign: string, digits: string, rest: string, whole: 2 | 3): string | null {
  if (digits.length <= whole) return decimalText(`${sign}${digits}${rest}`)
  const minutes = Number(digits.length === whole + 2 ? digits.slice(whole) + rest : digits.slice(whole, whole + 2))
  const seconds = digits.length === whole + 4 ? Number(digits.slice(whole + 2) + rest) : 0
  if (minutes >= 60 || seconds >= 60) return null
  const value = Number(digits.slice(0, whole)) + minutes / 60 + seconds / 3_600
  return decimalText(`${sign}${roundHalfUp(value.toFixed(9), 6)}`)
}
