// The one table of what a call to a platform comes to: never a second post on a guess, never a word without a next step.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Certainty, Outcome, ProbeOutcome } from '../../src/core/channel.ts'
import { afterDeliver, afterProbe, type DeliveryChange, type DeliveryStanding } from '../../src/core/delivery.ts'
import { MINUTE, SECOND } from '../../src/core/instant.ts'
import { requireChinese } from './judgement/chinese.ts'

const NOW = Date.UTC(2026, 2, 11, 19, 10)
const fresh: DeliveryStanding = {
  attempts: 1,
  absentProbes: 0,
  absentSince: null,
  expiresAt: null,
  firstAttemptAt: NOW,
}
const weibo: Certainty = { probe: 'heuristic', absentReads: 3, absentSpanMs: 90 * SECOND, keyedRepeat: false }
const none: Certainty = { ...weibo, probe: 'none' }

describe('after a call', () => {
  test('a parsed acceptance is final and carries its address', () => {
    const change = afterDeliver(fresh, { state: 'accepted', ref: '42', url: 'https://x.example/42' }, NOW)
    expect(change).toMatchObject({ state: 'accepted', ref: '42', url: 'https://x.example/42', acceptedAt: NOW })
    expect(change.dueAt).toBeUndefined()
  })
  test('a reply that never came is unknown, and is read back, not sent again', () => {
    const change = afterDeliver(fresh, { state: 'unknown', reason: 'cut', probeAfterMs: 5000 }, NOW)
    expect(change).toMatchObject({ state: 'unknown', dueAt: NOW + 5000, absentProbes: 0, absentSince: null })
    expect(change.nextAct).toBeUndefined()
  })
  test('a refused credential waits a minute and alarms; the word is not dropped', () => {
    expect(afterDeliver(fresh, { state: 'auth-expired', code: '21332', reason: 'expired' }, NOW)).toMatchObject({
      state: 'queued',
      dueAt: NOW + MINUTE,
      alarm: expect.stringContaining('expired'),
    })
  })
  test('a refused content ends and alarms', () => {
    const change = afterDeliver(fresh, { state: 'rejected', code: '20018', fix: 'shorten', reason: 'too long' }, NOW)
    expect(change).toMatchObject({ state: 'failed', alarm: expect.stringContaining('缩短') })
  })
  test('a quick report whose next try would come too late expires; a formal report is tried again', () => {
    const retry: Outcome = { state: 'retry', afterMs: 20 * MINUTE, code: '429', reason: 'busy' }
    expect(afterDeliver({ ...fresh, expiresAt: NOW + 10 * MINUTE }, retry, NOW).state).toBe('expired')
    expect(afterDeliver(fresh, retry, NOW)).toMatchObject({ state: 'queued', dueAt: NOW + 20 * MINUTE })
  })
  test.each([Number.NaN, Infinity, -5, 0, 1e15])('a pause of %d still leaves a time for the next try', (afterMs) => {
    const { dueAt = 0 } = afterDeliver(fresh, { state: 'retry', afterMs, code: 'x', reason: 'x' }, NOW)
    expect(dueAt).toBeGreaterThan(NOW)
    expect(dueAt).toBeLessThanOrEqual(NOW + 24 * 60 * MINUTE)
  })
})

describe('nothing waits or ends in silence', () => {
  const old: DeliveryStanding = { ...fresh, firstAttemptAt: NOW - 6 * MINUTE }
  const retry = (afterMs: number): Outcome => ({ state: 'retry', afterMs, code: '10023', reason: 'quota' })
  const exact: Certainty = { ...weibo, probe: 'exact' }

  test('a quick report that grew too old to be sent is told to a person, by whichever way it ends', () => {
    const given = { ...fresh, expiresAt: NOW + MINUTE }
    expect(afterDeliver(given, retry(2 * MINUTE), NOW)).toMatchObject({ state: 'expired', alarm: expect.any(String) })
    const late = { ...given, absentProbes: 2, absentSince: NOW - 90 * SECOND }
    expect(afterProbe(late, 'unknown', { state: 'absent' }, weibo, NOW + 2 * MINUTE)).toMatchObject({
      state: 'expired',
      alarm: expect.any(String),
    })
  })
  test('a wait for the next hour or day is told at once, a short one not', () => {
    expect(afterDeliver(fresh, retry(30 * MINUTE), NOW)).toMatchObject({
      state: 'queued',
      alarm: expect.stringContaining('quota'),
    })
    expect(afterDeliver(fresh, retry(MINUTE), NOW).alarm).toBeUndefined()
  })
  test('short waits that add up to five minutes are told as well', () => {
    expect(afterDeliver(old, retry(MINUTE), NOW).alarm).toContain('quota')
  })
  test('what is still unknown or pending after five minutes is told, not before', () => {
    const unknown: ProbeOutcome = { state: 'unknown', reason: 'cannot be read', probeAfterMs: SECOND }
    const pending: ProbeOutcome = { state: 'pending', job: '7', checkAfterMs: MINUTE, reason: 'waits for an admin' }
    for (const [was, outcome, word] of [
      ['unknown', unknown, 'cannot be read'],
      ['pending', pending, 'waits for an admin'],
    ] as const) {
      expect(afterProbe(fresh, was, outcome, exact, NOW).alarm).toBeUndefined()
      expect(afterProbe(old, was, outcome, exact, NOW)).toMatchObject({
        state: was,
        alarm: expect.stringContaining(word),
      })
    }
    expect(afterProbe(old, 'pending', pending, exact, NOW).reason).toBe('waits for an admin')
  })
  test('accepted with a warning stands and is told', () => {
    const warning = '5/10 were told'
    expect(afterDeliver(fresh, { state: 'accepted', ref: '5/10', url: null, warning }, NOW)).toMatchObject({
      state: 'accepted',
      reason: warning,
      alarm: warning,
    })
  })
})

