// In: scripted replies of the WeChat platform. Out: proof of what an official account does in each of its three legs.
import { describe, expect, test } from 'vitest'
import { config, legsFor } from '../../channels/wechat/config.ts'
import { reactions } from '../../channels/wechat/errors.ts'
import { uploadCovers } from '../../channels/wechat/covers.ts'
import { wechat } from '../../channels/wechat/index.ts'
import { clientMsgId } from '../../channels/wechat/mass.ts'
import type { HttpCall, HttpReply, Job, Outcome, ProbeOutcome } from '../../src/core/channel.ts'
import { HOUR, MINUTE, SECOND } from '../../src/core/instant.ts'
import { run } from './dispatcher.ts'
import {
  fakeReach,
  HANG,
  html,
  json,
  memoryBox,
  pathOf,
  payloadOf,
  sampleFacts,
  sampleRendered,
  SERIAL,
  START,
  UNREACHABLE,
  URL_OF_NOTICE,
} from './fakes.ts'
import { fail, given, job, open, settings, TOKEN, users, type Script } from './wechat-account.ts'

const draft = { mediaId: 'draft-1' }
const sentTo = (path: string) => (call: HttpCall) => call.url.includes(path)

describe('the texts', () => {
  test('the article points back to the notice and has its cover by kind', () => {
    expect(job('freepublish').content).toMatchObject({ sourceUrl: URL_OF_NOTICE, cover: 'cover-1', author: '示例局' })
    const withdrawal = wechat.compose(sampleRendered(), sampleFacts({ kind: 'withdrawal' }), settings, 'mass')
    expect(withdrawal).toMatchObject({ ok: true, content: { cover: 'cover-2' } })
  })

  test.each([
    ['wechat-title', '长'.repeat(33), '标题'],
    ['wechat-title', '', '标题'],
    ['wechat-title', '<b>x</b>', '标题'],
    ['wechat-digest', `${'长'.repeat(120)}${SERIAL}`, '摘要'],
    ['wechat-digest', '没有编号', '编号'],
    ['wechat-article', '长'.repeat(20_000), '正文'],
    ['wechat-article', '<script>1</script>', '脚本'],
    ['wechat-article', '<p><img src="https://zq.example.cn/map.png"></p>', '图片'],
  ])('%s that does not fit is refused and the reason named', (variant, text, word) => {
    const composed = wechat.compose(sampleRendered({ [variant]: text }), sampleFacts(), settings, 'freepublish')
    expect(composed.ok).toBe(false)
    if (!composed.ok) expect(composed.reason).toContain(word)
  })

  test('a subscribe notice has one line per field, each within its length', () => {
    expect(job('subscribe').content).toEqual({
      thing1: '示例县附近发生地震',
      time2: '2024年3月5日 14:20',
      number3: '3.6',
    })
    const bad = [
      '',
      'no field here',
      `thing1: ${'长'.repeat(21)}`,
      'phrase1: 超过五个汉字',
      'phrase1: 3级',
      'number3: 3.6级',
      'character_string1: 银川',
      'wrong1: x',
      'thing1: a\nthing1: b',
    ]
    for (const text of bad) {
      const composed = wechat.compose(
        sampleRendered({ 'wechat-subscribe': text }),
        sampleFacts(),
        settings,
        'subscribe',
      )
      expect(composed.ok, text).toBe(false)
    }
  })

  test('an unknown leg composes nothing', () => {
    expect(wechat.compose(sampleRendered(), sampleFacts(), settings, 'text')).toMatchObject({ ok: false })
  })
})

