// In: a seed and a count. Out: the crashes of a run, in order: where, on which channel, with which notice, what is killed.
// Pure. A point is a durable step, or a place between two of them; what cannot occur on a channel is not in the table.

export const CHANNELS = ['website', 'weibo', 'freepublish', 'mass', 'subscribe', 'webhook', 'robot'] as const
export type ChannelName = (typeof CHANNELS)[number]
export type NoticeUnderTest = 'quick' | 'formal' | 'withdrawal'
/** program: publisher and public process. postgres: the database alone, the program lives. everything: all at once. */
export type Victim = 'program' | 'postgres' | 'everything'

export const POINTS = {
  'before-commit': 'the payload is there, nothing is committed',
  'commit-outlives': 'the commit is done by the database after the program died',
  'committed-unsent': 'all rows are committed, no byte has left for this channel',
  'token-hangs': 'waiting for the access token',
  'draft-lost-before': 'the draft was asked for, the platform did nothing',
  'draft-lost-after': 'the draft is there, its reply is not',
  'draft-unrecorded': 'the draft’s reply came, its row is not written',
  'draft-recorded': 'the draft is on record, the send has not begun',
  'lost-before': 'bytes have left, the platform did nothing, no reply',
  'effect-late': 'bytes have left, the platform acts after our death',
  'lost-after': 'the platform acted, no reply',
  unrecorded: 'the platform acted and replied, the outcome is not written',
  recorded: 'the outcome is written, nothing else',
  'unknown-before': 'the reply was lost before the effect and is on record as unknown',
  'unknown-after': 'the reply was lost after the effect and is on record as unknown',
  'probe-hangs': 'an unknown is being looked for',
  'probe-unrecorded': 'an unknown was looked for, the finding is not written',
  'absent-once': 'an unknown was found absent once, not often enough',
  'queued-again': 'the platform refused for a passing reason, the next try is due later',
  'check-hangs': 'a pending job is being asked about',
  'check-unrecorded': 'a pending job was asked about, the answer is not written',
  'second-lost-before': 'the second of three readers: bytes left, nothing done',
  'second-lost-after': 'the second of three readers has it, no reply',
} as const
export type Point = keyof typeof POINTS

/** Points by channel; those of the commit itself concern all channels and stand with the website. */
export const TABLE: Readonly<Record<ChannelName, readonly Point[]>> = {
  website: ['before-commit', 'commit-outlives', 'committed-unsent', 'unrecorded', 'recorded'],
  weibo: [
    'committed-unsent',
    'lost-before',
    'effect-late',
    'lost-after',
    'unrecorded',
    'recorded',
    'unknown-before',
    'unknown-after',
    'probe-hangs',
    'probe-unrecorded',
    'absent-once',
    'queued-again',
  ],
  freepublish: [
    'committed-unsent',
    'token-hangs',
    'draft-lost-before',
    'draft-lost-after',
    'draft-unrecorded',
    'draft-recorded',
    'lost-before',
    'effect-late',
    'lost-after',
    'unrecorded',
    'recorded',
    'unknown-before',
    'unknown-after',
    'probe-hangs',
    'probe-unrecorded',
    'absent-once',
    'check-hangs',
    'check-unrecorded',
  ],
  mass: [
    'draft-lost-after',
    'draft-unrecorded',
    'lost-before',
    'effect-late',
    'lost-after',
    'unrecorded',
    'recorded',
    'unknown-before',
    'unknown-after',
    'check-hangs',
    'check-unrecorded',
  ],
  subscribe: ['lost-before', 'lost-after', 'second-lost-before', 'second-lost-after', 'unrecorded', 'recorded'],
  webhook: [
    'committed-unsent',
    'lost-before',
    'effect-late',
    'lost-after',
    'unrecorded',
    'recorded',
    'unknown-before',
    'unknown-after',
    'queued-again',
  ],
  robot: ['committed-unsent', 'lost-before', 'lost-after', 'unrecorded', 'recorded', 'unknown-before', 'unknown-after'],
}

/** Points at which the database is killed too, or alone: those that differ from the program's death. */
const WITH_EVERYTHING: readonly Point[] = [
  'before-commit',
  'committed-unsent',
  'lost-before',
  'lost-after',
  'unrecorded',
  'recorded',
]
const WITH_POSTGRES: readonly Point[] = [
  'before-commit',
  'committed-unsent',
  'lost-after',
  'unrecorded',
  'recorded',
  'unknown-after',
]

export interface Crash {
  n: number
  point: Point
  channel: ChannelName
  notice: NoticeUnderTest
  victim: Victim
  /** Whether the formal report comes while the quick report is still open. */
  early: boolean
}

/** Small, seeded, good enough to shuffle with (mulberry32). */
export function openChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Cell {
  point: Point
  channel: ChannelName
  victim: Victim
}

function listCells(): Cell[] {
  const victims: Victim[] = ['program', 'everything', 'postgres']
  return victims.flatMap((victim) =>
    CHANNELS.flatMap((channel) =>
      TABLE[channel]
        .filter(
          (point) =>
            victim === 'program' || (victim === 'everything' ? WITH_EVERYTHING : WITH_POSTGRES).includes(point),
        )
        .map((point) => ({ point, channel, victim })),
    ),
  )
}

/**
 * The crashes of a full run: every cell in turn, with another notice each time round, in an order that the seed decides.
 * @param count how many; at least one round of cells makes the run complete
 */
export function planCrashes(count: number, seed: number): Crash[] {
  const chance = openChance(seed)
  const cells = listCells()
  const crashes: Crash[] = []
  for (let round = 0; crashes.length < count; round += 1) {
    const order = cells.map((cell, index) => ({ cell, index, at: chance() })).sort((a, b) => a.at - b.at)
    for (const { cell, index } of order.slice(0, count - crashes.length)) {
      crashes.push({ n: crashes.length + 1, ...cell, notice: noticeFor(cell, round + index), early: chance() < 0.5 })
    }
  }
  return crashes
}

/** Each crash point once per channel under the program's death, and each channel once under the two others. */
export function planQuick(seed: number): Crash[] {
  const chance = openChance(seed)
  const cells = listCells()
  const once = (victim: Victim): Cell[] =>
    CHANNELS.flatMap((channel) => {
      const own = cells.filter((cell) => cell.victim === victim && cell.channel === channel)
      const one = own[Math.floor(chance() * own.length)]
      return one ? [one] : []
    })
  const chosen = [...cells.filter((cell) => cell.victim === 'program'), ...once('everything'), ...once('postgres')]
  return chosen.map((cell, index) => ({
    n: index + 1,
    ...cell,
    notice: noticeFor(cell, index % 2),
    early: chance() < 0.5,
  }))
}

/** A mass send is kept for the formal report; the others take turns. */
function noticeFor(cell: Cell, turn: number): NoticeUnderTest {
  if (cell.channel === 'mass') return 'formal'
  // A token that was fetched for the quick report still serves the formal one.
  if (cell.point === 'token-hangs') return 'quick'
  return (['quick', 'formal', 'withdrawal'] as const)[turn % 3] ?? 'quick'
}
