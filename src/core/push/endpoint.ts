// In: the address that a browser gives for its pushes, and addresses that its host resolves to. Out: safe, or the rule it broke.
// The address is a stranger's word and our server will post to it (channels.md §3.2 "SSRF"): what is not listed is refused.
// Must not resolve names; asked at subscribing and again before every connection.

/** The push services of the browsers that there are; anything else is named in the YAML's allowHosts. */
export const PUSH_SERVICES: readonly string[] = [
  'fcm.googleapis.com',
  '*.push.services.mozilla.com',
  '*.notify.windows.com',
  '*.push.apple.com',
]

const LONGEST = 2_048
const LONGEST_HOST = 253

export const ENDPOINT_RULES = [
  'endpoint-form',
  'endpoint-length',
  'endpoint-scheme',
  'endpoint-userinfo',
  'endpoint-fragment',
  'endpoint-ip-literal',
  'endpoint-host',
  'endpoint-port',
  'endpoint-not-local',
  'address-not-public',
  'address-unknown',
] as const
export type EndpointRule = (typeof ENDPOINT_RULES)[number]

export interface Endpoint {
  href: string
  /** https://host or https://host:port, as the VAPID audience wants it (RFC 8292 §2). */
  origin: string
  host: string
  port: number
  /** Entered in allowHosts as a loopback address: the rules on addresses are lifted for it (DESIGN §5). */
  loopback: boolean
}

export type EndpointFinding = { ok: true; endpoint: Endpoint } | { ok: false; rule: EndpointRule; reason: string }

const refuse = (rule: EndpointRule, reason: string): EndpointFinding => ({ ok: false, rule, reason })