describe('the token', () => {
  const published = () => json({ errcode: 0, publish_id: '9' })

  test('is fetched by stable_token in normal mode, once, and shared', async () => {
    const { client, reach, count } = open(published)
    await client.deliver(job('freepublish', { progress: draft }))
    await client.deliver(job('freepublish', { progress: draft }))
    expect(count('stable_token')).toBe(1)
    const [call] = reach.calls
    expect(pathOf(call)).toBe('/cgi-bin/stable_token')
    expect(payloadOf(call)).toEqual({ grant_type: 'client_credential', appid: given.appId, secret: given.secret })
    expect(reach.calls[1]?.url).toContain(`access_token=${TOKEN}`)
  })

  test('is fetched once by two processes at the same moment', async () => {
    const box = memoryBox()
    const one = open(published, { box })
    const two = open(published, { box })
    await Promise.all([one, two].map(({ client }) => client.deliver(job('freepublish', { progress: draft }))))
    expect(one.count('stable_token') + two.count('stable_token')).toBe(1)
  })

  test('is fetched again a minute before its end', async () => {
    const { client, reach, count } = open(published)
    await client.deliver(job('freepublish', { progress: draft }))
    reach.clock.now += 2 * HOUR - 2 * MINUTE
    await client.deliver(job('freepublish', { progress: draft }))
    expect(count('stable_token')).toBe(1)
    reach.clock.now += 90 * SECOND
    await client.deliver(job('freepublish', { progress: draft }))
    expect(count('stable_token')).toBe(2)
  })

  test.each([40001, 40014, 42001])('refused with %i is renewed and the call made once more', async (code) => {
    const fresh = 'fresh-0123456789abcdef'
    const { client, count } = open((_path, call) => (call.url.includes(fresh) ? published() : fail(code)), {
      tokens: [TOKEN, fresh],
    })
    expect(await client.deliver(job('freepublish', { progress: draft }))).toMatchObject({ state: 'pending' })
    expect(count('freepublish/submit')).toBe(2)
    expect(count('stable_token')).toBe(2)
  })

  test('renewed meanwhile by another process is taken from there, without a call', async () => {
    const { client, reach, count } = open((_path, call) => {
      if (call.url.includes('other-process')) return published()
      reach.kept.set(`token:${given.appId}`, { value: 'other-process-0123456789', expiresAt: START + HOUR })
      return fail(40001)
    })
    expect(await client.deliver(job('freepublish', { progress: draft }))).toMatchObject({ state: 'pending' })
    expect(count('stable_token')).toBe(1)
  })

  test('refused twice ends as an expired credential after one replay', async () => {
    const { client, count } = open(() => fail(42001))
    expect(await client.deliver(job('mass', { progress: draft }))).toMatchObject({
      state: 'auth-expired',
      code: '42001',
    })
    expect(count('message/mass/sendall')).toBe(2)
  })

  test('lost reply is not replayed: only an answered refusal of the token is', async () => {
    const { client, count } = open(() => HANG)
    expect(await client.deliver(job('freepublish', { progress: draft }))).toMatchObject({ state: 'unknown' })
    expect(count('freepublish/submit')).toBe(1)
  })

  test('not to be had means that nothing was sent', async () => {
    const replies: [HttpReply, Partial<Outcome>][] = [
      [HANG, { state: 'retry' }],
      [UNREACHABLE, { state: 'retry' }],
      [html(502), { state: 'retry' }],
      [json({ expires_in: 7200 }), { state: 'retry' }],
      [fail(-1), { state: 'retry' }],
      [fail(45009), { state: 'retry' }],
      [fail(40125), { state: 'auth-expired' }],
      [fail(40164), { state: 'auth-expired' }],
    ]
    for (const [reply, expected] of replies) {
      const reach = fakeReach(() => reply)
      const outcome = await wechat.open(settings, reach).deliver(job('freepublish', { progress: draft }))
      expect(outcome).toMatchObject(expected)
      expect(reach.calls).toHaveLength(1)
    }
  })

  test('refused for the IP names the IP that has to be allowed', async () => {
    const errmsg = 'invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 6-7-8'
    const reach = fakeReach(() => json({ errcode: 40164, errmsg }))
    const outcome = await wechat.open(settings, reach).deliver(job('freepublish'))
    expect(outcome).toMatchObject({ state: 'auth-expired', code: '40164' })
    if ('reason' in outcome) {
      expect(outcome.reason).toContain('203.0.113.9')
      expect(outcome.reason).toContain('rid: 6-7-8')
    }
  })
})

