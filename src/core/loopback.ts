// In: the host of an address. Out: whether it can never leave this machine.
// Must not resolve names: only what is loopback by its spelling counts. Drills and plain http rest on this one rule (DESIGN L4).

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)'
const LOOPBACK = new RegExp(`^(?:localhost|::1|127(?:\\.${OCTET}){3})$`)

/** True for localhost, 127.0.0.0/8 and ::1 (with or without brackets). @param hostname as URL gives it */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK.test(hostname.replace(/^\[|\]$/g, ''))
}
