// In: backups of a real record, taken in the middle of a night or made up by somebody. Out: proof of what a restore does with them.
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MIGRATIONS } from '../../src/app/database.ts'
import { backup } from '../../src/store/backup.ts'
import { restore } from '../../src/store/backup-restore.ts'
import { listMigrations } from '../../src/store/migrate.ts'
import { findInvitation, findSession } from '../../src/store/people/sessions.ts'
import { withClient } from '../../src/store/postgres/start.ts'
import { distrustWaiting } from '../../src/store/restored.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const TAKEN = Date.UTC(2026, 2, 4, 2, 0, 0)
const NOW = TAKEN + 3_600_000

let folder: string
let from: FreshDatabase
let into: FreshDatabase

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quakedesk-restored-'))
  from = await freshDatabase()
  into = await freshDatabase('empty')
  await withClient(from.appConfig, async (client) => {
    for (const lane of ['actual', 'drill']) {
      await client.query(
        `insert into outlet (id, class, channel, mode) values ($1, $2::traffic_class, 'fake', 'live')`,
        [`o-${lane}`, lane],
      )
      await client.query(
        `insert into lineage (id, class, year, number, serial) values ($1, $2::traffic_class, 2026, 1, $1)`,
        [`l-${lane}`, lane],
      )
      await client.query(
        `insert into notice (id, code, class, lineage_id, report_no, kind, title, text, variants, facts, evaluation, received_at, decided_at, issued_at, actor)
         values ($1, $1, $2::traffic_class, $3, 1, 'quick-report', 't', 't', '{}', '{}', 'automatic', $4, $4, $4, 'system')`,
        [`n-${lane}`, lane, `l-${lane}`, new Date(TAKEN).toISOString()],
      )
    }
    for (const state of ['queued', 'sending', 'pending', 'accepted', 'cancelled'])
      await client.query(
        `insert into delivery (id, notice_id, class, outlet_id, leg, priority, state, content, due_at, changed_at)
         values ($1, 'n-actual', 'actual', 'o-actual', $1, 2, $1, '{}', $2, $2)`,
        [state, new Date(TAKEN).toISOString()],
      )
    await client.query(`update delivery set attempts = 1 where id = 'sending'`)
    await client.query(
      `insert into attempt (delivery_id, n, act, node, started_at) values ('sending', 1, 'deliver', 'gone', $1)`,
      [new Date(TAKEN).toISOString()],
    )
  })
})
afterEach(async () => {
  await Promise.all([from.drop(), into.drop()])
  await rm(folder, { recursive: true })
})

const file = () => join(folder, 'night.backup')
const restoreIt = async (): Promise<number> => {
  let unknown = 0
  await restore(file(), into.ownerConfig, await listMigrations(MIGRATIONS), async (client, at) => {
    unknown = await distrustWaiting(client, at, NOW)
  })
  return unknown
}

test('a delivery that waited when the backup was taken is looked for, never simply sent once more', async () => {
  await backup(from.ownerConfig, file(), TAKEN)
  expect(await restoreIt()).toBe(2)
  const { deliveries, attempts, journal, leased } = await withClient(into.appConfig, async (client) => ({
    deliveries: (await client.query(`select id, state, first_attempt_at from delivery order by id`)).rows as object[],
    attempts: (await client.query(`select outcome, finished_at from attempt where n = 1 and delivery_id = 'sending'`))
      .rows as object[],
    journal: (await client.query(`select act, subject from journal`)).rows as object[],
    leased: (await client.query(`select id, state from lease_due('node', $1, $1, 30000, 64)`, [new Date(NOW + 1_000)]))
      .rows as object[],
  }))
  expect(deliveries).toEqual([
    { id: 'accepted', state: 'accepted', first_attempt_at: null },
    { id: 'cancelled', state: 'cancelled', first_attempt_at: null },
    { id: 'pending', state: 'pending', first_attempt_at: null },
    // A probe looks for posts from here on: the moment it could first have been sent, not the moment of the restore.
    { id: 'queued', state: 'unknown', first_attempt_at: new Date(TAKEN) },
    { id: 'sending', state: 'unknown', first_attempt_at: new Date(TAKEN) },
  ])
  // What the machine that is gone had begun has ended with it.
  expect(attempts).toEqual([{ outcome: 'lost', finished_at: new Date(NOW) }])
  expect(journal).toEqual([{ act: 'database.restored', subject: '2026-03-04T02:00:00.000Z' }])
  expect(leased.map((row) => (row as { state: string }).state)).not.toContain('sending')
})

test('nobody sits at the desk by a session of the backup, and no link of its time opens the door', async () => {
  await withClient(from.appConfig, async (client) => {
    const later = new Date(NOW + 3_600_000)
    await client.query(`insert into organisation values ('bureau', '某局', 'bureau')`)
    await client.query(
      `insert into account (id, login, name, organisation_id, roles, state, created_at, created_by)
       values ('p-1', 'wang', '王', 'bureau', '{duty}', 'active', $1, 'start')`,
      [later],
    )
    await client.query(
      `insert into desk_session (token_hash, account_id, stage, csrf, begun_at, seen_at, ends_at)
       values ('\\x01', 'p-1', 'full', '', $1, $1, $1)`,
      [later],
    )
    await client.query(
      `insert into invitation (token_hash, account_id, made_by, made_at, ends_at) values ('\\x02', 'p-1', 'p-1', $1, $1)`,
      [later],
    )
  })
  await backup(from.ownerConfig, file(), TAKEN)
  await restoreIt()
  await withClient(into.appConfig, async (client) => {
    expect(await findSession(client, Buffer.of(1), NOW)).toBeNull()
    expect(await findInvitation(client, Buffer.of(2), NOW)).toBeNull()
    expect((await client.query('select id from account')).rows).toEqual([{ id: 'p-1' }])
  })
})

describe('a backup that somebody made up, with checksums that fit', () => {
  /** Rewrites one row and every checksum over it, as anybody can who has the file. */
  async function forge(change: (text: string) => string): Promise<void> {
    const text = change(gunzipSync(await readFile(file())).toString('utf8'))
    const lines = text.split('\n')
    const manifest = JSON.parse(lines.at(-2) ?? '') as {
      manifest: { tables: { name: string; rows: number; sha256: string }[]; sha256: string }
    }
    const body = `${lines.slice(0, -2).join('\n')}\n`
    for (const table of manifest.manifest.tables) {
      const start = body.indexOf('\n', body.indexOf(`{"table":"${table.name}"`)) + 1
      const rows = body.slice(start, body.indexOf('\\.\n', start))
      table.sha256 = createHash('sha256').update(rows).digest('hex')
    }
    manifest.manifest.sha256 = createHash('sha256').update(body).digest('hex')
    await writeFile(file(), gzipSync(`${body}${JSON.stringify(manifest)}\n`))
  }

  test('moves no drill word to an actual outlet: the reference is proved before anything is committed', async () => {
    await backup(from.ownerConfig, file(), TAKEN)
    await forge((text) => text.replace('queued\tn-actual\tactual\t', 'queued\tn-drill\tactual\t'))
    await expect(restoreIt()).rejects.toThrow(/breaks delivery_notice_id_class_fkey; nothing was restored/)
    await withClient(into.ownerConfig, async (client) =>
      expect((await client.query('select 1 from notice')).rowCount).toBe(0),
    )
  })

  test('and one whose checksums alone were made to fit, unchanged otherwise, is taken', async () => {
    await backup(from.ownerConfig, file(), TAKEN)
    await forge((text) => text)
    expect(await restoreIt()).toBe(2)
  })
})
