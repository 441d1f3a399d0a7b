// In: the fields of a 订阅通知 and the outlet's subscribers. Out: one message to each, one per deliver().
// Must not hold up the others for one user, nor start again from the first after a crash.
import type { Job, Outcome, OutletClient, ProbeOutcome, Progress, Reach } from '../../src/core/channel.ts'
import { DAY, MINUTE, SECOND } from '../../src/core/instant.ts'
import type { Wechat, WechatReply } from './call.ts'
import type { WechatConfig } from './config.ts'
import { reactionTo, type Reaction } from './errors.ts'
import { outcomeOf, REPLACED, saysDone } from './react.ts'
import { changeSubscribers, listSubscribers, parseList } from './subscribers.ts'

/** So many refused users are named in the progress ("index:code,…"); the rest is only counted. */
const NAMED_REFUSALS = 200
/** So many users get a second try after a lost reply; more than that is an outage, not bad luck. */
const SECOND_TRIES = 500

/** So many users are sent to before it is asked again whether the notice still stands; a few seconds. */
const ASK_EVERY = 20
/** A notice that the rest of the users could get only later than this is not continued: it would be old news. */
const LONGEST_PAUSE = 30 * MINUTE

/**
 * Progress keys: steps, total, next (index of the user whose turn it is), sent, refused, lost (no reply, not tried again),
 * refusedUsers, again (indexes owed a second try), second (true while those are served),
 * paused (the platform refused before the user at hand was sent to).
 * Which of at-most-once and at-least-once holds is `subscribe.repeatUnknown` (channels.md §2.10 e).
 */
export function openSubscribe(wechat: Wechat, config: WechatConfig, reach: Reach): OutletClient {
  const repeats = config.subscribe?.repeatUnknown ?? reach.class === 'actual'

  async function deliver(job: Job): Promise<Outcome> {
    const at = readCursor(job.progress)
    if (at === null) return takeList(job)
    const list = await readList(job)
    if (list === null || list.length !== at.total)
      return { state: 'rejected', code: 'subscribers', fix: 'operator', reason: '本次发送的订阅者名单已丢失' }
    const index = currentIndex(at)
    const openid = index === null ? undefined : list[index]
    if (index === null || openid === undefined) return finish(at, list)
    if (at.steps % ASK_EVERY === 1 && (await reach.isReplaced(job.noticeId)))
      // The newer word goes to all of them; a withdrawal must not be followed by what it withdraws.
      return hasTold(at) ? finish(at, list) : REPLACED
    const reply = await wechat.call('message/subscribe/bizsend', message(job, openid), job.priority)
    const fate = fateOf(reply)
    if (fate === 'stopped' && reply.got !== 'ok')
      return stop(at, outcomeOf(reply, { kind: 'effectful', probeAfterMs: SECOND }, job, reach.now()), job)
    const code = reply.got === 'error' ? reply.code : ''
    return { state: 'progress', progress: { ...job.progress, ...advance(at, index, fate, code) } }
  }

  /** The list is fixed at the start, so that indexes keep their meaning while people come and go. */
  async function takeList(job: Job): Promise<Outcome> {
    const list = config.subscribe?.users ?? (await listSubscribers(reach.box))
    if (list === null) return { state: 'rejected', code: 'subscribers', fix: 'operator', reason: '订阅者名单不可读' }
    const unique = [...new Set(list)]
    if (unique.length === 0) return { state: 'rejected', code: 'no-subscribers', fix: 'giveup', reason: '没有订阅者' }
    await reach.box.write(listKey(job), JSON.stringify(unique), reach.now() + 2 * DAY)
    return { state: 'progress', progress: { ...job.progress, ...writeCursor(startCursor(unique.length)) } }
  }

  /** The list of the delivery being sent: read once, not once per user. */
  let held: { key: string; list: string[] } | null = null

  async function readList(job: Job): Promise<string[] | null> {
    const key = listKey(job)
    if (held?.key === key) return held.list
    const list = parseList((await reach.box.read(key))?.value)
    if (list !== null) held = { key, list }
    return list
  }

  const message = (job: Job, openid: string) => ({
    touser: openid,
    template_id: config.subscribe?.templateId ?? '',
    page: job.url,
    data: Object.fromEntries(Object.entries(job.content).map(([key, value]) => [key, { value }])),
  })

  type Fate = 'sent' | 'refused' | 'lost' | 'stopped'

  /** stopped: nothing was sent and the next user would fare alike; the whole delivery waits or ends. */
  function fateOf(reply: WechatReply): Fate {
    if (reply.got === 'ok') return saysDone(reply.body) ? 'sent' : 'lost'
    if (reply.got === 'garbage') return 'lost'
    if (reply.got === 'budget') return 'stopped'
    if (reply.got === 'nothing') return reply.sent ? 'lost' : 'stopped'
    const fates: Partial<Record<Reaction['act'], Fate>> = { user: 'refused', busy: 'lost' }
    return fates[reactionTo(reply.code).act] ?? 'stopped'
  }

  function advance(at: Cursor, index: number, fate: Fate, code: string): Progress {
    const next = { ...at, steps: at.steps + 1, paused: false }
    if (at.second) next.again = at.again.slice(1)
    else next.next = at.next + 1
    if (fate === 'sent') next.sent += 1
    if (fate === 'refused') {
      next.refused += 1
      if (next.refusedUsers.length < NAMED_REFUSALS) next.refusedUsers = [...at.refusedUsers, `${index}:${code}`]
    }
    if (fate === 'lost') {
      if (repeats && !at.second && next.again.length < SECOND_TRIES) next.again = [...next.again, index]
      else next.lost += 1
    }
    if (!at.second && next.next >= at.total && next.again.length > 0) next.second = true
    return writeCursor(next)
  }

  /** Some were told and the next cannot be: soon again, or an end that says how many were left out. */
  function stop(at: Cursor, outcome: Outcome, job: Job): Outcome {
    if (!hasTold(at) || !('reason' in outcome)) return outcome
    const wait = outcome.state === 'retry' ? outcome.afterMs : outcome.state === 'auth-expired' ? MINUTE : null
    const ref = `${at.sent}/${at.total}`
    if (wait === null || reach.now() + wait - job.firstAttemptAt > LONGEST_PAUSE)
      return { state: 'accepted', ref, url: null, warning: `只通知了 ${ref} 位订阅者：${outcome.reason}` }
    const code = 'code' in outcome ? outcome.code : ''
    const progress = { ...job.progress, ...writeCursor({ ...at, paused: true }) }
    return { state: 'retry', afterMs: wait, code, reason: outcome.reason, partlySaid: true, progress }
  }

  async function finish(at: Cursor, list: readonly string[]): Promise<Outcome> {
    await dropRefused(at, list)
    const ref = `${at.sent}/${at.total}`
    if (hasTold(at)) return { state: 'accepted', ref, url: null }
    return { state: 'rejected', code: 'all-refused', fix: 'giveup', reason: `${at.total} 位订阅者均未能送达` }
  }

  /** Who refuses, has used the permission up or is not there is off the list (§2.6); a new click brings them back. */
  async function dropRefused(at: Cursor, list: readonly string[]): Promise<void> {
    const remove = at.refusedUsers.flatMap((item) => list[Number(item.split(':')[0])] ?? [])
    if (remove.length > 0 && config.subscribe?.users === undefined)
      await changeSubscribers(reach.box, { remove }, reach.now())
  }

  /** After a crash in the middle of one user's call: at-least-once sends to that user again, at-most-once goes on. */
  async function probe(job: Job): Promise<ProbeOutcome> {
    const at = readCursor(job.progress)
    const index = at === null ? null : currentIndex(at)
    if (at?.paused)
      return { state: 'progress', progress: { ...job.progress, ...writeCursor({ ...at, paused: false }) } }
    if (at === null || index === null || repeats) return { state: 'absent' }
    return { state: 'progress', progress: { ...job.progress, ...advance(at, index, 'lost', '') } }
  }

  return { deliver, probe }
}