describe('freepublish', () => {
  const happy: Script = (path) => {
    if (path === 'draft/add') return json({ media_id: 'draft-1' })
    if (path === 'freepublish/submit')
      return json('{"errcode":0,"errmsg":"ok","publish_id":100000001,"msg_data_id":3428411849815982087}')
    return json({ publish_id: '100000001', publish_status: 1 })
  }

  test('adds a draft, keeps its id, submits it, and waits for the platform', async () => {
    const { client, reach } = open(happy)
    const first = await client.deliver(job('freepublish'))
    expect(first).toEqual({ state: 'progress', progress: draft })
    const { outcome } = await run(client, job('freepublish'))
    expect(outcome).toMatchObject({
      state: 'pending',
      job: '100000001',
      checkAfterMs: 15 * SECOND,
      progress: { mediaId: 'draft-1', publishId: '100000001', msgDataId: '3428411849815982087' },
    })
    const added = reach.calls.find(sentTo('draft/add'))
    expect(payloadOf(added)).toEqual({
      articles: [
        {
          article_type: 'news',
          title: '示例县附近发生3.6级左右地震',
          author: '示例局',
          digest: `示例县附近发生3.6级左右地震。${SERIAL}`,
          content: '<p>3月5日14时20分在示例县附近发生3.6级左右地震。</p>',
          content_source_url: URL_OF_NOTICE,
          thumb_media_id: 'cover-1',
        },
      ],
    })
    expect(added?.body).not.toContain('\\u')
  })

  test('a failed draft is simply made again: nobody sees drafts', async () => {
    for (const reply of [HANG, UNREACHABLE, html(502), fail(-1), json({}), json({ media_id: 'a b' })]) {
      const { client } = open(() => reply)
      expect(await client.deliver(job('freepublish'))).toMatchObject({ state: 'retry' })
    }
    const cover = open(() => fail(40007))
    expect(await cover.client.deliver(job('freepublish'))).toMatchObject({ state: 'rejected', fix: 'operator' })
  })

  test('"busy" on submit is unknown, because it has no key', async () => {
    const { client } = open(() => fail(-1))
    expect(await client.deliver(job('freepublish', { progress: draft }))).toMatchObject({ state: 'unknown' })
  })

  test('a draft that is gone at submit was taken by an earlier submit: unknown, never sent afresh', async () => {
    const { client } = open(() => fail(40007))
    expect(await client.deliver(job('freepublish', { progress: draft }))).toMatchObject({ state: 'unknown' })
  })

  test('delivered again with its publish_id it submits nothing', async () => {
    const { client, reach } = open(happy)
    const again = await client.deliver(job('freepublish', { progress: { ...draft, publishId: '7' } }))
    expect(again).toMatchObject({ state: 'pending', job: '7' })
    expect(reach.calls).toHaveLength(0)
  })

  const check = (reply: HttpReply, checks = 1) =>
    open(() => reply).client.check?.(job('freepublish', { progress: { ...draft, publishId: '7', checks } }))

  test.each([
    [0, 'accepted'],
    [1, 'pending'],
    [2, 'rejected'],
    [3, 'rejected'],
    [4, 'rejected'],
    [5, 'rejected'],
    [6, 'rejected'],
    [99, 'pending'],
  ])('publish_status %i is %s', async (status, state) => {
    expect((await check(json({ publish_id: '7', publish_status: status })))?.state).toBe(state)
  })

  test('a published article is accepted with its id and address', async () => {
    const reply = json({
      publish_id: '7',
      publish_status: 0,
      article_id: 'ART_1-x',
      article_detail: { count: 1, item: [{ idx: 1, article_url: 'https://mp.weixin.qq.com/s/abc' }] },
    })
    expect(await check(reply)).toEqual({ state: 'accepted', ref: 'ART_1-x', url: 'https://mp.weixin.qq.com/s/abc' })
    const hostile = json({
      publish_status: 0,
      article_id: 'A',
      article_detail: { item: [{ article_url: 'javascript:1' }] },
    })
    expect(await check(hostile)).toEqual({ state: 'accepted', ref: 'A', url: null })
  })

  test('polling slows from 15 s to 30 min, since only 100 reads a day are allowed', async () => {
    const running = json({ publish_status: 1 })
    expect(await check(running, 1)).toMatchObject({ checkAfterMs: MINUTE })
    expect(await check(running, 2)).toMatchObject({ checkAfterMs: 5 * MINUTE })
    expect(await check(running, 9)).toMatchObject({ checkAfterMs: 30 * MINUTE })
  })

  test('trouble while polling changes nothing about the job', async () => {
    for (const reply of [HANG, UNREACHABLE, html(500), fail(-1), fail(45011), fail(45009)])
      expect(await check(reply)).toMatchObject({ state: 'pending', job: '7' })
    expect(await check(fail(48001))).toMatchObject({ state: 'unknown' })
  })

  describe('after a crash', () => {
    const probe = (script: Script, progress: Job['progress'] = draft): Promise<ProbeOutcome> =>
      open(script).client.probe(job('freepublish', { progress }))
    const listed = (articles: Record<string, unknown>[]): Script => {
      return (path) =>
        path === 'draft/get'
          ? fail(40007)
          : json({ total_count: 1, item: [{ article_id: 'ART-9', content: { news_item: articles }, update_time: 1 }] })
    }

    test('without a draft nothing was published', async () => {
      expect(await probe(() => html(500), {})).toEqual({ state: 'absent' })
    })

    test('a draft that is still there was not published, by three reads over a minute and a half', async () => {
      expect(await probe(() => json({ news_item: [{ title: 'x' }] }))).toEqual({ state: 'absent' })
      expect(wechat.certainty('freepublish')).toMatchObject({
        probe: 'exact',
        absentReads: 3,
        absentSpanMs: 90 * SECOND,
      })
    })

    test('a consumed draft is found by the address of its notice or by its digest', async () => {
      const url = 'http://mp.weixin.qq.com/s?__biz=1&mid=2'
      const found = { state: 'accepted', ref: 'ART-9', url }
      expect(await probe(listed([{ title: 't', url, content_source_url: URL_OF_NOTICE }]))).toEqual(found)
      const digest = `示例县附近发生3.6级左右地震。 ${SERIAL}`
      expect(await probe(listed([{ title: 't', url, digest }]))).toEqual(found)
    })

    test('a withdrawal that names our serial is not taken for ours', async () => {
      const other = { content_source_url: `${URL_OF_NOTICE}x`, digest: `【撤回】撤回${SERIAL}` }
      expect(await probe(listed([other]))).toMatchObject({ state: 'unknown' })
    })

    test('an article that was deleted since is for a person', async () => {
      expect(await probe(listed([{ content_source_url: URL_OF_NOTICE, is_deleted: true }]))).toMatchObject({
        state: 'rejected',
      })
    })

    test('what cannot be read proves nothing', async () => {
      for (const reply of [HANG, html(200), fail(-1), fail(45009), json({})])
        expect(await probe(() => reply)).toMatchObject({ state: 'unknown' })
      expect(await probe((path) => (path === 'draft/get' ? fail(40007) : HANG))).toMatchObject({ state: 'unknown' })
    })

    test('with a publish_id the job itself is asked', async () => {
      const script: Script = () => json({ publish_status: 0, article_id: 'A1' })
      expect(await probe(script, { ...draft, publishId: '7' })).toMatchObject({ state: 'accepted', ref: 'A1' })
    })
  })

  test('deleting takes the whole article, and needs its id', async () => {
    const { client, reach } = open(() => json({ errcode: 0 }))
    expect(await client.remove?.(job('freepublish'), 'ART-9')).toEqual({ state: 'gone' })
    expect(payloadOf(reach.calls.at(-1))).toEqual({ article_id: 'ART-9', index: 0 })
    expect(await client.remove?.(job('freepublish'), 'publish:7')).toMatchObject({ state: 'refused' })
    expect(await open(() => HANG).client.remove?.(job('freepublish'), 'A')).toMatchObject({ state: 'unknown' })
    expect(await open(() => json({})).client.remove?.(job('freepublish'), 'A')).toMatchObject({ state: 'unknown' })
    expect(await open(() => fail(45009)).client.remove?.(job('freepublish'), 'A')).toMatchObject({ state: 'retry' })
    expect(await open(() => fail(48001)).client.remove?.(job('freepublish'), 'A')).toMatchObject({ state: 'refused' })
  })
})

