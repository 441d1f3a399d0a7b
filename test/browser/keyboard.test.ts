// In: every public page in a real browser, with nothing but a keyboard; with scripts and without. Out: that all of it is
// reached, seen where it is, and does what it is there for.
import type { BrowserContextOptions, Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { addressOf, listRoutes, PUBLIC_PAGES, type Act } from './public-pages.ts'
import { openSampleSite, type SampleSite } from './sample-site.ts'

const WAYS = [
  { name: 'normal', root: '', scheme: 'light' },
  { name: '长者版', root: '/large', scheme: 'light' },
  { name: 'high contrast, dark', root: '/access', scheme: 'dark' },
  { name: 'normal, dark', root: '', scheme: 'dark' },
  { name: 'English', root: '/en', scheme: 'light' },
] as const
/** More presses than any page has things to reach. */
const MOST = 120

/** Everything that can have the focus and is there to be seen, in the order of the document. */
const LIST = `[...document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex="0"]')]
  .filter((e) => !e.disabled && e.checkVisibility({ visibilityProperty: true }))`

/** What stands where the focus is: its place in LIST, and what of it can be seen. */
const LOOK = `(() => {
  const e = document.activeElement
  const style = getComputedStyle(e)
  const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number)
  let under = e.parentElement
  while (under && rgb(getComputedStyle(under).backgroundColor)[3] === 0) under = under.parentElement
  const light = (text) => rgb(text).slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  const [a, b] = [light(style.outlineColor), light(under ? getComputedStyle(under).backgroundColor : 'rgb(255,255,255)')]
  const { left, top, right, bottom, width, height } = e.getBoundingClientRect()
  const box = e.getClientRects()[0]
  const hit = box && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
  return {
    at: (${LIST}).indexOf(e),
    tag: e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + ' ' + (e.textContent || e.getAttribute('name') || '').trim().slice(0, 20),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) >= 3,
    // A browser scrolls by whole pixels.
    seen: width > 0 && height > 0 && left >= -1 && right <= innerWidth + 1 && top >= -1 && bottom <= innerHeight + 1 && hit !== null && (e.contains(hit) || hit.contains(e)),
    box: [left, top, right, bottom].map(Math.round).join(' '),
  }
})()`

interface Look {
  at: number
  tag: string
  outlined: boolean
  seen: boolean
  box: string
}

describe.skipIf(CHROMIUM === null)(`every page by keyboard${NO_CHROMIUM}`, () => {
  let browser: Browser
  let site: SampleSite
  beforeAll(async () => {
    site = await openSampleSite()
    browser = await openChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.app.close()
  })

  const browse = async (options: BrowserContextOptions, act: (page: Page) => Promise<void>): Promise<void> => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, bypassCSP: true, ...options })
    try {
      await act(await context.newPage())
    } finally {
      await context.close()
    }
  }
  /** Presses Tab until the focus is on what is meant. */
  const tabTo = async (page: Page, selector: string): Promise<void> => {
    for (let n = 0; n < MOST; n += 1) {
      await page.keyboard.press('Tab')
      if (await page.locator(':focus').evaluate((e, meant) => e.matches(meant), selector)) return
    }
    throw new Error(`${selector} is not reached on ${page.url()}`)
  }
  const carryOut = async (page: Page, { on, type, leads }: Act): Promise<void> => {
    await tabTo(page, on)
    if (type !== undefined) await page.keyboard.type(type)
    await Promise.all([
      page.waitForURL((url) => leads.test(`${url.pathname}${url.search}${url.hash}`), { waitUntil: 'commit' }),
      page.keyboard.press('Enter'),
    ])
  }

  test('the table names every page that the house makes or answers, and no other', () => {
    expect(site.unasked).toEqual([])
    const there = new Set([...site.made.map(addressOf), ...listRoutes(site.app)])
    expect([...there].toSorted()).toEqual(PUBLIC_PAGES.map(({ address }) => address).toSorted())
    // In English all but the one that stands at unknown addresses.
    const english = new Set(site.made.filter((path) => path.startsWith('/en/')).map(addressOf))
    for (const { address, english: word } of PUBLIC_PAGES)
      if (!address.endsWith('/:ticket')) expect([address, english.has(address)]).toEqual([address, word !== null])
  })

  // Colours change nothing of this.
  test.each(WAYS.filter(({ name }) => name !== 'normal, dark'))(
    'without a script each page says what it has to say and does what it is there for: $name',
    async ({ root, scheme }) => {
      await browse({ javaScriptEnabled: false, colorScheme: scheme }, async (page) => {
        for (const { at, says, english, act } of PUBLIC_PAGES) {
          const word = root === '/en' ? english : says
          if (word === null) continue
          await page.goto(`${site.url}${root}${at}`)
          expect([at, await page.locator('main').innerText()]).toEqual([at, expect.stringMatching(word)])
          if (act !== null) await carryOut(page, act)
        }
      })
    },
    300_000,
  )

  test.each(WAYS)(
    'Tab reaches everything on each page once, in the order of reading, visibly, and leaves again: $name',
    async ({ root, scheme }) => {
      await browse({ colorScheme: scheme }, async (page) => {
        const faults: string[] = []
        for (const { at, english } of PUBLIC_PAGES) {
          if (root === '/en' && english === null) continue
          await page.goto(`${site.url}${root}${at}`)
          const all = await page.evaluate<number>(`(${LIST}).length`)
          for (let n = 0; n < all; n += 1) {
            await page.keyboard.press('Tab')
            const { at: place, tag, outlined, seen, box } = await page.evaluate<Look>(LOOK)
            if (place !== n) faults.push(`${root}${at}: Tab ${n + 1} of ${all} comes to ${place} (${tag})`)
            else if (!outlined) faults.push(`${root}${at}: nothing shows that the focus is on ${tag}`)
            else if (!seen) faults.push(`${root}${at}: ${tag} has the focus out of sight (${box})`)
          }
          await page.keyboard.press('Tab')
          if (all > 0 && (await page.evaluate<Look>(LOOK)).at === all - 1) faults.push(`${root}${at}: no way out`)
        }
        expect(faults).toEqual([])
      })
    },
    300_000,
  )

  test('the first Tab offers the way past the navigation, which leads into the text', async () => {
    await browse({}, async (page) => {
      for (const { at } of PUBLIC_PAGES.filter(({ address }) => address !== '/screen')) {
        await page.goto(`${site.url}${at}`)
        await page.keyboard.press('Tab')
        expect(await page.textContent(':focus')).toBe('跳到正文')
        await page.keyboard.press('Enter')
        await page.waitForURL((url) => url.hash === '#main', { waitUntil: 'commit' })
        await page.keyboard.press('Tab')
        const where = await page.evaluate(`(() => {
          const e = document.activeElement, main = document.getElementById('main')
          return main.contains(e) || !(main.querySelector('a[href],button,input,select,summary') )
        })()`)
        expect([at, where]).toEqual([at, true])
      }
    })
  }, 120_000)

  test('what folds opens and closes by Enter and by space', async () => {
    await browse({}, async (page) => {
      let folds = 0
      for (const { at } of PUBLIC_PAGES) {
        await page.goto(`${site.url}${at}`)
        for (const summary of await page.locator('main summary').all()) {
          const isOpen = () => summary.evaluate((e) => e.parentElement?.hasAttribute('open'))
          await summary.focus()
          await page.keyboard.press('Enter')
          expect([at, await isOpen()]).toEqual([at, true])
          await page.keyboard.press('Space')
          expect([at, await isOpen()]).toEqual([at, false])
          folds += 1
        }
      }
      expect(folds).toBeGreaterThan(2)
    })
  }, 120_000)

  test('the subscription is chosen, agreed to and sent without a mouse', async () => {
    await browse({}, async (page) => {
      const sent: unknown[] = []
      await page.addInitScript(
        `PushManager.prototype.subscribe = async () => ({ toJSON: () => ({ endpoint: 'https://push.example/x', keys: {} }) })
         Notification.requestPermission = async () => 'granted'`,
      )
      await page.route('**/api/v1/push/**', async (route) => {
        sent.push(route.request().postDataJSON())
        return route.fulfill({ status: 201, json: { id: 'abc', unsubscribe: 'token' } })
      })
      await page.goto(`${site.url}/large/subscribe`)
      await tabTo(page, '[name=districts]')
      await page.keyboard.press('Space')
      await tabTo(page, '#push-intensity')
      await page.keyboard.press('ArrowDown')
      await tabTo(page, '[name=consent]')
      await page.keyboard.press('Space')
      await page.keyboard.press('Enter')
      await page.waitForSelector('#push-status[data-said=on]')
      expect(sent).toMatchObject([{ districts: ['640100'], minIntensity: 4, consent: { version: 'v1' } }])
      await tabTo(page, '#push-stop')
    })
  }, 60_000)
})
