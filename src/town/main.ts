// In: --config <file or inline JSON>, standard input. Out: a set of stand-ins as a process of their own, one JSON line of URLs.
// Must not outlive its parent: it ends when standard input closes.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Instant } from '../core/instant.ts'
import { parseZonedTime } from '../core/instant.ts'
import { readTownConfig } from './town-config.ts'
import { startPush } from './push.ts'
import { startRobots } from './robots.ts'
import { startSms } from './sms.ts'
import type { Stand } from './stand.ts'
import { startWebhook } from './webhook.ts'
import { startWechat } from './wechat.ts'
import { startWeibo } from './weibo.ts'

function startOf(given: number | string | undefined): Instant | null {
  if (given === undefined || typeof given === 'number') return given ?? null
  const at = parseZonedTime(given)
  if (at === null) throw new Error(`now: "${given}" is no ISO 8601 instant with its zone`)
  return at
}

async function start(text: string): Promise<Record<string, Stand>> {
  const config = readTownConfig(text)
  const begin = startOf(config.now)
  let offset = begin === null ? 0 : begin - Date.now()
  const common = {
    now: () => Date.now() + offset,
    setClock(to: Instant) {
      offset = to - Date.now()
    },
  }
  const stands: Record<string, Stand> = {}
  if (config.weibo) stands.weibo = await startWeibo({ ...config.weibo, ...common })
  if (config.wechat) stands.wechat = await startWechat({ ...config.wechat, ...common })
  if (config.webhook) stands.webhook = await startWebhook({ ...config.webhook, ...common })
  if (config.robots) stands.robots = await startRobots({ ...config.robots, ...common })
  if (config.sms) stands.sms = await startSms({ ...config.sms, ...common })
  if (config.push) stands.push = await startPush({ ...config.push, ...common })
  return stands
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } })
  const given = values.config
  if (given === undefined) throw new Error('usage: node src/town/main.ts --config <json file or inline JSON>')
  const stands = await start(given.trimStart().startsWith('{') ? given : readFileSync(given, 'utf8'))
  const urls = Object.fromEntries(Object.entries(stands).map(([name, stand]) => [name, stand.url]))
  process.stdout.write(`${JSON.stringify(urls)}\n`)
  const end = async (): Promise<void> => {
    await Promise.all(Object.values(stands).map((stand) => stand.close()))
    process.exit(0)
  }
  process.stdin.resume()
  for (const event of ['end', 'close', 'error'] as const) process.stdin.once(event, () => void end())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())
}

run().catch((cause: unknown) => {
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`)
  process.exit(2)
})
