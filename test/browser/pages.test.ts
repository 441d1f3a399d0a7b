// In: every page of an invented bureau, served as the public process serves it. Out: what a real browser makes of them:
// nothing that axe-core calls a violation in any mode, no sideways scrolling on a phone, few bytes (keyboard.test.ts: the rest).
import type { FastifyInstance } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { openSampleSite } from './sample-site.ts'
import { findViolationsInBoth } from './axe.ts'

const MODES = ['', '/large', '/access'] as const

describe.skipIf(CHROMIUM === null)(`pages in a browser${NO_CHROMIUM}`, () => {
  let browser: Browser
  let site: { app: FastifyInstance; url: string; paths: string[] }
  beforeAll(async () => {
    site = await openSampleSite()
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.app.close()
  })

  const browse = async (
    { width = 360, scheme = 'light', scripts = true }: { width?: number; scheme?: 'light' | 'dark'; scripts?: boolean },
    act: (page: Page) => Promise<void>,
  ): Promise<void> => {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: scheme,
      javaScriptEnabled: scripts,
      bypassCSP: true,
    })
    try {
      await act(await context.newPage())
    } finally {
      await context.close()
    }
  }

  test('axe-core finds no violation on any page, in any mode, in either scheme, on a phone and on a desk', async () => {
    const found: string[] = []
    for (const mode of MODES)
      for (const width of mode === '' ? [360, 1440] : [360])
        await browse({ width }, async (page) => {
          // English has the same frame and the same styles: looked at once.
          const paths = site.paths.filter((path) => !path.startsWith('/en') || (mode === '' && width === 360))
          for (const path of paths) {
            await page.goto(`${site.url}${mode}${path}`)
            for (const one of await findViolationsInBoth(page)) found.push(`${mode}${path} ${width} ${one}`)
          }
        })
    expect(found).toEqual([])
  }, 900_000)

  test('no page scrolls sideways at 360 px, also in large print', async () => {
    const wide: string[] = []
    await browse({}, async (page) => {
      for (const path of site.paths)
        for (const mode of MODES) {
          await page.goto(`${site.url}${mode}${path}`)
          if ((await page.evaluate('document.documentElement.scrollWidth')) !== 360) wide.push(`${mode}${path}`)
        }
    })
    expect(wide).toEqual([])
  }, 600_000)

  test('a mode stays with the reader from page to page, without a cookie and without a script', async () => {
    await browse({ scripts: false }, async (page) => {
      await page.goto(`${site.url}/`)
      for (const [link, leads] of [
        ['.view-large', /^\/large\/$/],
        ['h1 a', /^\/large\/n\//],
        ['.more a', /^\/large\/quakes\//],
        ['.bureau', /^\/large\/$/],
        ['a[hreflang=en]', /^\/en\/$/],
      ] as const) {
        await page.click(link)
        await page.waitForURL(({ pathname }) => leads.test(pathname))
      }
      expect(await page.context().cookies()).toEqual([])
    })
  }, 60_000)

  test('the search is a plain form: without a script it asks in the mode it stands in, and keeps what was typed', async () => {
    await browse({ scripts: false }, async (page) => {
      await page.goto(`${site.url}/large/notices`)
      await page.fill('#q', '甲州 "<b>')
      await page.selectOption('#kind', 'withdrawal')
      await page.keyboard.press('Enter')
      await page.waitForURL(/q=/)
      await page.click('button')
      await page.waitForURL(/q=/)
      const url = new URL(page.url())
      expect(url.pathname).toBe('/large/notices')
      expect(Object.fromEntries(url.searchParams)).toEqual({ q: '甲州 "<b>', kind: 'withdrawal' })
      // There is no database here: the page says so and loses nothing.
      expect(await page.textContent('[role=alert]')).toContain('现在查不了')
      expect(await page.inputValue('#q')).toBe('甲州 "<b>')
      expect(await page.inputValue('#kind')).toBe('withdrawal')
    })
  }, 60_000)

  test('the first page with all that it loads is at most 30 kB on the wire', async () => {
    // What a browser asks for by itself, and what it asks for where the page is put on a home screen, but its picture.
    const loaded = new Set(['/assets/icon.svg', '/manifest.webmanifest'])
    await browse({}, async (page) => {
      page.on('request', (request) => loaded.add(new URL(request.url()).pathname))
      await page.goto(`${site.url}/`)
      await page.waitForLoadState('load')
    })
    // What live.js asks for once the page stands: a stream, and news where there is none.
    for (const path of ['/live', '/api/v1/changes']) loaded.delete(path)
    expect([...loaded]).toEqual(expect.arrayContaining(['/', '/assets/app.css', '/assets/live.js']))
    const sizes = await Promise.all(
      [...loaded].map(async (path) => {
        const reply = await fetch(`${site.url}${path}`, { headers: { 'accept-encoding': 'gzip' } })
        expect([path, reply.status]).toEqual([path, 200])
        expect(Number(reply.headers.get('content-length'))).toBeGreaterThan(0)
        return Number(reply.headers.get('content-length'))
      }),
    )
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(30_000)
  })
})
