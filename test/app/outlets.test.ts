// In: outlets, credentials entered at the desk, a real database. Out: proof that what is tried reaches nobody beyond this machine,
// whatever address is entered, and that a credential which others need is not taken away from under them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { robot } from '../../channels/robot/index.ts'
import { wechat } from '../../channels/wechat/index.ts'
import { openShelf } from '../../src/app/credentials.ts'
import { openClock } from '../../src/app/clock.ts'
import { openOutlets, type OpenedOutlets } from '../../src/app/outlets.ts'
import { isTrial, type OutletConfig } from '../../src/config.ts'
import type { Channel, Job } from '../../src/core/channel.ts'
import { openPool } from '../../src/store/pool.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

let database: FreshDatabase
let pool: ReturnType<typeof openPool>
let folder: string
const opened: OpenedOutlets[] = []

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 3, () => undefined)
  folder = mkdtempSync(join(tmpdir(), 'quakedesk-outlets-'))
})
afterAll(async () => {
  for (const one of opened) await one.close()
  await pool.end()
  await database.drop()
  rmSync(folder, { recursive: true })
})

async function open(outlet: OutletConfig, trial: boolean): Promise<OpenedOutlets> {
  const clock = openClock(null)
  const [shelf, never] = [openShelf(pool, { dataFolder: folder, deskKey: null }, clock.realNow), {} as never]
  const log = { error: () => undefined }
  const made = await openOutlets([outlet], pool, clock, never, never, () => '0'.repeat(26), shelf, log, trial)
  opened.push(made)
  return made
}

const outletOf = (channel: unknown, given: Record<string, unknown>): OutletConfig => ({
  id: 'one',
  class: 'actual',
  mode: 'rehearsal',
  channel: channel as Channel<unknown>,
  config: (channel as Channel<unknown>).config.parse(given),
  given,
})
const DUTY = { kind: 'dingtalk', url: 'http://127.0.0.1:9/robot/send?access_token=x', alarms: true }

test('an address outside that somebody enters at a demonstration opens no connection; in earnest it does', async () => {
  const job = {
    class: 'actual',
    content: { text: '试' },
    deliveryId: 'd',
    firstAttemptAt: Date.now(),
    attempt: 1,
    priority: 0,
  }
  const said: string[] = []
  for (const trial of [true, false]) {
    const outlets = await open(outletOf(robot, DUTY), trial)
    const entered = {
      outlet: 'one',
      name: 'url',
      text: 'https://robot.invalid/robot/send?access_token=real',
      endsAt: null,
    }
    expect(await outlets.enter(entered, 'p-1')).toBeNull()
    const told = await outlets.outlets[0]?.client.deliver(job as unknown as Job)
    said.push(told && 'reason' in told ? told.reason : '')
  }
  expect(said[0]).toContain('no host but this machine')
  expect(said[1]).not.toContain('no host but this machine')
})

test('the demonstration and a set clock are trials, a bureau’s own day is none', () => {
  expect(isTrial({ demonstration: true, clockStart: null })).toBe(true)
  expect(isTrial({ demonstration: false, clockStart: 0 })).toBe(true)
  expect(isTrial({ demonstration: false, clockStart: null })).toBe(false)
})

test('a credential that another entered one needs is not removed before it', async () => {
  const given = {
    kind: 'service',
    appId: 'wx0123456789abcdef',
    secret: 'of-the-yaml',
    legs: ['freepublish'],
    covers: { default: 'MEDIA' },
  }
  const outlets = await open(outletOf(wechat, given), true)
  const enter = (name: string, text: string): Promise<string | null> =>
    outlets.enter({ outlet: 'one', name, text, endsAt: null }, 'p-1')
  expect(await enter('callbackToken', 'aTokenOfTheAccount')).toBeNull()
  expect(await enter('encodingAesKey', 'a'.repeat(43))).toBeNull()
  expect(await outlets.forget('one', 'callbackToken', 'p-1')).toContain('encodingAesKey')
  expect(outlets.listUnusable()).toEqual([])
  expect(await outlets.forget('one', 'encodingAesKey', 'p-1')).toBeNull()
  expect(await outlets.forget('one', 'callbackToken', 'p-1')).toBeNull()
})
