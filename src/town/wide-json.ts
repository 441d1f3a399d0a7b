// In: values that hold 64-bit ids, or JSON texts of strangers. Out: JSON text, or values whose wide numbers are strings.
// Must not round an id: both platforms use ids above 2^53 (reference channels.md §1.2, §2).

/** JSON with bigints written as bare numbers. */
export type WideJson = string | number | boolean | bigint | null | WideJson[] | { [key: string]: WideJson | undefined }

/** Writes JSON; a bigint becomes a bare number, an undefined member is left out. */
export function writeWideJson(value: WideJson): string {
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(writeWideJson).join(',')}]`
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [`${JSON.stringify(key)}:${writeWideJson(member)}`],
  )
  return `{${members.join(',')}}`
}

/**
 * Reads JSON; a number that a double cannot hold exactly arrives as the text of its digits.
 * @returns the value, or undefined when the text is not JSON or is UTF-8 broken
 */
export function readWideJson(bytes: Uint8Array): unknown {
  const reviver = (key: string, value: unknown, context?: { source?: string }): unknown => {
    if (key === '__proto__') return undefined
    return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? (context?.source ?? String(value))
      : value
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return JSON.parse(text, reviver)
  } catch {
    return undefined
  }
}
