// What follows a word that was said: revisions, formal reports, corrections, deletes, withdrawals, resurrections.
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../../src/core/instant.ts'
import type { SpokenOrigin } from '../../../src/core/notice.ts'
import { describeChange } from '../../../src/core/judgement/worth.ts'
import { speakOrigin } from '../../../src/core/judgement/spoken-origin.ts'
import { voiceOf } from '../../../src/core/judgement/prefer.ts'
import {
  authorisationOf,
  BUREAUX,
  deleteOf,
  formalOf,
  judgeScene,
  policyOf,
  quakeOf,
  reportOf,
  SHOCK,
  short,
  SOON,
  spokenOf,
  withdrawnOf,
  type Scene,
} from './bureaux.ts'

const { hefei, chengdu, lhasa } = BUREAUX
const scene: Scene = { bureau: hefei, world: { now: SHOCK + 20 * MINUTE } }
const auto = reportOf(hefei)
const formal = formalOf(hefei)

describe('a revision is worth a notice', () => {
  const said: SpokenOrigin = {
    originTime: SHOCK,
    latitude: 39,
    longitude: 105,
    depthKm: 10,
    magnitude: 4.8,
    kind: 'earthquake',
    place: '内蒙古阿拉善盟阿拉善左旗',
    sourceCode: 'CC',
    automatic: false,
    domestic: true,
  }
  const yes: [string, Partial<SpokenOrigin>][] = [
    ['from M 0.3 on', { magnitude: 4.5 }],
    ['when the magnitude crosses a whole degree', { magnitude: 5 }],
    ['from 20 km on', { latitude: 39.181 }],
    ['when the county changes', { place: '甘肃武威市民勤县' }],
    ['when the province changes and no county is named', { place: '宁夏' }],
    ['when it turns out deep', { depthKm: 120 }],
  ]
  test.each(yes)('%s', (_name, over) => {
    expect(describeChange(said, { ...said, ...over })).toEqual(expect.any(String))
  })
  const no: [string, Partial<SpokenOrigin>][] = [
    ['a tenth of a magnitude within its class', { magnitude: 4.9 }],
    ['0.2 within its class', { magnitude: 4.6 }],
    ['19 km', { latitude: 39.17 }],
    ['the long name of the same region', { place: '内蒙古自治区阿拉善盟阿拉善左旗' }],
    ['the name without its prefecture', { place: '内蒙古阿拉善左旗' }],
    ['附近 behind the same county', { place: '内蒙古阿拉善盟阿拉善左旗附近' }],
    ['a border text that still names the county', { place: '内蒙古阿拉善左旗与甘肃民勤县交界' }],
    ['the prefecture alone', { place: '内蒙古阿拉善盟' }],
    ['a depth of another figure in the same class', { depthKm: 25 }],
    ['a depth that is no longer known', { depthKm: null }],
    ['another second', { originTime: SHOCK + 3 * SECOND }],
  ]
  test.each(no)('not for %s', (_name, over) => {
    expect(describeChange(said, { ...said, ...over })).toBeNull()
  })
  test.each([
    ['台湾花莲县海域', '台湾花莲县附近海域'],
    ['斐济群岛', '斐济群岛地区'],
    ['缅甸', '缅甸'],
  ])('not for %s written as %s', (a, b) => {
    expect(describeChange({ ...said, place: a }, { ...said, place: b })).toBeNull()
  })
  test('a sea that becomes another sea is another place', () => {
    expect(describeChange({ ...said, place: '东海海域' }, { ...said, place: '南海海域' })).not.toBeNull()
  })
})

