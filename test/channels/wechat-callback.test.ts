// In: callbacks as the platform sends them, and forged ones. Out: proof of what is believed and what is not.
import { createCipheriv } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  answerEcho,
  composeTextReply,
  openCallback,
  parseCallback,
  sealReply,
  type CallbackQuery,
} from '../../channels/wechat/callback.ts'
import {
  decryptCallback,
  encryptCallback,
  signCallback,
  verifySignature,
} from '../../channels/wechat/callback-crypto.ts'
import { parseXml, textOf } from '../../channels/wechat/callback-xml.ts'
import { MINUTE, SECOND } from '../../src/core/instant.ts'
import { anyText, START } from './fakes.ts'

const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const APP = 'wx0123456789abcdef'
const RANDOM = '00112233445566778899aabbccddeeff'
const door = { appId: APP, callbackToken: 'quakeToken1', encodingAesKey: KEY }
const plainDoor = { appId: APP, callbackToken: 'quakeToken1' }
const NOW = String(START / SECOND)

/** Seals with any block size: some libraries pad to 16 where the platform pads to 32. */
function sealWithBlock(message: string, block: number, appId = APP): string {
  const key = Buffer.from(`${KEY}=`, 'base64')
  const body = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([Buffer.alloc(16, 7), length, body, Buffer.from(appId)])
  const pad = block - (plain.length % block)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(Buffer.concat([plain, Buffer.alloc(pad, pad)])), cipher.final()]).toString(
    'base64',
  )
}

function query(change: Partial<CallbackQuery> = {}): CallbackQuery {
  const nonce = '486452656'
  return {
    timestamp: NOW,
    nonce,
    signature: signCallback(door.callbackToken, NOW, nonce),
    encryptType: '',
    msgSignature: '',
    ...change,
  }
}

