// Whole stories through rows, association, judgement and plan, as the ledger would commit them.
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../src/core/instant.ts'
import type { StoredReport } from '../../src/core/quake.ts'
import { BUREAUX, deleteOf, foreignOf, formalOf, reportOf, SHOCK } from '../core/judgement/bureaux.ts'
import { NARROW, openRoom, OUTLETS } from './room.ts'

const { yinchuan, hefei, chengdu, lhasa, ningbo } = BUREAUX
const north = (latitude: number, km: number): number => latitude + km / 111.195
const EVERY = ['site', 'weibo', 'wechat']

describe('a quake', () => {
  test.each(Object.entries(BUREAUX))(
    'near %s is said at once and followed by its formal, once each',
    (_name, bureau) => {
      const room = openRoom({ bureau })
      expect(room.feed([reportOf(bureau)])).toMatchObject({ kinds: ['quick-report'], outlets: EVERY })
      expect(room.feed([formalOf(bureau)])).toMatchObject({ kinds: ['formal-report'], outlets: EVERY })
      expect(room.feed([formalOf(bureau, { source: 'cenc-b', receivedAt: SHOCK + 11 * MINUTE })]).kinds).toEqual([])
      expect(room.notices().map((n) => n.report_no)).toEqual([1, 2])
      expect(room.holds()).toEqual([])
    },
  )
  test('whose formal comes first is not repeated by its automatic', () => {
    const room = openRoom({ bureau: hefei })
    expect(room.feed([formalOf(hefei)]).kinds).toEqual(['formal-report'])
    expect(room.feed([reportOf(hefei, { receivedAt: SHOCK + 10 * MINUTE })]).kinds).toEqual([])
  })
  test('whose automatic and formal come in one poll makes one notice', () => {
    const room = openRoom({ bureau: hefei })
    expect(room.feed([reportOf(hefei), formalOf(hefei)]).kinds).toEqual(['formal-report'])
  })
  test('whose formal lies below every threshold is followed on every outlet that carried it', () => {
    const room = openRoom({ bureau: ningbo })
    room.feed([reportOf(ningbo)])
    const said = room.feed([formalOf(ningbo, { magnitude: { value: 1.9, type: 'M' } })])
    expect(said).toMatchObject({ kinds: ['formal-report'], outlets: EVERY })
  })
  test('followed by a node whose clock is a little behind is followed in the order of issue; a clock that is wrong is not copied', () => {
    const issued = (behindMs: number): number[] => {
      const room = openRoom({ bureau: yinchuan })
      const quick = reportOf(yinchuan)
      room.feed([quick])
      room.feed([formalOf(yinchuan, { receivedAt: quick.receivedAt - behindMs })])
      expect(room.notices().map((n) => n.kind)).toEqual(['quick-report', 'formal-report'])
      return room.notices().map((n) => Date.parse(n.issued_at) - quick.receivedAt)
    }
    expect(issued(0)).toEqual([0, 1])
    expect(issued(3 * SECOND)).toEqual([0, 1])
    expect(issued(61 * SECOND)).toEqual([0, -61 * SECOND])
  })
  test('that turns out to be a collapse is followed on every outlet, by itself', () => {
    const room = openRoom({ bureau: yinchuan })
    room.feed([reportOf(yinchuan)])
    const said = room.feed([formalOf(yinchuan, { kind: 'collapse', depthKm: 0, magnitude: { value: 3.1, type: 'M' } })])
    expect(said).toMatchObject({ kinds: ['formal-report'], outlets: EVERY })
    expect(said.plan.notices[0]?.text).toContain('塌陷')
  })
  test('that grows beyond the website’s threshold reaches further outlets', () => {
    const room = openRoom({ bureau: chengdu })
    const fiji = { latitude: -17.9, longitude: -178.5, place: '斐济群岛', depthKm: 30 }
    expect(room.feed([formalOf(chengdu, { ...fiji, magnitude: { value: 7.1, type: 'M' } })]).outlets).toEqual(['site'])
    const west = {
      latitude: 41.2,
      longitude: 83.3,
      place: '新疆阿克苏地区库车市',
      originTime: SHOCK + HOUR,
      receivedAt: SHOCK + HOUR + MINUTE,
    }
    expect(room.feed([reportOf(chengdu, { ...west, magnitude: { value: 6.1, type: 'M' } })]).outlets).toEqual([
      'site',
      'weibo',
    ])
  })
  test('of magnitude 7 held as an automatic is said by its formal, without a person', () => {
    const room = openRoom({ bureau: lhasa })
    const great = { magnitude: { value: 7.1, type: 'M' } }
    expect(room.feed([reportOf(lhasa, great)]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open size'])
    expect(room.feed([formalOf(lhasa, great)]).kinds).toEqual(['formal-report'])
    expect(room.holds()).toEqual([])
    expect(room.alarms().filter((a) => a.kind === 'hold')).toEqual([])
  })
  test('held for its size is released by another agency’s origin that was put into a quake of its own', () => {
    const room = openRoom({ bureau: lhasa })
    room.feed([reportOf(lhasa, { magnitude: { value: 6.6, type: 'M' } })])
    expect(room.holds()).toEqual(['open size'])
    const second = foreignOf(lhasa, {
      originTime: SHOCK + 41 * SECOND,
      magnitude: { value: 6.4, type: 'Mw' },
      latitude: north(lhasa.quake.latitude, 95),
      receivedAt: SHOCK + 5 * MINUTE,
    })
    expect(room.feed([second]).kinds).toEqual(['quick-report'])
    expect(room.picture().quakes.size).toBe(2)
    expect(room.holds()).toEqual([])
  })
  test('whose first version has no magnitude is said when the magnitude comes', () => {
    const room = openRoom({ bureau: hefei })
    const report = reportOf(hefei)
    expect(room.feed([{ ...report, magnitude: null }]).kinds).toEqual([])
    expect(room.holds()).toEqual(['waiting values'])
    expect(room.feed([report]).kinds).toEqual(['quick-report'])
    expect(room.holds()).toEqual([])
  })
  test('from a source with a slipped zone is held, and said from the one without', () => {
    const room = openRoom({ bureau: chengdu })
    expect(room.feed([reportOf(chengdu, { originTime: SHOCK + 8 * HOUR })]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open zone'])
    expect(room.feed([reportOf(chengdu, { source: 'cenc-b' })]).kinds).toEqual(['quick-report'])
  })
})

describe('one payload with several quakes', () => {
  test('gives each its own serial', () => {
    const room = openRoom({ bureau: ningbo })
    const second = reportOf(ningbo, {
      sourceEventId: 'AU-2',
      originTime: SHOCK + MINUTE,
      latitude: north(ningbo.quake.latitude, 30),
    })
    const said = room.feed([reportOf(ningbo), second])
    expect(said.kinds).toEqual(['quick-report', 'quick-report'])
    expect(said.plan.lineages.map((l) => l.number)).toEqual([1, 2])
    const third = reportOf(ningbo, {
      sourceEventId: 'AU-3',
      originTime: SHOCK + 20 * MINUTE,
      receivedAt: SHOCK + 22 * MINUTE,
    })
    expect(room.feed([third]).plan.lineages.map((l) => l.number)).toEqual([3])
  })
  test('a damaged text in one does not take its neighbours with it', () => {
    const room = openRoom({ bureau: ningbo })
    const bad = reportOf(ningbo, { sourceEventId: 'AU-bad', kind: 'nonexistent', originTime: SHOCK - 10 * MINUTE })
    expect(room.feed([bad, reportOf(ningbo)]).kinds).toEqual(['quick-report'])
  })
  test('several warnings about one quake are one alarm, and the notice goes out', () => {
    const room = openRoom({ bureau: hefei, policy: { authorisations: [] } })
    const report = reportOf(hefei)
    room.feed([report])
    expect(room.holds()).toEqual(['open authorisation'])
    const quakeId = [...room.picture().quakes.keys()][0] ?? ''
    const reportId = room.picture().quakes.get(quakeId)?.reports[0]?.id ?? ''
    expect(room.again([quakeId], SHOCK + 3 * MINUTE, { released: new Set([reportId]) }).kinds).toEqual(['quick-report'])
    const contrary = foreignOf(hefei, {
      magnitude: { value: 2.6, type: 'ml' },
      evaluation: 'reviewed',
      originTime: SHOCK,
    })
    room.feed([contrary])
    const said = room.feed([formalOf(hefei, { place: '<x>安徽' })])
    expect(said.kinds).toEqual(['formal-report'])
    expect(said.alarms).toHaveLength(1)
    expect(said.alarms[0]).toContain('预授权')
    expect(said.alarms[0]).toContain('测定不一致')
  })
  test('an outlet into which no text fits fails alone, with one alarm for all its legs', () => {
    const room = openRoom({ bureau: hefei, outlets: [...OUTLETS, NARROW] })
    const said = room.feed([reportOf(hefei)])
    expect(said.kinds).toEqual(['quick-report'])
    expect(said.deliveries.filter((d) => d.outlet_id === 'narrow').map((d) => d.state)).toEqual(['failed', 'failed'])
    expect(said.deliveries.filter((d) => d.outlet_id !== 'narrow').every((d) => d.state === 'sending')).toBe(true)
    expect(said.alarms).toHaveLength(1)
  })
  test('a text that cannot be made is told in Chinese, with the program’s own words in the journal', () => {
    const room = openRoom({ bureau: hefei })
    const said = room.feed([reportOf(hefei, { sourceCode: 'ZZ' })])
    expect(room.holds()).toEqual(['open render'])
    expect(said.alarms).toEqual(['待核（文稿）：公告文稿未能生成：来源代码有误或不得发布，须人工核定'])
    expect(said.plan.journal.find((row) => row.act === 'hold.open')?.detail).toMatchObject({
      error: expect.stringContaining('no label') as string,
    })
  })
  test('a hold rings by the Chinese name of what stopped the word, and is kept by the name that programs know', () => {
    const room = openRoom({ bureau: hefei })
    const said = room.feed([reportOf(hefei, { magnitude: { value: 7.1, type: 'M' } })])
    expect(room.holds()).toEqual(['open size'])
    expect(said.alarms).toEqual([expect.stringMatching(/^待核（强度复核）：国家台网自动测定 M7\.1 仅有一家来源/)])
  })
})

describe('a list', () => {
  const swarm = (count: number, bureau = chengdu): StoredReport[] =>
    Array.from({ length: count }, (_, i) =>
      formalOf(bureau, {
        sourceEventId: `CC-${i}`,
        originTime: SHOCK - i * 5 * MINUTE,
        latitude: north(bureau.quake.latitude, i),
        receivedAt: SHOCK + 9 * MINUTE,
      }),
    )
  test('that is heard for the first time seeds in silence', () => {
    const room = openRoom({ bureau: chengdu })
    const said = room.feed(swarm(30), { list: true })
    expect([said.kinds, room.holds(), said.alarms]).toEqual([[], [], []])
    expect(room.feed(swarm(30), { list: true }).plan.reports).toEqual([])
  })
  test('with more than twenty new rows says the young ones, one by one', () => {
    const room = openRoom({ bureau: chengdu })
    const said = room.feed(swarm(21))
    expect(said.kinds).toEqual(['formal-report', 'formal-report'])
    expect(room.holds()).toEqual([])
  })
  test('after a power cut across a main shock says it, though the program never saw it happen', () => {
    const room = openRoom({ bureau: chengdu })
    const before = swarm(10).map((r) => ({
      ...r,
      sourceEventId: `${r.sourceEventId}-b`,
      originTime: (r.originTime ?? 0) - 5 * HOUR,
      magnitude: { value: 2, type: 'M' },
    }))
    room.feed(before, { list: true })
    room.restart(SHOCK + 18 * MINUTE)
    const said = room.feed(
      [formalOf(chengdu, { receivedAt: SHOCK + 18 * MINUTE, magnitude: { value: 5.6, type: 'M' } }), ...before].map(
        (r) => ({ ...r, receivedAt: SHOCK + 18 * MINUTE }),
      ),
      { list: true },
    )
    expect(said.kinds).toEqual(['formal-report'])
    expect(said.plan.reports).toHaveLength(1)
  })
  test('that shrinks to nothing withdraws nothing', () => {
    const room = openRoom({ bureau: chengdu })
    room.feed([
      formalOf(chengdu),
      ...swarm(4)
        .slice(1)
        .map((r) => ({ ...r, magnitude: { value: 2, type: 'M' } })),
    ])
    const rest = formalOf(chengdu, {
      sourceEventId: 'CC-9',
      originTime: SHOCK - 5 * HOUR,
      magnitude: { value: 2, type: 'M' },
      receivedAt: SHOCK + 12 * MINUTE,
    })
    expect(room.feed([rest]).kinds).toEqual([])
    expect(room.look(SHOCK + HOUR).kinds).toEqual([])
  })
})

describe('a withdrawal', () => {
  const formal = formalOf(yinchuan)
  const gone = deleteOf(formal)

  test('goes out by itself 120 s after the delete, to where the word may stand and nowhere else', () => {
    const room = openRoom()
    room.feed([formal])
    room.settle({ site: 'accepted', weibo: 'unknown', wechat: 'failed' })
    expect(room.feed([gone]).kinds).toEqual([])
    expect(room.holds()).toEqual(['veto veto'])
    expect(room.look(gone.receivedAt + 119 * SECOND).kinds).toEqual([])
    expect(room.look(gone.receivedAt + 120 * SECOND)).toMatchObject({
      kinds: ['withdrawal'],
      outlets: ['site', 'weibo'],
    })
    expect(room.notices().at(-1)?.title).toContain('撤回')
    expect(room.holds()).toEqual([])
  })
  test('is cancelled when the row comes back, and the desk says so', () => {
    const room = openRoom()
    room.feed([formal])
    room.feed([gone])
    const back = room.feed([{ ...formal, receivedAt: gone.receivedAt + MINUTE }])
    expect(back.kinds).toEqual([])
    expect(back.alarms.join()).toContain('撤回已取消')
    expect(room.holds()).toEqual([])
    expect(room.look(gone.receivedAt + HOUR).kinds).toEqual([])
  })
  test('is not stopped by the global switch', () => {
    const room = openRoom()
    room.feed([formal])
    room.settle({ site: 'accepted', weibo: 'accepted', wechat: 'accepted' })
    room.picture().killedAll = true
    room.feed([gone])
    expect(room.look(gone.receivedAt + 120 * SECOND)).toMatchObject({ kinds: ['withdrawal'], outlets: EVERY })
  })
  test('that fell due while the power was out waits until the sources were heard, without a plan every look', () => {
    const room = openRoom()
    room.feed([formal])
    room.feed([gone])
    const back = gone.receivedAt + 20 * MINUTE
    room.restart(back)
    expect(room.look(back).plan.holds).toHaveLength(1)
    expect(room.look(back + 30 * SECOND).plan.decisions).toEqual([])
    expect(room.look(back + 60 * SECOND).kinds).toEqual(['withdrawal'])
  })
  test('goes to a person while another official source stands, and the formal still follows', () => {
    const room = openRoom()
    const auto = reportOf(yinchuan)
    const province = reportOf(yinchuan, {
      source: 'own',
      authority: 'own',
      agency: 'NX',
      sourceCode: 'NX',
      evaluation: 'reviewed',
      receivedAt: SHOCK + 4 * MINUTE,
    })
    room.feed([province])
    room.feed([auto])
    expect(room.feed([deleteOf(province)]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open delete'])
    expect(room.feed([formalOf(yinchuan)]).kinds).toEqual(['formal-report'])
    expect(room.holds()).toEqual([])
  })
  test('of an automatic is not prepared when another feed’s formal follows it, even after the delete', () => {
    const room = openRoom()
    const auto = reportOf(yinchuan)
    room.feed([auto])
    room.feed([deleteOf(auto)])
    expect(room.holds()).toEqual(['veto veto'])
    const said = room.feed([formalOf(yinchuan, { source: 'cenc-b' })])
    expect(said.kinds).toEqual(['formal-report'])
    expect(room.picture().quakes.size).toBe(1)
    expect(room.holds()).toEqual([])
  })
})

describe('a doubtful association', () => {
  const twin = formalOf(hefei, {
    sourceEventId: 'CC-twin',
    originTime: SHOCK + 3 * SECOND,
    receivedAt: SHOCK + 10 * MINUTE,
  })
  test('of the same source, both formal, holds the second', () => {
    const room = openRoom({ bureau: hefei })
    expect(room.feed([formalOf(hefei)]).kinds).toEqual(['formal-report'])
    expect(room.feed([twin]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open ambiguous'])
  })
  test('wakes nobody when it would not be said', () => {
    const room = openRoom({ bureau: hefei })
    const small = { magnitude: { value: 1.2, type: 'M' } }
    room.feed([formalOf(hefei, small)])
    const said = room.feed([{ ...twin, ...small }])
    expect([said.kinds, room.holds(), said.alarms]).toEqual([[], [], []])
  })
  test('is not settled by a second row of the doubtful quake in the same payload', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([formalOf(hefei)])
    expect(room.feed([twin, { ...twin, magnitude: { value: 4.3, type: 'M' } }]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open ambiguous'])
  })
})

describe('a provincial formal', () => {
  const province = formalOf(ningbo, {
    source: 'province',
    authority: 'official-provincial',
    agency: 'ZJ',
    sourceCode: 'ZJ',
    receivedAt: SHOCK + 5 * MINUTE,
  })
  test('waits ten minutes and then speaks by itself', () => {
    const room = openRoom({ bureau: ningbo })
    expect(room.feed([province]).kinds).toEqual([])
    expect(room.holds()).toEqual(['waiting authority'])
    expect(room.look(SHOCK + 15 * MINUTE).kinds).toEqual(['formal-report'])
  })
  test('speaks then also where the automatic was said meanwhile', () => {
    const room = openRoom({ bureau: ningbo })
    room.feed([reportOf(ningbo)])
    expect(room.feed([province]).kinds).toEqual([])
    expect(room.look(SHOCK + 15 * MINUTE)).toMatchObject({ kinds: ['formal-report'], outlets: EVERY })
    expect(room.holds()).toEqual([])
  })
  test('says nothing once the national one came within the wait', () => {
    const room = openRoom({ bureau: ningbo })
    room.feed([province])
    expect(room.feed([formalOf(ningbo)]).kinds).toEqual(['formal-report'])
    expect(room.look(SHOCK + HOUR).kinds).toEqual([])
  })
})

describe('classes', () => {
  test('a drill reaches drill outlets only, under numbers of its own, and a real quake in its middle goes out', () => {
    const room = openRoom({ bureau: lhasa })
    const drill = room.feed([reportOf(lhasa, { source: 'drill' })], { class: 'drill' })
    expect(drill.outlets).toEqual([])
    expect(room.holds()).toEqual(['open authorisation'])
    const room2 = openRoom({ bureau: lhasa })
    expect(room2.feed([reportOf(lhasa)], { class: 'drill' }).outlets).toEqual(['drill-site', 'drill-weibo'])
    expect(room2.feed([reportOf(lhasa, { source: 'cenc-b' })])).toMatchObject({
      kinds: ['quick-report'],
      outlets: EVERY,
    })
    expect(room2.notices().map((n) => (n.facts as { serial: string }).serial)).toEqual([
      '测震信演〔2026〕1号',
      '测震信〔2026〕1号',
    ])
  })
  test('a row of a public feed that calls itself a drill is test traffic', () => {
    const room = openRoom({ bureau: lhasa })
    expect(room.feed([reportOf(lhasa, { class: 'drill' })]).outlets).toEqual([])
    expect([...room.picture().quakes.values()].map((q) => q.class)).toEqual(['test'])
  })
  test('a test row in a drill stays a test row', () => {
    const room = openRoom({ bureau: lhasa })
    expect(room.feed([reportOf(lhasa, { class: 'test' })], { class: 'drill' }).kinds).toEqual([])
  })
})

describe('outlets', () => {
  test('a pulled switch refuses its outlet and leaves the others alone', () => {
    const room = openRoom({ bureau: hefei })
    room.picture().killedOutlets.add('weibo')
    const said = room.feed([reportOf(hefei)])
    expect(said.deliveries.map((d) => `${d.outlet_id} ${d.state}`)).toEqual([
      'site sending',
      'weibo refused',
      'wechat sending',
      'wechat sending',
    ])
    expect(said.deliveries.flatMap((d) => d.reason || [])).toEqual(['渠道已由人工停用，未发送'])
  })
  test('an outlet named beside a channel brings no other outlet of its own channel', () => {
    const second = { ...OUTLETS[1]!, id: 'weibo-2' }
    const rules = [
      { name: 'one', when: {}, outlets: ['channel:website', 'weibo'], mode: 'auto' as const, vetoSeconds: 0 },
    ]
    const room = openRoom({ bureau: hefei, outlets: [...OUTLETS, second], policy: { rules } })
    expect(room.feed([reportOf(hefei)]).outlets).toEqual(['site', 'weibo'])
  })
  test('in a drill an actual outlet’s name stands for its channel', () => {
    const rules = [{ name: 'one', when: {}, outlets: ['weibo'], mode: 'auto' as const, vetoSeconds: 0 }]
    const room = openRoom({ bureau: hefei, policy: { rules } })
    expect(room.feed([reportOf(hefei)], { class: 'drill' }).outlets).toEqual(['drill-weibo'])
  })
  test('one that was added since gets no follow-up of a word it never carried, unless a rule calls for it', () => {
    const rules = [{ name: 'strong', when: { minMagnitude: 4 }, outlets: ['*'], mode: 'auto' as const, vetoSeconds: 0 }]
    const outlets = [...OUTLETS]
    const room = openRoom({ bureau: hefei, outlets, policy: { rules } })
    room.feed([reportOf(hefei)])
    outlets.push({ ...OUTLETS[1]!, id: 'weibo-2' })
    const formal = formalOf(hefei, { magnitude: { value: 3.5, type: 'M' } })
    expect(room.feed([formal]).outlets).toEqual(EVERY)
    expect(room.feed([{ ...formal, magnitude: { value: 4.4, type: 'M' } }]).outlets).toEqual([...EVERY, 'weibo-2'])
  })
})
