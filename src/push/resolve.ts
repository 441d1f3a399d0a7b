// In: an endpoint whose spelling was judged. Out: the one address that may be connected to, or the rule it broke.
// The name is resolved once and the connection made to that very address: a second answer of a hostile resolver (DNS
// rebinding) is never asked for. Must not connect.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isPublicAddress, type Endpoint, type EndpointRule } from '../core/push/endpoint.ts'
import { isLoopbackHost } from '../core/loopback.ts'
import { MINUTE, SECOND, type Instant } from '../core/instant.ts'

export type Addresses = (host: string) => Promise<string[]>
export type Pinned = { ok: true; address: string } | { ok: false; rule: EndpointRule; reason: string }

const LONGEST_LOOKUP = 5 * SECOND
const KEPT = MINUTE
/** Names that strangers may make us remember. */
const MOST_KEPT = 1_000

/** All addresses of a name by the system's resolver. */
export async function resolveAddresses(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, verbatim: true })
  return found.map(({ address }) => address)
}

export interface Resolver {
  /** @throws never: a name that cannot be resolved is refused by its rule */
  pin(endpoint: Pick<Endpoint, 'host' | 'loopback'>, now: Instant): Promise<Pinned>
}

/** Opens a resolver that keeps what it learnt for a minute. */
export function openResolver(ask: Addresses = resolveAddresses): Resolver {
  const kept = new Map<string, { pinned: Promise<Pinned>; until: Instant }>()
  return {
    pin: (endpoint, now) => {
      const key = `${endpoint.host} ${endpoint.loopback}`
      const known = kept.get(key)
      if (known && now < known.until) return known.pinned
      if (kept.size >= MOST_KEPT) kept.clear()
      const pinned = pin(endpoint, ask)
      kept.set(key, { pinned, until: now + KEPT })
      // What failed may work at the next try.
      void pinned.then((found) => !found.ok && kept.get(key)?.pinned === pinned && kept.delete(key))
      return pinned
    },
  }
}

async function pin({ host, loopback }: Pick<Endpoint, 'host' | 'loopback'>, ask: Addresses): Promise<Pinned> {
  const addresses = isIP(host) === 0 ? await waitFor(ask(host)) : [host]
  // IPv4 first: many server rooms have no way out over IPv6 though their resolver answers it.
  const first = addresses.find((address) => isIP(address) === 4) ?? addresses[0]
  if (first === undefined) return { ok: false, rule: 'address-unknown', reason: 'the host has no address' }
  // One bad address among good ones is a trap, not a choice.
  const right = loopback ? isLoopbackHost : isPublicAddress
  if (addresses.every(right)) return { ok: true, address: first }
  return { ok: false, rule: 'address-not-public', reason: 'the host resolves to an address that is not public' }
}

async function waitFor(asked: Promise<string[]>): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), LONGEST_LOOKUP)
  })
  try {
    return await Promise.race([asked, late])
  } catch {
    return []
  } finally {
    clearTimeout(timer)
  }
}
