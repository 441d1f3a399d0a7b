// In: effects as a stand-in applies them. Out: the ledger and the public timeline at an instant.
// Must not decide anything: it is what tests and people count (one visible post per notice and leg, DESIGN L2).
import type { Instant } from '../core/instant.ts'

/** post: Weibo. publish: WeChat freepublish. mass: 群发. message: a robot group, a webhook. user-message: one person (a follower, a phone). push: a device. */
type Act =
  | 'post'
  | 'delete'
  | 'publish'
  | 'unpublish'
  | 'mass'
  | 'mass-delete'
  | 'message'
  | 'user-message'
  | 'preview'
  | 'push'

/** As kept in the state file. */
export interface Effect {
  seq: number
  at: Instant
  act: Act
  api: string
  account: string
  title: string
  text: string
  /** Ids the platform gave, as text. */
  ids: Record<string, string>
  url: string | null
  /** When the public can first see it; null: never (a deletion, a failed job). */
  visibleFrom: Instant | null
  goneAt: Instant | null
  note: string
}

/** As shown: the instant decides whether it is visible. */
export interface LedgerEntry extends Effect {
  visible: boolean
}

/** The public acts; a message to one person is in the ledger, not on the timeline. A push says to many what is public. */
const PUBLIC_ACTS: readonly Act[] = ['post', 'publish', 'mass', 'message', 'push']

/** Whether the public sees it at that instant. */
function isVisible(effect: Effect, at: Instant): boolean {
  return effect.visibleFrom !== null && effect.visibleFrom <= at && (effect.goneAt === null || at < effect.goneAt)
}

/** Every effect in the order it was applied. */
export function showLedger(effects: readonly Effect[], at: Instant): LedgerEntry[] {
  return effects.map((effect) => ({ ...effect, visible: isVisible(effect, at) }))
}

/** What a passer-by sees at that instant, newest first. */
export function showTimeline(effects: readonly Effect[], at: Instant): LedgerEntry[] {
  return showLedger(effects, at)
    .filter((entry) => entry.visible && PUBLIC_ACTS.includes(entry.act))
    .toReversed()
}

/** Appends an effect and hands it back, so that later steps can make it visible or gone. */
export function recordEffect(
  effects: Effect[],
  effect: Pick<Effect, 'at' | 'act' | 'api' | 'account' | 'text'> & Partial<Effect>,
): Effect {
  const full: Effect = {
    title: '',
    ids: {},
    url: null,
    visibleFrom: null,
    goneAt: null,
    note: '',
    ...effect,
    seq: effects.length + 1,
  }
  effects.push(full)
  return full
}
