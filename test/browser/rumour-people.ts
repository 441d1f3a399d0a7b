// In: a bureau, who sits where, a browser. Out: a person with a browser of their own: pages, presses by the words on a button.
// Must not reach past a page: what a person could not press, the test cannot either. QUAKEDESK_SHOTS=<folder> keeps pictures.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { findViolations } from './axe.ts'

const LONG_MS = 20_000
const WIDE = { width: 1440, height: 900 }
const NARROW = { width: 360, height: 780 }

export interface Reader {
  page: Page
  open(path: string): Promise<void>
  /**
   * Presses a button of the page by its words, with what its form is filled with: by the fields' names, of a tick or a choice the
   * value. Opens what it is folded into; the page that comes next has loaded.
   */
  press(words: string, fields?: Readonly<Record<string, string | readonly string[]>>): Promise<void>
  text(): Promise<string>
  /** What axe-core finds here in both widths, and whether the narrow page scrolls sideways; pictures of both. */
  inspect(step: string): Promise<string[]>
  close(): Promise<void>
}

/** @param cookie of a session; null for a citizen */
export async function openReader(
  browser: Browser,
  base: string,
  cookie: { name: string; value: string } | null,
): Promise<Reader> {
  const context = await browser.newContext({ viewport: WIDE, bypassCSP: true, acceptDownloads: true })
  if (cookie) await context.addCookies([{ ...cookie, url: base }])
  const page = await context.newPage()
  page.setDefaultTimeout(LONG_MS)
  const folder = process.env['QUAKEDESK_SHOTS']
  const unfold = async (selector: string): Promise<void> => {
    const within = page.locator('main details:not([open])').filter({ has: page.locator(selector) })
    while ((await within.count()) > 0) await within.first().locator('> summary').click()
  }
  return {
    page,
    open: async (path) => {
      const reply = await page.goto(`${base}${path}`)
      if (!reply?.ok()) throw new Error(`${path}: ${reply?.status()}`)
    },
    press: async (words, fields = {}) => {
      const button = `button:text-is("${words}")`
      await unfold(button)
      const key = page.locator(`main ${button}`).first()
      if (await key.isDisabled())
        throw new Error(`${words}: ${(await page.locator('main .wrong').allTextContents()).join(' ')}`)
      const form = page
        .locator('main form')
        .filter({ has: page.locator(button) })
        .first()
      for (const [name, values] of Object.entries(fields))
        for (const value of [values].flat()) await fill(form, name, value)
      const answered = page.waitForResponse((reply) => reply.request().method() === 'POST')
      await key.click()
      await answered
      await page.waitForLoadState('load')
    },
    text: async () => (await page.textContent('main')) ?? '',
    inspect: async (step) => {
      const found: string[] = []
      for (const size of [NARROW, WIDE]) {
        await page.setViewportSize(size)
        const wide = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth')
        found.push(...(await findViolations(page)), ...(wide ? [`wider than ${size.width}`] : []))
        if (folder === undefined) continue
        mkdirSync(folder, { recursive: true })
        await page.screenshot({ path: join(folder, `rumour-${step}-${size.width}.png`), fullPage: true })
      }
      return found
    },
    close: () => context.close(),
  }
}

async function fill(form: Locator, name: string, value: string): Promise<void> {
  const field = form.locator(`[name="${name}"]`).first()
  const kind = await field.evaluate((one: { tagName: string; type?: string }) => `${one.tagName} ${one.type ?? ''}`)
  if (kind === 'SELECT select-one') await field.selectOption(value)
  else if (kind === 'INPUT checkbox') await form.locator(`[name="${name}"][value="${value}"]`).check()
  else await field.fill(value)
}
