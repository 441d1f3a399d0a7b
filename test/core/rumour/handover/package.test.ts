// In: a case made up for the test. Out: proof that its package is the same bytes every time, that public tools check and read it, and
// that the list of hashes covers every file.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chainDeed } from '../../../../src/core/rumour/handover/custody.ts'
import { openCover } from '../../../../src/core/rumour/handover/cover.ts'
import { writeRecord, type EvidenceRecord } from '../../../../src/core/rumour/handover/evidence.ts'
import { listHandoverLaws } from '../../../../src/core/rumour/law-refs.ts'
import { composePackage, packTar, type PackageContent } from '../../../../src/core/rumour/handover/package.ts'
import { summariseSpread } from '../../../../src/core/rumour/handover/spread.ts'

const AT = Date.UTC(2026, 2, 4, 2, 0, 0)
const hashText = (text: string): string => createHash('sha256').update(text).digest('hex')
const hashBytes = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const template = (name: string): string =>
  readFileSync(new URL(`../../../../templates/handover/${name}`, import.meta.url), 'utf8')
const cover = openCover({ html: template('cover.html.liquid'), text: template('cover.text.liquid') })

function makeContent(): PackageContent {
  const bytes = Buffer.from('<script>alert(1)</script>截图')
  const record: EvidenceRecord = {
    id: 'e-0001',
    claimId: 'c-1',
    kind: 'file',
    title: '朋友圈<b>截图</b>',
    derivedFrom: null,
    shows: 'nobody',
    method: '截图',
    tool: '手机',
    collectedBy: 'p-wang',
    collectedAt: AT,
    addedAt: AT,
    sourceUrl: 'https://m.weibo.cn/status/Nq1AbCdEf',
    mime: 'application/octet-stream',
    size: bytes.length,
    sha256: hashBytes(bytes),
  }
  const detail = { sha256: record.sha256, record: hashText(writeRecord(record)) }
  const first = chainDeed(
    'c-1',
    null,
    { at: AT, actor: 'p-wang', act: 'collected', evidence: record.id, detail },
    hashText,
  )
  const second = chainDeed(
    'c-1',
    first,
    { at: AT, actor: 'p-wang', act: 'packaged', evidence: null, detail: {} },
    hashText,
  )
  const seen = { stance: 'spread' as const, platform: '微博', region: '某县', receivedAt: AT }
  const sightings = [
    { ...seen, url: 'https://weibo.com/123/Nq1AbCdEf' },
    { ...seen, url: 'https://m.weibo.cn/status/Nq1AbCdEf', platform: '微信' },
    { ...seen, url: null, stance: 'deny' as const },
  ]
  return {
    id: 'k-0001',
    class: 'actual',
    number: 1,
    builtAt: AT,
    builtBy: '王小明',
    bureau: '试验地震局',
    reason: '多次首发\n一、证据（0 件）',
    claim: {
      id: 'c-1',
      title: '今晚有大地震',
      kind: 'predict',
      risk: 4,
      state: '核查中',
      openedAt: AT,
      publishedAt: null,
    },
    checks: [{ source: '地震目录', outcome: '与传言不符', words: '没有记录', rows: [], at: AT }],
    answers: [],
    sightings: sightings.map((one, index) => ({
      ...one,
      id: `r-${index}`,
      route: 'phone',
      text: '今晚有大地震',
      seenAt: null,
      originalSha256: hashText(String(index)),
    })),
    spread: summariseSpread(sightings),
    spreaders: [],
    platformActions: [],
    law: listHandoverLaws(AT),
    evidence: [{ record, bytes, collector: '王小明' }],
    custody: [{ claim: 'c-1', entries: [first, second] }],
    people: { 'p-wang': '王小明' },
  }
}

test('the same case makes the same bytes; another word makes others', () => {
  const pack = (content: PackageContent): string =>
    hashBytes(packTar(composePackage(content, hashBytes, cover), content))
  expect(pack(makeContent())).toBe(pack(makeContent()))
  expect(pack({ ...makeContent(), reason: '其他' })).not.toBe(pack(makeContent()))
})

