// In: the text of every file of the house. Out: a failure for each broken rule of DESIGN §3 and §8, by file.
// oxlint checks much of this too; this test counts what it read, because a checker that reads nothing is green as well.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { checkImports, checkLock, checkText, CODE, listImports, type Lock, type Source } from './house-rules.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

function readFiles(folder: string): Source[] {
  return (
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      // A font is no text.
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.otf'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path: relative(ROOT, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }))
  )
}

const files = ['src', 'channels', 'templates'].flatMap(readFiles)
const code = files.filter(({ path }) => CODE.test(path))

describe('the house', () => {
  it('was read whole before it was judged', () => {
    expect(code.length).toBeGreaterThan(240)
    expect(code.flatMap(listImports).length).toBeGreaterThan(800)
    expect(files.filter(({ path }) => path.endsWith('.liquid')).length).toBeGreaterThan(50)
    const imported = new Set(
      code.flatMap((f) =>
        listImports(f)
          .filter((n) => n.startsWith('.'))
          .map((n) => posix.join(posix.dirname(f.path), n)),
      ),
    )
    const there = new Set(files.map(({ path }) => path))
    expect([...imported].filter((path) => !there.has(path))).toEqual([])
  })

  it('lets a room see only the rooms and packages of the table', () => {
    expect(code.flatMap(checkImports)).toEqual([])
  })

  it('keeps files short, opened by a comment, erasable, and the environment in one place', () => {
    expect(files.flatMap(checkText)).toEqual([])
  })

  it('installs without running or naming anything of others', () => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100)
    expect(checkLock(lock)).toEqual([])
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8').split('\n')).toContain('ignore-scripts=true')
  })
})

describe('the judge of the house', () => {
  const head = '// In: a. Out: b.\n'
  it.each([
    ['core looks into the store', 'src/core/a.ts', "import { x } from '../store/pool.ts'"],
    ['core reads a file', 'src/core/deep/a.ts', "import { readFileSync } from 'node:fs'"],
    ['core talks to a server', 'src/core/a.ts', "import { request } from 'undici'"],
    [
      'a feed looks into the store, over several lines',
      'src/feeds/a.ts',
      "import type {\n  A,\n  B,\n} from '../store/pool.ts'",
    ],
    ['a type is reached through a re-export', 'src/store/a.ts', "export * from '../publish/rows.ts'"],
    [
      'the door of the publisher looks into the town',
      'src/web/desk/a.ts',
      "const a = await import('../../town/weibo.ts')",
    ],
    [
      'a stand-in copies from the adapter',
      'src/town/weibo/a.ts',
      "import { limits } from '../../../channels/weibo/limits.ts'",
    ],
    ['a channel looks at its neighbour', 'channels/weibo/a.ts', "import { b } from '../wechat/token.ts'"],
    ['a channel looks into the store', 'channels/weibo/a.ts', "import '../../src/store/pool.ts'"],
    ['a new room stands in no table', 'src/kitchen/a.ts', "import { b } from '../core/instant.ts'"],
  ])('stops it when %s', (_what, path, text) => {
    expect(checkImports({ path, text: head + text })).toHaveLength(1)
  })

  it.each([
    [
      'channels/weibo/a.ts',
      "import { b } from '../wire/json.ts'\nimport type { C } from '../../src/core/channel.ts'\nimport { z } from 'zod'",
    ],
    ['src/web/desk/a.ts', "import { b } from '../public/server.ts'\nimport { c } from '../../store/pool.ts'"],
    ['src/app/a.ts', "import { b } from '../../channels/wechat/callback.ts'\nimport { c } from '../town/weibo.ts'"],
  ])('lets %s see what it may', (path, text) => {
    expect(listImports({ path, text }).length).toBeGreaterThan(1)
    expect(checkImports({ path, text: head + text })).toEqual([])
  })

  it.each([
    ['a file without an opening comment', 'src/feeds/a.ts', 'export const a = 1\n'],
    ['an enum', 'src/feeds/a.ts', `${head}export const enum A { B }\n`],
    ['a decorator', 'src/feeds/a.ts', `${head}@sealed\nclass A {}\n`],
    [
      'a parameter property',
      'src/feeds/a.ts',
      `${head}class A {\n  constructor(\n    private readonly b: string,\n  ) {}\n}\n`,
    ],
    ['a second reader of the environment', 'src/app/a.ts', `${head}const a = process.env['PORT']\n`],
    ['a clock in core', 'src/core/a.ts', `${head}const a = Date.now()\n`],
    ['a file of 301 lines', 'templates/pages/a.liquid', 'x\n'.repeat(301)],
    ['an unfinished remark', 'channels/weibo/a.ts', `${head}// ${['TO', 'DO'].join('')}: later\n`],
  ])('finds %s', (_what, path, text) => {
    expect(checkText({ path, text })).toHaveLength(1)
  })

  it.each([
    ['a dependency that runs something at install', { integrity: 'sha512-', hasInstallScript: true }],
    ['a registry’s host in the lock file', { integrity: 'sha512-', resolved: 'https://registry.invalid/b.tgz' }],
    ['a dependency without a checksum', {}],
    [
      'a part for another system left out of the lock file',
      { integrity: 'sha512-', optionalDependencies: { 'b-darwin-arm64': '1.0.0' } },
    ],
  ])('finds %s', (_what, entry) => {
    expect(checkLock({ packages: { '': {}, 'node_modules/a': entry } })).toHaveLength(1)
  })
})
