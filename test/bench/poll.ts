// npm run bench -- --only poll: CPU of a poll whose body did not change, beside parsing that body.
// Both through the real fetcher from a server in another process; rounds in rotated order.
import { fork } from 'node:child_process'
import { fetchFeed } from '../../src/feeds/fetch.ts'
import { systemClock } from '../../src/feeds/fetch-clock.ts'
import { createFeedDispatcher } from '../../src/feeds/fetch-guard.ts'
import { parseUsgs } from '../../src/feeds/usgs.ts'
import { judge, median, ratioSpread, waitForMessage } from './measure.ts'

const ROUNDS = 9
const PER_ROUND = 6

/** Milliseconds of CPU, user and system, of this process. */
async function cpu(act: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await act()
  const spent = process.cpuUsage(before)
  return (spent.user + spent.system) / 1_000
}

/** Runs the section; prints CPU medians and the ratio. */
export async function benchPoll(): Promise<void> {
  const child = fork(new URL('poll-server.ts', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const { url } = await waitForMessage<{ url: string }>(child)
  const dispatcher = createFeedDispatcher()
  const deps = { clock: systemClock, dispatcher }
  const first = await fetchFeed({ url }, {}, deps)
  if (first.state !== 'changed') throw new Error(`the feed did not answer: ${first.state}`)
  const state = { sha256: first.sha256 }
  const { text } = first
  const acts: Record<'unchanged' | 'parse', () => Promise<void>> = {
    unchanged: async () => {
      const again = await fetchFeed({ url }, state, deps)
      if (again.state !== 'unchanged') throw new Error(`expected unchanged, got ${again.state}`)
    },
    parse: async () => {
      if (parseUsgs(text).reports.length === 0) throw new Error('nothing was parsed')
    },
  }
  const samples = { unchanged: [] as number[][], parse: [] as number[][] }
  for (const name of ['unchanged', 'parse'] as const) await acts[name]()
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = round % 2 === 0 ? (['unchanged', 'parse'] as const) : (['parse', 'unchanged'] as const)
    for (const name of order) {
      const times: number[] = []
      for (let index = 0; index < PER_ROUND; index += 1) times.push(await cpu(acts[name]))
      samples[name].push(times)
    }
  }
  child.kill()
  await dispatcher.destroy()
  process.stdout.write('poll: CPU ms of one poll, 10,000 features, gzip\n')
  for (const [name, rounds] of Object.entries(samples))
    process.stdout.write(`  ${name.padEnd(10)} ${median(rounds.flat()).toFixed(2)}\n`)
  judge('unchanged ≤ 0.15 × parse', ratioSpread(samples.unchanged, samples.parse), 0.15)
}
