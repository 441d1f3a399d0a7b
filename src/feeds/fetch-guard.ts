// In: a configured or redirected address. Out: whether it may be asked, and the undici dispatcher that asks it.
// Must not trust a name twice: a refused address range is checked on the address that the socket really connects to.
import { lookup } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import type { LookupFunction, Socket } from 'node:net'
import { Agent, buildConnector } from 'undici'
import type { Dispatcher } from 'undici'
import { isLoopbackHost } from '../core/loopback.ts'

/**
 * Ranges that no public source lives in (IANA special-purpose registries, RFC 6890), as prefix texts.
 * NAT64 and 6to4 are in because they spell any of the others.
 */
const PRIVATE_RANGES = `
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
  192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
  ::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8`
const privateRanges = new BlockList()
for (const range of PRIVATE_RANGES.trim().split(/\s+/)) {
  const [address = '', prefix = ''] = range.split('/')
  privateRanges.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4')
}

/** True for loopback, private, link-local, multicast and reserved addresses; IPv4 inside IPv6 counts as IPv4. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return true
  return privateRanges.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

export interface UrlRules {
  /** The YAML marked this host as speaking without TLS; it is then at most a mirror (DESIGN §3 "authority"). */
  allowPlain?: boolean
  /** Refuse private addresses: for addresses that came from the desk, not from the YAML. */
  refusePrivate?: boolean
}

/**
 * Reads an address for http(s) or ws(s).
 * @returns the URL, or the reason why it may not be asked
 */
export function checkUrl(
  text: string,
  rules: UrlRules,
  family: 'http' | 'ws' = 'http',
): { url: URL } | { refused: string } {
  if (text.length > 2_000) return { refused: 'the address is longer than 2000 characters' }
  const url = URL.parse(text)
  if (url === null) return { refused: 'the address cannot be read as a URL' }
  if (url.username !== '' || url.password !== '') return { refused: 'the address holds a user name or password' }
  const bare = url.hostname.replace(/^\[|\]$/g, '')
  if (rules.refusePrivate === true && isIP(bare) !== 0 && isPrivateAddress(bare))
    return { refused: `${bare} is a private address` }
  if (url.protocol === `${family}s:`) return { url }
  if (url.protocol !== `${family}:`) return { refused: `${url.protocol} is not ${family}s` }
  if (rules.allowPlain === true || isLoopbackHost(url.hostname)) return { url }
  return { refused: `${url.host} without TLS: use ${family}s, or mark the source as speaking plain ${family}` }
}

/**
 * Reads a redirect. Only the same host may be named, on the same port or on the standard port of https; never back
 * from https to http: another host could be an inner one, and nobody vouched for it.
 */
export function checkRedirect(from: URL, location: string, rules: UrlRules): { url: URL } | { refused: string } {
  const to = URL.parse(location, from.href)
  if (to === null || location.length > 2_000) return { refused: 'the redirect names no readable address' }
  if (to.hostname !== from.hostname) return { refused: `redirected to another host (${to.hostname.slice(0, 100)})` }
  if (from.protocol === 'https:' && to.protocol !== 'https:') return { refused: 'redirected away from https' }
  const standard = to.protocol === 'https:' && to.port === ''
  if (to.port !== from.port && !standard) return { refused: `redirected to another port (${to.port})` }
  return checkUrl(to.href, rules)
}

export interface DispatcherOptions {
  connectMs?: number
  refusePrivate?: boolean
  /** Bytes of one WebSocket message, after decompression. */
  messageBytes?: number
  /** Shown every new connection: a WebSocket must be able to cut its own. */
  onSocket?(socket: Socket): void
}

/**
 * Builds the dispatcher for feeds. HTTP/2 is off: one small GET at a time gains nothing from it, and its
 * header compression is one more thing to bomb us with. Response headers are limited to 16 KiB.
 */
export function createFeedDispatcher(options: DispatcherOptions = {}): Dispatcher {
  const connect = buildConnector({
    allowH2: false,
    timeout: options.connectMs ?? 3_000,
    ...(options.refusePrivate === true ? { lookup: lookupPublic } : {}),
  })
  return new Agent({
    allowH2: false,
    maxHeaderSize: 16_384,
    webSocket: { maxPayloadSize: options.messageBytes ?? 2 * 1024 * 1024 },
    connect: (target, done) =>
      connect(target, (...result) => {
        if (result[1] !== null) options.onSocket?.(result[1])
        done(...result)
      }),
  })
}

/** Like dns.lookup, but an answer that holds any private address is an error: one name, one kind of place. */
const lookupPublic: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, [])
    const hidden = addresses.find((each) => isPrivateAddress(each.address))
    if (hidden !== undefined) return done(new PrivateAddressError(hostname, hidden.address), [])
    const [first] = addresses
    if (options.all === true || first === undefined) return done(null, addresses)
    done(null, first.address, first.family)
  })
}

/** The name resolved to an address that this source may not live at. */
export class PrivateAddressError extends Error {
  constructor(hostname: string, address: string) {
    super(`${hostname} resolves to the private address ${address}`)
    this.name = 'PrivateAddressError'
  }
}
