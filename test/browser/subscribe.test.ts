// In: the subscribe page in a real browser, with its push service answering, hanging or missing. Out: what the reader is told,
// what is sent to our server, and that leaving is one tap.
import type { FastifyInstance } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { openSampleSite } from './sample-site.ts'

const WORKING = `async () => ({
  toJSON: () => ({ endpoint: 'https://fcm.googleapis.com/fcm/send/x', expirationTime: null, keys: { p256dh: 'p', auth: 'a' } }),
})`
const HANGING = '() => new Promise(() => undefined)'

describe.skipIf(CHROMIUM === null)(`subscribing in a browser${NO_CHROMIUM}`, () => {
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

  interface Sent {
    method: string
    path: string
    token: string | undefined
    body: unknown
  }

  /** @param subscribe source of what stands for the browser's own push service; null: it has none */
  const visit = async (
    subscribe: string | null,
    act: (page: Page, sent: Sent[]) => Promise<void>,
    scripts = true,
    path = '/subscribe',
  ): Promise<void> => {
    const context = await browser.newContext({ viewport: { width: 360, height: 800 }, javaScriptEnabled: scripts })
    const sent: Sent[] = []
    try {
      const page = await context.newPage()
      await page.addInitScript(
        subscribe === null
          ? 'delete window.PushManager'
          : `PushManager.prototype.subscribe = ${subscribe}; Notification.requestPermission = async () => 'granted'`,
      )
      await page.route('**/api/v1/push/**', async (route) => {
        const request = route.request()
        const method = request.method()
        sent.push({
          method,
          path: new URL(request.url()).pathname,
          token: request.headers()['authorization'],
          body: request.postDataJSON() as unknown,
        })
        if (method === 'DELETE') return route.fulfill({ status: 204 })
        return route.fulfill({ status: method === 'POST' ? 201 : 200, json: { id: 'abc', unsubscribe: 'tok' } })
      })
      await page.goto(`${site.url}${path}`)
      await act(page, sent)
    } finally {
      await context.close()
    }
  }

  test('sends the choice with the consent, keeps the way out at hand, and leaves by one tap', async () => {
    await visit(WORKING, async (page, sent) => {
      await page.getByText('丙区').click()
      await page.selectOption('#push-intensity', '4')
      await page.selectOption('#push-night', '5')
      await page.getByText('我已阅读并同意').click()
      await page.getByRole('button', { name: '订阅' }).click()
      await page.waitForSelector('#push-status[data-said=on]')
      expect(sent).toHaveLength(1)
      expect(sent[0]).toMatchObject({
        method: 'POST',
        body: {
          endpoint: 'https://fcm.googleapis.com/fcm/send/x',
          keys: { p256dh: 'p', auth: 'a' },
          minIntensity: 4,
          minMagnitude: null,
          night: 5,
          consent: { version: 'v1', language: 'zh' },
        },
      })
      expect(await page.getAttribute('#push-link', 'href')).toBe('/unsubscribe/abc.tok')
      await page.reload()
      await page.waitForSelector('#push-mine:not([hidden])')
      expect(await page.inputValue('#push-intensity')).toBe('4')
      await page.selectOption('#push-magnitude', '5.0')
      await page.getByRole('button', { name: '保存' }).click()
      await page.waitForSelector('#push-status[data-said=saved]')
      expect(sent[1]).toMatchObject({ method: 'PATCH', token: 'Bearer tok', body: { minMagnitude: 5 } })
      await page.getByRole('button', { name: '退订' }).click()
      await page.waitForSelector('#push-status[data-said=gone]')
      expect(sent[2]).toMatchObject({ method: 'DELETE', path: '/api/v1/push/subscriptions/abc', token: 'Bearer tok' })
      await page.waitForSelector('#push-mine', { state: 'hidden' })
    })
  }, 60_000)

  test('without consent sends nothing and says so', async () => {
    await visit(WORKING, async (page, sent) => {
      await page.getByRole('button', { name: '订阅' }).click()
      await page.waitForSelector('#push-status[data-said=consent]')
      expect(sent).toEqual([])
    })
  }, 60_000)

  test('where the push service never answers, the page says so within its own ten seconds and names another way', async () => {
    await visit(HANGING, async (page, sent) => {
      await page.getByText('我已阅读并同意').click()
      await page.getByRole('button', { name: '订阅' }).click()
      await page.waitForSelector('#push-status[data-said=timeout]', { timeout: 40_000 })
      expect(await page.textContent('#push-status')).toContain('微信')
      expect(sent).toEqual([])
    })
  }, 90_000)

  test('in a browser without push says so at once', async () => {
    await visit(null, async (page) => {
      await page.waitForSelector('#push-status[data-said=unsupported]')
      expect(await page.isVisible('#push')).toBe(false)
    })
  }, 60_000)

  test('without scripts says what is needed, in English too', async () => {
    for (const [path, word] of [
      ['/subscribe', '现在无法在本页订阅'],
      ['/large/en/subscribe', 'not possible on this page'],
    ] as const)
      await visit(
        WORKING,
        async (page) => {
          expect(await page.textContent('main')).toContain(word)
          expect(await page.isVisible('#push')).toBe(false)
        },
        false,
        path,
      )
  }, 60_000)
})
