// In: outlets as the YAML gives them. Out: proof of which of them wake a person.
import { expect, test } from 'vitest'
import { carriesAlarms } from '../../src/publish/alarm.ts'
import type { Outlet } from '../../src/publish/outlets.ts'

const outlet = (over: Partial<Outlet>): Outlet =>
  ({ id: 'duty', class: 'actual', mode: 'live', config: { alarms: true }, ...over }) as unknown as Outlet

test('a duty group that only rehearses, or belongs to the drills, wakes nobody when it is serious', () => {
  expect(carriesAlarms(outlet({}), 'actual')).toBe(true)
  expect(carriesAlarms(outlet({ mode: 'rehearsal' }), 'actual')).toBe(false)
  expect(carriesAlarms(outlet({ class: 'drill' }), 'actual')).toBe(false)
  expect(carriesAlarms(outlet({ class: 'drill' }), 'drill')).toBe(true)
  expect(carriesAlarms(outlet({ config: {} }), 'actual')).toBe(false)
})
