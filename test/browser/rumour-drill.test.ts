// In: a bureau of two processes, its officer, its lead and the cyberspace office, each at a real browser; a citizen, the police.
// Out: the night of alxa-2017-rumour from the quake to the police package: one claim, one family, one true report, signatures that
// an edit voids, a rebuttal once on every channel, its correction. QUAKEDESK_SHOTS=<folder> keeps pictures.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { openBureau, untilDeliveries, type Bureau } from '../app/bureau.ts'
import { openFirst, openOfficer } from '../app/officers.ts'
import { until } from '../crash/watch.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { openReader, type Reader } from './rumour-people.ts'

const SCENARIO = new URL('../../src/town/scenarios/alxa-2017-rumour.yaml', import.meta.url)
const TELLS = (parse(readFileSync(SCENARIO, 'utf8')) as { tells: { route: string; platform?: string; text: string }[] })
  .tells
const HEADING = '网传的地震消息没有依据'
const ANSWER = {
  heading: HEADING,
  summary: '网传的地震消息没有依据，请以地震部门发布的信息为准。',
  body: '6月3日内蒙古阿拉善左旗发生5.0级地震，本市部分地区有震感。地震预报由省级以上人民政府发布，本省没有发布过地震预报。',
  verdict: '缺乏依据',
  evidence: '中国地震台网目录；《地震预报管理条例》',
}
const TRUE_ANSWER = {
  heading: '本市部分地区有震感属实',
  summary: '市民反映的震感属实，由阿拉善左旗5.0级地震引起。',
  body: '6月3日内蒙古阿拉善左旗发生5.0级地震，震中距本市二百余千米，本市部分地区有震感。目前没有接到人员伤亡和房屋损坏的报告。',
  verdict: '属实',
  evidence: '中国地震台网正式测定',
}

