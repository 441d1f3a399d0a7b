// In: the address an installation listens on. Out: the one that this machine reaches it at.
// Must not be handed to anybody else: 0.0.0.0 means every address here, and a loopback elsewhere.
import { isIPv6 } from 'node:net'

/** Host part of an http address for callers on this machine. */
export function reachHost(listening: string | undefined): string {
  if (!listening || listening === '0.0.0.0' || listening === '::') return '127.0.0.1'
  return isIPv6(listening) ? `[${listening}]` : listening
}
