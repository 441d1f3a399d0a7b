// In: a bureau of two processes whose push outlet is on, a strict push service, a subscriber's real browser. Out: what stands
// in that browser's notification centre after each word: from the page's form to the notification, end to end.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import webpush from 'web-push'
import type { PushMessage } from '../../src/core/push/message.ts'
import { startPush, type PushTown } from '../../src/town/push.ts'
import type { PushSubscriptionJson } from '../../src/town/push/state.ts'
import { writeDetermination } from '../app/bureau.ts'
import type { Installation } from '../crash/installation.ts'
import { preparePushBureau } from '../crash/push-bureau.ts'
import { until } from '../crash/watch.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { openDevice, type Device } from './push-device.ts'

const VAPID = webpush.generateVAPIDKeys()

describe.skipIf(CHROMIUM === null)(`a push from the page to the notification${NO_CHROMIUM}`, () => {
  let folder: string
  let service: PushTown
  let drillService: PushTown
  let bureau: Installation
  let browser: Browser
  let subscription: PushSubscriptionJson
  let device: Device
  let site: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'quakedesk-push-'))
    service = await startPush({ now: Date.now })
    drillService = await startPush({ now: Date.now })
    bureau = await preparePushBureau(folder, VAPID, { actual: service, drill: drillService })
    site = `http://127.0.0.1:${bureau.port}`
    await bureau.start()
    browser = await openChromium()
    subscription = service.subscribe({ applicationServerKey: VAPID.publicKey })
    device = await openDevice(browser, site, '/subscribe', subscription)
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await bureau?.stop()
    bureau?.sweep()
    await Promise.all([service?.close(), drillService?.close()])
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  let heard = 0
  const hear = async (code: 'AU' | 'CC', origin: number): Promise<void> => {
    heard += 1
    expect(await bureau.push(`push-${heard}`, writeDetermination(code, origin))).toBe(202)
  }
  const ago = (minutes: number) => Math.floor(bureau.now() / 1_000) * 1_000 - minutes * 60_000

  /** The n-th message that a device opened; the service refused none. */
  const pushed = async (
    town: PushTown,
    endpoint: string,
    n: number,
  ): Promise<{ text: string; message: PushMessage }> => {
    const text = await until(`message ${n}`, async () => town.messages(endpoint)[n - 1]?.text)
    expect(town.tally()).toEqual({ messages: { shown: town.messages().length }, refused: {} })
    return { text, message: JSON.parse(text) as PushMessage }
  }

  test('the page subscribes this browser, for notifications only, under the bureau’s own key', async () => {
    const { page } = device
    await page.selectOption('[name=minMagnitude]', { index: 1 })
    await page.check('[name=consent]')
    await page.click('#push button[type=submit]')
    await page.waitForSelector('#push-status[data-said=on]')
    expect(await page.evaluate('globalThis.asked')).toEqual({
      key: Buffer.from(VAPID.publicKey, 'base64url').toString('base64'),
      userVisibleOnly: true,
    })
  })

  test('an update takes the first word’s place, and a withdrawal the update’s, and says so', async () => {
    const origin = ago(2)
    await hear('AU', origin)
    const first = await pushed(service, subscription.endpoint, 1)
    expect(first.message).toMatchObject({ kind: 'quick-report', drill: false, withdrawn: false })
    await device.deliver(first.text)
    const { title, body, tag } = first.message
    expect(await device.listShown()).toEqual([{ title, body, tag, silent: false }])

    await hear('CC', origin + 2_000)
    const second = await pushed(service, subscription.endpoint, 2)
    expect(second.message).toMatchObject({ kind: 'formal-report', tag })
    expect(second.message.title).not.toBe(title)
    await device.deliver(second.text)
    const updated = await device.listShown()
    expect(updated).toEqual([{ title: second.message.title, body: second.message.body, tag, silent: false }])

    const db = await bureau.database()
    const { rows } = await db.query<{ serial: string }>('select serial from lineage order by number desc limit 1')
    const answer = await bureau.command('withdraw', { serial: rows[0]?.serial, reason: 'sent-in-error', as: '李工' })
    expect(answer.body).toMatchObject({ ok: true })
    const third = await pushed(service, subscription.endpoint, 3)
    expect(third.message).toMatchObject({ kind: 'withdrawal', withdrawn: true, tag })
    await device.deliver(third.text)
    const withdrawn = await device.listShown()
    expect(withdrawn.map((one) => one.title)).toEqual([third.message.title])
    expect(withdrawn[0]?.title).toMatch(/^【撤回】/)
    // Read alone, nothing of it says that there was a quake (DESIGN L8).
    expect(`${withdrawn[0]?.title}${withdrawn[0]?.body}`).not.toMatch(/\d\.\d级|正式测定|自动测定/)
    expect(new Set(service.messages().map((message) => message.topic)).size).toBe(1)
  }, 120_000)

  test('an older word that comes after a newer one does not take its place', async () => {
    const [first, , third] = service.messages(subscription.endpoint)
    await device.deliver(first?.text ?? '')
    const { title } = JSON.parse(third?.text ?? '') as PushMessage
    // The newer word is put up once more, without a sound: every push must show something.
    expect((await device.listShown()).map((one) => [one.title, one.silent])).toEqual([[title, true]])
    // Nor after the reader has wiped that away.
    await device.wipe()
    await device.deliver(first?.text ?? '')
    expect((await device.listShown()).map((one) => [one.title, one.silent])).toEqual([[title, true]])
  })

  test('a word that follows is newer also when a clock was set back in between', async () => {
    const newest = JSON.parse(service.messages(subscription.endpoint).at(-1)?.text ?? '') as PushMessage
    const at = new Date(Date.parse(newest.at) - 3_600_000).toISOString()
    await device.deliver(JSON.stringify({ ...newest, report: newest.report + 1, at, title: '【撤回】再次说明' }))
    expect((await device.listShown()).map((one) => one.title)).toEqual(['【撤回】再次说明'])
    await device.forget()
  })

  test('words that come in one moment are taken one after the other: the newest stays, whichever is first', async () => {
    const [first, second, third] = service.messages(subscription.endpoint).map(({ text }) => text)
    const { title } = JSON.parse(third ?? '') as PushMessage
    for (const texts of [
      [third, first, second],
      [first, third, second],
      [second, first, third],
    ]) {
      await device.wipe()
      await device.forget()
      await device.deliver(...texts.map((text) => text ?? ''))
      expect((await device.listShown()).map((one) => one.title)).toEqual([title])
    }
  })

  test('for a device that is off the push service keeps the newest word alone', async () => {
    const before = service.messages(subscription.endpoint).length
    service.setOnline(subscription.endpoint, false)
    const origin = ago(60)
    await hear('AU', origin)
    await until('the first word waits', async () => service.messages(subscription.endpoint).length === before + 1)
    await hear('CC', origin + 2_000)
    await until('the second word waits', async () => service.messages(subscription.endpoint).length === before + 2)
    service.setOnline(subscription.endpoint, true)
    const late = service.messages(subscription.endpoint).slice(before)
    expect(late.map((message) => message.state)).toEqual(['replaced', 'shown'])
    expect(late.at(-1)).toMatchObject({ urgency: 'high' })
    expect(JSON.parse(late.at(-1)?.text ?? '')).toMatchObject({ kind: 'formal-report' })
  }, 120_000)

  test('a drill reaches devices of the drill alone, and each of its words says 演练', async () => {
    const before = service.messages().length
    const own = drillService.subscribe({ applicationServerKey: VAPID.publicKey })
    const reply = await fetch(`${site}/api/v1/push/subscriptions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...own, minMagnitude: 1, consent: true, drill: true }),
    })
    expect(reply.status).toBe(201)
    const other = await openDevice(browser, site, '/', own)
    await other.page.evaluate(`navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)`)
    expect((await bureau.command('drill', { scenario: 'withdrawn-by-source', as: '李工' })).body).toMatchObject({
      ok: true,
    })
    const { text, message } = await pushed(drillService, own.endpoint, 1)
    expect(message).toMatchObject({ kind: 'quick-report', drill: true })
    await other.deliver(text)
    const first = await other.listShown()
    expect(first.map((one) => one.title)).toEqual([expect.stringMatching(/^【演练】.*【演练】$/)])
    const gone = await pushed(drillService, own.endpoint, 2)
    await other.deliver(gone.text)
    const second = await other.listShown()
    expect(second.map((one) => one.title)).toEqual([gone.message.title])
    expect(second[0]?.title).toContain('演练')
    expect(second[0]?.title).toContain('【撤回】')
    expect(service.messages()).toHaveLength(before)
    await other.close()
  }, 120_000)

  test('whoever leaves is told nothing more', async () => {
    const before = service.messages().length
    await device.page.click('#push-stop')
    await device.page.waitForSelector('#push-status[data-said=gone]')
    const other = service.subscribe({ applicationServerKey: VAPID.publicKey })
    const reply = await fetch(`${site}/api/v1/push/subscriptions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...other, minMagnitude: 3, consent: true }),
    })
    expect(reply.status).toBe(201)
    await hear('CC', ago(30))
    await until('the other one is told', async () => service.messages(other.endpoint).length === 1)
    expect(service.messages()).toHaveLength(before + 1)
  }, 120_000)
})
