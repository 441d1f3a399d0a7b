// Nights that bureaux may have, each told twice: with the false word that must not go out, and the true one that must.
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../src/core/instant.ts'
import type { StoredReport } from '../../src/core/quake.ts'
import { BUREAUX, deleteOf, foreignOf, formalOf, reportOf, SHOCK, type Bureau } from '../core/judgement/bureaux.ts'
import { openRoom, type Room } from './room.ts'

const { yinchuan, hefei, chengdu, lhasa, ningbo } = BUREAUX
const EVERY = ['site', 'weibo', 'wechat']
const size = (value: number): Partial<StoredReport> => ({ magnitude: { value, type: 'M' } })
const at = (ms: number): Partial<StoredReport> => ({ originTime: SHOCK + ms, receivedAt: SHOCK + ms + 2 * MINUTE })
const late = (minutes: number): Partial<StoredReport> => ({ receivedAt: SHOCK + minutes * MINUTE })
const north = (latitude: number, km: number): number => latitude + km / 111.195

/** A determination of the bureau's own network, through its own door. */
const ownOf = (bureau: Bureau, over: Partial<StoredReport> = {}): StoredReport =>
  reportOf(bureau, {
    source: 'own',
    authority: 'own',
    agency: bureau.letters,
    sourceCode: bureau.letters,
    sourceEventId: `${bureau.letters}-1`,
    ...over,
  })

/** One of a neighbouring province's network. */
const neighbourOf = (bureau: Bureau, over: Partial<StoredReport> = {}): StoredReport =>
  ownOf(bureau, {
    source: 'province',
    authority: 'official-provincial',
    agency: 'JS',
    sourceCode: 'JS',
    sourceEventId: 'JS-1',
    ...over,
  })

const reviewed = { evaluation: 'reviewed' as const }
const firstQuake = (room: Room): string => [...room.picture().quakes.keys()][0] ?? ''
const sayText = (room: Room): string => room.notices().at(-1)?.text ?? ''

/** Small shocks far from anybody, to fill a list. */
const filler = (count: number, receivedAt: number): StoredReport[] =>
  Array.from({ length: count }, (_, i) =>
    formalOf(hefei, {
      sourceEventId: `filler-${i}`,
      originTime: SHOCK - (i + 1) * 5 * MINUTE,
      latitude: 20 - i / 4,
      longitude: 118,
      place: '南海海域',
      receivedAt,
      ...size(2),
    }),
  )

