// In: scripted replies of Weibo. Out: proof of what the bureau's account does and does not post.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compose } from '../../channels/weibo/compose.ts'
import { config } from '../../channels/weibo/config.ts'
import { reactions } from '../../channels/weibo/errors.ts'
import { weibo } from '../../channels/weibo/index.ts'
import { shortenMid } from '../../channels/weibo/permalink.ts'
import { measureWeiboText } from '../../src/core/rendering/weibo-length.ts'
import { parseCreatedAt } from '../../channels/weibo/timeline.ts'
import type { HttpReply, Job, Outcome } from '../../src/core/channel.ts'
import { BEIJING_OFFSET, HOUR, MINUTE, SECOND, type Instant } from '../../src/core/instant.ts'
import {
  anyText,
  fakeReach,
  formOf,
  HANG,
  html,
  json,
  pathOf,
  sampleFacts,
  sampleJob,
  sampleRendered,
  SERIAL,
  START,
  UNREACHABLE,
  URL_OF_NOTICE,
  WEIBO_TEXT,
} from './fakes.ts'

const given = {
  accessToken: '2.00token-of-the-bureau',
  uid: '1234567890',
  safeDomain: 'example.cn',
  rip: '203.0.113.7',
}
const settings = config.parse(given)
const SHORT = `简短。${SERIAL} ${URL_OF_NOTICE}`
const job = (change: Partial<Job> = {}): Job => sampleJob({ content: { text: WEIBO_TEXT, shorter: SHORT }, ...change })
const refusal = (code: number | string, status = 400): HttpReply =>
  json({ request: '/2/statuses/share.json', error_code: code, error: 'as documented' }, status)

/** "Tue Mar 05 14:30:00 +0800 2024" */
function weiboDate(at: Instant): string {
  const [day, date, month, year, time] = new Date(at + BEIJING_OFFSET).toUTCString().split(' ')
  return `${day?.slice(0, 3)} ${month} ${date} ${time} +0800 ${year}`
}
const row = (text: string, at: Instant = START + SECOND, id = '5005005005005005001') => ({
  created_at: weiboDate(at),
  id: 1,
  idstr: id,
  text,
})
const timeline = (rows: unknown[], total?: number) =>
  json({ statuses: rows, ...(total !== undefined && { total_number: total }) })
const SHOWN = WEIBO_TEXT.replace(URL_OF_NOTICE, 'http://t.cn/A6xYz12')

function open(answer: (path: string, nth: number) => HttpReply) {
  const reach = fakeReach((call, nth) => answer(pathOf(call), nth))
  return { reach, client: weibo.open(settings, reach) }
}

