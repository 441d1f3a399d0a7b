// In: event XML and the callback settings. Out: signed, optionally encrypted POSTs with the platform's patience.
// Must not follow redirects or trust the receiver's reply beyond a few bytes (reference channels.md §2.9).
import { MINUTE, SECOND } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import { faultOf } from '../faults.ts'
import type { Fault } from '../faults.ts'
import { decodeAesKey, encryptMessage, signParts } from './crypto.ts'
import type { EventHead } from './event-xml.ts'
import { spinText } from './state.ts'
import type { CallbackSettings, Push, PushPlan, WechatOptions, WechatState } from './state.ts'

/** First call and two more (§2.9 "5 s, then disconnect and up to 3 tries"). */
const TRIES = 3

/** How this call's job will be reported, from its scripted faults. */
export function planPush(faults: readonly Fault[]): PushPlan {
  const late = faultOf(faults, 'callback-late')
  return {
    lost: faultOf(faults, 'callback-lost') !== undefined,
    lateMs: late ? (late.ms ?? MINUTE) : 0,
    copies: faultOf(faults, 'callback-twice') ? 2 : 1,
  }
}

/** Sender and receiver of the account's own events. */
export function headOf(options: WechatOptions, at: Instant, from = 'oTownAdministrator00000000'): EventHead {
  return { to: options.originalId ?? 'gh_town00000000', from, at }
}

/** Books a push; without callback settings, or when scripted so, it is lost. */
export function queuePush(state: WechatState, event: string, xml: string, dueAt: Instant, plan: PushPlan): void {
  for (let copy = 0; copy < plan.copies; copy++) {
    const lost = plan.lost || state.callback === null
    state.pushes.push({
      id: state.pushes.length + 1,
      dueAt: dueAt + plan.lateMs,
      event,
      xml,
      state: lost ? 'lost' : 'due',
      tries: 0,
    })
  }
}

/** Body and query of one signed push; nonce and salt follow from the seed, so that ids do not depend on timing. */
export function signPush(
  seed: string,
  settings: CallbackSettings,
  xml: string,
  ids: { appId: string; to: string; from: string },
  at: Instant,
): { url: string; body: string } {
  const timestamp = String(Math.floor(at / SECOND))
  const nonce = String(Buffer.from(spinText(`nonce:${seed}`, 4)).readUInt32BE() % 1_000_000_000)
  const query = new URLSearchParams({ signature: signParts([settings.token, timestamp, nonce]), timestamp, nonce })
  query.set('openid', ids.from)
  const url = new URL(settings.url)
  let body = xml
  if (settings.mode !== 'plain') {
    const key = decodeAesKey(settings.encodingAesKey ?? '')
    const encrypted = encryptMessage(key, ids.appId, xml, Buffer.from(spinText(`salt:${seed}`, 16)))
    query.set('encrypt_type', 'aes')
    query.set('msg_signature', signParts([settings.token, timestamp, nonce, encrypted]))
    const shown =
      settings.mode === 'compat'
        ? xml.slice('<xml>'.length, -'</xml>'.length)
        : `<ToUserName><![CDATA[${ids.to}]]></ToUserName>`
    body = `<xml>${shown}<Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
  }
  for (const [name, value] of query) url.searchParams.append(name, value)
  return { url: url.href, body }
}

/** One POST; the reply's text, or null for anything but HTTP 200 in time. */
export async function postPush(
  call: { url: string; body: string },
  timeoutMs: number,
  stop: AbortSignal,
): Promise<string | null> {
  try {
    const reply = await fetch(call.url, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: call.body,
      redirect: 'manual',
      signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]),
    })
    const text = await reply.text()
    return reply.status === 200 ? text.slice(0, 65_536) : null
  } catch {
    return null
  }
}

/** What the sender of pushes needs from its stand. */
export interface PushDesk {
  state: () => WechatState
  now: () => Instant
  save: () => void
  stop: AbortSignal
}

async function deliver(push: Push, options: WechatOptions, desk: PushDesk): Promise<void> {
  const { timeoutMs = 5_000, gapMs = 200 } = options.push ?? {}
  const head = headOf(options, push.dueAt)
  while (push.tries < TRIES && !desk.stop.aborted) {
    const settings = desk.state().callback
    if (!settings) break
    push.tries++
    const signed = signPush(
      `${push.id}:${push.tries}`,
      settings,
      push.xml,
      { appId: options.appId, to: head.to, from: head.from },
      desk.now(),
    )
    desk.save()
    const answer = await postPush(signed, timeoutMs, desk.stop)
    if (desk.stop.aborted) return
    if (answer !== null) {
      // Any other 200 answer is shown to the follower as a fault and is not tried again.
      push.state = answer.trim() === 'success' || answer === '' ? 'delivered' : 'failed'
      desk.save()
      return
    }
    await new Promise((resolve) => setTimeout(resolve, gapMs))
  }
  push.state = 'failed'
  desk.save()
}

/** Starts every push that is due; each is on its own, none delays a reply of the API. */
export function startDuePushes(options: WechatOptions, desk: PushDesk): boolean {
  const due = desk.state().pushes.filter((push) => push.state === 'due' && push.dueAt <= desk.now())
  for (const push of due) {
    push.state = 'sending'
    void deliver(push, options, desk)
  }
  return due.length > 0
}
