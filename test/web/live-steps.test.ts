// In: any order of commits, looks, losses and restarts. Out: proof that every reader ends with every event once, in order.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  endOf,
  extendRing,
  MOST_KEPT,
  numberOf,
  readOffset,
  writeFrame,
  type LiveEvent,
  type Offset,
  type Ring,
} from '../../src/web/live/events.ts'
import { openSteps, type Step } from '../../src/web/live/steps.ts'
import { createParser } from './stream-reader.ts'

const sealOf = (seq: number, line = 0): string => (line * 65_536 + seq).toString(16).padStart(12, '0')
const eventOf = (seq: number, seal = sealOf(seq)): LiveEvent => ({
  seq,
  seal,
  at: 1_700_000_000_000 + seq,
  code: `code${seq}`,
  kind: 'revision',
  serial: '兰震信〔2026〕7号',
  report: seq,
  quake: 'q-1',
  paths: [`/n/code${seq}`, '/'],
})
const ringOf = (seqs: readonly number[], head = seqs.at(-1) ?? 0): Ring =>
  extendRing(null, { head, events: seqs.map((seq) => eventOf(seq)), whole: true })

/** A public process: what it has read, what its disk has, who is connected and where each stands. */
interface Node {
  ring: Ring | null
  disk: Ring | null
  steps: ReturnType<typeof openSteps>
}
interface Reader {
  node: number | null
  at: Offset | null
  lastId: string
  /** Where it was greeted, or told to read everything anew. */
  since: Offset | null
  /** Offsets of what it was told after that. */
  got: Offset[]
  resets: number
}

type Act =
  | { act: 'commit'; events: boolean[] }
  | { act: 'look'; node: number }
  | { act: 'crash'; node: number }
  | { act: 'connect'; reader: number; node: number }
  | { act: 'serve'; reader: number; cut: number | null }
  | { act: 'restore'; to: number }

const usual = [
  fc.record({ act: fc.constant('commit' as const), events: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }) }),
  fc.record({ act: fc.constant('look' as const), node: fc.nat(1) }),
  fc.record({ act: fc.constant('crash' as const), node: fc.nat(1) }),
  fc.record({ act: fc.constant('connect' as const), reader: fc.nat(2), node: fc.nat(1) }),
  fc.record({ act: fc.constant('serve' as const), reader: fc.nat(2), cut: fc.option(fc.nat(400)) }),
]
const restores = fc.record({ act: fc.constant('restore' as const), to: fc.nat(12) })

/** A row of the sealed journal. */
interface Row {
  seq: number
  seal: string
  isEvent: boolean
}

function play(list: readonly Act[]): { readers: Reader[]; record: Row[] } {
  let record: Row[] = []
  let line = 0
  const nodes: Node[] = [0, 1].map(() => ({ ring: null, disk: null, steps: openSteps(false) }))
  const readers: Reader[] = [0, 1, 2].map(() => ({ node: null, at: null, lastId: '', since: null, got: [], resets: 0 }))
  /** What shelf.ts asks of store/shown.ts. */
  const look = (node: Node): void => {
    const sealAt = node.ring && record[node.ring.head - 1]?.seal
    const isSame = node.ring !== null && (node.ring.head === 0 || sealAt === seals.get(node.ring))
    const ring = isSame ? node.ring : null
    const events = record
      .filter((row) => row.isEvent && row.seq > (ring?.head ?? 0))
      .map((row) => eventOf(row.seq, row.seal))
    node.ring = extendRing(ring, { head: record.length, events, whole: true })
    seals.set(node.ring, record.at(-1)?.seal ?? '')
    node.disk = node.ring
    node.steps.set(node.ring, true)
  }
  const seals = new WeakMap<Ring, string>()
  const send = (reader: Reader, step: Step | null, cut: number | null): void => {
    if (!step) return
    reader.at = step.at
    const parser = createParser(({ id, type }) => {
      reader.lastId = id
      if (type === 'notice') return void reader.got.push(id)
      if (type === 'reset') reader.resets += 1
      reader.since = id
      reader.got = []
    })
    const text = step.bytes.toString('utf8')
    parser.feed(cut === null ? text : text.slice(0, cut))
    // Cut in the middle: the connection is gone with the rest.
    if (cut !== null && cut < text.length) reader.node = null
  }
  for (const each of list) {
    if (each.act === 'commit') {
      for (const isEvent of each.events)
        record.push({ seq: record.length + 1, seal: sealOf(record.length + 1, line), isEvent })
    } else if (each.act === 'restore') {
      // The restore itself is a row, so that no two records are the same up to here.
      record = record.slice(0, each.to)
      line += 1
      record.push({ seq: record.length + 1, seal: sealOf(record.length + 1, line), isEvent: false })
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
      if (each.act === 'serve') {
        const node = reader.node === null ? undefined : nodes[reader.node]
        send(reader, node?.steps.next(reader.at) ?? null, each.cut)
      } else {
        reader.node = each.node
        reader.at = reader.lastId === '' ? null : readOffset(reader.lastId)
      }
    }
  }
  // In the end everybody is connected, the record is read, and nothing is cut.
  for (const node of nodes) look(node)
  for (const reader of readers) {
    reader.node ??= 0
    const steps = nodes[reader.node]?.steps
    reader.at = reader.lastId === '' ? null : readOffset(reader.lastId)
    // Two beats later it would be told so.
    send(reader, (steps?.isBehind(reader.at) ? steps.reset() : steps?.next(reader.at)) ?? null, null)
  }
  return { readers, record }
}

