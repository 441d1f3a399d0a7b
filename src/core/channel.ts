// In: nothing. Out: the contract between the publisher and everything that carries a notice outwards.
// Adapters never sleep, retry, log or read the environment: they make one call and say what came of it (DESIGN §4.8).
import type { ZodType } from 'zod'
import type { Instant } from './instant.ts'
import type { NoticeFacts, NoticeKind, RenderedNotice } from './notice.ts'
import type { PushHanding } from './push/handing.ts'
import type { TrafficClass } from './quake-report.ts'

/** withdrawal > formal > quick > rest (issue: priorities). Lower number leaves first. */
export type Priority = 0 | 1 | 2 | 3

/** Durable small facts an adapter keeps between its steps (media_id, publish_id); JSON, stored after every step. */
export type Progress = Record<string, string | number | boolean>

/** One delivery as an adapter sees it. */
export interface Job {
  deliveryId: string
  noticeId: string
  noticeKind: NoticeKind
  class: TrafficClass
  /** 银震信〔2017〕12号 第2报: what a person and a probe look for. */
  serial: string
  /** <publicUrl>/n/<code> of this very notice and of no other. */
  url: string
  leg: string
  priority: Priority
  /** Chosen by `compose`; keys are the channel's own. */
  content: Record<string, string>
  /** Serial number of this try, from 1. */
  attempt: number
  progress: Progress
  /** When bytes may first have left for this delivery. */
  firstAttemptAt: Instant
  /** How many probes have come back "absent" since the last try, and when the first of them did. */
  absentProbes: number
  absentSince: Instant | null
}

/** An account (政务新媒体) as the desk speaks of it. */
export interface PlatformAccount {
  /** 微博 */
  platform: string
  /** Where its posts stand: an address that a person pastes must be there or below; none: anywhere. */
  hosts: readonly string[]
  /** True where there is no interface: people carry the words. */
  byHand: boolean
}

export type Fix = 'shorten' | 'edit' | 'operator' | 'giveup'

/**
 * Longest that one method of an outlet's client may take, waiting for locks and booking included. Under the lease of a
 * delivery (30 s): a call made after the lease has passed to another node could be a second post.
 */
export const LONGEST_ACT_MS = 24_000

/** What one call to a platform came to. Anything between "bytes left" and "parsed reply" is unknown (DESIGN L2). */
export type Outcome =
  /** warning: it stands, but a person must know what is wrong with it (half of the subscribers were not told). */
  | { state: 'accepted'; ref: string; url: string | null; progress?: Progress; warning?: string }
  /** The platform works on it; ask `check` again after this many milliseconds. reason: what it waits for, if known. */
  | { state: 'pending'; job: string; checkAfterMs: number; progress?: Progress; reason?: string }
  /** One durable step is done; store it and call deliver again at once. */
  | { state: 'progress'; progress: Progress }
  /**
   * Proven not executed: may be repeated after this many milliseconds.
   * partlySaid: earlier calls of this delivery have told some people, so that it must not end as unsaid.
   */
  | {
      state: 'retry'
      afterMs: number
      code: string
      reason: string
      progress?: Progress
      partlySaid?: boolean
      /** A person must do something before it can go; told at once. */
      ask?: string
    }
  /** Proven not executed; nothing will work until someone renews the credential or lets us in. */
  | { state: 'auth-expired'; code: string; reason: string; partlySaid?: boolean }
  | { state: 'rejected'; code: string; fix: Fix; reason: string }
  | { state: 'unknown'; reason: string; probeAfterMs: number }

/** What a read-back told. absent: the platform was asked and does not show it; the dispatcher decides when that is enough. */
export type ProbeOutcome =
  | { state: 'accepted'; ref: string; url: string | null; progress?: Progress; warning?: string }
  | { state: 'pending'; job: string; checkAfterMs: number; progress?: Progress; reason?: string }
  | { state: 'progress'; progress: Progress }
  | { state: 'absent'; progress?: Progress }
  | { state: 'rejected'; code: string; fix: Fix; reason: string }
  | { state: 'unknown'; reason: string; probeAfterMs: number }

