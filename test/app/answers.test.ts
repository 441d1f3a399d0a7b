// In: a real installation, the bureau's staff, the cyberspace office and the police. Out: proof that a claim has one public address from
// the first line to the last correction, that whoever was told is told again, that what is true is answered as true, and that a
// duty officer alone lets out what all signed in peacetime, and nothing else.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  answerClaim,
  done,
  idOf,
  lookInto,
  openAnswerers,
  press,
  readPublicPage,
  readPublicPath,
  readState,
  step,
  tell,
  untilOut,
  type Answerers,
} from './answerers.ts'
import { readReceipt, type ReceiptStand } from '../../src/rumour/receipts.ts'
import { startInstallation, until, type Installation } from './installation.ts'

let here: Installation
let people: Answerers

beforeAll(async () => {
  here = await startInstallation()
  people = await openAnswerers(here)
}, 120_000)
afterAll(() => here.close(), 60_000)

const WORDS = {
  heading: '网传蛤蟆上街是地震前兆的消息不实',
  summary: '网传蛤蟆上街是地震前兆的消息不实，请以地震部门发布的信息为准。',
  body: '雨后蛤蟆集中活动是常见现象，地震台网监测正常。',
  claim: '蛤蟆上街是地震前兆',
  verdict: '不实',
  evidence: '农业农村部门现场核查；《地震预报管理条例》',
}
/** What whoever holds a receipt is told. */
const lookUp = (receipt: string): Promise<ReceiptStand> => {
  const db = { query: async (text: string, values: unknown[]) => ({ rows: await here.query(text, values) }) }
  return readReceipt(db as never, here.config.bureau.publicUrl, receipt)
}
const onWeibo = (): string[] => (here.town.stands['weibo']?.ledger() ?? []).map(({ title, text }) => `${title}${text}`)
const untilPage = (path: string, holds: (html: string) => boolean): Promise<void> =>
  until(async () => holds(await readPublicPage(here, path)))

describe('正在核实', () => {
  test('stands on the website under the claim’s own address, in prepared words, and nowhere else', async () => {
    const { wang, chen, sun } = people
    const claim = await tell(wang, '听说城东学校楼塌了，压死三个人')
    expect(await readPublicPath(here, claim)).toBe('')
    const posts = onWeibo().length
    expect((await press(wang, claim, 'line', { place: '某地<b>' })).body).toContain('请从列表中选择地点')
    await done(press(wang, claim, 'line', { place: here.config.bureau.home.name }))
    expect((await press(chen, claim, 'line')).body).toContain('已经发布')
    expect((await sun.post(`${claim}/line`)).status).toBe(403)
    const path = await readPublicPath(here, claim)
    expect(path).toMatch(/^\/rumours\/[2-9a-zB]{8}$/)
    await untilPage(path, (html) => html.includes('正在会同有关部门核实'))
    const html = await readPublicPage(here, path)
    expect(html).toContain('待核')
    for (const hidden of ['学校楼塌', '压死', '城东', idOf(claim)]) expect(html).not.toContain(hidden)
    expect(html).not.toContain('ClaimReview')
    expect(await readPublicPage(here, '/rumours')).toContain(path.slice(1))
    expect(onWeibo().length).toBe(posts)
    const [clock] = await here.query<{ met: boolean }>(
      `select met_at is not null as met from claim_clock where claim_id = $1 and clock = 'first-line'`,
      [idOf(claim)],
    )
    expect(clock?.met).toBe(true)
    // Whoever waits for an answer is not left without a word.
    await done(press(wang, claim, 'proposals', { event: 'dismiss', reason: '不属地震' }))
    const proposal = /proposals\/(\d+)/.exec((await chen.get(claim)).body)?.[1] ?? ''
    expect((await press(chen, claim, `proposals/${proposal}`, { do: 'agree' })).body).toContain('请先结束公示')
    await done(press(wang, claim, 'line/end', { how: 'passed-on' }))
    await done(press(chen, claim, `proposals/${proposal}`, { do: 'agree' }))
    await untilPage(path, (page) => page.includes('已转有关部门处理') && !page.includes('正在会同'))
  })
})

