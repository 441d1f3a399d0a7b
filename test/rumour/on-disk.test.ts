// In: a database server of its own, bytes of its files that somebody or a failing disk changes while it stands still. Out: proof that
// what stood there is named and not handed out, and that everything beside it is served as before.
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { watchEvidence } from '../../src/app/evidence-watch.ts'
import { findAltered } from '../../src/rumour/custody.ts'
import { openEvidence } from '../../src/rumour/handover/evidence.ts'
import { findAlteredEvidence } from '../../src/rumour/handover/inspect.ts'
import { fromWeb, hearFromOutside } from '../../src/rumour/outside.ts'
import { openPicture } from '../../src/rumour/pictures.ts'
import { buildPackage, openPackage } from '../../src/rumour/handover/package.ts'
import { addFile, listAlteredFiles, readFileBytes } from '../../src/store/attachments.ts'
import { listMigrations, migrate } from '../../src/store/migrate.ts'
import { withTransaction } from '../../src/store/pool.ts'
import { silentLog } from '../../src/store/postgres/log.ts'
import { startPostgres, withClient, type Postgres } from '../../src/store/postgres/start.ts'
import { hashBytes } from '../../src/rumour/handover/context.ts'
import { exif, makeJpeg } from '../core/attachments/files.ts'
import { outsideOf, told } from './outside-of.ts'
import { openHandoverDesk, type HandoverDesk } from './handover-desk.ts'

let folder: string
let postgres: Postgres
let desk: HandoverDesk

const options = () => ({
  dataFolder: join(folder, 'data'),
  stateRoot: join(folder, 'state'),
  log: silentLog,
  fsync: false,
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quakedesk-disk-'))
  await chmod(folder, 0o755)
  postgres = await startPostgres(options())
  await withClient(postgres.adminConfig, (client) => client.query('create extension if not exists pg_trgm'))
  const migrations = await listMigrations(fileURLToPath(new URL('../../src/store/migrations', import.meta.url)))
  await withClient(postgres.ownerConfig, (client) => migrate(client, migrations))
  desk = await openHandoverDesk({ ...postgres, drop: async () => undefined })
}, 120_000)
afterAll(async () => {
  await desk?.close()
  await postgres.stop('immediate')
  await rm(folder, { recursive: true, force: true })
}, 60_000)

/** Where a table's long values stand, as a file. */
async function findFile(table: string): Promise<string> {
  const rows = await withClient(postgres.adminConfig, async (client) => {
    await client.query('checkpoint')
    const found = await client.query<{ path: string }>(
      `select pg_relation_filepath(case when c.reltoastrelid = 0 or pg_relation_size(c.reltoastrelid) = 0 then c.oid
         else c.reltoastrelid end) as path from pg_class c where c.oid = $1::regclass`,
      [table],
    )
    return found.rows
  })
  return join(postgres.location, 'data', rows[0]?.path ?? '')
}

/** Flips bytes in the first page of each file, while nobody has them open. */
async function harm(tables: readonly string[]): Promise<void> {
  const files = []
  for (const table of tables) files.push(await findFile(table))
  await postgres.stop()
  for (const path of files) {
    const file = await open(path, 'r+')
    const bytes = Buffer.alloc(64)
    await file.read(bytes, 0, 64, 8_000)
    await file.write(
      bytes.map((byte) => byte ^ 0x5a),
      0,
      64,
      8_000,
    )
    await file.close()
  }
  postgres = await startPostgres(options())
}