describe('mass', () => {
  test('goes to all under a key of at most 32 ASCII characters that stays the same', async () => {
    const { client, reach } = open(() => json('{"errcode":0,"msg_id":9007199254740993,"msg_data_id":1}'))
    const outcome = await client.deliver(job('mass', { progress: draft }))
    expect(outcome).toMatchObject({ state: 'pending', job: '9007199254740993' })
    const payload = payloadOf(reach.calls.at(-1))
    expect(payload).toEqual({
      filter: { is_to_all: true },
      msgtype: 'mpnews',
      mpnews: { media_id: 'draft-1' },
      send_ignore_reprint: 1,
      clientmsgid: clientMsgId(job('mass')),
    })
    expect(String(payload['clientmsgid'])).toMatch(/^[\x21-\x7e]{1,32}$/)
    const key = (deliveryId: string, progress = {}) => clientMsgId({ deliveryId, url: 'u', progress })
    expect(new Set([key('a'), key('b'), key('a', { round: 1 }), key('a', { round: 2 })]).size).toBe(4)
    expect(key('a', { mediaId: 'x' })).toBe(key('a'))
  })

  test('a lost reply is repeated with the same key after more than a minute, and the first msg_id adopted', async () => {
    const keys: unknown[] = []
    const { client } = open((_path, call, nth) => {
      keys.push(payloadOf(call)['clientmsgid'])
      return nth === 1 ? HANG : json('{"errcode":45065,"errmsg":"clientmsgid exist","msg_id":9007199254740993}')
    })
    const lost = await client.deliver(job('mass', { progress: draft }))
    expect(lost).toMatchObject({ state: 'unknown', probeAfterMs: 65 * SECOND })
    expect(await client.probe(job('mass', { progress: draft }))).toEqual({ state: 'absent' })
    const again = await client.deliver(job('mass', { progress: draft, attempt: 3 }))
    expect(again).toMatchObject({ state: 'pending', job: '9007199254740993', progress: { msgId: '9007199254740993' } })
    expect(keys[0]).toBe(keys[1])
    expect(wechat.certainty('mass').keyedRepeat).toBe(true)
  })

  test('45066 is no refusal: a call with this key was received, so it is unknown until the next minute', async () => {
    const too = open(() => fail(45066))
    expect(await too.client.deliver(job('mass', { progress: draft }))).toMatchObject({
      state: 'unknown',
      probeAfterMs: 65 * SECOND,
    })
  })

  test('45028 gives up in favour of the other legs', async () => {
    const gone = open(() => fail(45028))
    expect(await gone.client.deliver(job('mass', { progress: draft }))).toMatchObject({
      state: 'rejected',
      fix: 'giveup',
    })
  })

  test('45028 after a lost reply may be the answer to our own success: the draft tells', async () => {
    const used = open((path) => (path === 'draft/get' ? fail(40007) : fail(45028)))
    const again = job('mass', { progress: draft, attempt: 4 })
    expect(await used.client.deliver(again)).toMatchObject({ state: 'unknown' })
    expect(await used.client.probe(again)).toMatchObject({ state: 'unknown' })
    const there = open((path) => (path === 'draft/get' ? json({ news_item: [{}] }) : fail(45028)))
    expect(await there.client.deliver(again)).toMatchObject({ state: 'rejected', fix: 'giveup' })
  })

  test('after the platform has forgotten the key the draft tells whether it was sent', async () => {
    const late = job('mass', { progress: draft, attempt: 3 })
    const consumed = open((path) => (path === 'draft/get' ? fail(40007) : json({ errcode: 0, msg_id: 5 })))
    consumed.reach.clock.now += 24 * HOUR
    expect(await consumed.client.deliver(late)).toMatchObject({ state: 'unknown' })
    expect(await consumed.client.probe(late)).toMatchObject({ state: 'unknown' })
    expect(consumed.count('message/mass/sendall')).toBe(0)
    const there = open((path) => (path === 'draft/get' ? json({ news_item: [{}] }) : json({ errcode: 0, msg_id: 5 })))
    there.reach.clock.now += 24 * HOUR
    expect(await there.client.deliver(late)).toMatchObject({ state: 'pending', job: '5' })
    const unclear = open((path) => (path === 'draft/get' ? HANG : json({ errcode: 0, msg_id: 5 })))
    unclear.reach.clock.now += 24 * HOUR
    expect(await unclear.client.deliver(late)).toMatchObject({ state: 'unknown' })
    expect(unclear.count('message/mass/sendall')).toBe(0)
  })

  test('a consumed draft stays unknown until the callback or a person tells, and is never sent again', async () => {
    for (const attempt of [1, 3]) {
      const { client, count } = open(() => fail(40007))
      const at = job('mass', { progress: draft, attempt })
      expect(await client.deliver(at)).toMatchObject({ state: 'unknown' })
      expect(await client.probe(at)).toMatchObject({ state: 'unknown' })
      expect(count('message/mass/sendall')).toBe(1)
    }
  })

  test.each([
    ['SEND_SUCCESS', 'accepted'],
    ['SENDING', 'pending'],
    ['SEND_FAIL', 'rejected'],
    ['DELETE', 'rejected'],
    ['SOMETHING', 'pending'],
  ])('msg_status %s is %s', async (status, state) => {
    const { client } = open(() => json({ msg_id: 5, msg_status: status }))
    expect((await client.check?.(job('mass', { progress: { ...draft, msgId: '5' } })))?.state).toBe(state)
  })

  test('a message that the platform does not know is unknown, other trouble leaves it pending', async () => {
    const at = job('mass', { progress: { ...draft, msgId: '5' } })
    expect(await open(() => fail(40059)).client.check?.(at)).toMatchObject({ state: 'unknown' })
    for (const reply of [HANG, html(500), fail(-1)])
      expect(await open(() => reply).client.check?.(at)).toMatchObject({ state: 'pending', job: '5' })
  })

  test('deleting sends the 64-bit id digit by digit', async () => {
    const { client, reach } = open(() => json({ errcode: 0 }))
    expect(await client.remove?.(job('mass'), '9007199254740993')).toEqual({ state: 'gone' })
    expect(reach.calls.at(-1)?.body).toBe('{"msg_id":9007199254740993,"article_idx":0}')
    expect(await client.remove?.(job('mass'), 'key:1')).toMatchObject({ state: 'refused' })
  })
})

