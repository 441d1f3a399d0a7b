// In: the address of whoever reports. Out: the network it belongs to, as counted: a /24, or a /48 and in it a /64.
// Must not keep an address: what comes out is hashed under a key before it is kept (rumours.md §9).

export interface Network {
  /** 203.0.113.0/24, 2001:db8:1::/48: many of one network count once. */
  wide: string
  /** The address itself, or its /64: one household. */
  narrow: string
}

/** Null for what is no address. An IPv4 address written as IPv6 is the IPv4 address. */
export function readNetwork(address: string): Network | null {
  const four = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/i.exec(address)
  if (four) {
    const parts = four.slice(1, 5).map(Number)
    if (parts.some((part) => part > 255)) return null
    return { wide: `${parts.slice(0, 3).join('.')}.0/24`, narrow: parts.join('.') }
  }
  const groups = readGroups(address)
  if (groups === null) return null
  const write = (count: number): string =>
    groups
      .slice(0, count)
      .map((group) => group.toString(16))
      .join(':')
  return { wide: `${write(3)}::/48`, narrow: `${write(4)}::/64` }
}

/** The eight groups of an IPv6 address; null where it is none. */
function readGroups(text: string): number[] | null {
  if (text.length > 45 || !/^[0-9a-f:]+$/i.test(text)) return null
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const all = [...head, ...Array.from({ length: halves.length === 1 ? 0 : missing }, () => '0'), ...tail]
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? all.map((group) => Number.parseInt(group, 16)) : null
}