describe('the next notice of a lineage', () => {
  test('a formal follows an automatic even with identical values', () => {
    expect(short(judgeScene(spokenOf([auto, formal], auto), scene))).toBe('publish formal-report')
  })
  test('a late automatic after the formal says nothing', () => {
    const late = reportOf(hefei, { sourceEventId: 'AU-late', magnitude: { value: 5.4, type: 'M' } })
    expect(short(judgeScene(spokenOf([formal, late], formal), scene))).toBe('record worth')
  })
  test('two formal feeds with identical values make one notice', () => {
    const second = formalOf(hefei, { source: 'cenc-b', id: 'r-second' })
    expect(short(judgeScene(spokenOf([auto, formal, second], formal), scene))).toBe('record worth')
  })
  test('a revised formal magnitude issues a revision, not a second report', () => {
    const next = { ...formal, id: 'r-next', magnitude: { value: 4.6, type: 'M' } }
    expect(short(judgeScene(spokenOf([formal, next], formal), scene))).toBe('publish revision')
  })
  test('a kind that changes after a formal issues a correction', () => {
    const next = { ...formal, id: 'r-next', kind: 'collapse' as const, depthKm: 0 }
    expect(short(judgeScene(spokenOf([formal, next], formal), scene))).toBe('publish correction')
  })
  test('an old version that a cache brings back, dated before the one we said, says nothing', () => {
    const old = { ...formal, id: 'r-old', magnitude: { value: 4.6, type: 'M' }, issuedAt: SHOCK + 8 * MINUTE }
    const now = { ...formal, issuedAt: SHOCK + 12 * MINUTE }
    expect(short(judgeScene(spokenOf([old, now, { ...old, id: 'r-again' }], now), scene))).toBe('record worth')
  })
  test('a value that its source takes back to the former one is seen', () => {
    const up = { ...formal, id: 'r-up', magnitude: { value: 4.7, type: 'M' } }
    expect(short(judgeScene(spokenOf([formal, up, { ...formal, id: 'r-down' }], up), scene))).toBe('publish revision')
  })
  test('the national formal follows a provincial one under its own label', () => {
    const province = formalOf(hefei, { source: 'own', authority: 'own', agency: 'AH', sourceCode: 'AH' })
    expect(short(judgeScene(spokenOf([province, formal], province), scene))).toBe('publish formal-report')
  })
  test('two provinces that both located a border quake do not correct each other', () => {
    const over = { authority: 'official-provincial' as const, receivedAt: SHOCK }
    const first = formalOf(hefei, { ...over, source: 'province', agency: 'AH', sourceCode: 'AH' })
    const second = formalOf(hefei, {
      ...over,
      source: 'province-2',
      agency: 'JS',
      sourceCode: 'JS',
      magnitude: { value: 4.9, type: 'M' },
    })
    expect(short(judgeScene(spokenOf([first, second], first), scene))).toBe('record worth')
  })
  test('a missing signature never holds a follow-up; it alarms beside it', () => {
    const policy = policyOf(hefei, { authorisations: [authorisationOf('quick-report')] })
    const judged = judgeScene(spokenOf([auto, formal], auto), { ...scene, policy })
    expect(short(judged)).toBe('publish formal-report')
    expect(judged.alarms.join()).toContain('预授权')
  })
  test('without one it reaches no outlet that did not carry the first word', () => {
    const policy = policyOf(hefei, { authorisations: [authorisationOf('quick-report')] })
    const judged = judgeScene(spokenOf([auto, formal], auto), { ...scene, policy })
    expect(judged.act === 'publish' && judged.word.rule).toBeNull()
  })
  test('a formal far below every threshold still follows', () => {
    const small = formalOf(hefei, { magnitude: { value: 2.1, type: 'M' } })
    expect(short(judgeScene(spokenOf([auto, small], auto), scene))).toBe('publish formal-report')
  })
  test('a provincial formal that waits beside a spoken automatic is looked at again when its wait ends', () => {
    const province = formalOf(hefei, {
      source: 'province',
      authority: 'official-provincial',
      agency: 'AH',
      sourceCode: 'AH',
      receivedAt: SHOCK + 5 * MINUTE,
    })
    const quake = spokenOf([auto, province], auto)
    const waiting = judgeScene(quake, { ...scene, world: { now: SHOCK + 6 * MINUTE } })
    expect(waiting.recheckAt).toBe(SHOCK + 15 * MINUTE)
    expect(short(judgeScene(quake, { ...scene, world: { now: SHOCK + 15 * MINUTE } }))).toBe('publish formal-report')
  })
  test('the national formal wins when it comes within that wait', () => {
    const province = formalOf(hefei, {
      source: 'province',
      authority: 'official-provincial',
      agency: 'AH',
      sourceCode: 'AH',
      receivedAt: SHOCK + 5 * MINUTE,
    })
    const judged = judgeScene(spokenOf([auto, province, formal], auto), {
      ...scene,
      world: { now: SHOCK + 9 * MINUTE },
    })
    expect(judged.act === 'publish' && judged.word.report.id).toBe(formal.id)
  })
})

