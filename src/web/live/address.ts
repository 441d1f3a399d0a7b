// In: the address of a socket. Out: under which name its open streams are counted, or null where they are not.
// Must not read a header: whoever writes it may write anything (trustProxy stays off).
import { BlockList, isIPv6 } from 'node:net'
import { networkOf, unmapAddress } from '../../core/network.ts'

/**
 * Proxies in front stand on this machine or in a private network and speak for everybody; all of their streams would
 * count as one address.
 */
const NEAR = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  NEAR.addSubnet(network, bits)
NEAR.addSubnet('::1', 128, 'ipv6')
NEAR.addSubnet('fc00::', 7, 'ipv6')

/** An IPv4 address as it is, an IPv6 one as its /64: one household has 2^64 of them. */
export function countedAs(remote: string | undefined): string | null {
  if (remote === undefined) return null
  const address = unmapAddress(remote)
  if (!isIPv6(address)) return NEAR.check(address) ? null : address
  return NEAR.check(address, 'ipv6') ? null : networkOf(address)
}
