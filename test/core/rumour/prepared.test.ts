// In: prepared answers in every stage, blanks filled with anything. Out: proof that none is used that somebody has not signed or that has
// run out, and that nothing but what was checked gets into a text.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY } from '../../../src/core/instant.ts'
import { CLAIM_KINDS } from '../../../src/core/rumour/kind.ts'
import {
  fillPrepared,
  findInForce,
  findPreparedFaults,
  judgeVersion,
  listPreparedScopes,
  listSlots,
  type PreparedVersion,
  type SlotWorld,
} from '../../../src/core/rumour/prepared.ts'

const NOW = Date.UTC(2026, 2, 4, 4)
const FIELDS = {
  heading: '网传{place}有地震的消息不实',
  summary: '{day}{place}没有发生{magnitude}级地震，请以地震部门发布的信息为准。',
  body: '地震台网在{place}没有记录到这样的地震。',
  claim: '{place}发生{magnitude}级地震',
  verdict: '不实',
  evidence: '中国地震台网目录',
}
const WORLD: SlotWorld = { isPlace: (name) => name === '甲县' || name === '乙市', now: NOW }
const GIVEN = { place: '甲县', day: '2026-03-03', magnitude: '4.5' }

describe('a prepared text', () => {
  test('is filled with what was checked, and is then a rebuttal like any other', () => {
    expect(findPreparedFaults(FIELDS)).toEqual([])
    expect(listSlots(FIELDS)).toEqual(['place', 'day', 'magnitude'])
    const filled = fillPrepared(FIELDS, GIVEN, WORLD)
    expect(filled).toMatchObject({
      ok: true,
      fields: { heading: '网传甲县有地震的消息不实', claim: '甲县发生4.5级地震' },
      slots: { place: '甲县', day: '3月3日', magnitude: '4.5' },
    })
  })

  test.each([
    ['a place of no table', { place: '丁县' }, '地点须是'],
    ['a place with a sentence in it', { place: '甲县。快跑' }, '地点须是'],
    ['no place', { place: '' }, '地点须是'],
    ['a day to come', { day: '2026-03-06' }, '不能晚于今天'],
    ['a day of another year', { day: '2024-03-03' }, '一年以前'],
    ['no day', { day: '明天' }, '日期写法不对'],
    ['a magnitude with a unit', { magnitude: '4.5级' }, '一位小数'],
    ['a magnitude of nothing', { magnitude: '0.0' }, '一位小数'],
  ])('with %s is not filled', (_what, over, fault) => {
    const filled = fillPrepared(FIELDS, { ...GIVEN, ...over }, WORLD)
    expect(filled.ok ? [] : filled.faults.join()).toContain(fault)
  })

  test.each([
    ['a blank that nobody can fill', { summary: '{name}请以地震部门发布的信息为准。' }, '{name}'],
    ['a blank in what shows it', { evidence: '{place}台站' }, '{place}'],
    ['a heading too long once it is filled', { heading: '{place}{place}网传有地震的消息不实' }, '标题'],
    ['a forecast', { body: '预计近期不会发生更大地震。' }, '预测'],
  ])('with %s is not sent round', (_what, over, fault) => {
    expect(findPreparedFaults({ ...FIELDS, ...over }).join()).toContain(fault)
  })

  test('takes in nothing but what its rules let through', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (place, day, magnitude) => {
        const filled = fillPrepared(FIELDS, { place, day, magnitude }, WORLD)
        if (!filled.ok) return
        expect(['甲县', '乙市']).toContain(filled.slots.place)
        expect(filled.slots.day).toMatch(/^\d{1,2}月\d{1,2}日$/)
        expect(filled.slots.magnitude).toMatch(/^\d\.\d$/)
      }),
      { numRuns: 2_000 },
    )
  })
})

const SCOPES = listPreparedScopes('advice')
const version = (over: Partial<PreparedVersion> & { signed?: number } = {}): PreparedVersion => {
  const { signed = SCOPES.length, ...rest } = over
  return {
    version: 1,
    hash: 'h1',
    scopes: SCOPES,
    madeBy: 'p-a',
    offeredAt: NOW,
    expiresAt: NOW + 90 * DAY,
    declinedAt: null,
    signatures: SCOPES.slice(0, signed).map((scope) => ({ scope, account: `p-${scope}`, hash: over.hash ?? 'h1' })),
    ...rest,
  }
}

describe('a version', () => {
  test('asks every agency, and the unit whose business it is', () => {
    for (const kind of CLAIM_KINDS) {
      const scopes = listPreparedScopes(kind)
      for (const scope of ['facts', 'lead', 'cac-wording', 'police-mention'] as const) expect(scopes).toContain(scope)
      expect(scopes.includes('unit')).toBe(['closure', 'casualty', 'damage', 'supply'].includes(kind))
    }
  })

  test.each([
    ['that all have signed is in force', [version()], false, NOW, 1, 'in-force'],
    ['that one has not signed is not', [version({ signed: 3 })], false, NOW, null, 'signing'],
    [
      'that was not sent round is not',
      [version({ offeredAt: null, expiresAt: null, signed: 0 })],
      false,
      NOW,
      null,
      'writing',
    ],
    ['whose time is over is not', [version()], false, NOW + 90 * DAY, null, 'expired'],
    ['that was ended is not', [version()], true, NOW, null, 'ended'],
    ['that was sent back is not', [version({ declinedAt: NOW })], false, NOW, null, 'declined'],
    [
      'whose words are not those that were signed is not',
      [version({ signatures: SCOPES.map((scope) => ({ scope, account: scope, hash: 'other' })) })],
      false,
      NOW,
      null,
      'signing',
    ],
    [
      'gives way to a newer one once all have signed that',
      [version({ version: 2 }), version()],
      false,
      NOW,
      2,
      'in-force',
    ],
    [
      'stays while the newer one is being signed',
      [version({ version: 2, signed: 1 }), version()],
      false,
      NOW,
      1,
      'signing',
    ],
  ] as const)('%s', (_what, versions, isEnded, now, force, first) => {
    expect(findInForce(versions, isEnded, now)?.version ?? null).toBe(force)
    const [newest] = versions
    expect(judgeVersion(newest, versions, isEnded, now)).toBe(first)
  })

  test('that once gave way does not come back when the newer one runs out: what replaced it was meant', () => {
    const versions = [version({ version: 2, expiresAt: NOW + DAY }), version()]
    expect(findInForce(versions, false, NOW + 2 * DAY)).toBeNull()
    expect(judgeVersion(versions[1] as PreparedVersion, versions, false, NOW + 2 * DAY)).toBe('replaced')
  })
})
