// In: subscriptions as the public sends them, already checked and sealed. Out: the same, kept, changed, listed, removed.
// Must not see an address in clear: whoever seals and opens it stands in push/. Nothing here is ever journalled.
import type { Instant } from '../core/instant.ts'
import type { Preferences } from '../core/push/preferences.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { toTimestamp, type Queryable } from './pool.ts'

/** Which text was agreed to, in which language, when. */
export interface Consent {
  version: string
  language: string
  at: string
}

export interface NewSubscription {
  id: string
  outlet: string
  class: TrafficClass
  endpointHash: Uint8Array
  sealedEndpoint: Uint8Array
  origin: string
  p256dh: Uint8Array
  auth: Uint8Array
  preferences: Preferences
  consent: Consent
}

/** What is kept of one subscriber: all of it, for the export of one's data. */
export interface Subscription {
  id: string
  outlet: string
  class: TrafficClass
  sealedEndpoint: Buffer
  origin: string
  p256dh: Buffer
  auth: Buffer
  preferences: Preferences
  consent: Consent
  createdAt: Instant
  renewedAt: Instant
  lastOkAt: Instant | null
}

/**
 * Keeps a subscription; the same address again renews it: new keys, choice and consent, the same id.
 * @returns the id it is known by
 */
export async function saveSubscription(db: Queryable, given: NewSubscription, now: Instant): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `insert into push_subscription as s (id, outlet_id, class, endpoint_hash, endpoint, origin, p256dh, auth, preferences,
       consent, created_at, renewed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
     on conflict (outlet_id, endpoint_hash) do update set endpoint = excluded.endpoint, p256dh = excluded.p256dh,
       auth = excluded.auth, preferences = excluded.preferences, consent = excluded.consent, renewed_at = excluded.renewed_at,
       key_version = s.key_version + (s.p256dh <> excluded.p256dh or s.auth <> excluded.auth)::integer
     returning id`,
    [
      given.id,
      given.outlet,
      given.class,
      given.endpointHash,
      given.sealedEndpoint,
      given.origin,
      given.p256dh,
      given.auth,
      JSON.stringify(given.preferences),
      JSON.stringify(given.consent),
      toTimestamp(now),
    ],
  )
  return rows[0]?.id ?? given.id
}

export async function findSubscription(db: Queryable, id: string): Promise<Subscription | null> {
  const { rows } = await db.query<{
    id: string
    outlet_id: string
    class: TrafficClass
    endpoint: Buffer
    origin: string
    p256dh: Buffer
    auth: Buffer
    preferences: Preferences
    consent: Consent
    created_at: Instant
    renewed_at: Instant
    last_ok_at: Instant | null
  }>(
    `select id, outlet_id, class, endpoint, origin, p256dh, auth, preferences, consent, created_at, renewed_at, last_ok_at
     from push_subscription where id = $1`,
    [id],
  )
  const row = rows[0]
  if (!row) return null
  return {
    id: row.id,
    outlet: row.outlet_id,
    class: row.class,
    sealedEndpoint: row.endpoint,
    origin: row.origin,
    p256dh: row.p256dh,
    auth: row.auth,
    preferences: row.preferences,
    consent: row.consent,
    createdAt: row.created_at,
    renewedAt: row.renewed_at,
    lastOkAt: row.last_ok_at,
  }
}

export async function changePreferences(db: Queryable, id: string, preferences: Preferences): Promise<boolean> {
  const { rowCount } = await db.query('update push_subscription set preferences = $2 where id = $1', [
    id,
    JSON.stringify(preferences),
  ])
  return rowCount === 1
}

/** Removes a subscriber and all that is known of them. True when there was one. */
export async function removeSubscription(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from push_subscription where id = $1', [id])
  return rowCount === 1
}

/** Removes those whose push service says that they are gone. */
export async function removeGone(db: Queryable, numbers: readonly number[]): Promise<void> {
  if (numbers.length > 0) await db.query('delete from push_subscription where number = any($1::bigint[])', [numbers])
}

/** How many there are at each push service. */
export async function countSubscriptions(db: Queryable): Promise<{ outlet: string; origin: string; count: number }[]> {
  const { rows } = await db.query<{ outlet: string; origin: string; count: number }>(
    'select outlet_id as outlet, origin, count(*)::integer as count from push_subscription group by outlet_id, origin',
  )
  return rows
}

/** A subscription as the planner asks it: the choice as text, so that equal choices are judged once. */
export interface Candidate {
  number: number
  origin: string
  preferences: string
}

/** Subscriptions of an outlet above a number, in order. */
export async function listCandidates(db: Queryable, outlet: string, above: number, most: number): Promise<Candidate[]> {
  const { rows } = await db.query<Candidate>(
    `select number, origin, preferences::text as preferences from push_subscription
     where outlet_id = $1 and number > $2 order by number limit $3`,
    [outlet, above, most],
  )
  return rows
}

/** What is needed to send to one subscriber. */
export interface Recipient {
  number: number
  keyVersion: number
  sealedEndpoint: Buffer
  p256dh: Buffer
  auth: Buffer
}

/** Those of these numbers that are still subscribed. */
export async function listRecipients(db: Queryable, numbers: readonly number[]): Promise<Recipient[]> {
  const { rows } = await db.query<Recipient>(
    `select number, key_version as "keyVersion", endpoint as "sealedEndpoint", p256dh, auth from push_subscription
     where number = any($1::bigint[])`,
    [numbers],
  )
  return rows
}

/** The same, for making keys ahead: above a number, in order. */
export async function listForPreparing(
  db: Queryable,
  outlets: readonly string[],
  above: number,
  most: number,
): Promise<Omit<Recipient, 'sealedEndpoint'>[]> {
  const { rows } = await db.query<Omit<Recipient, 'sealedEndpoint'>>(
    `select number, key_version as "keyVersion", p256dh, auth from push_subscription
     where outlet_id = any($1) and number > $2 order by number limit $3`,
    [outlets, above, most],
  )
  return rows
}

/** Subscriptions that nobody has renewed or reached since then are removed, and words that are settled for long. */
export async function forgetPush(db: Queryable, unseenSince: Instant, settledBefore: Instant): Promise<void> {
  await db.query('delete from push_subscription where renewed_at < $1 and coalesce(last_ok_at, renewed_at) < $1', [
    toTimestamp(unseenSince),
  ])
  await db.query('delete from push_broadcast where done_at < $1', [toTimestamp(settledBefore)])
}
