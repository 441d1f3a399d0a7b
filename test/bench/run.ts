// npm run bench [-- --only event,poll] [--rounds N] [--samples N]: on this machine only, bounded, ratios inside one run.
import { cpus, loadavg, release } from 'node:os'
import { parseArgs } from 'node:util'
import { benchEvent } from './event.ts'
import { benchPoll } from './poll.ts'

const { values } = parseArgs({
  options: { only: { type: 'string' }, rounds: { type: 'string' }, samples: { type: 'string' } },
})
const sections: Readonly<Record<string, () => Promise<void>>> = {
  event: () => benchEvent(Number(values.rounds ?? 9), Number(values.samples ?? 60)),
  poll: benchPoll,
}
const wanted = values.only?.split(',') ?? Object.keys(sections)
const unknown = wanted.filter((name) => !Object.hasOwn(sections, name))
if (unknown.length > 0) {
  process.stderr.write(`no section ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}\n`)
  process.exit(2)
}
const load = (): string =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')
process.stdout.write(`node ${process.version}, linux ${release()}, ${cpus().length} cores, load before ${load()}\n`)
for (const name of wanted) await sections[name]?.()
process.stdout.write(`load after ${load()}\n`)
process.exit(0)
