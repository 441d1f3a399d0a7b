// In: Accept-Encoding and If-None-Match as a client sent them. Out: whether packed bytes, or none, may be the answer.
// Must stay linear in what a stranger sends: no expression with two ways to read the same blanks.

/** True when gzip is taken (RFC 9110 §12.5.3); `gzip;q=0` refuses it. A client that says nothing gets plain bytes. */
export function takesGzip(header: string | undefined): boolean {
  if (header === undefined || !header.includes('gzip')) return false
  return header.split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';')
    return name.trim() === 'gzip' && !parameters.some((each) => /^q=0(?:\.0{0,3})?$/.test(each.trim()))
  })
}

/**
 * True when the client holds these bytes already (RFC 9110 §13.1.2): a list, `*`, weak tags as well as strong ones.
 * @param etag strong, with its quotation marks
 */
export function isHeld(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header === etag || header === `W/${etag}`) return true
  return header.split(',').some((one) => {
    const tag = one.trim()
    return tag === '*' || tag === etag || tag === `W/${etag}`
  })
}
