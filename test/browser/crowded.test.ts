// In: the worst day and the emptiest, in a real browser. Out: that nothing leaves its place on the narrowest phone, and that
// what matters most stands first.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { openCrowdedSite, type CrowdedSite } from './crowded-site.ts'
import { findViolations } from './axe.ts'

/** Texts that are cut by their own box, or stand outside the window, or cover their neighbour in a table. */
const MISPLACED = `(() => {
  const found = []
  if (document.documentElement.scrollWidth > innerWidth) found.push('scrolls sideways by ' + (document.documentElement.scrollWidth - innerWidth))
  const say = (e, what) => found.push(what + ': ' + e.tagName + '.' + e.className + ' ' + (e.textContent || '').trim().slice(0, 30))
  for (const e of document.querySelectorAll('body *')) {
    const box = e.getBoundingClientRect()
    // Wholly to the left of the window, or one pixel: said to screen readers only. A drawing keeps to its own frame.
    if (!e.checkVisibility() || e.closest('svg,.unseen') || box.width === 0 || box.right < 0) continue
    if (getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1) say(e, 'cut')
    if (box.right > innerWidth + 1 || box.left < -1) say(e, 'outside')
  }
  for (const row of document.querySelectorAll('tr')) {
    const cells = [...row.children].filter((e) => e.checkVisibility()).map((e) => {
      const range = document.createRange(); range.selectNodeContents(e)
      return [e, range.getBoundingClientRect()]
    })
    for (let n = 1; n < cells.length; n += 1) {
      const [a, b] = [cells[n - 1][1], cells[n][1]]
      if (a.width && b.width && a.right > b.left + 1 && a.bottom > b.top + 1 && a.top < b.bottom - 1) say(cells[n][0], 'covered')
    }
  }
  return found
})()`

describe.skipIf(CHROMIUM === null)(`the fullest and the emptiest pages${NO_CHROMIUM}`, () => {
  let browser: Browser
  let site: CrowdedSite
  beforeAll(async () => {
    site = await openCrowdedSite()
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.app.close()
  })
  const browse = async (width: number, act: (page: Page) => Promise<void>): Promise<void> => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true })
    try {
      await act(await context.newPage())
    } finally {
      await context.close()
    }
  }

  test.each([
    [360, ''],
    [360, '/large'],
    [700, ''],
    [800, '/large'],
    [1440, '/large'],
  ])(
    'nothing is cut, covered or outside at %i pixels: %s',
    async (width, mode) => {
      const faults: string[] = []
      await browse(width, async (page) => {
        for (const path of site.paths) {
          const reply = await page.goto(`${site.url}${mode}${path}`)
          expect([path, reply?.status()]).toEqual([path, 200])
          faults.push(...(await page.evaluate<string[]>(MISPLACED)).map((fault) => `${mode}${path}: ${fault}`))
        }
      })
      expect(faults).toEqual([])
    },
    300_000,
  )

  test('axe-core finds no violation where the day is full or empty, in a demonstration and in a drill', async () => {
    const paths = [
      '/',
      '/quakes/q-1',
      '/timeliness',
      '/withdrawn-home',
      '/n/gone2222',
      '/n/drill222',
      '/drill-screen',
      '/none-home',
      '/stale-home',
      '/n/stale-main2222',
    ]
    const found: string[] = []
    await browse(360, async (page) => {
      for (const path of paths) {
        await page.goto(`${site.url}${path}`)
        for (const one of await findViolations(page)) found.push(`${path}: ${one}`)
      }
    })
    expect(found).toEqual([])
  }, 120_000)

  test('the great earthquake stays on top of thirty later words, the nearest district on top of forty', async () => {
    await browse(360, async (page) => {
      await page.goto(site.url)
      expect(await page.textContent('h1')).toBe(site.main.title)
      const told = await page.locator('.notices .meta').allInnerTexts()
      expect(told).toHaveLength(30)
      expect(told[29]).toContain('18时13分')
      // The nearest twelve, and the way to the rest.
      expect(await page.locator('.places tbody tr').count()).toBe(12)
      await page.click('.card .more a')
      const distances = (await page.locator('.places td:nth-child(2)').allInnerTexts()).map((text) =>
        parseInt(text, 10),
      )
      expect(distances).toHaveLength(40)
      expect(distances).toEqual(distances.toSorted((a, b) => a - b))
    })
  }, 60_000)

  test('after a withdrawal the first page is about the withdrawal, and lists what it withdrew as withdrawn', async () => {
    await browse(360, async (page) => {
      await page.goto(`${site.url}/withdrawn-home`)
      expect(await page.textContent('h1')).toMatch(/^【撤回】/)
      expect(await page.locator('.sketch, .figures, .here').count()).toBe(0)
      expect(await page.locator('.notices .withdrawn .title').innerText()).toMatch(/^【已撤回】/)
    })
  }, 60_000)

  test('while the database is away the page says since when, also where its server answers nothing else', async () => {
    await browse(360, async (page) => {
      const asked = page.waitForResponse((reply) => reply.url().includes('/api/v1/changes'))
      await page.goto(`${site.url}/stale-home`)
      expect((await asked).ok()).toBe(false)
      // What the script made of the answer is on the page by the next turn.
      await page.evaluate('new Promise((done) => setTimeout(done, 50))')
      expect(await page.locator('.mark-stale').innerText()).toMatch(/以下为截至 2017年6月4日/)
      expect(await page.locator('.mark-stale').isVisible()).toBe(true)
    })
  }, 60_000)

  test('a drill says so before anything else on its pages, in words', async () => {
    await browse(360, async (page) => {
      for (const path of ['/n/drill222', '/drill-screen']) {
        await page.goto(`${site.url}${path}`)
        expect(await page.title()).toMatch(/^【演练】/)
        const [mark, heading] = await Promise.all(
          ['.mark-drill', 'h1'].map((part) => page.locator(part).evaluate((e) => e.getBoundingClientRect().top)),
        )
        expect(mark).toBeLessThan(heading ?? 0)
      }
    })
  }, 60_000)
})
