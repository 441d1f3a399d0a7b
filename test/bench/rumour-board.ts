// In: a desk's address, a cookie. Out: a real Chromium with the queue open: how long its main thread stood still, how old what it showed
// was, how long a click on a claim took in a second tab.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { makeGuest } from './cores.ts'
import { CHROMIUM, openChromium } from '../browser/chromium.ts'

export interface Watched {
  /** Longest stand-still of the main thread, ms. */
  stall: number
  /** Times the queue was drawn anew. */
  drawn: number
  /** When it showed how many reports of the last ten minutes: epoch ms, count. */
  counts: [number, number][]
  /** From the click on a claim to its page, ms. */
  clicks: number[]
}

export interface Board {
  /** Forgets what came before, and begins to click. */
  begin(): Promise<void>
  end(): Promise<Watched>
  close(): Promise<void>
}

interface Seen {
  stall: number
  drawn: number
  counts: [number, number][]
}

/** Runs in the page. */
function watch(): void {
  const seen: Seen = { stall: 0, drawn: 0, counts: [] }
  Object.assign(globalThis, { seen })
  let last = performance.now()
  setInterval(() => {
    const now = performance.now()
    seen.stall = Math.max(seen.stall, now - last - 20)
    last = now
  }, 20)
  const { document, MutationObserver } = globalThis as unknown as {
    document: { getElementById(id: string): { textContent: string } }
    MutationObserver: new (act: () => void) => { observe(node: unknown, what: object): void }
  }
  const main = document.getElementById('main')
  new MutationObserver(() => {
    const [, count] = /线索 (\d+) 条/.exec(main.textContent) ?? []
    if (count === undefined) return
    seen.drawn += 1
    seen.counts.push([Date.now(), Number(count)])
  }).observe(main, { childList: true })
}

const CLICK_MS = 3_000

async function click(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'load' })
  const since = performance.now()
  await page.click('.claims a', { timeout: 20_000 })
  await page.waitForURL(/\/desk\/rumours\/c-/, { timeout: 20_000 })
  await page.waitForSelector('h1')
  return performance.now() - since
}

/** @param folder where it may keep a file. @returns null where this machine has no Chromium */
export async function openBoard(folder: string, port: number, cookie: string): Promise<Board | null> {
  if (CHROMIUM === null) return null
  const browser = await openChromium(makeGuest(folder, CHROMIUM))
  const context = await browser.newContext()
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ name, value, domain: '127.0.0.1', path: '/' }])
  const url = `http://127.0.0.1:${port}/desk/rumours`
  const page = await context.newPage()
  await page.goto(url)
  await page.evaluate(watch)
  const tab = await context.newPage()
  const clicks: number[] = []
  let clicking: Promise<void> = Promise.resolve()
  const ending = new AbortController()
  return {
    begin: async () => {
      await page.evaluate(() => Object.assign((globalThis as unknown as { seen: Seen }).seen, { stall: 0, drawn: 0 }))
      clicking = (async () => {
        while (!ending.signal.aborted) {
          await sleep(CLICK_MS)
          clicks.push(await click(tab, url).catch(() => Number.POSITIVE_INFINITY))
        }
      })()
    },
    end: async () => {
      ending.abort()
      await clicking
      return { ...(await page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen)), clicks }
    },
    close: () => browser.close(),
  }
}
