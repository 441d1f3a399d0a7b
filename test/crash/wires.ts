// In: a channel's name. Out: its outlet, leg and stand-in, the calls it makes there, and how its posts are found in a ledger.
// Must not share the program's own search: the marker is the notice's address (DESIGN §3 "serial").
import type { LedgerEntry } from '../../src/town/ledger.ts'
import type { ChannelName } from './plan.ts'
import type { StandName } from './town.ts'

export interface Wire {
  outlet: string
  leg: string
  /** Null for the bureau's own website. */
  stand: StandName | null
  /** The call with the visible effect, as the stand-in names it. */
  send: string
  /** Read-backs of an unknown, and of a pending job. */
  probe: string | null
  check: string | null
  draft: string | null
  /** What one delivery may leave at most and at least: once, or once per reader at most. */
  promise: 'exactly-once' | 'at-least-once' | 'at-most-once-per-reader'
}

const wechat = { outlet: 'wechat-main', stand: 'wechat' } as const

export const WIRES: Readonly<Record<ChannelName, Wire>> = {
  website: {
    outlet: 'site',
    leg: 'page',
    stand: null,
    send: '',
    probe: null,
    check: null,
    draft: null,
    promise: 'exactly-once',
  },
  weibo: {
    outlet: 'weibo-main',
    leg: 'post',
    stand: 'weibo',
    send: 'statuses/share',
    probe: 'statuses/user_timeline',
    check: null,
    draft: null,
    promise: 'exactly-once',
  },
  freepublish: {
    ...wechat,
    leg: 'freepublish',
    send: 'freepublish/submit',
    probe: 'draft/get',
    check: 'freepublish/get',
    draft: 'draft/add',
    promise: 'exactly-once',
  },
  mass: {
    ...wechat,
    leg: 'mass',
    send: 'message/mass/sendall',
    probe: null,
    check: 'message/mass/get',
    draft: 'draft/add',
    promise: 'exactly-once',
  },
  subscribe: {
    ...wechat,
    leg: 'subscribe',
    send: 'message/subscribe/bizsend',
    probe: null,
    check: null,
    draft: null,
    promise: 'at-most-once-per-reader',
  },
  webhook: {
    outlet: 'partner',
    leg: 'message',
    stand: 'webhook',
    send: 'hook',
    probe: null,
    check: null,
    draft: null,
    promise: 'exactly-once',
  },
  robot: {
    outlet: 'duty',
    leg: 'message',
    stand: 'robots',
    send: 'robot/send',
    probe: null,
    check: null,
    draft: null,
    promise: 'at-least-once',
  },
}

/** Every call that the real platforms offer to a client in this place; anything else would be a stand-in's favour. */
export const REAL_CALLS: readonly string[] = [
  'statuses/share',
  'statuses/user_timeline',
  'oauth2/get_token_info',
  'stable_token',
  'draft/add',
  'draft/get',
  'freepublish/submit',
  'freepublish/get',
  'freepublish/batchget',
  'message/mass/sendall',
  'message/mass/get',
  'message/subscribe/bizsend',
  'hook',
  'robot/send',
]

/** Entries of the ledger that show the notice of this code over this wire. */
export function findPosts(wire: Wire, entries: readonly LedgerEntry[], code: string): LedgerEntry[] {
  const marker = `/n/${code}`
  const act = { post: 'post', freepublish: 'publish', mass: 'mass', subscribe: 'user-message', message: 'message' }[
    wire.leg
  ]
  return entries.filter((entry) => {
    if (entry.act !== act) return false
    const holder =
      wire.leg === 'subscribe'
        ? (entry.url ?? '')
        : wire.leg === 'freepublish' || wire.leg === 'mass'
          ? (entry.ids['sourceUrl'] ?? '')
          : entry.text
    return holder.includes(marker) && !/^[a-z0-9]/i.test(holder.slice(holder.indexOf(marker) + marker.length))
  })
}
