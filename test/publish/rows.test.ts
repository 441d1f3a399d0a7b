// Which rows of a list say something new: every version once, a version that comes back again, nothing for mere order.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findNewRows, keyRow, rememberRows } from '../../src/publish/rows.ts'
import type { RowMemory } from '../../src/publish/picture.ts'
import { formalOf, rowOf } from '../core/judgement/bureaux.ts'

/** A row of one id with a value that tells its versions apart. */
const version = (value: number, id = 'CC-1'): ReturnType<typeof keyRow> =>
  keyRow({ ...rowOf(formalOf(undefined, { sourceEventId: id })), magnitude: { value, type: 'M' } })

/** A source as the ledger hears it; `restart` keeps what the record keeps: every version in the order it was new. */
function listen(): { hear: (...rows: ReturnType<typeof version>[]) => number[]; restart: () => void } {
  let memory = new Map<string, RowMemory>()
  const record = new Map<string, string[]>()
  return {
    hear: (...rows) => {
      const fresh = findNewRows('list', rows, memory)
      for (const row of fresh)
        record.set(`list ${row.key}`, [...(record.get(`list ${row.key}`) ?? []), row.fingerprint])
      rememberRows('list', rows, memory)
      return fresh.map((row) => row.report.magnitude?.value ?? 0)
    },
    restart: () => {
      memory = new Map(
        [...record].map(([key, all]) => [key, { known: new Set(all), latest: all.at(-1) ?? '', last: null }]),
      )
    },
  }
}

describe('a list', () => {
  test('brings each version once', () => {
    const { hear } = listen()
    expect(hear(version(4))).toEqual([4])
    expect(hear(version(4))).toEqual([])
    expect(hear(version(4.2))).toEqual([4.2])
  })
  test('that goes back to an older value says something new', () => {
    const { hear } = listen()
    expect([hear(version(4)), hear(version(5)), hear(version(4)), hear(version(5))]).toEqual([[4], [5], [4], [5]])
  })
  test('that says so across a restart, too', () => {
    const source = listen()
    source.hear(version(4))
    source.hear(version(5))
    source.restart()
    expect(source.hear(version(4))).toEqual([4])
    source.restart()
    expect(source.hear(version(4))).toEqual([])
    expect(source.hear(version(5))).toEqual([5])
  })
  test('with two versions of one id stays quiet however often and in whatever order it is read', () => {
    const source = listen()
    expect(source.hear(version(4), version(5))).toEqual([4, 5])
    expect(source.hear(version(5), version(4))).toEqual([])
    source.restart()
    expect(source.hear(version(4), version(5))).toEqual([])
    expect(source.hear(version(5), version(4))).toEqual([])
  })
  test('in which rows only change their places brings nothing', () => {
    const { hear } = listen()
    const rows = [version(4, 'a'), version(4, 'b'), version(4, 'c')]
    hear(...rows)
    expect(hear(...rows.map((row, i) => keyRow({ ...row.report, row: 9 - i })).toReversed())).toEqual([])
  })
  test('that repeats a row brings it once', () => {
    expect(listen().hear(version(4), version(4))).toEqual([4])
  })
  test('a row that left the list and returns unchanged is no news', () => {
    const { hear } = listen()
    hear(version(4, 'a'), version(4, 'b'))
    hear(version(4, 'b'))
    expect(hear(version(4, 'a'), version(4, 'b'))).toEqual([])
  })
  test('two sources do not know of each other', () => {
    const memory = new Map<string, RowMemory>()
    rememberRows('a', [version(4)], memory)
    expect(findNewRows('b', [version(4)], memory)).toHaveLength(1)
  })
  test('a row without an id is known by its place in space and time', () => {
    const { hear } = listen()
    hear(version(4, ''))
    expect(hear(version(4, ''))).toEqual([])
    expect(hear(version(4.3, ''))).toEqual([4.3])
  })
})

describe('whatever a source lists', () => {
  const list = fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), value: fc.integer({ min: 1, max: 3 }) }), {
    maxLength: 6,
  })
  test('reading the same payload again brings nothing, before and after a restart', () => {
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 8 }), (payloads) => {
        const source = listen()
        for (const payload of payloads) {
          const rows = payload.map(({ id, value }) => version(value, id))
          source.hear(...rows)
          expect(source.hear(...rows)).toEqual([])
        }
      }),
    )
  })
  test('with one version per id, the newest value always reaches us, restarts or not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ value: fc.integer({ min: 1, max: 3 }), restart: fc.boolean() }), {
          minLength: 1,
          maxLength: 12,
        }),
        (steps) => {
          const source = listen()
          let heard = 0
          for (const { value, restart } of steps) {
            if (restart) source.restart()
            heard = source.hear(version(value))[0] ?? heard
            expect(heard).toBe(value)
          }
        },
      ),
    )
  })
})
