// In: a real installation whose rules speak by themselves, a duty officer and two leads with browsers. Out: proof that an edit which
// is put in force turns auto into hold, said on the board beforehand; that a signature makes it auto again with the new words; that
// the shipped words come back under their own authorisation, also by themselves when a version cannot be used; and that the clock
// ends an authorisation.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE, type Instant } from '../../src/core/instant.ts'
import { DOOR_SECRET } from '../crash/installation.ts'
import { until } from '../crash/watch.ts'
import { openBureau, writeDetermination, type Bureau } from './bureau.ts'
import { openFirst, openOfficer, type Visitor } from './officers.ts'

const WORDS = '请以本局发布为准。'
let bureau: Bureau
let wang: Visitor
let li: Visitor
let zhao: Visitor
let count = 0
let endsAt: Instant

beforeAll(async () => {
  endsAt = Date.now() + 4 * 60 * MINUTE
  const sign = {
    sources: ['cenc'],
    signedBy: '带班领导',
    signedAt: '2020-01-01T00:00:00+08:00',
    expiresAt: new Date(endsAt).toISOString(),
  }
  const kinds = ['quick-report', 'formal-report', 'revision', 'correction']
  const authorisations = kinds.map((template) => ({ id: `auto-${template}`, template, ...sign }))
  const door = { format: 'cenc-web', authority: 'official-national', secret: DOOR_SECRET }
  bureau = await openBureau('templates', { more: { authorisations, inbound: [{ id: 'cenc', ...door }] } })
  await bureau.start()
  const admin = await openFirst(bureau)
  wang = await openOfficer(bureau, admin, { login: 'wang', name: '王小明', roles: ['duty'] })
  li = await openOfficer(bureau, admin, { login: 'li', name: '李处', roles: ['lead'] })
  zhao = await openOfficer(bureau, admin, { login: 'zhao', name: '赵处', roles: ['lead'] })
}, 120_000)
afterAll(() => bureau.close(), 60_000)

interface Said {
  text: string
  actor: string
  authorisation: string | null
  level: string
  version: string
}

/** Somebody is at the desk all the while: a quarter of an hour goes by, and a determination comes. @returns what was said of it */
async function hear(code: 'AU' | 'CC'): Promise<Said | null> {
  await bureau.pass(15 * MINUTE)
  await bureau.untilMoved()
  for (const one of [wang, li, zhao]) expect((await one.get('/desk')).status).toBe(200)
  count += 1
  const key = `templates-${count}`
  const db = await bureau.database()
  const { rows: before } = await db.query<{ id: string }>('select id from notice')
  expect(await bureau.push(key, writeDetermination(code, bureau.recent()))).toBe(202)
  const { rows } = await db.query<Said>(
    `select n.text, n.actor, n.authorisation_id as authorisation, n.publication_level as level, j.detail->>'version' as version
     from notice n join journal j on j.subject = n.id and j.act = 'notice.' || n.kind where n.id <> all($1)`,
    [before.map(({ id }) => id)],
  )
  return rows[0] ?? null
}

const board = async (): Promise<string> => (await wang.get('/desk')).body
const held = async (): Promise<{ id: string; reason: string; gate: string } | undefined> => {
  const db = await bureau.database()
  const { rows } = await db.query<{ id: string; reason: string; gate: string }>(
    `select id, reason, gate from hold where state = 'open' order by since desc limit 1`,
  )
  return rows[0]
}
let version = ''

test('before anything is edited the rules speak by themselves, and the board foresees no hold', async () => {
  expect(await board()).not.toContain('下一次地震时将转为待核')
  expect(await hear('AU')).toMatchObject({ actor: 'system', authorisation: 'auto-quick-report', version: '' })
})

