// In: a rumour desk of the tests. Out: what the public's process would take reports in with, over the same record and the same clock.
import { openMarks } from '../../src/rumour/marks.ts'
import type { OutsideContext } from '../../src/rumour/outside.ts'
import type { Told } from '../../src/rumour/record.ts'
import type { RumourDesk } from './desk-of-rumours.ts'

const SECRET = Buffer.alloc(32, 7)

export function outsideOf({ pool, context }: Pick<RumourDesk, 'pool' | 'context'>): OutsideContext {
  const { now, random, originals, contacts } = context
  return { db: pool, clock: now, now, random, originals, contacts, marks: openMarks(SECRET) }
}

export const told = (text: string, more: Partial<Told> = {}): Told => ({
  route: 'form',
  text,
  url: '',
  platform: '',
  region: '',
  seenAt: null,
  contact: '',
  ...more,
})