/** Taking a post down. gone: it is not there any more (also when it already was not). */
export type RemovalOutcome =
  | { state: 'gone' }
  | { state: 'retry'; afterMs: number; code: string; reason: string }
  | { state: 'refused'; code: string; reason: string }
  | { state: 'unknown'; reason: string }

/** How an unknown is ended on this leg (DESIGN "exactly once", "unknown"). */
export interface Certainty {
  /** exact: finds it or proves it absent. heuristic: absence needs several reads. none: only a person can end it. */
  probe: 'exact' | 'heuristic' | 'none'
  /** Reads that must all say absent, and the time they must span, before the same text may be sent again. */
  absentReads: number
  absentSpanMs: number
  /** True where repeating the call with the same key cannot double the effect. */
  keyedRepeat: boolean
}

export interface HttpCall {
  method: 'GET' | 'POST'
  url: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** Milliseconds for the whole exchange. */
  deadlineMs: number
  /** Largest reply that is read, in bytes. */
  maxBytes?: number
  /**
   * Where the peer may stand, by every address that its name has; loopback by its spelling may be called in any case.
   * public: the public net. intranet: that, and the private ranges of a house. Left out: anywhere.
   */
  within?: 'public' | 'intranet'
}

/** Reason of an HttpReply for a call that was not made because its peer stands where `within` does not reach. */
export const OUT_OF_REACH = 'address-out-of-reach'

/** nothing + sent:false means that no byte of the request can have reached the peer. Never throws for network trouble. */
export type HttpReply =
  | { got: 'reply'; status: number; headers: Record<string, string>; body: string }
  | { got: 'nothing'; sent: boolean; reason: string }

export type Http = (call: HttpCall) => Promise<HttpReply>

/**
 * Durable state of one outlet shared by all processes (a WeChat token); withLock lets one caller in at a time. A note may
 * be gone once `expiresAt` is past; one about a delivery, under `<word>:<deliveryId>` or `<word>:<deliveryId>:<more>`,
 * stays at least until that delivery is settled.
 */
export interface Box {
  read(key: string): Promise<{ value: string; expiresAt: Instant } | null>
  write(key: string, value: string, expiresAt: Instant): Promise<void>
  withLock<T>(key: string, act: () => Promise<T>): Promise<T>
}

/** A platform's quota on calls. */
export interface CallLimit {
  /** API name as the adapter spells it in `spend`; '*' counts every call of the outlet. */
  api: string
  max: number
  window: 'minute' | 'hour' | 'day'
  /** Of max, kept for priorities 0 and 1 (withdrawals and formal reports). */
  reserve: number
}

/** Books one call before it is made. refused: the budget is gone until that instant; nothing may be sent. */
export type Spend = (api: string, priority: Priority) => Promise<{ ok: true } | { ok: false; until: Instant }>

/** What an adapter may touch: handed in, so that a drill replays on a fake clock and stand-ins. */
export interface Reach {
  outlet: string
  class: TrafficClass
  now: () => Instant
  http: Http
  box: Box
  spend: Spend
  /** 32 hex digits, unguessable; for nonces. */
  random: () => string
  /** True once a newer notice of the same lineage stands: what has not been said of this one is not said any more. */
  isReplaced(noticeId: string): Promise<boolean>
  /** The sender to single subscribers; for the webpush channel alone. */
  push: PushHanding
  /** The bureau's own pages; for the website channel alone. */
  site: {
    /** Stores every page that shows the notice; may be repeated. Throws when they could not be stored. */
    show(noticeId: string): Promise<void>
    /** True once the notice's page is stored. */
    isShown(code: string): Promise<boolean>
  }
  /** The bureau's own CAP messages; for the cap channel alone. */
  alerts: {
    /** Composes, records and stores the notice's message; may be repeated. Throws when it could not be stored. */
    publish(noticeId: string, sender: string): Promise<PublishedAlert>
    /** null unless the notice's message can be fetched. */
    find(noticeId: string): Promise<PublishedAlert | null>
  }
}

/** A CAP message that stands, by the triple that later ones name it by; or the rule that keeps it from being published. */
export type PublishedAlert = { ok: true; ref: string; url: string } | { ok: false; rule: string }

