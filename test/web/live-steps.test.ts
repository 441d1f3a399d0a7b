// In: any order of commits, looks, losses and restarts. Out: proof that every reader ends with every event once, in order.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  endOf,
  extendRing,
  MOST_KEPT,
  readOffset,
  writeFrame,
  type LiveEvent,
  type Ring,
} from '../../src/web/live/events.ts'
import { openSteps } from '../../src/web/live/steps.ts'
import { createParser } from './stream-reader.ts'

const eventOf = (seq: number): LiveEvent => ({
  seq,
  at: 1_700_000_000_000 + seq,
  code: `code${seq}`,
  kind: 'revision',
  serial: '兰震信〔2026〕7号',
  report: seq,
  quake: 'q-1',
  paths: [`/n/code${seq}`, '/'],
})
const ringOf = (seqs: readonly number[], head = seqs.at(-1) ?? 0): Ring =>
  extendRing(null, { head, events: seqs.map(eventOf), whole: true })

/** A public process: what it has read, what its disk has, who is connected and where each stands. */
interface Node {
  ring: Ring | null
  disk: Ring | null
  steps: ReturnType<typeof openSteps>
}
interface Reader {
  node: number | null
  at: number | null
  lastId: string
  greeted: number | null
  got: number[]
}

type Act =
  | { act: 'commit'; events: boolean[] }
  | { act: 'look'; node: number }
  | { act: 'crash'; node: number }
  | { act: 'connect'; reader: number; node: number }
  | { act: 'serve'; reader: number; cut: number | null }

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant('commit' as const), events: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }) }),
    fc.record({ act: fc.constant('look' as const), node: fc.nat(1) }),
    fc.record({ act: fc.constant('crash' as const), node: fc.nat(1) }),
    fc.record({ act: fc.constant('connect' as const), reader: fc.nat(2), node: fc.nat(1) }),
    fc.record({
      act: fc.constant('serve' as const),
      reader: fc.nat(2),
      cut: fc.option(fc.nat(400)),
    }),
  ),
  { maxLength: 60 },
)

function play(list: readonly Act[]): { readers: Reader[]; record: number[]; end: number } {
  const record: number[] = []
  let head = 0
  const nodes: Node[] = [0, 1].map(() => ({ ring: null, disk: null, steps: openSteps(false) }))
  const readers: Reader[] = [0, 1, 2].map(() => ({ node: null, at: null, lastId: '', greeted: null, got: [] }))
  const look = (node: Node): void => {
    const after = node.ring?.head ?? 0
    const events = record.filter((seq) => seq > after).map(eventOf)
    node.ring = extendRing(node.ring, { head, events, whole: true })
    node.disk = node.ring
    node.steps.set(node.ring, true)
  }
  const serve = (reader: Reader, cut: number | null): void => {
    const node = reader.node === null ? undefined : nodes[reader.node]
    const step = node?.steps.next(reader.at)
    if (!step) return
    reader.at = step.at
    const parser = createParser(({ id, type }) => {
      reader.lastId = id
      if (type === 'notice') reader.got.push(Number(id))
      if (type === 'hello') reader.greeted ??= Number(id)
      expect(type).not.toBe('reset')
    })
    const text = step.bytes.toString('utf8')
    parser.feed(cut === null ? text : text.slice(0, cut))
    // Cut in the middle: the connection is gone with the rest.
    if (cut !== null && cut < text.length) reader.node = null
  }
  for (const each of list) {
    if (each.act === 'commit') {
      for (const isEvent of each.events) {
        head += 1
        if (isEvent) record.push(head)
      }
    } else if (each.act === 'look') {
      const node = nodes[each.node]
      if (node) look(node)
    } else if (each.act === 'crash') {
      const node = nodes[each.node]
      if (!node) continue
      node.ring = node.disk
      node.steps = openSteps(false)
      if (node.ring) node.steps.set(node.ring, false)
      for (const reader of readers) if (reader.node === each.node) reader.node = null
    } else {
      const reader = readers[each.reader]
      if (!reader) continue
      if (each.act === 'serve') serve(reader, each.cut)
      else {
        reader.node = each.node
        reader.at = reader.lastId === '' ? null : readOffset(reader.lastId)
      }
    }
  }
  // In the end everybody is connected, the record is read, and nothing is cut.
  for (const node of nodes) look(node)
  for (const reader of readers) {
    reader.node ??= 0
    reader.at = reader.lastId === '' ? null : readOffset(reader.lastId)
    serve(reader, null)
  }
  return { readers, record, end: head }
}