describe('the text', () => {
  test('Chinese counts one, Latin-1 a half, and the sum is rounded up', () => {
    expect(measureWeiboText('地震')).toBe(2)
    expect(measureWeiboText('M3.6')).toBe(2)
    expect(measureWeiboText('地a')).toBe(2)
    expect(measureWeiboText('é')).toBe(1)
    expect(measureWeiboText('“”')).toBe(2)
    expect(measureWeiboText('𠮷')).toBe(2)
    expect(measureWeiboText('')).toBe(0)
  })

  test('the length never shrinks when something is added', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(measureWeiboText(a + b)).toBeGreaterThanOrEqual(Math.max(measureWeiboText(a), measureWeiboText(b)))
        expect(measureWeiboText(a + b)).toBeLessThanOrEqual(measureWeiboText(a) + measureWeiboText(b))
      }),
    )
  })

  test('the full text goes out when it fits, with the shortest that is shorter standing by', () => {
    const composed = compose(sampleRendered(), sampleFacts(), settings)
    expect(composed).toMatchObject({ ok: true, content: { text: WEIBO_TEXT } })
    if (composed.ok) expect(composed.content['shorter']).toContain('示例县附近发生3.6级左右地震。')
  })

  test('a text of more than 130 gives way to the brief one', () => {
    const rendered = sampleRendered({ weibo: `${'长'.repeat(120)}${SERIAL} ${URL_OF_NOTICE}` })
    const composed = compose(rendered, sampleFacts(), settings)
    expect(composed.ok && composed.content['text']).toBe(rendered.variants['weibo-brief'])
  })

  test.each([
    ['a hashtag', `#地震#${SERIAL} ${URL_OF_NOTICE}`, '话题'],
    ['no address', `地震。${SERIAL}`, '网址'],
    ['the address twice', `${SERIAL} ${URL_OF_NOTICE} ${URL_OF_NOTICE}`, '网址'],
    ['a foreign address beside it', `${SERIAL} ${URL_OF_NOTICE} http://other.example/`, '网址'],
    ["another notice's address", `${SERIAL} ${URL_OF_NOTICE}x`, '网址'],
    ['no serial', `地震。${URL_OF_NOTICE}`, '编号'],
    ['the serial of another report', `例震信〔2024〕3号 第2报 ${URL_OF_NOTICE}`, '编号'],
    ['nothing', '  ', '空'],
  ])('a text with %s is refused and the reason named', (_name, text, word) => {
    const composed = compose({ title: '', text: '', variants: { weibo: text } }, sampleFacts(), settings)
    expect(composed.ok).toBe(false)
    if (!composed.ok) expect(composed.reason).toContain(word)
  })

  test('an address outside the safe domain is refused before Weibo refuses it', () => {
    const elsewhere = config.parse({ ...given, safeDomain: 'other.cn' })
    expect(compose(sampleRendered(), sampleFacts(), elsewhere)).toMatchObject({ ok: false })
    const lookalike = config.parse({ ...given, safeDomain: 'ample.cn' })
    expect(compose(sampleRendered(), sampleFacts(), lookalike)).toMatchObject({ ok: false })
  })

  test('a drill text without 【演练】 is refused', () => {
    expect(compose(sampleRendered(), sampleFacts({ class: 'drill' }), settings)).toMatchObject({ ok: false })
    const marked = sampleRendered({ weibo: `【演练】${WEIBO_TEXT}【演练】` })
    expect(compose(marked, sampleFacts({ class: 'drill' }), settings)).toMatchObject({ ok: true })
  })
})

describe('posting', () => {
  test('it is one form with token, text and the real address of the bureau, and never an URL with the token', async () => {
    const { reach, client } = open(() => json({ idstr: '3501756485200075', id: 3501756485200075 }))
    expect(await client.deliver(job())).toEqual({
      state: 'accepted',
      ref: '3501756485200075',
      url: 'https://weibo.com/1234567890/z0JH2lOMb',
    })
    expect(reach.calls).toHaveLength(1)
    expect(reach.calls[0]?.url).toBe('https://api.weibo.com/2/statuses/share.json')
    expect(formOf(reach.calls[0])).toEqual({ access_token: given.accessToken, status: WEIBO_TEXT, rip: given.rip })
  })

  test('the id is read from idstr, because id passes what a number can hold', async () => {
    const { client } = open(() => json('{"id":9123456789012345678,"mid":"9123456789012345678"}'))
    expect(await client.deliver(job())).toMatchObject({ ref: '9123456789012345678' })
    const bare = open(() => json('{"id":9123456789012345678}'))
    expect(await bare.client.deliver(job())).toMatchObject({ ref: '9123456789012345678' })
  })

  test('a reply of 200 without any id is unknown', async () => {
    const { client } = open(() => json({ text: 'ok' }))
    expect(await client.deliver(job())).toMatchObject({ state: 'unknown' })
  })

  test('the short address of a post is the one that Weibo shows', () => {
    expect(shortenMid('3501756485200075')).toBe('z0JH2lOMb')
    expect(shortenMid('0')).toBe('0')
  })

  test('a stand-in shows its posts itself', async () => {
    const local = config.parse({ ...given, baseUrl: 'http://127.0.0.1:9001' })
    const reach = fakeReach(() => json({ idstr: '3501756485200075' }))
    expect(await weibo.open(local, reach).deliver(job())).toMatchObject({
      url: 'http://127.0.0.1:9001/1234567890/z0JH2lOMb',
    })
  })

  test('with the contract the post carries a mark that the timeline gives back', async () => {
    const contract = config.parse({ ...given, driver: 'biz' })
    let annotations = ''
    const reach = fakeReach((call) => {
      if (call.method === 'POST') {
        annotations = formOf(call)['annotations'] ?? ''
        return HANG
      }
      return timeline([{ ...row('别的文字'), annotations: JSON.parse(annotations) as unknown }])
    })
    const client = weibo.open(contract, reach)
    expect(await client.deliver(job())).toMatchObject({ state: 'unknown' })
    expect(annotations.length).toBeLessThanOrEqual(512)
    expect(await client.probe(job())).toMatchObject({ state: 'accepted', ref: '5005005005005005001' })
    expect(reach.calls[0]?.url).toBe('https://c.api.weibo.com/2/statuses/upload_url_text/biz.json')
  })
})