export interface OutletClient {
  /** Makes exactly one call that can have a visible effect. */
  deliver(job: Job): Promise<Outcome>
  /** Reads back after an unknown: learns only what the real read-back would tell. */
  probe(job: Job): Promise<ProbeOutcome>
  /** Asks how a pending job stands. */
  check?(job: Job): Promise<ProbeOutcome>
  /** Deletes the post of an accepted delivery: a second act by a second person, never automatic. */
  remove?(job: Job, ref: string): Promise<RemovalOutcome>
  /** Once a day: what will stop this outlet soon or stops it now (a credential's end). Must have no visible effect. */
  inspect?(): Promise<Inspection>
}

/** One of an outlet's legs, where each is delivered, read back and removed in its own way. */
export type OutletLeg = Required<Omit<OutletClient, 'inspect'>>

/** What an outlet says about its own credential. */
export type Inspection =
  | { state: 'well'; until: Instant | null }
  /** It ends at `until`; null when it is refused already. */
  | { state: 'ending'; until: Instant | null; reason: string }
  /** The platform did not say: nothing is known. */
  | { state: 'unclear'; reason: string }

/** What the record calls a notice, and when; for channels that carry it to programs. */
export interface NoticeNames {
  id: string
  lineage: string
  /** Id of the notice that it replaces or withdraws; null for the first. */
  supersedes: string | null
  quake: string | null
  originAt: Instant | null
  receivedAt: Instant
  decidedAt: Instant
}

/** Composed content, or why nothing that fits can be made of the texts. */
export type Composed = { ok: true; content: Record<string, string> } | { ok: false; reason: string }

/** One length beside its limit: 正文 96 of 130 字. */
export interface Measured {
  name: string
  length: number
  most: number
  unit: '字' | '字节'
}

/** A folder in channels/. C is its own part of an outlet's YAML. */
export interface Channel<C> {
  name: string
  /** Keys of this channel in an outlet of the YAML, beyond id, channel, class and mode. */
  config: ZodType<C>
  /** Keys whose values must never appear in a log, a journal row or an error. */
  secrets: readonly string[]
  /** The visible posts one notice makes here; one delivery row each. */
  legs(config: C, kind: NoticeKind): string[]
  certainty(leg: string): Certainty
  limits: readonly CallLimit[]
  /** What the bureau has there, where it is an account on somebody else's platform: such an outlet needs an entry in the register. */
  account?(config: C): PlatformAccount
  /**
   * Secrets that may be entered at the desk, in the place of the YAML's; each with a value of the right form that opens nothing
   * and stands there until the true one is entered, where the YAML has `@desk`; null: the YAML must have one.
   */
  enterable?: Readonly<Record<string, string | null>>
  /** True where a lane can have one outlet only: its messages name those before them, whoever asks for them. */
  single?: boolean
  /** Template suffixes it wants rendered. */
  variants: readonly string[]
  /**
   * Picks and checks texts in the channel's own counting; pure.
   * @param names left out where only the fit of the texts is asked: nothing is sent of what comes of it
   */
  compose(rendered: RenderedNotice, facts: NoticeFacts, config: C, leg: string, names?: NoticeNames): Composed
  /** How long composed content is as the channel itself counts, beside what it allows; pure. Left out: it counts nothing. */
  measure?(content: Record<string, string>, leg: string, config: C): Measured[]
  open(config: C, reach: Reach): OutletClient
  /**
   * Completes a configuration by what was set up in the account (pictures uploaded once) and kept in the box.
   * lacks: sentences on what a live outlet cannot do without; it must not start.
   */
  adopt?(config: C, box: Box): Promise<{ config: C; lacks: string[] }>
  /** Prepares the account with these files and tries everything that has no visible effect; may be repeated. */
  setUp?(config: C, reach: Reach, files: readonly SetUpFile[]): Promise<SetUpReport>
}

/** A file for the account; its name says what it is for. */
export interface SetUpFile {
  name: string
  bytes: Uint8Array
}

/** done: what stands now. missing: what a person must still do; empty when the outlet may go live. */
export interface SetUpReport {
  done: string[]
  missing: string[]
}
