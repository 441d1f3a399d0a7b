// In: a real installation, a writer, an officer, a lead. Out: proof that nothing written goes out but as another person approved it,
// once, at once or at its hour; that a missed hour goes to a person; and that citizens find it where they look.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE } from '../../src/core/instant.ts'
import { writeField } from '../../src/web/desk/roster-view.ts'
import { until } from '../crash/watch.ts'
import { openBureau, type Bureau } from './bureau.ts'
import { type Visitor } from './officers.ts'
import { ANNOUNCEMENT, approveDraft, beginDraft, openWriters, pressDraft, readPage, TICKS } from './writers.ts'

let bureau: Bureau
let zhao: Visitor
let wang: Visitor
let li: Visitor

beforeAll(async () => {
  bureau = await openBureau('drafts')
  await bureau.start()
  ;({ zhao, wang, li } = await openWriters(bureau))
}, 120_000)
afterAll(() => bureau.close(), 60_000)

const approve = (path: string, by = li): Promise<void> => approveDraft(path, zhao, by)
/** Whoever is idle for half an hour is shown out: each looks in, once the program's clock has moved. */
async function stayIn(): Promise<void> {
  await bureau.untilMoved()
  await Promise.all([zhao, wang, li].map((one) => one.get('/desk/drafts')))
}
/** Waits for the word of a draft; one that was handed to a person instead says why. */
async function untilSpoken(path: string): Promise<{ id: string; code: string }> {
  const look = async (): Promise<{ id: string; code: string } | string | undefined> => {
    const [spoken] = await listSpoken(path)
    return spoken ?? /未按时发布[^]*?class="wrong">([^<]*)/.exec(await readPage(zhao, path))?.[1]
  }
  const found = await until('the word', look, 90_000)
  if (typeof found === 'string') throw new Error(found)
  return found
}
async function listSpoken(path: string): Promise<{ id: string; code: string; kind: string; state: string }[]> {
  const db = await bureau.database()
  const { rows } = await db.query<{ id: string; code: string; kind: string; state: string }>(
    `select n.id, n.code, n.kind, d.state from draft d join notice n on n.facts #>> '{draft,id}' = d.id where d.id = $1`,
    [path.split('/').at(-1)],
  )
  return rows
}
const countPosts = async (code: string): Promise<number> =>
  (await bureau.town.ledger('weibo')).filter((e) => e.visible && e.text.includes(`/n/${code}`)).length