/** channels.md §1.5, written out once more: what the bureau sees for each code on a first try. */
const EXPECTED: Record<string, Outcome['state'] | `rejected-${'operator' | 'shorten' | 'giveup' | 'edit'}`> = {
  ...table('unknown', [10001, 10003, 10010, 10011]),
  ...table('retry', [10002, 10009, 10022, 10023, 10024, 20016]),
  ...table('auth-expired', [10004]),
  ...table('rejected-operator', [10005, 10014, 10006, 10008, 10013, 10016, 10017, 10018, 10020, 10021]),
  ...table('rejected-operator', [20003, 20005, 20006, 20007, 20008, 20015, 20018, 20020, 20021, 20022, 20031]),
  ...table('rejected-operator', [20017, 20019, 20111, 20101, 20102, 20109]),
  ...table('retry', [20012, 20013]),
  ...table('pending', [20032]),
  ...table('auth-expired', [21314, 21315, 21316, 21317, 21318, 21319, 21321, 21322, 21323, 21324, 21325, 21326]),
  ...table('auth-expired', [21327, 21328, 21329, 21330, 21331, 21332]),
}
function table<T>(state: T, codes: number[]): Record<string, T> {
  return Object.fromEntries(codes.map((code) => [String(code), state]))
}

describe('error codes', () => {
  test('the table has the documented codes and no other', () => {
    expect(Object.keys(reactions).toSorted()).toEqual(Object.keys(EXPECTED).toSorted())
  })

  test.each(Object.entries(EXPECTED))('%s on a first try is %s, as number and as text', async (code, expected) => {
    for (const spelled of [Number(code), code]) {
      const { client, reach } = open(() => refusal(spelled))
      const outcome = await client.deliver(job())
      const state = outcome.state === 'rejected' ? `rejected-${outcome.fix}` : outcome.state
      expect(state).toBe(expected)
      if ('reason' in outcome) expect(outcome.reason).toContain(code)
      expect(reach.calls).toHaveLength(1)
    }
  })

  test('an unlisted system code is unknown, an unlisted service code is for a person', async () => {
    expect(await open(() => refusal(10099)).client.deliver(job())).toMatchObject({ state: 'unknown' })
    expect(await open(() => refusal(20999)).client.deliver(job())).toMatchObject({ state: 'rejected', fix: 'operator' })
    expect(await open(() => refusal('__proto__')).client.deliver(job())).toMatchObject({ state: 'unknown' })
  })

  test('an error envelope counts whatever the HTTP status says', async () => {
    expect(await open(() => refusal(21327, 200)).client.deliver(job())).toMatchObject({ state: 'auth-expired' })
    expect(await open(() => refusal(20021, 500)).client.deliver(job())).toMatchObject({ state: 'rejected' })
  })

  test('an hourly limit waits for the full hour, the daily one for midnight in Beijing', async () => {
    const { client } = open(() => refusal(10023))
    const first = await client.deliver(job())
    expect(first).toMatchObject({ state: 'retry', afterMs: 30 * MINUTE })
    const progress = first.state === 'retry' ? (first.progress ?? {}) : {}
    // 14:30 in Beijing: nine and a half hours to go.
    expect(await client.deliver(job({ attempt: 2, progress }))).toMatchObject({ afterMs: 9.5 * HOUR })
  })

  test('a limit of the address does not count as the first sign of the daily hundred', async () => {
    const address = await open(() => refusal(10022)).client.deliver(job())
    const progress = address.state === 'retry' ? (address.progress ?? {}) : {}
    expect(await open(() => refusal(10023)).client.deliver(job({ attempt: 2, progress }))).toMatchObject({
      afterMs: 30 * MINUTE,
    })
  })

  test('posting too often waits at least a minute, three times, then a person decides', async () => {
    const { client } = open(() => refusal(20016))
    let progress: Job['progress'] = {}
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const outcome = await client.deliver(job({ attempt, progress }))
      expect(outcome.state).toBe('retry')
      if (outcome.state !== 'retry') return
      expect(outcome.afterMs).toBeGreaterThanOrEqual(MINUTE)
      progress = outcome.progress ?? {}
    }
    expect(await client.deliver(job({ attempt: 4, progress }))).toMatchObject({ state: 'rejected', fix: 'operator' })
  })

  test('too long is shortened once, then it is for a person', async () => {
    const { client, reach } = open(() => refusal(20012))
    const first = await client.deliver(job())
    expect(first).toMatchObject({ state: 'retry', afterMs: 0, progress: { shortened: true } })
    const again = await client.deliver(job({ attempt: 2, progress: { shortened: true } }))
    expect(formOf(reach.calls[1])['status']).toBe(SHORT)
    expect(again).toMatchObject({ state: 'rejected', fix: 'shorten' })
    const single = await client.deliver(job({ content: { text: WEIBO_TEXT } }))
    expect(single).toMatchObject({ state: 'rejected', fix: 'shorten' })
  })
})

