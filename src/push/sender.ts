// In: words on record for all subscribers. Out: each sealed for each and sent, at-least-once, replaced where it was sent before.
// Runs in a thread of its own with its own connections: nothing else waits for it. Must not publish, nor ask what is true.
import { setTimeout as sleep } from 'node:timers/promises'
import { judgeEndpoint } from '../core/push/endpoint.ts'
import { SECOND, type Instant } from '../core/instant.ts'
import type { Queryable } from '../store/pool.ts'
import {
  closeBroadcasts,
  endDeadBatches,
  leaseBatches,
  listOpenBroadcasts,
  settleBatch,
  type BatchOutcome,
  type Broadcast,
  type LeasedBatch,
} from '../store/push-broadcasts.ts'
import { stopBroadcasts } from '../store/push-switch.ts'
import { listRecipients, removeGone, type Recipient } from '../store/push-subscriptions.ts'
import { sendDigests } from './digest.ts'
import { openLanes } from './lanes.ts'
import type { Letter, PostOutcome } from './lane.ts'
import { writeLetter } from './letters.ts'
import type { PushOutlet } from './outlet.ts'
import { planWord, type PushRegion } from './plan.ts'
import { openPreparer } from './preparer.ts'
import { openPreparedKeys } from './prepared.ts'
import type { Resolver } from './resolve.ts'
import { openVapid, type Vapid } from './vapid.ts'
import type { Vault } from './vault.ts'

export interface SenderContext {
  db: Queryable
  /** `<installation>-<process>-<chance>`, as for deliveries. */
  node: string
  outlets: readonly PushOutlet[]
  region: PushRegion
  vault: Vault
  resolver: Resolver
  /** Real time. */
  now: () => Instant
  /** Keys made ahead, at most. */
  mostKeys: number
  alarm: (subject: string, raised: boolean, reason: string) => void
  log: (level: 'info' | 'error', message: string, fields: object) => void
}

export interface Sender {
  /** Something was handed over. */
  wake(): void
  /** Reads the switches now: once it resolves, nothing leaves that they stop. */
  obey(): Promise<void>
  /** Sends what is due and resolves when nothing is under way; for tests and drains. */
  settle(): Promise<void>
  stop(): Promise<void>
}

const LOOK_MS = SECOND
/** A switch that is turned at another node is obeyed within this; one of this node at once. */
const SWITCH_MS = 100
const LEASE_MS = 60 * SECOND
/** Batches of one service in hand at once: one is sent while the next is read. */
const HANDS = 2
/** When nearly all of a batch is "gone", the service or a proxy in between is wrong, not the subscribers. */
const SUSPICIOUS = { least: 20, share: 0.8 } as const

