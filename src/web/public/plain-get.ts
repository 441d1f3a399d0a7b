// In: the bytes of one read from a connection. Out: the GET they are, when they are one whole GET of the plainest kind.
// Must not judge anything doubtful: what two parsers might read in two ways is left to Node's, byte for byte.

/** What an answer made beforehand depends on. */
export interface PlainGet {
  /** Path and query as sent. */
  url: string
  headers: { [name in (typeof READ)[number]]?: string | undefined }
}

/** Fields that a prepared answer looks at. */
const READ = ['accept-encoding', 'if-none-match', 'last-event-id'] as const
/** Fields that change how a message is framed, or whose it is, or what becomes of the connection. */
const DOUBTFUL: ReadonlySet<string> = new Set(['content-length', 'expect', 'transfer-encoding', 'upgrade'])
const isRead = (name: string): name is (typeof READ)[number] => (READ as readonly string[]).includes(name)

/** Node's own limit is 16 kB; browsers send less than one. */
const LONGEST = 8_192
const START = 'GET '
const VERSION = ' HTTP/1.1'
const END = '\r\n\r\n'
/** Without escapes that mean nothing, blanks, or a host in front. */
const URL = /^\/[\w\-./?&=%~+:,;@!$'()*]*$/
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** Visible ASCII, blanks and tabs: no control character, no line end, no byte above. */
const VALUE = /^[\t -~]*$/

/**
 * Reads one request that is whole, alone, without a body, of a client that stays connected (RFC 9112).
 * @returns null for everything else, also what is merely unusual
 */
export function readPlainGet(bytes: Buffer): PlainGet | null {
  const { length } = bytes
  if (length > LONGEST || bytes[0] !== 0x47 || bytes[length - 1] !== 0x0a) return null
  const text = bytes.toString('latin1')
  // Nothing behind the first empty line: no body, no second request.
  if (!text.startsWith(START) || text.indexOf(END) !== length - END.length) return null
  const lines = text.slice(0, -END.length).split('\r\n')
  const request = lines[0] ?? ''
  const url = request.slice(START.length, -VERSION.length)
  if (!request.endsWith(VERSION) || !URL.test(url)) return null
  const headers: PlainGet['headers'] = {}
  let hosts = 0
  for (let at = 1; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1)
    if (colon < 1 || !NAME.test(name) || !VALUE.test(value) || DOUBTFUL.has(name)) return null
    if (name === 'host') hosts += 1
    else if (name === 'connection' && value.trim().toLowerCase() !== 'keep-alive') return null
    else if (isRead(name)) {
      // Twice is a list to some and the last to others.
      if (headers[name] !== undefined) return null
      headers[name] = value.trim()
    }
  }
  return hosts === 1 ? { url, headers } : null
}