describe('a word that may stand never ends as unsaid', () => {
  const doubtful: DeliveryStanding = { ...fresh, attempts: 3, unresolved: true }
  test('a refused repeat says nothing about the first call', () => {
    const refusal: Outcome = { state: 'rejected', code: '48001', fix: 'operator', reason: 'no permission' }
    expect(afterDeliver(doubtful, refusal, NOW)).toMatchObject({ state: 'unknown', alarm: expect.any(String) })
    expect(afterDeliver(fresh, refusal, NOW).state).toBe('failed')
    expect(afterDeliver(doubtful, { ...refusal, fix: 'giveup' }, NOW).state).toBe('failed')
  })
  test('half-told subscribers keep the delivery out of the queue, where it could be superseded or cancelled', () => {
    const retry: Outcome = { state: 'retry', afterMs: MINUTE, code: '45011', reason: 'x', partlySaid: true }
    expect(afterDeliver(fresh, retry, NOW)).toMatchObject({ state: 'unknown', dueAt: NOW + MINUTE })
    const auth: Outcome = { state: 'auth-expired', code: '40001', reason: 'x', partlySaid: true }
    expect(afterDeliver(fresh, auth, NOW)).toMatchObject({ state: 'unknown', alarm: expect.any(String) })
  })
})

describe('after a read-back', () => {
  const read = (standing: DeliveryStanding, at: number, certainty = weibo): DeliveryChange =>
    afterProbe(standing, 'unknown', { state: 'absent' }, certainty, at)
  const carry = (standing: DeliveryStanding, change: DeliveryChange): DeliveryStanding => ({
    ...standing,
    absentProbes: change.absentProbes ?? standing.absentProbes,
    absentSince: change.absentSince === undefined ? standing.absentSince : change.absentSince,
  })

  test('Weibo: absent in three reads over 90 s may be sent again, not before', () => {
    const one = read(fresh, NOW)
    const two = read(carry(fresh, one), NOW + 45 * SECOND)
    const early = read(carry(carry(fresh, one), two), NOW + 89 * SECOND)
    const three = read(carry(carry(fresh, one), two), NOW + 90 * SECOND)
    expect([one.state, two.state, early.state, three.state]).toEqual(['unknown', 'unknown', 'unknown', 'queued'])
    expect([one.reason, three.reason]).toEqual(['已查询 1 次，尚未见发出', '查询 3 次均未见发出，可以重发'])
  })
  test('many quick reads prove nothing before the time is over', () => {
    let standing = fresh
    for (let i = 0; i < 20; i += 1) {
      const change = read(standing, NOW + i * SECOND)
      expect(change.state).toBe('unknown')
      standing = carry(standing, change)
    }
  })
  test('where nothing can be read back only a person ends it', () => {
    const told = read(fresh, NOW, none)
    expect(told).toMatchObject({ state: 'unknown', alarm: expect.any(String) })
    requireChinese([told.reason ?? '', told.alarm ?? ''])
  })
  test('a read that has to wait for its quota waits that long', () => {
    const outcome: ProbeOutcome = { state: 'unknown', reason: 'budget', probeAfterMs: 5 * 60 * MINUTE }
    expect(afterProbe(fresh, 'unknown', outcome, weibo, NOW).dueAt).toBe(NOW + 5 * 60 * MINUTE)
  })
  test('found, it is accepted', () => {
    const change = afterProbe(fresh, 'unknown', { state: 'accepted', ref: '9', url: null }, weibo, NOW)
    expect(change).toMatchObject({ state: 'accepted', ref: '9' })
  })
  test('a read that fails looks again ever more slowly, at least once an hour', () => {
    const at = (age: number): number =>
      (afterProbe(
        { ...fresh, firstAttemptAt: NOW - age },
        'unknown',
        { state: 'unknown', reason: 'x', probeAfterMs: SECOND },
        weibo,
        NOW,
      ).dueAt ?? 0) - NOW
    expect(at(0)).toBe(SECOND)
    expect(at(8 * MINUTE)).toBe(2 * MINUTE)
    expect(at(1000 * MINUTE)).toBe(60 * MINUTE)
  })
})