/** Opens the sender; it looks by itself until it is stopped. */
export function openSender(context: SenderContext): Sender {
  const keys = openPreparedKeys(context.mostKeys)
  const preparer = openPreparer(
    context.db,
    context.outlets.map(({ id }) => id),
    keys,
  )
  const lanes = openLanes({ ...context, keys })
  const inHand = new Map<string, number>()
  const underWay = new Set<Promise<void>>()
  const opened = new Map(context.outlets.map((outlet) => [outlet.id, { outlet, vapid: openVapid(outlet.vapid) }]))
  const letters = new Map<string, { broadcast: Broadcast; letter: Letter | null }>()
  /** Words of this process that are done, replaced or stopped. */
  const over = new Set<string>()
  const ending = new AbortController()
  const isEnding = (): boolean => ending.signal.aborted
  let ring: () => void = () => undefined
  let rung = false
  const wake = (): void => {
    rung = true
    ring()
  }

  /** Ends what a person's switch stops, and lets nothing leave of what is over: rows are the truth, this is how fast. */
  const obey = async (): Promise<void> => {
    for (const id of await stopBroadcasts(context.db, [...letters.keys()])) {
      if (over.has(id)) continue
      over.add(id)
      lanes.drop(id)
    }
  }

  /** One look: what is closed, planned, leased. True when something was taken in hand. */
  const lookOnce = async (): Promise<boolean> => {
    await closeBroadcasts(context.db)
    await obey()
    await sendDigests(context.db, context.outlets)
    const open = await listOpenBroadcasts(context.db)
    const standing = new Set(open.map(({ id }) => id))
    for (const id of letters.keys()) {
      if (standing.has(id)) continue
      letters.delete(id)
      over.add(id)
      lanes.drop(id)
    }
    for (const broadcast of open) {
      if (!opened.has(broadcast.outlet)) continue
      if (!letters.has(broadcast.id))
        letters.set(broadcast.id, { broadcast, letter: writeLetter(broadcast, context.now()) })
      // The first ones are under way while the last ones are still asked.
      if (broadcast.state === 'planning')
        await planWord(
          context.db,
          broadcast,
          context.region,
          async () => void (isEnding() || (await lease())),
          () => isEnding() || over.has(broadcast.id),
        )
    }
    return open.length > 0 && lease()
  }

  let looking: Promise<unknown> = Promise.resolve()
  /** One look at a time: what the one has taken in hand is known to the next. */
  const look = (): Promise<boolean> => {
    const mine = looking.then(lookOnce)
    looking = mine.catch(() => undefined)
    return mine
  }

  const lease = async (): Promise<boolean> => {
    const busy = [...inHand].filter(([, count]) => count >= HANDS).map(([origin]) => origin)
    const batches = await leaseBatches(context.db, { node: context.node, leaseMs: LEASE_MS, most: HANDS, busy })
    for (const batch of batches) start(batch)
    return batches.length > 0
  }

  const start = (batch: LeasedBatch): void => {
    inHand.set(batch.origin, (inHand.get(batch.origin) ?? 0) + 1)
    const running = sendBatch(batch)
      .catch((error: unknown) => {
        // The lease runs out and the batch is sent again.
        context.log('error', 'a batch of pushes could not be settled', {
          err: String(error),
          broadcast: batch.broadcast,
        })
      })
      .finally(() => {
        underWay.delete(running)
        inHand.set(batch.origin, (inHand.get(batch.origin) ?? 1) - 1)
        wake()
      })
    underWay.add(running)
  }

  const sendBatch = async (batch: LeasedBatch): Promise<void> => {
    const known = letters.get(batch.broadcast)
    const found = known && opened.get(known.broadcast.outlet)
    const recipients = await listRecipients(context.db, batch.open)
    if (!known || !found || over.has(batch.broadcast)) return giveBack(batch)
    const { letter } = known
    const outcomes = letter
      ? await Promise.all(recipients.map((recipient) => sendOne(letter, recipient, found.outlet, found.vapid)))
      : recipients.map((): PostOutcome => ({ state: 'failed', reason: 'too long' }))
    const outcome = sumUp(batch, recipients, outcomes)
    if (outcome.gone.length > 0) {
      const answered = outcome.sent.length + outcome.gone.length
      const suspicious = outcome.gone.length >= SUSPICIOUS.least && outcome.gone.length > SUSPICIOUS.share * answered
      if (suspicious) {
        context.alarm(`${found.outlet.id} ${batch.origin}`, true, '推送服务称几乎全部订阅失效，订阅暂不删除，请核对')
      } else await removeGone(context.db, outcome.gone)
    }
    await settleBatch(context.db, context.node, batch, outcome)
  }

  /** Nothing of it has left. */
  const giveBack = (batch: LeasedBatch): Promise<void> =>
    settleBatch(context.db, context.node, batch, { sent: [], gone: [], failed: [], open: batch.open, againMs: LOOK_MS })

  const sendOne = async (
    letter: Letter,
    recipient: Recipient,
    outlet: PushOutlet,
    vapid: Vapid,
  ): Promise<PostOutcome> => {
    const text = context.vault.open(recipient.sealedEndpoint)
    if (text === null) return { state: 'failed', reason: 'sealed under another key' }
    const found = judgeEndpoint(text, outlet.allowHosts, outlet.reach)
    if (!found.ok) return { state: 'failed', reason: found.rule }
    const { number, keyVersion, p256dh, auth } = recipient
    return lanes.laneFor(outlet, vapid, found.endpoint.origin).post(letter, {
      number,
      keyVersion,
      p256dh,
      auth,
      endpoint: found.endpoint,
    })
  }

  const run = async (): Promise<void> => {
    await untilItWorks(() => endDeadBatches(context.db, context.node))
    while (!isEnding()) {
      rung = false
      const busy = await look().catch((error: unknown) => {
        context.log('error', 'the sender of pushes could not look', { err: String(error) })
        return false
      })
      if (busy || rung || isEnding()) continue
      if (underWay.size === 0 && letters.size === 0) await preparer.prepareFor(LOOK_MS, () => rung || isEnding())
      if (!rung && !isEnding()) await waitForRing(LOOK_MS)
    }
  }

  const untilItWorks = async (act: () => Promise<void>): Promise<void> => {
    while (!isEnding()) {
      try {
        return await act()
      } catch {
        await waitForRing(LOOK_MS)
      }
    }
  }

  const waitForRing = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      ring = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const watchSwitches = async (): Promise<void> => {
    while (!isEnding()) {
      // While nothing is open there is nothing to stop.
      if (letters.size > 0) await obey().catch(() => undefined)
      await sleep(SWITCH_MS, undefined, { signal: ending.signal }).catch(() => undefined)
    }
  }

  const running = Promise.all([run(), watchSwitches()])
  return {
    wake,
    obey,
    settle: async () => {
      for (;;) {
        const busy = await look()
        if (!busy && underWay.size === 0) return
        await Promise.all(underWay)
      }
    },
    stop: async () => {
      ending.abort()
      wake()
      lanes.close()
      await Promise.allSettled([running, ...underWay])
    },
  }
}

const FIRST_AGAIN_MS = 5 * SECOND
const LONGEST_AGAIN_MS = 300 * SECOND

/** Sorts a batch's outcomes; those who unsubscribed meanwhile are settled without a word. */
function sumUp(batch: LeasedBatch, recipients: readonly Recipient[], outcomes: readonly PostOutcome[]): BatchOutcome {
  const pick = (state: PostOutcome['state']): number[] =>
    recipients.filter((_, i) => outcomes[i]?.state === state).map(({ number }) => number)
  const waits = outcomes.flatMap((outcome) => (outcome.state === 'later' ? [outcome.afterMs] : []))
  const growing = Math.min(LONGEST_AGAIN_MS, FIRST_AGAIN_MS * 2 ** Math.min(batch.tries, 10))
  return {
    sent: pick('sent'),
    gone: pick('gone'),
    failed: pick('failed'),
    open: pick('later'),
    againMs: waits.length === 0 ? 0 : Math.max(Math.min(...waits), Math.min(growing, Math.max(...waits, growing))),
  }
}
