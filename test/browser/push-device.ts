// In: the address of a public site, a subscription of the push stand-in. Out: a real Chromium as that subscriber's device.
// Headless Chromium reaches no push service: its pushManager hands out the stand-in's subscription instead of one of its
// own, and what the stand-in opened is handed to the worker by DevTools (ServiceWorker.deliverPushMessage), as the
// browser's own push client would. Everything between, page, form, API, worker, notification centre, is the real one.
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { PushSubscriptionJson } from '../../src/town/push/state.ts'
import { until } from '../crash/watch.ts'

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
  /** Hands opened messages to the service worker, one right after the other, and waits until it has dealt with them. */
  deliver(...texts: string[]): Promise<void>
  /** What stands in the notification centre. */
  listShown(): Promise<Shown[]>
  /** The reader wipes all of it away. */
  wipe(): Promise<void>
  /** The browser has never heard of a quake. */
  forget(): Promise<void>
  close(): Promise<void>
}

interface Registrations {
  registrations: { registrationId: string; isDeleted: boolean }[]
}

interface WorkerEvent {
  backgroundServiceEvent: { eventName: string; eventMetadata: { key: string; value: string }[] }
}

/** As DevTools calls what it records of a worker. */
const RECORD = 'pushMessaging'
const DEALT_WITH = 'Push event completed'

const NOTIFICATIONS = `navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) =>
  all.map(({ title, body, tag, silent }) => ({ title, body, tag, silent: silent === true })))`

const WIPE = `navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => {
  for (const one of all) one.close()
})`
const FORGET = `caches.open('push').then(async (memory) => {
  for (const one of await memory.keys()) if (one.url.includes('/push-newest/')) await memory.delete(one)
})`

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
  // Whoever asks Chromium for the notifications while one is being put up makes it forget that one (it drops what is
  // noted and does not stand there yet): so nobody asks before the worker is done.
  const dealtWith: string[] = []
  cdp.on('BackgroundService.backgroundServiceEventReceived', ({ backgroundServiceEvent: event }: WorkerEvent) => {
    if (event.eventName === DEALT_WITH) dealtWith.push(event.eventMetadata.map(({ value }) => value).join())
  })
  await cdp.send('BackgroundService.startObserving', { service: RECORD })
  await cdp.send('BackgroundService.setRecording', { service: RECORD, shouldRecord: true })
  await cdp.send('ServiceWorker.enable')
  await page.goto(`${origin}${path}`)
  return {
    page,
    deliver: async (...texts) => {
      const registrationId = registration
      if (registrationId === null) throw new Error('no service worker is registered')
      const before = dealtWith.length
      await Promise.all(
        texts.map((data) => cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data })),
      )
      await until('the worker is done', async () => dealtWith.length === before + texts.length)
      expect(dealtWith.slice(before)).toEqual(texts.map(() => 'Success'))
    },
    listShown: () => page.evaluate<Shown[]>(NOTIFICATIONS),
    wipe: () => page.evaluate<void>(WIPE),
    forget: () => page.evaluate<void>(FORGET),
    close: () => context.close(),
  }
}
