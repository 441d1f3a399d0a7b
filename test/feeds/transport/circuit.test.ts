import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLOSED_CIRCUIT, feedPolicy, stepCircuit } from '../../../src/feeds/circuit.ts'
import type { Circuit, CircuitStep, PollResult } from '../../../src/feeds/circuit.ts'

const every = 15_000
const policy = feedPolicy(every)
const failed: PollResult = { kind: 'failed' }
const busy: PollResult = { kind: 'busy' }
const forbidden: PollResult = { kind: 'forbidden' }
const answered: PollResult = { kind: 'answered' }

function run(results: readonly PollResult[], start: Circuit = CLOSED_CIRCUIT): CircuitStep[] {
  let circuit = start
  return results.map((result) => {
    const step = stepCircuit(circuit, result, policy)
    circuit = step.circuit
    return step
  })
}

describe('a source in trouble', () => {
  test('that is busy is asked half as often after each answer, down to every ten minutes', () => {
    const waits = run(Array.from({ length: 8 }, () => busy)).map((step) => step.waitMs)
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000])
  })

  test('that merely cannot be reached is asked every minute: its first word after an outage must not wait', () => {
    const waits = run(Array.from({ length: 200 }, () => failed)).map((step) => step.waitMs)
    expect([...new Set(waits)]).toEqual([30_000, 60_000])
  })

  test('is asked as before after one answer', () => {
    expect(run([failed, failed, failed, answered]).at(-1)).toMatchObject({ waitMs: every, circuit: CLOSED_CIRCUIT })
  })

  test('that names a wait is given exactly that, but no shorter than its interval', () => {
    expect(run([failed, { kind: 'failed', retryAfterMs: 90_000 }]).at(-1)).toMatchObject({
      waitMs: 90_000,
      promised: true,
    })
    expect(run([{ kind: 'failed', retryAfterMs: 0 }]).at(-1)?.waitMs).toBe(every)
  })

  test('that refuses us three times alarms once, and once more when it answers', () => {
    const changes = run([forbidden, failed, forbidden, forbidden, forbidden, failed, answered, forbidden])
    expect(changes.map((step) => step.change)).toEqual([null, null, null, 'opened', null, null, 'closed', null])
  })

  test('is not made to pay for our own full disk', () => {
    expect(run([{ kind: 'not-taken' }, { kind: 'not-taken' }]).at(-1)?.waitMs).toBe(every)
  })
})

describe('whatever happens', () => {
  const result: fc.Arbitrary<PollResult> = fc.oneof(
    fc.constantFrom(failed, busy, forbidden, answered, { kind: 'not-taken' } as const),
    fc.nat({ max: 3_600_000 }).map((retryAfterMs) => ({ kind: 'failed', retryAfterMs }) as const),
  )

  test('the wait is between the interval and the longest wait, or what the server asked for', () => {
    fc.assert(
      fc.property(fc.array(result, { maxLength: 60 }), fc.integer({ min: 1_000, max: 900_000 }), (results, everyMs) => {
        const own = feedPolicy(everyMs)
        let circuit = CLOSED_CIRCUIT
        for (const each of results) {
          const step = stepCircuit(circuit, each, own)
          const longest = each.kind === 'failed' ? Math.max(own.longestMs, each.retryAfterMs ?? 0) : own.longestMs
          if (!(step.waitMs >= everyMs && step.waitMs <= longest)) return false
          circuit = step.circuit
        }
        return true
      }),
    )
  })

  test('opened and closed alternate, and an open circuit closes on an answer only', () => {
    fc.assert(
      fc.property(fc.array(result, { maxLength: 80 }), (results) => {
        const steps = run(results)
        const changes = steps.map((step) => step.change).filter((change) => change !== null)
        const alternate = changes.every((change, n) => change === (n % 2 === 0 ? 'opened' : 'closed'))
        const closesRight = steps.every(
          (step, n) =>
            (step.change === 'closed') ===
            (results[n]?.kind === 'answered' && n > 0 && steps[n - 1]?.circuit.state === 'open'),
        )
        return alternate && closesRight
      }),
    )
  })

  test('three 403 without an answer between them always open it', () => {
    const noAnswer = fc.array(
      result.filter((each) => each.kind !== 'answered'),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(noAnswer, (results) => {
        const refusals = results.filter((each) => each.kind === 'forbidden').length
        const state = run(results).at(-1)?.circuit.state ?? 'closed'
        return (state === 'open') === refusals >= 3
      }),
    )
  })
})
