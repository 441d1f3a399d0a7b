// In: subscribers' choices and quakes of an invented bureau. Out: for each rule, the push that it must not send in vain and
// the one that it must not hold back.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completePreferences, preferencesSchema, type GivenPreferences } from '../../../src/core/push/preferences.ts'
import { isNight, wants, type PushWord } from '../../../src/core/push/wants.ts'

const DAY_TIME = Date.UTC(2024, 2, 5, 6, 0)
const NIGHT_TIME = Date.UTC(2024, 2, 4, 19, 0)
const HOME = '990100'
const FAR = '990200'

function word(change: Partial<PushWord> = {}, home: number | null = 3, far: number | null = 1): PushWord {
  return {
    kind: 'quick-report',
    magnitude: 4.5,
    estimates: [
      { code: HOME, km: 60, degree: home },
      { code: FAR, km: 300, degree: far },
    ],
    mainMagnitude: null,
    ...change,
  }
}

interface Case {
  name: string
  choice?: GivenPreferences
  word?: PushWord
  told?: boolean
  at?: number
  act: 'push' | 'digest' | 'no'
  rule: string
}

const cases: Case[] = [
  { name: 'Ⅲ at home is pushed to who chose nothing', act: 'push', rule: 'intensity' },
  { name: '2.5 is printed as Ⅲ, and pushed as Ⅲ', word: word({}, 2.5), act: 'push', rule: 'intensity' },
  {
    name: '2.4 is printed as Ⅱ, and wakes nobody who asked for Ⅲ',
    word: word({}, 2.4),
    act: 'no',
    rule: 'below-threshold',
  },
  {
    name: 'strong at home, faint in the district that was chosen: nothing',
    choice: { districts: [FAR] },
    word: word({}, 6, 1),
    act: 'no',
    rule: 'below-threshold',
  },
  {
    name: 'faint at home, strong in the district that was chosen: pushed',
    choice: { districts: [FAR] },
    word: word({}, 1, 5),
    act: 'push',
    rule: 'intensity',
  },
  {
    name: 'a district that the bureau no longer watches counts as home instead of silence',
    choice: { districts: ['990900'] },
    act: 'push',
    rule: 'intensity',
  },
  {
    name: 'a magnitude that was asked for is pushed wherever it was',
    choice: { minMagnitude: 4.5, minIntensity: null },
    word: word({}, 1),
    act: 'push',
    rule: 'magnitude',
  },
  {
    name: 'a magnitude below what was asked for is not, however strong it is here',
    choice: { minMagnitude: 5, minIntensity: null },
    word: word({}, 5),
    act: 'no',
    rule: 'below-threshold',
  },
  {
    name: 'M 7 at 600 km, beyond the model, is pushed: no figure does not mean unfelt',
    word: { ...word({ magnitude: 7 }), estimates: [{ code: HOME, km: 600, degree: null }] },
    act: 'push',
    rule: 'great',
  },
  {
    name: 'M 6.9 beyond the model is not',
    word: { ...word({ magnitude: 6.9 }), estimates: [{ code: HOME, km: 600, degree: null }] },
    act: 'no',
    rule: 'below-threshold',
  },
  {
    name: 'M 8 on another continent is not, unless the magnitude was asked for',
    word: { ...word({ magnitude: 8 }), estimates: [{ code: HOME, km: 9_000, degree: null }] },
    act: 'no',
    rule: 'below-threshold',
  },
  {
    name: 'Ⅳ at three in the morning waits for nobody',
    choice: { night: true },
    word: word({}, 4),
    at: NIGHT_TIME,
    act: 'no',
    rule: 'night',
  },
  {
    name: 'Ⅴ at three in the morning rings',
    choice: { night: true },
    word: word({}, 5),
    at: NIGHT_TIME,
    act: 'push',
    rule: 'intensity',
  },
  { name: 'who asked for no quiet nights has none', word: word({}, 3), at: NIGHT_TIME, act: 'push', rule: 'intensity' },
  {
    name: 'a magnitude alone does not wake who asked for a night threshold',
    choice: { night: 5, minMagnitude: 4 },
    word: word({}, 1),
    at: NIGHT_TIME,
    act: 'no',
    rule: 'night',
  },
  {
    name: 'a great quake beyond the model rings at night as well',
    choice: { night: true },
    word: { ...word({ magnitude: 7.4 }), estimates: [{ code: HOME, km: 600, degree: null }] },
    at: NIGHT_TIME,
    act: 'push',
    rule: 'great',
  },
  {
    name: 'a correction to nothing felt goes to everyone who got the first word, at night too',
    choice: { night: true, minIntensity: 6 },
    word: word({ kind: 'correction' }, 1),
    told: true,
    at: NIGHT_TIME,
    act: 'push',
    rule: 'told',
  },
  {
    name: 'a withdrawal goes to everyone who got the first word',
    choice: { night: true },
    word: word({ kind: 'withdrawal', magnitude: null }),
    told: true,
    at: NIGHT_TIME,
    act: 'push',
    rule: 'told',
  },
  {
    name: 'a withdrawal does not carry the error to those who never heard it',
    word: word({ kind: 'withdrawal', magnitude: null }),
    act: 'no',
    rule: 'not-told',
  },
  {
    name: 'a formal report that is stronger than the automatic one reaches those below whose threshold that was',
    word: word({ kind: 'formal-report' }, 3.4),
    act: 'push',
    rule: 'intensity',
  },
  {
    name: 'no-quake goes to who chose rebuttals, at night as well: rumours run then',
    choice: { rebuttals: true, night: true },
    word: word({ kind: 'no-quake', magnitude: null }),
    at: NIGHT_TIME,
    act: 'push',
    rule: 'rebuttal',
  },
  {
    name: 'a rebuttal does not spread a rumour to who did not choose them',
    word: word({ kind: 'rebuttal', magnitude: null }),
    act: 'no',
    rule: 'rebuttals-off',
  },
  {
    name: 'a small aftershock is gathered for who chose the digest',
    choice: { digest: true },
    word: word({ mainMagnitude: 6.5 }),
    act: 'digest',
    rule: 'sequence',
  },
  {
    name: 'a small aftershock is pushed to who did not choose the digest',
    word: word({ mainMagnitude: 6.5 }),
    act: 'push',
    rule: 'intensity',
  },
  {
    name: 'an aftershock half a magnitude below the main shock always comes through',
    choice: { digest: true },
    word: word({ magnitude: 6, mainMagnitude: 6.5 }),
    act: 'push',
    rule: 'intensity',
  },
  {
    name: 'an aftershock below the threshold is not even in the digest',
    choice: { digest: true },
    word: word({ mainMagnitude: 6.5 }, 1),
    act: 'no',
    rule: 'below-threshold',
  },
]

