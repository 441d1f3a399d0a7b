// In: the statements of docker/database-init.sh. Out: proof that the user they make can run the program and not own it.
// Must not leave its user behind: roles belong to the whole server of the test run.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Database } from '../../src/app/database.ts'
import { silentLog } from '../../src/store/postgres/log.ts'
import { APP_ROLE, OWNER_ROLE } from '../../src/store/postgres/roles.ts'
import { withClient } from '../../src/store/postgres/start.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const USER = `quakedesk_program_${randomBytes(4).toString('hex')}`
const script = readFileSync(new URL('../../docker/database-init.sh', import.meta.url), 'utf8')
const statements = (/<<'SQL'\n([\s\S]*?)^SQL$/m.exec(script)?.[1] ?? '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.replaceAll('quakedesk_program', USER).replace(`:'password'`, `'made-up'`))

let fresh: FreshDatabase
let database: Database
let asProgram: string

beforeAll(async () => {
  fresh = await freshDatabase('empty')
  await withClient(fresh.adminConfig, async (client) => {
    // The test server has the program's role already; a new cluster has not.
    for (const statement of statements.filter((line) => !line.startsWith(`CREATE ROLE ${APP_ROLE} `)))
      await client.query(statement)
  })
  const { host, database: name, user } = fresh.adminConfig
  const at = (login: string): string => `postgresql://${login}@/${name}?host=${encodeURIComponent(host)}`
  asProgram = at(USER)
  database = await openDatabase({ databaseUrl: asProgram, databaseOwnerUrl: at(user), dataFolder: '' }, silentLog)
})

afterAll(async () => {
  await fresh.drop()
  await withClient({ ...fresh.adminConfig, database: 'postgres' }, (client) =>
    client.query(`DROP ROLE IF EXISTS ${USER}`),
  )
})

test('the script makes the program’s role and user, and gives the user no other role', () => {
  expect(statements).toHaveLength(3)
  expect(statements.filter((line) => line.startsWith('GRANT'))).toEqual([`GRANT ${APP_ROLE} TO ${USER};`])
})

test('the program works through that user, on tables that another owns', async () => {
  const { rows } = await withClient(database.app, (client) =>
    client.query(`SELECT current_user AS role, session_user AS login, (SELECT count(*)::int FROM journal) AS entries`),
  )
  expect(rows).toEqual([{ role: APP_ROLE, login: USER, entries: 0 }])
})

test('that user can neither become the owner nor alter the journal, even without the program', async () => {
  await withClient({ connectionString: asProgram }, async (client) => {
    await expect(client.query(`SET ROLE ${OWNER_ROLE}`)).rejects.toThrow(/permission denied to set role/)
    for (const act of [
      'UPDATE journal SET actor = actor',
      'DELETE FROM journal',
      'TRUNCATE journal',
      'DROP TABLE journal',
    ]) {
      await expect(client.query(act), act).rejects.toThrow(/permission denied|must be owner/)
    }
  })
})
