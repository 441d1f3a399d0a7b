// In: a name and an act. Out: the act run by one node at a time.
// Must not lend out again the connection of an act that failed: the lock would go with it.
import type { Pool } from 'pg'
import { withConnection } from './pool.ts'

/**
 * Runs the act unless another node runs one of this name now; the lock is the connection's, and ends with it.
 * @returns whether it ran
 */
export function runAlone(pool: Pool, name: string, act: () => Promise<void>): Promise<boolean> {
  return withConnection(pool, async (client) => {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock(hashtext($1)) as mine', [name])
    if (rows[0]?.mine !== true) return false
    await act()
    await client.query('select pg_advisory_unlock(hashtext($1))', [name])
    return true
  })
}