describe('networks that disagree about one shock', () => {
  test('a province’s automatic is followed by the national formal 0.9 larger under another id', () => {
    const room = openRoom({ bureau: hefei })
    expect(room.feed([neighbourOf(hefei, size(4.2))]).kinds).toEqual(['quick-report'])
    expect(room.feed([formalOf(hefei, size(5.1))])).toMatchObject({ kinds: ['formal-report'], outlets: EVERY })
    expect(room.notices().map((n) => n.report_no)).toEqual([1, 2])
  })
  test('also when it is 1.3 apart: readers of the machine’s figure get the analysts’ one, not a second quake', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([ownOf(hefei, size(5.6))])
    expect(room.feed([formalOf(hefei, size(4.1))]).kinds).toEqual(['formal-report'])
    expect(room.notices().map((n) => n.report_no)).toEqual([1, 2])
  })
  test('a shock 35 km off in the same seconds, so much smaller, is another one', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([ownOf(hefei, size(5.6))])
    const small = formalOf(hefei, { latitude: north(hefei.quake.latitude, 35), ...size(3.9) })
    expect(room.feed([small]).plan.lineages).toHaveLength(1)
  })
  test('a foreign figure 1.3 apart never joins: it contradicts', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([foreignOf(hefei, size(4.1))])
    expect(room.feed([reportOf(hefei, size(5.5))]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open contradiction'])
  })
  test('a national automatic that contradicts the bureau’s own spoken one is held, and the formal speaks by itself', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([ownOf(hefei, size(5.6))])
    expect(room.feed([reportOf(hefei, size(4.2))]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open contradiction'])
    expect(room.feed([formalOf(hefei, size(4.1))]).kinds).toEqual(['formal-report'])
    expect(room.holds()).toEqual([])
  })
  test('a door that carries several networks: the national formal follows the own formal, it is no twin of it', () => {
    const room = openRoom({ bureau: hefei })
    expect(room.feed([ownOf(hefei, reviewed)]).kinds).toEqual(['formal-report'])
    const national = formalOf(hefei, { source: 'own', authority: 'own', ...size(4.3) })
    expect(room.feed([national])).toMatchObject({ kinds: ['formal-report'], outlets: EVERY })
    expect(room.picture().quakes.size).toBe(1)
  })
  test('two formals of one network through that door are twins still', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([formalOf(hefei, { source: 'own', authority: 'own' })])
    room.feed([formalOf(hefei, { source: 'own', authority: 'own', sourceEventId: 'CC-other' })])
    expect(room.holds()).toEqual(['open ambiguous'])
  })
  test('what the door’s national row took back is not silently replaced by the own one: a person decides', () => {
    const room = openRoom({ bureau: hefei })
    const national = formalOf(hefei, { source: 'own', authority: 'own' })
    room.feed([national])
    room.feed([ownOf(hefei, reviewed)])
    expect(room.feed([deleteOf(national)]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open delete'])
  })
  test('the own formal replaces a neighbour’s, and never the national one, whatever became of that', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([neighbourOf(hefei, reviewed)])
    room.look(SHOCK + 20 * MINUTE)
    expect(room.feed([ownOf(hefei, { ...reviewed, ...late(21) })]).kinds).toEqual(['formal-report'])
    const other = openRoom({ bureau: hefei })
    const national = formalOf(hefei)
    other.feed([national])
    other.feed([ownOf(hefei, { ...reviewed, ...size(4.8) })])
    const quake = firstQuake(other)
    other.feed([deleteOf(national)])
    const gone = other.picture().quakes.get(quake)?.reports.at(-1)?.id ?? ''
    const dismissed = new Set([gone])
    expect(other.again([quake], SHOCK + 20 * MINUTE, { dismissed }).kinds).toEqual([])
  })
})

describe('two feeds of one network', () => {
  const slow = { source: 'cenc-b' }
  const revised = (room: Room): void => {
    room.feed([formalOf(hefei, { ...size(4.9), issuedAt: SHOCK + 8 * MINUTE })])
    const next = { ...size(4.5), issuedAt: SHOCK + 14 * MINUTE, ...late(15) }
    expect(room.feed([formalOf(hefei, next)]).kinds).toEqual(['revision'])
  }
  test('the slower one, which still shows the version before the revision, does not take the revision back', () => {
    const room = openRoom({ bureau: hefei })
    revised(room)
    const old = formalOf(hefei, { ...slow, ...size(4.9), ...late(16) })
    expect(room.feed([old]).kinds).toEqual([])
    expect(room.feed([{ ...old, id: 'r-caught-up', ...late(18), ...size(4.5) }]).kinds).toEqual([])
  })
  test('a version that it dates later than the other’s is news', () => {
    const room = openRoom({ bureau: hefei })
    revised(room)
    const back = formalOf(hefei, { ...slow, ...size(4.9), ...late(17), issuedAt: SHOCK + 16 * MINUTE })
    expect(room.feed([back]).kinds).toEqual(['revision'])
  })
  test('so are figures that nobody gave before, and a value taken back by the feed that had the newer one', () => {
    const room = openRoom({ bureau: hefei })
    revised(room)
    const follow = formalOf(hefei, { ...slow, ...size(4.1), ...late(17) })
    expect(room.feed([follow]).kinds).toEqual(['revision'])
    const other = openRoom({ bureau: hefei })
    revised(other)
    other.feed([formalOf(hefei, { ...slow, ...size(4.5), ...late(16) })])
    expect(other.feed([formalOf(hefei, { ...slow, ...size(4.9), ...late(17) })]).kinds).toEqual(['revision'])
  })
})

