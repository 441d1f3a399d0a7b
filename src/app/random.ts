// In: the system's randomness, a few kilobytes at a time. Out: ids. A notice takes a dozen, and asking the system for each
// took a tenth of the time of its decision. Must never hand out a byte twice: codes in addresses are made of them.
import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 4_096
const ID_BYTES = 16

/**
 * Opens a source of ids of 32 hex digits (128 bits).
 * @param fill fills a buffer with cryptographic randomness; other than the system's only in tests
 */
export function openRandom(fill: (pool: Buffer) => void = randomFillSync): () => string {
  const pool = Buffer.alloc(POOL_BYTES)
  let at = POOL_BYTES
  return () => {
    if (at === POOL_BYTES) {
      fill(pool)
      at = 0
    }
    const id = pool.toString('hex', at, at + ID_BYTES)
    pool.fill(0, at, at + ID_BYTES)
    at += ID_BYTES
    return id
  }
}
