// In: a claim's risk and what was done. Out: whether its due times are those of the table; and what redaction leaves.
import { expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../../src/core/instant.ts'
import { DOUBTS } from '../../../src/core/rumour/claim-match.ts'
import { SCOPE_NAMES } from '../../../src/core/rumour/signoff.ts'
import { CLOCK_NAMES, readClocks } from '../../../src/core/rumour/clocks.ts'
import { nameReporter, redactPersons } from '../../../src/core/rumour/redact.ts'

const dueOf = (risk: 1 | 2 | 3 | 4, clock: string) =>
  readClocks(risk, { openedAt: 0, submittedAt: MINUTE, met: {} }, 0).find((reading) => reading.clock === clock)?.dueAt

test('a verdict is due after half an hour, an hour, four hours, a day', () => {
  expect([4, 3, 2, 1].map((risk) => dueOf(risk as 1 | 2 | 3 | 4, 'verdict'))).toEqual([
    30 * MINUTE,
    HOUR,
    4 * HOUR,
    24 * HOUR,
  ])
  expect(dueOf(4, 'legal-word')).toBe(5 * HOUR)
  expect(dueOf(4, 'legal-conference')).toBe(24 * HOUR)
  expect(dueOf(4, 'signoff')).toBe(11 * MINUTE)
})

test('a clock that was met late says so, and a case that rests runs none', () => {
  const states = (now: number, more = {}) =>
    readClocks(2, { openedAt: 0, met: { acknowledge: 31 * MINUTE }, ...more }, now).map(({ state }) => state)
  expect(states(HOUR)).toEqual(['late', 'running', 'running', 'running'])
  expect(states(3 * HOUR)).toEqual(['late', 'passed', 'running', 'running'])
  expect(states(3 * HOUR, { restedAt: HOUR })).toEqual(['late', 'stopped', 'stopped', 'stopped'])
})

test('what names a person is blanked out, figures of the quake stay', () => {
  expect(redactPersons('我叫张三丰，电话138 0013 8000，身份证110101199003071234')).toBe(
    '我叫［姓名］，电话［手机号］，身份证［身份证号］',
  )
  expect(redactPersons('6月3日18时11分发生5.0级地震，震源深度8千米，12人受伤')).toBe(
    '6月3日18时11分发生5.0级地震，震源深度8千米，12人受伤',
  )
  expect(nameReporter('vault-91a7f3')).toBe('举报人 #A7F3')
})

test('every clock, signature and doubt is told in Chinese', () => {
  for (const words of [CLOCK_NAMES, SCOPE_NAMES, DOUBTS].flatMap((names) => Object.values(names)))
    expect(words).toMatch(/^\p{Script=Han}/u)
})