/** One entry of allowHosts: host, *.host, either with :port; or a loopback address. */
const ALLOWED =
  /^(?:(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z][a-z0-9-]{0,62}|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/

/** True for what may stand in allowHosts. A bare top-level name is a slip, localhost is not. */
export function isAllowEntry(text: string): boolean {
  return ALLOWED.test(text) && (text.includes('.') || /^(?:localhost|\[::1\])(?::|$)/.test(text))
}

interface Allowed {
  suffix: boolean
  host: string
  port: number
}

function readEntry(entry: string): Allowed {
  const [, host = '', port = '443'] = /^(.*?)(?::(\d+))?$/.exec(entry.replace('[::1]', '::1')) ?? []
  if (entry.startsWith('[::1]')) {
    return { suffix: false, host: '::1', port: Number(/\]:(\d+)$/.exec(entry)?.[1] ?? 443) }
  }
  return host.startsWith('*.')
    ? { suffix: true, host: host.slice(1), port: Number(port) }
    : { suffix: false, host, port: Number(port) }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

/**
 * Judges an endpoint by its spelling.
 * @param allowHosts entries of the YAML, beside the known services
 * @param only loopback: nothing but loopback entries, for drills and the demonstration (DESIGN L4)
 */
export function judgeEndpoint(
  text: string,
  allowHosts: readonly string[],
  only: 'any' | 'loopback' = 'any',
): EndpointFinding {
  if (text.length > LONGEST) return refuse('endpoint-length', `longer than ${LONGEST} characters`)
  // URL drops tabs and line ends and reads back-strokes as strokes: what we judge must be what was sent.
  if (!/^[\x21-\x7e]+$/.test(text) || text.includes('\\')) return refuse('endpoint-form', 'characters of no address')
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text))
    return refuse('endpoint-form', 'not a whole address')
  const url = new URL(text)
  if (url.protocol !== 'https:') return refuse('endpoint-scheme', 'must begin with https://')
  if (url.username !== '' || url.password !== '' || /^https:\/\/[^/?#]*@/i.test(text))
    return refuse('endpoint-userinfo', 'must hold no user name or password')
  if (text.includes('#')) return refuse('endpoint-fragment', 'must hold no fragment')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? 443 : Number(url.port)
  const listed = allowHosts.map(readEntry)
  const loopback = listed.some((entry) => LOOPBACK.test(entry.host) && entry.host === host && entry.port === port)
  const endpoint = { href: url.href, origin: url.origin, host, port, loopback }
  if (loopback) return { ok: true, endpoint }
  // URL has turned decimal, octal and hexadecimal spellings into the dotted one by now; a zone id does not parse.
  if (isIpLiteral(host)) return refuse('endpoint-ip-literal', 'an address of numbers is not listed')
  if (host.length > LONGEST_HOST || host.endsWith('.') || LOOPBACK.test(host))
    return refuse('endpoint-host', 'the host is not a listed push service')
  if (only === 'loopback') return refuse('endpoint-not-local', '演示和演练只推送到本机的推送服务')
  const fitting = [...PUSH_SERVICES.map(readEntry), ...listed].filter((entry) => isNamed(entry, host))
  if (fitting.length === 0) return refuse('endpoint-host', 'the host is not a listed push service')
  if (!fitting.some((entry) => entry.port === port)) return refuse('endpoint-port', `the port ${port} is not listed`)
  return { ok: true, endpoint }
}

/** The entry of the lists that lets an origin in, as it is written there: few names for figures. Null: none does. */
export function nameService(origin: string, allowHosts: readonly string[]): string | null {
  if (!URL.canParse(origin)) return null
  const url = new URL(origin)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? 443 : Number(url.port)
  const fits = (text: string): boolean => {
    const entry = readEntry(text)
    return entry.port === port && isNamed(entry, host)
  }
  return [...PUSH_SERVICES, ...allowHosts].find(fits) ?? null
}

function isNamed(entry: Allowed, host: string): boolean {
  return entry.suffix ? host.endsWith(entry.host) && host.length > entry.host.length : host === entry.host
}

function isIpLiteral(host: string): boolean {
  return host.includes(':') || /^\d+(?:\.\d+)*\.?$/.test(host) || /^0x/i.test(host)
}

/** First and last of each range of IPv4 that is no public host: IANA special-purpose registry (RFC 6890 and later). */
const NOT_PUBLIC_4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  // Carrier-grade NAT (RFC 6598); Alibaba Cloud's metadata service lives in it.
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, with the metadata services of most clouds.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** True for an address that a push service can have: global unicast, and no tunnel into what is not. */
export function isPublicAddress(address: string): boolean {
  const four = readIpv4(address)
  if (four !== null) return isPublic4(four)
  const groups = readIpv6(address)
  return groups !== null && isPublic6(groups)
}

function isPublic4(value: number): boolean {
  return NOT_PUBLIC_4.every(([base, bits]) => {
    const size = 2 ** (32 - bits)
    return Math.floor(value / size) !== Math.floor((readIpv4(base) ?? 0) / size)
  })
}

function isPublic6(groups: readonly number[]): boolean {
  const [a = 0, b = 0, c = 0] = groups
  const four = (high: number): number => (groups[high] ?? 0) * 65_536 + (groups[high + 1] ?? 0)
  // NAT64 (RFC 6052) leads to the IPv4 address in its last 32 bits; local-use NAT64 (RFC 8215) nowhere public.
  if (a === 0x64 && b === 0xff9b) return c === 0 && groups.slice(2, 6).every((g) => g === 0) && isPublic4(four(6))
  // 6to4 (RFC 3056) leads to the IPv4 address behind its prefix.
  if (a === 0x2002) return isPublic4(four(1))
  // 2001::/23 holds Teredo, ORCHID and benchmarks; 2001:db8::/32 and 3fff::/20 are for documents.
  if (a === 0x2001 && (b < 0x200 || b === 0xdb8)) return false
  if (a === 0x3fff && b < 0x1000) return false
  // Mapped, compatible, loopback, unique local, link-local, site-local and multicast all lie outside 2000::/3.
  return a >= 0x2000 && a < 0x4000
}

/** Dotted decimal only, as a resolver gives it; null for anything else. */
function readIpv4(text: string): number | null {
  if (!/^(?:\d{1,3}\.){3}\d{1,3}$/.test(text)) return null
  const parts = text.split('.').map(Number)
  return parts.every((part) => part <= 255) ? parts.reduce((sum, part) => sum * 256 + part, 0) : null
}

/** Eight groups; null for what is no IPv6 address or carries a zone. */
function readIpv6(text: string): number[] | null {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const last = dotted ? readIpv4(dotted[2] ?? '') : 0
  if (last === null) return null
  const plain = dotted ? `${dotted[1]}${(last >>> 16).toString(16)}:${(last & 0xffff).toString(16)}` : text
  const halves = plain.split('::')
  if (halves.length > 2) return null
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const groups = [...head, ...(halves.length === 2 ? Array<string>(missing).fill('0') : []), ...tail]
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null
}
