// In: made-up records of drills. Out: which steps are timed, judged good, late or missed, and what is asked of nobody.
import { expect, test } from 'vitest'
import { USUAL_GOALS } from '../../../src/core/drill/goals.ts'
import { classifyScenario } from '../../../src/core/drill/scenario-kind.ts'
import {
  timeSteps,
  toDrillTime,
  type DrillHold,
  type DrillNotice,
  type DrillRecord,
} from '../../../src/core/drill/stopwatch.ts'

const LEFT = '演练结束，未及了结'
const hold: DrillHold = {
  quake: 'q-1',
  gate: 'size',
  reason: '须人工核定',
  state: 'released',
  since: 100_000,
  closedAt: 200_000,
  closedBy: 'p-1',
  closedWhy: '',
  acknowledgedAt: 150_000,
  acknowledgedBy: 'p-2',
  rang: true,
}
const notice: DrillNotice = {
  quake: 'q-1',
  serial: '某震信演〔2031〕1号 第1报',
  kind: 'quick-report',
  title: '',
  actor: 'system',
  receivedAt: 100_000,
  issuedAt: 101_000,
  deliveries: [
    {
      outlet: 'site',
      channel: 'website',
      leg: 'page',
      state: 'accepted',
      reason: '',
      acceptedAt: 101_500,
      seenAt: null,
    },
    {
      outlet: 'weibo',
      channel: 'weibo',
      leg: 'post',
      state: 'accepted',
      reason: '',
      acceptedAt: 104_000,
      seenAt: null,
    },
  ],
}
const judge = (record: Partial<DrillRecord>): string[] =>
  timeSteps({ reports: [], holds: [], notices: [], ...record }, USUAL_GOALS, LEFT)
    .filter(({ goal }) => goal !== null)
    .map(({ goal, mark, tookMs, by }) => [goal, mark, tookMs ?? '-', by].join(' ').trim())

test('a hold is heard and decided by whom it was, within its goal or late', () => {
  expect(judge({ holds: [hold] })).toEqual(['acknowledge good 50000 p-2', 'decide good 100000 p-1'])
  const slow = { ...hold, acknowledgedAt: 161_000, closedAt: 280_001 }
  expect(judge({ holds: [slow] })).toEqual(['acknowledge late 61000 p-2', 'decide late 180001 p-1'])
})

test('whoever decides has heard the alarm; pressing twice is asked of nobody', () => {
  const one = { ...hold, acknowledgedAt: null, acknowledgedBy: null, closedAt: 130_000 }
  expect(judge({ holds: [one] })).toEqual(['acknowledge good 30000 p-1', 'decide good 30000 p-1'])
})

test('what the end of the drill had to close was missed', () => {
  const left: DrillHold = { ...hold, state: 'dismissed', closedWhy: LEFT, acknowledgedAt: null, acknowledgedBy: null }
  expect(judge({ holds: [left] })).toEqual(['acknowledge missed -', 'decide missed -'])
  expect(judge({ holds: [{ ...left, acknowledgedAt: 110_000, acknowledgedBy: 'p-2' }] })).toEqual([
    'acknowledge good 10000 p-2',
    'decide missed -',
  ])
})

test('a hold that a better determination resolved asked for a decision of nobody; that nobody heard it in time is missed', () => {
  const resolved: DrillHold = {
    ...hold,
    state: 'resolved',
    closedBy: 'system',
    acknowledgedAt: null,
    acknowledgedBy: null,
  }
  expect(judge({ holds: [{ ...resolved, closedAt: 130_000 }] })).toEqual([])
  expect(judge({ holds: [{ ...resolved, closedAt: 400_000 }] })).toEqual(['acknowledge missed -'])
  expect(judge({ holds: [{ ...resolved, rang: false }] })).toEqual([])
})

test('a word that goes out by itself is timed from what was received, one that waited for somebody is not', () => {
  expect(judge({ notices: [notice] })).toEqual(['speak good 1000 system', 'carry good 3000'])
  expect(judge({ holds: [hold], notices: [{ ...notice, issuedAt: 150_000, deliveries: [] }] })).toEqual([
    'acknowledge good 50000 p-2',
    'decide good 100000 p-1',
  ])
  expect(judge({ notices: [{ ...notice, actor: 'p-1', deliveries: [] }] })).toEqual([])
})

test('a withdrawal counts as done when the last channel has it; one channel without it is a withdrawal missed', () => {
  const withdrawal: DrillNotice = { ...notice, kind: 'withdrawal', actor: 'p-1' }
  expect(judge({ notices: [withdrawal] })).toEqual(['withdraw good 3000'])
  const failing = withdrawal.deliveries.map((one) =>
    one.outlet === 'weibo' ? { ...one, state: 'failed' as const, acceptedAt: null } : one,
  )
  expect(judge({ notices: [{ ...withdrawal, deliveries: failing }] })).toEqual(['withdraw missed -'])
  const replaced = failing.map((one) => (one.outlet === 'weibo' ? { ...one, state: 'superseded' as const } : one))
  expect(judge({ notices: [{ ...withdrawal, deliveries: replaced }] })).toEqual(['withdraw good 500'])
})

test('a real instant is found on the drill’s clock, over every stretch that was skipped', () => {
  const clock = [
    { real: 1_000, drill: 500_000 },
    { real: 5_000, drill: 900_000 },
  ]
  expect([500, 1_000, 4_999, 5_000, 7_000].map((real) => toDrillTime(clock, real))).toEqual([
    500_000, 500_000, 503_999, 900_000, 902_000,
  ])
  expect(toDrillTime([], 7)).toBe(7)
})

test('a scenario is filed under what it practises', () => {
  const expect_ = { notices: [{ kind: 'quick-report' }], holds: ['size'] }
  expect(classifyScenario({ truth: true, acts: [], expect: expect_ })).toBe('hold')
  expect(classifyScenario({ truth: false, acts: [], expect: expect_ })).toBe('stop')
  expect(classifyScenario({ truth: true, acts: [{ desk: 'withdraw' }], expect: expect_ })).toBe('withdraw')
  expect(classifyScenario({ truth: true, acts: [], expect: { ...expect_, holds: [] } })).toBe('publish')
  expect(classifyScenario({ truth: true, tells: [{}], acts: [], expect: expect_ })).toBe('rumour')
})
