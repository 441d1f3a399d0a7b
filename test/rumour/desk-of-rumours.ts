// In: nothing. Out: a rumour desk over a database of its own: its clock by hand, and people of several organisations.
// Must not reach past src/rumour and src/store; what a page shows is tested elsewhere.
import { randomBytes } from 'node:crypto'
import { Client, type ClientConfig, type Pool } from 'pg'
import type { Role } from '../../src/core/people/roles.ts'
import type { Person } from '../../src/rumour/context.ts'
import { takeSighting, type Told } from '../../src/rumour/intake.ts'
import type { MatchContext } from '../../src/rumour/matching.ts'
import { openPool } from '../../src/store/pool.ts'
import { activateAccount, addAccount, saveOrganisation } from '../../src/store/people/accounts.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { contextByHand } from './context-by-hand.ts'

export { HOME } from './context-by-hand.ts'
export const START = Date.UTC(2026, 2, 4, 2, 0, 0)

export interface RumourDesk {
  pool: Pool
  context: MatchContext
  people: Record<'wang' | 'zhao' | 'li' | 'sun' | 'qian' | 'zhou' | 'wu' | 'chen', Person>
  /** Lets time pass. */
  pass(ms: number): void
  /** What somebody tells the desk by telephone; throws when it is refused. */
  tell(text: string, by?: Person, more?: Partial<Told>): Promise<{ sighting: string; claim: string }>
  /** For what the program's own role may not do. */
  ownerConfig: ClientConfig
  /** For a program of its own over this record. */
  appConfig: ClientConfig
  /** Seals what this record holds. */
  secret: Buffer
  query<R extends object>(text: string, values?: unknown[]): Promise<R[]>
  /** A second program over the same record. */
  another(): MatchContext
  /** Official sources that do not answer; a test puts them in and takes them out. */
  silent: string[]
  close(): Promise<void>
}

const ORGANISATIONS = [
  { id: 'bureau', name: '试验地震局', kind: 'bureau' },
  { id: 'wangxin', name: '试验网信办', kind: 'cac' },
  { id: 'gongan', name: '试验公安局', kind: 'police' },
  { id: 'jiaoyu', name: '试验教育局', kind: 'other' },
] as const

const STAFF: readonly (readonly [keyof RumourDesk['people'], string, string, Role])[] = [
  ['wang', '王小明', 'bureau', 'duty'],
  ['chen', '陈二', 'bureau', 'duty'],
  ['zhao', '赵宣', 'bureau', 'publicity'],
  ['li', '李处', 'bureau', 'lead'],
  ['sun', '孙网', 'wangxin', 'liaison-cac'],
  ['qian', '钱警', 'gongan', 'liaison-police'],
  ['zhou', '周教', 'jiaoyu', 'liaison-unit'],
  ['wu', '吴观', 'jiaoyu', 'observer'],
]

/** @param given a database with all migrations and both roles; left out: one of its own */
export async function openRumourDesk(
  given?: Pick<FreshDatabase, 'ownerConfig' | 'appConfig' | 'drop'>,
): Promise<RumourDesk> {
  const database = given ?? (await freshDatabase())
  const pool = openPool(database.appConfig, 8, () => undefined)
  let now = START
  const people = {} as RumourDesk['people']
  for (const one of ORGANISATIONS) await saveOrganisation(pool, one)
  for (const [login, name, organisation, role] of STAFF) {
    const id = `p-${login}`
    await addAccount(pool, { id, login, name, organisation, roles: [role], by: 'start' }, now)
    await activateAccount(pool, id)
    people[login] = { account: id, organisation, roles: [role] }
  }
  const secret = randomBytes(32)
  const silent: string[] = []
  const another = (): MatchContext => ({ ...contextByHand(secret, () => now, silent), pool })
  const context = another()
  return {
    pool,
    context,
    people,
    another,
    silent,
    secret,
    ownerConfig: database.ownerConfig,
    appConfig: database.appConfig,
    pass: (ms) => {
      now += ms
    },
    tell: async (text, by = people.wang, more = {}) => {
      const told: Told = {
        route: 'phone',
        text,
        url: '',
        platform: '微信',
        region: '',
        seenAt: null,
        contact: '',
        ...more,
      }
      const taken = await takeSighting(context, told, by)
      if (!taken.ok) throw new Error(taken.reason)
      return { sighting: taken.sighting.id, claim: taken.placed?.claimId ?? '' }
    },
    query: async <R extends object>(text: string, values: unknown[] = []) => (await pool.query<R>(text, values)).rows,
    close: async () => {
      await pool.end()
      await database.drop()
    },
  }
}

/** Somebody with the owner's rights, who has put out of action what keeps the rows of these tables from being altered. */
export async function openOwner(
  { ownerConfig }: Pick<RumourDesk, 'ownerConfig'>,
  tables: readonly string[] = [],
): Promise<Client> {
  const owner = new Client(ownerConfig)
  await owner.connect()
  for (const table of tables) await owner.query(`alter table ${table} disable trigger user`)
  return owner
}
