// In: outlets with and without an entry in the register, every kind of notice. Out: proof of what the register keeps from whom.
import { expect, test } from 'vitest'
import { NOTICE_KINDS } from '../../src/core/notice.ts'
import { isBarred, type Outlet } from '../../src/publish/outlets.ts'
import { PRIORITY } from '../../src/publish/speak.ts'

const outlet = (needsEntry: boolean): Outlet => ({ id: 'weibo-main', needsEntry }) as unknown as Outlet

test('an account without its entry says nothing but what takes back or puts right; with it, or needing none, everything', () => {
  const said = (needsEntry: boolean, admitted: string[]): string[] =>
    NOTICE_KINDS.filter((kind) => !isBarred(outlet(needsEntry), new Set(admitted), PRIORITY[kind]))
  expect(said(true, []).toSorted()).toEqual(['correction', 'withdrawal'])
  expect(said(true, ['another']).toSorted()).toEqual(['correction', 'withdrawal'])
  expect(said(true, ['weibo-main'])).toEqual(NOTICE_KINDS)
  expect(said(false, [])).toEqual(NOTICE_KINDS)
})
