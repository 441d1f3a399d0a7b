// In: the place of a claim's id in a statement. Out: SQL that names that claim with all merged into it, however far down, and their reports.
// Must not be planned over whole tables: claims are opened by the hundred before the database has counted them once, and a plan made by
// guesses reads every report there is. Each step is asked for by itself (offset 0), which goes by its index.

/** A recursive part named whole (id). @param claim as the statement has it, such as $1::text */
export const wholeOf = (claim: string): string => `whole (id) as (select ${claim} union
  select m.id from whole w cross join lateral (select c.id from claim c where c.merged_into = w.id offset 0) m)`

/** Running links of those claims, as l. */
export const WHOLE_LINKS = `whole w cross join lateral (
  select * from sighting_link k where k.claim_id = w.id and k.ended_at is null offset 0) l`

/** The same with their sightings, as s. */
export const WHOLE_SIGHTINGS = `${WHOLE_LINKS} cross join lateral (
  select * from sighting g where g.id = l.sighting_id offset 0) s`
