// In: an opened callback body. Out: what happened, in our words, and the key that tells repeats apart.
// Must not act on it: answer `success` at once and work from the row (5 s limit, three tries, channels.md §2.9).
import type { ProbeOutcome } from '../../src/core/channel.ts'
import { MINUTE, SECOND, type Instant } from '../../src/core/instant.ts'
import { readAddress, readId, readToken } from '../wire/json.ts'
import { decryptCallback, encryptCallback, signCallback, verifySignature } from './callback-crypto.ts'
import { findElement, parseXml, textOf, type Element } from './callback-xml.ts'
import type { WechatConfig } from './config.ts'
import { settleMass, settlePublish, type PublishResult } from './publish-event.ts'

/** Remember it for 24 hours: the platform repeats a callback that was not answered in time. */
interface Seen {
  dedupeKey: string
}

export type CallbackEvent = Seen &
  (
    | { event: 'publish-finished'; result: PublishResult; outcome: ProbeOutcome | null }
    /** msgId is that of the send; on accounts that merged 发布 and 群发 a publish ends here too, by its msg_data_id. */
    | {
        event: 'mass-finished'
        msgId: string
        outcome: ProbeOutcome | null
        sent: number | null
        failed: number | null
      }
    | { event: 'template-finished'; msgId: string; status: string; openid: string }
    | { event: 'subscribe' | 'unsubscribe'; openid: string }
    | { event: 'notice-choice'; openid: string; choices: { templateId: string; accepted: boolean }[] }
    | { event: 'notice-sent'; openid: string; results: { templateId: string; code: string }[] }
    | { event: 'message'; openid: string; kind: string; text: string; msgId: string }
    | { event: 'other'; name: string }
  )

/** Reads a plaintext body; null when it is no callback. */
export function parseCallback(body: string): CallbackEvent | null {
  const xml = parseXml(body)
  if (xml === null || xml.name !== 'xml') return null
  const openid = textOf(xml, 'FromUserName').slice(0, 128)
  const kind = textOf(xml, 'MsgType').slice(0, 32)
  if (kind === '') return null
  if (kind === 'event') return readEvent(xml, openid)
  const msgId = readId(textOf(xml, 'MsgId')) ?? ''
  // A text of the platform has at most 2,048 bytes; what a citizen wrote is kept whole up to there.
  const text = textOf(xml, 'Content').slice(0, 2048)
  return { event: 'message', dedupeKey: `message:${msgId || fallbackKey(xml)}`, openid, kind, text, msgId }
}

function fallbackKey(xml: Element): string {
  return ['FromUserName', 'CreateTime', 'Event'].map((name) => textOf(xml, name).slice(0, 128)).join(':')
}

function readEvent(xml: Element, openid: string): CallbackEvent {
  const name = textOf(xml, 'Event').slice(0, 64)
  const dedupeKey = `event:${fallbackKey(xml)}`
  switch (name.toUpperCase()) {
    case 'PUBLISHJOBFINISH':
      return readPublish(xml, dedupeKey)
    case 'MASSSENDJOBFINISH':
      return readMass(xml, dedupeKey)
    case 'TEMPLATESENDJOBFINISH':
      return {
        event: 'template-finished',
        dedupeKey: `${dedupeKey}:${textOf(xml, 'MsgID').slice(0, 32)}`,
        msgId: readId(textOf(xml, 'MsgID')) ?? '',
        status: textOf(xml, 'Status').slice(0, 64),
        openid,
      }
    case 'SUBSCRIBE':
      return { event: 'subscribe', dedupeKey, openid }
    case 'UNSUBSCRIBE':
      return { event: 'unsubscribe', dedupeKey, openid }
    case 'SUBSCRIBE_MSG_POPUP_EVENT':
    case 'SUBSCRIBE_MSG_CHANGE_EVENT':
      return { event: 'notice-choice', dedupeKey, openid, choices: listNotices(xml).map(readChoice) }
    case 'SUBSCRIBE_MSG_SENT_EVENT':
      return { event: 'notice-sent', dedupeKey, openid, results: listNotices(xml).map(readSent) }
    default:
      return { event: 'other', dedupeKey, name }
  }
}

function readPublish(xml: Element, dedupeKey: string): CallbackEvent {
  const info = findElement(xml, 'PublishEventInfo')
  const status = textOf(info, 'publish_status')
  const publishId = readId(textOf(info, 'publish_id')) ?? ''
  const result: PublishResult = {
    publishId,
    status: /^\d$/.test(status) ? Number(status) : null,
    articleId: readToken(textOf(info, 'article_id')),
    articleUrl: readAddress(textOf(info, 'article_detail', 'item', 'article_url')),
  }
  return {
    event: 'publish-finished',
    dedupeKey: `${dedupeKey}:${publishId}:${status.slice(0, 8)}`,
    result,
    outcome: publishId === '' ? null : settlePublish(result, 15 * SECOND),
  }
}

function readMass(xml: Element, dedupeKey: string): CallbackEvent {
  const msgId = readId(textOf(xml, 'MsgID')) ?? readId(textOf(xml, 'MsgId')) ?? ''
  const articleUrl = readAddress(textOf(xml, 'ArticleUrlResult', 'ResultList', 'item', 'ArticleUrl'))
  return {
    event: 'mass-finished',
    dedupeKey: `${dedupeKey}:${msgId}`,
    msgId,
    outcome: msgId === '' ? null : settleMass(msgId, textOf(xml, 'Status').slice(0, 64), articleUrl, MINUTE),
    sent: readCount(textOf(xml, 'SentCount')),
    failed: readCount(textOf(xml, 'ErrorCount')),
  }
}

