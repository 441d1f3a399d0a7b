// In: what platforms were asked to do, who spread a claim. Out: the same, appended and found, and how often a mark was seen.
// Must not see an account: names come sealed, beside marks that only the installation's key makes.
import type { Instant } from '../../../core/instant.ts'
import type { ActionState, PlatformAction, SpreaderRole } from '../../../core/rumour/handover/platform.ts'
import { toTimestamp, type Queryable } from '../../pool.ts'
import type { SeenBy } from '../claims.ts'

export interface PlatformRow {
  id: number
  organisation: string
  organisationName: string
  platform: string
  url: string | null
  action: PlatformAction
  state: ActionState
  receipt: string
  words: string
  by: string
  at: Instant
}

/** So many words about platforms a claim takes, and so many who spread it: what stood beyond would be read by nobody. */
export const MOST_PLATFORM_ROWS = 500
export const MOST_SPREADERS = 200

/**
 * Within a transaction that holds the claim.
 * @param message id of the message that brought it; null from the desk
 * @returns known: that message was here before; full: the claim takes no more
 */
export async function addPlatformRow(
  db: Queryable,
  claimId: string,
  row: Omit<PlatformRow, 'id' | 'organisationName'>,
  message: string | null,
): Promise<'kept' | 'known' | 'full'> {
  const { rowCount } = await db.query(
    `insert into platform_action (claim_id, organisation_id, platform, url, action, state, receipt, words, by, at, message)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 where (select count(*) from platform_action where claim_id = $1) < $12
     on conflict (message) do nothing`,
    [
      claimId,
      row.organisation,
      row.platform,
      row.url,
      row.action,
      row.state,
      row.receipt,
      row.words,
      row.by,
      toTimestamp(row.at),
      message,
      MOST_PLATFORM_ROWS,
    ],
  )
  if (rowCount === 1) return 'kept'
  const { rows } = await db.query('select from platform_action where message = $1', [message])
  return rows.length > 0 ? 'known' : 'full'
}

/** Oldest first. */
export async function listPlatformRows(db: Queryable, claimId: string): Promise<PlatformRow[]> {
  const { rows } = await db.query<PlatformRow>(
    `select p.id, p.organisation_id as organisation, o.name as "organisationName", p.platform, p.url, p.action, p.state, p.receipt,
       p.words, p.by, p.at
     from platform_action p join organisation o on o.id = p.organisation_id where p.claim_id = $1 order by p.id limit $2`,
    [claimId, MOST_PLATFORM_ROWS],
  )
  return rows
}

export interface SpreaderRow {
  id: number
  platform: string
  role: SpreaderRole
  sealed: Buffer
  accountMark: string | null
  urlMark: string | null
  organisationName: string
  at: Instant
}

/** Within a transaction that holds the claim. @returns false when the claim takes no more */
export async function addSpreader(
  db: Queryable,
  claimId: string,
  row: Omit<SpreaderRow, 'id' | 'organisationName'> & { organisation: string; by: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into spreader (claim_id, organisation_id, platform, role, sealed, account_mark, url_mark, by, at)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9 where (select count(*) from spreader where claim_id = $1) < $10`,
    [
      claimId,
      row.organisation,
      row.platform,
      row.role,
      row.sealed,
      row.accountMark,
      row.urlMark,
      row.by,
      toTimestamp(row.at),
      MOST_SPREADERS,
    ],
  )
  return rowCount === 1
}

export interface CountedSpreader extends SpreaderRow {
  /** Other claims of the same lane in which the same account or link was noted, of those that the reader sees. */
  elsewhere: number
}

/** Oldest first. @param seen whose claims are counted: another organisation's are not even a number */
export async function listSpreaders(db: Queryable, claimId: string, seen: SeenBy): Promise<CountedSpreader[]> {
  const { rows } = await db.query<CountedSpreader>(
    `select s.id, s.platform, s.role, s.sealed, s.account_mark as "accountMark", s.url_mark as "urlMark",
       o.name as "organisationName", s.at,
       (select count(distinct t.claim_id) from spreader t join claim k on k.id = t.claim_id
         where t.claim_id <> s.claim_id and k.class = c.class and k.retired_at is null
         and (t.account_mark = s.account_mark or t.url_mark = s.url_mark)
         and ($2::text is null or exists (select from claim_grant g where g.claim_id = t.claim_id and g.organisation_id = $2
           and g.level = 'case' and g.ended_at is null and (g.expires_at is null or g.expires_at > $3)))) as elsewhere
     from spreader s join claim c on c.id = s.claim_id join organisation o on o.id = s.organisation_id where s.claim_id = $1 order by s.id limit $4`,
    [claimId, seen.organisation, toTimestamp(seen.now), MOST_SPREADERS],
  )
  return rows
}
