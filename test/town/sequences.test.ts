// In: generated sequences of calls, waits and faults. Out: laws of the stand-ins that hold after any of them.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startWechat } from '../../src/town/wechat.ts'
import { startWeibo } from '../../src/town/weibo.ts'
import { call, postForm, postJson, START, stoppedClock } from './town-tools.ts'

type WeiboStep =
  | { do: 'share'; text: number; fault: 'none' | 'close-after' | 'close-before' | 'pending' }
  | { do: 'wait'; ms: number }
  | { do: 'destroy' }
  | { do: 'read' }

const weiboStep: fc.Arbitrary<WeiboStep> = fc.oneof(
  fc.record({
    do: fc.constant('share' as const),
    text: fc.integer({ min: 1, max: 4 }),
    fault: fc.constantFrom('none' as const, 'close-after' as const, 'close-before' as const, 'pending' as const),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 12_000, 95_000, 4_000_000) }),
  fc.record({ do: fc.constant('destroy' as const) }),
  fc.record({ do: fc.constant('read' as const) }),
)

test('Weibo: a reply with an id means one post; no two consecutive posts are the same; reads agree with the timeline', async () => {
  const clock = stoppedClock()
  const account = { uid: '1', screenName: '局', accessToken: 't' }
  const limits = { timelineRows: 100, quotas: { day: 1_000_000, postsPerHour: 1_000_000, ipPerHour: 1_000_000 } }
  const town = await startWeibo({ now: clock.now, accounts: [account], safeDomains: ['a.cn'], ...limits })
  const run = async (steps: WeiboStep[]): Promise<void> => {
    clock.at = START
    town.reset()
    const told: string[] = []
    for (const step of steps) {
      if (step.do === 'wait') clock.at += step.ms
      if (step.do === 'share') {
        if (step.fault !== 'none') town.faults.add({ api: 'statuses/share', kind: step.fault, times: 1 })
        const fields = { access_token: 't', rip: '1.1.1.1', status: `第${step.text}号 https://a.cn/n/1` }
        const answer = await postForm(`${town.url}/2/statuses/share.json`, fields).catch(() => null)
        town.faults.clear()
        if (answer?.status === 200) told.push(answer.json.idstr)
      }
      const shown = town.timeline().map((entry) => entry.ids.id ?? '')
      if (step.do === 'destroy' && shown[0]) {
        await postForm(`${town.url}/2/statuses/destroy.json`, { access_token: 't', id: shown[0] })
      }
      if (step.do === 'read') {
        const { json } = await call(`${town.url}/2/statuses/user_timeline.json?access_token=t&count=100`)
        expect(json.statuses.map((row: { idstr: string }) => row.idstr)).toEqual(shown)
      }
    }
    const posted = town.ledger().filter((entry) => entry.act === 'post')
    const ids = posted.map((entry) => entry.ids.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(told.every((id) => ids.includes(id))).toBe(true)
    for (const [i, entry] of posted.entries()) {
      expect(entry.text).not.toBe(posted[i - 1]?.text)
      expect(BigInt(ids[i] ?? '0') > BigInt(ids[i - 1] ?? '0')).toBe(true)
    }
  }
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(weiboStep, { maxLength: 12 }), (steps) => run(steps)),
      { numRuns: 40 },
    )
  } finally {
    await town.close()
  }
})

test('WeChat: however often a clientmsgid is repeated within a day, one mass send comes of it, with one msg_id', async () => {
  const clock = stoppedClock()
  const materials = [{ mediaId: 'cover', type: 'image' as const }]
  const town = await startWechat({ now: clock.now, appId: 'wx1', secret: 's', kind: 'service', materials })
  const step = fc.record({
    key: fc.constantFrom('k1', 'k2'),
    wait: fc.constantFrom(0, 30_000, 65_000),
    lose: fc.boolean(),
  })
  const run = async (steps: { key: string; wait: number; lose: boolean }[]): Promise<void> => {
    clock.at = START
    town.reset()
    const login = { grant_type: 'client_credential', appid: 'wx1', secret: 's' }
    const token = (await postJson(`${town.url}/cgi-bin/stable_token`, login)).json.access_token as string
    const articles = [{ title: '某地发生5.8级地震', content: '<p>正文</p>', thumb_media_id: 'cover' }]
    const { media_id } = (await postJson(`${town.url}/cgi-bin/draft/add?access_token=${token}`, { articles })).json
    const told = new Map<string, Set<string>>()
    for (const { key, wait, lose } of steps) {
      clock.at += wait
      if (lose) town.faults.add({ api: 'message/mass/sendall', kind: 'close-after', times: 1 })
      const body = {
        filter: { is_to_all: false, tag_id: 1 },
        msgtype: 'mpnews',
        mpnews: { media_id },
        clientmsgid: key,
      }
      const url = `${town.url}/cgi-bin/message/mass/sendall?access_token=${token}`
      const answer = await postJson(url, body).catch(() => null)
      town.faults.clear()
      const id = answer?.json.msg_id
      if (id !== undefined) told.set(key, (told.get(key) ?? new Set()).add(String(id)))
    }
    const keys = new Set(steps.map((one) => one.key))
    const sent = town.ledger().filter((entry) => entry.act === 'mass')
    expect(sent.length).toBeLessThanOrEqual(keys.size)
    for (const ids of told.values()) expect(ids.size).toBe(1)
  }
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => run(steps)),
      { numRuns: 40 },
    )
  } finally {
    await town.close()
  }
})