describe('"the same content" after an earlier try', () => {
  const answer = (rows: unknown[]) => (path: string) =>
    path.endsWith('share.json') ? refusal(20019) : timeline(rows, rows.length)

  test('means that it was posted: the post is found on the timeline', async () => {
    const { client } = open(answer([row(SHOWN)]))
    expect(await client.deliver(job({ attempt: 2 }))).toMatchObject({ state: 'accepted', ref: '5005005005005005001' })
  })

  test('stays unknown while the timeline does not show it: it is neither sent again nor called a failure', async () => {
    const { client, reach } = open(answer([]))
    expect(await client.deliver(job({ attempt: 2 }))).toMatchObject({ state: 'unknown' })
    for (let read = 0; read < 5; read += 1) {
      reach.clock.now += MINUTE
      expect(await client.probe(job({ attempt: 3, absentProbes: read }))).toMatchObject({ state: 'unknown' })
    }
    expect(reach.calls.filter((call) => call.method === 'POST')).toHaveLength(1)
  })

  test('of another delivery does not make this one found', async () => {
    const { client } = open(answer([]))
    await client.deliver(job({ attempt: 2 }))
    expect(await client.probe(job({ deliveryId: 'another' }))).toEqual({ state: 'absent' })
  })

  test('counts as an earlier try also when only probes tell of it', async () => {
    const { client } = open(answer([row(SHOWN)]))
    expect(await client.deliver(job({ absentProbes: 3 }))).toMatchObject({ state: 'accepted' })
  })
})