describe('a source that does not say who looked at a row', () => {
  test('is followed by its reviewed row under another id', () => {
    const room = openRoom({ bureau: hefei })
    const plain = { sourceCode: '', evaluation: 'unknown' as const }
    expect(room.feed([reportOf(hefei, plain)]).kinds).toEqual(['quick-report'])
    expect(room.feed([formalOf(hefei, { sourceCode: '' })])).toMatchObject({ kinds: ['formal-report'], outlets: EVERY })
  })
  test('two of its plain rows are two quakes still', () => {
    const room = openRoom({ bureau: hefei })
    const plain = { sourceCode: '', evaluation: 'unknown' as const }
    room.feed([reportOf(hefei, plain)])
    const second = { ...plain, originTime: SHOCK + 15 * SECOND, latitude: north(hefei.quake.latitude, 20) }
    room.feed([reportOf(hefei, second)])
    expect(room.picture().quakes.size).toBe(2)
  })
})

describe('a formal version that lacks its magnitude', () => {
  test('does not silence the automatic that has one', () => {
    const room = openRoom({ bureau: ningbo })
    const empty = formalOf(ningbo, { magnitude: null })
    expect(room.feed([reportOf(ningbo), empty]).kinds).toEqual(['quick-report'])
    expect(room.feed([formalOf(ningbo)]).kinds).toEqual(['formal-report'])
  })
  test('is asked after when it stays so for ten minutes near home, once, and is said when it is complete', () => {
    const room = openRoom({ bureau: ningbo })
    const empty = formalOf(ningbo, { magnitude: null })
    expect(room.feed([empty])).toMatchObject({ kinds: [], alarms: [] })
    expect(room.holds()).toEqual(['waiting values'])
    expect(room.look(empty.receivedAt + 10 * MINUTE).alarms.join()).toContain('没有震级')
    expect(room.holds()).toEqual([])
    expect(room.look(empty.receivedAt + 20 * MINUTE).alarms).toEqual([])
    expect(room.feed([formalOf(ningbo, late(30))]).kinds).toEqual(['formal-report'])
  })
  test('far away, or from a mirror, is asked after by nobody', () => {
    const room = openRoom({ bureau: ningbo })
    room.feed([formalOf(ningbo, { magnitude: null, latitude: 41.2, longitude: 83.3, place: '新疆阿克苏地区库车市' })])
    room.feed([formalOf(ningbo, { magnitude: null, authority: 'mirror', source: 'relay' })])
    expect(room.holds()).toEqual([])
  })
  test('says nothing by itself, and a foreign figure does not take its place', () => {
    const room = openRoom({ bureau: ningbo })
    room.feed([formalOf(ningbo, { magnitude: null })])
    expect(room.feed([foreignOf(ningbo)]).kinds).toEqual([])
    expect(room.holds()).toEqual(['waiting values'])
  })
})

