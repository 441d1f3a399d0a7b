// In: databases made with good and bad locales, and users with and without rights. Out: proof of what is refused at start.
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import {
  APP_ROLE,
  OWNER_ROLE,
  assertLocale,
  ensureRoles,
  externalConnections,
} from '../../../src/store/postgres/roles.ts'
import { withClient } from '../../../src/store/postgres/start.ts'
import { listAccounts } from '../../../src/store/postgres/account.ts'
import { replacing } from '../../support/connection.ts'
import { testServer } from '../../support/database.ts'

const made: string[] = []
async function make(options: string): Promise<string> {
  const { adminConfig } = await testServer()
  const name = `test_${randomBytes(8).toString('hex')}`
  await withClient(adminConfig, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0 ${options}`))
  made.push(name)
  return name
}
afterEach(async () => {
  const { adminConfig } = await testServer()
  await withClient(adminConfig, async (client) => {
    for (const name of made.splice(0)) await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
  })
})

describe('what a database must be', () => {
  const check = async (options: string): Promise<void> => {
    const { adminConfig } = await testServer()
    await withClient(replacing(adminConfig, await make(options)), assertLocale)
  }

  test('UTF-8 with a UTF-8 ctype is taken', async () => {
    await expect(
      check(`ENCODING 'UTF8' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`),
    ).resolves.toBeUndefined()
  })

  test('ctype C, under which Chinese cannot be searched, is refused with the statement that makes a good one', async () => {
    await expect(check(`ENCODING 'UTF8' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'`)).rejects.toThrow(
      /LC_CTYPE is C, under which Chinese text cannot be searched; create it with: CREATE DATABASE/,
    )
  })

  test('another encoding is refused', async () => {
    await expect(check(`ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'`)).rejects.toThrow(
      /encoded in UTF8; this one is SQL_ASCII/,
    )
  })
})

describe('the roles', () => {
  test('ensuring them twice changes nothing, and the program may not create tables', async () => {
    const { adminConfig, ownerConfig, appConfig } = await testServer()
    const name = await make('')
    await withClient(replacing(adminConfig, name), async (client) => {
      await ensureRoles(client, { login: true })
      await ensureRoles(client, { login: true })
    })
    await withClient(replacing(ownerConfig, name), (client) => client.query('CREATE TABLE quake (id bigint)'))
    await withClient(replacing(appConfig, name), async (client) => {
      await expect(client.query('CREATE TABLE mine (id bigint)')).rejects.toThrow(/permission denied for schema public/)
      await expect(client.query('CREATE TEMPORARY TABLE mine (id bigint)')).rejects.toThrow(/permission denied/)
      await expect(client.query('SELECT * FROM quake')).rejects.toThrow(/permission denied/)
      await expect(client.query(`SET session_replication_role = replica`)).rejects.toThrow(/permission denied/)
      await expect(client.query(`SET ROLE ${OWNER_ROLE}`)).rejects.toThrow(/permission denied/)
    })
  })

  test('on a server of the bureau one user takes on the owner and the program by the connection itself', async () => {
    const { adminConfig } = await testServer()
    const name = await make('')
    const user = `bureau_${randomBytes(4).toString('hex')}`
    await withClient(adminConfig, async (client) => {
      await client.query(`CREATE ROLE ${user} LOGIN`)
      await client.query(`GRANT ${OWNER_ROLE}, ${APP_ROLE} TO ${user}`)
      await client.query(`ALTER DATABASE ${name} OWNER TO ${user}`)
    })
    const url = `postgresql://${user}:x@/${name}?host=${encodeURIComponent(adminConfig.host)}&options=-c%20lock_timeout%3D7s`
    const external = externalConnections(url)
    const roles: unknown[] = []
    try {
      await withClient(external.adminConfig, (client) => ensureRoles(client, { login: false }))
      for (const config of [external.ownerConfig, external.appConfig]) {
        const sql = `SELECT current_user AS role, session_user AS login, current_setting('lock_timeout') AS wait`
        roles.push(await withClient(config, async (client) => (await client.query(sql)).rows[0]))
      }
    } finally {
      await withClient(adminConfig, (client) =>
        client.query(`ALTER DATABASE ${name} OWNER TO quakedesk_admin; DROP ROLE ${user}`),
      )
    }
    expect(roles).toEqual([
      { role: OWNER_ROLE, login: user, wait: '7s' },
      { role: APP_ROLE, login: user, wait: '7s' },
    ])
  })

  test('separate users for owner and program each get their role', () => {
    const { ownerConfig, appConfig } = externalConnections('postgres://a@db/q', 'postgres://o@db/q')
    expect(ownerConfig.connectionString).toBe('postgres://o@db/q?options=-c%20role%3Dquakedesk_owner')
    expect(appConfig.connectionString).toBe('postgres://a@db/q?options=-c%20role%3Dquakedesk_app')
  })

  test('a user without rights is told what an administrator must run', async () => {
    const { adminConfig } = await testServer()
    const name = await make('')
    const user = `stranger_${randomBytes(4).toString('hex')}`
    await withClient(adminConfig, (client) => client.query(`CREATE ROLE ${user} LOGIN`))
    try {
      await withClient({ ...replacing(adminConfig, name), user }, async (client) => {
        await expect(ensureRoles(client, { login: false })).rejects.toThrow(
          /as an administrator run: GRANT quakedesk_owner TO/,
        )
      })
    } finally {
      await withClient(adminConfig, (client) => client.query(`DROP ROLE ${user}`))
    }
  })
})

test('the account for a server started by root is nobody, then a system account, never root', () => {
  const passwd =
    'root:x:0:0::/root:/bin/sh\nli:x:1000:1000::/home/li:/bin/sh\nbroken\ndaemon:x:1:1:::\nnobody:x:65534:65534:n:/:/x\n'
  expect(listAccounts(passwd).map((account) => account.uid)).toEqual([65_534, 1, 1000])
  expect(listAccounts('')).toEqual([])
})