describe('reading back', () => {
  const probe = (rows: unknown[], total?: number, change: Partial<Job> = {}) =>
    open(() => timeline(rows, total)).client.probe(job(change))

  test('the post is recognised with its address rewritten to t.cn, re-spaced and escaped', async () => {
    expect(await probe([row(SHOWN)])).toMatchObject({ state: 'accepted', ref: '5005005005005005001' })
    expect(await probe([row(`${SHOWN.replaceAll(' ', '\u200b  ')} `)])).toMatchObject({ state: 'accepted' })
    const text = `A<B & "C" ${SERIAL} ${URL_OF_NOTICE}`
    const shown = `A&lt;B &amp; &quot;C&quot; ${SERIAL} http://t.cn/Rabc`
    expect(await probe([row(shown)], 1, { content: { text } })).toMatchObject({ state: 'accepted' })
  })

  test('the shortened text is recognised as well', async () => {
    expect(await probe([row(SHORT.replace(URL_OF_NOTICE, 'http://t.cn/Ab'))])).toMatchObject({ state: 'accepted' })
  })

  test('a withdrawal that names the serial is not taken for the report that it withdraws', async () => {
    const withdrawal = `【撤回】例震信〔2024〕3号 第2报：此前发布的${SERIAL}有误，予以撤回。 http://t.cn/Rxyz`
    expect(await probe([row(withdrawal)], 1)).toEqual({ state: 'absent' })
  })

  test('the report of another quake is not taken for ours', async () => {
    expect(await probe([row(SHOWN.replace('3.6级', '3.7级'))], 1)).toEqual({ state: 'absent' })
  })

  test('absent is said only when the rows reach back to the first try', async () => {
    const later = Array.from({ length: 20 }, (_, i) => row(`别的${i}`, START + (40 - i) * SECOND, String(900 + i)))
    expect(await probe(later, 500)).toMatchObject({ state: 'unknown' })
    expect(await probe([...later.slice(1), row('旧的', START - HOUR)], 500)).toEqual({ state: 'absent' })
    expect(await probe([], 0)).toEqual({ state: 'absent' })
    expect(await probe([], 12)).toMatchObject({ state: 'unknown' })
  })

  test('further pages are read, three at most', async () => {
    const page = (n: number) =>
      Array.from({ length: 20 }, (_, i) => row(`${n}-${i}`, START + MINUTE, String(n * 100 + i)))
    const found = open((_path, nth) => timeline(nth === 2 ? [row(SHOWN)] : page(nth), 500))
    expect(await found.client.probe(job())).toMatchObject({ state: 'accepted' })
    const never = open((_path, nth) => timeline(page(nth), 500))
    expect(await never.client.probe(job())).toMatchObject({ state: 'unknown' })
    expect(never.reach.calls).toHaveLength(3)
    expect(new Set(never.reach.booked)).toEqual(new Set(['statuses/user_timeline']))
  })

  test.each([
    ['an error', refusal(21327)],
    ['HTML', html(200)],
    ['silence', HANG],
    ['a refused connection', UNREACHABLE],
    ['an answer without rows', json({ ok: 1 })],
  ])('%s proves nothing', async (_name, reply) => {
    expect(await open(() => reply).client.probe(job())).toMatchObject({ state: 'unknown' })
  })

  test('without budget nothing is read and nothing concluded', async () => {
    const { client, reach } = open(() => timeline([], 0))
    reach.spent.add('statuses/user_timeline')
    expect(await client.probe(job())).toMatchObject({ state: 'unknown', probeAfterMs: HOUR })
    expect(reach.calls).toHaveLength(0)
  })

  test('dates of rows are read with their zone', () => {
    expect(parseCreatedAt('Wed Oct 24 23:49:17 +0800 2012')).toBe(Date.UTC(2012, 9, 24, 15, 49, 17))
    for (const bad of [
      '2012-10-24 23:49:17',
      'Wed Xxx 24 23:49:17 +0800 2012',
      'Wed Feb 31 00:00:00 +0800 2012',
      null,
      7,
    ])
      expect(parseCreatedAt(bad)).toBeNull()
  })

  test('absence counts after three reads over at least ninety seconds', () => {
    expect(weibo.certainty('post')).toEqual({
      probe: 'heuristic',
      absentReads: 3,
      absentSpanMs: 90 * SECOND,
      keyedRepeat: false,
    })
  })
})

describe('"success, but the server is slow" (20032)', () => {
  test('is looked for after 90 s and 180 s, then counts as absent like any lost post', async () => {
    let rows: unknown[] = []
    const { client, reach } = open((path) => (path.endsWith('share.json') ? refusal(20032) : timeline(rows, 0)))
    const first = await client.deliver(job())
    expect(first).toMatchObject({ state: 'pending', checkAfterMs: 90 * SECOND })
    const progress = first.state === 'pending' ? (first.progress ?? {}) : {}
    reach.clock.now += 90 * SECOND
    expect(await client.check?.(job({ progress }))).toMatchObject({ state: 'pending', checkAfterMs: 90 * SECOND })
    reach.clock.now += 90 * SECOND
    expect(await client.check?.(job({ progress }))).toEqual({ state: 'absent' })
    rows = [row(SHOWN)]
    expect(await client.check?.(job({ progress }))).toMatchObject({ state: 'accepted' })
  })
})