describe('a great automatic', () => {
  test.each([
    [6.44, ['quick-report']],
    [6.45, []],
    [6.5, []],
  ])('of %s: counts as it would be printed', (value, kinds) => {
    expect(openRoom({ bureau: lhasa }).feed([reportOf(lhasa, size(value))]).kinds).toEqual(kinds)
  })
  test.each([
    ['exactly 0.7 apart', { ...size(6.5) }, ['quick-report']],
    ['0.8 apart', { ...size(6.4) }, []],
    ['99 km off', { ...size(7.2), latitude: north(lhasa.quake.latitude, 99) }, ['quick-report']],
    ['101 km off', { ...size(7.2), latitude: north(lhasa.quake.latitude, 101) }, []],
    ['from a mirror', { ...size(7.2), authority: 'mirror' as const }, []],
  ])('of 7.2 with another agency’s origin %s', (_name, over, kinds) => {
    const room = openRoom({ bureau: lhasa })
    room.feed([reportOf(lhasa, size(7.2))])
    expect(room.feed([foreignOf(lhasa, over)]).kinds).toEqual(kinds)
  })
  test('abroad is released by its formal half a minute and 90 km off, and its hold ends with it', () => {
    const chile = { latitude: -20, longitude: -70, place: '智利北部', depthKm: 30 }
    const room = openRoom({ bureau: chengdu })
    room.feed([reportOf(chengdu, { ...chile, ...size(7.2) })])
    expect(room.holds()).toEqual(['open size'])
    const formal = formalOf(chengdu, { ...chile, latitude: -20.8, originTime: SHOCK + 30 * SECOND, ...size(7.4) })
    expect(room.feed([{ ...formal, ...late(25) }]).kinds).toEqual(['formal-report'])
    expect(room.holds()).toEqual([])
    expect(room.picture().quakes.size).toBe(1)
  })
  test('at home a shock of 30 s later is another one', () => {
    const room = openRoom({ bureau: chengdu })
    room.feed([reportOf(chengdu, size(5.4))])
    room.feed([formalOf(chengdu, { originTime: SHOCK + 30 * SECOND, ...size(5.2) })])
    expect(room.picture().quakes.size).toBe(2)
  })
  test('that was held is no main shock: what follows it is told everywhere', () => {
    const place = { latitude: 28.9, longitude: 104.4, place: '四川宜宾市珙县' }
    const after = formalOf(chengdu, { ...place, ...at(3 * HOUR), ...size(4.6) })
    const room = openRoom({ bureau: chengdu })
    room.feed([reportOf(chengdu, { ...place, ...size(8.1) })])
    expect(room.feed([after])).toMatchObject({ kinds: ['formal-report'], outlets: EVERY })
    const real = openRoom({ bureau: chengdu })
    real.feed([formalOf(chengdu, { ...place, ...size(6.1) })])
    expect(real.feed([after])).toMatchObject({ kinds: ['formal-report'], outlets: ['site'] })
  })
  test('main shocks count by their best figures: an automatic 5.9 that the formal made 4.9 hides no 4.8', () => {
    const place = { latitude: 28.9, longitude: 104.4, place: '四川宜宾市珙县' }
    const room = openRoom({ bureau: chengdu })
    room.feed([reportOf(chengdu, { ...place, ...size(5.9) })])
    room.feed([formalOf(chengdu, { ...place, ...size(4.9) })])
    expect(room.feed([formalOf(chengdu, { ...place, ...at(HOUR), ...size(4.8) })]).outlets).toEqual(EVERY)
  })
})

describe('two true quakes', () => {
  test('40 s apart in one county are told as two, each with its formal', () => {
    const room = openRoom({ bureau: hefei })
    const second = { originTime: SHOCK + 40 * SECOND }
    expect(room.feed([reportOf(hefei, size(4.5))]).kinds).toEqual(['quick-report'])
    expect(room.feed([reportOf(hefei, { ...second, ...size(4.7) })]).kinds).toEqual(['quick-report'])
    expect(room.feed([formalOf(hefei, size(4.4))]).kinds).toEqual(['formal-report'])
    const formal = formalOf(hefei, { originTime: SHOCK + 41 * SECOND, ...size(4.6) })
    expect(room.feed([formal]).kinds).toEqual(['formal-report'])
    expect(room.notices().map((n) => n.report_no)).toEqual([1, 1, 2, 2])
  })
  test('half a minute apart, of which the first has no formal yet: the second’s is told, and a person is asked', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([reportOf(hefei, size(5.5))])
    const formal = formalOf(hefei, { originTime: SHOCK + 27 * SECOND, ...size(5.4) })
    const said = room.feed([formal])
    expect(said).toMatchObject({ kinds: ['formal-report'], outlets: EVERY })
    expect(said.alarms.join()).toContain('可能与本次测定为同一地震')
    const third = formalOf(hefei, { ...at(2 * MINUTE), ...size(5.2) })
    expect(room.feed([third]).alarms.join()).not.toContain('同一地震')
  })
  test('whose second is the larger one: nobody takes it for an aftershock', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([formalOf(hefei)])
    expect(room.feed([reportOf(hefei, { ...at(20 * MINUTE), ...size(5.6) })])).toMatchObject({
      kinds: ['quick-report'],
      outlets: EVERY,
    })
  })
})