describe('the agency deletes what we said', () => {
  const gone = deleteOf(formal)
  const at = (ms: number): Scene => ({ bureau: hefei, world: { now: gone.receivedAt + ms } })

  test('a withdrawal is prepared, and goes out after 120 s', () => {
    const quake = spokenOf([formal, gone], formal)
    expect(short(judgeScene(quake, at(0)))).toBe('veto withdrawal')
    expect(short(judgeScene(quake, at(119 * SECOND)))).toBe('veto withdrawal')
    expect(short(judgeScene(quake, at(120 * SECOND)))).toBe('publish withdrawal')
  })
  test('neither the global switch nor a wrong clock stops it', () => {
    const quake = spokenOf([formal, gone], formal)
    const world = { now: gone.receivedAt + 120 * SECOND, killed: true, clockOffMs: HOUR }
    expect(short(judgeScene(quake, { bureau: hefei, world }))).toBe('publish withdrawal')
  })
  test('a row that comes back during the veto cancels it', () => {
    const quake = spokenOf([formal, gone, { ...formal, id: 'r-back' }], formal)
    expect(judgeScene(quake, at(60 * SECOND)).act).toBe('record')
  })
  test('after a power cut the sources are heard for a minute before it fires', () => {
    const quake = spokenOf([formal, gone], formal)
    const back = gone.receivedAt + 20 * MINUTE
    const heard = (ms: number): string => short(judgeScene(quake, { ...at(20 * MINUTE + ms), listeningSince: back }))
    expect(heard(0)).toBe('veto withdrawal')
    expect(heard(59 * SECOND)).toBe('veto withdrawal')
    expect(heard(60 * SECOND)).toBe('publish withdrawal')
  })
  test('a delete by anybody else is only recorded', () => {
    const foreign = reportOf(hefei, {
      source: 'usgs',
      authority: 'foreign',
      agency: 'US',
      sourceCode: '',
      sourceEventId: 'us1',
    })
    const quake = spokenOf([formal, foreign, deleteOf(foreign)], formal)
    expect(short(judgeScene(quake, at(HOUR)))).toBe('record worth')
  })
  test('while another official determination stands a person decides', () => {
    const second = formalOf(hefei, { source: 'cenc-b', id: 'r-b' })
    expect(short(judgeScene(spokenOf([formal, second, gone], formal), at(HOUR)))).toBe('hold delete')
    const province = formalOf(hefei, { source: 'own', authority: 'own', agency: 'AH', sourceCode: 'AH' })
    expect(short(judgeScene(spokenOf([formal, province, gone], formal), at(HOUR)))).toBe('hold delete')
  })
  test('a stale revision in another feed is not said in its place', () => {
    const stale = formalOf(hefei, { source: 'cenc-b', id: 'r-b', magnitude: { value: 5.2, type: 'M' } })
    expect(short(judgeScene(spokenOf([stale, formal, gone], formal), at(HOUR)))).toBe('hold delete')
  })
  test('a mirror that still shows it changes nothing', () => {
    const mirror = formalOf(hefei, { source: 'relay', authority: 'mirror' })
    expect(short(judgeScene(spokenOf([formal, mirror, gone], formal), at(HOUR)))).toBe('publish withdrawal')
  })
  test('an automatic that makes room for its formal is followed, not withdrawn', () => {
    const quake = spokenOf([auto, deleteOf(auto), formal], auto)
    expect(short(judgeScene(quake, at(HOUR)))).toBe('publish formal-report')
  })
  test('a formal that was deleted is withdrawn though its automatic row is still listed', () => {
    expect(short(judgeScene(spokenOf([auto, formal, gone], formal), at(HOUR)))).toBe('publish withdrawal')
  })
  test('the same source under another id is no delete', () => {
    const renamed = { ...formal, id: 'r-renamed', sourceEventId: 'CC-renamed', originTime: SHOCK + 4 * SECOND }
    expect(short(judgeScene(spokenOf([formal, gone, renamed], formal), at(HOUR)))).toBe('record worth')
  })
  test('the agency’s delete in another of its feeds goes to a person', () => {
    const second = formalOf(hefei, { source: 'cenc-b', id: 'r-b' })
    expect(short(judgeScene(spokenOf([formal, second, deleteOf(second)], formal), at(HOUR)))).toBe('hold delete')
  })
  test('that feed dropping its automatic after the formal does not', () => {
    const second = reportOf(hefei, { source: 'cenc-b', id: 'r-b' })
    expect(short(judgeScene(spokenOf([second, formal, deleteOf(second)], formal), at(HOUR)))).toBe('record worth')
  })
  test('a person may leave it unsaid', () => {
    const quake = spokenOf([formal, gone], formal)
    expect(judgeScene(quake, { ...at(HOUR), dismissed: [gone.id] }).act).toBe('record')
  })
  test('or release it at once', () => {
    const second = formalOf(hefei, { source: 'cenc-b', id: 'r-b' })
    const quake = spokenOf([formal, second, gone], formal)
    expect(short(judgeScene(quake, { ...at(0), released: [gone.id] }))).toBe('publish withdrawal')
  })
})

