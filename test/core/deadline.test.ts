// In: quakes near a bureau, what was said and noted of them. Out: which time limits run, which were met, which have passed.
import { describe, expect, test } from 'vitest'
import { DEFAULT_DEADLINES, readDeadlines, type MarkedDeadline } from '../../src/core/deadline.ts'
import { HOUR, MINUTE } from '../../src/core/instant.ts'
import type { Quake } from '../../src/core/quake.ts'
import { formalOf, policyOf, quakeOf, reportOf, SHOCK, SOON, spokenOf, withdrawnOf } from './judgement/bureaux.ts'

const strong = (over = {}) => formalOf(undefined, { magnitude: { value: 6.4, type: 'M' }, ...over })
const states = (quake: Quake, now: number, marks: MarkedDeadline[] = []): string =>
  readDeadlines(DEFAULT_DEADLINES, quake, marks, policyOf(), now)
    .map(({ rule, state }) => `${rule.id} ${state}`)
    .join(', ')
const mark = (deadline: string, kind: MarkedDeadline['mark'], at: number): MarkedDeadline => ({
  deadline,
  mark: kind,
  at,
  by: 'p-1',
  words: '在局新闻发布厅',
})

describe('the time limits of an event', () => {
  test('begin by themselves where damage begins, and only there', () => {
    expect(states(quakeOf([strong()]), SOON)).toBe('information running, conference running, response offered')
    const small = formalOf(undefined, { magnitude: { value: 3.1, type: 'M' } })
    expect(states(quakeOf([small]), SOON)).toBe('information offered, conference offered, response offered')
    const far = strong({ latitude: 23.8, longitude: 121.6, place: '台湾花莲县' })
    expect(states(quakeOf([far]), SOON)).toContain('information offered')
  })

  test('count from the quake, not from when it reached us', () => {
    const late = strong({ receivedAt: SOON + 3 * HOUR })
    const [information] = readDeadlines(DEFAULT_DEADLINES, quakeOf([late]), [], policyOf(), SOON + 3 * HOUR)
    expect(information?.dueAt).toBe((late.originTime ?? 0) + 5 * HOUR)
  })

  test('near their end when a fifth is left, pass, and never end by themselves', () => {
    const quake = quakeOf([strong()])
    expect(states(quake, SHOCK + 4 * HOUR - MINUTE)).toContain('information running')
    expect(states(quake, SHOCK + 4 * HOUR + MINUTE)).toContain('information soon')
    expect(states(quake, SHOCK + 5 * HOUR + MINUTE)).toContain('information late')
    expect(states(quake, SHOCK + 400 * HOUR)).toBe('information late, conference late, response offered')
  })

  test('for information is met by the first notice that stands, and says so when that came too late', () => {
    const said = strong()
    expect(states(spokenOf([said], said), SOON)).toContain('information met,')
    const tardy = spokenOf([said], said, { issuedAt: SHOCK + 6 * HOUR })
    expect(states(tardy, SHOCK + 7 * HOUR)).toContain('information met-late')
  })

  test('begin, are met and are waived by what a person notes', () => {
    const quake = quakeOf([reportOf()])
    const begun = mark('response', 'begun', SOON)
    expect(states(quake, SOON, [begun])).toContain('response running')
    expect(states(quake, SHOCK + 50 * HOUR, [begun])).toContain('response late')
    const met = [begun, mark('response', 'met', SHOCK + 30 * HOUR)]
    expect(states(quake, SHOCK + 50 * HOUR, met)).toContain('response met')
    expect(states(quake, SHOCK + 50 * HOUR, [begun, mark('response', 'met', SHOCK + 49 * HOUR)])).toContain('met-late')
    expect(states(quake, SHOCK + 50 * HOUR, [begun, mark('response', 'waived', SOON)])).toContain('response waived')
  })

  test('go on when a revision takes their condition away after they began', () => {
    const weaker = strong({ magnitude: { value: 3.4, type: 'M' } })
    expect(states(quakeOf([weaker]), SOON)).toContain('conference offered')
    expect(states(quakeOf([weaker]), SOON, [mark('conference', 'begun', SOON)])).toContain('conference running')
  })

  test('are none once every notice of the quake was withdrawn', () => {
    const said = strong()
    const gone = withdrawnOf([said], said, { report: said, at: SOON + HOUR })
    expect(states(gone, SOON + 2 * HOUR, [mark('conference', 'begun', SOON)])).toBe('')
  })
})
