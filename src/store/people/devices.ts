// In: hashes of device tokens. Out: whether a browser has signed in to an account before. Opens nothing by itself.
// Must not see a token in clear.
import type { Instant } from '../../core/instant.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

/** Whether this browser has signed in with this login, and not been wrong too often since. */
export async function isKnownDevice(
  db: Queryable,
  tokenHash: Uint8Array,
  by: { login: string } | { id: string },
  at: Instant,
): Promise<boolean> {
  const [column, value] = 'login' in by ? ['login', by.login] : ['id', by.id]
  const { rowCount } = await db.query(
    `select from known_device d join account a on a.id = d.account_id
     where d.token_hash = $1 and a.${column} = $2 and d.ends_at > $3`,
    [tokenHash, value, toTimestamp(at)],
  )
  return rowCount === 1
}

/** A wrong guess from a known browser; after so many in a row it is a stranger again. */
export async function countDeviceFailure(
  db: Queryable,
  tokenHash: Uint8Array,
  accountId: string,
  most: number,
): Promise<void> {
  const key = [tokenHash, accountId]
  await db.query('update known_device set failures = failures + 1 where token_hash = $1 and account_id = $2', key)
  await db.query('delete from known_device where token_hash = $1 and account_id = $2 and failures >= $3', [
    ...key,
    most,
  ])
}

/**
 * A browser has signed in: whoever else uses it stays known under its new token, the old one opens nothing.
 * @param before null for a browser that was not known
 * @param most browsers per account; the ones not seen for longest go
 */
export async function keepDevice(
  db: Queryable,
  given: { before: Uint8Array | null; tokenHash: Uint8Array; accountId: string; endsAt: Instant; most: number },
  at: Instant,
): Promise<void> {
  const { before, tokenHash, accountId, endsAt, most } = given
  if (before !== null)
    await db.query('update known_device set token_hash = $2 where token_hash = $1 and ends_at > $3', [
      before,
      tokenHash,
      toTimestamp(at),
    ])
  await db.query(
    `insert into known_device (token_hash, account_id, seen_at, ends_at) values ($1, $2, $3, $4)
     on conflict (token_hash, account_id) do update set failures = 0, seen_at = excluded.seen_at, ends_at = excluded.ends_at`,
    [tokenHash, accountId, toTimestamp(at), toTimestamp(endsAt)],
  )
  await db.query(
    `delete from known_device d using (select token_hash from known_device where account_id = $1
       order by seen_at desc, token_hash offset $2) old
     where d.account_id = $1 and d.token_hash = old.token_hash`,
    [accountId, most],
  )
}

/** No browser is known for this account any more. */
export async function dropDevices(db: Queryable, accountId: string): Promise<void> {
  await db.query('delete from known_device where account_id = $1', [accountId])
}

/** Those that nobody came back with. */
export async function forgetDevices(db: Queryable, before: Instant): Promise<void> {
  await db.query('delete from known_device where ends_at < $1', [toTimestamp(before)])
}
