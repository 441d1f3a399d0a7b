// In: a number, or the decimal spelling of one. Out: the same rounded on its digits.
// Must not round the binary value: 1.005 lies below itself there and would lose its last digit (feeds.md §4, float noise).

/**
 * The digits of a number rounded half away from zero (GB/T 8170 rounds a negative value by its absolute value): 5.05 →
 * "5.1", −0.04 → "0.0", never "-0.0".
 * @param value plain decimal spelling without an exponent, or a finite number below 1e21
 * @param digits decimals kept, 0 to 20
 */
export function roundDecimal(value: number | string, digits: number): string {
  const spelled = typeof value === 'number' ? spell(value) : value
  const negative = spelled.startsWith('-')
  const [whole = '0', fraction = ''] = spelled.replace('-', '').split('.')
  const kept = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'))
  const scaled = (kept + (fraction.charAt(digits) >= '5' ? 1n : 0n)).toString().padStart(digits + 1, '0')
  const cut = scaled.length - digits
  const text = digits === 0 ? scaled : `${scaled.slice(0, cut)}.${scaled.slice(cut)}`
  return negative && /[1-9]/.test(text) ? `-${text}` : text
}

/** roundDecimal as a number. */
export function roundHalfUp(value: number | string, digits: number): number {
  return Number(roundDecimal(value, digits))
}

/** JavaScript writes an exponent below 1e-6; toFixed has every digit of so small a number that anything prints. */
function spell(value: number): string {
  return Math.abs(value) < 1e-6 ? value.toFixed(20) : String(value)
}