function sealed(message: string, change: Partial<CallbackQuery> = {}): { body: string; query: CallbackQuery } {
  const encrypted = encryptCallback(KEY, APP, message, RANDOM)
  const at = query({ encryptType: 'aes', ...change })
  return {
    body: `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
    query: {
      ...at,
      msgSignature: change.msgSignature ?? signCallback(door.callbackToken, at.timestamp, at.nonce, encrypted),
    },
  }
}

const PUBLISHED = `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o_1]]></FromUserName>
<CreateTime>1481013459</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[PUBLISHJOBFINISH]]></Event>
<PublishEventInfo><publish_id>2247503051</publish_id><publish_status>0</publish_status>
<article_id><![CDATA[b5O2OUs25HBxRceL7hfReg-U9QGeq9zQjiDvyWP4Hq4]]></article_id>
<article_detail><count>1</count><item><idx>1</idx><article_url><![CDATA[https://mp.weixin.qq.com/s?__biz=MzU&mid=1]]></article_url></item></article_detail>
</PublishEventInfo></xml>`

describe('the signature', () => {
  test('agrees with the vector that the platform publishes', () => {
    const signature = '899cf89e464efb63f54ddac96b0a0a235f53aa78'
    expect(signCallback('AAAAA', '1714037059', '486452656')).toBe(signature)
    expect(verifySignature(signature, 'AAAAA', '1714037059', '486452656')).toBe(true)
    expect(verifySignature(signature, 'AAAAB', '1714037059', '486452656')).toBe(false)
    expect(verifySignature(`${signature}0`, 'AAAAA', '1714037059', '486452656')).toBe(false)
    expect(verifySignature('', 'AAAAA', '1714037059', '486452656')).toBe(false)
  })

  test('opens the address check and nothing else does', () => {
    expect(answerEcho(door, query(), 'echo-1')).toBe('echo-1')
    expect(answerEcho(door, query({ signature: 'x' }), 'echo-1')).toBeNull()
    expect(answerEcho({ appId: APP }, query(), 'echo-1')).toBeNull()
  })
})

describe('the cipher', () => {
  test('reads messages of every padding length, padded to 32 or to 16', () => {
    for (let length = 0; length <= 64; length += 1) {
      const message = 'x'.repeat(length)
      expect(decryptCallback(KEY, APP, encryptCallback(KEY, APP, message, RANDOM))).toEqual({ ok: true, message })
      for (const block of [16, 32])
        expect(decryptCallback(KEY, APP, sealWithBlock(message, block))).toEqual({ ok: true, message })
    }
  })

  test('gives back any text as it was', () => {
    fc.assert(
      fc.property(anyText, (message) => {
        expect(decryptCallback(KEY, APP, encryptCallback(KEY, APP, message, RANDOM))).toEqual({
          ok: true,
          message: Buffer.from(message).toString('utf8'),
        })
      }),
    )
  })

  test("another account's message is refused", () => {
    expect(decryptCallback(KEY, APP, sealWithBlock('x', 32, 'wxffffffffffffffff'))).toEqual({
      ok: false,
      step: 'appid',
    })
    expect(decryptCallback(KEY, APP, sealWithBlock('x', 32, 'wx'))).toEqual({ ok: false, step: 'appid' })
  })

  test('a wrong pad, a false length and foreign bytes are refused, never thrown', () => {
    expect(decryptCallback(KEY, APP, 'not base64!')).toEqual({ ok: false, step: 'base64' })
    expect(decryptCallback(KEY, APP, 'AAAA')).toEqual({ ok: false, step: 'cipher' })
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 96 }), (bytes) => {
        expect(decryptCallback(KEY, APP, Buffer.from(bytes).toString('base64')).ok).toBe(false)
      }),
    )
    const good = Buffer.from(sealWithBlock('hello', 32), 'base64')
    for (let i = 0; i < good.length; i += 1) {
      const bad = Buffer.from(good)
      bad[i] = (bad[i] ?? 0) ^ 0x40
      const opened = decryptCallback(KEY, APP, bad.toString('base64'))
      // The first block is random padding: changing it alone is seen by the signature, not by the cipher.
      if (opened.ok) expect(i).toBeLessThan(16)
    }
  })
})

describe('opening a callback', () => {
  test('a sealed body is verified over its ciphertext and opened', () => {
    const { body, query } = sealed(PUBLISHED)
    expect(openCallback(door, query, body, START)).toEqual({ ok: true, body: PUBLISHED, sealed: true })
  })

  test.each([
    ['a wrong signature', { msgSignature: 'f'.repeat(40) }, 'signature'],
    ['an old timestamp', { timestamp: String(START / SECOND - 301) }, 'timestamp-stale'],
    ['a future timestamp', { timestamp: String(START / SECOND + 301) }, 'timestamp-stale'],
    ['no timestamp', { timestamp: '' }, 'timestamp-stale'],
  ])('%s is refused', (_name, change, rule) => {
    const { body, query } = sealed(PUBLISHED, change)
    expect(openCallback(door, query, body, START)).toEqual({ ok: false, rule })
  })

  test('with an encodingAesKey a plaintext is refused even under a valid plain signature', () => {
    expect(openCallback(door, query(), PUBLISHED, START)).toEqual({ ok: false, rule: 'not-encrypted' })
  })

  test('in compatible mode only the ciphertext counts, not the plaintext beside it', () => {
    const { body, query } = sealed(PUBLISHED)
    const both = body.replace('<xml>', '<xml><MsgType>text</MsgType><Content>forged</Content>')
    expect(openCallback(door, query, both, START)).toMatchObject({ ok: true, body: PUBLISHED })
  })

  test('in plain mode the plain signature is asked for', () => {
    expect(openCallback(plainDoor, query(), PUBLISHED, START)).toEqual({ ok: true, body: PUBLISHED, sealed: false })
    expect(openCallback(plainDoor, query({ signature: '' }), PUBLISHED, START)).toEqual({
      ok: false,
      rule: 'signature',
    })
    expect(openCallback(plainDoor, query({ encryptType: 'aes' }), PUBLISHED, START)).toMatchObject({ ok: false })
    expect(openCallback({ appId: APP }, query(), PUBLISHED, START)).toMatchObject({ ok: false })
  })
})

describe('what happened', () => {
  const event = (name: string, inner: string, from = 'o_1') =>
    parseCallback(
      `<xml><ToUserName>gh_1</ToUserName><FromUserName>${from}</FromUserName><CreateTime>1</CreateTime>` +
        `<MsgType>event</MsgType><Event>${name}</Event>${inner}</xml>`,
    )

  test('a finished publish job carries its article', () => {
    expect(parseCallback(PUBLISHED)).toMatchObject({
      event: 'publish-finished',
      result: { publishId: '2247503051', status: 0 },
      outcome: {
        state: 'accepted',
        ref: 'b5O2OUs25HBxRceL7hfReg-U9QGeq9zQjiDvyWP4Hq4',
        url: 'https://mp.weixin.qq.com/s?__biz=MzU&mid=1',
      },
    })
  })

  test('a refused publish job is refused', () => {
    const info =
      '<PublishEventInfo><publish_id>7</publish_id><publish_status>4</publish_status><fail_idx>1</fail_idx></PublishEventInfo>'
    expect(event('PUBLISHJOBFINISH', info)).toMatchObject({ outcome: { state: 'rejected', code: 'publish-4' } })
    expect(event('PUBLISHJOBFINISH', '<PublishEventInfo/>')).toMatchObject({ outcome: null })
  })

  test.each([
    ['send success', { state: 'accepted', ref: '1000001625' }],
    ['sendsuccess', null],
    ['send fail', { state: 'rejected' }],
    ['err(20001)', { state: 'rejected', code: 'err-20001' }],
    ['err(20431)', { state: 'rejected', code: 'err-20431' }],
  ])('a mass job that ended with "%s" is told apart', (status, outcome) => {
    const inner = `<MsgID>1000001625</MsgID><Status>${status}</Status><TotalCount>10</TotalCount><SentCount>9</SentCount><ErrorCount>1</ErrorCount>`
    const read = event('MASSSENDJOBFINISH', inner)
    expect(read).toMatchObject({ event: 'mass-finished', msgId: '1000001625', sent: 9, failed: 1 })
    if (outcome === null) expect(read).toMatchObject({ outcome: null })
    else expect(read).toMatchObject({ outcome })
  })

  test('the address of a mass-sent article is taken when it is given', () => {
    const inner =
      '<MsgID>5</MsgID><Status>send success</Status><ArticleUrlResult><Count>1</Count><ResultList><item>' +
      '<ArticleIdx>1</ArticleIdx><ArticleUrl><![CDATA[https://mp.weixin.qq.com/s/x]]></ArticleUrl></item></ResultList></ArticleUrlResult>'
    expect(event('MASSSENDJOBFINISH', inner)).toMatchObject({ outcome: { url: 'https://mp.weixin.qq.com/s/x' } })
  })

  test('followers, choices and sent notices are read', () => {
    expect(event('subscribe', '')).toMatchObject({ event: 'subscribe', openid: 'o_1' })
    expect(event('unsubscribe', '')).toMatchObject({ event: 'unsubscribe' })
    const list = (name: string, inner: string) => `<${name}><List>${inner}</List></${name}>`
    const choice =
      '<TemplateId>tpl</TemplateId><SubscribeStatusString>accept</SubscribeStatusString><PopupScene>2</PopupScene>'
    expect(event('subscribe_msg_popup_event', list('SubscribeMsgPopupEvent', choice))).toMatchObject({
      event: 'notice-choice',
      choices: [{ templateId: 'tpl', accepted: true }],
    })
    const change = '<TemplateId>tpl</TemplateId><SubscribeStatusString>reject</SubscribeStatusString>'
    expect(event('subscribe_msg_change_event', list('SubscribeMsgChangeEvent', change))).toMatchObject({
      choices: [{ accepted: false }],
    })
    const sent =
      '<TemplateId>tpl</TemplateId><MsgID>1</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus>'
    expect(event('subscribe_msg_sent_event', list('SubscribeMsgSentEvent', sent))).toMatchObject({
      results: [{ templateId: 'tpl', code: '0' }],
    })
    expect(event('TEMPLATESENDJOBFINISH', '<MsgID>200163836</MsgID><Status>failed:user block</Status>')).toMatchObject({
      event: 'template-finished',
      status: 'failed:user block',
    })
    expect(event('CLICK', '')).toMatchObject({ event: 'other', name: 'CLICK' })
  })

  test("a citizen's message keeps its text and its 64-bit id", () => {
    const body =
      '<xml><ToUserName>gh_1</ToUserName><FromUserName>o_9</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>' +
      '<Content><![CDATA[刚才是<地震>吗 & 谣言?]]></Content><MsgId>23456789012345678901</MsgId></xml>'
    expect(parseCallback(body)).toEqual({
      event: 'message',
      dedupeKey: 'message:23456789012345678901',
      openid: 'o_9',
      kind: 'text',
      text: '刚才是<地震>吗 & 谣言?',
      msgId: '23456789012345678901',
    })
  })

  test('the same callback sent three times has one key, two different ones have two', () => {
    const key = (body: string) => parseCallback(body)?.dedupeKey
    expect(key(PUBLISHED)).toBe(key(PUBLISHED))
    expect(key(PUBLISHED)).not.toBe(key(PUBLISHED.replace('2247503051', '2247503052')))
    expect(event('subscribe', '')?.dedupeKey).not.toBe(event('subscribe', '', 'o_2')?.dedupeKey)
  })

  test('what is not a callback is none', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><MsgType>&a;</MsgType></xml>'
    const deep = `<xml>${'<a>'.repeat(50)}${'</a>'.repeat(50)}</xml>`
    const many = `<xml>${'<a/>'.repeat(2000)}</xml>`
    for (const body of [
      '',
      'x',
      '<xml>',
      '<html></html>',
      '<xml></xml>',
      bomb,
      deep,
      many,
      `<xml>${' '.repeat(70_000)}</xml>`,
    ])
      expect(parseCallback(body)).toBeNull()
  })

  test('no body makes it throw', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('', '<xml>', '<xml><MsgType>event</MsgType>'), (text, head) => {
        const read = parseCallback(head + text)
        if (read !== null) expect(typeof read.dedupeKey).toBe('string')
      }),
    )
  })
})

describe('answering', () => {
  const MESSAGE = '<xml><ToUserName>gh_1</ToUserName><FromUserName>o_9</FromUserName><MsgType>text</MsgType></xml>'

  test('a reply goes back to the sender with its text whole', () => {
    const text = '目前未收到]]>正式测定 <a> & 请以官方为准'
    const reply = composeTextReply(MESSAGE, text, START) ?? ''
    const xml = parseXml(reply)
    expect(textOf(xml, 'ToUserName')).toBe('o_9')
    expect(textOf(xml, 'FromUserName')).toBe('gh_1')
    expect(textOf(xml, 'Content')).toBe(text)
    expect(textOf(xml, 'CreateTime')).toBe(NOW)
  })

  test('a reply that the platform would cut is not composed', () => {
    expect(composeTextReply(MESSAGE, '震'.repeat(683), START)).toBeNull()
    expect(composeTextReply(MESSAGE, '', START)).toBeNull()
    expect(composeTextReply('<x', 'a', START)).toBeNull()
  })

  test('a sealed reply opens again with the same door', () => {
    const reply = composeTextReply(MESSAGE, '收到', START) ?? ''
    const xml = parseXml(sealReply(door, reply, START, RANDOM))
    const encrypted = textOf(xml, 'Encrypt')
    expect(
      verifySignature(
        textOf(xml, 'MsgSignature'),
        door.callbackToken,
        textOf(xml, 'TimeStamp'),
        textOf(xml, 'Nonce'),
        encrypted,
      ),
    ).toBe(true)
    expect(decryptCallback(KEY, APP, encrypted)).toEqual({ ok: true, message: reply })
    expect(Number(textOf(xml, 'TimeStamp')) * SECOND).toBeGreaterThan(START - MINUTE)
  })
})
