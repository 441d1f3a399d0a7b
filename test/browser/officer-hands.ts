// In: an open page, thumb or keys. Out: what the officer presses, and how many acts it took: what sends a form or opens a page.
// Must not press what a person could not reach: a key is found by Tab, a button by its own words.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { findViolations } from './axe.ts'

export const WAYS = ['touch', 'keyboard'] as const
export type Way = (typeof WAYS)[number]

export interface Hands {
  /** Presses the first key or button whose words begin so. */
  press(words: string): Promise<void>
  /** Acts since the start, or since the last call. */
  acts(): number
  /** What axe-core finds on the page as it stands, and whether it scrolls sideways; [] when it is well. */
  findFaults(): Promise<string[]>
  /** A picture into the folder of QUAKEDESK_SHOTS; nothing without it. */
  shoot(name: string): Promise<void>
}

/** Counts what leads somewhere: a page that is opened, a form that is sent; not where the answer sends the browser next. */
export function openHands(page: Page, way: Way, name: string): Hands {
  let acts = 0
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame() && request.redirectedFrom() === null)
      acts += 1
  })
  const folder = process.env['QUAKEDESK_SHOTS']
  return {
    press: (words) => (way === 'touch' ? tap(page, words) : type(page, words)),
    acts: () => {
      const since = acts
      acts = 0
      return since
    },
    findFaults: async () => {
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      return [...(await findViolations(page)), ...(width > (page.viewportSize()?.width ?? 0) ? ['too wide'] : [])]
    },
    shoot: async (step) => {
      if (folder === undefined) return
      mkdirSync(folder, { recursive: true })
      const width = page.viewportSize()?.width ?? 0
      await page.screenshot({ path: join(folder, `${name}-${step}-${width}.png`), fullPage: true })
    },
  }
}

async function tap(page: Page, words: string): Promise<void> {
  // Scrolls by itself, and looks again where the page has just been fetched anew under the thumb.
  await page.locator('main').locator('a,button,summary').filter({ hasText: words, visible: true }).first().tap()
}

/** Tab until the key with these words has the focus, as somebody without a mouse does. */
async function type(page: Page, words: string): Promise<void> {
  for (let tabs = 0; tabs < 120; tabs += 1) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate<string>(`document.activeElement?.textContent?.trim() ?? ''`)
    if (!at.startsWith(words)) continue
    await page.keyboard.press('Enter')
    return
  }
  throw new Error(`${words} is not reached by Tab`)
}
