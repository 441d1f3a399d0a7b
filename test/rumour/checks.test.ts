// In: claims as they come in, join and rest, quakes as they are heard, hours that pass. Out: proof that each claim is checked by itself
// with the rows it rests on, again whenever those change, and never twice the same; also by another program after a restart.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/core/instant.ts'
import { recheckClaim } from '../../src/rumour/checks/check-claim.ts'
import {
  agreeToEnd,
  askForecastToEnd,
  decideOnForecast,
  enterForecast,
  type GivenForecast,
} from '../../src/rumour/checks/register.ts'
import { watchChecks } from '../../src/rumour/checks/settle.ts'
import { answerProposal, proposeStep } from '../../src/rumour/second.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { listChecks, listProposals } from '../../src/store/rumours/beside.ts'
import { listLatestFindings } from '../../src/store/rumours/checks.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { listForecasts, listForecastsInForce } from '../../src/store/rumours/forecasts.ts'
import { HOME, openRumourDesk, START, type RumourDesk } from './desk-of-rumours.ts'
import { hearReport, openSource } from './ledger-rows.ts'

let desk: RumourDesk
beforeAll(async () => {
  desk = await openRumourDesk()
  await openSource(desk.pool, START - 30 * DAY)
}, 60_000)
afterAll(() => desk.close())
beforeEach(() => desk.pass(2 * DAY))

const findings = async (id: string): Promise<Record<string, string>> =>
  Object.fromEntries((await listLatestFindings(desk.pool, id)).map(({ rule, outcome }) => [rule, outcome]))
const rowsOf = async (id: string, rule: string) =>
  (await listLatestFindings(desk.pool, id)).find((one) => one.rule === rule)?.rows ?? []
const countChecks = async (id: string): Promise<number> => (await listChecks(desk.pool, id)).length
const near = () => ({
  latitude: HOME.latitude,
  longitude: HOME.longitude,
  place: '宁夏银川市永宁县',
  receivedAt: desk.context.now(),
})

