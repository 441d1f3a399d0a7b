// In: the address of a public site, a subscription of the push stand-in. Out: a real Chromium as that subscriber's device.
// Headless Chromium reaches no push service: its pushManager hands out the stand-in's subscription instead of one of its
// own, and what the stand-in opened is handed to the worker by DevTools (ServiceWorker.deliverPushMessage), as the
// browser's own push client would. Everything between, page, form, API, worker, notification centre, is the real one.
import type { Browser, Page } from 'playwright-core'
import type { PushSubscriptionJson } from '../../src/town/push/state.ts'

/** A notification as registration.getNotifications() gives it. */
export interface Shown {
  title: string
  body: string
  tag: string
  /** Shown again without ringing. */
  silent: boolean
}

export interface Device {
  page: Page
  /** Hands an opened message to the service worker. */
  deliver(text: string): Promise<void>
  /** What stands in the notification centre, once it holds: the worker answers in its own time. */
  shownWhen(holds: (shown: Shown[]) => boolean): Promise<Shown[]>
  close(): Promise<void>
}

interface Registrations {
  registrations: { registrationId: string; isDeleted: boolean }[]
}

const NOTIFICATIONS = `navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) =>
  all.map(({ title, body, tag, silent }) => ({ title, body, tag, silent: silent === true })))`

function giveOut(subscription: PushSubscriptionJson): string {
  return `{
    let made = null
    PushManager.prototype.getSubscription = async () => made
    PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
      const bytes = String.fromCharCode(...new Uint8Array(applicationServerKey))
      globalThis.asked = { key: btoa(bytes), userVisibleOnly }
      made = { toJSON: () => (${JSON.stringify(subscription)}), unsubscribe: async () => { made = null; return true } }
      return made
    }
  }`
}

/** Opens a page of that site with notifications permitted. */
export async function openDevice(
  browser: Browser,
  origin: string,
  path: string,
  subscription: PushSubscriptionJson,
): Promise<Device> {
  const context = await browser.newContext({ locale: 'zh-CN' })
  await context.grantPermissions(['notifications'], { origin })
  await context.addInitScript(giveOut(subscription))
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  let registration: string | null = null
  cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }: Registrations) => {
    registration = registrations.find((one) => !one.isDeleted)?.registrationId ?? registration
  })
  await cdp.send('ServiceWorker.enable')
  await page.goto(`${origin}${path}`)
  return {
    page,
    deliver: async (text) => {
      if (registration === null) throw new Error('no service worker is registered')
      await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId: registration, data: text })
    },
    shownWhen: async (holds) => {
      for (;;) {
        const shown = await page.evaluate<Shown[]>(NOTIFICATIONS)
        if (holds(shown)) return shown
        await page.waitForTimeout(20)
      }
    },
    close: () => context.close(),
  }
}
