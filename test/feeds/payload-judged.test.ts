// In: payloads with a trap of time or class. Out: proof that an official source that sends them is not spoken from by itself.
// The policy lets everything speak that may (default rules, all authorised, home at the epicentre); only the trap stands in the way.
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/core/instant.ts'
import { judge } from '../../src/core/judgement/judge.ts'
import type { Authority, QuakeReport } from '../../src/core/quake-report.ts'
import type { Quake } from '../../src/core/quake.ts'
import { parseCeic } from '../../src/feeds/ceic.ts'
import { parseEmscWs } from '../../src/feeds/emsc-ws.ts'
import { parseFan } from '../../src/feeds/fan.ts'
import { parseJma } from '../../src/feeds/jma.ts'
import { parseUsgs } from '../../src/feeds/usgs.ts'
import { policyAt } from '../fuzz/judged.ts'
import { onlyReport } from './json-payloads.ts'
import { fixture } from './recorded.ts'

interface Circumstance {
  /** Milliseconds between the origin time and now. */
  age: number
  authority?: Authority
  seeding?: boolean
  bulk?: boolean
}

/** What would be done about a row that arrives alone. */
function actOn(
  row: QuakeReport,
  { age, authority = 'official-national', seeding = false, bulk = false }: Circumstance,
) {
  const now = (row.originTime ?? 0) + age
  const quake: Quake = {
    id: 'q1',
    class: row.class,
    createdAt: now,
    reports: [{ ...row, id: 'r1', source: 'fuzzed', authority, receivedAt: now }],
    pinnedReportId: null,
    mergedInto: null,
    lineages: [],
  }
  const nothing: ReadonlySet<string> = new Set()
  const { act } = judge({
    quake,
    nearby: [quake],
    policy: policyAt(row.latitude ?? 0, row.longitude ?? 0, false, now),
    world: { now, clockOffMs: 0, bulk, seeding, class: quake.class, killed: false },
    acts: { released: nothing, dismissed: nothing },
    listeningSince: now - DAY,
  })
  return act
}

/** A formal row of the national list: five minutes old it speaks, which every case below needs for its proof. */
const FORMAL = onlyReport(
  parseCeic(
    '[{"CATA_ID":"CC20240102110405.00","O_TIME":"2024-01-02 11:04:05","EPI_LAT":"38.30","EPI_LON":"106.20","EPI_DEPTH":10,"M":"4.6","LOCATION_C":"宁夏银川市永宁县"}]',
  ),
)

describe('a formal row of the national list', () => {
  it('speaks when it is five minutes old', () => {
    expect(actOn(FORMAL, { age: 5 * MINUTE })).toBe('publish')
  })

  it('says nothing at the first poll of a source', () => {
    expect(actOn(FORMAL, { age: 5 * MINUTE, seeding: true })).toBe('record')
  })

  it('says nothing when it comes in bulk, half an hour old, and speaks when it is young among many', () => {
    expect(actOn(FORMAL, { age: 30 * MINUTE, bulk: true })).toBe('record')
    expect(actOn(FORMAL, { age: 5 * MINUTE, bulk: true })).toBe('publish')
  })

  it.each<Authority>(['foreign', 'mirror', 'context'])(
    'is only recorded when a source of authority %s relays it',
    (authority) => {
      expect(actOn(FORMAL, { age: 5 * MINUTE, authority })).toBe('record')
    },
  )

  it.each([
    ['nine days later', 9 * DAY],
    ['eight and a half hours later, as if a zone had slipped', 8.5 * HOUR],
    ['before it happened', -2 * MINUTE],
    ['a hundred years too early', -100 * 365 * DAY],
  ])('never goes out by itself when it arrives %s', (_when, age) => {
    expect(['record', 'hold']).toContain(actOn(FORMAL, { age }))
  })
})

describe('payloads that arrive late', () => {
  it('a FAN row that was created eight and a half hours after the shock is left to a person or to the record', () => {
    const row = onlyReport(parseFan(fixture('fan-cenc.json')))
    expect((row.issuedAt ?? 0) - (row.originTime ?? 0)).toBeGreaterThan(8 * HOUR)
    expect(['record', 'hold']).toContain(actOn(row, { age: (row.issuedAt ?? 0) - (row.originTime ?? 0) }))
  })

  it('an EMSC "create" of days ago is no news, even if the source were ours', () => {
    const row = onlyReport(parseEmscWs(fixture('emsc-ws-late-create.json')))
    const late = (row.issuedAt ?? 0) - (row.originTime ?? 0)
    expect(late).toBeGreaterThan(DAY)
    expect(['record', 'hold']).toContain(actOn(row, { age: late }))
  })

  it('a quake of 1905 in today’s list is no news, even if the source were ours', () => {
    const row = onlyReport(parseUsgs(fixture('usgs-1905.json')))
    expect(['record', 'hold']).toContain(actOn(row, { age: (row.issuedAt ?? 0) - (row.originTime ?? 0) }))
  })
})

describe('test traffic', () => {
  const telegram = fixture('jma-hypocentre.xml')

  it.each(['訓練', '試験'])('a Japanese telegram of status %s is recorded at most, whoever sends it', (status) => {
    const row = onlyReport(parseJma(telegram.replace('<Status>通常</Status>', `<Status>${status}</Status>`)))
    expect(row.class).toBe('test')
    for (const authority of ['official-national', 'own', 'foreign'] as const) {
      expect(actOn(row, { age: 5 * MINUTE, authority })).toBe('record')
    }
  })

  it('the national list’s own row in training is recorded at most', () => {
    expect(actOn({ ...FORMAL, class: 'test' }, { age: 5 * MINUTE })).toBe('record')
  })
})