describe('subscribe', () => {
  function openWith(n: number, script: Script, options: Parameters<typeof fakeReach>[1] = {}) {
    const opened = open(script, options)
    opened.reach.kept.set('subscribers', { value: JSON.stringify(users(n)), expiresAt: START + HOUR })
    return opened
  }
  const touched = (calls: HttpCall[]) => calls.filter(sentTo('bizsend')).map((call) => payloadOf(call)['touser'])

  test('sends one message per call, to everyone once', async () => {
    const { client, reach } = openWith(3, () => json({ errcode: 0 }))
    const { outcome } = await run(client, job('subscribe'))
    expect(outcome).toEqual({ state: 'accepted', ref: '3/3', url: null })
    expect(touched(reach.calls)).toEqual(users(3))
    expect(payloadOf(reach.calls.find(sentTo('bizsend')))).toEqual({
      touser: 'open-0',
      template_id: 'tpl-1',
      page: URL_OF_NOTICE,
      data: {
        thing1: { value: '示例县附近发生地震' },
        time2: { value: '2024年3月5日 14:20' },
        number3: { value: '3.6' },
      },
    })
  })

  test('a user who refuses does not hold up the others, and is named', async () => {
    const { client, reach } = openWith(4, (_path, _call, nth) => (nth === 2 ? fail(43101) : json({ errcode: 0 })))
    const { outcome, job: last } = await run(client, job('subscribe'))
    expect(outcome).toMatchObject({ state: 'accepted', ref: '3/4' })
    expect(last.progress).toMatchObject({ refused: 1, refusedUsers: '1:43101' })
    expect(touched(reach.calls)).toEqual(users(4))
  })

  test('a crash repeats nobody whose result was stored, even when the list has changed since', async () => {
    const { client, reach } = openWith(3, () => json({ errcode: 0 }))
    let at = job('subscribe')
    for (let step = 0; step < 2; step += 1) {
      const outcome = await client.deliver(at)
      if (outcome.state === 'progress') at = { ...at, progress: outcome.progress }
    }
    reach.kept.set('subscribers', { value: '["someone-else"]', expiresAt: START + HOUR })
    const restarted = wechat.open(settings, reach)
    expect((await run(restarted, at)).outcome).toMatchObject({ state: 'accepted', ref: '3/3' })
    expect(touched(reach.calls)).toEqual(users(3))
  })

  test('after a lost reply a real notice tries that user once more at the end', async () => {
    const { client, reach } = openWith(3, (_path, _call, nth) => (nth === 1 ? HANG : json({ errcode: 0 })))
    const { outcome } = await run(client, job('subscribe'))
    expect(outcome).toMatchObject({ state: 'accepted', ref: '3/3' })
    expect(touched(reach.calls)).toEqual(['open-0', 'open-1', 'open-2', 'open-0'])
  })

  test('a reply without errcode is no proof that the message was sent', async () => {
    const { client } = openWith(1, () => json({}))
    expect((await run(client, job('subscribe'))).job.progress).toMatchObject({ sent: 0, lost: 1 })
  })

  test('a second lost reply for the same user is counted and left', async () => {
    const { client, reach } = openWith(2, (_path, call) =>
      payloadOf(call)['touser'] === 'open-0' ? HANG : json({ errcode: 0 }),
    )
    const { outcome, job: last } = await run(client, job('subscribe'))
    expect(outcome).toMatchObject({ state: 'accepted', ref: '1/2' })
    expect(last.progress).toMatchObject({ lost: 1 })
    expect(touched(reach.calls)).toEqual(['open-0', 'open-1', 'open-0'])
  })

  test('after a lost reply a drill does not try again', async () => {
    const { client, reach } = openWith(2, (_path, _call, nth) => (nth === 1 ? html(502) : json({ errcode: 0 })), {
      class: 'drill',
    })
    const { outcome } = await run(client, job('subscribe', { class: 'drill' }))
    expect(outcome).toMatchObject({ state: 'accepted', ref: '1/2' })
    expect(touched(reach.calls)).toEqual(['open-0', 'open-1'])
  })

  test('after a crash in the middle of a call the setting decides: again for real, on for drills', async () => {
    const progress = { total: 2, next: 1, sent: 1 }
    const real = openWith(2, () => HANG)
    expect(await real.client.probe(job('subscribe', { progress }))).toEqual({ state: 'absent' })
    const drill = openWith(2, () => HANG, { class: 'drill' })
    expect(await drill.client.probe(job('subscribe', { progress, class: 'drill' }))).toMatchObject({
      state: 'progress',
      progress: { next: 2, sent: 1, lost: 1 },
    })
  })

  test('what would hit every user alike stops the delivery where it is', async () => {
    for (const [reply, state] of [
      [fail(48001), 'rejected'],
      [fail(47003), 'rejected'],
      [fail(40037), 'rejected'],
      [fail(45009), 'retry'],
      [UNREACHABLE, 'retry'],
    ] as const) {
      const { client } = openWith(2, () => reply)
      const { outcome, job: last } = await run(client, job('subscribe'))
      expect(outcome.state).toBe(state)
      expect(last.progress['next']).toBe(0)
    }
  })

  test('without subscribers, or with none who takes it, the row says so', async () => {
    expect((await run(open(() => HANG).client, job('subscribe'))).outcome).toMatchObject({ code: 'no-subscribers' })
    const { client } = openWith(2, () => fail(43101))
    expect((await run(client, job('subscribe'))).outcome).toMatchObject({ state: 'rejected', code: 'all-refused' })
  })

  test('a list that cannot be read is said, not taken for empty', async () => {
    for (const value of ['not json', '{"a":1}', '["bad openid with blanks"]']) {
      const { client, reach } = open(() => HANG)
      reach.kept.set('subscribers', { value, expiresAt: START + HOUR })
      expect((await run(client, job('subscribe'))).outcome).toMatchObject({ state: 'rejected', code: 'subscribers' })
    }
  })

  test('what was sent to people cannot be taken back', async () => {
    expect(await open(() => HANG).client.remove?.(job('subscribe'), '3/3')).toMatchObject({ state: 'refused' })
  })
})

