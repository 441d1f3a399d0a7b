// Ids of notices, deliveries and codes: every one from bytes that were never handed out before.
import { expect, it } from 'vitest'
import { openRandom } from '../../src/app/random.ts'

it('an id is made of the next sixteen bytes of the pool, and no byte is handed out twice', () => {
  let filled = 0
  let byte = 0
  // Every 16 bytes hold a number of their own.
  const random = openRandom((pool) => {
    filled += 1
    for (let at = 0; at < pool.length; at += 16) {
      pool.fill(0, at, at + 16)
      pool.writeUInt32BE((byte += 1), at + 12)
    }
  })
  const ids = Array.from({ length: 1_000 }, random)
  expect(ids).toEqual(Array.from({ length: 1_000 }, (_, index) => (index + 1).toString(16).padStart(32, '0')))
  expect(filled).toBe(4)
})

it('the pool is filled before the first id, and ids of the system have 32 hex digits and differ', () => {
  const random = openRandom()
  const ids = Array.from({ length: 600 }, random)
  expect(new Set(ids).size).toBe(600)
  expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true)
  expect(ids).not.toContain('0'.repeat(32))
  expect(new Set([...ids, ...Array.from({ length: 600 }, openRandom())]).size).toBe(1_200)
})
