// What a person reads of a gate is Chinese: its name, and the reason it gives. The situations of gates.test.ts are walked
// there; here the list of gates itself, and the eye that looks for English.
import { describe, expect, test } from 'vitest'
import { GATE_NAMES, nameGate } from '../../../src/core/judgement/gate-names.ts'
import { GATES } from '../../../src/core/judgement/gates.ts'
import { findEnglish } from './chinese.ts'

describe('the names of gates', () => {
  test.each(GATES.map((gate) => gate.name))('%s has a Chinese name for the duty officer', (name) => {
    expect(nameGate(name)).toMatch(/^\p{Script=Han}{2,6}$/u)
  })
  test('no two are called alike, whatever holds a word', () => {
    const names = Object.values(GATE_NAMES)
    expect(names.filter((name) => !/^\p{Script=Han}{2,6}$/u.test(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })
  test('a name that only an older record knows stays as it is', () => {
    expect(nameGate('tsunami')).toBe('tsunami')
    expect(nameGate('constructor')).toBe('constructor')
  })
})

describe('English in a reason is found', () => {
  test.each(['an automatic stands alone', '待核：no rule speaks of it', 'kill-switch', '规则 near 由人工，the clock'])(
    '%s',
    (reason) => expect(findEnglish(reason)).not.toBeNull(),
  )
  test.each([
    '',
    '来源 usgs 未列',
    '地名“80 km WNW of Somewhere”不能发布',
    '编号 CC.20260311 相差 6 秒',
    '规则 felt-here',
  ])('not in: %s', (reason) => expect(findEnglish(reason)).toBeNull())
})
