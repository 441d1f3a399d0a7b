// In: what a follower, or the console's own check, sends to the callback address. Out: what the bureau's server answered.
// Must not accept an answer that the platform would show as 该公众号提供的服务出现故障 (reference channels.md §2.9).
import { SaxesParser } from 'saxes'
import { SECOND } from '../../core/instant.ts'
import { decodeAesKey, decryptMessage, signParts } from './crypto.ts'
import { textMessageXml } from './event-xml.ts'
import { headOf, postPush, signPush } from './push.ts'
import type { PushDesk } from './push.ts'
import { mintId, mintText } from './state.ts'
import type { CallbackSettings, WechatOptions } from './state.ts'

/** What the follower sees. fault: the platform's own apology stands on the screen. */
export type FollowerSees = { sees: 'nothing' } | { sees: 'text'; text: string } | { sees: 'fault'; reason: string }

function readFlatXml(xml: string): Map<string, string> | null {
  const fields = new Map<string, string>()
  const path: string[] = []
  let broken = /<!DOCTYPE/i.test(xml)
  const parser = new SaxesParser()
  const addText = (text: string): void => {
    const name = path[1]
    if (path.length === 2 && name !== undefined) fields.set(name, (fields.get(name) ?? '') + text)
  }
  parser.on('opentag', (tag) => void path.push(tag.name))
  parser.on('closetag', () => void path.pop())
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('error', () => {
    broken = true
  })
  parser.write(xml).close()
  return broken ? null : fields
}

function openReply(reply: string, settings: CallbackSettings, appId: string): string | null {
  if (settings.mode !== 'aes') return reply
  const outer = readFlatXml(reply)
  const encrypted = outer?.get('Encrypt') ?? ''
  const parts = [settings.token, outer?.get('TimeStamp') ?? '', outer?.get('Nonce') ?? '', encrypted]
  if (!outer || signParts(parts) !== outer.get('MsgSignature')) return null
  return decryptMessage(decodeAesKey(settings.encodingAesKey ?? ''), appId, encrypted)
}

/** A follower writes a text; one POST, no second try, as a person would not wait for it. */
export async function sendFollowerText(
  options: WechatOptions,
  desk: PushDesk,
  openid: string,
  text: string,
): Promise<FollowerSees> {
  const state = desk.state()
  const settings = state.callback
  if (!settings) return { sees: 'nothing' }
  const head = headOf(options, desk.now(), openid)
  const msgId = mintId(state)
  const xml = textMessageXml(head, text, msgId)
  const ids = { appId: options.appId, to: head.to, from: openid }
  const signed = signPush(msgId, settings, xml, ids, desk.now())
  desk.save()
  const answer = await postPush(signed, options.push?.timeoutMs ?? 5_000, desk.stop)
  if (answer === null) return { sees: 'fault', reason: 'no HTTP 200 in time' }
  if (answer.trim() === '' || answer.trim() === 'success') return { sees: 'nothing' }
  const plain = openReply(answer, settings, options.appId)
  const fields = plain === null ? null : readFlatXml(plain)
  if (!fields) return { sees: 'fault', reason: 'reply is not readable, signed or encrypted as it must be' }
  const content = fields.get('Content') ?? ''
  if (fields.get('ToUserName') !== openid || fields.get('FromUserName') !== head.to) {
    return { sees: 'fault', reason: 'ToUserName and FromUserName are not swapped' }
  }
  if (fields.get('MsgType') !== 'text' || !/^\d{1,12}$/.test(fields.get('CreateTime') ?? '') || content === '') {
    return { sees: 'fault', reason: 'MsgType, CreateTime or Content is wrong' }
  }
  if (Buffer.byteLength(content) > 2_048) return { sees: 'fault', reason: 'Content is longer than 2048 bytes' }
  return { sees: 'text', text: content }
}

/** The console's check when the address is saved: GET with echostr, which must come back alone and unchanged. */
export async function verifyCallback(options: WechatOptions, desk: PushDesk): Promise<boolean> {
  const state = desk.state()
  if (!state.callback) return false
  const timestamp = String(Math.floor(desk.now() / SECOND))
  const nonce = '486452656'
  const echostr = mintText(state, 'echo', 19)
  const url = new URL(state.callback.url)
  url.searchParams.set('signature', signParts([state.callback.token, timestamp, nonce]))
  url.searchParams.set('timestamp', timestamp)
  url.searchParams.set('nonce', nonce)
  url.searchParams.set('echostr', echostr)
  desk.save()
  try {
    const signal = AbortSignal.any([desk.stop, AbortSignal.timeout(options.push?.timeoutMs ?? 5_000)])
    const reply = await fetch(url, { redirect: 'manual', signal })
    return reply.status === 200 && (await reply.text()) === echostr
  } catch {
    return false
  }
}
