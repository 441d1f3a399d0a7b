// In: text that claims to be base64url. Out: its bytes, or null.
// Must not forgive: padding, other alphabets and stray bits are refused (RFC 4648 §5, RFC 7515 §2).

/** @returns the bytes; null when the text is not the one base64url form of any bytes */
export function readBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}
