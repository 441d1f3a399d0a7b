// In: who asked for 订阅通知 and who cannot get them any more. Out: the outlet's own list of openids, in its box.
// Must not stand in a log or a journal row: openids are personal data (DESIGN L5).
import { z } from 'zod'
import type { Box } from '../../src/core/channel.ts'
import type { Instant } from '../../src/core/instant.ts'
import { FOR_EVER } from './limits.ts'

/** Box key: a JSON array of openids. */
const SUBSCRIBERS_KEY = 'subscribers'

const openids = z.array(z.string().regex(/^[\w-]{1,64}$/)).max(100_000)

/** Reads a list as it is kept; null when it is none, [] when there is nothing. */
export function parseList(text: string | undefined): string[] | null {
  if (text === undefined) return []
  try {
    return openids.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** The people who want notices; null when the list cannot be read. */
export async function listSubscribers(box: Box): Promise<string[] | null> {
  return parseList((await box.read(SUBSCRIBERS_KEY))?.value)
}

/**
 * Adds and removes people; under a lock, since several callbacks may come at once.
 * @returns false when the list cannot be read or is full; it then stays as it was
 */
export async function changeSubscribers(
  box: Box,
  change: { add?: readonly string[]; remove?: readonly string[] },
  now: Instant,
): Promise<boolean> {
  return box.withLock(SUBSCRIBERS_KEY, async () => {
    const before = await listSubscribers(box)
    if (before === null) return false
    const after = new Set(before)
    for (const openid of change.remove ?? []) after.delete(openid)
    for (const openid of change.add ?? []) after.add(openid)
    const list = openids.safeParse([...after])
    if (!list.success) return false
    await box.write(SUBSCRIBERS_KEY, JSON.stringify(list.data), now + FOR_EVER)
    return true
  })
}