function listKey(job: Job): string {
  return `subscribers:${job.deliveryId}`
}

/** True once anybody has, or may have, the message. */
function hasTold(at: Cursor): boolean {
  return at.sent > 0 || at.lost > 0 || at.again.length > 0
}

interface Cursor {
  total: number
  next: number
  sent: number
  refused: number
  lost: number
  refusedUsers: string[]
  again: number[]
  second: boolean
  paused: boolean
  /** Calls of deliver() that went well, for countTries. */
  steps: number
}

function startCursor(total: number): Cursor {
  const none = { next: 0, sent: 0, refused: 0, lost: 0, refusedUsers: [], again: [] }
  return { total, ...none, second: false, paused: false, steps: 1 }
}

function currentIndex(at: Cursor): number | null {
  if (at.second) return at.again[0] ?? null
  return at.next < at.total ? at.next : null
}

function readCursor(progress: Progress): Cursor | null {
  const count = (key: string): number => (typeof progress[key] === 'number' ? progress[key] : 0)
  const items = (key: string): string[] =>
    String(progress[key] ?? '')
      .split(',')
      .filter((item) => item !== '')
  if (typeof progress['total'] !== 'number') return null
  return {
    total: progress['total'],
    next: count('next'),
    sent: count('sent'),
    refused: count('refused'),
    lost: count('lost'),
    refusedUsers: items('refusedUsers'),
    again: items('again').map(Number),
    second: progress['second'] === true,
    paused: progress['paused'] === true,
    steps: count('steps'),
  }
}

function writeCursor(at: Cursor): Progress {
  return { ...at, refusedUsers: at.refusedUsers.join(','), again: at.again.join(',') }
}
