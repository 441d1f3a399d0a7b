// In: the stand-ins as a process of their own. Out: proof that kill -9 loses no post and that nobody is left behind.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startWeibo } from '../../src/town/weibo.ts'
import { call, postForm, postJson, START, stoppedClock } from './town-tools.ts'

const MAIN = new URL('../../src/town/main.ts', import.meta.url).pathname
let folder: string
let children: ChildProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'town-'))
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function config(): Record<string, unknown> {
  return {
    now: '2017-06-03T18:12:00+08:00',
    weibo: {
      accounts: [{ uid: '1', screenName: '局', accessToken: 't' }],
      safeDomains: ['dzj.example.cn'],
      stateFile: join(folder, 'weibo.json'),
    },
    wechat: {
      appId: 'wx1',
      secret: 's',
      kind: 'service',
      materials: [{ mediaId: 'cover', type: 'image' }],
      stateFile: join(folder, 'wechat.json'),
    },
  }
}

function launch(given: string): ChildProcess {
  const child = spawn(process.execPath, [MAIN, '--config', given], { stdio: ['pipe', 'pipe', 'pipe'] })
  children.push(child)
  return child
}
async function urlsOf(child: ChildProcess): Promise<Record<string, string>> {
  for await (const line of createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })) {
    return JSON.parse(line) as Record<string, string>
  }
  throw new Error('the process ended without its line')
}
const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', (code) => resolve(code)))

const share = (url: string, status: string) =>
  postForm(`${url}/2/statuses/share.json`, { access_token: 't', rip: '1.1.1.1', status })

test('a post whose reply was seen is there after kill -9 and a restart, its duplicate refused', async () => {
  const first = launch(JSON.stringify(config()))
  const before = await urlsOf(first)
  const text = '第1号 https://dzj.example.cn/n/1'
  const { json } = await share(before.weibo ?? '', text)
  const token = await postJson(`${before.wechat}/cgi-bin/stable_token`, {
    grant_type: 'client_credential',
    appid: 'wx1',
    secret: 's',
  })
  const gone = exitOf(first)
  first.kill('SIGKILL')
  await gone

  const file = join(folder, 'config.json')
  writeFileSync(file, JSON.stringify(config()))
  const after = await urlsOf(launch(file))
  const ledger = await call(`${after.weibo}/_town/ledger`)
  expect(ledger.json.ledger).toMatchObject([{ act: 'post', text, ids: { id: json.idstr } }])
  expect(Number((await share(after.weibo ?? '', text)).json.error_code)).toBe(20019)
  const count = await call(`${after.wechat}/cgi-bin/draft/count?access_token=${token.json.access_token}`)
  expect(count.json.total_count).toBe(0)
})

test('it starts its common clock where it is told, and one clock call moves all', async () => {
  const { weibo, wechat } = await urlsOf(launch(JSON.stringify(config())))
  const begun = (await call(`${weibo}/_town/ledger`)).json.now as number
  expect(begun).toBeGreaterThanOrEqual(START)
  await postJson(`${weibo}/_town/clock`, { now: '2020-01-01T00:00:00Z' })
  expect((await call(`${wechat}/_town/ledger`)).json.now).toBeGreaterThanOrEqual(Date.UTC(2020, 0, 1))
})

test('a push service of its own is asked for by name, and its certificate lies where it was asked for', async () => {
  const caFile = join(folder, 'ca.pem')
  const { push } = await urlsOf(launch(JSON.stringify({ push: { caFile } })))
  const { json } = await postJson(`${push}/_town/subscriptions`, { applicationServerKey: null })
  expect(json.endpoint).toMatch(/^https:\/\/localhost:\d+\/fcm\//)
  expect(readFileSync(caFile, 'utf8')).toContain('BEGIN CERTIFICATE')
})

test('it ends when standard input closes', async () => {
  const child = launch(JSON.stringify(config()))
  await urlsOf(child)
  const gone = exitOf(child)
  child.stdin?.end()
  expect(await gone).toBe(0)
})

test('a wrong configuration is named and ends with 2', async () => {
  const child = launch('{"weibo":{"acounts":[]}}')
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  expect(await exitOf(child)).toBe(2)
  expect(said).toContain('acounts')
})

test('the state is on disk before the reply is read, and a file of another version is refused', async () => {
  const stateFile = join(folder, 'weibo.json')
  const options = {
    now: stoppedClock().now,
    accounts: [{ uid: '1', screenName: '局', accessToken: 't' }],
    safeDomains: ['dzj.example.cn'],
    stateFile,
  }
  const town = await startWeibo(options)
  await share(town.url, '第1号 https://dzj.example.cn/n/1')
  expect(readFileSync(stateFile, 'utf8')).toContain('第1号')
  await town.close()
  writeFileSync(stateFile, '{"version":0}')
  await expect(startWeibo(options)).rejects.toThrow('another version')
})
