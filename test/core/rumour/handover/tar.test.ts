// In: random files. Out: proof that the archive is one that the system's tar lists and unpacks byte for byte, and always the same.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeTar } from '../../../../src/core/rumour/handover/tar.ts'

const hasTar = spawnSync('tar', ['--version']).status === 0
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/
const files = fc
  .uniqueArray(
    fc.record({
      name: fc
        .tuple(fc.constantFrom('', 'evidence/', 'a/b/'), fc.stringMatching(NAME))
        .map(([folder, name]) => `${folder}${name}`),
      bytes: fc.uint8Array({ maxLength: 2_000 }),
    }),
    // A file cannot stand where another's folder is.
    { selector: ({ name }) => name.toLowerCase(), minLength: 1, maxLength: 12 },
  )
  .filter(
    (list) => !list.some(({ name }) => ['evidence', 'a'].includes(name.toLowerCase()) || name.toLowerCase() === 'a/b'),
  )

describe.skipIf(!hasTar)('the system’s tar', () => {
  test('lists and unpacks what was packed, byte for byte', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 1_000_000_000_000, max: 1_600_000_000_000 }), (list, at) => {
        const folder = mkdtempSync(join(tmpdir(), 'quakedesk-tar-'))
        try {
          const file = join(folder, 'x.tar')
          writeFileSync(file, writeTar(list, at))
          const listed = spawnSync('tar', ['-tf', file], { encoding: 'utf8' })
          expect([listed.status, listed.stderr]).toEqual([0, ''])
          expect(listed.stdout.trim().split('\n')).toEqual(
            list.map(({ name }) => name).toSorted((a, b) => (a < b ? -1 : 1)),
          )
          const unpacked = spawnSync('tar', ['-xf', file, '-C', folder], { encoding: 'utf8' })
          expect([unpacked.status, unpacked.stderr]).toEqual([0, ''])
          for (const { name, bytes } of list) expect(Buffer.compare(readFileSync(join(folder, name)), bytes)).toBe(0)
        } finally {
          rmSync(folder, { recursive: true })
        }
      }),
      { numRuns: 25 },
    )
  })
})

test('the same files make the same bytes, in whatever order they are given', () => {
  fc.assert(
    fc.property(files, (list) => {
      expect(Buffer.compare(writeTar(list, 0), writeTar(list.toReversed(), 0))).toBe(0)
      expect(writeTar(list, 0).length % 10_240).toBe(0)
    }),
  )
})

test.each(['../x', '/etc/passwd', 'a/../b', 'a//b', '.', './a', 'a/', '名', 'a b', 'x'.repeat(101), ''])(
  'a file called %j stands in no archive',
  (name) => {
    expect(() => writeTar([{ name, bytes: new Uint8Array(0) }], 0)).toThrow('archive')
  },
)

test('a name stands once', () => {
  const one = { name: 'a', bytes: new Uint8Array(1) }
  expect(() => writeTar([one, one], 0)).toThrow('twice')
})