describe('a claim', () => {
  test('is checked when it opens: a forecast by the law, its figures, its agency; each finding names its rule and its rows', async () => {
    const { claim } = await desk.tell('中国地震局四川分局通知：银川明天10时15分要发生7.3级大地震')
    await watchChecks(desk.context)
    expect(await findings(claim)).toEqual({
      'forecast-law': 'contradicts',
      precision: 'contradicts',
      agency: 'contradicts',
      recurrence: 'no-data',
    })
    const checks = await listChecks(desk.pool, claim)
    expect(checks.every(({ by, source }) => by === 'system' && source !== '')).toBe(true)
    expect((await rowsOf(claim, 'forecast-law')).map(({ table }) => table)).toContain('law')
    // Evidence on which somebody may draft: what speaks for or against it, not what says nothing.
    expect((await findClaim(desk.pool, claim))?.evidence).toBe(3)
    const [journal] = await desk.query<{ detail: object }>(
      `select detail from journal where subject = $1 and act = 'claim.checked'`,
      [claim],
    )
    expect(journal?.detail).toMatchObject({ agency: 'contradicts' })
  })

  test('about a quake that happened waits its quarter of an hour, then is answered by itself, by a program that has just started', async () => {
    const { claim } = await desk.tell('吴忠刚刚发生6级地震，房子都在晃')
    await watchChecks(desk.context)
    expect((await findings(claim))['catalogue']).toBe('no-data')
    desk.pass(14 * MINUTE)
    await watchChecks(desk.another())
    expect((await findings(claim))['catalogue']).toBe('no-data')
    desk.pass(MINUTE)
    await watchChecks(desk.another())
    expect((await findings(claim))['catalogue']).toBe('contradicts')
  })

  test('is not contradicted while an official source is silent, and is as soon as it speaks', async () => {
    const { claim } = await desk.tell('石嘴山刚刚发生6级地震，房子都在晃')
    desk.pass(20 * MINUTE)
    desk.silent.push('cenc')
    await watchChecks(desk.context)
    expect((await findings(claim))['catalogue']).toBe('no-data')
    expect(await rowsOf(claim, 'catalogue')).toMatchObject([{ table: 'source', id: 'cenc' }])
    desk.silent.pop()
    desk.pass(MINUTE)
    await watchChecks(desk.context)
    expect((await findings(claim))['catalogue']).toBe('contradicts')
  })

  test('that proves true is borne out when the determination arrives, and an altered number is told from a revision', async () => {
    const { claim } = await desk.tell('银川刚刚发生4.8级地震，晃得厉害')
    const high = await desk.tell('银川刚刚发生6.6级地震，晃得厉害')
    desk.pass(20 * MINUTE)
    await watchChecks(desk.context)
    expect((await findings(claim))['catalogue']).toBe('contradicts')
    const at = desk.context.now() - 25 * MINUTE
    const automatic = {
      ...near(),
      originTime: at,
      magnitude: { value: 4.8, type: 'M' },
      evaluation: 'automatic' as const,
      sourceCode: 'AU',
    }
    const quake = await hearReport(desk.pool, { ...automatic, sourceEventId: 'AU-1' })
    await hearReport(desk.pool, { ...near(), originTime: at, magnitude: { value: 5, type: 'M' } }, quake)
    await watchChecks(desk.context)
    expect(await findings(claim)).toMatchObject({ catalogue: 'supports', number: 'supports' })
    expect(await rowsOf(claim, 'catalogue')).toMatchObject([{ table: 'quake', id: quake }])
    expect(await findings(high.claim)).toMatchObject({ catalogue: 'contradicts', number: 'contradicts' })
    expect((await rowsOf(high.claim, 'number')).map(({ says }) => says).join()).toMatch(
      /自动测定 M4\.8.*正式测定 M5\.0/,
    )
    // What was answered before stays on record.
    const answers = (await listChecks(desk.pool, claim)).filter(({ rule }) => rule === 'catalogue')
    expect(answers.map(({ outcome }) => outcome)).toEqual(['supports', 'contradicts'])
  })

  test('is not written about again while nothing changes, however often it is looked at', async () => {
    const { claim } = await desk.tell('中卫明天要发生7级大地震，大家赶紧转发')
    await watchChecks(desk.context)
    const before = await countChecks(claim)
    for (let look = 0; look < 5; look += 1) {
      desk.pass(HOUR)
      await watchChecks(desk.another())
      expect(await recheckClaim(desk.context, claim, desk.people.wang)).toMatchObject({ ok: true })
    }
    expect(await countChecks(claim)).toBe(before)
  })

  test('two programs that look at once write each finding once', async () => {
    const { claim } = await desk.tell('固原明天要发生7级大地震，大家赶紧转发')
    await Promise.all([watchChecks(desk.context), watchChecks(desk.another()), watchChecks(desk.another())])
    const rules = (await listChecks(desk.pool, claim)).map(({ rule }) => rule)
    expect(rules.length).toBe(new Set(rules).size)
  })

  test('is checked anew with what a merge brings into it', async () => {
    const { wang } = desk.people
    const one = (await desk.tell('天水今晚要发生大地震，我朋友说的')).claim
    const other = (await desk.tell('听国家地震预报中心的人讲，大家千万别待在家里')).claim
    expect(other).not.toBe(one)
    await watchChecks(desk.context)
    expect((await findings(one))['agency']).toBeUndefined()
    const seen = (await findClaim(desk.pool, other))?.version ?? 0
    const merged = await stepClaim(desk.context, other, { event: 'merge', seen, reason: '同一件', target: one }, wang)
    expect(merged).toMatchObject({ ok: true })
    desk.pass(MINUTE)
    await watchChecks(desk.context)
    expect((await findings(one))['agency']).toBe('contradicts')
    // What is separated again takes its findings with it: none stands that rests on words which are gone.
    const evidence = (await findClaim(desk.pool, one))?.evidence ?? 0
    const now = (await findClaim(desk.pool, other))?.version ?? 0
    expect(await stepClaim(desk.context, other, { event: 'split', seen: now, reason: '误并' }, wang)).toMatchObject({
      ok: true,
    })
    desk.pass(MINUTE)
    await watchChecks(desk.context)
    expect((await findings(one))['agency']).toBe('no-data')
    expect((await findClaim(desk.pool, one))?.evidence).toBe(evidence - 1)
    expect((await findings(other))['agency']).toBe('contradicts')
  })

  test('that was said and answered before is told so', async () => {
    const { wang, chen } = desk.people
    const text = '酒泉今晚要发生8级大地震，大家晚上不要睡觉，赶紧转发给家人'
    const old = (await desk.tell(text)).claim
    const seen = (await findClaim(desk.pool, old))?.version ?? 0
    await proposeStep(desk.context, old, { event: 'dismiss', reason: '无人相信', receipt: '', seen }, wang)
    const [proposal] = await listProposals(desk.pool, old)
    await answerProposal(desk.context, old, proposal?.id ?? 0, true, chen)
    desk.pass(40 * DAY)
    const { claim } = await desk.tell(`【紧急】${text}`)
    expect(claim).not.toBe(old)
    await watchChecks(desk.context)
    expect(await rowsOf(claim, 'recurrence')).toMatchObject([{ table: 'claim', id: old }])
  })

  test('somebody from elsewhere does not set the rules on it', async () => {
    const { claim } = await desk.tell('武威明天要发生7级大地震，大家赶紧转发')
    expect(await recheckClaim(desk.context, claim, desk.people.sun)).toMatchObject({ ok: false, rule: 'unknown' })
    expect(await recheckClaim(desk.context, claim, desk.people.zhao)).toMatchObject({ ok: true })
    expect((await listChecks(desk.pool, claim)).every(({ by }) => by === 'p-zhao')).toBe(true)
  })
})