describe('a list in bulk', () => {
  const now = SHOCK + 16 * MINUTE
  const main = formalOf(hefei, { receivedAt: now, ...size(6) })

  test('with a near M 6 of 16 minutes publishes nothing, and one alarm says what was set aside', () => {
    const room = openRoom({ bureau: hefei })
    const said = room.feed([main, ...filler(24, now)])
    expect(said.kinds).toEqual([])
    expect(said.alarms).toHaveLength(1)
    expect(said.alarms[0]).toContain('M6.0')
    expect(said.alarms[0]).toContain(firstQuake(room))
  })
  test('whose old rows no rule speaks of wakes nobody', () => {
    const room = openRoom({ bureau: hefei })
    expect(room.feed(filler(25, now)).alarms).toEqual([])
  })
  test('of a mirror wakes nobody', () => {
    const room = openRoom({ bureau: hefei })
    const mirror = { authority: 'mirror' as const, source: 'relay' }
    expect(room.feed([main, ...filler(24, now)].map((r) => ({ ...r, ...mirror }))).alarms).toEqual([])
  })
  test('with a great automatic, which would have been held, says so, too', () => {
    const room = openRoom({ bureau: hefei })
    const great = reportOf(hefei, { receivedAt: now, ...size(7) })
    expect(room.feed([great, ...filler(24, now)]).alarms).toHaveLength(1)
  })
  test('the officer may publish what was set aside by naming the quake, once', async () => {
    const room = openRoom({ bureau: hefei })
    room.feed([main, ...filler(24, now)])
    const desk = room.desk(now + 5 * MINUTE)
    expect(await desk.release(firstQuake(room), '值班员')).toMatchObject({ ok: true })
    expect(desk.said()).toMatchObject({ kinds: ['formal-report'], outlets: EVERY })
    expect(await desk.release(firstQuake(room), '值班员')).toMatchObject({ ok: false })
    expect(room.feed([{ ...main, id: 'r-next', ...late(30), ...size(6.4) }]).kinds).toEqual(['revision'])
  })
  test('a foreign catalogue that repeats the quake does not bring it out; the network’s own next version does', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([main, ...filler(24, now)])
    expect(room.feed([foreignOf(hefei, { ...late(20), ...size(5.9) })]).kinds).toEqual([])
    expect(room.feed([{ ...main, id: 'r-next', ...late(22), ...size(6.1) }]).kinds).toEqual(['formal-report'])
  })
  test('a first poll stays silent also when a foreign catalogue repeats its quakes', () => {
    const room = openRoom({ bureau: hefei })
    expect(room.feed([formalOf(hefei)], { list: true })).toMatchObject({ kinds: [], alarms: [] })
    expect(room.feed([foreignOf(hefei, late(20))]).kinds).toEqual([])
    expect(room.holds()).toEqual([])
  })
  test('an automatic in the first poll is followed by the formal that comes after it', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([reportOf(hefei)], { list: true })
    expect(room.feed([formalOf(hefei)]).kinds).toEqual(['formal-report'])
  })
})

