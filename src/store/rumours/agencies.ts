// In: lines to other organisations' systems, what they are told, tokens that name a person. Out: the same, kept and found.
// Must not see a secret or a token in the clear: secrets come sealed, tokens hashed.
import type { Instant } from '../../core/instant.ts'
import type { OrganisationKind } from '../../core/people/roles.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export interface AgencyLine {
  organisation: string
  organisationName: string
  organisationKind: OrganisationKind
  url: string | null
  intranet: boolean
  /** Secret under which we sign; sealed. */
  sends: Buffer
  /** Secret under which it signs; sealed. */
  receives: Buffer
  state: 'proposed' | 'running' | 'stopped'
  setBy: string
  setAt: Instant
  decidedBy: string | null
  decidedAt: Instant | null
}

const SELECT = `select l.organisation_id as organisation, o.name as "organisationName", o.kind as "organisationKind", l.url, l.intranet,
  l.sends, l.receives, l.state, l.set_by as "setBy", l.set_at as "setAt", l.decided_by as "decidedBy", l.decided_at as "decidedAt"
  from agency_line l join organisation o on o.id = l.organisation_id`

export async function listLines(db: Queryable): Promise<AgencyLine[]> {
  return (await db.query<AgencyLine>(`${SELECT} order by o.kind, o.name limit 200`)).rows
}

export async function findLine(db: Queryable, organisation: string): Promise<AgencyLine | null> {
  return (await db.query<AgencyLine>(`${SELECT} where l.organisation_id = $1`, [organisation])).rows[0] ?? null
}

/** Writes a line anew; it waits for whoever lets it in. */
export async function saveLine(
  db: Queryable,
  line: Pick<AgencyLine, 'organisation' | 'url' | 'intranet' | 'sends' | 'receives' | 'setBy' | 'setAt'>,
): Promise<void> {
  await db.query(
    `insert into agency_line (organisation_id, url, intranet, sends, receives, state, set_by, set_at)
     values ($1, $2, $3, $4, $5, 'proposed', $6, $7)
     on conflict (organisation_id) do update set url = excluded.url, intranet = excluded.intranet, sends = excluded.sends,
       receives = excluded.receives, state = 'proposed', set_by = excluded.set_by, set_at = excluded.set_at,
       decided_by = null, decided_at = null`,
    [line.organisation, line.url, line.intranet, line.sends, line.receives, line.setBy, toTimestamp(line.setAt)],
  )
}

