// In: what people report to the desk. Out: proof that nothing is lost or shown that names somebody, and that the machine puts
// together what is one claim and nothing else, also from two programs at once and after a crash.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signMessage } from '../../src/core/rumour/signature.ts'
import { hashReceipt } from '../../src/rumour/context.ts'
import { takeSighting, type Told } from '../../src/rumour/intake.ts'
import { placeLeftOver } from '../../src/rumour/matching.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { answerSuggestion, placeDenial, separateSighting } from '../../src/rumour/tidy-links.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { countSightings, listSightings, listSuggestions, listSuggestionsOf } from '../../src/store/rumours/links.ts'
import { findSighting, spellTaken, takeOne } from '../../src/store/rumours/sightings.ts'
import { openRumourDesk, START, type RumourDesk } from './desk-of-rumours.ts'
import { findByReceipt, findRaw } from './receipt-rows.ts'

let desk: RumourDesk
beforeAll(async () => {
  desk = await openRumourDesk()
}, 60_000)
afterAll(() => desk.close())

const TOLD: Told = { route: 'phone', text: '', url: '', platform: '', region: '', seenAt: null, contact: '' }

describe('what is reported', () => {
  test('is shown without names and numbers; the original and the way to reach somebody are sealed, apart', async () => {
    const text = '我叫张三丰，电话13800138000，听说老城区明晚有6级地震'
    const taken = await takeSighting(desk.context, { ...TOLD, text, contact: '13900139000' }, desk.people.wang)
    if (!taken.ok) throw new Error(taken.reason)
    const { id } = taken.sighting
    expect((await findSighting(desk.pool, id))?.shown).toBe('我叫［姓名］，电话［手机号］，听说老城区明晚有6级地震')
    const raw = await findRaw(desk.pool, id)
    expect(desk.context.originals.open(raw ?? new Uint8Array())).toBe(text)
    expect(desk.context.contacts.open(raw ?? new Uint8Array())).toBeNull()
    const rows = await desk.query<{ row: string }>(
      `select s::text || coalesce((select string_agg(j::text, ' ') from journal j), '') as row from sighting s where id = $1`,
      [id],
    )
    for (const secret of ['张三丰', '13800138000', '13900139000', taken.receipt])
      expect(rows[0]?.row).not.toContain(secret)
    expect(taken.receipt).toMatch(/^[A-Z2-9]{4}(-[A-Z2-9]{4}){3}$/)
    expect((await findByReceipt(desk.pool, hashReceipt(taken.receipt.toLowerCase())))?.id).toBe(id)
    expect(await findByReceipt(desk.pool, hashReceipt('AAAA-AAAA-AAAA-AAAA'))).toBeNull()
  })

  test.each([
    ['nothing', { text: ' \u0000 ' }, 'empty'],
    ['more than a message holds', { text: '震'.repeat(2_001) }, 'long'],
    ['an address that no browser opens', { text: '看这个', url: 'javascript:alert(1)' }, 'url'],
    ['what was seen tomorrow', { text: '看这个', seenAt: START + 86_400_000 }, 'future'],
  ])('%s is refused with a reason', async (_what, more, rule) => {
    const taken = await takeSighting(desk.context, { ...TOLD, ...more }, desk.people.wang)
    expect(taken).toMatchObject({ ok: false, rule })
  })

  test('stays as it was: nobody changes or removes a sighting, a step or a signature', async () => {
    for (const sql of [
      `update sighting set shown = 'x'`,
      'delete from sighting',
      'delete from sighting_raw',
      'delete from claim',
      `update claim_step set reason = 'x'`,
      'delete from sighting_link',
      'update claim_signature set scope = scope',
      `update claim set opened_at = now()`,
    ])
      await expect(desk.query(sql)).rejects.toThrow(/permission denied|append-only/)
  })
})

