// In: nothing but the record. Out: index numbers for what the website carries, allotted once, without a gap in a year.
// Must not number a drill, nor anything before it was published.
import type { Queryable } from './pool.ts'

/** Numbers every actual notice whose page is stored and that has no number yet (000007-public.sql). */
export async function allotIndexNumbers(db: Queryable): Promise<void> {
  await db.query('select allot_index_numbers()')
}