/** channels.md §2.1–§2.8, written out once more: what a submit without key sees for each code. */
const EXPECTED: Record<string, string> = {
  ...table('unknown', [-1, 61450, 40007]),
  ...table('auth-expired', [40001, 40014, 42001, 40013, 40125, 40243, 40164, 89501, 89503, 89506, 89507]),
  ...table('rejected-operator', [48006, 40033, 47001, 61451, 47003]),
  ...table('rejected-operator', [40004, 40005, 40006, 40008, 40009]),
  ...table('rejected-operator', [41001, 41002, 41003, 41004, 41005, 41006, 41007, 41008, 41009]),
  ...table('rejected-operator', [43001, 43002, 43003, 44001, 44002, 44003, 44004]),
  ...table('rejected-shorten', [45001, 45002, 45003, 45004, 45005, 45006, 45007, 45008]),
  ...table('rejected-operator', [53402, 53403, 53404, 53405, 53406, 53503, 53504, 53505]),
  ...table('retry', [53501, 45009, 45011, 45066]),
  ...table('rejected-giveup', [45028, 40003, 43004, 43019, 43101, 48002, 50005, 45015, 45047]),
  ...table('rejected-operator', [40059, 45065, 45067, 40037, 41030, 48001, 48004, 48008, 50002]),
}
function table(state: string, codes: number[]): Record<string, string> {
  return Object.fromEntries(codes.map((code) => [String(code), state]))
}