describe('the machine', () => {
  test('puts copies into one claim, tells another town apart, and says why', async () => {
    const first = await desk.tell('成都明天要发生7级大地震，大家赶紧转发')
    const copy = await desk.tell('成都明天要發生七級大地震,大家趕緊轉發!!')
    const other = await desk.tell('绵阳明天要发生7级大地震，大家赶紧转发')
    expect(copy.claim).toBe(first.claim)
    expect(other.claim).not.toBe(first.claim)
    const [claim, apart] = [await findClaim(desk.pool, first.claim), await findClaim(desk.pool, other.claim)]
    expect(claim).toMatchObject({ state: 'new', risk: 4, kind: 'predict', version: 1 })
    expect(apart?.familyId).toBe(claim?.familyId)
    const [link] = await desk.query<{ how: string; score: number; rule_version: string }>(
      'select how, score, rule_version from sighting_link where sighting_id = $1',
      [copy.sighting],
    )
    expect(link).toMatchObject({ how: 'auto', rule_version: expect.any(String) as string })
    expect(await listSuggestions(desk.pool, other.claim, 9)).toMatchObject([
      { band: 'family', doubts: ['fact-differs'] },
    ])
  })

  test('leaves a doubt to a person, who merges or says that it is another; a merge is undone by a split', async () => {
    const first = await desk.tell('刚听说天池子水库裂缝了，下游的人赶紧跑')
    const second = await desk.tell('刚听说黑龙口水库裂缝了，下游的人赶紧跑')
    expect(second.claim).not.toBe(first.claim)
    const [offered] = await listSuggestions(desk.pool, second.claim, 9)
    expect(offered).toMatchObject({ claimId: first.claim, band: 'suggest' })
    const asked = { target: first.claim, isSame: true, seen: 1 }
    expect(await answerSuggestion(desk.context, second.claim, asked, desk.people.sun)).toMatchObject({ ok: false })
    expect(await answerSuggestion(desk.context, second.claim, asked, desk.people.wang)).toMatchObject({ ok: true })
    expect((await listSightings(desk.pool, first.claim, 9)).map(({ id }) => id).toSorted()).toEqual(
      [first.sighting, second.sighting].toSorted(),
    )
    expect(await listSuggestions(desk.pool, second.claim, 9)).toEqual([])
    // A copy of what was merged belongs to what it was merged into.
    expect((await desk.tell('刚听说黑龙口水库裂缝了，下游的人赶紧跑！')).claim).toBe(first.claim)
    const split = { event: 'split' as const, seen: 2, reason: '不是同一座水库' }
    expect(await stepClaim(desk.context, second.claim, split, desk.people.wang)).toMatchObject({ ok: true })
    expect(await listSightings(desk.pool, second.claim, 9)).toHaveLength(1)
  })

  test('opposite merges of one pair end as one: the loser is told, and nothing goes round in a ring', async () => {
    for (let race = 0; race < 5; race += 1) {
      const a = await desk.tell(`听说第${race + 3}中学操场今天下陷了`)
      const b = await desk.tell(`朋友说${race + 21}路公交明天停运`)
      const merge = (from: string, target: string, by = desk.people.wang) =>
        stepClaim(desk.context, from, { event: 'merge', seen: 1, reason: '同一件', target }, by)
      const done = await Promise.all([merge(a.claim, b.claim), merge(b.claim, a.claim, desk.people.zhao)])
      expect(done.filter(({ ok }) => ok)).toHaveLength(1)
      expect(done.find(({ ok }) => !ok)).toMatchObject({ ok: false, reason: expect.stringMatching(/并/) as string })
    }
  })

  test('one sighting that was put there wrongly is taken out with one act', async () => {
    const { claim } = await desk.tell('西宁后天有5级余震，转给家人')
    const copy = await desk.tell('西宁后天有5级余震，转给家人！')
    expect(copy.claim).toBe(claim)
    const done = await separateSighting(desk.context, claim, copy.sighting, desk.people.wang)
    expect(done).toMatchObject({ ok: true, claim: { state: 'new' } })
    expect(await countSightings(desk.pool, claim)).toEqual({ spread: 1, deny: 0, variants: 1 })
  })

  test('a denial is no spread: it opens nothing, and stands beside its claim when a person puts it there', async () => {
    const { claim } = await desk.tell('拉萨今晚有8级大地震，请大家赶紧转发')
    const denial = await desk.tell('拉萨今晚有8级大地震系谣言，请大家不要转发')
    expect(denial.claim).toBe('')
    expect(await listSuggestionsOf(desk.pool, denial.sighting, 9)).toMatchObject([{ claimId: claim }])
    expect(await placeDenial(desk.context, denial.sighting, claim, desk.people.wang)).toEqual({ ok: true })
    expect(await countSightings(desk.pool, claim)).toEqual({ spread: 1, deny: 1, variants: 1 })
  })

  test('two programs that hear copies at one moment open one claim', async () => {
    const other = desk.another()
    for (let race = 0; race < 5; race += 1) {
      const text = `贵阳下周${'一二三四五'[race]}有${race + 5}级地震，内部消息`
      const both = await Promise.all([
        takeSighting(desk.context, { ...TOLD, text }, desk.people.wang),
        takeSighting(other, { ...TOLD, text: `${text}！` }, desk.people.chen),
      ])
      const claims = both.map((one) => (one.ok ? one.placed?.claimId : one.reason))
      expect(claims[0]).toBe(claims[1])
    }
  })

  test('what a crash left without a claim gets one, once', async () => {
    const shown = '石嘴山凌晨三点有7级地震，我姑父说的'
    const id = 'r-crashed'
    const { kind, stance } = signMessage(shown)
    const rest = { class: 'actual', route: 'phone', url: null, platform: '', region: '', seenAt: null } as const
    const sighting = {
      id,
      shown,
      kind,
      stance,
      receivedAt: START,
      takenBy: 'p-wang',
      rawSha256: '0'.repeat(64),
      reporterRef: null,
    }
    const sealed = { receiptHash: Buffer.from('x'), raw: Buffer.from('y'), reporter: null }
    expect(await takeOne(desk.pool, spellTaken({ ...rest, ...sighting }, sealed, null))).toBe('taken')
    await Promise.all([placeLeftOver(desk.context), placeLeftOver(desk.another())])
    const links = await desk.query('select how from sighting_link where sighting_id = $1', [id])
    expect(links).toEqual([{ how: 'opened' }])
    expect(await placeLeftOver(desk.context)).toBe(0)
  })

  test('suggests at most five', async () => {
    for (const town of ['兰州', '天水', '白银', '武威', '张掖', '酒泉', '定西', '陇南'])
      await desk.tell(`${town}周日有6级地震，专家内部会议已经确认，请相互转告`)
    const { claim } = await desk.tell('平凉周日有6级地震，专家内部会议已经确认，请相互转告')
    expect(await listSuggestions(desk.pool, claim, 50)).toHaveLength(5)
  })
})