test('SHA256SUMS covers every other file, and the manifest every file but the two lists', () => {
  const files = composePackage(makeContent(), hashBytes, cover)
  const names = files.map(({ name }) => name)
  const read = (name: string): string =>
    Buffer.from(files.find((one) => one.name === name)?.bytes ?? new Uint8Array(0)).toString('utf8')
  const sums = read('SHA256SUMS').trim().split('\n')
  expect(sums.map((line) => line.slice(66))).toEqual(names.filter((name) => name !== 'SHA256SUMS'))
  const manifest = JSON.parse(read('manifest.json')) as { files: { name: string; sha256: string }[] }
  expect(manifest.files.map(({ name }) => name)).toEqual(
    names.filter((name) => name !== 'SHA256SUMS' && name !== 'manifest.json'),
  )
  expect(manifest.files.find(({ name }) => name === 'evidence/e-0001.bin')).toMatchObject({
    method: '截图',
    collectedBy: '王小明',
    collectedAt: '2026-03-04T10:00:00+08:00',
    sourceUrl: 'https://m.weibo.cn/status/Nq1AbCdEf',
  })
})

test('the cover escapes what people typed, keeps each on its line, and names the law of that day', () => {
  const files = composePackage(makeContent(), hashBytes, cover)
  const read = (name: string): string =>
    Buffer.from(files.find((one) => one.name === name)?.bytes ?? new Uint8Array(0)).toString('utf8')
  expect(read('cover.html')).toContain('朋友圈&lt;b&gt;截图&lt;/b&gt;')
  expect(read('cover.html')).not.toContain('<b>截图')
  expect(read('cover.txt')).toContain('移送事由：多次首发 一、证据（0 件）\n')
  expect(read('cover.txt')).toContain('第二十九条第一项')
  expect(read('cover.txt')).not.toContain('第二十五条第一项')
  expect(listHandoverLaws(Date.UTC(2025, 11, 31, 15, 59)).map(({ article }) => article)).toContain('第二十五条第一项')
  expect(listHandoverLaws(Date.UTC(2025, 11, 31, 16, 0)).map(({ article }) => article)).not.toContain(
    '第二十五条第一项',
  )
})

test('one post under two addresses is one link, and a denial is no spread', () => {
  const { spread, deny, links, platforms } = makeContent().spread
  expect([spread, deny]).toEqual([2, 1])
  expect(links).toEqual([
    { url: 'https://m.weibo.cn/status/Nq1AbCdEf', platform: '微博', count: 2, first: '2026-03-04T10:00:00+08:00' },
  ])
  expect(platforms).toEqual([
    { name: '微信', count: 1 },
    { name: '微博', count: 1 },
  ])
})

const tools = ['tar', 'sha256sum', 'jq'].every((name) => spawnSync(name, ['--version']).status === 0)
describe.skipIf(!tools)('public tools', () => {
  let folder = ''
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'quakedesk-package-'))
    const content = makeContent()
    writeFileSync(join(folder, 'k.tar'), packTar(composePackage(content, hashBytes, cover), content))
    expect(run('tar', '-xf', 'k.tar').status).toBe(0)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('sha256sum finds every file whole', () => {
    const checked = run('sha256sum', '-c', '--strict', 'SHA256SUMS')
    expect([checked.status, checked.stderr]).toEqual([0, ''])
    expect(checked.stdout).toContain('evidence/e-0001.bin: OK')
  })

  test('jq reads every list, and the custody list can be calculated again with sha256sum alone', () => {
    for (const name of ['manifest', 'case', 'sightings', 'spread', 'spreaders', 'platform-actions', 'law', 'custody'])
      expect(run('jq', '-e', '.', `${name}.json`).status, name).toBe(0)
    const lines = run('jq', '-r', '.lists[].entries[] | .hash + " " + .line', 'custody.json').stdout.trim().split('\n')
    expect(lines).toHaveLength(2)
    for (const line of lines) {
      const again = spawnSync('sha256sum', { input: line.slice(65), encoding: 'utf8' })
      expect(again.stdout.slice(0, 64)).toBe(line.slice(0, 64))
    }
    const record = run('jq', '-j', '.files[] | select(.evidence == "e-0001") | .record', 'manifest.json').stdout
    const noted = run('jq', '-r', '.lists[0].entries[0].detail.record', 'custody.json').stdout.trim()
    expect(hashText(record)).toBe(noted)
  })

  test('one byte more and it is found', () => {
    writeFileSync(join(folder, 'evidence/e-0001.bin'), 'x')
    const checked = run('sha256sum', '-c', 'SHA256SUMS')
    expect(checked.status).toBe(1)
    expect(checked.stdout).toContain('evidence/e-0001.bin: FAILED')
  })
})
