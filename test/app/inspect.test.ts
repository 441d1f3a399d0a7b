// In: outlets whose credentials end, are refused or cannot be asked for. Out: proof that a person is told in time, and again.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { inspectOutlets } from '../../src/app/inspect.ts'
import type { Box, Inspection } from '../../src/core/channel.ts'
import { DAY, HOUR, MINUTE } from '../../src/core/instant.ts'
import type { Outlet } from '../../src/publish/outlets.ts'

const NOW = Date.UTC(2026, 2, 1)

function openRoom(change: Partial<Outlet> = {}) {
  const clock = { now: NOW }
  const alarms = new Map<string, string>()
  const rung: string[] = []
  const kept = new Map<string, { value: string; expiresAt: number }>()
  let says: Inspection | Error = { state: 'well', until: null }
  let asked = 0
  const box: Box = {
    read: async (key) => kept.get(key) ?? null,
    write: async (key, value, expiresAt) => void kept.set(key, { value, expiresAt }),
    withLock: (_key, act) => act(),
  }
  const outlet: Outlet = {
    id: 'weibo-main',
    class: 'actual',
    mode: 'live',
    channel: {
      name: 'weibo',
      config: z.unknown(),
      secrets: [],
      legs: () => ['post'],
      certainty: () => ({ probe: 'none', absentReads: 1, absentSpanMs: 0, keyedRepeat: false }),
      limits: [],
      variants: [],
      compose: () => ({ ok: true, content: {} }),
      open: () => outlet.client,
    },
    config: {},
    client: {
      deliver: async () => ({ state: 'unknown', reason: '', probeAfterMs: 1 }),
      probe: async () => ({ state: 'absent' }),
      inspect: async () => {
        asked += 1
        if (says instanceof Error) throw says
        return says
      },
    },
    ...change,
  }
  return {
    alarms,
    rung,
    asked: () => asked,
    async look(inspection: Inspection | Error, after: number) {
      says = inspection
      clock.now += after
      await inspectOutlets({
        outlets: [outlet],
        box: () => box,
        now: () => clock.now,
        alarm: async (_kind, subject, message) => {
          if (!alarms.has(subject)) rung.push(subject)
          alarms.set(subject, message)
        },
        clear: async (_kind, subject) => void alarms.delete(subject),
      })
    },
    /** As the platform says it at the next look, a day later. */
    ending: (days: number): Inspection => ({ state: 'ending', until: clock.now + DAY + days * DAY, reason: 'ends' }),
  }
}

describe('the life of a credential', () => {
  test('is asked for once a day, however often it is looked at', async () => {
    const room = openRoom()
    for (let i = 0; i < 6 * 24; i += 1) await room.look({ state: 'well', until: null }, 10 * MINUTE)
    expect(room.asked()).toBe(2)
  })

  test('rings at thirty, seven and one day and when it is over, each time anew, and is silent in between', async () => {
    const room = openRoom()
    for (const days of [29, 20, 8, 6.9, 3, 0.9]) await room.look(room.ending(days), DAY)
    await room.look({ state: 'ending', until: null, reason: 'refused' }, DAY)
    expect(room.rung).toEqual(['weibo-main 30', 'weibo-main 7', 'weibo-main 1', 'weibo-main 0'])
    expect([...room.alarms.keys()]).toEqual(['weibo-main 0'])
  })

  test('renewed clears what was told', async () => {
    const room = openRoom()
    await room.look({ state: 'ending', until: null, reason: 'refused' }, DAY)
    await room.look({ state: 'well', until: null }, HOUR)
    expect(room.alarms.size).toBe(0)
  })

  test('refused is asked again within the hour; unclear neither rings nor clears', async () => {
    const room = openRoom()
    await room.look({ state: 'ending', until: null, reason: 'refused' }, DAY)
    await room.look({ state: 'unclear', reason: 'silence' }, HOUR)
    await room.look(new Error('broken'), HOUR)
    expect(room.asked()).toBe(3)
    expect([...room.alarms.keys()]).toEqual(['weibo-main 0'])
  })

  test.each([{ mode: 'rehearsal' as const }, { class: 'drill' as const }])('%j is left alone', async (change) => {
    const room = openRoom(change)
    await room.look({ state: 'ending', until: null, reason: 'refused' }, DAY)
    expect([room.asked(), room.rung]).toEqual([0, []])
  })
})