describe('deleting a post', () => {
  const remove = (reply: HttpReply, ref = '3501756485200075') => open(() => reply).client.remove?.(job(), ref)

  test('is done when Weibo gives the post back, or says that it does not exist', async () => {
    expect(await remove(json({ idstr: '3501756485200075' }))).toEqual({ state: 'gone' })
    expect(await remove(refusal(20101))).toEqual({ state: 'gone' })
  })

  test('of a post of somebody else is refused', async () => {
    expect(await remove(refusal(20102))).toMatchObject({ state: 'refused', code: '20102' })
    expect(await remove(refusal(10001))).toMatchObject({ state: 'unknown' })
    expect(await remove(refusal(10022))).toMatchObject({ state: 'retry' })
    expect(await remove(refusal(10002))).toMatchObject({ state: 'retry' })
  })

  test('without a numeric id never reaches Weibo', async () => {
    const { client, reach } = open(() => json({}))
    expect(await client.remove?.(job(), 'x&id=1')).toMatchObject({ state: 'refused' })
    expect(reach.calls).toHaveLength(0)
  })

  test('without a readable reply is unknown; without a connection it is tried again', async () => {
    expect(await remove(HANG)).toMatchObject({ state: 'unknown' })
    expect(await remove(html(200))).toMatchObject({ state: 'unknown' })
    expect(await remove(UNREACHABLE)).toMatchObject({ state: 'retry' })
  })
})

describe('the life of the token', () => {
  const inspect = (reply: HttpReply) => {
    const opened = open(() => reply)
    return { ...opened, said: opened.client.inspect?.() }
  }
  const days = (n: number): number => n * 24 * 3600

  test('is asked for once, in a form, under its own booking', async () => {
    const { said, reach } = inspect(json({ uid: 1234567890, appkey: '1', create_at: 1, expire_in: days(31) }))
    expect(await said).toEqual({ state: 'well', until: START + 31 * 24 * HOUR })
    expect(reach.calls).toHaveLength(1)
    expect(reach.calls[0]?.url).toBe('https://api.weibo.com/oauth2/get_token_info')
    expect(formOf(reach.calls[0])).toEqual({ access_token: given.accessToken })
    expect(reach.booked).toEqual(['oauth2/get_token_info'])
  })

  test.each([
    [{ expire_in: days(29) }, 29],
    [{ expire_in: String(days(7)) }, 7],
    [{ expires_in: days(1) }, 1],
  ])('%j ends in %i days, and says so', async (body, left) => {
    const said = await inspect(json({ uid: given.uid, ...body })).said
    expect(said).toMatchObject({ state: 'ending', until: START + left * 24 * HOUR })
    if (said?.state === 'ending') expect(said.reason).toContain(`${left} 天`)
  })

  test('is over when Weibo says so, or refuses the question, or names another account', async () => {
    for (const reply of [
      json({ uid: given.uid, expire_in: -5 }),
      json({ uid: given.uid, expire_in: 0 }),
      refusal(21332),
      refusal('21327'),
      json({ uid: 999, expire_in: days(900) }),
    ])
      expect(await inspect(reply).said).toMatchObject({ state: 'ending', until: null })
  })

  test('stays unclear when nothing can be read', async () => {
    for (const reply of [HANG, UNREACHABLE, html(200), json({}), json({ expire_in: 'soon' }), refusal(10001)])
      expect(await inspect(reply).said).toMatchObject({ state: 'unclear' })
  })
})

describe('the settings', () => {
  test.each([
    ['accessToken', ''],
    ['uid', 'bureau'],
    ['safeDomain', 'https://example.cn/'],
    ['rip', '300.1.1.1'],
    ['baseUrl', 'http://api.weibo.com'],
    ['baseUrl', 'https://user:pass@api.weibo.com'],
    ['unknownKey', 'x'],
  ])('%s = %j is refused', (key, value) => {
    expect(config.safeParse({ ...given, [key]: value }).success).toBe(false)
  })

  test('a uid may stand without quotes', () => {
    expect(config.parse({ ...given, uid: 1234567890 }).uid).toBe('1234567890')
  })
})