describe('a doubt', () => {
  const twin = formalOf(hefei, { sourceEventId: 'CC-twin', ...late(30) })

  test('outlives the list in bulk that it came with: a later version of the twin is held, not said twice', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([formalOf(hefei)])
    expect(room.feed([twin, ...filler(24, SHOCK + 30 * MINUTE)])).toMatchObject({ kinds: [], alarms: [] })
    expect(room.feed([{ ...twin, id: 'r-next', ...late(40), ...size(4.3) }]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open ambiguous'])
  })
  test('outlives a first version too small to be said', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([formalOf(hefei)])
    room.feed([{ ...twin, ...size(1) }])
    expect(room.feed([{ ...twin, id: 'r-next', ...late(40), ...size(4) }]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open ambiguous'])
  })
  test('holds nothing where neither was ever said', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([formalOf(hefei, size(1))])
    room.feed([{ ...twin, ...size(1) }])
    expect(room.feed([{ ...twin, id: 'r-next', ...late(40), ...size(4) }]).kinds).toEqual(['formal-report'])
  })
  test('about a re-dated row outlives the officer’s no: its next version asks again', async () => {
    const room = openRoom({ bureau: hefei })
    const id = { sourceEventId: 'CC-old' }
    room.feed([formalOf(hefei, { ...id, originTime: SHOCK - 50 * HOUR, receivedAt: SHOCK - 49 * HOUR, ...size(1) })])
    room.feed([formalOf(hefei, id)])
    expect(room.holds()).toEqual(['open ambiguous'])
    const [hold] = room.picture().holds.values()
    await room.desk(SHOCK + 12 * MINUTE).dismiss(hold?.id ?? '', '值班员', '')
    expect(room.feed([formalOf(hefei, { ...id, depthKm: 12, ...late(14) })]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open ambiguous'])
  })
  test('ends with the officer’s merge, and what the second row says follows the first notice at once', async () => {
    const room = openRoom({ bureau: hefei })
    room.feed([formalOf(hefei)])
    room.feed([{ ...twin, ...late(10), ...size(4.6) }])
    const [said = '', doubtful = ''] = room.picture().quakes.keys()
    const desk = room.desk(SHOCK + 12 * MINUTE)
    expect(await desk.merge(said, doubtful, '值班员')).toMatchObject({ ok: false })
    expect(await desk.merge(doubtful, said, '值班员')).toMatchObject({ ok: true })
    expect(desk.said()).toMatchObject({ kinds: ['revision'], outlets: EVERY })
    expect(room.holds()).toEqual([])
    expect(room.feed([{ ...twin, id: 'r-next', ...late(14), ...size(4.9) }]).kinds).toEqual(['revision'])
    expect(await desk.merge(doubtful, said, '值班员')).toMatchObject({ ok: false })
  })
  test('ends with the officer’s split, and each of the two goes on by its own ids', async () => {
    const room = openRoom({ bureau: hefei })
    const auto = reportOf(hefei)
    const own = ownOf(hefei, { ...reviewed, originTime: SHOCK + 15 * SECOND })
    room.feed([auto])
    room.feed([own])
    const desk = room.desk(SHOCK + 12 * MINUTE)
    const quake = firstQuake(room)
    expect(await desk.split(quake, 'own', own.sourceEventId, '值班员')).toMatchObject({ ok: false })
    expect(await desk.split(quake, auto.source, auto.sourceEventId, '值班员')).toMatchObject({ ok: true })
    expect(desk.said().kinds).toEqual(['quick-report'])
    expect(room.feed([formalOf(hefei, late(13))]).plan.notices[0]).toMatchObject({
      kind: 'formal-report',
      report_no: 2,
    })
    expect(room.feed([{ ...own, id: 'r-next', ...late(14), ...size(4.7) }]).plan.notices[0]).toMatchObject({
      kind: 'revision',
      report_no: 3,
    })
  })
})

describe('a zone that slipped', () => {
  const slipped = formalOf(hefei, { sourceEventId: 'CC-1', originTime: SHOCK + 8 * HOUR })
  const right = formalOf(hefei, { sourceEventId: 'CC-1', ...late(12) })

  test('and is put right under the same id: the formal follows the quick report, and nobody is asked any more', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([reportOf(hefei)])
    room.feed([slipped])
    expect(room.holds()).toEqual(['open zone'])
    expect(room.feed([right]).plan.notices[0]).toMatchObject({ kind: 'formal-report', report_no: 2 })
    expect(room.holds()).toEqual([])
    expect(room.alarms().filter((alarm) => alarm.kind === 'hold')).toEqual([])
  })
  test('is said when it is put right, where nothing had been said', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([slipped])
    expect(room.feed([right]).kinds).toEqual(['formal-report'])
    expect(room.holds()).toEqual([])
  })
  test('both in one payload are one word', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([reportOf(hefei)])
    expect(room.feed([slipped, { ...right, receivedAt: slipped.receivedAt }]).kinds).toEqual(['formal-report'])
  })
  test('an id that comes back 30 hours off is no slip', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([{ ...slipped, originTime: SHOCK - 30 * HOUR, receivedAt: SHOCK - 29 * HOUR, ...size(1) }])
    expect(room.feed([right]).kinds).toEqual([])
    expect(room.holds()).toEqual(['open ambiguous'])
  })
  test('a delete finds the word that was said, though its id stands in two quakes', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([{ ...right, originTime: SHOCK - 12 * HOUR, receivedAt: SHOCK - 12 * HOUR + MINUTE }])
    room.feed([right])
    expect(room.holds()).toEqual(['open ambiguous'])
    room.feed([deleteOf(right)])
    expect(room.holds()).toContain('veto veto')
  })
})