const fetchPublic = async (path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${bureau.port}${path}`)).text()

test('an announcement is previewed per outlet, approved by another person, released once, and stands where citizens look', async () => {
  const path = await beginDraft(zhao, ANNOUNCEMENT)
  const page = await readPage(zhao, path)
  expect(page).toMatch(/微博（weibo-main）[^]*正文 \d+\/130 字/)
  expect(page).toContain('本周六在市民广场举行')
  expect((await pressDraft(zhao, path, 'submit')).status).toBe(303)
  const own = await pressDraft(zhao, path, 'pass', { tick: TICKS })
  expect([own.status, own.body.includes('起草或改过此稿的人不能审核')]).toEqual([409, true])
  const low = await pressDraft(wang, path, 'pass', { tick: TICKS })
  expect([low.status, low.body.includes('须由带班领导审定')]).toEqual([409, true])
  expect((await pressDraft(li, path, 'pass', { tick: TICKS.slice(1) })).status).toBe(409)
  expect((await pressDraft(zhao, path, 'release')).status).toBe(409)
  expect((await pressDraft(li, path, 'pass', { tick: TICKS })).status).toBe(303)
  const both = await Promise.all([pressDraft(zhao, path, 'release'), pressDraft(wang, path, 'release')])
  expect(both.map(({ status }) => String(status)).toSorted()).toEqual(['303', '409'])
  expect(both.find(({ status }) => status === 409)?.body).toMatch(/(赵宣|王小明) 已于 .* 发布/)
  const [spoken, ...more] = await listSpoken(path)
  expect([spoken?.kind, spoken?.state, more]).toEqual(['announcement', 'released', []])
  const code = spoken?.code ?? ''
  await until('the post', async () => (await countPosts(code)) === 1)
  await until('its page', async () => (await fetchPublic(`/n/${code}`)).includes('二、地点：市民广场。'))
  await until('the list of announcements', async () =>
    (await fetchPublic('/announcements')).includes(ANNOUNCEMENT.heading),
  )
  // It is not what the first page is about, nor a quake for programs.
  expect(await fetchPublic('/')).toContain('/n/')
  expect(await fetchPublic('/api/v1/quakes')).not.toContain(code)
  // It is taken back like any other word, and not with a sentence about an earthquake.
  await wang.get(path)
  const absurd = await wang.post(`/desk/notices/${spoken?.id}/withdraw`, { reason: 'no-quake' })
  expect([absurd.status, absurd.body.includes('与这类公告不符')]).toEqual([409, true])
  expect((await wang.post(`/desk/notices/${spoken?.id}/withdraw`, { reason: 'sent-in-error' })).status).toBe(303)
  await until('the tombstone', async () => (await fetchPublic(`/n/${code}`)).includes('已撤回'))
  const db = await bureau.database()
  const { rows } = await db.query<{ words: string }>(
    `select detail::text as words from journal where act like 'draft.%'`,
  )
  expect(rows.length).toBeGreaterThan(3)
  expect(rows.map(({ words }) => words).join()).not.toMatch(/市民广场|宣传周|赵宣/)
})

test('a bulletin whose bands do not sum, or that quotes a trend nobody may give, does not leave its writer; one that is right stands with its quake', async () => {
  const origin = bureau.recent()
  const serial = await bureau.hear('CC', origin)
  const db = await bureau.database()
  const { rows } = await db.query<{ quake: string; notice: string }>(
    `select quake_id as quake, n.id as notice from notice n where kind = 'formal-report' order by issued_at desc limit 1`,
  )
  const { quake = '', notice = '' } = rows[0] ?? {}
  const bulletin = {
    kind: 'bulletin',
    level: 'ordinary',
    outlet: ['weibo-main'],
    quake,
    heading: '阿拉善左旗5.0级地震震情通报',
    summary: '截至今日上午共记录到余震5次，未收到人员伤亡报告。',
    asOf: writeField(origin + 60_000),
    total: '5',
    band3: '1',
    band2: '3',
    trendIssuer: '银川市地震局',
    trendAt: writeField(origin + 60_000),
    trendWords: '近期发生更大地震的可能性不大',
    body: '本局已派出现场工作队。',
  }
  const path = await beginDraft(zhao, bulletin)
  const refused = await pressDraft(zhao, path, 'submit')
  expect(refused.status).toBe(409)
  expect(refused.body).toContain('各档次数之和为 4，与总次数 5 不符')
  expect(refused.body).toContain('趋势判定意见只能引用')
  const own = await zhao.post(path, { ...bulletin, seen: '1', band2: '4', body: '预计近期还将发生余震。' })
  expect(own.status).toBe(303)
  expect(await readPage(zhao, path)).toContain('正文含预测意见')
  const right = { ...bulletin, band2: '4', trendIssuer: '宁夏回族自治区地震局' }
  expect((await zhao.post(path, { ...right, seen: '2' })).status).toBe(303)
  expect(await readPage(zhao, path)).toMatch(/宁夏回族自治区地震局[^<]*发布判定意见：“近期发生更大地震的可能性不大”。/)
  await approve(path)
  expect((await pressDraft(li, path, 'release')).status).toBe(303)
  const [spoken] = await listSpoken(path)
  const code = spoken?.code ?? ''
  await until('the post', async () => (await countPosts(code)) === 1)
  await until('the quake’s page', async () => (await fetchPublic(`/quakes/${quake}`)).includes('5.0级地震震情通报'))
  const { rows: entries } = await db.query<{ template: string }>(
    `select detail->>'template' as template from journal where act = 'notice.bulletin'`,
  )
  expect(entries).toEqual([{ template: expect.stringMatching(/^[0-9a-f]{64}$/) as string }])
  // The determination still stands, and the page is about it.
  expect(await fetchPublic(`/quakes/${quake}`)).toMatch(/<title>[^<]*发生5\.0级地震/)
  expect(await fetchPublic(`/api/v1/notices/${notice}`)).toContain('"state":"current"')
  await wang.get(`/desk/notices/${notice}/withdraw`)
  const withdrawn = await wang.post(`/desk/notices/${notice}/withdraw`, { reason: 'wrong-parameters' })
  expect(withdrawn.status).toBe(303)
  expect((await bureau.deliveries(serial)).map(({ kind }) => kind)).not.toContain('bulletin')
  const shown = (await fetch(`http://127.0.0.1:${bureau.port}/api/v1/notices/${spoken?.id}`)).json() as Promise<{
    state: string
    quake: string
  }>
  expect(await shown).toMatchObject({ state: 'current', quake })
}, 60_000)

test('a change after the approval takes the approval away, and the second of two writers is told by whom', async () => {
  const path = await beginDraft(zhao, ANNOUNCEMENT)
  await approve(path)
  expect(await readPage(zhao, path)).toContain('已审定')
  await wang.get(`${path}/edit`)
  expect((await wang.post(path, { ...ANNOUNCEMENT, seen: '1', heading: '关于活动改期的通知' })).status).toBe(303)
  expect(await readPage(zhao, path)).toContain('起草')
  expect((await pressDraft(zhao, path, 'release')).status).toBe(409)
  const second = await zhao.post(path, { ...ANNOUNCEMENT, seen: '1', body: '我的改动，不能丢。' })
  expect(second.status).toBe(409)
  expect(second.body).toMatch(/王小明 于 .* 改动了此稿/)
  expect(second.body).toContain('我的改动，不能丢。')
  expect(second.body).toContain('关于活动改期的通知')
  // Whoever changed a word is no second person any more.
  expect((await pressDraft(zhao, path, 'submit')).status).toBe(303)
  expect((await pressDraft(wang, path, 'pass', { tick: TICKS })).body).toContain('不能审核')
})

