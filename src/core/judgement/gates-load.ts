// In: a determination and how much arrived with it. Out: the verdicts of the gates on bulk, first polls, kill switch.
// Must not drop a fresh official row because it came among many (DESIGN §6.8).
import { MINUTE } from '../instant.ts'
import { PASS, type Gate } from './gate.ts'

export const bulkGate: Gate = {
  name: 'bulk',
  stops: 'a first poll or a re-emitted list spoken row by row',
  passes: 'the main shock among 30 rows after a reconnect: rows younger than 15 min pass one by one',
  words: ['first'],
  decide: ({ report, world, policy }) => {
    if (world.seeding) return { outcome: 'archive', reason: '该来源的首次列表只入库，不发布' }
    if (!world.bulk || report.originTime === null) return PASS
    if (world.now - report.originTime <= policy.gates.bulkAgeMs) return PASS
    return { outcome: 'archive', reason: `批量到达且发震已逾 ${policy.gates.bulkAgeMs / MINUTE} 分钟，只入库` }
  },
}

export const killGate: Gate = {
  name: 'kill-switch',
  stops: 'everything but withdrawals while a person has pulled the global switch',
  passes: 'any withdrawal; a single outlet’s switch leaves the others alone',
  words: ['first', 'follow-up'],
  decide: ({ world }) => (world.killed ? { outcome: 'hold', reason: '全部渠道已由人工停用，须先解除停用' } : PASS),
}