describe('after a withdrawal', () => {
  const at = SHOCK + 30 * MINUTE
  const now: Scene = { bureau: hefei, world: { now: at + 5 * MINUTE } }

  test('the same row stays unspoken', () => {
    expect(short(judgeScene(withdrawnOf([formal], formal, { report: formal, at }), now))).toBe('record withdrawn')
  })
  test('also when another feed relays it later, or a restart brings it again', () => {
    const relay = formalOf(hefei, { source: 'cenc-b', receivedAt: at + MINUTE, originTime: SHOCK + SECOND })
    expect(short(judgeScene(withdrawnOf([formal, relay], formal, { report: formal, at }), now))).toBe(
      'record withdrawn',
    )
    const again = { ...formal, id: 'r-again', receivedAt: at + MINUTE }
    expect(short(judgeScene(withdrawnOf([formal, again], formal, { report: formal, at }), now))).toBe(
      'record withdrawn',
    )
  })
  test('a row that its agency brings back after its own delete goes to a person', () => {
    const gone = deleteOf(formal)
    const back = { ...formal, id: 'r-back', receivedAt: at + MINUTE }
    expect(short(judgeScene(withdrawnOf([formal, gone, back], formal, { report: gone, at }), now))).toBe(
      'hold withdrawn',
    )
  })
  test('a newer national formal speaks', () => {
    const newer = formalOf(hefei, { receivedAt: at + MINUTE, magnitude: { value: 4.6, type: 'M' } })
    expect(short(judgeScene(withdrawnOf([auto, newer], auto, { report: auto, at }), now))).toBe('publish formal-report')
  })
  test('so does a national formal that confirms the automatic which was withdrawn', () => {
    const newer = formalOf(hefei, { receivedAt: at + MINUTE, originTime: SHOCK })
    expect(short(judgeScene(withdrawnOf([auto, newer], auto, { report: auto, at }), now))).toBe('publish formal-report')
  })
  test('and one that confirms what a province said and withdrew', () => {
    const province = formalOf(hefei, { source: 'own', authority: 'own', agency: 'AH', sourceCode: 'AH' })
    const newer = formalOf(hefei, { receivedAt: at + MINUTE })
    const quake = withdrawnOf([province, newer], province, { report: province, at })
    expect(short(judgeScene(quake, now))).toBe('publish formal-report')
  })
  test('a newer automatic goes to a person', () => {
    const newer = reportOf(hefei, { receivedAt: at + MINUTE, magnitude: { value: 4.9, type: 'M' } })
    expect(short(judgeScene(withdrawnOf([auto, newer], auto, { report: auto, at }), now))).toBe('hold withdrawn')
  })
  test('a duplicate that was withdrawn stays with a person, whatever comes', () => {
    const newer = formalOf(hefei, { receivedAt: at + MINUTE, magnitude: { value: 4.6, type: 'M' } })
    const quake = withdrawnOf([auto, newer], auto, { report: auto, at, reason: 'duplicate' })
    expect(short(judgeScene(quake, now))).toBe('hold withdrawn')
  })
  test('a deleted automatic that comes back as a blast 42 km away goes to a person', () => {
    const gone = deleteOf(auto)
    const blast = reportOf(hefei, {
      kind: 'blast',
      latitude: auto.latitude! + 0.38,
      receivedAt: at + MINUTE,
      evaluation: 'reviewed',
      sourceCode: 'CC',
    })
    expect(short(judgeScene(withdrawnOf([auto, gone, blast], auto, { report: gone, at }), now))).toBe('hold kind')
  })
})

