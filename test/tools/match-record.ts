// In: this installation's database, as its configuration or DATABASE_URL names it. Out: what people decided about likeness, without who did.
// Must not write anything, nor start a server: the running installation is asked.
import { resolve } from 'node:path'
import type { Pool } from 'pg'
import { channels } from '../../channels/index.ts'
import { findConfigFile, loadConfigFile, readEnvironment } from '../../src/config.ts'
import { formatBeijing } from '../../src/core/instant.ts'
import type { Decision } from '../../src/core/rumour/decisions.ts'
import { openPool } from '../../src/store/pool.ts'
import { externalConnections } from '../../src/store/postgres/roles.ts'
import { findRunning } from '../../src/store/postgres/start.ts'
import { listDecidedPairs } from '../../src/store/rumours/decisions.ts'

const MOST = 100_000

function findConnection() {
  const env = readEnvironment()
  const yaml = findConfigFile(env)
  const config = yaml === null ? null : loadConfigFile(yaml, env, channels)
  if (config !== null && config.databaseUrl !== null)
    return externalConnections(config.databaseUrl, config.databaseOwnerUrl).appConfig
  const url = env['DATABASE_URL']
  if (config === null && url) return externalConnections(url).appConfig
  const folder = config?.dataFolder ?? resolve(env['QUAKEDESK_DATA'] || 'data')
  const running = findRunning(folder)
  if (running === null) throw new Error(`no Quakedesk runs on ${folder}; start it first`)
  return running.appConfig
}

/** The same from a pool that is open already. */
export async function readDecided(pool: Pool): Promise<Decision[]> {
  return (await listDecidedPairs(pool, MOST)).map(({ one, other, same, from, band, ruleVersion, at }) => ({
    one,
    other,
    same,
    from,
    band,
    rules: ruleVersion,
    day: formatBeijing(at).slice(0, 10),
  }))
}

export async function readRecordedDecisions(): Promise<Decision[]> {
  const pool = openPool(findConnection(), 1, () => undefined)
  try {
    return await readDecided(pool)
  } finally {
    await pool.end()
  }
}