function readCount(text: string): number | null {
  return /^\d{1,10}$/.test(text) ? Number(text) : null
}

/** <List> is repeated inside SubscribeMsgPopupEvent, …ChangeEvent or …SentEvent. */
function listNotices(xml: Element): Element[] {
  const holder = xml.children.find((child) => /^SubscribeMsg(Popup|Change|Sent)Event$/.test(child.name))
  return (holder?.children ?? []).filter((child) => child.name === 'List').slice(0, 50)
}

function readChoice(item: Element) {
  return {
    templateId: textOf(item, 'TemplateId').slice(0, 128),
    accepted: textOf(item, 'SubscribeStatusString') === 'accept',
  }
}

function readSent(item: Element) {
  return { templateId: textOf(item, 'TemplateId').slice(0, 128), code: textOf(item, 'ErrorCode').slice(0, 16) }
}

/** Parameters of the callback's address; absent ones are ''. */
export interface CallbackQuery {
  signature: string
  timestamp: string
  nonce: string
  encryptType: string
  msgSignature: string
}

type Door = Pick<WechatConfig, 'appId' | 'callbackToken' | 'encodingAesKey'>

/** The answer to the GET that verifies the address: echostr, or null when the signature is not the platform's. */
export function answerEcho(door: Door, query: CallbackQuery, echostr: string): string | null {
  const token = door.callbackToken
  return token !== undefined && verifySignature(query.signature, token, query.timestamp, query.nonce) ? echostr : null
}

/** Further away than this a message may be a replay; the caller logs it, since our own clock may be the wrong one. */
const OLDEST = 5 * MINUTE

/**
 * Opens a posted body in each of the modes 明文, 兼容 and 安全. With an encodingAesKey only the ciphertext counts: the
 * plain signature does not cover the body, so a plaintext beside it could be anyone's.
 * @returns the plaintext, or why it is refused
 */
export function openCallback(
  door: Door,
  query: CallbackQuery,
  body: string,
  now: Instant,
): { ok: true; body: string; sealed: boolean } | { ok: false; rule: string } {
  const token = door.callbackToken
  if (token === undefined) return { ok: false, rule: 'callback-token-missing' }
  const { timestamp, nonce } = query
  const stale = !/^\d{1,12}$/.test(timestamp) || Math.abs(Number(timestamp) * SECOND - now) > OLDEST
  const age = (opened: { ok: true; body: string; sealed: boolean }) =>
    stale ? { ok: false as const, rule: 'timestamp-stale' } : opened
  if (door.encodingAesKey === undefined) {
    if (query.encryptType === 'aes') return { ok: false, rule: 'encoding-aes-key-missing' }
    if (!verifySignature(query.signature, token, timestamp, nonce)) return { ok: false, rule: 'signature' }
    return age({ ok: true, body, sealed: false })
  }
  const encrypted = textOf(parseXml(body), 'Encrypt')
  if (encrypted === '') return { ok: false, rule: 'not-encrypted' }
  if (!verifySignature(query.msgSignature, token, timestamp, nonce, encrypted)) return { ok: false, rule: 'signature' }
  const opened = decryptCallback(door.encodingAesKey, door.appId, encrypted)
  if (!opened.ok) return { ok: false, rule: `decrypt-${opened.step}` }
  return age({ ok: true, body: opened.message, sealed: true })
}

/** What to answer when there is nothing to say; anything else shows users an error of the account. */
export const NOTHING_TO_SAY = 'success'

/**
 * A passive text reply; null when the text is over 2,048 bytes.
 * @param message the body that is answered, opened
 */
export function composeTextReply(message: string, text: string, now: Instant): string | null {
  const xml = parseXml(message)
  if (xml === null || text === '' || Buffer.byteLength(text) > 2048) return null
  return (
    `<xml><ToUserName>${cdata(textOf(xml, 'FromUserName'))}</ToUserName>` +
    `<FromUserName>${cdata(textOf(xml, 'ToUserName'))}</FromUserName>` +
    `<CreateTime>${Math.floor(now / SECOND)}</CreateTime><MsgType>${cdata('text')}</MsgType>` +
    `<Content>${cdata(text)}</Content></xml>`
  )
}

/** Seals a reply for a message that came encrypted. */
export function sealReply(door: Required<Door>, reply: string, now: Instant, random: string): string {
  const token = door.callbackToken
  if (token === undefined || door.encodingAesKey === undefined) throw new Error('a sealed reply needs token and key')
  const encrypted = encryptCallback(door.encodingAesKey, door.appId, reply, random)
  const timestamp = String(Math.floor(now / SECOND))
  const nonce = random.slice(0, 16)
  return (
    `<xml><Encrypt>${cdata(encrypted)}</Encrypt>` +
    `<MsgSignature>${cdata(signCallback(token, timestamp, nonce, encrypted))}</MsgSignature>` +
    `<TimeStamp>${timestamp}</TimeStamp><Nonce>${cdata(nonce)}</Nonce></xml>`
  )
}

/** A CDATA section; its end mark inside the text is split over two sections, control characters fall away. */
function cdata(text: string): string {
  const clean = text.toWellFormed().replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
  return `<![CDATA[${clean.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}