test('bytes that change on the disk are named, rung for and not handed out; what stands beside them is', async () => {
  const [bad, good] = [
    await desk.begin('听说西坝有17人受伤了，大家小心'),
    await desk.begin('听说东坝有18人受伤了，大家小心'),
  ]
  // Longer than a page each, so that the first page holds the first item alone.
  const first = await desk.keep(bad.claim, { bytes: randomBytes(40_000) })
  const second = await desk.keep(good.claim, { bytes: randomBytes(40_000) })
  const built = await buildPackage(desk.handover, bad.claim, { reason: '移送' }, desk.people.wang)
  const other = await buildPackage(desk.handover, good.claim, { reason: '移送' }, desk.people.wang)
  if (!built.ok || !other.ok) throw new Error('nothing was built')
  const [harmed, whole] = [randomBytes(30_000), randomBytes(30_000)]
  for (const bytes of [harmed, whole])
    await addFile(desk.pool, { sha256: hashBytes(bytes), type: 'application/pdf', bytes }, desk.context.now())
  // Fills the first page of originals, so that the newest one is sound.
  for (let n = 0; n < 8; n += 1) await desk.tell(`北坝第${n}户说水管裂了${'，大家都看见了'.repeat(60)}`)
  const onPage = await withClient(postgres.ownerConfig, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select sighting_id as id from sighting_raw where ctid < '(1,0)'`,
    )
    return rows.map(({ id }) => id)
  })
  expect(onPage).toEqual(expect.arrayContaining([bad.sighting, good.sighting]))
  expect(onPage.length).toBeLessThan(10)
  const picture = { original: makeJpeg([exif(6, randomBytes(20_000).toString('latin1'))]), type: 'image/jpeg' as const }
  const sent = await hearFromOutside(outsideOf(desk), told('听说中坝桥裂了，有图'), fromWeb('36.2.1.9', 'Firefox'), {
    picture,
  })
  if (!sent.ok) throw new Error(sent.reason)
  const shown = sent.sighting.id
  expect(await openPicture(desk.context, shown, desk.people.wang)).toMatchObject({ ok: true })
  expect(await findAltered(desk.context)).toEqual([])
  expect(await findAlteredEvidence(desk.handover)).toEqual([])

  await harm(['evidence_bytes', 'police_package_bytes', 'attachment', 'sighting_raw', 'sighting_picture'])

  const wang = desk.people.wang
  const item = (claim: string, id: string) => openEvidence(desk.handover, claim, id, wang)
  expect(await item(bad.claim, first)).toMatchObject({ ok: false, rule: 'altered' })
  expect(await item(good.claim, second)).toMatchObject({ ok: true })
  expect(await openPackage(desk.handover, bad.claim, built.one.id, wang)).toMatchObject({ ok: false, rule: 'altered' })
  expect(await openPackage(desk.handover, good.claim, other.one.id, wang)).toMatchObject({ ok: true })
  expect(await buildPackage(desk.handover, bad.claim, { reason: '再移送' }, wang)).toMatchObject({ rule: 'altered' })
  const files = await withTransaction(desk.pool, (client) =>
    listAlteredFiles(client, [hashBytes(harmed), hashBytes(whole)]),
  )
  expect(files).toEqual([hashBytes(harmed)])
  expect(await readFileBytes(desk.pool, hashBytes(harmed))).toBe('altered')
  expect(await readFileBytes(desk.pool, hashBytes(whole))).toEqual(whole)
  expect(await openPicture(desk.context, shown, wang)).toMatchObject({ ok: false, rule: 'altered' })

  const rung = new Map<string, string>()
  await watchEvidence({
    pool: desk.pool,
    dataFolder: folder,
    handover: desk.handover,
    alarm: async (_kind, subject, message) => void rung.set(subject, message),
    clearOthers: async () => undefined,
  })
  expect([...rung.keys()].toSorted()).toEqual(
    [
      `sighting ${shown}`,
      ...onPage.map((id) => `sighting ${id}`),
      `${bad.claim} ${first}`,
      `${bad.claim} ${built.one.id}`,
      `file ${hashBytes(harmed)}`,
    ].toSorted(),
  )
  expect([...rung.values()].join()).toContain('已损坏')
  // New reports come in as before.
  expect((await desk.tell('听说南坝有19人受伤了，大家小心')).sighting).not.toBe('')
}, 90_000)
