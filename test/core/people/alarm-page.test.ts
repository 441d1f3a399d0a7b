// In: what alarms are about. Out: the page that a message on the phone and the board lead to, the same for both.
import { expect, test } from 'vitest'
import { findAlarmPage } from '../../../src/core/people/alarm-page.ts'

test.each([
  ['hold', 'h-1', '/desk/holds/h-1'],
  ['withdrawal', 'n-1', '/desk/notices/n-1/progress'],
  ['removal', 'rm-1', '/desk/removals/rm-1'],
  ['draft', 'w-1', '/desk/drafts/w-1'],
  ['rumour', 'c-1 verdict', '/desk/rumours/c-1'],
  ['evidence', 'c-1 e-1', '/desk/rumours/c-1/handover'],
  // A report, a file, the journal: no claim, and so no page of one.
  ['evidence', 'sighting r-1', '/desk/journal'],
  ['evidence', 'journal', '/desk/journal'],
  ['contact', 'c-1 r-1 asked', '/desk/rumours/c-1/handover'],
  ['rumour-facts', 'c-1 7', '/desk/rumours/c-1'],
  ['denial-facts', 'n-1 7', '/desk/rumours'],
  ['question-facts', 'q-1', '/desk/questions'],
  ['clock', '', null],
])('an alarm of %s about %s leads to %s', (kind, subject, page) => {
  expect(findAlarmPage(kind, subject)).toBe(page)
})

test('whatever a subject holds, it stays within its place in the address', () => {
  expect(findAlarmPage('hold', '../x?y#z')).toBe('/desk/holds/..%2Fx%3Fy%23z')
})