test('an edit is a version with its author and reason; it is tried, compared and previewed, and changes nothing yet', async () => {
  const page = await wang.get('/desk/templates/files/_surroundings.liquid')
  expect(page.status).toBe(200)
  const shipped = /<textarea[^>]*>([^<]*)<\/textarea>/.exec(page.body)?.[1] ?? ''
  const decode = (text: string): string =>
    text.replaceAll('&#39;', "'").replaceAll('&#34;', '"').replaceAll('&amp;', '&')
  const refused = await wang.post('/desk/templates/files/_surroundings.liquid', {
    base: 'shipped',
    source: decode(shipped),
    why: '无',
  })
  expect(refused).toMatchObject({ status: 409 })
  expect(refused.body).toContain('没有改动')
  const bad = await wang.post('/desk/templates/files/quick-report.liquid', {
    base: 'shipped',
    source: "{% include '_determination' %}近期不会发生更大地震。<script>alert(1)</script>",
    why: '试写',
  })
  const faulty = await wang.get(bad.to)
  expect(faulty.body).toContain('未通过检查，不能签发')
  expect(faulty.body).not.toContain('<script>alert')
  await li.get(bad.to)
  expect((await li.post(`${bad.to}/force`, {})).body).toContain('未通过检查')
  const made = await wang.post('/desk/templates/files/_surroundings.liquid', {
    base: 'shipped',
    source: `${decode(shipped)}${WORDS}`,
    why: '按省局要求增加提示',
  })
  expect(made.status).toBe(303)
  version = made.to.split('/').at(-1) ?? ''
  const shown = await li.get(made.to)
  expect(shown.body).toContain('通过全部检查')
  expect(shown.body).toContain('按省局要求增加提示')
  expect(shown.body).toMatch(new RegExp(`<mark>${WORDS}</mark>`))
  expect(shown.body).toMatch(/记录 安震信〔\d{4}〕\d+号 第1报/)
  expect(shown.body).toContain('auto-quick-report（自动速报）')
  expect(await hear('AU')).toMatchObject({ authorisation: 'auto-quick-report', version: '' })
})

test('what people write is tried like the rest, its own fields are offered, and its signer reads it', async () => {
  for (const [file, fields] of [
    ['bulletin.liquid', ['heading', 'shocks', 'trendIssuer']],
    ['science.liquid', ['heading', 'body']],
    ['_trend.liquid', ['trendIssuer', 'trendTime', 'trendWords']],
  ] as const) {
    const { body } = await wang.get(`/desk/templates/files/${file}`)
    for (const field of fields) expect(body).toContain(`<code>${field}</code>`)
    expect(body).not.toContain('<code>magnitude</code>')
  }
  const bad = await wang.post('/desk/templates/files/_trend.liquid', {
    base: 'shipped',
    source: '{{ trendIssuer }}{{ trendTime }}发布判定意见：{{ trendWords }}。',
    why: '去掉引号',
  })
  await li.get(bad.to)
  const refused = await li.post(`${bad.to}/force`, {})
  expect(refused.status).toBe(409)
  expect(refused.body).toContain('趋势判定意见须加引号原样引用')
  const good = await wang.post('/desk/templates/files/bulletin.title.liquid', {
    base: 'shipped',
    source: '{{ heading }}。',
    why: '加句号',
  })
  const { body } = await li.get(good.to)
  expect(body).toContain('通过全部检查')
  expect(body).toContain('改动影响：震情通报。')
  for (const kind of ['震情通报', '科普', '通知公告']) expect(body).toContain(`样例 ${kind}：`)
  expect(body).toMatch(/样例 震情通报：[^<]*<b>有变化<\/b>/)
  expect(body).toMatch(/人民政府\d{4}年[^<]*发布判定意见：“[^<”]+”/)
})

test('who wrote it does not sign it, nor does who may not sign', async () => {
  const path = `/desk/templates/versions/${version}`
  expect((await wang.post(`${path}/force`, {})).status).toBe(403)
  const own = await li.post('/desk/templates/files/_surroundings.liquid', {
    base: version,
    source: WORDS,
    why: '改短',
  })
  await li.get(own.to)
  const refused = await li.post(`${own.to}/force`, {})
  expect(refused.status).toBe(409)
  expect(refused.body).toContain('本人参与修改的版本须由另一位带班领导签发')
})

test('put in force without a signature for it, auto becomes hold: said on the board before the quake, and by /readyz', async () => {
  const path = `/desk/templates/versions/${version}`
  await li.get(path)
  expect(await li.post(`${path}/force`, { why: '省局通知' })).toMatchObject({ status: 303, to: '/desk/templates' })
  const said = await board()
  expect(said).toContain('下一次地震时将转为待核')
  expect(said).toMatch(
    /规则 felt-here、near[^：]*的自动速报将全部转为待核，由人工核发：auto-quick-report 签署后模板有改动/,
  )
  expect(said).toMatch(/自 \d+月\d+日 \d\d:\d\d:\d\d 起/)
  const ready = (await (await fetch(`http://127.0.0.1:${bureau.deskPort}/readyz`)).json()) as { degraded: string[] }
  expect(ready.degraded).toContain('authorisation auto-quick-report: 签署后模板有改动')

  expect(await hear('AU')).toBeNull()
  const hold = await held()
  expect(hold).toMatchObject({ gate: 'authorisation' })
  expect(hold?.reason).toContain('auto-quick-report 签署后模板有改动')
  await wang.get(`/desk/holds/${hold?.id}`)
  expect(await wang.post(`/desk/holds/${hold?.id}/publish`)).toMatchObject({ status: 303 })
  const db = await bureau.database()
  const { rows } = await db.query<{ text: string }>('select text from notice order by issued_at desc limit 1')
  expect(rows[0]?.text).toContain(WORDS)
})