describe('error codes', () => {
  test('the table has the documented codes and no other', () => {
    expect(Object.keys(reactions).toSorted()).toEqual(Object.keys(EXPECTED).toSorted())
  })

  test.each(Object.entries(EXPECTED))('%s on a submit is %s, and the rid is kept', async (code, expected) => {
    const { client } = open(() => fail(Number(code)))
    const outcome = await client.deliver(job('freepublish', { progress: draft }))
    expect(outcome.state === 'rejected' ? `rejected-${outcome.fix}` : outcome.state).toBe(expected)
    if ('reason' in outcome) expect(outcome.reason).toContain('rid: 62bd10f4-1234')
  })

  test('the daily quota waits for midnight in Beijing', async () => {
    const { client } = open(() => fail(45009))
    expect(await client.deliver(job('freepublish', { progress: draft }))).toMatchObject({ afterMs: 9.5 * HOUR })
  })

  test('waits grow with the tries of a step, not with the steps that went well', async () => {
    const wait = async (attempt: number, progress: Job['progress']) => {
      const outcome = await open(() => fail(53501)).client.deliver(job('freepublish', { progress, attempt }))
      return outcome.state === 'retry' ? outcome.afterMs : 0
    }
    expect(await wait(2, draft)).toBe(MINUTE)
    expect(await wait(3, draft)).toBe(2 * MINUTE)
    expect(await wait(99, draft)).toBe(10 * MINUTE)
  })

  test('an unlisted code is for a person', async () => {
    expect(await open(() => fail(99999)).client.deliver(job('freepublish', { progress: draft }))).toMatchObject({
      state: 'rejected',
      fix: 'operator',
    })
  })
})

