// In: reports from outside, from citizens, from floods. Out: proof that each is on record before anything is compared, that the same
// words of one sender are one, that nobody is named, and that whoever floods is held back, noticed by the desk alone, and let in again.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../src/core/instant.ts'
import { hashReceipt } from '../../src/rumour/context.ts'
import { answerFollower } from '../../src/rumour/followers.ts'
import { placeLeftOver } from '../../src/rumour/matching.ts'
import { fromAgency, fromWeb, hearFromOutside, type From, type OutsideContext } from '../../src/rumour/outside.ts'
import { readReceipt } from '../../src/rumour/receipts.ts'
import { forgetOrigins, judgeSender, releaseOne, shadowSenderOf } from '../../src/rumour/senders.ts'
import { countSpreadSince } from '../../src/store/rumours/links.ts'
import { listHeld, listSenders, readFlow, saveClock } from '../../src/store/rumours/senders.ts'
import { findSighting, listWaiting } from '../../src/store/rumours/sightings.ts'
import { openRumourDesk, START, type RumourDesk } from './desk-of-rumours.ts'
import { outsideOf, told } from './outside-of.ts'
import { findByReceipt } from './receipt-rows.ts'

let desk: RumourDesk
let outside: OutsideContext
beforeAll(async () => {
  desk = await openRumourDesk()
  outside = outsideOf(desk)
}, 60_000)
afterAll(() => desk.close())

const citizen = (n: number, says = 'Firefox'): From => fromWeb(`36.${Math.floor(n / 250)}.${n % 250}.9`, says)

