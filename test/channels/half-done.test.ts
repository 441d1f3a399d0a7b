// In: notices that are replaced, refused or cut off half way. Out: proof that what some people have been told is never
// taken for unsaid, and that what nobody has been told is not said any more.
import { describe, expect, test } from 'vitest'
import { wechat } from '../../channels/wechat/index.ts'
import { changeSubscribers, listSubscribers } from '../../channels/wechat/subscribers.ts'
import type { HttpCall, HttpReply } from '../../src/core/channel.ts'
import { HOUR, MINUTE } from '../../src/core/instant.ts'
import { MAY_BE_VISIBLE } from '../../src/core/quake.ts'
import { afterDeliver, afterProbe } from '../../src/core/delivery.ts'
import { run } from './dispatcher.ts'
import { fakeReach, HANG, json, memoryBox, payloadOf, START, UNREACHABLE } from './fakes.ts'
import { fail, job, open, settings, users } from './wechat-account.ts'

const standing = {
  attempts: 1,
  absentProbes: 0,
  absentSince: null,
  expiresAt: START + 30 * MINUTE,
  firstAttemptAt: START,
}

describe('subscribers of whom only some were told', () => {
  const openWith = async (n: number, answer: (nth: number) => HttpReply, options = {}) => {
    const opened = open((_path, _call, nth) => answer(nth), options)
    await changeSubscribers(opened.reach.box, { add: users(n) }, START)
    return opened
  }
  const touched = (calls: HttpCall[]) => calls.map((call) => payloadOf(call)['touser'])
  const ok = json({ errcode: 0 })

  test.each([
    ['a per-minute limit', fail(45011)],
    ['a lost connection', UNREACHABLE],
    ['a refused token', fail(40001)],
  ])('%s waits as "may stand", never in the queue, and goes on where it stopped', async (_name, reply) => {
    let broken = true
    const { client, made } = await openWith(4, (nth) => (nth === 3 && broken ? reply : nth > 3 && broken ? reply : ok))
    const { outcome, job: last } = await run(client, job('subscribe'))
    expect(outcome).toMatchObject({ state: 'retry', partlySaid: true })
    const change = afterDeliver(standing, outcome, START)
    expect(change.state).toBe('unknown')
    expect(MAY_BE_VISIBLE).toContain(change.state)
    const paused = { ...last, progress: { ...last.progress, ...change.progress } }
    const found = await client.probe(paused)
    expect(found).toMatchObject({ state: 'progress', progress: { next: 2, sent: 2, lost: 0 } })
    expect(afterProbe(standing, 'unknown', found, wechat.certainty('subscribe'), START)).toMatchObject({
      nextAct: 'deliver',
    })
    broken = false
    const before = made('bizsend').length
    if (found.state !== 'progress') return
    const rest = await run(client, { ...paused, progress: { ...paused.progress, ...found.progress } })
    expect(rest.outcome).toMatchObject({ state: 'accepted', ref: '4/4' })
    expect(touched(made('bizsend').slice(before))).toEqual(['open-2', 'open-3'])
  })

  test.each([
    ['the day’s quota', fail(45009)],
    ['a withdrawn permission', fail(48001)],
    ['a template that is gone', fail(40037)],
  ])('%s ends it as said to some, and a person learns how many were not told', async (_name, reply) => {
    const { client } = await openWith(4, (nth) => (nth > 2 ? reply : ok))
    const { outcome } = await run(client, job('subscribe'))
    expect(outcome).toMatchObject({ state: 'accepted', ref: '2/4', warning: expect.stringContaining('2/4') })
    expect(afterDeliver(standing, outcome, START)).toMatchObject({ state: 'accepted', alarm: expect.any(String) })
  })

  test('before anybody was told the same troubles leave it unsaid', async () => {
    const limited = await openWith(4, () => fail(45011))
    const { outcome } = await run(limited.client, job('subscribe'))
    expect(afterDeliver(standing, outcome, START).state).toBe('queued')
    const refused = await openWith(4, () => fail(48001))
    expect((await run(refused.client, job('subscribe'))).outcome.state).toBe('rejected')
  })

  test('a newer notice stops it within twenty users; the newer one goes to all', async () => {
    const opened = await openWith(100, (nth) => {
      if (nth === 5) opened.reach.replaced.add('n-1')
      return ok
    })
    const { outcome } = await run(opened.client, job('subscribe'))
    expect(outcome).toMatchObject({ state: 'accepted', ref: '20/100' })
    expect(outcome).not.toHaveProperty('warning')
  })

  test('replaced before anybody was told, nobody is told', async () => {
    const { client, reach, made } = await openWith(3, () => ok)
    reach.replaced.add('n-1')
    const { outcome } = await run(client, job('subscribe'))
    expect(outcome).toMatchObject({ state: 'retry', code: 'replaced' })
    expect(afterDeliver(standing, outcome, START).state).toBe('queued')
    expect(made('bizsend')).toEqual([])
  })

  test('lost replies alone still count as "may have been told" when a newer notice comes', async () => {
    const opened = await openWith(30, (nth) => {
      if (nth === 2) opened.reach.replaced.add('n-1')
      return HANG
    })
    const { outcome } = await run(opened.client, job('subscribe'))
    expect(outcome.state).toBe('accepted')
  })

  test('who refuses is off the list for the next notice', async () => {
    const { client, reach } = await openWith(3, (nth) => (nth === 2 ? fail(43101) : ok))
    await run(client, job('subscribe'))
    expect(await listSubscribers(reach.box)).toEqual(['open-0', 'open-2'])
  })
})

