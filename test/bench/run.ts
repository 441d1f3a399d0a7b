// npm run bench [-- --only event,alone,poll] [--rounds N] [--samples N]: on this machine only, bounded, ratios inside one run.
import { parseArgs } from 'node:util'
import { benchAlone } from './alone.ts'
import { benchDesk } from './desk.ts'
import { benchEvent } from './event.ts'
import { printHeader, readLoad } from './header.ts'
import { benchLive } from './live.ts'
import { benchPage } from './page.ts'
import { benchPoll } from './poll.ts'
import { benchPush } from './push.ts'
import { benchRumours } from './rumours.ts'
import { benchSimilar } from './similar.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string' },
    samples: { type: 'string' },
    many: { type: 'string' },
  },
})
const rounds = Number(values.rounds ?? 9)
// 9 × 57 and 20 to warm stay below the 600 calls an hour that a webhook outlet may make.
const sections: Readonly<Record<string, () => Promise<void>>> = {
  event: () => benchEvent(rounds, Number(values.samples ?? 57)),
  alone: () => benchAlone(rounds, Number(values.samples ?? 30)),
  poll: benchPoll,
  page: () => benchPage(rounds),
  live: () => benchLive(rounds, Number(values.many ?? 5_000)),
  desk: () => benchDesk(Number(values.samples ?? 40), Number(values.many ?? 5_000_000)),
  similar: () => benchSimilar(rounds, Number(values.samples ?? 20), Number(values.many ?? 100_000)),
  rumours: () => benchRumours(Number(values.samples ?? 200), Number(values.many ?? 12_000)),
  push: () => benchPush(rounds, Number(values.samples ?? 1_000), Number(values.many ?? 100_000)),
}
const wanted = values.only?.split(',') ?? Object.keys(sections)
const unknown = wanted.filter((name) => !Object.hasOwn(sections, name))
if (unknown.length > 0) {
  process.stderr.write(`no section ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}\n`)
  process.exit(2)
}
printHeader()
for (const name of wanted) await sections[name]?.()
process.stdout.write(`load after ${readLoad()}\n`)
process.exit(0)