async function hear(text: string, from: From = citizen(1), more: Parameters<typeof hearFromOutside>[3] = {}) {
  const heard = await hearFromOutside(outside, told(text), from, more)
  if (!heard.ok) throw new Error(heard.reason)
  return heard
}
const count = async (table: string): Promise<number> =>
  (await desk.query<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n ?? 0

describe('a report from outside', () => {
  test('is on record at once and compared later: nothing that matching does keeps it waiting', async () => {
    const { receipt, sighting } = await hear('听说遵义后天有6级地震，大家快走')
    expect((await listWaiting(desk.pool, 9)).map(({ id }) => id)).toEqual([sighting.id])
    expect(await findByReceipt(desk.pool, hashReceipt(receipt))).toEqual({ id: sighting.id, claimId: null })
    expect(await placeLeftOver(desk.context)).toBe(1)
    expect((await findByReceipt(desk.pool, hashReceipt(receipt)))?.claimId).toMatch(/^c-/)
    expect(await listWaiting(desk.pool, 9)).toEqual([])
  })

  test('one that cannot be compared keeps no other waiting', async () => {
    const broken = await hear('毕节的大桥断了', citizen(2))
    const other = await hear('安顺的水不能喝了', citizen(3))
    const failing = {
      ...desk.context,
      heads: {
        ...desk.context.heads,
        match: (...given: Parameters<RumourDesk['context']['heads']['match']>) => {
          if (given[0].bare.includes('毕节')) throw new Error('broken')
          return desk.context.heads.match(...given)
        },
      },
    }
    expect(await placeLeftOver(failing)).toBe(1)
    expect((await listWaiting(desk.pool, 9)).map(({ id }) => id)).toEqual([broken.sighting.id])
    expect((await findByReceipt(desk.pool, hashReceipt(other.receipt)))?.claimId).toMatch(/^c-/)
    expect(await placeLeftOver(desk.context)).toBe(1)
  })

  test('the same words of the same sender on the same day are one, with one code; anything else is another', async () => {
    const text = '六盘水今晚要发生7级地震，速转'
    const first = await hear(text, citizen(4))
    const again = await hear(`  六盤水今晚要發生７级地震,速转!! `, citizen(4))
    expect(again).toMatchObject({ done: 'repeated', receipt: first.receipt })
    const others = [
      await hear(text, citizen(5)),
      await hear('六盘水今晚要发生8级地震，速转', citizen(4)),
      await hearFromOutside(outside, told(text, { url: 'https://example.com/a' }), citizen(4)),
      await hearFromOutside(outside, told(text, { contact: '13900139000' }), citizen(4)),
    ]
    const codes = new Set([first.receipt, ...others.map((one) => (one.ok ? one.receipt : one.reason))])
    expect(codes.size).toBe(5)
    desk.pass(DAY)
    expect(codes.has((await hear(text, citizen(4))).receipt)).toBe(false)
  })

  test('twenty sent at one moment are one', async () => {
    const before = await count('sighting')
    const all = await Promise.all(Array.from({ length: 20 }, () => hear('铜仁的加油站没油了', citizen(6))))
    expect(all.filter(({ done }) => done === 'taken')).toHaveLength(1)
    expect(new Set(all.map(({ receipt }) => receipt)).size).toBe(1)
    expect(await count('sighting')).toBe(before + 1)
  })

  test('names nobody: not in a row, not in the journal; only the hash of its code is kept', async () => {
    const address = '36.99.88.77'
    const heard = await hearFromOutside(
      outside,
      told('我叫张三丰，电话13800138000，听说凯里明天有7级地震', { contact: '13900139000' }),
      fromWeb(address, 'Very Special Browser 1.0'),
      { consent: { version: 'v1', language: 'zh', at: '2026-03-04T02:00:00Z' } },
    )
    if (!heard.ok) throw new Error(heard.reason)
    const rows = await desk.query<{ row: string }>(
      `select concat_ws(' ', (select string_agg(t::text, ' ') from sighting t), (select string_agg(t::text, ' ') from sender t),
         (select string_agg(t::text, ' ') from sighting_source t), (select string_agg(t::text, ' ') from reporter t),
         (select string_agg(t::text, ' ') from journal t)) as row`,
    )
    for (const secret of ['张三丰', '13800138000', '13900139000', address, '36.99.88', 'Very Special', heard.receipt])
      expect(rows[0]?.row).not.toContain(secret)
    const [contact] = await desk.query<{ sealed: Buffer; consent: object; expires_at: number }>(
      'select sealed, consent, expires_at from reporter order by expires_at desc limit 1',
    )
    expect(desk.context.contacts.open(contact?.sealed ?? new Uint8Array())).toBe('13900139000')
    expect(desk.context.originals.open(contact?.sealed ?? new Uint8Array())).toBeNull()
    expect(contact).toMatchObject({ consent: { version: 'v1' }, expires_at: desk.context.now() + 90 * DAY })
  })

  test('is recorded by the installation’s clock where the process that takes it has none', async () => {
    await saveClock(desk.pool, -365 * DAY)
    const heard = await hearFromOutside({ ...outside, clock: null, now: Date.now }, told('赤水的路塌了'), citizen(7))
    const at = heard.ok ? (await findSighting(desk.pool, heard.sighting.id))?.receivedAt : null
    expect(Math.abs((at ?? 0) - (Date.now() - 365 * DAY))).toBeLessThan(60_000)
    await saveClock(desk.pool, 0)
  })
})

describe('a bare question', () => {
  test('opens no claim and waits for its answer; a claim in a question’s form goes its own way as well', async () => {
    const bare = await hear('请问刚才是地震了吗？', citizen(8))
    const asked = await hear('听说仁怀明晚有7级地震，是真的吗？', citizen(9))
    await placeLeftOver(desk.context)
    const ids = (await desk.query<{ id: string }>('select sighting_id as id from question')).map(({ id }) => id)
    expect(ids.toSorted()).toEqual([bare.sighting.id, asked.sighting.id].toSorted())
    expect((await findByReceipt(desk.pool, hashReceipt(bare.receipt)))?.claimId).toBeNull()
    expect((await findByReceipt(desk.pool, hashReceipt(asked.receipt)))?.claimId).toMatch(/^c-/)
    expect(await listWaiting(desk.pool, 9)).toEqual([])
  })
})

describe('a sender that floods', () => {
  const flooder = fromWeb('39.1.2.3', 'Bot')

  test('is held back after a while, goes on being answered as before, and its reports wait for a person', async () => {
    const receipts: string[] = []
    for (let n = 0; n < 35; n += 1) receipts.push((await hear(`第${n + 1}号水库垮了，快跑`, flooder)).receipt)
    expect(new Set(receipts).size).toBe(35)
    await placeLeftOver(desk.context)
    const [sender] = await listSenders(desk.pool, 0, 9)
    expect(sender).toMatchObject({ state: 'shadow', decidedBy: 'system', today: 35, held: 6 })
    const last = receipts.at(-1) ?? ''
    expect((await findByReceipt(desk.pool, hashReceipt(last)))?.claimId).toBeNull()
    // What a stranger sees is what everybody sees.
    expect(await readReceipt(desk.pool, 'https://b.example', last)).toEqual(
      await readReceipt(desk.pool, 'https://b.example', 'AAAA-AAAA-AAAA-AAAA'),
    )
    const journal = await desk.query('select act from journal where subject = $1', [`sender ${sender?.number}`])
    expect(journal).toEqual([{ act: 'sender.shadowed' }])
  })

  test('is let in again with all that waited, once, by a person who says why; then the limit leaves it alone', async () => {
    const [sender] = await listSenders(desk.pool, 0, 9)
    const number = sender?.number ?? 0
    const lift = (reason: string, by = desk.people.wang) =>
      judgeSender(desk.context, number, { state: 'open', reason }, by)
    expect(await lift('')).toMatchObject({ ok: false, rule: 'reason' })
    expect(await lift('误判', desk.people.sun)).toMatchObject({ ok: false, rule: 'not-yours' })
    const [one] = await listHeld(desk.pool, 9)
    expect(await releaseOne(desk.context, one?.id ?? '', desk.people.wang)).toEqual({ ok: true })
    expect(await releaseOne(desk.context, one?.id ?? '', desk.people.wang)).toMatchObject({ ok: false })
    const both = await Promise.all([lift('学校机房，多人共用'), lift('学校机房，多人共用', desk.people.li)])
    expect(both.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await listHeld(desk.pool, 9)).toEqual([])
    expect(await placeLeftOver(desk.context)).toBe(6)
    await hear('第99号水库垮了，快跑', flooder)
    const after = (await listSenders(desk.pool, 0, 9)).find((one) => one.number === number)
    expect(after).toMatchObject({ state: 'open', today: 36, held: 0 })
  })

  test('is turned away when its day is used up, and heard again the next', async () => {
    for (let n = 0; n < 64; n += 1) await hear(`第${n + 201}号井喷水了`, flooder)
    expect(await hearFromOutside(outside, told('第300号井喷水了'), flooder)).toMatchObject({ ok: false, rule: 'quota' })
    // Others of other networks are not: nobody is shut out for somebody else.
    expect((await hear('第300号井喷水了', citizen(10))).done).toBe('taken')
    desk.pass(DAY)
    expect((await hear('第300号井喷水了', flooder)).done).toBe('taken')
  })

  test('is held back by a person, too, from one of its reports', async () => {
    const heard = await hear('南明河水倒流了', citizen(11))
    const done = await shadowSenderOf(desk.context, heard.sighting.id, '反复编造', desk.people.wang)
    expect(done).toEqual({ ok: true })
    await hear('花溪河水倒流了', citizen(11))
    expect(await listHeld(desk.pool, 9)).toMatchObject([{ shown: '花溪河水倒流了' }])
  })

  test('what it sends and who it is are forgotten apart: the reports stay', async () => {
    const before = await count('sighting')
    desk.pass(31 * DAY)
    expect(await forgetOrigins(desk.context)).toBeGreaterThan(5)
    expect(await count('sender')).toBe(0)
    expect(await desk.query(`select network_ref from sighting_source where network_ref <> ''`)).toEqual([])
    expect(await count('sighting')).toBe(before)
    expect(await listHeld(desk.pool, 9)).toMatchObject([{ sender: null, shown: '花溪河水倒流了' }])
  })
})

describe('what is counted', () => {
  test('many of one network are one voice; an agency’s and the desk’s own count each', async () => {
    const text = '清镇周六有6级地震，内部消息，转给家人'
    const { claim } = await desk.tell(text)
    for (let n = 0; n < 6; n += 1) await hear(`${text}${'！'.repeat(n)}`, fromWeb(`39.7.7.${n + 1}`, `Browser ${n}`))
    await hear(text, fromWeb('39.8.8.1', 'Browser'))
    await hear(text, fromAgency('wangxin'), { takenBy: 'agency wangxin' })
    await placeLeftOver(desk.context)
    expect(await countSpreadSince(desk.pool, claim, START)).toBe(4)
  })

  test('the last ten minutes are told with their networks beside the day', async () => {
    desk.pass(HOUR)
    await hear('息烽停电了', fromWeb('39.9.9.1', 'a'))
    await hear('息烽停水了', fromWeb('39.9.9.2', 'b'))
    expect(await readFlow(desk.pool, desk.context.now())).toMatchObject({ recent: 2, networks: 1 })
    expect((await readFlow(desk.pool, desk.context.now())).day).toBeGreaterThan(2)
  })
})

describe('a follower of the account', () => {
  const follower = (text: string, openid = 'oCitizen1', kind = 'text') =>
    answerFollower({ ...outside, publicUrl: 'https://b.example' }, { outlet: 'wechat-main', openid, kind, text })

  test('is answered with a code at once; the same message again is the same report and gets the same words', async () => {
    const before = await count('sighting')
    const first = await follower('听说修文明天有8级大地震，内部消息')
    expect(first).toMatch(/^您反映的情况已收到，编号 [A-Z2-9]{4}(-[A-Z2-9]{4}){3}。/)
    const again = await Promise.all([1, 2, 3].map(() => follower('听说修文明天有8级大地震，内部消息')))
    expect(new Set([first, ...again]).size).toBe(1)
    expect(await count('sighting')).toBe(before + 1)
    expect(await follower('听说修文明天有8级大地震，内部消息', 'oCitizen2')).not.toBe(first)
    expect(await follower('刚才是地震吗')).toMatch(/^您的提问已收到/)
  })

  test('is shown by no row: the account’s id is sealed as a contact is', async () => {
    await follower('开阳的路断了', 'oVerySecretId')
    const rows = await desk.query<{ row: string; sealed: Buffer }>(
      `select s::text || j.detail::text as row, r.sealed from sighting s join reporter r on r.ref = s.reporter_ref
       join journal j on j.subject = s.id where s.shown = '开阳的路断了'`,
    )
    expect(rows[0]?.row).not.toContain('oVerySecretId')
    expect(desk.context.contacts.open(rows[0]?.sealed ?? new Uint8Array())).toBe('oVerySecretId wechat-main')
  })

  test.each([
    ['a picture', '', 'image', /只能收文字/],
    ['one sign', '1', 'text', /原文或想问的问题/],
    ['a smile', '😀', 'text', /原文或想问的问题/],
  ])('who sends %s is told what to do, and nothing is recorded', async (_what, text, kind, words) => {
    const before = await count('sighting')
    expect(await follower(text, 'oCitizen3', kind)).toMatch(words)
    expect(await count('sighting')).toBe(before)
  })
})
