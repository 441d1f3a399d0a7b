// In: a determination and how much arrived with it. Out: the verdicts of the gates on bulk, first polls, kill switch.
// Must not drop a fresh official row because it came among many (DESIGN §6.8).
import { PASS, type Gate } from './gate.ts'

export const bulkGate: Gate = {
  name: 'bulk',
  stops: 'a first poll or a re-emitted list spoken row by row',
  passes: 'the main shock among 30 rows after a reconnect: rows younger than 15 min pass one by one',
  words: ['first'],
  decide: ({ report, world, policy }) => {
    if (world.seeding) return { outcome: 'archive', reason: 'first poll of this source: recorded, not spoken' }
    if (!world.bulk || report.originTime === null) return PASS
    if (world.now - report.originTime <= policy.gates.bulkAgeMs) return PASS
    return { outcome: 'archive', reason: 'came in bulk and is older than 15 min' }
  },
}

export const killGate: Gate = {
  name: 'kill-switch',
  stops: 'everything but withdrawals while a person has pulled the global switch',
  passes: 'any withdrawal; a single outlet’s switch leaves the others alone',
  words: ['first', 'follow-up'],
  decide: ({ world }) => (world.killed ? { outcome: 'hold', reason: 'the global kill switch is on' } : PASS),
}