describe('what a subscriber is told', () => {
  it.each(cases)('$name', ({ choice = {}, word: given = word(), told = false, at = DAY_TIME, act, rule }) => {
    expect(wants(completePreferences(choice), given, told, at)).toEqual({ act, rule })
  })

  it('nights are Beijing nights, from 22 to 7', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => Date.UTC(2024, 0, 1, hour))
    expect(hours.filter(isNight).map((at) => (new Date(at).getUTCHours() + 8) % 24)).toEqual([
      22, 23, 0, 1, 2, 3, 4, 5, 6,
    ])
  })

  it('a stronger quake is never told less: more degrees or magnitude never turn a push into silence', () => {
    const choices = fc.record({
      minIntensity: fc.option(fc.integer({ min: 1, max: 12 })),
      minMagnitude: fc.option(fc.integer({ min: 0, max: 10 })),
      night: fc.option(fc.integer({ min: 1, max: 12 })),
      digest: fc.boolean(),
    })
    const values = fc.double({ min: 0, max: 9, noNaN: true })
    const order = ['no', 'digest', 'push']
    fc.assert(
      fc.property(choices, values, values, values, values, fc.boolean(), (choice, m, more, d, stronger, night) => {
        const preferences = completePreferences(choice)
        const at = night ? NIGHT_TIME : DAY_TIME
        const weak = wants(preferences, word({ magnitude: m, mainMagnitude: 7 }, d), false, at)
        const strong = wants(preferences, word({ magnitude: m + more, mainMagnitude: 7 }, d + stronger), false, at)
        expect(order.indexOf(strong.act)).toBeGreaterThanOrEqual(order.indexOf(weak.act))
      }),
    )
  })
})

describe('a choice', () => {
  it('without any threshold is not a silence', () => {
    expect(completePreferences({ minIntensity: null, minMagnitude: null }).minIntensity).toBe(3)
  })
  it('changes only what the change names', () => {
    const before = completePreferences({ districts: [FAR], minMagnitude: 4, minIntensity: null, rebuttals: true })
    expect(completePreferences({ night: true }, before)).toEqual({ ...before, night: 5 })
  })
  it('with a key that nobody knows is refused, not ignored', () => {
    expect(preferencesSchema.safeParse({ minIntesity: 2 }).success).toBe(false)
  })
})
