// In: a case with all that leaves the bureau of it, in a real browser as narrow as a phone and as wide as a wall. Out: proof that it is
// no obstacle to anyone, that everything on it is done by keyboard and without a script, and that lines to other systems are, too.
import { mkdirSync } from 'node:fs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { done, press, step, tell } from '../app/answerers.ts'
import { startInstallation, type Installation } from '../app/installation.ts'
import type { Visitor } from '../app/officers.ts'
import { openSeat, unitOf } from '../app/seats.ts'
import { findViolationsInBoth } from './axe.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'

const STAFF = [
  ['wang', '王小明', 'bureau', 'duty'],
  ['li', '李处', 'bureau', 'lead'],
  ['admin', '系统员', 'bureau', 'system-admin'],
  ['sun', '孙网', 'cac', 'liaison-cac'],
  ['qian', '钱警', 'police', 'liaison-police'],
] as const
type Login = (typeof STAFF)[number][0]

describe.skipIf(CHROMIUM === null)(`what leaves the bureau of a case${NO_CHROMIUM}`, () => {
  let here: Installation
  let browser: Browser
  let claim = ''
  let base = ''
  const seats = {} as Record<Login, Visitor>

  beforeAll(async () => {
    here = await startInstallation()
    base = `http://127.0.0.1:${here.config.deskPort}`
    for (const [login, name, kind, role] of STAFF)
      seats[login] = await openSeat(here, { login, name, role, unit: unitOf(kind) })
    await fill()
    browser = await openChromium()
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await here?.close()
  }, 60_000)

  const keep = async (
    title: string,
    shows: string,
    text: string,
    more: Record<string, string> = {},
  ): Promise<string> => {
    const { body: before } = await seats.wang.get(`${claim}/handover`)
    const given = {
      kind: 'text',
      title,
      shows,
      text,
      method: '网页另存',
      tool: '值班电脑',
      url: '',
      collected: '',
      original: '',
    }
    await done(seats.wang.post(`${claim}/evidence/text`, { ...given, ...more }))
    const { body } = await seats.wang.get(`${claim}/handover`)
    const known = new Set(before.match(/e-[0-9a-f]{20}/g))
    return body.match(/e-[0-9a-f]{20}/g)?.find((id) => !known.has(id)) ?? ''
  }
  const build = async (reason: string): Promise<string> => {
    await seats.wang.get(`${claim}/handover`)
    await done(seats.wang.post(`${claim}/packages`, { reason }))
    return /packages\/(k-[0-9a-f]+)\/open/.exec((await seats.wang.get(`${claim}/handover`)).body)?.[1] ?? ''
  }

  /** Everything that such a page can hold. */
  async function fill(): Promise<void> {
    const { wang, li, sun, qian, admin } = seats
    const other = await tell(wang, '听说庚庄有16人受伤了大家小心')
    await done(press(li, other, 'grants', { organisation: 'cac', level: 'case', hours: '24', reason: '协查' }))
    await sun.get(`${other}/handover`)
    await done(sun.post(`${other}/spreaders`, { platform: '微博', account: '@震惊小李', url: '', role: 'origin' }))
    await wang.get('/desk/rumours/new')
    const words = '听说己庄有15人受伤了，县医院都住满了，大家快转给家里人小心'
    const { body } = await wang.post('/desk/rumours', { route: 'phone', text: words, contact: '13900139007' })
    claim = /\/desk\/rumours\/c-[0-9a-f]+/.exec(body)?.[0] ?? ''
    for (const event of ['take', 'check']) await done(step(wang, claim, event))
    for (const organisation of ['cac', 'police'])
      await done(press(wang, claim, 'grants', { organisation, level: 'case', hours: '24', reason: '协查' }))
    const url =
      'https://mp.weixin.qq.com/s?__biz=MzA4NTQwNTExMQ==&mid=2652478810&idx=1&sn=0f3c2b1a9d8e7f605142a3b4c5d6e7f8'
    await keep('公众号文章全文', 'nobody', `${words}。`, { kind: 'link', url })
    const chat = await keep('聊天记录', 'reporter', '群聊：谁在己庄？')
    await keep('聊天记录（已遮盖）', 'nobody', '群聊：（遮盖）', { original: chat })
    await keep('朋友圈截图文字', 'others', '某某：己庄出事了')
    const first = await build('首发账号多次发布伤亡人数，经提醒不改')
    await li.get(`${claim}/handover`)
    await done(li.post(`${claim}/packages/${first}/answer`, { do: 'approve', words: '同意移送' }))
    await qian.get(`${claim}/handover`)
    await done(qian.post(`${claim}/packages/${first}/receipt`, { number: '银公（网）受案字〔2026〕00127号' }))
    for (const code of ['educated', 'ordered'])
      await done(qian.post(`${claim}/packages/${first}/outcomes`, { code, words: '已约谈两人' }))
    const second = await build('补充材料')
    await li.get(`${claim}/handover`)
    await done(li.post(`${claim}/packages/${second}/answer`, { do: 'decline', words: '请补充首发链接' }))
    await build('补充首发链接')
    await sun.get(`${claim}/handover`)
    const action = {
      platform: '微博',
      url: 'https://weibo.com/1/AbC',
      action: 'remove',
      state: 'asked',
      receipt: '',
      words: '',
    }
    await done(sun.post(`${claim}/platform`, action))
    await done(
      sun.post(`${claim}/platform`, {
        ...action,
        state: 'done',
        receipt: 'WB-20260304-0071',
        words: '原帖和 3 个转发已删除',
      }),
    )
    await done(sun.post(`${claim}/platform`, { ...action, url: '', action: 'label', state: 'refused' }))
    await done(sun.post(`${claim}/spreaders`, { platform: '微博', account: '@震惊小李', url, role: 'origin' }))
    await wang.get(`${claim}/handover`)
    const sighting = /<option value="(r-[0-9a-f]+)">举报人/.exec((await wang.get(`${claim}/handover`)).body)?.[1] ?? ''
    await done(wang.post(`${claim}/contacts`, { sighting, reason: '核实住院人数', number: '', basis: '', officer: '' }))
    await admin.get('/desk/agencies')
    await admin.post('/desk/agencies', {
      organisation: 'cac',
      url: 'https://agency.example.gov.cn/quakedesk/hooks/rumours',
    })
    await li.get('/desk/agencies')
    await done(li.post('/desk/agencies/cac/run'))
    await admin.get('/desk/agencies')
    await admin.post('/desk/agencies', { organisation: 'police', url: '' })
    await sun.get('/desk/agencies')
    await sun.post('/desk/agencies/tokens', { name: '网信办舆情平台' })
  }

  async function open(by: Login, path: string, options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext({ bypassCSP: true, ...options })
    await context.addCookies([{ ...seats[by].cookie(), url: base }])
    const page = await context.newPage()
    await page.goto(`${base}${path}`)
    expect(page.url()).toBe(`${base}${path}`)
    return page
  }
  const listPaths = (): (readonly [Login, string])[] => [
    ...(['wang', 'li', 'sun', 'qian'] as const).map((by) => [by, `${claim}/handover`] as const),
    ...(['li', 'admin', 'sun'] as const).map((by) => [by, '/desk/agencies'] as const),
  ]

  test.each([360, 1440])(
    'is no obstacle to anyone at %i px, with every part of it open',
    async (width) => {
      const found: string[] = []
      for (const [by, path] of listPaths()) {
        const page = await open(by, path, { viewport: { width, height: 780 } })
        await page.evaluate(`document.querySelectorAll('details').forEach((one) => (one.open = true))`)
        for (const one of await findViolationsInBoth(page)) found.push(`${by} ${path} ${one}`)
        if ((await page.evaluate<number>('document.documentElement.scrollWidth')) > width)
          found.push(`${by} ${path}: too wide`)
        const folder = process.env['QUAKEDESK_SHOTS']
        if (folder !== undefined) {
          mkdirSync(folder, { recursive: true })
          await page.screenshot({ path: `${folder}/${by}-${path.split('/').at(-1)}-${width}.png`, fullPage: true })
        }
        await page.context().close()
      }
      expect(found).toEqual([])
    },
    120_000,
  )

  test('is done by keyboard alone, without a script: a form opened and sent, a file carried away', async () => {
    const page = await open('wang', `${claim}/handover`, {
      viewport: { width: 360, height: 780 },
      javaScriptEnabled: false,
    })
    /** Presses Tab until something of that name has the focus. */
    const reach = async (name: string): Promise<void> => {
      for (let count = 0; count < 150; count += 1) {
        await page.keyboard.press('Tab')
        const at = await page.evaluate<string>(
          `(() => { const e = document.activeElement; return e.textContent + ' ' + (e.getAttribute('aria-label') ?? '') })()`,
        )
        if (at.includes(name) && at.length < 200) return
      }
      throw new Error(`${name} was not reached`)
    }
    const download = page.waitForEvent('download')
    await reach('下载第 1 件')
    await page.keyboard.press('Enter')
    expect((await download).suggestedFilename()).toMatch(/^e-[0-9a-f]+\.txt$/)
    await reach('收存文字或网页')
    await page.keyboard.press('Enter')
    const type = async (words: string, tabs = 1): Promise<void> => {
      for (let count = 0; count < tabs; count += 1) await page.keyboard.press('Tab')
      await page.keyboard.type(words)
    }
    await type('己庄无人受伤，县医院答复', 2)
    await type('医院答复')
    await type('电话记录')
    // Past tool, address and the parts of a date and an hour, to whom it shows.
    for (let count = 0; count < 20; count += 1) {
      await page.keyboard.press('Tab')
      if ((await page.evaluate<string>('document.activeElement.name ?? ""')) === 'shows') break
    }
    await page.keyboard.press('ArrowDown')
    await reach('收存文字')
    await page.keyboard.press('Enter')
    // The address stays what it was: the page that comes has one more.
    await page.locator('article').filter({ hasText: '医院答复' }).first().waitFor()
    await page.context().close()
  }, 60_000)
})
