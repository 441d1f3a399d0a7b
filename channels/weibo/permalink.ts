// In: a numeric post id. Out: the address people open.
// Must not use floating point: ids pass 2^53.

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/**
 * The short form of a mid in permalinks: seven decimal digits at a time from the right become four base-62 digits,
 * the leftmost group unpadded (channels.md §1.2 [R]; undocumented, stable since 2011).
 * @param mid decimal digits
 */
export function shortenMid(mid: string): string {
  let out = ''
  for (let end = mid.length; end > 0; end -= 7) {
    const start = Math.max(0, end - 7)
    const group = toBase62(Number(mid.slice(start, end)))
    out = (start > 0 ? group.padStart(4, '0') : group) + out
  }
  return out
}

/** Address of a post, e.g. https://weibo.com/<uid>/<short mid>. */
export function permalink(pageUrl: string, uid: string, mid: string): string {
  return `${pageUrl.replace(/\/+$/, '')}/${uid}/${shortenMid(mid)}`
}

function toBase62(value: number): string {
  let rest = value
  let out = ''
  do {
    out = ALPHABET.charAt(rest % 62) + out
    rest = Math.floor(rest / 62)
  } while (rest > 0)
  return out
}
