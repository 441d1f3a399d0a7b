// In: authorisations with their ends, and a clock that goes on. Out: proof that ends are told ahead, once for each step.
import { describe, expect, test } from 'vitest'
import { watchAuthorisations } from '../../src/app/authorisations.ts'
import { DAY, MINUTE } from '../../src/core/instant.ts'
import type { Authorisation, Policy } from '../../src/core/judgement/policy.ts'
import { authorisationOf, BUREAUX, policyOf } from '../core/judgement/bureaux.ts'

describe('an authorisation that ends', () => {
  const signed: Authorisation = authorisationOf('quick-report', { signedAt: 0, expiresAt: 100 * DAY })
  const standing = new Map<string, string>()
  const look = async (at: number, authorisations: Authorisation[] = [signed]): Promise<string[]> => {
    const policy: Policy = policyOf(BUREAUX.yinchuan, { authorisations })
    await watchAuthorisations({
      policy: () => policy,
      now: () => at,
      alarm: async (_kind, subject, message) => void standing.set(subject, message),
      clearOthers: async (_kind, stand) => {
        for (const subject of standing.keys()) if (!stand.includes(subject)) standing.delete(subject)
      },
    })
    return [...standing.keys()]
  }
  test('is told 30, 7 and 1 days ahead by an alarm of its own, and when it has ended', async () => {
    const id = signed.id
    expect(await look(69 * DAY)).toEqual([])
    expect(await look(71 * DAY)).toEqual([`${id} 30`])
    expect(await look(94 * DAY)).toEqual([`${id} 7`])
    expect(await look(99 * DAY + MINUTE)).toEqual([`${id} 1`])
    expect(await look(100 * DAY)).toEqual([id])
    expect(standing.get(id)).toContain('已过有效期')
  })
  test('is told of no more once a longer one covers the same', async () => {
    expect(await look(101 * DAY, [signed, { ...signed, id: 'desk-1', expiresAt: 400 * DAY }])).toEqual([])
    expect(await look(99.5 * DAY, [signed, { ...signed, id: 'desk-1', expiresAt: 400 * DAY }])).toEqual([])
  })
  test('is not told at once of an end that was near when it was signed', async () => {
    expect(await look(6 * DAY, [{ ...signed, expiresAt: 20 * DAY }])).toEqual([])
    expect(await look(14 * DAY, [{ ...signed, expiresAt: 20 * DAY }])).toEqual([`${signed.id} 7`])
  })
  test('is told of no more once it is in no file', async () => {
    expect(await look(99.5 * DAY)).toEqual([`${signed.id} 1`])
    expect(await look(99.5 * DAY, [])).toEqual([])
  })
})
