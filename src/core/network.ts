// In: an address as text. Out: the network that one household or one rented server has; whether a page may lead there.
// Must not resolve a name.

/** The first four groups, with the run of zeros that `::` stands for: one household has 2^64 addresses of its /64. */
export function networkOf(address: string): string {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array<string>(tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)).fill('0')
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}

/** An IPv4 address behind IPv6's mapping, as sockets that listen to both give it. */
export function unmapAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}

/** An address of the web, as a link may have it; '' for anything else that a platform answered or a person pasted. */
export const linkTo = (url: string | null): string => (url !== null && /^https?:\/\//i.test(url) ? url : '')