describe('the list of subscribers', () => {
  test('keeps everybody once, however many callbacks come at the same moment', async () => {
    const box = memoryBox()
    await Promise.all(
      users(20)
        .flatMap((one) => [one, one])
        .map((one) => changeSubscribers(box, { add: [one] }, START)),
    )
    expect((await listSubscribers(box))?.toSorted()).toEqual(users(20).toSorted())
    await changeSubscribers(box, { remove: ['open-3', 'nobody'] }, START)
    expect(await listSubscribers(box)).not.toContain('open-3')
  })

  test('that cannot be read is not overwritten, and takes no openid that is none', async () => {
    const kept = new Map([['subscribers', { value: 'spoilt', expiresAt: START }]])
    expect(await changeSubscribers(memoryBox(kept), { add: ['open-1'] }, START)).toBe(false)
    expect(kept.get('subscribers')?.value).toBe('spoilt')
    const box = memoryBox()
    expect(await changeSubscribers(box, { add: ['<script>'] }, START)).toBe(false)
    expect(await listSubscribers(box)).toEqual([])
  })
})

describe('an article whose notice was replaced between draft and publication', () => {
  const draft = { mediaId: 'draft-1' }
  test.each(['freepublish', 'mass'])('%s: it is not published any more', async (leg) => {
    const { client, reach } = open(() => json({ errcode: 0, publish_id: '1', msg_id: 1 }))
    reach.replaced.add('n-1')
    const outcome = await client.deliver(job(leg, { progress: draft, attempt: 2 }))
    expect(outcome).toMatchObject({ state: 'retry', code: 'replaced' })
    expect(afterDeliver(standing, outcome, START).state).toBe('queued')
    expect(reach.calls).toHaveLength(0)
  })

  test('mass, after a lost reply: the draft tells whether the first call went through, and nothing is sent', async () => {
    for (const [draftReply, state] of [
      [json({ news_item: [{}] }), 'rejected'],
      [fail(40007), 'unknown'],
      [HANG, 'unknown'],
    ] as const) {
      const { client, reach, made } = open((path) =>
        path === 'draft/get' ? draftReply : json({ errcode: 0, msg_id: 1 }),
      )
      reach.replaced.add('n-1')
      expect((await client.deliver(job('mass', { progress: draft, attempt: 4 }))).state).toBe(state)
      expect(made('sendall')).toEqual([])
    }
  })
})

test('the account is asked for its credential even while an older token still works', async () => {
  const reach = fakeReach(() => fail(40164))
  reach.kept.set('token:wx0123456789abcdef', { value: 'older-token-0123456789', expiresAt: START + HOUR })
  const client = wechat.open(settings, reach)
  expect(await client.inspect?.()).toMatchObject({
    state: 'ending',
    until: null,
    reason: expect.stringContaining('40164'),
  })
  for (const reply of [HANG, fail(-1), fail(45009)])
    expect(
      await wechat
        .open(
          settings,
          fakeReach(() => reply),
        )
        .inspect?.(),
    ).toMatchObject({ state: 'unclear' })
  const good = fakeReach(() => json({ access_token: 'token-0123456789abcdef', expires_in: 7200 }))
  expect(await wechat.open(settings, good).inspect?.()).toEqual({ state: 'well', until: null })
  expect(good.kept.get('token:wx0123456789abcdef')?.value).toBe('token-0123456789abcdef')
})
