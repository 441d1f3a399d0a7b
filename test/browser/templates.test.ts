// In: a bureau, an officer's and a lead's real browser of 360 px. Out: that the words of a notice are edited, read and signed with
// thumb or keyboard alone; that what is foreseen stands on the board; that no page of it is an obstacle to anyone (axe-core).
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBureau, writeDetermination, type Bureau } from '../app/bureau.ts'
import { openFirst, openOfficer, type Visitor } from '../app/officers.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { findViolations } from './axe.ts'

describe.skipIf(CHROMIUM === null)(`templates in a browser${NO_CHROMIUM}`, () => {
  let bureau: Bureau
  let browser: Browser

  beforeAll(async () => {
    bureau = await openBureau('templates-browser')
    await bureau.start()
    browser = await openChromium()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await bureau?.close()
  }, 60_000)

  const sit = async (who: Visitor, touch: boolean): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width: 360, height: 780 },
      hasTouch: touch,
      javaScriptEnabled: true,
      bypassCSP: true,
    })
    await context.addCookies([{ ...who.cookie(), url: `http://127.0.0.1:${bureau.deskPort}` }])
    return context.newPage()
  }
  const findObstacles = async (page: Page): Promise<string[]> => {
    const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
    return [...(await findViolations(page)), ...(wide === true ? ['the page is wider than the screen'] : [])]
  }
  const unfold = (page: Page): Promise<unknown> =>
    page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true })`)

  test('an officer writes by keyboard, a lead reads the difference and signs by touch; the board says what will wait', async () => {
    const admin = await openFirst(bureau)
    const wang = await openOfficer(bureau, admin, { login: 'wang', name: '王小明', roles: ['duty'] })
    const li = await openOfficer(bureau, admin, { login: 'li', name: '李处', roles: ['lead'] })
    expect(await bureau.push('templates-browser-1', writeDetermination('AU', bureau.recent()))).toBe(202)
    const base = `http://127.0.0.1:${bureau.deskPort}`

    const writer = await sit(wang, false)
    await writer.goto(`${base}/desk/templates/files/_surroundings.liquid`)
    expect(await findObstacles(writer)).toEqual([])
    await writer.locator('textarea').focus()
    await writer.keyboard.press('Control+End')
    await writer.keyboard.insertText('请以本局发布为准。')
    await writer.keyboard.press('Tab')
    await writer.keyboard.insertText('按省局要求增加提示')
    await writer.keyboard.press('Enter')
    await writer.waitForURL(/\/desk\/templates\/versions\/t-/)
    expect(await findObstacles(writer)).toEqual([])
    expect(await writer.getByText('通过全部检查').count()).toBe(1)
    expect(await writer.getByRole('button', { name: '签发使用' }).count()).toBe(0)

    const lead = await sit(li, true)
    await lead.goto(writer.url())
    await unfold(lead)
    expect(await findObstacles(lead)).toEqual([])
    expect(await lead.locator('.difference .new mark').first().textContent()).toBe('请以本局发布为准。')
    for (const box of await lead.locator('input[name=kind]').all()) await box.uncheck()
    await lead.getByRole('button', { name: '签发使用' }).tap()
    await lead.waitForURL(`${base}/desk/templates`)
    await unfold(lead)
    expect(await findObstacles(lead)).toEqual([])
    await lead.goto(`${base}/desk`)
    expect(await lead.getByRole('heading', { name: '下一次地震时将转为待核' }).count()).toBe(1)
    expect(await findObstacles(lead)).toEqual([])
  }, 120_000)
})
