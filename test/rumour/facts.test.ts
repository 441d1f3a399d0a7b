// In: notices and revisions of quakes, drafts and rebuttals that rest on them, new quakes near home. Out: proof that sheets follow the
// notices version by version, that whatever cites what is no longer said is flagged, and whatever a new quake overtakes, too; once.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, type Instant } from '../../src/core/instant.ts'
import { readCitation, writeCitation } from '../../src/core/rumour/fact-sheet.ts'
import { writeAnswers } from '../../src/core/rumour/sheet-answers.ts'
import { hearLedger } from '../../src/rumour/checks/hear.ts'
import { settleByHand, watchChecks } from '../../src/rumour/checks/settle.ts'
import {
  addLine,
  findCitationFault,
  hashSheet,
  suggestForQuestion,
  suggestSheet,
} from '../../src/rumour/checks/sheets.ts'
import { replyToQuestion } from '../../src/rumour/questions.ts'
import { listReplies } from '../../src/store/rumours/questions.ts'
import { listAlarms } from '../../src/store/alarms.ts'
import { listSheetVersions, listSheets } from '../../src/store/rumours/fact-sheets.ts'
import { listOpenFlags, type Flag } from '../../src/store/rumours/flags.ts'
import { HOME, openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'
import { hearReport, openSource, sayNotice } from './ledger-rows.ts'
import { TOWNS } from './towns.ts'

let desk: RumourDesk
let count = 0
beforeAll(async () => {
  desk = await openRumourDesk()
  await openSource(desk.pool, desk.context.now() - 30 * DAY)
}, 60_000)
afterAll(() => desk.close())
// Far enough apart that no test's quake is news to another's texts.
beforeEach(() => desk.pass(40 * DAY))

const now = (): Instant => desk.context.now()
const hear = (
  more: { value: number; km?: number; receivedAt?: Instant; originTime?: Instant },
  quake = '',
): Promise<string> =>
  hearReport(
    desk.pool,
    {
      receivedAt: more.receivedAt ?? now(),
      latitude: HOME.latitude + (more.km ?? 0) / 111.2,
      longitude: HOME.longitude,
      place: '内蒙古阿拉善盟阿拉善左旗',
      magnitude: { value: more.value, type: 'M' },
      ...(more.originTime === undefined ? {} : { originTime: more.originTime }),
    },
    quake,
  )

/** A claim whose rebuttal is out, or with `state` elsewhere on its way. */
async function rebut(sheet = '', state = 'published'): Promise<string> {
  count += 1
  const { claim } = await desk.tell(`${TOWNS[count]}明天要发生7级大地震，大家赶紧转发`)
  const isOut = state === 'published'
  const hash = 'a'.repeat(64)
  await desk.query(
    `insert into draft (id, kind, level, outlets, fields, version, hash, state, hands, created_at, edited_by, edited_at, claim_id)
     values ($1, 'rebuttal', 'ordinary', '{}', $2, 1, $3, 'approved', '{p-wang}', $4, 'p-wang', $4, $5)`,
    [`w-${claim}`, JSON.stringify({ heading: '不实', sheet }), hash, new Date(now()).toISOString(), claim],
  )
  await desk.query('update draft set approved_at = $2 where id = $1', [`w-${claim}`, new Date(now()).toISOString()])
  const text = JSON.stringify({ bodyHash: hash, author: 'p-wang', submittedAt: now() })
  await desk.query(`update claim set state = $2, text = $3, approved_hash = $4 where id = $1`, [
    claim,
    isOut ? 'approved' : state,
    text,
    isOut ? hash : null,
  ])
  if (!isOut) return claim
  await sayNotice(desk.pool, null, now(), { kind: 'rebuttal', facts: { draft: { id: `w-${claim}`, hash } } })
  await desk.query(`update claim set state = 'published' where id = $1`, [claim])
  return claim
}

const flagsOf = async (id: string): Promise<Flag[]> =>
  (await listOpenFlags(desk.pool)).filter(({ claimId, noticeId }) => claimId === id || noticeId === id)
const alarmsOf = async (id: string) =>
  (await listAlarms(desk.pool)).filter(({ subject }) => subject.split(' ')[0] === id)

describe('a fact sheet', () => {
  test('is there with the first notice, and follows every further one; no version is ever changed', async () => {
    const quake = await hear({ value: 5, km: 200 })
    await watchChecks(desk.context)
    expect(await listSheetVersions(desk.pool, quake)).toEqual([])
    await sayNotice(desk.pool, quake, now(), {
      kind: 'quick-report',
      origin: { sourceCode: 'AU', automatic: true, magnitude: 4.8, depthKm: null },
    })
    await watchChecks(desk.another())
    desk.pass(8 * MINUTE)
    await sayNotice(desk.pool, quake, now(), { kind: 'formal-report', origin: { magnitude: 5, depthKm: 10 } })
    await watchChecks(desk.another())
    const [second, first] = await listSheetVersions(desk.pool, quake)
    expect([first?.version, second?.version, first?.why, second?.why]).toEqual([1, 2, 'opened', 'notice'])
    expect(first?.body.facts.origin?.magnitude).toBe(4.8)
    expect(second?.body.facts.history.map(({ magnitude }) => magnitude)).toEqual([4.8, 5])
    for (const one of [first, second]) expect(one?.hash).toBe(one && hashSheet(one.sheetId, one.version, one.body))
    for (const sql of [
      `update fact_sheet_version set body = '{}' where sheet_id = $1`,
      `delete from fact_sheet_version where sheet_id = $1`,
      `update fact_sheet set quake_id = quake_id where id = $1`,
    ])
      await expect(desk.query(sql, [first?.sheetId])).rejects.toThrow()
  })

  test('states nothing any more once the notices are withdrawn', async () => {
    const quake = await hear({ value: 4.5, km: 100 })
    await sayNotice(desk.pool, quake, now())
    await watchChecks(desk.context)
    desk.pass(MINUTE)
    await sayNotice(desk.pool, quake, now(), { kind: 'withdrawal' })
    await watchChecks(desk.context)
    const [newest] = await listSheetVersions(desk.pool, quake)
    expect(newest).toMatchObject({ version: 2, body: { facts: { origin: null } } })
  })

  test('takes lines of official sources, dated and named, and no forecast; a line makes the next version', async () => {
    const { wang, sun } = desk.people
    const quake = await hear({ value: 5, km: 200 })
    await sayNotice(desk.pool, quake, now())
    await watchChecks(desk.context)
    const line = { seen: 1, at: now() - HOUR, source: '市抗震救灾指挥部', words: '截至18时没有接到人员伤亡报告' }
    expect(await addLine(desk.context, quake, line, sun)).toMatchObject({ ok: false, rule: 'not-yours' })
    expect(await addLine(desk.context, quake, { ...line, words: '近期不会发生更大地震' }, wang)).toMatchObject({
      rule: 'words',
    })
    expect(await addLine(desk.context, quake, { ...line, at: now() + HOUR }, wang)).toMatchObject({ rule: 'time' })
    expect(await addLine(desk.context, quake, { ...line, source: ' ' }, wang)).toMatchObject({ rule: 'empty' })
    expect(await addLine(desk.context, quake, line, wang)).toEqual({ ok: true, version: 2 })
    expect(await addLine(desk.context, quake, line, wang)).toMatchObject({ ok: false, rule: 'changed' })
    await sayNotice(desk.pool, quake, now() + MINUTE, { kind: 'revision' })
    await watchChecks(desk.context)
    const [newest] = await listSheetVersions(desk.pool, quake)
    expect(newest).toMatchObject({ version: 3, why: 'notice', body: { lines: [{ source: '市抗震救灾指挥部' }] } })
    expect((await listSheets(desk.pool, 100)).filter(({ quakeId }) => quakeId === quake)).toHaveLength(1)
  })

  test('is what a draft about its quake begins by citing, and only a version that still holds goes round', async () => {
    const quake = await hear({ value: 5, km: 20 })
    await sayNotice(desk.pool, quake, now())
    await watchChecks(desk.context)
    const { claim } = await desk.tell('银川刚刚发生8级地震，死了很多人')
    const suggested = await suggestSheet(desk.pool, claim, now())
    const citation = writeCitation({ sheet: suggested?.sheetId ?? '', version: suggested?.version ?? 0 })
    expect(readCitation(citation)).toMatchObject({ version: 1 })
    expect(await findCitationFault(desk.pool, citation)).toBeNull()
    expect(await findCitationFault(desk.pool, '')).toBeNull()
    expect(await findCitationFault(desk.pool, 'fs-000000000000 第1版')).toContain('没有所引的事实单')
    await addLine(desk.context, quake, { seen: 1, at: now(), source: '指挥部', words: '道路畅通' }, desk.people.wang)
    expect(await findCitationFault(desk.pool, citation)).toBeNull()
    await sayNotice(desk.pool, quake, now() + MINUTE, { kind: 'revision', origin: { magnitude: 5.3 } })
    await watchChecks(desk.context)
    expect(await findCitationFault(desk.pool, citation)).toContain('已有第3版')
  })
})

describe('a revision of the quake', () => {
  test('flags every draft and every rebuttal that cites what was said before, once, with an alarm; a line does not', async () => {
    const quake = await hear({ value: 5, km: 200 })
    await sayNotice(desk.pool, quake, now())
    await watchChecks(desk.context)
    const [version] = await listSheetVersions(desk.pool, quake)
    const citation = writeCitation({ sheet: version?.sheetId ?? '', version: 1 })
    const [out, drafted, other] = [await rebut(citation), await rebut(citation, 'drafting'), await rebut('')]
    await addLine(desk.context, quake, { seen: 1, at: now(), source: '指挥部', words: '道路畅通' }, desk.people.wang)
    await watchChecks(desk.context)
    expect([...(await flagsOf(out)), ...(await flagsOf(drafted))]).toEqual([])
    desk.pass(MINUTE)
    await sayNotice(desk.pool, quake, now(), { kind: 'revision', origin: { magnitude: 5.4 } })
    for (let look = 0; look < 3; look += 1) await watchChecks(desk.another())
    for (const id of [out, drafted]) {
      expect(await flagsOf(id)).toMatchObject([{ reason: 'sheet-changed', sheetVersion: 3 }])
      expect(await alarmsOf(id)).toMatchObject([{ kind: 'rumour-facts' }])
    }
    expect(await flagsOf(other)).toEqual([])
    // The writer cites what holds now: the mark goes, and the alarm with it.
    await desk.query(`update draft set fields = jsonb_set(fields, '{sheet}', to_jsonb($2::text)) where claim_id = $1`, [
      drafted,
      writeCitation({ sheet: version?.sheetId ?? '', version: 3 }),
    ])
    await watchChecks(desk.another())
    expect([await flagsOf(drafted), await alarmsOf(drafted)]).toEqual([[], []])
    expect(await flagsOf(out)).toHaveLength(1)
  })
})

describe('an answer to a question that rests on a sheet', () => {
  test('is flagged like every other text once the sheet is revised, rings once for all of them, and is settled by its correction', async () => {
    const { wang } = desk.people
    const quake = await hear({ value: 5, km: 200 })
    await hear({ value: 5.9, km: 150, originTime: now() - 30 * DAY })
    await sayNotice(desk.pool, quake, now(), {
      origin: { latitude: HOME.latitude + 200 / 111.2, longitude: HOME.longitude },
    })
    await watchChecks(desk.context)
    const asked: string[] = []
    for (const text of ['请问刚才是地震吗？', '刚刚是地震吗？', '我家在晃，是地震吗？']) {
      const { sighting } = await desk.tell(text)
      await desk.query('insert into question (sighting_id, due_at) values ($1, now()) on conflict do nothing', [
        sighting,
      ])
      asked.push(sighting)
    }
    const [first = '', second = '', third = ''] = asked
    const sheet = await suggestForQuestion(desk.pool, null, now())
    const citation = writeCitation({ sheet: sheet?.sheetId ?? '', version: sheet?.version ?? 0 })
    expect(sheet?.quakeId).toBe(quake)
    const [what] = writeAnswers(sheet?.body ?? { facts: {} as never, lines: [] })
    const words = what?.answer ?? ''
    // What the record knows of the place stands on the sheet.
    expect(sheet?.body.facts.around?.before.strongest).toContainEqual(
      expect.objectContaining({ magnitude: 5.9, km: 50 }),
    )
    const reply = (id: string, more: object) =>
      replyToQuestion(desk.context, id, { words, seen: 0, sheet: citation, alike: [], ...more }, wang)
    expect(await reply(first, { sheet: 'fs-000000000000 第1版' })).toMatchObject({ ok: false, rule: 'sheet' })
    expect(await reply(first, { alike: [second] })).toMatchObject({ ok: true })
    expect(await reply(third, { words: '请看公告。', sheet: '' })).toMatchObject({ ok: true })
    const flagged = async () =>
      (await listOpenFlags(desk.pool)).flatMap(({ questionId }) => (questionId === null ? [] : [questionId]))
    await watchChecks(desk.context)
    expect(await flagged()).toEqual([])
    desk.pass(MINUTE)
    await sayNotice(desk.pool, quake, now(), { kind: 'revision', origin: { magnitude: 5.4 } })
    for (let look = 0; look < 2; look += 1) await watchChecks(desk.another())
    const cites = [first, ...((await listReplies(desk.pool, second)).length > 0 ? [second] : [])]
    expect((await flagged()).toSorted()).toEqual(cites.toSorted())
    const ringing = async () => (await listAlarms(desk.pool)).filter(({ kind }) => kind === 'question-facts')
    expect(await ringing()).toHaveLength(1)
    expect(await reply(first, { seen: 1 })).toMatchObject({ ok: false, rule: 'sheet' })
    const newest = await suggestForQuestion(desk.pool, null, now())
    const newer = writeCitation({ sheet: newest?.sheetId ?? '', version: newest?.version ?? 0 })
    for (const id of cites) expect(await reply(id, { seen: 1, sheet: newer })).toMatchObject({ ok: true })
    await watchChecks(desk.another())
    expect([await flagged(), await ringing()]).toEqual([[], []])
  })
})

describe('a new official M 4 or more within 300 km', () => {
  test('flags every live rebuttal and no-quake notice at once, by alarm and mark, and takes nothing back', async () => {
    const [out, signing, resting] = [await rebut(), await rebut('', 'signoff'), await rebut('', 'drafting')]
    const denial = await sayNotice(desk.pool, null, now(), {
      kind: 'no-quake',
      facts: { checked: { from: now() - 2 * HOUR, to: now() - HOUR, area: '试验市', magnitudeFloor: 3, cause: '' } },
    })
    await watchChecks(desk.context)
    desk.pass(HOUR)
    const quake = await hear({ value: 4, km: 290 })
    await hearLedger(desk.context)
    for (const id of [out, signing, denial])
      expect([id, await flagsOf(id)]).toMatchObject([id, [{ reason: 'new-quake', quakeId: quake }]])
    expect(await alarmsOf(out)).toMatchObject([
      { kind: 'rumour-facts', message: expect.stringContaining('M4.0') as string },
    ])
    expect(await alarmsOf(denial)).toMatchObject([{ kind: 'denial-facts' }])
    expect(await flagsOf(resting)).toEqual([])
    const [row] = await desk.query<{ n: number }>(
      `select count(*)::int as n from notice where kind = 'withdrawal' and issued_at > $1`,
      [new Date(now() - HOUR).toISOString()],
    )
    expect(row?.n).toBe(0)
    // Its revision, and a second look by another program, say nothing new.
    await hear({ value: 4.3, km: 290 }, quake)
    await Promise.all([hearLedger(desk.another()), hearLedger(desk.another()), watchChecks(desk.another())])
    expect(await flagsOf(out)).toHaveLength(1)
    expect(await alarmsOf(out)).toHaveLength(1)
  })

  test('that came while the program was down is heard when it is back', async () => {
    const out = await rebut()
    await watchChecks(desk.context)
    desk.pass(HOUR)
    const quake = await hear({ value: 5.1, km: 30 })
    desk.pass(5 * HOUR)
    await watchChecks(desk.another())
    expect(await flagsOf(out)).toMatchObject([{ quakeId: quake }])
  })

  test.each([
    ['is too small', { value: 3.9, km: 10 }],
    ['is too far', { value: 6.5, km: 310 }],
  ])('one that %s flags nothing', async (_what, more) => {
    const out = await rebut()
    desk.pass(MINUTE)
    await hear(more)
    await watchChecks(desk.context)
    expect(await flagsOf(out)).toEqual([])
  })

  test('one that was known before the text was written is no news, nor an old one that a source tells late', async () => {
    await hear({ value: 5, km: 10 })
    desk.pass(MINUTE)
    const out = await rebut()
    await hear({ value: 5.5, km: 10, receivedAt: now() + MINUTE, originTime: now() - 5 * DAY })
    await watchChecks(desk.context)
    expect(await flagsOf(out)).toEqual([])
  })

  test('told late, of the very hour that a no-quake notice denies, is news to it', async () => {
    const [from, to] = [now() - 6 * DAY, now() - 6 * DAY + HOUR]
    const denial = await sayNotice(desk.pool, null, now(), {
      kind: 'no-quake',
      facts: { checked: { from, to, area: '试验市', magnitudeFloor: 3, cause: '' } },
    })
    await hear({ value: 4.4, km: 10, originTime: from + MINUTE })
    await watchChecks(desk.context)
    expect(await flagsOf(denial)).toHaveLength(1)
  })

  test('is settled by whoever has looked, with the reason, once; or by the text’s own end', async () => {
    const { wang, sun, chen } = desk.people
    const [one, other] = [await rebut(), await rebut()]
    desk.pass(MINUTE)
    await hear({ value: 4.6, km: 100 })
    await watchChecks(desk.context)
    const [flag] = await flagsOf(one)
    const id = flag?.id ?? 0
    expect(await settleByHand(desk.context, id, '已核对', sun)).toMatchObject({ ok: false, rule: 'not-yours' })
    expect(await settleByHand(desk.context, id, ' ', wang)).toMatchObject({ ok: false, rule: 'why' })
    const both = await Promise.all([
      settleByHand(desk.context, id, '与新地震无关，仍然成立', wang),
      settleByHand(desk.another(), id, '与新地震无关', chen),
    ])
    expect(both.filter(({ ok }) => ok)).toHaveLength(1)
    expect([await flagsOf(one), await alarmsOf(one)]).toEqual([[], []])
    await watchChecks(desk.context)
    expect(await flagsOf(one)).toEqual([])
    expect(await flagsOf(other)).toHaveLength(1)
    await desk.query(`update claim set state = 'closed' where id = $1`, [other])
    desk.pass(31 * DAY)
    await watchChecks(desk.context)
    expect([await flagsOf(other), await alarmsOf(other)]).toEqual([[], []])
    await expect(desk.query('delete from claim_flag')).rejects.toThrow()
  })
})
