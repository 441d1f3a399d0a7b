// In: steps of the register in every order, pasted addresses, credentials' ends. Out: proof of which may follow, who may take them,
// and what a page of the bureau may link to.
import { describe, expect, test } from 'vitest'
import {
  ENTRY_STEPS,
  findEndStep,
  listSteps,
  readPostAddress,
  speaks,
  takeStep,
  type EntryState,
} from '../../src/core/channel-register.ts'

const NUMBER = '银政新媒〔2026〕3号'
const STATES: readonly EntryState[] = [
  'applied',
  'approved',
  'running',
  'adjusting',
  'closing',
  'closed',
  'turned-down',
]

describe('the register', () => {
  test('an account speaks only after it was applied for, approved and started', () => {
    let state: EntryState | null = null
    const seen: [EntryState, boolean][] = []
    for (const step of ['apply', 'approve', 'start', 'adjust', 'approve', 'close', 'approve'] as const) {
      const by = step === 'approve' ? 'p-lead' : 'p-system'
      const taken = takeStep(state === null ? null : { state, askedBy: 'p-system' }, step, { by, number: NUMBER })
      if (!taken.ok) throw new Error(taken.rule)
      ;({ state } = taken)
      seen.push([state, speaks(state)])
    }
    expect(seen).toEqual([
      ['applied', false],
      ['approved', false],
      ['running', true],
      ['adjusting', true],
      ['running', true],
      ['closing', true],
      ['closed', false],
    ])
  })

  test('no step but an approved closing silences an account that runs', () => {
    for (const state of STATES.filter(speaks))
      for (const step of ENTRY_STEPS) {
        const taken = takeStep({ state, askedBy: 'p-system' }, step, { by: 'p-lead', number: NUMBER })
        if (taken.ok && !(state === 'closing' && step === 'approve'))
          expect([state, step, speaks(taken.state)]).toEqual([state, step, true])
      }
  })

  test('no step but a start makes an account speak', () => {
    for (const state of [null, ...STATES.filter((one) => !speaks(one))])
      for (const step of ENTRY_STEPS) {
        const standing = state === null ? null : { state, askedBy: 'p-system' }
        const taken = takeStep(standing, step, { by: 'p-lead', number: NUMBER })
        if (taken.ok && step !== 'start') expect([state, step, speaks(taken.state)]).toEqual([state, step, false])
      }
  })

  test('nobody approves or turns down what they asked for themselves, and an approval has its number', () => {
    for (const state of ['applied', 'adjusting', 'closing'] as const) {
      const standing = { state, askedBy: 'p-1' }
      for (const step of ['approve', 'turn-down'] as const)
        expect(takeStep(standing, step, { by: 'p-1', number: NUMBER })).toEqual({ ok: false, rule: 'own-request' })
      expect(takeStep(standing, 'approve', { by: 'p-2', number: '' })).toEqual({ ok: false, rule: 'no-number' })
      expect(takeStep(standing, 'turn-down', { by: 'p-2', number: '' })).toMatchObject({ ok: true })
    }
  })

  test('what may not follow is refused, and what is offered may be taken', () => {
    for (const state of [null, ...STATES]) {
      const standing = state === null ? null : { state, askedBy: 'p-1' }
      const taken = ENTRY_STEPS.filter((step) => takeStep(standing, step, { by: 'p-2', number: NUMBER }).ok)
      expect(taken).toEqual(listSteps(state))
    }
    expect(takeStep({ state: 'applied', askedBy: 'p-1' }, 'start', { by: 'p-1', number: '' })).toEqual({
      ok: false,
      rule: 'order',
    })
    expect(listSteps('closed')).toEqual(['apply'])
  })
})

test('an address that is pasted leads to the platform’s own host or is no address', () => {
  const hosts = ['weibo.com', 'weibo.cn']
  for (const good of ['https://weibo.com/1/A', ' https://m.weibo.cn/status/1?a=b ', 'http://www.weibo.com/1'])
    expect(readPostAddress(good, hosts)).toBe(new URL(good.trim()).href)
  for (const bad of [
    '',
    'weibo.com/1',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://weibo.com.evil.example/1',
    'https://notweibo.com/1',
    'https://a:b@weibo.com/1',
    'https://weibo.com@evil.example/',
    `https://weibo.com/${'a'.repeat(2_048)}`,
  ])
    expect([bad, readPostAddress(bad, hosts)]).toEqual([bad, null])
  expect(readPostAddress('https://example.cn/1', [])).toBe('https://example.cn/1')
  expect(readPostAddress('http://localhost/1', [])).toBe(null)
})

test('the end of a credential is told 30, 7 and 1 days ahead and when it is there', () => {
  const day = 86_400_000
  const at = [31, 30, 29, 8, 7, 6.9, 2, 1, 0.5, 0, -3].map((days) => findEndStep(days * day))
  expect(at).toEqual([null, 30, 30, 30, 7, 7, 7, 1, 1, 0, 0])
})
