// In: `watch` of a quakedesk.yaml, right and wrong. Out: the steps, or a sentence for whoever has to mend them.
import { expect, test } from 'vitest'
import { readWatch, watchShape } from '../../src/config/watch.ts'

const outlet = (id: string, alarms: boolean, lane: 'actual' | 'drill' = 'actual') => ({
  id,
  class: lane,
  config: { alarms },
})
const OUTLETS = [outlet('duty', true), outlet('lead', true), outlet('site', false), outlet('drill-duty', true, 'drill')]

function read(given: unknown): { watch: unknown; faults: string[] } {
  const faults: string[] = []
  const parsed = watchShape.safeParse(given)
  if (!parsed.success) return { watch: null, faults: parsed.error.issues.map(({ message }) => message) }
  return { watch: readWatch(parsed.data, OUTLETS, faults), faults }
}
const first = { after: '0s', outlets: ['duty'] }

test('steps are read with their times, whom they wake, and how often the last one comes again', () => {
  const steps = [first, { after: '3m', role: 'lead', outlets: ['lead', 'duty'] }]
  expect(read({ steps, repeat: '5m' })).toEqual({
    faults: [],
    watch: {
      steps: [
        { afterMs: 0, role: null, outlets: ['duty'] },
        { afterMs: 180_000, role: 'lead', outlets: ['lead', 'duty'] },
      ],
      repeatMs: 300_000,
    },
  })
  expect(readWatch(undefined, OUTLETS, [])).toBeNull()
})

test.each([
  ['a first step that waits', { steps: [{ after: '1m', outlets: ['duty', 'lead'] }] }, 'goes out at once'],
  ['two steps at one time', { steps: [first, { after: '0s', outlets: ['lead'] }] }, 'later than the step before'],
  [
    'an outlet that takes no alarms',
    { steps: [{ after: '0s', outlets: ['duty', 'lead', 'site'] }] },
    '"site": has no alarms: true',
  ],
  ['a slip', { steps: [{ after: '0s', outlets: ['duty', 'lead', 'leed'] }] }, 'did you mean lead?'],
  ['an outlet that no step wakes', { steps: [first] }, 'the outlet lead has alarms: true and stands in no step'],
  ['no step', { steps: [] }, 'must have a step'],
  ['a time without a unit', { steps: [{ after: '3', outlets: ['duty'] }] }, 'must be <n>s, <n>m or <n>h'],
  ['a repetition by the second', { steps: [first], repeat: '10s' }, 'must be at least 15s'],
])('%s is refused by its key', (_what, given, fault) => {
  const { faults } = read(given)
  expect(faults.length).toBe(1)
  expect(faults[0]).toContain(fault)
})
