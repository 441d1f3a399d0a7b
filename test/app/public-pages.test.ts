// In: a bureau whose website first rehearses, then speaks. Out: what a citizen could have read at each moment.
// A real installation of two processes on a real database; pages are read through the public port.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { describeBureau, DOOR_SECRET, prepareInstallation, type Installation } from '../crash/installation.ts'
import { until } from '../crash/watch.ts'
import { writeDetermination } from './bureau.ts'
import { claimPort } from '../../src/town/port.ts'

const README = fileURLToPath(new URL('../../README.md', import.meta.url))
const NOWHERE = { weibo: '', wechat: '', webhook: '', robots: '' }

let folder: string
let bureau: Installation
let origin: number

interface Notice {
  code: string
  report: number
  state: string
  clocks: { acceptedToSeenMs: Record<string, number> }
}

/** The bureau of the crash runs with nothing but its website. */
function describeSite(mode: 'live' | 'rehearsal'): string {
  const yaml = parse(describeBureau(NOWHERE, `127.0.0.1:${bureau.port}`)) as Record<string, unknown>
  return stringify({ ...yaml, outlets: [{ id: 'site', channel: 'website', mode }] })
}

async function listed(): Promise<Notice[]> {
  const page = await bureau.page('/api/v1/notices')
  return (JSON.parse(page?.body ?? '{}') as { notices?: Notice[] }).notices ?? []
}

async function codesOnRecord(): Promise<string[]> {
  const db = await bureau.database()
  const { rows } = await db.query<{ code: string }>('select code from notice order by issued_at')
  return rows.map((row) => row.code)
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakedesk-pages-'))
  bureau = prepareInstallation({ folder, port: await claimPort(), deskPort: await claimPort(), yaml: '' })
  writeFileSync(join(folder, 'quakedesk.yaml'), describeSite('rehearsal'))
  origin = Math.floor(Date.now() / 1000) * 1000 - 100_000
  await bureau.start()
}, 60_000)

afterAll(async () => {
  await bureau.stop()
  bureau.sweep()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

test('what a website in rehearsal would have said stands on no list and under no address, after a new start neither', async () => {
  expect(await bureau.push('rehearsed', writeDetermination('AU', origin))).toBe(202)
  const code = await until('a rehearsed notice', async () => (await codesOnRecord())[0])
  await bureau.stop()
  await bureau.start()
  expect((await bureau.page('/'))?.body).toContain('目前没有需要发布的地震信息')
  expect(await listed()).toEqual([])
  expect(JSON.parse((await bureau.page('/api/v1/notices?limit=10'))?.body ?? '')).toMatchObject({ notices: [] })
  const missing = await bureau.page(`/n/${code}`)
  expect(missing?.status).toBe(404)
  // The page of the house, not a bare line: with its way back and its style.
  expect(missing?.body).toMatch(/安平市地震局[\s\S]*没有这个页面[\s\S]*href="\/"/)
  expect(missing?.body).toContain('/assets/app.css')
})

test('a notice’s own page ends with the outcome of each channel and four durations, not with “under way”', async () => {
  await bureau.stop()
  writeFileSync(join(folder, 'quakedesk.yaml'), describeSite('live'))
  await bureau.start()
  expect(await bureau.push('formal', writeDetermination('CC', origin))).toBe(202)
  const [notice] = await until('the formal report, read back', async () => {
    const notices = await listed()
    return notices[0]?.clocks.acceptedToSeenMs['site'] === undefined ? null : notices
  })
  expect(notice).toMatchObject({ report: 2, state: 'current' })
  const page = await until('its page with the read-back', async () => {
    const body = (await bureau.page(`/n/${notice?.code}`))?.body ?? ''
    return body.includes('进行中') ? null : body
  })
  expect(page).toMatch(/网站[\s\S]*已发布/)
  expect(page).not.toMatch(/正在发送|等待发送|进行中/)
  expect((await bureau.page('/'))?.body).not.toContain('进行中')
  // The first report was only rehearsed: its page must not appear beside the second.
  const [rehearsed] = await codesOnRecord()
  expect((await listed()).map((n) => n.report)).toEqual([2])
  expect((await bureau.page(`/n/${rehearsed}`))?.status).toBe(404)
})

test('a notice’s pictures follow its page, and the page names the one that is shown beside links', async () => {
  const [notice] = await listed()
  const path = `/n/${notice?.code}`
  const base = `http://127.0.0.1:${bureau.port}`
  const picture = await until('the picture', async () => {
    const answer = await fetch(`${base}${path}.png`)
    return answer.status === 200 ? answer : null
  })
  expect(picture.headers.get('content-type')).toBe('image/png')
  expect(
    Buffer.from(await picture.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  expect((await bureau.page(path))?.body).toMatch(new RegExp(`<meta property="og:image" content="[^"]+${path}\\.png">`))
  // What was only rehearsed has no page, hence no picture.
  const [rehearsed] = await codesOnRecord()
  expect((await fetch(`${base}/n/${rehearsed}.png`)).status).toBe(404)
})

test('the door takes what was signed as the README says, and nothing else', async () => {
  const recipe = [...readFileSync(README, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .map((match) => match[1] ?? '')
    .find((block) => block.includes('webhook-signature'))
  writeFileSync(join(folder, 'ingest-cea'), `${DOOR_SECRET}\n`)
  writeFileSync(join(folder, 'catalog.json'), writeDetermination('CC', origin))
  const script = (recipe ?? '')
    .replace('secrets/ingest-cea', 'ingest-cea')
    .replace(/http:\/\/127\.0\.0\.1:\d+\/ingest\/v1\/[\w-]+/, `http://127.0.0.1:${bureau.deskPort}/ingest/v1/cenc`)
  const env = { PATH: process.env['PATH'] ?? '' }
  const push = (): unknown => JSON.parse(execFileSync('sh', ['-c', script], { cwd: folder, env }).toString())
  expect(push()).toMatchObject({ accepted: expect.any(Number) as number, refused: [] })
  writeFileSync(join(folder, 'ingest-cea'), `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`)
  expect(push()).toMatchObject({ rule: 'signature-wrong' })
})
