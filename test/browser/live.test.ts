// In: the first page in a real browser while something new is said. Out: what its reader sees, without asking for it.
import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Page, StoredPage } from '../../src/store/pages.ts'
import { extendRing, type LiveEvent } from '../../src/web/live/events.ts'
import { LIVE_LIMITS, openLive, type Live } from '../../src/web/live/stream.ts'
import { NOTICE, NOW, pages } from '../web/sample-pages.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { buildBarePublic } from '../web/bare-public.ts'

const NEWER = {
  ...NOTICE,
  id: 'n-2',
  code: 'wxyz6789',
  report: 2,
  kind: 'revision' as const,
  title: '修订：安徽某市某县发生4.8级地震',
}

function eventOf(seq: number, { code, kind, serial, report }: typeof NOTICE): LiveEvent {
  return { seq, seal: `a${seq}`, at: NOW, code, kind, serial, report, quake: 'q-1', paths: [`/n/${code}`, '/'] }
}
const first = eventOf(1, NOTICE)
const second = eventOf(2, NEWER)
const ringOf = (...events: LiveEvent[]) => extendRing(null, { head: events.at(-1)?.seq ?? 0, events, whole: true })

function store(page: Page): StoredPage {
  const body = Buffer.from(page.body)
  return { ...page, body, gzip: gzipSync(body), etag: `"${page.path} ${body.length}"`, changedAt: 0 }
}

describe.skipIf(CHROMIUM === null)(`the live script in a browser${NO_CHROMIUM}`, () => {
  let browser: Browser
  let app: FastifyInstance
  let live: Live
  let url: string
  const shelf = new Map<string, StoredPage>()
  const put = (...notices: (typeof NOTICE)[]): void => {
    for (const language of ['zh', 'en'] as const) {
      const page = store(pages.home(notices, NOW, language))
      shelf.set(page.path, page)
    }
  }
  const start = async (most: number): Promise<void> => {
    live = openLive(false, { ...LIVE_LIMITS, most })
    app = await buildBarePublic({
      pages: shelf,
      live,
    })
    url = await app.listen({ port: 0, host: '127.0.0.1' })
  }
  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    put(NOTICE)
    await start(10)
    live.tell(ringOf(first), true)
  })
  afterEach(() => app.close())

  const browse = async (act: (tab: Tab, errors: string[]) => Promise<void>): Promise<void> => {
    const context = await browser.newContext()
    const tab = await context.newPage()
    const errors: string[] = []
    // What a policy of ours forbids is said there.
    tab.on('console', (message) => message.text().includes('Content Security Policy') && errors.push(message.text()))
    tab.on('pageerror', (error) => errors.push(error.message))
    try {
      await act(tab, errors)
    } finally {
      await context.close()
    }
  }
  /** Looked at from outside: the page's own policy lets nobody wait inside it for a function. */
  const saying = (tab: Tab) => expect.poll(() => tab.textContent('[role=status]'), { timeout: 20_000 })
  const isConnected = async (): Promise<void> => {
    while (live.count() === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  test('what is said while the page is open stands on it by itself, is announced, and where the reader was stays the focus', async () => {
    await browse(async (tab, errors) => {
      await tab.goto(`${url}/large/`)
      await isConnected()
      await tab.focus('#live h1 a')
      put(NEWER, NOTICE)
      live.tell(ringOf(first, second), true)
      await tab.waitForSelector('#live a[href$="n/wxyz6789"]')
      await saying(tab).toMatch(/^本页已更新：.*4\.\d级地震/)
      expect(await tab.evaluate(`document.activeElement.closest('#live') !== null`)).toBe(true)
      expect(errors).toEqual([])
    })
  })

  test('a page that was built before the last word asks anew as soon as it is open', async () => {
    live.tell(ringOf(first, second), true)
    await browse(async (tab) => {
      await tab.goto(`${url}/en/`)
      await isConnected()
      put(NEWER, NOTICE)
      await tab.waitForSelector('#live a[href$="n/wxyz6789"]', { timeout: 20_000 })
      expect(await tab.textContent('[role=status]')).toMatch(/^Updated: /)
    })
  })

  test('that the page may be behind is said, and taken back', async () => {
    await browse(async (tab) => {
      await tab.goto(url)
      await isConnected()
      live.tellStale(NOW)
      await saying(tab).toContain('10:05:00')
      live.tellStale(null)
      await saying(tab).toBe('')
    })
  })

  test('where the streams are full, or the browser has none, the page asks from time to time', async () => {
    await app.close()
    await start(0)
    live.tell(ringOf(first), true)
    for (const hasStreams of [true, false]) {
      put(NOTICE)
      live.tell(ringOf(first), true)
      await browse(async (tab) => {
        await tab.clock.install()
        if (!hasStreams) await tab.addInitScript('delete window.EventSource')
        const asked = tab.waitForResponse((reply) => reply.url().includes('/api/v1/changes'))
        await tab.goto(url)
        await asked
        put(NEWER, NOTICE)
        live.tell(ringOf(first, second), true)
        const again = tab.waitForResponse((reply) => reply.url().includes('/api/v1/changes?after=1-a1'))
        await tab.clock.fastForward(21_000)
        await again
        const fresh = tab.waitForSelector('#live a[href$="n/wxyz6789"]', { state: 'attached' })
        await tab.clock.runFor(5_000)
        await fresh
      })
    }
  })
})