describe('what is printed', () => {
  test('a place with markup is replaced by our own table’s, with an alarm', () => {
    const judged = judgeScene([reportOf(chengdu, { place: '四川<b>都江堰</b>#地震#' })], { bureau: chengdu })
    expect(short(judged)).toBe('publish quick-report')
    expect(judged.alarms.join()).toContain('已改用')
    expect(judged.act === 'publish' && judged.word.origin?.place).toMatch(/^四川.*都江堰市/)
  })
  test('a place that says something is never printed', () => {
    const judged = judgeScene([reportOf(chengdu, { place: '四川成都市大家快跑' })], { bureau: chengdu })
    expect(judged.act === 'publish' && judged.word.origin?.place).not.toContain('快跑')
  })
  test('an unprintable place far from every county wakes nobody unless a rule speaks of the quake', () => {
    const far = { latitude: -40, longitude: -100, place: '<i>x</i>' }
    expect(
      short(
        judgeScene([formalOf(chengdu, { ...far, magnitude: { value: 5, type: 'M' } })], {
          bureau: chengdu,
          world: { now: SHOCK + 9 * MINUTE },
        }),
      ),
    ).toBe('record rules')
    expect(
      short(
        judgeScene([formalOf(chengdu, { ...far, magnitude: { value: 7.5, type: 'M' } })], {
          bureau: chengdu,
          world: { now: SHOCK + 9 * MINUTE },
        }),
      ),
    ).toBe('hold place')
  })
  test.each([
    ['AU', 'automatic', 'official-national', 'AU'],
    ['CD', 'reviewed', 'official-national', 'CD'],
    ['', 'reviewed', 'official-national', 'CC'],
    ['', 'automatic', 'official-national', 'AU'],
    ['', 'reviewed', 'own', 'SC'],
    ['', 'automatic', 'own', 'SC'],
    ['YN', 'reviewed', 'official-provincial', 'YN'],
    ['YN', 'unknown', 'official-provincial', 'YN'],
  ] as const)('code %j, %s, from %s is labelled %s', (sourceCode, evaluation, authority, expected) => {
    const report = reportOf(chengdu, { sourceCode, evaluation, authority, agency: authority === 'own' ? '' : 'CENC' })
    const spoken = speakOrigin(report, voiceOf(report), policyOf(chengdu))
    expect(spoken.ok && spoken.origin.sourceCode).toBe(expected)
    // A province's letters do not tell who looked at it: the determination says so itself.
    expect(spoken.ok && spoken.origin.automatic).toBe(evaluation !== 'reviewed')
  })
})

describe('preference', () => {
  const at = (reports: ReturnType<typeof reportOf>[], pinned: string | null = null): string => {
    const judged = judgeScene(quakeOf(reports, { pinnedReportId: pinned }), {
      bureau: lhasa,
      world: { now: SHOCK + 40 * MINUTE },
    })
    return judged.act === 'publish' || judged.act === 'hold' ? (judged.word?.report.id ?? '') : judged.act
  }
  const national = formalOf(lhasa, { id: 'national' })
  const own = formalOf(lhasa, { id: 'own', source: 'own', authority: 'own', agency: 'XZ', sourceCode: 'XZ' })
  const province = formalOf(lhasa, {
    id: 'province',
    source: 'province',
    authority: 'official-provincial',
    agency: 'QH',
    sourceCode: 'QH',
  })
  const automatic = reportOf(lhasa, { id: 'automatic' })
  test.each([
    ['national', [automatic, province, own, national]],
    ['own', [automatic, own, province]],
    ['province', [automatic, province]],
    ['automatic', [automatic, reportOf(lhasa, { source: 'own', authority: 'own', agency: 'XZ', sourceCode: '' })]],
  ])('%s stands', (expected, reports) => {
    expect(at(reports)).toBe(expected)
    expect(at(reports.toReversed())).toBe(expected)
  })
  test('a person’s choice stands above all', () => {
    expect(at([automatic, national, own], 'own')).toBe('own')
  })
  test('the newest version of an id stands, whatever it says', () => {
    expect(at([national, { ...national, id: 'newer', magnitude: { value: 4.9, type: 'M' } }])).toBe('newer')
  })
  test('the bureau’s own automatic speaks while a provincial formal waits', () => {
    const first = reportOf(lhasa, { id: 'own-auto', source: 'own', authority: 'own', agency: 'XZ', sourceCode: 'XZ' })
    const waits = { ...province, receivedAt: SOON }
    const judged = judgeScene([first, waits], { bureau: lhasa })
    expect(judged.act === 'publish' && judged.word.report.id).toBe('own-auto')
    expect(judged.recheckAt).toBe(SOON + 10 * MINUTE)
  })
})