describe('official forecasts', () => {
  const given = (more: Partial<GivenForecast> = {}): GivenForecast => ({
    kind: 'short-term',
    issuer: '宁夏回族自治区人民政府',
    document: '关于发布地震短期预报的公告（试政发〔2026〕1号）',
    url: '',
    publishedAt: desk.context.now() - HOUR,
    area: '宁夏回族自治区',
    from: desk.context.now() - HOUR,
    until: desk.context.now() + 30 * DAY,
    low: '5',
    high: '6',
    words: '预报原文',
    ...more,
  })

  test('are none until two persons have read the document, one of whom leads; then a claim within them is no longer against the law', async () => {
    const { wang, chen, li } = desk.people
    const { claim } = await desk.tell('银川后天要发生5级地震，省里说的')
    await watchChecks(desk.context)
    expect((await findings(claim))['forecast-law']).toBe('contradicts')
    const entered = await enterForecast(desk.context, given(), wang)
    if (!entered.ok) throw new Error(entered.reason)
    const { id } = entered
    expect(await listForecastsInForce(desk.pool, desk.context.now())).toEqual([])
    expect(await decideOnForecast(desk.context, id, true, wang)).toMatchObject({ rule: 'second-person' })
    expect(await decideOnForecast(desk.context, id, true, chen)).toMatchObject({ rule: 'lead' })
    expect(await decideOnForecast(desk.context, id, true, li)).toEqual({ ok: true, id })
    expect(await decideOnForecast(desk.context, id, false, chen)).toMatchObject({ rule: 'unknown' })
    await watchChecks(desk.context)
    expect((await findings(claim))['forecast-law']).toBe('supports')
    expect((await rowsOf(claim, 'forecast-law'))[0]).toMatchObject({ table: 'forecast', id })
    // Taken off as it was put on: by two.
    expect(await askForecastToEnd(desk.context, id, '', chen)).toMatchObject({ rule: 'why' })
    expect(await askForecastToEnd(desk.context, id, '公告撤销', chen)).toMatchObject({ ok: true })
    expect(await agreeToEnd(desk.context, id, chen)).toMatchObject({ rule: 'second-person' })
    expect(await agreeToEnd(desk.context, id, li)).toMatchObject({ ok: true })
    await watchChecks(desk.context)
    expect((await findings(claim))['forecast-law']).toBe('contradicts')
  })

  test('end by their own time, and claims are asked again then', async () => {
    const { wang, li } = desk.people
    const entered = await enterForecast(desk.context, given({ until: desk.context.now() + DAY }), li)
    if (!entered.ok) throw new Error(entered.reason)
    expect(await decideOnForecast(desk.context, entered.id, true, wang)).toMatchObject({ ok: true })
    const { claim } = await desk.tell('灵武近期要发生5级地震，大家注意')
    await watchChecks(desk.context)
    expect((await findings(claim))['forecast-law']).toBe('no-data')
    desk.pass(DAY)
    await watchChecks(desk.context)
    expect((await findings(claim))['forecast-law']).toBe('contradicts')
  })

  test.each([
    ['by a bureau', { issuer: '某市地震局' }, 'law'],
    ['for a place that several bear', { area: '新华区' }, 'area'],
    ['without an end', { until: null }, 'time'],
    ['without its words', { words: ' ' }, 'empty'],
    ['with an address that no browser opens', { url: 'javascript:alert(1)' }, 'url'],
    ['with a magnitude that is none', { low: '8级' }, 'magnitude'],
    ['from tomorrow’s paper', { publishedAt: START + 400 * DAY }, 'future'],
  ])('an entry %s is refused with a reason', async (_what, more, rule) => {
    const before = (await listForecasts(desk.pool, 200)).length
    const entered = await enterForecast(desk.context, given(more), desk.people.li)
    expect(entered).toMatchObject({ ok: false, rule })
    expect((await listForecasts(desk.pool, 200)).length).toBe(before)
  })

  test('on record are what they were: nobody changes, removes or agrees to one alone', async () => {
    const [one] = await listForecasts(desk.pool, 1)
    for (const sql of [
      `update official_forecast set words = 'x' where id = $1`,
      `update official_forecast set until_at = now() where id = $1`,
      `delete from official_forecast where id = $1`,
      `update official_forecast set decided_by = entered_by where id = $1`,
    ])
      await expect(desk.query(sql, [one?.id])).rejects.toThrow()
  })
})
