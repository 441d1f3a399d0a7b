// In: a bureau of two processes, an officer's real browser of 360 px. Out: what the officer can do with thumb or keyboard, in how
// many acts; that an open board shows what comes.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBureau, writeDetermination, type Bureau } from '../app/bureau.ts'
import { openFirst, openOfficer, passSeated, type Visitor } from '../app/officers.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'

describe.skipIf(CHROMIUM === null)(`the desk in a browser${NO_CHROMIUM}`, () => {
  let bureau: Bureau
  let browser: Browser
  let people: Record<'admin' | 'duty' | 'lead', Visitor>
  let base = ''
  let count = 0

  beforeAll(async () => {
    bureau = await openBureau('desk-browser')
    await bureau.start()
    base = `http://127.0.0.1:${bureau.deskPort}`
    const admin = await openFirst(bureau)
    people = {
      admin,
      duty: await openOfficer(bureau, admin, { login: 'wang', name: '王小明', roles: ['duty'] }),
      lead: await openOfficer(bureau, admin, { login: 'li', name: '李处', roles: ['lead'] }),
    }
    browser = await openChromium()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await bureau?.close()
  }, 60_000)
  // Another quake than the one before; nobody is idle for so long that the desk shows them out.
  beforeEach(() => passSeated(bureau, 10 * 60_000, Object.values(people)))

  const hear = async (): Promise<void> => {
    count += 1
    const body = writeDetermination('AU', bureau.recent(), { magnitude: 7.1 })
    expect(await bureau.push(`desk-browser-${count}`, body)).toBe(202)
  }
  const sit = async (
    who: keyof typeof people,
    act: (page: Page) => Promise<void>,
    { width = 360, scripts = true, touch = false } = {},
  ): Promise<void> => {
    const context = await browser.newContext({
      viewport: { width, height: 780 },
      javaScriptEnabled: scripts,
      hasTouch: touch,
      bypassCSP: true,
    })
    await context.addCookies([{ ...people[who].cookie(), url: base }])
    try {
      await act(await context.newPage())
    } finally {
      await context.close()
    }
  }
  /** Tab until the key with this text has the focus, as somebody without a mouse does. */
  const reach = async (page: Page, text: string): Promise<void> => {
    for (let tabs = 0; tabs < 60; tabs += 1) {
      await page.keyboard.press('Tab')
      const at = await page.evaluate<string>(`document.activeElement?.textContent?.trim() ?? ''`)
      if (at.startsWith(text)) return
    }
    throw new Error(`${text} is not reached by Tab`)
  }

  test('an open board shows what waits for a person without being asked; two presses publish it', async () => {
    await sit(
      'duty',
      async (page) => {
        await page.goto(`${base}/desk`)
        await hear()
        await page.getByText('7.1 级').first().waitFor()
        expect(await page.getByText('强度复核').count()).toBeGreaterThan(0)
        await page.tap('text=核实后发布')
        await page.tap('text=已核实，立即发布')
        await page.getByText('现行有效').first().waitFor()
        expect(await page.textContent('main')).toContain('王小明')
      },
      { touch: true },
    )
  }, 60_000)

  test('by keyboard alone, and without a script, the same', async () => {
    await hear()
    await sit(
      'duty',
      async (page) => {
        await page.goto(`${base}/desk`)
        await reach(page, '核实后发布')
        await page.keyboard.press('Enter')
        await page.waitForURL(/\/desk\/holds\//)
        await reach(page, '已核实，立即发布')
        await page.keyboard.press('Enter')
        await page.waitForURL(/\/desk\/quakes\//)
        expect(await page.textContent('main')).toContain('现行有效')
      },
      { scripts: false },
    )
  }, 60_000)

  test('from the event’s page to withdrawn: choose the reason, confirm; the progress shows every channel and stops its watch', async () => {
    await hear()
    await sit('duty', async (page) => {
      await page.goto(`${base}/desk`)
      await page.click('text=核实后发布')
      await page.click('text=已核实，立即发布')
      await page.getByText('撤回这条公告').first().click()
      await page.click('text=误操作发布')
      await page.click('text=确认撤回')
      await page.waitForURL(/\/progress$/)
      await page.getByText('撤回已完成').waitFor({ timeout: 30_000 })
      const said = (await page.textContent('main')) ?? ''
      for (const channel of ['网站', '微博', '微信', '合作方接口', '值班群']) expect(said).toContain(channel)
    })
  }, 90_000)
})