/** What a reader must have been told who was greeted here; null when this record has no such place. */
function owed(record: readonly Row[], since: Offset | null): Offset[] | null {
  const seq = numberOf(since ?? '')
  const row = record[seq - 1]
  if (seq > 0 && (row === undefined || `${seq}-${row.seal}` !== since)) return null
  return record.filter((each) => each.isEvent && each.seq > seq).map((each) => `${each.seq}-${each.seal}`)
}

test('any interleaving of commits, reconnects, restarts and two nodes ends with each event once, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(...usual), { maxLength: 60 }), (list) => {
      const { readers, record } = play(list)
      for (const { since, got, resets } of readers) {
        expect(since).not.toBeNull()
        expect(got).toEqual(owed(record, since))
        expect(resets).toBe(0)
      }
    }),
    { numRuns: 500 },
  )
})

test('a record that was restored from a backup, once or often, and has gone on since, leaves no reader with another history', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(...usual, restores), { maxLength: 60 }), (list) => {
      const { readers, record } = play(list)
      for (const { since, got } of readers) expect(got).toEqual(owed(record, since))
    }),
    { numRuns: 1_000 },
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
    expect(steps.next(String(ring.floor))?.bytes.toString()).toContain(`code${seqs[5]}`)
    const far = steps.next(String(ring.floor - 1))
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
  for (const text of [
    '',
    'x',
    '-1',
    '1e3',
    '9'.repeat(40),
    '１',
    '5-',
    '5-xyz',
    `5-${sealOf(5)}-1`,
    `5-${sealOf(6)}`,
  ]) {
    expect(steps.next(readOffset(text))?.bytes.toString()).toContain('event: reset')
  }
})

test('a reader that stays ahead of a record restored to an earlier state starts anew; one that waits for a slower node does not', () => {
  const steps = openSteps(false)
  steps.set(ringOf([5]), false)
  const [five, nine] = [`5-${sealOf(5)}`, `9-${sealOf(9)}`]
  expect(steps.isBehind(nine)).toBe(false)
  expect(steps.next(nine)).toBeNull()
  steps.set(ringOf([5]), true)
  expect(steps.isBehind(nine)).toBe(true)
  expect(steps.isBehind(five)).toBe(false)
  expect(steps.reset()?.at).toBe(five)
})

test('no text of a notice can end a frame or begin another', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat().map(String), (text, id) => {
      const heard: unknown[] = []
      const parser = createParser((event) => heard.push(event))
      parser.feed(writeFrame('notice', { text }, id))
      expect(heard).toEqual([{ id, type: 'notice', data: JSON.stringify({ text }) }])
    }),
  )
})

describe('the list of changes', () => {
  const seqs = Array.from({ length: 250 }, (_, n) => n + 1)
  const read = (steps: ReturnType<typeof openSteps>, after: Offset | null) =>
    JSON.parse(steps.changes(after, null)?.toString() ?? 'null') as {
      changes: { seq: number }[]
      next: Offset
      reset: boolean
      newest: string | null
    } | null

  test('is read to its end in several answers, each beginning where the last ended', () => {
    const steps = openSteps(false)
    steps.set(ringOf(seqs), true)
    const got: number[] = []
    let after = '0'
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
    const last = `290-${sealOf(290)}`
    steps.set(extendRing(null, { head: 300, events: [eventOf(290)], whole: false }), true)
    expect(read(steps, null)).toMatchObject({ changes: [], next: last, reset: false, newest: 'code290' })
    expect(read(steps, '3')).toMatchObject({ changes: [], next: last, reset: true })
    expect(read(steps, `290-${sealOf(1)}`)).toMatchObject({ changes: [], next: last, reset: true })
    expect(read(steps, '400')).toMatchObject({ changes: [], next: '400', reset: false })
  })

  test('says since when it may be behind, and that it is a demonstration', () => {
    const steps = openSteps(true)
    steps.set(ringOf([1]), true)
    expect(JSON.parse(steps.changes('0', 0)?.toString() ?? '')).toMatchObject({
      stale: '1970-01-01T00:00:00.000Z',
      demonstration: true,
    })
    expect(steps.next('0')?.bytes.toString()).toContain('"demonstration":true')
  })
})
