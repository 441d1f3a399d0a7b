// In: a reply body, untrusted. Out: a plain object whose long integers are texts, and typed readers for its fields.
// Must not throw on any body: an unreadable one is null, and the caller knows what that means after its call.

/** V8 hands the raw text of a primitive to the reviver (ECMA-262 "JSON.parse source text access", Node >= 21). */
type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown

const keepLongIntegers: SourceReviver = (_key, value, context) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && context.source !== undefined
    ? context.source
    : value

/**
 * Reads a JSON object. Integers beyond 2^53 (Weibo ids, WeChat msg_data_id, channels.md §1.2 and §2) come out as the
 * digits that were sent.
 * @returns null for anything that is not a JSON object: HTML, a truncated body, an array, a bare value
 */
export function parseObject(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(
      body.replace(/^\uFEFF/, ''),
      keepLongIntegers as (k: string, v: unknown) => unknown,
    )
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

/** True for objects that are not arrays. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own field of an untrusted object; undefined when it is none. */
export function field(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** A decimal id given as text or number: 1 to 32 digits. null for everything else, 0 included. */
export function readId(value: unknown): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && /^\d{1,32}$/.test(text) && !/^0+$/.test(text) ? text : null
}

/** An error code given as text or number: an optional minus and up to 9 digits. null for everything else. */
export function readCode(value: unknown): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && /^-?\d{1,9}$/.test(text) ? text : null
}

/** An opaque platform id (media_id, article_id): printable ASCII without blanks, quotes or markup, at most 256 characters. */
export function readToken(value: unknown): string | null {
  return typeof value === 'string' && /^[\x21-\x7e]{1,256}$/.test(value) && !/["'<>\\`]/.test(value) ? value : null
}

/** An http(s) address of at most 2,048 characters; null for everything else. */
export function readAddress(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 2048 || !/^https?:\/\/[^\s"'<>\\]+$/i.test(value)) return null
  return URL.canParse(value) ? value : null
}

/**
 * A text of the platform for people to read: one line, no control or bidi marks. It is not cut here: half a secret at
 * the cut would not be recognised; the guard cuts after it has cleaned.
 */
export function readMessage(value: unknown): string {
  return typeof value === 'string' ? value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim() : ''
}
