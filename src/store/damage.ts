// In: a read of something that a disk may have damaged. Out: what was read, or that it cannot be.
// Must not hide any other failure: only what PostgreSQL itself calls damaged counts as that.
import type { Queryable } from './pool.ts'

/** Class XX: a page whose checksum fails, a value whose parts are missing (postgresql.org, appendix A). */
const isDamage = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('XX')

/** One statement outside a transaction. @returns null when the bytes cannot be read any more */
export async function readDamaged<T>(read: Promise<T>): Promise<{ value: T } | null> {
  try {
    return { value: await read }
  } catch (error) {
    if (!isDamage(error)) throw error
    return null
  }
}

/** @param db within a transaction, which goes on whatever comes of it. @returns null when the bytes cannot be read any more */
export async function readGuarded<T>(db: Queryable, read: () => Promise<T>): Promise<{ value: T } | null> {
  await db.query('savepoint guarded')
  try {
    const value = await read()
    await db.query('release savepoint guarded')
    return { value }
  } catch (error) {
    if (!isDamage(error)) throw error
    await db.query('rollback to savepoint guarded')
    return null
  }
}

/** Rows of these ids together; where one of them is damaged, each by itself. @returns what was read, and ids that cannot be */
export async function readEach<T>(
  db: Queryable,
  ids: readonly string[],
  read: (some: readonly string[]) => Promise<T[]>,
): Promise<{ rows: T[]; damaged: string[] }> {
  const together = await readGuarded(db, () => read(ids))
  if (together) return { rows: together.value, damaged: [] }
  const [rows, damaged]: [T[], string[]] = [[], []]
  for (const id of ids) {
    const one = await readGuarded(db, () => read([id]))
    if (one) rows.push(...one.value)
    else damaged.push(id)
  }
  return { rows, damaged }
}