/** @returns false when there is none that this follows from, or whoever decides entered it */
export async function decideLine(
  db: Queryable,
  organisation: string,
  state: 'running' | 'stopped',
  by: string,
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update agency_line set state = $2, decided_by = $3, decided_at = $4
     where organisation_id = $1 and state <> $2 and ($2 = 'stopped' or set_by <> $3)`,
    [organisation, state, by, toTimestamp(at)],
  )
  return rowCount === 1
}

export type MessageType =
  | 'claim.shared'
  | 'claim.changed'
  | 'signature.wanted'
  | 'package.ready'
  | 'word.corrected'
  | 'word.withdrawn'

export interface AgencyMessage {
  id: string
  organisation: string
  claimId: string
  /** The public word that it tells of; null for what is told of the claim itself. */
  noticeId: string | null
  /** The package that was approved; null for every other message. */
  packageId: string | null
  type: MessageType
  at: Instant
  /** This one included. */
  tries: number
}

/** Messages whose turn it is, each moved on to its next turn in the same statement: one node sends each try. */
export async function takeDueMessages(
  db: Queryable,
  now: Instant,
  againMs: number,
  most: number,
): Promise<AgencyMessage[]> {
  const { rows } = await db.query<AgencyMessage>(
    `update agency_message set tries = tries + 1, due_at = $1::timestamptz + make_interval(secs => $2)
     where id in (select id from agency_message where state = 'queued' and due_at <= $1 order by due_at, at limit $3
       for update skip locked)
     returning id, organisation_id as organisation, claim_id as "claimId", notice_id as "noticeId",
       package_id as "packageId", type, at, tries`,
    [toTimestamp(now), againMs / 1000, most],
  )
  return rows.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

/** How a try ended. dueAt: when the next one is; null: it is settled. */
export async function settleMessage(
  db: Queryable,
  id: string,
  given: { state: 'queued' | 'sent' | 'dropped' | 'failed'; answer: string; dueAt: Instant | null; at: Instant },
): Promise<void> {
  await db.query(
    `update agency_message set state = $2, answer = $3, due_at = coalesce($4, due_at),
       settled_at = case when $2 = 'queued' then null else $5::timestamptz end where id = $1 and state = 'queued'`,
    [
      id,
      given.state,
      given.answer.slice(0, 200),
      given.dueAt === null ? null : toTimestamp(given.dueAt),
      toTimestamp(given.at),
    ],
  )
}

export interface LineStanding {
  organisation: string
  waiting: number
  sent: number
  failed: number
  lastSentAt: Instant | null
  /** What the other side answered last. */
  answer: string
}

/**
 * How messages of the last days fared, by organisation. What waits counts where it would be told now, and what was left out counts
 * nowhere: a claim that is not shared moves no figure on the line's page.
 */
export async function readLineStandings(db: Queryable, since: Instant, now: Instant): Promise<LineStanding[]> {
  const { rows } = await db.query<LineStanding>(
    `select m.organisation_id as organisation, count(*) filter (where m.state = 'queued') as waiting,
       count(*) filter (where m.state = 'sent') as sent, count(*) filter (where m.state = 'failed') as failed,
       max(m.settled_at) filter (where m.state = 'sent') as "lastSentAt",
       coalesce((array_agg(m.answer order by m.at desc) filter (where m.answer <> ''))[1], '') as answer
     from agency_message m where m.at >= $1 and m.state <> 'dropped' and (m.state <> 'queued' or m.notice_id is not null
       or exists (select from claim_grant g where g.claim_id = m.claim_id and g.organisation_id = m.organisation_id
         and g.ended_at is null and (g.expires_at is null or g.expires_at > $2)))
     group by m.organisation_id`,
    [toTimestamp(since), toTimestamp(now)],
  )
  return rows
}

/** Messages that were settled before an instant are of no use to anyone. */
export async function forgetMessages(db: Queryable, before: Instant): Promise<void> {
  await db.query(`delete from agency_message where state <> 'queued' and settled_at < $1`, [toTimestamp(before)])
}

export interface AgencyToken {
  id: string
  account: string
  accountName: string
  organisation: string
  /** What it is for, as its owner says. */
  name: string
  madeAt: Instant
  endsAt: Instant
  endedAt: Instant | null
  usedAt: Instant | null
}

const TOKEN = `select t.id, t.account_id as account, a.name as "accountName", a.organisation_id as organisation, t.name,
  t.made_at as "madeAt", t.ends_at as "endsAt", t.ended_at as "endedAt", t.used_at as "usedAt"
  from agency_token t join account a on a.id = t.account_id`

export async function addToken(
  db: Queryable,
  given: { id: string; hash: Uint8Array; account: string; name: string; madeAt: Instant; endsAt: Instant },
): Promise<void> {
  await db.query(
    'insert into agency_token (id, token_hash, account_id, name, made_at, ends_at) values ($1, $2, $3, $4, $5, $6)',
    [
      given.id,
      Buffer.from(given.hash),
      given.account,
      given.name,
      toTimestamp(given.madeAt),
      toTimestamp(given.endsAt),
    ],
  )
}

/** Tokens that stand: of one account, or of everybody. */
export async function listTokens(db: Queryable, account: string | null, now: Instant): Promise<AgencyToken[]> {
  const { rows } = await db.query<AgencyToken>(
    `${TOKEN} where ($1::text is null or t.account_id = $1) and t.ended_at is null and t.ends_at > $2
     order by a.organisation_id, t.made_at limit 500`,
    [account, toTimestamp(now)],
  )
  return rows
}

/** A token that stands, noting that it was used; null for any other. */
export async function useToken(db: Queryable, hash: Uint8Array, now: Instant): Promise<AgencyToken | null> {
  await db.query('update agency_token set used_at = $2 where token_hash = $1 and ended_at is null and ends_at > $2', [
    Buffer.from(hash),
    toTimestamp(now),
  ])
  const { rows } = await db.query<AgencyToken>(
    `${TOKEN} where t.token_hash = $1 and t.ended_at is null and t.ends_at > $2`,
    [Buffer.from(hash), toTimestamp(now)],
  )
  return rows[0] ?? null
}

/** @param account whose it must be; null: anybody's. @returns false when there is none that stands */
export async function endToken(
  db: Queryable,
  id: string,
  account: string | null,
  by: string,
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update agency_token set ended_at = $4, ended_by = $3 where id = $1 and ($2::text is null or account_id = $2) and ended_at is null`,
    [id, account, by, toTimestamp(at)],
  )
  return rowCount === 1
}
