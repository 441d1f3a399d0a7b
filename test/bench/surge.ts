// In: a running installation, a generator on the public process's core. Out: whether a surge is served without an error, and
// what a new notice's way to the channels takes meanwhile, beside an idle publisher.
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Channels } from './channels.ts'
import { judge, quantile } from './measure.ts'
import { generate } from './page-generator.ts'

const STEP = { from: 5, to: 5_000, ms: 50_000 }
const HOLD_MS = 10_000
const SHARE = 0.7
const BLOCKS = 5
const PER_BLOCK = 12
/** Between two notices; the pages of the one before are built meanwhile, as they would be. */
const PAUSE_MS = 150

export interface Surge {
  generator: ChildProcess
  port: number
  channels: Channels
  post: () => Promise<void>
}

export async function benchSurge({ generator, port, channels, post }: Surge): Promise<void> {
  const at = { port, path: '/', connections: 128 }
  process.stdout.write(
    'surge: by the clock, generator and public process on one core, publisher and database on the other\n',
  )
  const stretches = [{ from: STEP.from, to: STEP.from, ms: 2_000 }, STEP, { from: STEP.to, to: STEP.to, ms: HOLD_MS }]
  const step = await generate(generator, { manner: 'open', stretches, ...at })
  process.stdout.write(
    `  ${step.errors === 0 ? 'PASS' : 'FAIL'}  5 → 5,000 requests/s within 50 s, held 10 s: ${step.answers} answers, ${step.errors} errors, p50 ${step.p50.toFixed(1)} p99 ${step.p99.toFixed(0)} max ${step.max.toFixed(0)} ms\n`,
  )
  const full = await generate(generator, { manner: 'closed', ms: 3_000, ...at })
  const rate = (full.answers / full.ms) * 1_000
  process.stdout.write(`  saturation on that core, generator included: ${rate.toFixed(0)} requests/s\n`)
  const times = { idle: [] as number[], loaded: [] as number[] }
  const sample = async (into: number[]): Promise<void> => {
    for (let index = 0; index < PER_BLOCK; index += 1) {
      into.push(await channels.time([...channels.urls.keys()], post))
      await sleep(PAUSE_MS)
    }
  }
  const ratios: number[] = []
  let errors = 0
  await sample([])
  for (let block = 0; block < BLOCKS; block += 1) {
    const [idle, loaded]: [number[], number[]] = [[], []]
    const crowd = async (): Promise<void> => {
      const ms = PER_BLOCK * (PAUSE_MS + 100) + 1_000
      const load = generate(generator, {
        manner: 'open',
        stretches: [{ from: rate * SHARE, to: rate * SHARE, ms }],
        ...at,
      })
      await sleep(500)
      await sample(loaded)
      errors += (await load).errors
    }
    // Turn about: whatever the machine does meanwhile meets both.
    for (const isIdle of block % 2 === 0 ? [true, false] : [false, true]) await (isIdle ? sample(idle) : crowd())
    times.idle.push(...idle)
    times.loaded.push(...loaded)
    ratios.push(quantile(loaded, 0.9) / quantile(idle, 0.9))
  }
  for (const [name, all] of Object.entries(times))
    process.stdout.write(
      `  feed → channels, ${name.padEnd(6)}  n ${all.length}  p50 ${quantile(all, 0.5).toFixed(1)}  p90 ${quantile(all, 0.9).toFixed(1)}  max ${Math.max(...all).toFixed(1)} ms\n`,
    )
  const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)]
  const middle = quantile(times.loaded, 0.9) / quantile(times.idle, 0.9)
  const text = `${middle.toFixed(2)} (${low.toFixed(2)}..${high.toFixed(2)} per block), ${errors} errors`
  judge('p90 at 70 % of saturation ≤ 2 × idle', { low, high, middle, text }, 2)
}
