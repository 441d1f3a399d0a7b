// A handful of the scenarios in the ordinary test run; `npm run drill -- --all` replays every one.
import pino from 'pino'
import { expect, test } from 'vitest'
import { compareHeard, type Heard } from '../../src/app/replay-heard.ts'
import { findDifferences } from '../../src/app/replay-verdict.ts'
import { replayScenario } from '../../src/app/replay.ts'
import { listScenarios, loadScenario, SCENARIO_NAME } from '../../src/app/scenario-files.ts'
import type { Scenario } from '../../src/town/scenario.ts'
import { freshDatabase } from '../support/database.ts'

async function replay(scenario: Scenario) {
  const database = await freshDatabase()
  try {
    return await replayScenario(scenario, {
      database: { app: database.appConfig, owner: database.ownerConfig, embedded: null },
      log: pino({ level: 'silent' }),
    })
  } finally {
    await database.drop()
  }
}

test.each([
  ['alxa-2017', 'the founding quake: quick report and formal report, once on every outlet'],
  ['great-at-night', 'M 7.4 with nobody awake: held, and the formal report speaks by itself'],
  ['luzhou-2021', 'M 8.1 of one automatic system is never said'],
  ['withdrawn-by-source', 'the network takes it back: withdrawn everywhere after the veto'],
  ['power-cut', 'twenty minutes without power across the main shock: told once when it is back'],
  [
    'alxa-2017-rumour',
    'what people tell of a magnitude 8 becomes one claim, its twin of another place another, and none is said',
  ],
  ['reconnect-30-rows', 'thirty rows after a reconnect: only the fresh main shock is told'],
])('%s: %s', async (name) => {
  const scenario = await loadScenario(name)
  expect(findDifferences(scenario, await replay(scenario))).toEqual([])
})

test('a replay that goes otherwise than expected is found out', async () => {
  const scenario = await loadScenario('feidong-2024')
  const evidence = await replay(scenario)
  const [first, second] = scenario.expect.notices
  if (!first || !second) throw new Error('feidong-2024 tells of two notices')
  const other = (change: Partial<Scenario['expect']>): string[] =>
    findDifferences({ ...scenario, expect: { ...scenario.expect, ...change } }, evidence)
  expect(other({})).toEqual([])
  expect(other({ notices: [first] })).not.toEqual([])
  expect(other({ notices: [{ ...first, outlets: ['site'] }, second] })).not.toEqual([])
  expect(other({ notices: [{ ...first, contains: ['9.9级'] }, second] })).not.toEqual([])
  expect(other({ never: ['4.7级'] })).not.toEqual([])
  expect(other({ holds: ['size'] })).not.toEqual([])
  expect(other({ recorded: ['zone'] })).not.toEqual([])
  const notice = evidence.notices[0]
  const doubled = {
    ...evidence,
    notices: evidence.notices.map((n) => (n === notice ? { ...n, shown: twice(n.shown) } : n)),
  }
  expect(findDifferences(scenario, doubled).join()).toContain('2 times')
})

test('rumours that come to other claims than expected are found out', async () => {
  const scenario = await loadScenario('alxa-2017-rumour')
  const { claims } = scenario.expect
  const heard = (change: Partial<Heard>): string[] =>
    compareHeard(scenario.expect, {
      denials: 1,
      claims: claims.map(({ contains, kind = 'other', spread, family = contains }) => ({
        title: `网传${contains}`,
        kind,
        spread,
        family,
      })),
      ...change,
    })
  expect(heard({})).toEqual([])
  const [first, second, third] = claims
  if (!first || !second || !third) throw new Error('the scenario tells of three claims')
  const made = (one: typeof first, family: string, spread = one.spread) => ({
    title: one.contains,
    kind: one.kind ?? 'other',
    spread,
    family,
  })
  const [one, two, three] = [made(first, 'a'), made(second, 'a'), made(third, 'c')]
  expect(heard({ claims: [one, two, three] })).toEqual([])
  expect(heard({ claims: [one, { ...two, family: 'b' }, three] }).join()).toContain('not of one family')
  expect(heard({ claims: [one, two] }).join()).toContain('no claim')
  expect(heard({ claims: [one, two, three, three] }).join()).toContain('nobody expected')
  expect(heard({ claims: [made(first, 'a', first.spread + 1), two, three] }).join()).toContain('no claim')
  expect(heard({ denials: 0 })).toEqual(['0 denials instead of 1'])
})

function twice<T>(shown: Record<string, T[]>): Record<string, T[]> {
  return Object.fromEntries(Object.entries(shown).map(([id, posts]) => [id, [...posts, ...posts]]))
}

test('every scenario can be read; at least fourteen are false, and each of those has a true near miss', async () => {
  const names = await listScenarios()
  const all = await Promise.all(names.map(async (name) => ({ name, scenario: await loadScenario(name) })))
  const bad = all.filter(({ scenario }) => !scenario.truth)
  expect(bad.length).toBeGreaterThanOrEqual(14)
  const twins = new Set(all.filter(({ scenario }) => scenario.truth).map(({ scenario }) => scenario.twinOf))
  expect(bad.filter(({ name }) => !twins.has(name)).map(({ name }) => name)).toEqual([])
  const named = all.flatMap(({ scenario }) => scenario.twinOf ?? [])
  expect(named.filter((name) => !bad.some((b) => b.name === name))).toEqual([])
})

test('a scenario that holds invented figures says so', async () => {
  for (const name of await listScenarios()) expect((await loadScenario(name)).synthetic, name).toBeTruthy()
})

test('every scenario can be named on the command line, and nothing that is a path can', async () => {
  for (const name of await listScenarios()) expect(name).toMatch(SCENARIO_NAME)
  for (const path of ['..', '../x', 'a/b', '.hidden', 'a..b', 'a.', 'a%2fb', ''])
    expect(path).not.toMatch(SCENARIO_NAME)
})