describe('an answer', () => {
  test('has one address: answered, looked at again, corrected in its own lineage, withdrawn; every agency told is told each time', async () => {
    const { wang, zhao, sun, li } = people
    const claim = await tell(wang, '固原好多蛤蟆上街，老人说是地震前兆')
    // Somebody else has heard the same, and keeps the code.
    await wang.get('/desk/rumours/new')
    const taken = await wang.post('/desk/rumours', { route: 'phone', text: '固原好多蛤蟆上街，老人说是地震前兆！' })
    const [receipt = ''] = /[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}/.exec(taken.body) ?? []
    expect(taken.body).toContain(claim)
    expect(await lookUp(receipt)).toMatchObject({ stage: 'received', url: '', answer: null })
    await done(press(li, claim, 'grants', { organisation: 'cac', level: 'summary', hours: '24', reason: '通报' }))
    await lookInto(wang, claim)
    await done(press(wang, claim, 'line'))
    const path = await readPublicPath(here, claim)
    expect(await lookUp(receipt)).toMatchObject({ stage: 'checking', answer: { standing: 'checking', said: null } })
    await answerClaim(people, claim, WORDS)
    expect(await readPublicPath(here, claim)).toBe(path)
    await untilPage(path, (html) => html.includes(WORDS.body) && html.includes('ClaimReview'))
    const first = await readPublicPage(here, path)
    expect(await lookUp(receipt)).toMatchObject({
      stage: 'answered',
      url: `${here.config.bureau.publicUrl}${path}`,
      answer: { standing: 'answered', said: { verdict: '不实', title: WORDS.heading, summary: WORDS.summary } },
    })
    expect(first.indexOf(WORDS.body)).toBeLessThan(first.indexOf('网传“蛤蟆上街是地震前兆”的说法不实。'))
    expect(first.replace(/<script[^]*?<\/script>/g, '').split('“蛤蟆上街是地震前兆”')).toHaveLength(2)
    expect(first).toContain('《地震预报管理条例》')
    expect(first).not.toContain('正在会同')
    await untilOut(here, claim)
    expect((await sun.get('/desk/rumours')).body).not.toContain('更正和撤回')

    await done(step(zhao, claim, 'correct', { reason: '依据有误' }))
    await untilPage(path, (html) => html.includes('正在复核以下内容'))
    const again = { ...WORDS, heading: '关于蛤蟆上街的核实情况', verdict: '缺乏依据', body: '未见异常，现场仍在核查。' }
    await answerClaim(people, claim, again)
    const said = await here.query<{ report: number; lineage: string; title: string; kind: string; old: string | null }>(
      `select n.report_no as report, n.lineage_id as lineage, n.title, n.kind, n.supersedes as old from draft d
       join notice n on n.id = d.notice_id where d.claim_id = $1 order by n.issued_at`,
      [idOf(claim)],
    )
    expect(said.map(({ report, kind }) => [report, kind])).toEqual([
      [1, 'rebuttal'],
      [2, 'rebuttal'],
    ])
    expect(said[0]?.lineage).toBe(said[1]?.lineage)
    expect(said[1]?.title).toBe('【更正】关于蛤蟆上街的核实情况')
    await untilPage(path, (html) => html.includes('以下为更正后的内容') && html.includes('缺乏依据'))
    expect(await lookUp(receipt)).toMatchObject({
      answer: { standing: 'corrected', said: { verdict: '缺乏依据', title: `【更正】${again.heading}` } },
    })
    await untilOut(here, claim)
    expect(onWeibo().some((text) => text.startsWith('【更正】'))).toBe(true)
    const [old] = await here.query<{ code: string }>('select code from notice where id = $1', [said[1]?.old])
    await untilPage(`/n/${old?.code}`, (html) => html.includes('【已更正】'))

    const told = (await sun.get('/desk/rumours')).body
    expect(told).toContain('更正和撤回，请转告')
    const word = /\/desk\/words\/[\w-]+\/read/.exec(told)?.[0] ?? ''
    expect((await wang.get(claim)).body).toContain('尚未确认')
    expect((await sun.post(word)).status).toBe(303)
    expect((await sun.get('/desk/rumours')).body).not.toContain('更正和撤回，请转告')
    expect((await wang.get(claim)).body).toContain('已知悉')

    const [notice] = await here.query<{ id: string }>(
      'select notice_id as id from draft where claim_id = $1 order by released_at desc limit 1',
      [idOf(claim)],
    )
    await wang.get(`/desk/notices/${notice?.id}/withdraw`)
    expect((await wang.post(`/desk/notices/${notice?.id}/withdraw`, { reason: 'sent-in-error' })).status).toBe(303)
    await untilPage(path, (html) => html.includes('核实结果已撤回'))
    const gone = await readPublicPage(here, path)
    for (const hidden of ['蛤蟆上街是地震前兆', 'ClaimReview', again.body]) expect(gone).not.toContain(hidden)
    expect((await lookUp(receipt)).answer).toEqual({ standing: 'withdrawn', said: null })
    await until(async () => (await readState(here, claim)) === 'correction')
    await done(press(li, claim, 'grants/cac/end'))
    expect((await sun.get('/desk/rumours')).body).toContain('更正和撤回，请转告')
  }, 90_000)

  test('to what is true says so under its own name, and copies of it are no rumour that comes back', async () => {
    const { wang } = people
    const claim = await tell(wang, '石嘴山井水突然变浑了，老人说是前兆')
    await lookInto(wang, claim)
    await answerClaim(people, claim, {
      ...WORDS,
      heading: '关于部分水井变浑的情况',
      summary: '部分水井变浑的情况属实，系附近施工所致。',
      body: '水务部门确认，变浑系附近施工所致。',
      claim: '石嘴山井水变浑',
      verdict: '属实',
      evidence: '水务部门现场核查',
    })
    await untilOut(here, claim)
    expect(onWeibo().some((text) => text.startsWith('【情况核实】关于部分水井变浑的情况'))).toBe(true)
    const path = await readPublicPath(here, claim)
    await untilPage(path, (html) => html.includes('的情况属实。'))
    expect(await readPublicPage(here, path)).toMatch(/"ratingValue":5/)
    for (const end of ['！', '！！', '。。', '～～'])
      expect(await tell(wang, `石嘴山井水突然变浑了，老人说是前兆${end}`)).toBe(claim)
    expect(await readState(here, claim)).toBe('published')
  }, 60_000)
})

