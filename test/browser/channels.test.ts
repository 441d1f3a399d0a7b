// In: a bureau with an account that people post at, its people's real browsers. Out: proof that an officer can post by hand on a phone
// of 360 px, by keyboard alone, and that nothing on these pages is an obstacle to anyone (axe-core).
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { until } from '../crash/watch.ts'
import { openBureau, type Bureau } from '../app/bureau.ts'
import { openFirst, openOfficer, type Visitor } from '../app/officers.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { findViolationsInBoth } from './axe.ts'

const ACCOUNT = { accountName: '安平地震', responsible: '赵宣', purpose: '发布地震信息和科普' }

describe.skipIf(CHROMIUM === null)(`channels and cards in a browser${NO_CHROMIUM}`, () => {
  let bureau: Bureau
  let browser: Browser
  let people: Record<'system' | 'lead' | 'publicity', Visitor>
  let base = ''

  beforeAll(async () => {
    bureau = await openBureau('channels-browser')
    const file = parse(bureau.yaml) as { outlets: Record<string, unknown>[] }
    file.outlets.push({ id: 'douyin', channel: 'by-hand', platform: '抖音', hosts: ['douyin.com'] })
    writeFileSync(join(bureau.folder, 'quakedesk.yaml'), stringify(file))
    await bureau.start()
    base = `http://127.0.0.1:${bureau.deskPort}`
    const admin = await openFirst(bureau)
    people = {
      system: await openOfficer(bureau, admin, { login: 'xitong', name: '系统员', roles: ['system-admin'] }),
      lead: await openOfficer(bureau, admin, { login: 'li', name: '李处', roles: ['lead'] }),
      publicity: await openOfficer(bureau, admin, { login: 'zhao', name: '赵宣', roles: ['publicity'] }),
    }
    browser = await openChromium()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await bureau?.close()
  }, 60_000)

  const sit = async (who: keyof typeof people, width: number, act: (page: Page) => Promise<void>): Promise<void> => {
    const context = await browser.newContext({ viewport: { width, height: 780 }, bypassCSP: true })
    await context.addCookies([{ ...people[who].cookie(), url: base }])
    try {
      await act(await context.newPage())
    } finally {
      await context.close()
    }
  }
  const found: string[] = []
  const judge = async (page: Page, name: string): Promise<void> => {
    for (const one of await findViolationsInBoth(page)) found.push(`${name} ${one}`)
    const width = page.viewportSize()?.width ?? 0
    if ((await page.evaluate<number>('document.documentElement.scrollWidth')) > width) found.push(`${name}: too wide`)
  }
  const look = async (who: keyof typeof people, path: string, name: string): Promise<void> => {
    for (const width of [360, 1440])
      await sit(who, width, async (page) => {
        await page.goto(`${base}${path}`)
        if (page.url() !== `${base}${path}`) found.push(`${path}: led to ${page.url()}`)
        await judge(page, name)
      })
  }
  const press = async (who: keyof typeof people, door: string, fields: Record<string, string>): Promise<void> => {
    await people[who].get('/desk/channels/douyin')
    expect((await people[who].post(`/desk/channels/douyin/${door}`, fields)).status).toBe(303)
  }

  test('axe-core finds nothing on a channel’s way from its application to its cards, on a phone and on a wall', async () => {
    await look('system', '/desk/channels', 'list')
    await press('system', 'register', { step: 'apply', ...ACCOUNT })
    await look('lead', '/desk/channels/douyin', 'applied')
    await press('lead', 'approval', { step: 'approve', number: '安政新媒〔2026〕3号' })
    await press('system', 'register', { step: 'start' })
    await look('system', '/desk/channels/douyin', 'running')
    await sit('system', 360, async (page) => {
      await page.goto(`${base}/desk/channels/weibo-main`)
      await page.getByRole('button', { name: '预演一次' }).click()
      await judge(page, 'rehearsed')
    })
    expect(found).toEqual([])
  }, 180_000)

  test('on a phone, by keyboard alone, a word is taken, posted and entered with its address', async () => {
    const serial = await bureau.hear('AU', bureau.recent())
    const state = async (): Promise<string | undefined> =>
      (await bureau.deliveries(serial)).find((d) => d.outlet_id === 'douyin')?.state
    await until('the card', async () => (await state()) === 'queued')
    await sit('publicity', 360, async (page) => {
      const reach = async (name: string): Promise<void> => {
        for (let tabs = 0; tabs < 40; tabs += 1) {
          await page.keyboard.press('Tab')
          const at = await page.evaluate<string>(
            `document.activeElement.labels?.[0]?.textContent?.trim() ?? document.activeElement.textContent.trim()`,
          )
          if (at.startsWith(name)) return
        }
        throw new Error(`${name} is not reached by Tab`)
      }
      await page.goto(`${base}/desk`)
      await judge(page, 'board')
      await reach('1 条公告等待人工发布')
      await page.keyboard.press('Enter')
      await page.waitForURL(`${base}/desk/cards`)
      await judge(page, 'card-free')
      await reach('由我发布')
      await page.keyboard.press('Enter')
      await page.getByText(`${serial} 第1报`).first().waitFor()
      await page.getByText('起正在发布').waitFor()
      await judge(page, 'card-taken')
      await reach('帖子网址')
      await page.keyboard.type('https://www.douyin.com/video/7300000000000000000')
      await reach('已在抖音发布')
      await page.keyboard.press('Space')
      await reach('登记为已发布')
      // Enter in a field presses a form's first button: that must not be 没有发布.
      expect(
        await page.evaluate(
          `[...document.querySelector('input[type=url]').form.elements].find((one) => one.type === 'submit').textContent`,
        ),
      ).toBe('登记为已发布')
      await page.keyboard.press('Enter')
      await page.getByText('没有要人工发布的公告').waitFor()
    })
    await until('it stands', async () => (await state()) === 'accepted')
    expect(found).toEqual([])
  }, 120_000)
})
