// In: where a peer may stand. Out: connectors that look at every address of its name before they connect to one of them.
// What is looked at is what is connected to: a name that is resolved a second time could lead elsewhere (DNS rebinding).
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { OUT_OF_REACH, type HttpCall } from '../core/channel.ts'
import { isIntranetAddress } from '../core/intranet.ts'
import { isPublicAddress } from '../core/push/endpoint.ts'

type Within = NonNullable<HttpCall['within']>

const TESTS: Readonly<Record<Within, (address: string) => boolean>> = {
  public: isPublicAddress,
  // Never link-local: the metadata services of clouds stand there, and no partner.
  intranet: (address) => isPublicAddress(address) || isIntranetAddress(address),
}

/** The system's resolver, or what stands in for it. */
export type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void

/** @param timeout milliseconds to connect in */
export function openConnectors(
  timeout: number,
  resolve: Resolve = lookup,
): Record<Within | 'anywhere', buildConnector.connector> {
  const looking = (within: Within): buildConnector.connector =>
    buildConnector({ timeout, lookup: lookWithin(within, resolve) })
  return { anywhere: buildConnector({ timeout }), public: looking('public'), intranet: looking('intranet') }
}

/** False for an address of numbers that stands elsewhere: no name is looked up for it, so no connector sees it. */
export function isWithin(url: string, within: Within): boolean {
  if (!URL.canParse(url)) return true
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 || TESTS[within](host)
}

/** A lookup for sockets, which fails where one of a name's addresses stands elsewhere. */
export function lookWithin(within: Within, resolve: Resolve): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '')
      // One bad address among good ones is a trap, not a choice.
      if (!found.every(({ address }) => TESTS[within](address))) {
        const outside: NodeJS.ErrnoException = new Error(`${hostname} has an address that may not be called`)
        outside.code = OUT_OF_REACH
        return done(outside, '')
      }
      const [first] = found
      return options.all === true || first === undefined ? done(null, found) : done(null, first.address, first.family)
    })
  }
}