const FORM = {
  name: '避险做法的谣传',
  kind: 'advice',
  heading: '关于{place}网传避险做法的说明',
  summary: '{place}居民请按应急部门公布的避险要点做好准备。',
  body: '室内就近躲避，震后有序撤离到开阔地带。',
  claim: '{place}住高楼的应当立即跳窗避险',
  verdict: '不实',
  evidence: '《中华人民共和国防震减灾法》',
}

describe('a prepared answer', () => {
  test('is signed by every agency in peacetime, and then let out by the duty officer alone, its blank filled from the table', async () => {
    const { wang, chen, li, sun, qian, zhao } = people
    await wang.get('/desk/rumours/prepared')
    expect((await wang.post('/desk/rumours/prepared', { ...FORM, body: '{name}' })).body).toContain('空白只能写作')
    const made = await wang.post('/desk/rumours/prepared', FORM)
    expect(made.to).toMatch(/^\/desk\/rumours\/prepared\/f-[0-9a-f]+$/)
    const page = made.to
    expect((await sun.get(page)).status).toBe(404)
    const act = async (by: typeof wang, path: string, more: Record<string, string> = {}) => {
      const { body } = await by.get(page)
      const hash = /name="hash" value="([0-9a-f]{64})"/.exec(body)?.[1] ?? ''
      return by.post(`${page}/${path}`, { seen: /第 (\d+) 版/.exec(body)?.[1] ?? '', hash, ...more })
    }
    await done(act(wang, 'offer', { days: '90' }))
    expect((await act(wang, 'sign', { scope: 'facts' })).body).toContain('您起草了这一版')
    await done(act(chen, 'sign', { scope: 'facts' }))
    await done(act(li, 'sign', { scope: 'lead' }))
    await done(act(sun, 'sign', { scope: 'cac-wording' }))
    const claim = await tell(wang, '地震来了住高楼的要马上跳窗躲避，应急包里放上绳子')
    const use = page.replace('/rumours/prepared/', `${claim.replace('/desk', '')}/prepared/`)
    expect((await wang.get(claim)).body).not.toContain('可用的预签模板')
    expect((await wang.get(use)).status).toBe(404)
    await done(act(qian, 'sign', { scope: 'police-mention' }))
    expect((await wang.get(claim)).body).toContain('可用的预签模板')

    await wang.get(use)
    const seen = { seen: '1', version: '1' }
    expect((await wang.post(use, { ...seen, do: 'publish', 'slot-place': '火星' })).body).toContain('地点须是')
    const home = here.config.bureau.home.name
    const tried = await wang.post(use, { ...seen, do: 'try', 'slot-place': home })
    expect([tried.status, tried.body.includes(`关于${home}网传避险做法的说明`)]).toEqual([200, true])
    expect(await readState(here, claim)).toBe('new')
    await done(wang.post(use, { ...seen, do: 'publish', 'slot-place': home }))
    await untilOut(here, claim)
    const steps = await here.query<{ event: string; actor: string; account: string }>(
      'select event, actor, account from claim_step where claim_id = $1 order by version',
      [idOf(claim)],
    )
    expect(steps.map(({ event, actor }) => `${event} ${actor}`)).toEqual([
      'open system',
      'take duty',
      'check duty',
      'draft duty',
      'submit duty',
      'sign duty',
      'approve system',
      'publish duty',
      'complete system',
    ])
    expect((await zhao.get(page)).body).toContain(home)

    // A newer version takes its place only when all have signed it; ended, nobody uses it.
    await done(act(zhao, 'versions', { ...FORM, body: '请就近躲避。' }))
    const second = await tell(wang, '应急包里一定要放二十根蜡烛和收音机')
    const useSecond = use.replace(idOf(claim), idOf(second))
    expect((await wang.get(useSecond)).body).toContain('第 1 版')
    await done(act(li, 'end', { why: '内容过时' }))
    expect((await wang.get(useSecond)).status).toBe(404)
    const late = await wang.post(useSecond, { ...seen, do: 'publish', 'slot-place': home })
    expect(late.status).toBe(404)
    expect(await readState(here, second)).toBe('new')
  }, 60_000)
})

