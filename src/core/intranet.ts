// In: an address as a resolver gives it. Out: whether it lies in the private ranges of a house.
// Must not count what only looks like one: loopback, link-local (clouds' metadata) and carrier-grade NAT are none.

/** 10/8, 172.16/12, 192.168/16 (RFC 1918) and fc00::/7 (RFC 4193). */
const INTRANET =
  /^(?:10(?:\.\d{1,3}){3}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}|192\.168(?:\.\d{1,3}){2}|f[cd][\da-f]{2}:[\da-f:]*)$/i

/** @param address without brackets, dotted decimal or RFC 5952 */
export function isIntranetAddress(address: string): boolean {
  return INTRANET.test(address)
}
