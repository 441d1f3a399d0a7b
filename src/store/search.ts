// In: nothing but the record. Out: the words of what the website carries, spelled out for whoever looks for a notice.
// Must not hold up a first word: it is called when the lists are built, after the pages are stored.
import type { Queryable } from './pool.ts'

/** Spells out every actual notice whose page is stored and whose words are not there yet. */
export async function spellNotices(db: Queryable): Promise<void> {
  await db.query('select spell_notices()')
}
