// In: a whole installation with two thousand subscribers, killed in the middle of a broadcast, more than once. Out: proof that
// everyone has the newest word, that no key sealed two texts, and that the record and the push service tell the same.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import webpush from 'web-push'
import { completePreferences } from '../../src/core/push/preferences.ts'
import type { PushMessage } from '../../src/core/push/message.ts'
import { readSubscriberKeys } from '../../src/push/seal.ts'
import { openVault, readVaultSecret } from '../../src/push/vault.ts'
import { saveSubscription } from '../../src/store/push-subscriptions.ts'
import { startPush, type PushTown } from '../../src/town/push.ts'
import type { Installation } from '../crash/installation.ts'
import { preparePushBureau } from '../crash/push-bureau.ts'
import { until } from '../crash/watch.ts'
import { writeDetermination } from './bureau.ts'

const VAPID = webpush.generateVAPIDKeys()
const PEOPLE = 2_000
/** Batches of 500 (plan.ts), two in hand at once (sender.ts): what one kill may let be sent again. */
const IN_HAND = 1_000

let folder: string
let service: PushTown
let bureau: Installation
let endpoints: string[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakedesk-push-crash-'))
  // Devices open what they got when they are told to: the service's own time is spent on taking messages.
  service = await startPush({ now: Date.now, opening: 'on-request' })
  // Slow enough to be killed in the middle.
  service.faults.add({ api: '*', kind: 'delay', ms: 40 })
  bureau = await preparePushBureau(folder, VAPID, { actual: service })
  await bureau.start()
  endpoints = await subscribe(PEOPLE)
}, 180_000)
afterAll(async () => {
  await bureau?.stop()
  bureau?.sweep()
  await service?.close()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

/** Browsers of the push service, entered in the record as the subscribe page would. */
async function subscribe(count: number): Promise<string[]> {
  const db = await bureau.database()
  const vault = openVault(readVaultSecret(bureau.dataFolder, null))
  const made = Array.from({ length: count }, () => service.subscribe({ applicationServerKey: VAPID.publicKey }))
  for (const [i, { endpoint, keys }] of made.entries()) {
    const read = readSubscriberKeys(keys.p256dh, keys.auth)
    if (!read.ok) throw new Error(read.rule)
    const row = {
      id: `s-${i}`,
      outlet: 'push',
      class: 'actual' as const,
      endpointHash: vault.hash(endpoint),
      sealedEndpoint: vault.seal(endpoint),
      origin: service.origin,
      ...read.keys,
      preferences: completePreferences({ minIntensity: 1 }),
      consent: { version: 'test', language: 'zh', at: new Date(0).toISOString() },
    }
    await saveSubscription(db, row, Date.now())
  }
  return made.map(({ endpoint }) => endpoint)
}

/** Messages that the push service has taken. */
const taken = (): number => Object.values(service.tally().messages).reduce((sum, one) => sum + one, 0)

/** Kills everything once so many messages of the newest word have come, and some have not; then starts it again. */
async function killAt(count: number, before: number): Promise<void> {
  await until('messages come', async () => taken() >= before + count, 60_000)
  await bureau.kill('everything')
  expect(
    new Set(
      service
        .messages()
        .slice(before)
        .map(({ token }) => token),
    ).size,
  ).toBeLessThan(PEOPLE)
  await bureau.start()
}

interface Word {
  kind: string
  state: string
  sent: number
  gone: number
  failed: number
}
const words = async (): Promise<Word[]> => {
  const db = await bureau.database()
  const { rows } = await db.query<Word>(
    `select n.kind, p.state, p.sent, p.gone, p.failed from push_broadcast p join notice n on n.id = p.notice_id order by p.handed_at`,
  )
  return rows
}
/** The kind that each subscriber's newest message tells of, counted. */
const newest = (): Record<string, number> => {
  service.open()
  const last = new Map(service.messages().map(({ token, text }) => [token, text]))
  expect(last.size).toBe(endpoints.length)
  const kinds = [...last.values()].map((text) => (JSON.parse(text ?? '{"kind":"unread"}') as PushMessage).kind)
  const counts: Record<string, number> = {}
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

test('killed again and again in the middle of its words, the installation leaves nobody out', async () => {
  const origin = Math.floor(bureau.now() / 1_000) * 1_000 - 100_000
  expect(await bureau.push('push-crash-1', writeDetermination('AU', origin))).toBe(202)
  await killAt(200, 0)
  await killAt(taken() + 100, 0)
  await until('the first word is told', async () => (await words())[0]?.state === 'done', 60_000)
  expect(newest()).toEqual({ 'quick-report': PEOPLE })
  const first = taken()
  expect(first).toBeLessThanOrEqual(PEOPLE + 2 * IN_HAND)

  expect(await bureau.push('push-crash-2', writeDetermination('CC', origin + 2_000))).toBe(202)
  await killAt(300, first)
  await until('the formal word is told', async () => (await words())[1]?.state === 'done', 60_000)
  expect(newest()).toEqual({ 'formal-report': PEOPLE })
  const second = taken()
  expect(second - first).toBeLessThanOrEqual(PEOPLE + IN_HAND)

  // Everyone was settled once, however often they were sent to.
  expect(await words()).toEqual([
    { kind: 'quick-report', state: 'done', sent: PEOPLE, gone: 0, failed: 0 },
    { kind: 'formal-report', state: 'done', sent: PEOPLE, gone: 0, failed: 0 },
  ])
  expect(new Set(service.messages().map(({ topic }) => topic)).size).toBe(1)
  // Nothing was refused: neither a key that had sealed another text (sender-key-reused) nor anything else.
  expect(service.tally().refused).toEqual({})
  const db = await bureau.database()
  // The outlet learns that its broadcast is over when it looks the next time.
  await until('the delivery is over', async () => {
    const { rows } = await db.query<{ state: string; ref: string }>(
      `select state, ref from delivery where outlet_id = 'push' order by changed_at`,
    )
    return rows.at(-1)?.state === 'accepted' && rows.at(-1)?.ref === String(PEOPLE)
  })
}, 300_000)

test('stopped at the desk in the middle of a word, it sends nothing more, whatever becomes of it', async () => {
  const before = taken()
  const origin = Math.floor(bureau.now() / 1_000) * 1_000 - 1_900_000
  expect(await bureau.push('push-crash-3', writeDetermination('CC', origin))).toBe(202)
  await until('messages come', async () => taken() - before >= 200, 60_000)
  const answer = await bureau.command('kill-switch', { outlet: 'push', on: true, as: '王工' })
  expect(answer.body).toMatchObject({ ok: true })
  // What was on the line when it was answered still arrives.
  const onTheLine = 128
  const then = taken()
  const delivery = async () => {
    const db = await bureau.database()
    const { rows } = await db.query<{ state: string; reason: string; sent: number }>(
      `select d.state, d.reason, p.sent from delivery d join push_broadcast p on p.delivery_id = d.id order by p.handed_at`,
    )
    return rows.at(-1)
  }
  await until('the word is settled', async () => (await delivery())?.state === 'accepted', 60_000)
  const settled = await delivery()
  expect(settled?.reason).toContain(`已推送 ${settled?.sent} 人，其余未推送`)
  expect(taken()).toBeLessThanOrEqual(then + onTheLine)
  expect(settled?.sent).toBe(taken() - before)
  expect(settled?.sent).toBeLessThan(PEOPLE)
  const after = taken()
  await bureau.kill('everything')
  await bureau.start()
  expect((await bureau.command('kill-switch', { outlet: 'push', on: false, as: '王工' })).body).toMatchObject({
    ok: true,
  })
  // The next word goes to all: the sender is well, and had nothing left of the old one.
  expect(await bureau.push('push-crash-4', writeDetermination('CC', origin + 1_800_000))).toBe(202)
  await until('the next word is told', async () => (await words()).at(-1)?.state === 'done', 60_000)
  expect(taken() - after).toBe(PEOPLE)
  expect(newest()).toEqual({ 'formal-report': PEOPLE })
}, 300_000)