test('whoever releases while another still changes a word releases what was approved, or nothing', async () => {
  for (let race = 0; race < 6; race += 1) {
    const path = await beginDraft(zhao, { ...ANNOUNCEMENT, outlet: [] })
    await approve(path)
    await wang.get(`${path}/edit`)
    const [released, edited] = await Promise.all([
      pressDraft(zhao, path, 'release'),
      wang.post(path, { ...ANNOUNCEMENT, seen: '1', outlet: [], heading: '改过的标题' }),
    ])
    const spoken = await listSpoken(path)
    expect([released.status === 303, edited.status === 303]).toEqual([spoken.length === 1, spoken.length === 0])
    const db = await bureau.database()
    const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from notice where title = '改过的标题'`)
    expect(rows[0]?.n).toBe(0)
  }
}, 60_000)

test('未发生地震 is written by anybody, approved by the lead, and said by those who may deny a quake, after its quarter of an hour', async () => {
  // Weibo takes only so many posts in a minute.
  await bureau.pass(10 * MINUTE)
  await bureau.untilMoved()
  await stayIn()
  const denial = {
    kind: 'no-quake',
    level: 'ordinary',
    outlet: ['weibo-main'],
    from: writeField(bureau.now() - 30 * 24 * 60 * MINUTE),
    to: writeField(bureau.now() - 5 * MINUTE),
    area: '安平市',
    floor: '3.0',
  }
  const path = await beginDraft(zhao, denial)
  await approve(path)
  expect((await pressDraft(zhao, path, 'release')).body).toContain('由值班员或带班领导发布')
  expect((await pressDraft(wang, path, 'release')).body).toContain('仍可能报来')
  const to = writeField(bureau.now() - 20 * MINUTE)
  await zhao.get(`${path}/edit`)
  expect((await zhao.post(path, { ...denial, to, seen: '1' })).to).toBe(path)
  await approve(path)
  expect((await pressDraft(wang, path, 'release')).to).toBe(path)
  const [spoken] = await listSpoken(path)
  expect(spoken?.kind).toBe('no-quake')
  await until('the post', async () => (await countPosts(spoken?.code ?? '')) === 1)
}, 60_000)

test('a release for an hour goes out at that hour once, also over a kill; one missed for long goes to a person', async () => {
  const path = await beginDraft(zhao, ANNOUNCEMENT)
  await approve(path)
  const soon = await pressDraft(zhao, path, 'schedule', { at: writeField(bureau.now() + 3 * MINUTE) })
  expect(soon.to).toBe(path)
  // A bulletin or a notice about a quake of an hour ago keeps daily words back.
  await bureau.pass(4 * MINUTE)
  await until('the person is asked', async () => (await readPage(zhao, path)).includes('一小时内发布过地震公告'))
  expect(await listSpoken(path)).toEqual([])
  for (let n = 0; n < 3; n += 1) {
    await bureau.pass(22 * MINUTE)
    await stayIn()
  }

  expect((await pressDraft(zhao, path, 'schedule', { at: writeField(bureau.now() + 5 * MINUTE) })).to).toBe(path)
  await bureau.kill('program')
  await bureau.pass(7 * MINUTE)
  await bureau.start()
  const { code } = await untilSpoken(path)
  await until('the post', async () => (await countPosts(code)) === 1)
  expect(await listSpoken(path)).toHaveLength(1)

  await stayIn()
  const late = await beginDraft(zhao, { ...ANNOUNCEMENT, heading: '关于另一活动的通知' })
  await approve(late)
  const kept = await pressDraft(zhao, late, 'schedule', { at: writeField(bureau.now() + 5 * MINUTE) })
  expect([kept.status, /class="wrong"[^>]*>([^<]*)/.exec(kept.body)?.[1]]).toEqual([303, undefined])
  await bureau.stop()
  await bureau.pass(22 * MINUTE)
  await bureau.start()
  await stayIn()
  await until('the person is asked', async () => (await readPage(zhao, late)).includes('已过 15 分钟'))
  expect(await listSpoken(late)).toEqual([])
  expect(await readPage(wang, '/desk')).toContain('定时稿件“关于另一活动的通知”没有发布')
  expect((await pressDraft(zhao, late, 'release')).status).toBe(303)
  expect(await listSpoken(late)).toHaveLength(1)
  expect(await readPage(wang, '/desk')).not.toContain('定时稿件“关于另一活动的通知”没有发布')
}, 240_000)
