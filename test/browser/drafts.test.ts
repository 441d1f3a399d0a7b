// In: a bureau, a writer and a lead with real browsers, without scripts. Out: proof that a text is written on a phone, approved by
// keyboard and released, and that no page of it is an obstacle to anyone (axe-core) or scrolls sideways.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBureau, type Bureau } from '../app/bureau.ts'
import { openFirst, openOfficer, type Visitor } from '../app/officers.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { findViolations } from './axe.ts'

const WIDTHS = [360, 1440]

describe.skipIf(CHROMIUM === null)(`drafts in a browser${NO_CHROMIUM}`, () => {
  let bureau: Bureau
  let browser: Browser
  let writer: BrowserContext
  let lead: BrowserContext

  const seat = async (visitor: Visitor, scripts: boolean): Promise<BrowserContext> => {
    const context = await browser.newContext({
      viewport: { width: 360, height: 780 },
      javaScriptEnabled: scripts,
      hasTouch: true,
      bypassCSP: true,
    })
    await context.addCookies([{ ...visitor.cookie(), url: `http://127.0.0.1:${bureau.deskPort}` }])
    return context
  }

  beforeAll(async () => {
    bureau = await openBureau('drafts-browser')
    await bureau.start()
    const admin = await openFirst(bureau)
    const zhao = await openOfficer(bureau, admin, { login: 'zhao', name: '赵宣', roles: ['publicity'] })
    const li = await openOfficer(bureau, admin, { login: 'li', name: '李处', roles: ['lead'] })
    browser = await openChromium()
    writer = await seat(zhao, true)
    lead = await seat(li, false)
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await bureau?.close()
  }, 60_000)

  /** What is in anybody's way on the page that is open. */
  const check = async (page: Page): Promise<string[]> => {
    const faults: string[] = []
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      // The dark set has the same pairs on a wall.
      for (const colorScheme of width === 360 ? (['light', 'dark'] as const) : (['light'] as const)) {
        await page.emulateMedia({ colorScheme })
        const found = await findViolations(page, colorScheme === 'dark' ? 'colours' : 'all')
        faults.push(...found.map((one) => `${page.url()} ${width} ${colorScheme} ${one}`))
      }
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
      if (wide > width) faults.push(`${page.url()} is ${wide} wide at ${width}`)
    }
    await page.setViewportSize({ width: 360, height: 780 })
    await page.emulateMedia({ colorScheme: 'light' })
    return faults
  }

  test('a bulletin is written by touch, approved by keyboard and without scripts, and released', async () => {
    const page = await writer.newPage()
    await page.goto(`http://127.0.0.1:${bureau.deskPort}/desk/drafts`)
    const faults = await check(page)
    await page.tap('text=震情通报')
    await page.fill('[name=heading]', '阿拉善左旗5.0级地震震情通报')
    await page.fill('[name=summary]', '截至今日上午共记录到余震5次，未收到人员伤亡报告。')
    await page.fill('[name=asOf]', '2026-01-31T08:00')
    await page.fill('[name=total]', '5')
    await page.fill('[name=band3]', '1')
    await page.fill('[name=body]', '本局已派出现场工作队。\n请避开危房，理性避震。')
    faults.push(...(await check(page)))
    await page.getByRole('button', { name: '保存' }).tap()
    await page.getByText('各档次数之和为 1，与总次数 5 不符').waitFor()
    await page.locator('a:visible', { hasText: '修改' }).first().tap()
    await page.fill('[name=band2]', '4')
    await page.getByRole('button', { name: '保存' }).tap()
    await page.getByText('各渠道预览').waitFor()
    expect(await page.textContent('main')).toContain('其中3.0–3.9级1次、2.0–2.9级4次')
    faults.push(...(await check(page)))
    await page.tap('text=提交审核')
    await page.getByText('须由另一人审核').waitFor()

    const own = await lead.newPage()
    await own.goto(page.url())
    for (const gate of ['政治关', '法律关', '保密关', '文字关']) {
      await own.getByLabel(gate).focus()
      await own.keyboard.press('Space')
    }
    await own.getByText('审定通过').focus()
    await own.keyboard.press('Enter')
    await own.getByText('立即发布').waitFor()

    await page.reload()
    faults.push(...(await check(page)))
    await page.tap('text=立即发布')
    await page.getByText('已发布').first().waitFor()
    expect(await page.textContent('main')).toMatch(/赵宣 .* 发布/)
    faults.push(...(await check(page)))
    expect(faults).toEqual([])
  }, 120_000)
})
