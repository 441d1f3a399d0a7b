// Whatever a lineage went through, nobody who read it is left without its end.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../src/core/instant.ts'
import { DELIVERY_STATES, MAY_BE_VISIBLE, type DeliveryState } from '../../src/core/quake.ts'
import type { Word } from '../../src/core/judgement/judge.ts'
import { legsOf, type Outlet } from '../../src/publish/outlets.ts'
import { BUREAUX, deleteOf, formalOf, reportOf, SHOCK } from '../core/judgement/bureaux.ts'
import { openRoom } from './room.ts'

const { hefei } = BUREAUX
const state = fc.constantFrom(...DELIVERY_STATES)
const states = fc.record({ site: state, weibo: state, wechat: state }) as fc.Arbitrary<Record<string, DeliveryState>>
const kindOf = fc.constantFrom('earthquake', 'collapse', 'mining')

describe('whatever became of the deliveries', () => {
  test('a follow-up reaches every outlet that carried a word before', () => {
    fc.assert(
      fc.property(
        states,
        kindOf,
        fc.integer({ min: 5, max: 62 }),
        fc.integer({ min: 0, max: 9 }),
        (reached, kind, tenths, hours) => {
          const room = openRoom({ bureau: hefei })
          const first = room.feed([reportOf(hefei)])
          room.settle(reached)
          const formal = formalOf(hefei, {
            kind,
            magnitude: { value: tenths / 10, type: 'M' },
            receivedAt: SHOCK + 9 * MINUTE + hours * 60 * MINUTE,
          })
          const said = room.feed([formal])
          expect(said.kinds).toEqual(['formal-report'])
          const carriers = first.outlets.filter((outlet) => MAY_BE_VISIBLE.includes(reached[outlet] ?? 'queued'))
          for (const outlet of carriers) expect(said.outlets).toContain(outlet)
        },
      ),
      { numRuns: 60 },
    )
  })
  test('a withdrawal reaches every outlet where a word may stand, of every notice of the lineage', () => {
    fc.assert(
      fc.property(states, fc.boolean(), (reached, followed) => {
        const room = openRoom({ bureau: hefei })
        const auto = reportOf(hefei)
        const formal = formalOf(hefei)
        room.feed([auto])
        room.settle(reached)
        if (followed) room.feed([formal])
        room.settle(reached)
        const gone = deleteOf(followed ? formal : auto)
        room.feed([gone])
        const said = room.look(gone.receivedAt + 121 * SECOND)
        expect(said.kinds).toEqual(['withdrawal'])
        const visible = Object.keys(reached).filter((outlet) => MAY_BE_VISIBLE.includes(reached[outlet] ?? 'queued'))
        expect(said.outlets.filter((outlet) => reached[outlet] !== 'rehearsal').toSorted()).toEqual(visible.toSorted())
      }),
      { numRuns: 60 },
    )
  })
})

describe('an account whose settings send only some kinds by mass message', () => {
  const delivery = (leg: string, state: DeliveryState, outlet = 'wechat') => ({ deliveryId: leg, outlet, leg, state })
  const outlet = {
    id: 'wechat',
    config: {},
    channel: {
      legs: (_: unknown, kind: string) => (kind === 'withdrawal' ? ['freepublish'] : ['freepublish', 'mass']),
    },
  } as unknown as Outlet
  const legs = (kind: Word['kind'], ...deliveries: ReturnType<typeof delivery>[]): string[] =>
    legsOf(outlet, { kind, lineage: { notices: [{ deliveries }] } } as unknown as Word)

  test('takes back by mass message what may have been read in one', () => {
    expect(legs('withdrawal', delivery('freepublish', 'accepted'), delivery('mass', 'unknown'))).toEqual([
      'freepublish',
      'mass',
    ])
  })
  test('spends no mass message on what reached nobody that way', () => {
    expect(legs('withdrawal', delivery('mass', 'failed'), delivery('mass', 'accepted', 'other'))).toEqual([
      'freepublish',
    ])
  })
  test('takes back and puts right what a person wrote the way that it went, not before everyone who hears of quakes', () => {
    const account = {
      ...outlet,
      channel: {
        legs: (_: unknown, kind: string) => (kind === 'announcement' ? ['freepublish'] : ['freepublish', 'mass']),
      },
    } as unknown as Outlet
    const written = { kind: 'announcement', deliveries: [delivery('freepublish', 'accepted')] }
    for (const kind of ['withdrawal', 'correction'])
      expect(legsOf(account, { kind, lineage: { notices: [written] } } as unknown as Word)).toEqual(['freepublish'])
  })
  test('follows its settings for every other kind', () => {
    expect(legs('revision', delivery('subscribe', 'accepted'))).toEqual(['freepublish', 'mass'])
  })
})