describe('whatever platforms answer', () => {
  const ms = fc.oneof(fc.integer({ min: -1000, max: 10 * MINUTE }), fc.constantFrom(Number.NaN, Infinity))
  const text = fc.constant('x')
  const outcome: fc.Arbitrary<Outcome> = fc.oneof(
    fc.record({ state: fc.constant('accepted' as const), ref: text, url: fc.option(text) }),
    fc.record({ state: fc.constant('pending' as const), job: text, checkAfterMs: ms }),
    fc.record({ state: fc.constant('progress' as const), progress: fc.constant({ step: 1 }) }),
    fc.record({ state: fc.constant('retry' as const), afterMs: ms, code: text, reason: text }),
    fc.record({ state: fc.constant('auth-expired' as const), code: text, reason: text }),
    fc.record({ state: fc.constant('rejected' as const), code: text, fix: fc.constant('edit' as const), reason: text }),
    fc.record({ state: fc.constant('unknown' as const), reason: text, probeAfterMs: ms }),
  )
  const probe: fc.Arbitrary<ProbeOutcome> = fc.oneof(
    fc.constant({ state: 'absent' as const }),
    fc.record({ state: fc.constant('accepted' as const), ref: text, url: fc.option(text) }),
    fc.record({ state: fc.constant('pending' as const), job: text, checkAfterMs: ms }),
    fc.record({ state: fc.constant('unknown' as const), reason: text, probeAfterMs: ms }),
    fc.record({ state: fc.constant('rejected' as const), code: text, fix: fc.constant('edit' as const), reason: text }),
  )
  const FINAL = new Set(['accepted', 'failed', 'expired'])

  test('a delivery always has a next step or an end with its reason, and after an unknown is sent again only on proof', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ outcome, probe, wait: fc.integer({ min: 0, max: 2 * MINUTE }) }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.constantFrom(weibo, none, { ...weibo, probe: 'exact' as const, absentReads: 1, absentSpanMs: 0 }),
        fc.option(fc.integer({ min: NOW, max: NOW + 30 * MINUTE })),
        (steps, certainty, expiresAt) => {
          let state = 'sending'
          let now = NOW
          let standing: DeliveryStanding = { ...fresh, expiresAt }
          let absences: number[] = []
          let doubtful = false
          for (const step of steps) {
            if (FINAL.has(state)) return
            const sends = state === 'sending' || state === 'queued'
            // A word in doubt may leave again only after the channel's own proof of absence.
            if (sends && doubtful) {
              expect(certainty.probe).not.toBe('none')
              expect(absences.length).toBeGreaterThanOrEqual(certainty.absentReads)
              expect((absences.at(-1) ?? 0) - (absences[0] ?? 0)).toBeGreaterThanOrEqual(certainty.absentSpanMs)
              doubtful = false
            }
            if (sends) absences = []
            const change = sends
              ? afterDeliver(standing, step.outcome, now)
              : afterProbe(standing, state === 'pending' ? 'pending' : 'unknown', step.probe, certainty, now)
            if (sends && step.outcome.state === 'unknown') doubtful = true
            if (!sends && step.probe.state === 'absent') absences.push(now)
            if (!FINAL.has(change.state) && change.nextAct === undefined) {
              expect(change.dueAt).toBeGreaterThanOrEqual(now)
              expect(change.dueAt).toBeLessThanOrEqual(now + 24 * 60 * MINUTE)
            }
            if (change.state === 'failed' || change.state === 'expired') expect(change.reason).toBeTruthy()
            standing = {
              ...standing,
              absentProbes: change.absentProbes ?? standing.absentProbes,
              absentSince: change.absentSince === undefined ? standing.absentSince : change.absentSince,
            }
            state = change.state
            now = Math.max(now + step.wait, change.dueAt ?? now)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})
