// In: configurations with a mistake beside a secret. Out: proof that the complaint names the place and never the secret.
import { mkdtempSync, chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { channels } from '../../channels/index.ts'
import { writeToken } from '../../src/app/token.ts'
import { BadConfig, loadConfig } from '../../src/config.ts'

const BUREAU = `bureau: {name: 合肥市地震局, shortName: 合肥局, publicUrl: "https://zx.example.cn", serialPrefix: 合震信,
  home: {name: 合肥市, code: 340100, latitude: 31.8, longitude: 117.2}, attenuation: east}
`
const load = (rest: string, env: Record<string, string> = {}): string => {
  try {
    loadConfig(`${BUREAU}${rest}\n`, '/nowhere', env, channels, false)
  } catch (error) {
    if (error instanceof BadConfig) return error.message
    throw error
  }
  throw new Error('it was taken')
}

describe('a mistake in the line with the secret', () => {
  test.each([
    ['a missing quote', `outlets: [{id: w, channel: weibo, accessToken: "HUNTER2-very-secret, uid: 1}]`, /line 4/],
    ['a wrong indentation', `inbound:\n  - id: a\n   secret: HUNTER2-very-secret`, /line 5/],
    ['a star in front, unquoted', `inbound: [{id: a, secret: *HUNTER2-very-secret}]`, /begins with \*/],
    ['an exclamation mark in front, unquoted', `inbound: [{id: a, secret: !HUNTER2-very-secret x}]`, /begins with !/],
    [
      'a robot without TLS, its token in the query',
      `outlets: [{id: r, channel: robot, kind: dingtalk, url: "http://oapi.dingtalk.com/robot/send?access_token=HUNTER2"}]`,
      /outlets\.0 \(r\)\.url = \(secret\): must begin with https/,
    ],
    [
      'a robot without TLS, its token in the path',
      `outlets: [{id: r, channel: robot, kind: feishu, url: "http://open.feishu.cn/open-apis/bot/v2/hook/HUNTER2"}]`,
      /outlets\.0 \(r\)\.url = \(secret\)/,
    ],
    [
      'a duty officer’s number that is none',
      `outlets: [{id: s, channel: sms, kind: aliyun, accessKeyId: LTAI00000000, accessKeySecret: secret000000, sign: 合肥局, template: SMS_1, parameters: {line: a, serial: b}, phones: ["13800138000", "HUNTER2"]}]`,
      /outlets\.0 \(s\)\.phones\.1 = \(secret\): must be 11 digits/,
    ],
    [
      'a text message’s vendor without its secret',
      `outlets: [{id: s, channel: sms, kind: tencent, secretId: AKIDHUNTER2, sign: 合肥局, template: 1110, parameters: {line: 1}, phones: [13800138000]}]`,
      /secretKey is missing: tencent needs it/,
    ],
    ['a misspelt key', `outlets: [{id: w, channel: weibo, acesTokn: HUNTER2}]`, /did you mean accessToken/],
    ['a key that is like none', `outlets: [{id: w, channel: weibo, tk: HUNTER2abcdef0123456789}]`, /tk = \(secret\)/],
    ['a list where an object belongs', `inbound: [[{id: a, secret: HUNTER2-very-secret}]]`, /"secret":"\(secret\)"/],
    ['an object where a list belongs', `inbound: {id: a, secret: HUNTER2-very-secret}`, /"secret":"\(secret\)"/],
    [
      'a feed’s key in its address',
      `feeds: [{id: a, format: fan, authority: own, url: "ftp://x.example/list?key=HUNTER2"}]`,
      /feeds\.0\.url = "ftp:\/\/x\.example\/list\?…"/,
    ],
    [
      'a password in an address',
      `outlets: [{id: w, channel: webhook, url: "https://u:HUNTER2@x.example/", secret: x}]`,
      /url = "https:\/\/x\.example\/"/,
    ],
  ])('%s is named without it', (_what, rest, place) => {
    const said = load(rest)
    expect(said).toMatch(place)
    expect(said).not.toContain('HUNTER2')
  })

  test('what is no secret is shown, as the administrator needs it', () => {
    expect(load(`feeds: [{id: a, format: cecic, authority: own, url: "https://x.example/"}]`)).toContain('"cecic"')
    expect(load(`oulets: []`)).toBe('oulets = []: no such key; did you mean outlets?')
  })

  test.each(['DATABASE_URL', 'DATABASE_OWNER_URL'])('%s that is none says what one looks like', (key) => {
    const said = load('', { [key]: 'mysql://u:HUNTER2@db/quakedesk' })
    expect(said).toContain(`${key} = (secret): must begin with postgresql://`)
    expect(said).not.toContain('HUNTER2')
  })

  test('a bomb of aliases is a sentence, not a hang', () => {
    const row = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(`*${of}`).join(', ')}]`
    expect(load(['a: &a [x, x]', row('b', 'a'), row('c', 'b'), row('d', 'c')].join('\n'))).toMatch(
      /anchors are repeated/,
    )
  })
})

test.each(['abc', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(42)}B=`, `whsec_${'A'.repeat(120)}`])(
  'a door whose secret could verify nothing (%s) is refused at start, not at the first push',
  (secret) => {
    const said = load(`inbound: [{id: a, format: ceic, authority: own, secret: "${secret}"}]`)
    expect(said).toMatch(/inbound\.0\.secret = \(secret\): must be whsec_/)
  },
)

test('the desk’s token is the owner’s alone, also where an older file was open to others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakedesk-token-'))
  const file = join(folder, 'desk.token')
  writeFileSync(file, 'old')
  chmodSync(file, 0o644)
  const token = await writeToken(folder)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).toBe(token)
  expect(await writeToken(folder)).not.toBe(token)
  rmSync(folder, { recursive: true })
})
