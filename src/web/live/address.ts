// In: the address of a socket. Out: under which name its open streams are counted, or null where they are not.
// Must not read a header: whoever writes it may write anything (trustProxy stays off).
import { BlockList, isIPv6 } from 'node:net'

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

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** An IPv4 address as it is, an IPv6 one as its /64: one household has 2^64 of them. */
export function countedAs(remote: string | undefined): string | null {
  if (remote === undefined) return null
  const address = MAPPED.exec(remote)?.[1] ?? remote
  if (!isIPv6(address)) return NEAR.check(address) ? null : address
  return NEAR.check(address, 'ipv6') ? null : networkOf(address)
}

/** The first four groups, with the run of zeros that `::` stands for. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array<string>(tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)).fill('0')
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}