test('any interleaving of commits, reconnects, restarts and two nodes ends with each event once, in order', () => {
  fc.assert(
    fc.property(acts, (list) => {
      const { readers, record } = play(list)
      for (const { greeted, got } of readers) {
        expect(greeted).not.toBeNull()
        expect(got).toEqual(record.filter((seq) => seq > (greeted ?? 0)))
      }
    }),
    { numRuns: 500 },
  )
})

describe('the ring', () => {
  test('keeps the newest and knows from where on it knows everything', () => {
    const seqs = Array.from({ length: MOST_KEPT + 5 }, (_, n) => 10 + 3 * n)
    const ring = ringOf(seqs)
    expect(ring.events).toHaveLength(MOST_KEPT)
    expect(ring.floor).toBe(seqs[4])
    const steps = openSteps(false)
    steps.set(ring, true)
    expect(steps.next(ring.floor)?.bytes.toString()).toContain(`code${seqs[5]}`)
    const far = steps.next(ring.floor - 1)
    expect(far?.bytes.toString()).toMatch(new RegExp(`^id: ${endOf(ring)}\nevent: reset\n`))
    expect(far?.at).toBe(endOf(ring))
  })

  test('does not claim what a look left out', () => {
    const ring = extendRing(ringOf([1, 2]), { head: 900, events: [eventOf(800), eventOf(900)], whole: false })
    expect(ring).toMatchObject({ floor: 799, head: 900 })
    expect(ring.events.map(({ seq }) => seq)).toEqual([800, 900])
  })

  test('is the same list while nothing was shown, however far the record went', () => {
    const ring = ringOf([1, 2])
    const later = extendRing(ring, { head: 77, events: [], whole: true })
    expect(later.events).toBe(ring.events)
    expect(later.head).toBe(77)
    expect(openSteps(false).set(later, true)).toBe(true)
  })
})

test('an offset that is none leads to everything anew, never to silence', () => {
  const steps = openSteps(false)
  steps.set(ringOf([5]), true)
  for (const text of ['', 'x', '-1', '1e3', '9'.repeat(40), '１']) {
    expect(steps.next(readOffset(text))?.bytes.toString()).toContain('event: reset')
  }
})

test('a reader that stays ahead of a record restored to an earlier state starts anew; one that waits for a slower node does not', () => {
  const steps = openSteps(false)
  steps.set(ringOf([5]), false)
  expect(steps.isBehind(9)).toBe(false)
  expect(steps.next(9)).toBeNull()
  steps.set(ringOf([5]), true)
  expect(steps.isBehind(9)).toBe(true)
  expect(steps.isBehind(5)).toBe(false)
  expect(steps.reset()?.at).toBe(5)
})

test('no text of a notice can end a frame or begin another', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, id) => {
      const heard: unknown[] = []
      const parser = createParser((event) => heard.push(event))
      parser.feed(writeFrame('notice', { text }, id))
      expect(heard).toEqual([{ id: String(id), type: 'notice', data: JSON.stringify({ text }) }])
    }),
  )
})

describe('the list of changes', () => {
  const seqs = Array.from({ length: 250 }, (_, n) => n + 1)
  const read = (steps: ReturnType<typeof openSteps>, after: number | null) =>
    JSON.parse(steps.changes(after, null)?.toString() ?? 'null') as {
      changes: { seq: number }[]
      next: number
      reset: boolean
      newest: string | null
    } | null

  test('is read to its end in several answers, each beginning where the last ended', () => {
    const steps = openSteps(false)
    steps.set(ringOf(seqs), true)
    const got: number[] = []
    let after = 0
    for (;;) {
      const answer = read(steps, after)
      if (!answer || answer.changes.length === 0) break
      got.push(...answer.changes.map(({ seq }) => seq))
      after = answer.next
    }
    expect(got).toEqual(seqs)
  })

  test('begins now for who asks without an offset, and anew for who was away too long', () => {
    const steps = openSteps(false)
    expect(steps.changes(null, null)).toBeNull()
    steps.set(extendRing(null, { head: 300, events: [eventOf(290)], whole: false }), true)
    expect(read(steps, null)).toMatchObject({ changes: [], next: 290, reset: false, newest: 'code290' })
    expect(read(steps, 3)).toMatchObject({ changes: [], next: 290, reset: true })
    expect(read(steps, 400)).toMatchObject({ changes: [], next: 400, reset: false })
  })

  test('says since when it may be behind, and that it is a demonstration', () => {
    const steps = openSteps(true)
    steps.set(ringOf([1]), true)
    expect(JSON.parse(steps.changes(0, 0)?.toString() ?? '')).toMatchObject({
      stale: '1970-01-01T00:00:00.000Z',
      demonstration: true,
    })
    expect(steps.next(0)?.bytes.toString()).toContain('"demonstration":true')
  })
})