describe.skipIf(CHROMIUM === null)(`the night of a rumour${NO_CHROMIUM}`, () => {
  let bureau: Bureau
  let browser: Browser
  let wang: Reader
  let li: Reader
  let sun: Reader
  let qian: Reader
  let citizen: Reader
  const people: Reader[] = []

  beforeAll(async () => {
    bureau = await openBureau('rumour-drill')
    await bureau.start()
    browser = await openChromium()
    const admin = await openFirst(bureau)
    for (const [id, name] of [
      ['cac', '市委网信办'],
      ['police', '市公安局'],
    ] as const) {
      await admin.get('/desk/people')
      expect((await admin.post('/desk/organisations', { id, name, kind: id })).status).toBe(303)
    }
    const seat = async (login: string, name: string, role: string, organisation: string): Promise<Reader> => {
      const officer = await openOfficer(bureau, admin, { login, name, roles: [role], organisation })
      const reader = await openReader(browser, `http://127.0.0.1:${bureau.deskPort}`, officer.cookie())
      people.push(reader)
      return reader
    }
    wang = await seat('wang', '王小明', 'duty', 'bureau')
    li = await seat('li', '李处', 'lead', 'bureau')
    sun = await seat('sun', '孙网', 'liaison-cac', 'cac')
    qian = await seat('qian', '钱警', 'liaison-police', 'police')
    citizen = await openReader(browser, `http://127.0.0.1:${bureau.port}`, null)
    people.push(citizen)
  }, 180_000)
  afterAll(async () => {
    for (const one of people) await one.close()
    await browser?.close()
    await bureau?.close()
  }, 60_000)

  const ask = async <R extends object>(words: string, values: unknown[] = []): Promise<R[]> =>
    (await (await bureau.database()).query<R>(words, values)).rows
  const readState = async (claim: string): Promise<string> =>
    (await ask<{ state: string }>('select state from claim where id = $1', [claim]))[0]?.state ?? ''
  const onDesk = (claim: string): string => `/desk/rumours/${claim}`
  /** What a platform shows of a heading. */
  const countPosts = async (stand: 'weibo' | 'wechat', words: string): Promise<number> =>
    (await bureau.town.ledger(stand)).filter((one) => one.visible && `${one.title}${one.text}`.includes(words)).length
  /** WeChat publishes by a job that is asked for by and by. */
  const untilOut = async (claim: string): Promise<void> => {
    await until('the channels are done', async () => {
      if ((await readState(claim)) === 'published') return true
      await bureau.pass(5_000)
      // Nobody is idle for so long that the desk shows them out.
      for (const { page } of [wang, li, sun, qian])
        await page.request.get(`http://127.0.0.1:${bureau.deskPort}/desk/account`)
      return undefined
    })
  }
  /** Pages are made a moment after the commit. */
  const untilRead = async (path: string, words: string): Promise<true> =>
    until(`${path} says ${words}`, async () => {
      await citizen.open(path)
      return (await citizen.text()).includes(words) || undefined
    })
  const write = async (by: Reader, fields: Readonly<Record<string, string>>): Promise<void> => {
    await by.press('保存', { ...fields, level: 'ordinary', outlet: ['weibo-main', 'wechat-main'] })
  }
  const sign = async (by: Reader, claim: string, scope: string): Promise<void> => {
    await by.open(onDesk(claim))
    await by.press(`会签：${scope}`)
  }
  const countSignatures = async (claim: string): Promise<number> =>
    (
      await ask(
        `select from claim_signature s join claim c on c.id = s.claim_id and c.submission = s.submission where c.id = $1`,
        [claim],
      )
    ).length

  test('from the quake to the package for the police', async () => {
    // The quake, and what is said of it by itself.
    const origin = bureau.recent()
    await bureau.hear('AU', origin)
    const serial = await bureau.hear('CC', origin + 2_000)
    await untilDeliveries(bureau, serial, ['accepted'], (d) => d.kind === 'formal-report' && d.leg !== 'subscribe')

    // Twelve reports over three intakes: the form, the account's followers, the telephone.
    for (const { route, platform = '', text } of TELLS) {
      if (route === 'form') {
        await citizen.open('/rumours/report')
        await citizen.press('提交', { text, platform })
        expect(await citizen.text()).toMatch(/[A-Z2-9]{4}(-[A-Z2-9]{4}){3}/)
      } else if (route === 'wechat') {
        const openid = `oFollower${String(TELLS.findIndex((one) => one.text === text)).padStart(19, '0')}`
        const said = await fetch(`${bureau.town.urls.wechat}/_town/follower-text`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ openid, text }),
        })
        expect(((await said.json()) as { sees: string }).sees).toBe('text')
      } else {
        await wang.open('/desk/rumours/new')
        await wang.press('登记', { text, platform })
      }
    }
    const claims = await until('all are placed', async () => {
      const waiting = await ask('select from sighting_waiting')
      const taken = await ask('select from sighting')
      if (waiting.length > 0 || taken.length < TELLS.length) return undefined
      return ask<{ id: string; title: string; family: string; n: number }>(
        `select c.id, c.title, c.family_id as family, count(l.id)::int as n from claim c
         join sighting_link l on l.claim_id = c.id and l.ended_at is null group by c.id order by n desc`,
      )
    })
    expect(claims.map(({ n }) => n)).toEqual([9, 1, 1])
    const [great, ...others] = claims
    const felt = others.find(({ title }) => title.includes('震感'))
    const elsewhere = others.find(({ title }) => title.includes('吴忠'))
    if (!great || !felt || !elsewhere) throw new Error(JSON.stringify(claims))
    expect([elsewhere.family === great.family, felt.family === great.family]).toEqual([true, false])

    // The queue: the denial is no spread, and is put beside what it denies.
    await wang.open('/desk/rumours')
    expect(await wang.inspect('queue')).toEqual([])
    expect(await wang.text()).toContain('否认和辟谣信息，待归入')
    await wang.press('归入')
    await wang.open(onDesk(great.id))
    expect(await wang.text()).toMatch(/传播线索 9 条 · 否认信息 1 条/)
    await wang.press('认领')
    await wang.press('开始核查')
    expect(await wang.inspect('claim')).toEqual([])

    // The true report is answered as true.
    await wang.open(onDesk(felt.id))
    await wang.press('认领')
    await wang.press('开始核查')
    await wang.press('记录', { source: '中国地震台网正式测定', outcome: 'supports', words: '阿拉善左旗5.0级，有震感' })
    await wang.press('拟稿')
    await write(wang, TRUE_ANSWER)
    await wang.open(onDesk(felt.id))
    await wang.press('送会签')
    const scopes = await ask<{ risk: number }>('select risk from claim where id = $1', [felt.id])
    expect(scopes[0]?.risk).toBeLessThanOrEqual(2)
    await sign(wang, felt.id, '事实（地震局）')
    await sign(li, felt.id, '文字（地震局宣传）')
    await li.press('发布辟谣')
    await untilOut(felt.id)
    await untilRead('/rumours', '属实')

    // The rebuttal: written by the lead, signed by three, voided by one changed word.
    await li.open(onDesk(great.id))
    await li.press('拟稿')
    await write(li, ANSWER)
    await li.open(onDesk(great.id))
    await li.press('送会签')
    await sign(wang, great.id, '事实（地震局）')
    await sun.open('/desk/rumours')
    expect(await sun.text()).not.toContain('吴忠')
    await sign(sun, great.id, '文字和时机（网信办）')
    expect(await sun.inspect('office')).toEqual([])
    expect(await countSignatures(great.id)).toBe(2)
    await li.open(onDesk(great.id))
    await li.page.locator('main a:text-is("修改文稿")').click()
    await li.press('保存', { body: `${ANSWER.body}请不要传播。` })
    expect(await readState(great.id)).toBe('drafting')
    await li.open(onDesk(great.id))
    await li.press('送会签')
    expect([await readState(great.id), await countSignatures(great.id)]).toEqual(['signoff', 0])
    await sign(wang, great.id, '事实（地震局）')
    await sign(sun, great.id, '文字和时机（网信办）')
    await sign(li, great.id, '带班领导')
    expect(await li.inspect('signed')).toEqual([])
    await li.press('发布辟谣')
    await untilOut(great.id)
    const told = await ask<{ code: string }>('select code from claim_public where claim_id = $1', [great.id])
    const address = `/rumours/${told[0]?.code ?? ''}`
    await until('it stands once on each', async () => {
      const shown = [await countPosts('weibo', HEADING), await countPosts('wechat', HEADING)]
      return shown.join() === '1,1' || undefined
    })
    await untilRead(address, '缺乏依据')
    expect(await citizen.inspect('public')).toEqual([])

    // A word of it was wrong: the next report of the same lineage, on every channel that carried it.
    await li.open(onDesk(great.id))
    await li.press('更正', { reason: '震中距写漏' })
    await li.press('拟稿')
    await write(li, {
      ...ANSWER,
      heading: '网传的地震消息没有依据（补充震中距）',
      body: `${ANSWER.body}震中距本市二百余千米。`,
    })
    await li.open(onDesk(great.id))
    await li.press('送会签')
    await sign(wang, great.id, '事实（地震局）')
    await sign(sun, great.id, '文字和时机（网信办）')
    await sign(li, great.id, '带班领导')
    await li.press('发布辟谣')
    await untilOut(great.id)
    const said = await ask<{ kind: string; report: number; state: string }>(
      `select n.kind, n.report_no as report from notice n join draft d on d.notice_id = n.id where d.claim_id = $1
       order by n.report_no`,
      [great.id],
    )
    expect(said.map(({ report }) => report)).toEqual([1, 2])
    expect([await countPosts('weibo', '【更正】'), await countPosts('wechat', '【更正】')]).toEqual([1, 1])
    await untilRead(address, '二百余千米')
    expect(await citizen.inspect('corrected')).toEqual([])

    // The package: built by the officer, approved by the lead, opened by anybody's tools.
    const folder = mkdtempSync(join(tmpdir(), 'quakedesk-package-'))
    await wang.open(`${onDesk(great.id)}/handover`)
    await wang.press('收存文字', {
      kind: 'text',
      text: '今晚银川有8级地震',
      title: '群聊文字',
      method: '现场抄录',
      shows: 'nobody',
    })
    await wang.press('制作', { reason: '首发账号多次发布' })
    await li.open(`${onDesk(great.id)}/handover`)
    await li.press('批准移送')
    await wang.open(`${onDesk(great.id)}/handover`)
    expect(await wang.inspect('handover')).toEqual([])
    const [carried] = await Promise.all([
      wang.page.waitForEvent('download'),
      wang.page.locator('button[aria-label*="移送材料"]').first().click(),
    ])
    await carried.saveAs(join(folder, 'package.tar'))
    const run = (name: string, ...given: string[]): string => {
      const { status, stdout, stderr } = spawnSync(name, given, { cwd: folder, encoding: 'utf8' })
      expect([name, status, stderr]).toEqual([name, 0, ''])
      return stdout
    }
    // The bureau's clock runs ahead of this machine's.
    run('tar', '-xmf', 'package.tar')
    expect(run('sha256sum', '-c', '--strict', 'SHA256SUMS')).toMatch(/^(\S+: OK\n)+$/)
    const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))
    expect(read('case.json')).toMatchObject({ claim: { id: great.id } })
    expect(read('sightings.json')).toHaveLength(10)
    // By a tool of anybody's where it is at hand (.ci/run brings it).
    if (spawnSync('jq', ['--version']).status === 0) {
      expect(run('jq', '-r', '.claim.id', 'case.json').trim()).toBe(great.id)
      expect(Number(run('jq', '.files | length', 'manifest.json'))).toBeGreaterThan(3)
    }
    rmSync(folder, { recursive: true })
    await wang.open(onDesk(great.id))
    await wang.press('共享', { organisation: 'police', level: 'case', hours: '24', reason: '移送' })
    await qian.open(`${onDesk(great.id)}/handover`)
    await qian.press('登记回执', { number: '受〔2017〕7号' })
    await li.open(onDesk(great.id))
    expect(await li.text()).toContain('已移送公安，文书或回执编号：受〔2017〕7号')
    expect(await li.inspect('referred')).toEqual([])
  }, 600_000)
})
