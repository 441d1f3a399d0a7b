// In: the wall display in a real browser, and a server that changes its word, or goes away. Out: what hangs on the wall.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { openSampleSite } from './sample-site.ts'

const LOOK_MS = 15_000

describe.skipIf(CHROMIUM === null)(`the wall display in a browser${NO_CHROMIUM}`, () => {
  let browser: Browser
  let site: { app: FastifyInstance; url: string }
  beforeAll(async () => {
    site = await openSampleSite()
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.app.close()
  })

  /** Opens /screen with time in our hands; `now` says which page it gets, or none. */
  async function hang(now: () => string | null): Promise<Page> {
    const page = await browser.newPage()
    await page.clock.install()
    await page.route('**/screen', async (route) => {
      const path = now()
      if (path === null) return route.abort()
      return route.fulfill({ response: await route.fetch({ url: `${site.url}${path}` }) })
    })
    await page.goto(`${site.url}/screen`)
    return page
  }
  const looked = (page: Page) => page.waitForEvent('requestfinished')

  test('takes the new word without loading the page again', async () => {
    let path = '/screen-quiet'
    const page = await hang(() => path)
    expect(await page.textContent('h1')).toContain('目前没有需要发布的地震信息')
    await page.evaluate('window.same = true')
    path = '/screen'
    await Promise.all([looked(page), page.clock.runFor(LOOK_MS)])
    await expect.poll(() => page.textContent('h1'), { timeout: 20_000 }).toContain('发生')
    expect(await page.evaluate('window.same')).toBe(true)
    await page.close()
  })

  test('keeps the last word while the line is lost, says so after three questions without an answer, and takes it back', async () => {
    let path: string | null = '/screen'
    const page = await hang(() => path)
    const word = await page.textContent('h1')
    expect(await page.isHidden('#lost')).toBe(true)
    path = null
    for (let n = 0; n < 4; n += 1) await Promise.all([page.waitForEvent('requestfailed'), page.clock.runFor(LOOK_MS)])
    await page.waitForSelector('#lost:not([hidden])')
    expect(await page.textContent('h1')).toBe(word)
    path = '/screen'
    await Promise.all([looked(page), page.clock.runFor(LOOK_MS)])
    await page.waitForSelector('#lost[hidden]', { state: 'attached' })
    await page.close()
  })
})
