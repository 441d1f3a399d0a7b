// In: data folders with notes of living, killed and far-away owners. Out: proof that a folder has one owner at a time.
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acquireOwner } from '../../../src/store/owner-lock.ts'
import type { Acquired } from '../../../src/store/owner-lock.ts'

const NOW = Date.UTC(2026, 10, 22)
let folder: string
let data: string
const held: Acquired[] = []
const acquire = async (at = data): Promise<Acquired> => {
  const acquired = await acquireOwner(at, NOW)
  held.push(acquired)
  return acquired
}
const note = async (): Promise<Record<string, unknown>> => JSON.parse(await readFile(join(data, 'owner.json'), 'utf8'))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quakedesk-owner-'))
  data = join(folder, 'data')
})
afterEach(async () => {
  for (const acquired of held.splice(0)) if (acquired.ok) await acquired.release()
  await rm(folder, { recursive: true })
})

describe('one program per data folder', () => {
  test('the second start is refused and told who holds the folder since when', async () => {
    expect(await acquire()).toMatchObject({ ok: true })
    expect(await acquire()).toMatchObject({ ok: false, by: { pid: process.pid, since: '2026-11-22T00:00:00.000Z' } })
  })

  test('another name of the same folder is the same folder', async () => {
    await mkdir(data)
    await symlink(data, join(folder, 'alias'))
    await acquire()
    expect((await acquire(join(folder, 'alias'))).ok).toBe(false)
  })

  test('after release the next start gets the folder, and no note is left', async () => {
    const first = await acquire()
    if (first.ok) await first.release()
    expect(await readdir(data)).toEqual([])
    expect((await acquire()).ok).toBe(true)
  })

  test('a killed owner leaves a note but not the folder', async () => {
    const lock = new URL('../../../src/store/owner-lock.ts', import.meta.url).href
    const script = `const { acquireOwner } = await import(${JSON.stringify(lock)})
      console.log(JSON.stringify(await acquireOwner(${JSON.stringify(data)}, 0))); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(child.stdout, 'data')
    expect(JSON.parse(String(line))).toMatchObject({ ok: true })
    expect(await acquire()).toMatchObject({ ok: false, by: { pid: child.pid, since: '1970-01-01T00:00:00.000Z' } })
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect((await acquire()).ok).toBe(true)
    expect((await note())['pid']).toBe(process.pid)
  })
})

describe('owners that the kernel does not show us (another container on the same volume)', () => {
  const foreign = { pid: 1, host: 'elsewhere', since: '2026-01-01T00:00:00.000Z', realm: 'other', boot: 'other' }
  const leaveNote = async (fields: object): Promise<void> => {
    await mkdir(data)
    await writeFile(join(data, 'owner.json'), JSON.stringify(fields))
  }

  test('one whose heart still beats keeps the folder', async () => {
    await leaveNote(foreign)
    let tick = 0
    const heart = setInterval(() => void utimes(join(data, 'owner.json'), 1_000_000 + ++tick, 1_000_000 + tick), 100)
    try {
      expect(await acquire()).toMatchObject({ ok: false, by: { pid: 1, host: 'elsewhere' } })
    } finally {
      clearInterval(heart)
    }
  })

  test('one whose heart stands still has lost it', async () => {
    await leaveNote(foreign)
    expect((await acquire()).ok).toBe(true)
    expect((await note())['pid']).toBe(process.pid)
  })

  test('a note that cannot be read is replaced', async () => {
    await mkdir(data)
    await writeFile(join(data, 'owner.json'), '{')
    expect((await acquire()).ok).toBe(true)
  })

  test('the owner keeps touching its note', async () => {
    await acquire()
    const file = join(data, 'owner.json')
    await utimes(file, 1, 1)
    const { statSync } = await import('node:fs')
    while (statSync(file).mtimeMs === 1000) await new Promise((resolve) => setTimeout(resolve, 50))
    expect(statSync(file).mtimeMs).toBeGreaterThan(1000)
  })
})