describe('the settings', () => {
  const refusals = (change: Record<string, unknown>): string[] =>
    (config.safeParse({ ...given, ...change }).error?.issues ?? []).map(
      ({ path, message }) => `${path.join('.')} ${message}`,
    )

  test('a leg that needs a cover and has none is refused by name', () => {
    expect(refusals({ covers: {} }).join()).toContain('covers')
    expect(refusals({ covers: { withdrawal: 'a' } }).join()).toContain('quick-report')
    expect(refusals({ covers: {}, legs: ['subscribe'] })).toEqual([])
  })

  test('subscribe needs a service account and a template', () => {
    expect(refusals({ kind: 'subscription' }).join()).toContain('service account')
    expect(refusals({ subscribe: undefined }).join()).toContain('templateId')
  })

  test.each([
    [{ appId: 'x' }],
    [{ secret: '' }],
    [{ encodingAesKey: 'short' }],
    [{ encodingAesKey: 'a'.repeat(43), callbackToken: undefined }],
    [{ legs: [] }],
    [{ legs: ['mass', 'mass'] }],
    [{ legs: ['text'] }],
    [{ covers: { default: 'x', quick: 'y' } }],
    [{ unknown: 1 }],
  ])('%j is refused', (change) => {
    expect(refusals(change)).not.toEqual([])
  })

  test('the few mass sends can be kept for chosen kinds', () => {
    const few = config.parse({ ...given, massKinds: ['formal-report', 'withdrawal'] })
    expect(legsFor(few, 'quick-report')).toEqual(['freepublish', 'subscribe'])
    expect(legsFor(few, 'withdrawal')).toEqual(['freepublish', 'mass', 'subscribe'])
    expect(legsFor(settings, 'quick-report')).toEqual(['freepublish', 'mass', 'subscribe'])
  })
})

describe('the covers', () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])

  test('each is uploaded once as a permanent picture, and a refused one does not stop the others', async () => {
    const { reach } = open((_path, _call, nth) =>
      nth === 1 ? json({ media_id: 'M_1', url: 'http://x' }) : fail(40004),
    )
    const uploaded = await uploadCovers(settings, reach, [
      { name: 'default', bytes: png },
      { name: 'withdrawal', bytes: png },
      { name: 'revision', bytes: new Uint8Array([1, 2, 3]) },
    ])
    expect(uploaded).toMatchObject([{ name: 'default', mediaId: 'M_1' }, { name: 'withdrawal' }, { name: 'revision' }])
    expect(JSON.stringify(uploaded[1])).toContain('40004')
    const call = reach.calls.find(sentTo('add_material'))
    expect(call?.url).toContain('type=image')
    expect(call?.headers?.['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    const body = Buffer.from(call?.body as Uint8Array).toString('latin1')
    expect(body).toContain('name="media"; filename="default.png"')
    expect(body).toContain(Buffer.from(png).toString('latin1'))
  })
})