describe('the month', () => {
  test('lists what was opened with its verdicts and clocks, as a page and as a file; a liaison finds figures and its own alone', async () => {
    const { zhao, sun } = people
    const page = (await zhao.get('/desk/rumours/monthly?month=2026-03')).body
    expect(page).toContain('2026年3月')
    expect(page).toContain('井水突然变浑了')
    expect(page).toContain('响应时限')
    const csv = (await zhao.get('/desk/rumours/monthly.csv?month=2026-03')).body
    const lines = csv.trim().split('\r\n')
    expect(lines[0]).toMatch(/^\uFEFF?编号,标题,风险/)
    expect(lines.some((line) => line.includes('石嘴山井水') && line.includes('属实'))).toBe(true)
    const other = (await sun.get('/desk/rumours/monthly?month=2026-03')).body
    expect(other).toContain('立案的传言')
    expect(other).not.toContain('井水')
    expect((await sun.get('/desk/rumours/monthly.csv?month=2026-03')).body).not.toContain('井水')
    expect((await zhao.get('/desk/rumours/monthly?month=2026')).body).toContain('2026年')
    expect((await zhao.get('/desk/rumours/monthly?month=soon')).status).toBe(400)
    const drilled = (await zhao.get(`/desk/rumours/monthly?month=2026-03&figure=${encodeURIComponent('verdict 属实')}`))
      .body
    expect(drilled).toContain('认定为属实（1）')
  })

  test('the claim’s page shows what we saw before and after the answer, with the numbers beside the drawing', async () => {
    const { wang } = people
    const [row] = await here.query<{ id: string }>(`select id from claim where verdict = '属实' limit 1`)
    const { body } = await wang.get(`/desk/rumours/${row?.id}`)
    expect(body).toContain('传播情况（本局所见线索）')
    expect(body).toMatch(/<svg viewBox="0 0 640 150" role="img" aria-label="本局所见线索/)
    expect(body).toContain('按时间的条数')
  })
})
