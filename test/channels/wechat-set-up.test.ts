// In: an account as a bureau finds it on its first day. Out: proof that what would fail at night is told at set-up.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { config, UPLOADED } from '../../channels/wechat/config.ts'
import { wechat } from '../../channels/wechat/index.ts'
import type { Box, SetUpReport } from '../../src/core/channel.ts'
import { openOutbound } from '../../src/publish/http.ts'
import type { Stand } from '../../src/town/stand.ts'
import { startWechat } from '../../src/town/wechat.ts'
import { fakeReach, memoryBox, sampleFacts, sampleRendered, START } from './fakes.ts'

const SECRET = 'town-secret-000000000000000000001'
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])
const outbound = openOutbound({ loopbackOnly: true })
let account: Stand

beforeAll(async () => {
  account = await startWechat({
    now: () => START,
    appId: 'wx0000000000000001',
    secret: SECRET,
    kind: 'service',
    materials: [{ mediaId: 'by-hand', type: 'image' }],
  })
})
afterAll(async () => {
  await outbound.close()
  await account.close()
})
beforeEach(() => account.reset())

const given = (change: Record<string, unknown> = {}) =>
  config.parse({
    baseUrl: account.url,
    appId: 'wx0000000000000001',
    secret: SECRET,
    covers: { default: UPLOADED },
    ...change,
  })

function setUp(files: Record<string, Uint8Array>, settings = given(), box: Box = memoryBox()): Promise<SetUpReport> {
  const reach = fakeReach(() => ({ got: 'nothing', sent: false, reason: 'unused' }), { box })
  reach.http = outbound.http
  const list = Object.entries(files).map(([name, bytes]) => ({ name, bytes }))
  return wechat.setUp?.(settings, reach, list) ?? Promise.reject(new Error('no set-up'))
}
const adopt = (settings = given(), box: Box = memoryBox()) =>
  wechat.adopt?.(settings, box) ?? Promise.reject(new Error('nothing to adopt'))

describe('covers', () => {
  test('are uploaded, tried on a draft, and kept for the next start', async () => {
    const box = memoryBox()
    const report = await setUp({ 'default.png': PNG, 'withdrawal.png': PNG }, given(), box)
    expect(report.missing).toEqual([])
    expect(report.done.join('\n')).toMatch(/default\.png：已上传.*\n.*withdrawal\.png：已上传/)
    const { config: adopted, lacks } = await adopt(given(), box)
    expect(lacks).toEqual([])
    expect(adopted.covers.default).toBeTruthy()
    expect(adopted.covers.default).not.toBe(UPLOADED)
    expect(adopted.covers.withdrawal).not.toBe(adopted.covers.default)
    const composed = wechat.compose(sampleRendered(), sampleFacts(), adopted, 'freepublish')
    expect(composed).toMatchObject({ ok: true, content: { cover: adopted.covers.default } })
    expect(account.ledger()).toEqual([])
    expect(account.calls().map((call) => call.api)).toContain('draft/delete')
  })

  test('that were never uploaded are missed by name, and say what to do', async () => {
    const { lacks } = await adopt()
    expect(lacks.join()).toContain('quick-report')
    expect(lacks.join()).toContain('setup-wechat')
    expect((await setUp({})).missing.join()).toContain('quick-report')
    const only = memoryBox()
    await setUp({ 'withdrawal.png': PNG }, given(), only)
    expect((await adopt(given(), only)).lacks.join()).not.toMatch(/withdrawal/)
    expect(
      (await adopt(given({ legs: ['subscribe'], kind: 'service', subscribe: { templateId: 't' } }))).lacks,
    ).toEqual([])
  })

  test('named in the YAML stand, whatever was uploaded', async () => {
    const box = memoryBox()
    const settings = given({ covers: { default: 'by-hand' } })
    const report = await setUp({ 'default.png': PNG }, settings, box)
    expect(report.done.join()).toContain('以其为准')
    expect((await adopt(settings, box)).config.covers.default).toBe('by-hand')
    expect(report.missing).toEqual([])
  })

  test('that the account does not know are told at set-up, not by a draft at night', async () => {
    const report = await setUp({}, given({ covers: { default: 'by-hand', withdrawal: 'lost-picture' } }))
    expect(report.missing.join()).toMatch(/lost-picture（withdrawal）.*40007/)
    expect(report.done.join()).toContain('by-hand')
  })

  test('of a name or kind that is none are refused one by one', async () => {
    const report = await setUp({ 'quake.png': PNG, 'default.png': new Uint8Array([1, 2, 3]) })
    expect(report.missing.join('\n')).toMatch(/quake\.png：不是公告种类/)
    expect(report.missing.join('\n')).toMatch(/default\.png：不是 PNG/)
  })

  test('spoilt in the record count as never uploaded', async () => {
    const box = memoryBox(new Map([['covers', { value: '{"default": 7', expiresAt: START }]]))
    expect((await adopt(given(), box)).lacks).not.toEqual([])
  })
})

test('a secret or an address that the platform refuses is told first, without the secret', async () => {
  const report = await setUp({ 'default.png': PNG }, given({ secret: 'wrong-secret-0123456789' }))
  expect(report.done).toEqual([])
  expect(report.missing.join()).toMatch(/access_token：40125|access_token：40001/)
  expect(JSON.stringify(report)).not.toContain('wrong-secret-0123456789')
  expect(account.calls().map((call) => call.api)).not.toContain('material/add_material')
})

test('a permission that the account does not have shows on the trial draft', async () => {
  account.faults.add({ api: 'draft/add', kind: 'error', code: 48_001 })
  const report = await setUp({ 'default.png': PNG })
  expect(report.missing.join()).toContain('48001')
  account.faults.clear()
})