test('signed by a lead, with scope, end, level and secrecy review, it is auto again, with the new words and their version', async () => {
  await li.get('/desk/templates')
  const grant = {
    seen: version,
    kind: ['quick-report', 'formal-report', 'revision', 'correction'],
    source: 'cenc',
    days: '30',
  }
  const bare = await li.post('/desk/templates/authorisations', { ...grant, level: '一级', secrecy: '' })
  expect(bare.body).toContain('请填写保密审查意见')
  const signed = await li.post('/desk/templates/authorisations', { ...grant, level: '二级', secrecy: '已审查，不涉密' })
  expect(signed).toMatchObject({ status: 303 })
  expect(await board()).not.toContain('下一次地震时将转为待核')
  const said = await hear('AU')
  expect(said).toMatchObject({ actor: 'system', level: '二级', version })
  expect(said?.authorisation).toMatch(/^desk-quick-report-/)
  expect(said?.text).toContain(WORDS)
  const db = await bureau.database()
  const { rows } = await db.query<{ act: string; actor: string }>(
    `select act, actor from journal where act like 'template.%' or act like 'authorisation.%' order by id`,
  )
  expect(new Set(rows.map(({ act }) => act))).toEqual(
    new Set(['template.edited', 'template.in-force', 'authorisation.signed']),
  )
  for (const { actor } of rows) expect(actor).toMatch(/^p-/)
})

test('one act goes back to the shipped templates, whose own authorisations then count again', async () => {
  await zhao.get('/desk/templates/versions/shipped')
  expect(await zhao.post('/desk/templates/versions/shipped/force', { why: '提示有误' })).toMatchObject({ status: 303 })
  expect(await board()).not.toContain('下一次地震时将转为待核')
  const said = await hear('AU')
  expect(said).toMatchObject({ authorisation: 'auto-quick-report', version: '' })
  expect(said?.text).not.toContain(WORDS)
})

test('a version that cannot be used any more does not silence the bureau: the shipped words go out, and an alarm says so', async () => {
  const db = await bureau.database()
  const files = JSON.stringify({ 'quick-report.liquid': '{{ field_of_a_former_release }}' })
  await db.query(
    `insert into template_version (id, files, made_by, made_at, why) values ('t-former', $1, 'p-1', now(), '旧版')`,
    [files],
  )
  await db.query(
    `insert into template_force (version_id, hashes, signed_by, at) values ('t-former', '{}', 'p-1', now())`,
  )
  await db.query('update ledger_head set version = version + 1')
  const alarm = async (): Promise<string> =>
    (await db.query<{ message: string }>(`select message from alarm where kind = 'template' and cleared_at is null`))
      .rows[0]?.message ?? ''
  await until('the alarm', async () => (await alarm()).includes('已改用随程序发布的模板'))
  expect(await hear('AU')).toMatchObject({ authorisation: 'auto-quick-report', version: '' })
  expect((await li.get('/desk/templates')).body).toContain('此版本无法使用')
  await li.get('/desk/templates/versions/shipped')
  expect(await li.post('/desk/templates/versions/shipped/force', {})).toMatchObject({ status: 303 })
  expect(await alarm()).toBe('')
})

test('an authorisation ends by the clock: the board says since when, and what comes is held', async () => {
  while (bureau.now() < endsAt) {
    await bureau.pass(20 * MINUTE)
    await bureau.untilMoved()
    for (const one of [wang, li, zhao]) await one.get('/desk')
  }
  const said = await board()
  expect(said).toMatch(/的自动速报将全部转为待核，由人工核发：[^<]*auto-quick-report 已过有效期/)
  expect(await hear('CC')).toBeNull()
  expect((await held())?.reason).toContain('auto-formal-report 已过有效期')
})
