// In: an installation with a town for each lane, a lead's real browser of 360 px. Out: a drill planned, started, carried out and
// ended with the thumb; given up when a real quake comes; its pages marked and without an obstacle (axe-core); a dossier on A4.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rowShape } from '../../src/town/payloads.ts'
import { readTown, startInstallation, until, type Installation } from '../app/installation.ts'
import type { Visitor } from '../app/officers.ts'
import { openSeat } from '../app/seats.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { findViolations } from './axe.ts'

const A4 = { width: 794, height: 1123 }

describe.skipIf(CHROMIUM === null)(`a drill in a browser${NO_CHROMIUM}`, () => {
  let here: Installation
  let browser: Browser
  let lead: Visitor
  let ticking: NodeJS.Timeout

  beforeAll(async () => {
    here = await startInstallation()
    lead = await openSeat(here, { login: 'li', name: '李处', role: 'lead' })
    ticking = setInterval(() => here.clock.skip(100), 100)
    browser = await openChromium()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await here?.close()
    clearInterval(ticking)
  }, 60_000)

  const sit = async (act: (page: Page) => Promise<void>): Promise<void> => {
    const context = await browser.newContext({ viewport: { width: 360, height: 780 }, hasTouch: true, bypassCSP: true })
    await context.addCookies([{ ...lead.cookie(), url: here.app.deskUrl }])
    try {
      await act(await context.newPage())
    } finally {
      await context.close()
    }
  }
  /** What axe-core finds on the page that is open, and whether it scrolls sideways. */
  const inspect = async (page: Page): Promise<string[]> => {
    const wide = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth')
    return [...(await findViolations(page)), ...(wide ? ['too wide'] : [])]
  }
  const begin = async (page: Page, scenario: string): Promise<void> => {
    await page.goto(`${here.app.deskUrl}/desk/drills`)
    expect(await inspect(page)).toEqual([])
    await page.selectOption('select[name=scenario]', scenario)
    await page.tap('text=保存计划')
    await page.waitForURL(/\/desk\/drills\/dr-/)
    expect(await inspect(page)).toEqual([])
    await page.tap('text=现在开始演练')
    await page.getByText('正在进行').first().waitFor()
  }

  test('planned, started, withdrawn at the board and ended: every page bears the mark, the report says what went well', async () => {
    await sit(async (page) => {
      await begin(page, 'withdrawn-by-the-officer')
      const address = page.url()
      await page.getByText('各渠道发出').first().waitFor({ timeout: 60_000 })
      expect(await page.textContent('.mark-drill')).toContain('不是真实地震')
      expect(await inspect(page)).toEqual([])
      await page.goto(`${here.app.deskUrl}/desk`)
      await page.tap('article.of-drill summary:has-text("撤回这条公告")')
      await page.tap('article.of-drill a:has-text("误操作发布")')
      expect(await page.textContent('.mark-drill')).toContain('不是真实地震')
      await page.tap('text=确认撤回')
      await page.getByText('撤回已完成').waitFor({ timeout: 60_000 })
      await page.goto(address)
      await page.getByText('各渠道撤回').first().waitFor({ timeout: 60_000 })
      await page.tap('text=结束演练')
      await page.getByText('做得好').waitFor({ timeout: 60_000 })
      expect(await page.textContent('main')).toContain('撤回到各渠道全部撤回')
      expect(await inspect(page)).toEqual([])
    })
  }, 180_000)

  test('a real quake in the middle of it: the open page says that the drill was given up, the board shows the real word', async () => {
    await sit(async (page) => {
      await begin(page, 'luzhou-2021')
      const row = rowShape.parse({
        code: 'AU',
        time: new Date(here.clock.now('actual') - 60_000).toISOString().replace(/\.\d+/, ''),
        latitude: 38.3,
        longitude: 106.2,
        magnitude: 4.3,
        place: '宁夏银川市永宁县',
      })
      here.hear({ at: 0, feed: 'cenc', rows: [row], add: false, down: false, dateOffSeconds: 0, forged: false })
      await here.poll('cenc')
      await page.getByText('有真实地震事项，演练自动中止').first().waitFor({ timeout: 60_000 })
      await until(() => readTown(here.town).some((text) => text.includes('4.3级左右') && text.includes('/n/')))
      await page.goto(`${here.app.deskUrl}/desk`)
      const board = (await page.textContent('main')) ?? ''
      expect(board).toContain('4.3级左右')
      expect(board).not.toContain('演练正在进行')
      expect(await page.locator('.of-drill').count()).toBe(0)
    })
  }, 120_000)

  test('the dossier of that quake fits an A4 page: nothing of the desk around it, nothing beside the paper', async () => {
    await sit(async (page) => {
      await page.goto(`${here.app.deskUrl}/desk/dossiers`)
      expect(await inspect(page)).toEqual([])
      await page.tap('td:has-text("2026") >> xpath=.. >> a')
      await page.getByText('时间线').waitFor()
      expect(await inspect(page)).toEqual([])
      await page.setViewportSize(A4)
      await page.emulateMedia({ media: 'print' })
      expect(await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth')).toBe(false)
      for (const gone of ['.top', '.doors', '.no-print'])
        expect(await page.locator(gone).evaluateAll((all) => all.filter((one) => one.checkVisibility()).length)).toBe(0)
      const pdf = await page.pdf({ format: 'A4' })
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    })
  }, 60_000)
})