describe('exchanged coordinates', () => {
  const swapped = formalOf(yinchuan, { latitude: 76.7, longitude: 39.5, place: '新疆喀什地区伽师县', ...size(6.1) })

  test('that an officer publishes go out in their right places, and the hold says so beforehand', async () => {
    const room = openRoom({ bureau: yinchuan })
    expect(room.feed([swapped]).alarms.join()).toContain('纬度 39.5、经度 76.7')
    const [hold] = room.picture().holds.values()
    const desk = room.desk(SHOCK + 12 * MINUTE)
    expect(await desk.release(hold?.id ?? '', '值班员')).toMatchObject({ ok: true })
    expect(desk.said().kinds).toEqual(['formal-report'])
    expect(sayText(room)).toContain('北纬39.50度，东经76.70度')
    expect(desk.said().plan.journal.map((row) => row.act)).toContain('report.exchange')
  })
  test('are no news when the list is read again after a restart, and the source’s own correction is no revision', async () => {
    const room = openRoom({ bureau: yinchuan })
    room.feed([swapped])
    const [hold] = room.picture().holds.values()
    await room.desk(SHOCK + 12 * MINUTE).release(hold?.id ?? '', '值班员')
    room.restart(SHOCK + 13 * MINUTE)
    expect(room.feed([{ ...swapped, ...late(14) }]).plan.reports).toEqual([])
    const corrected = { ...swapped, id: 'r-right', latitude: 39.5, longitude: 76.7, ...late(16) }
    expect(room.feed([corrected])).toMatchObject({ kinds: [] })
    expect(room.holds()).toEqual([])
  })
})

describe('an officer’s no', () => {
  test('to a phantom leaves the province’s formal its turn when its wait ends', async () => {
    const room = openRoom({ bureau: hefei })
    room.feed([reportOf(hefei, size(7))])
    room.feed([neighbourOf(hefei, { ...reviewed, ...late(4), ...size(5) })])
    const [hold] = room.picture().holds.values()
    await room.desk(SHOCK + 5 * MINUTE).dismiss(hold?.id ?? '', '值班员', '误触发')
    expect(room.holds()).toEqual(['waiting authority'])
    expect(room.look(SHOCK + 14 * MINUTE).kinds).toEqual(['formal-report'])
    expect(sayText(room)).not.toContain('7.0级')
  })
  test('is asked for once, though the hold is to be looked at again when that wait ends', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([reportOf(hefei, size(7))])
    const said = room.feed([neighbourOf(hefei, { ...reviewed, ...late(4), ...size(5) })])
    expect(said.plan.holds).toHaveLength(1)
    expect([said.alarms, said.plan.journal]).toEqual([[], []])
  })
  test('alone leaves nothing waiting', async () => {
    const room = openRoom({ bureau: hefei })
    room.feed([reportOf(hefei, size(7))])
    const [hold] = room.picture().holds.values()
    await room.desk(SHOCK + 5 * MINUTE).dismiss(hold?.id ?? '', '值班员', '误触发')
    expect(room.holds()).toEqual([])
  })
  test('and yes come too late once the formal has spoken', async () => {
    const room = openRoom({ bureau: hefei })
    room.feed([reportOf(hefei, size(7))])
    const [hold] = room.picture().holds.values()
    room.feed([formalOf(hefei, size(6.8))])
    const desk = room.desk(SHOCK + 12 * MINUTE)
    expect(await desk.release(hold?.id ?? '', '值班员')).toMatchObject({ ok: false })
    expect(await desk.dismiss(hold?.id ?? '', '值班员', '')).toMatchObject({ ok: false })
    expect(room.notices()).toHaveLength(1)
  })
})

describe('a formal that swings to and fro', () => {
  const formal = formalOf(hefei)
  const swing = (room: Room, values: readonly number[], from = 12): string[][] =>
    values.map(
      (value, i) => room.feed([{ ...formal, id: `r-${from}-${i}`, ...late(from + i), ...size(value) }]).outlets,
    )

  test('is followed three times by everybody, and then on the website alone, with an alarm', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([formal])
    expect(swing(room, [4.6, 4.2, 4.6, 4.1])).toEqual([EVERY, EVERY, EVERY, ['site']])
    expect(
      room
        .alarms()
        .map((alarm) => alarm.message)
        .join(),
    ).toContain('修订过于频繁')
  })
  test('still reaches everybody with a change of kind, a withdrawal, and after six hours', () => {
    const room = openRoom({ bureau: hefei })
    room.feed([formal])
    swing(room, [4.6, 4.2, 4.6])
    const collapse = { ...formal, id: 'r-c', kind: 'collapse' as const, depthKm: 0, ...late(20), ...size(4.6) }
    expect(room.feed([collapse])).toMatchObject({ kinds: ['correction'], outlets: EVERY })
    const calm = openRoom({ bureau: hefei })
    calm.feed([formal])
    swing(calm, [4.6, 4.2, 4.6])
    expect(swing(calm, [4.1], 380)).toEqual([EVERY])
  })
  test('by 0.2, 19 km, 4 km of depth or some seconds is not followed: no revision for noise', () => {
    const room = openRoom({ bureau: hefei })
    const steady = { ...formal, ...size(4.5) }
    room.feed([steady])
    for (const [i, over] of [
      size(4.7),
      { latitude: north(hefei.quake.latitude, 19) },
      { depthKm: 14 },
      { originTime: SHOCK + 6 * SECOND },
    ].entries()) {
      expect(room.feed([{ ...steady, id: `r-${i}`, ...late(12 + i), ...over }]).kinds).toEqual([])
    }
  })
})

describe('official rows that cannot be said as they are', () => {
  test('an impossible depth in a row whose place may not be printed either is told to a person', () => {
    const room = openRoom({ bureau: hefei })
    const said = room.feed([
      formalOf(hefei, { latitude: 30, longitude: 170, place: '<b>', depthKm: 12_000, ...size(7.6) }),
    ])
    expect([said.kinds, said.alarms.join()]).toEqual([[], expect.stringContaining('12000')])
  })
  test('of a mirror it wakes nobody', () => {
    const room = openRoom({ bureau: hefei })
    const row = formalOf(hefei, { depthKm: 12_000, authority: 'mirror', ...size(7.6) })
    expect(room.feed([row]).alarms).toEqual([])
  })
})
