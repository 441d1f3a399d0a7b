import { existsSync } from 'node:fs'
import {
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UnreadableFeed } from '../../../src/core/quake-report.ts'
import type { Receive, Received } from '../../../src/feeds/fetch-clock.ts'
import { systemClock } from '../../../src/feeds/fetch-clock.ts'
import { keepDone, keepRefused, listDropped, readDropped } from '../../../src/feeds/folder-files.ts'
import { watchFolder } from '../../../src/feeds/folder.ts'
import type { FolderEvent, WatchedFolder } from '../../../src/feeds/folder.ts'
import { createFakeClock, until } from './fake-clock.ts'
import type { FakeClock } from './fake-clock.ts'

const ROW = '{"O_TIME":"2024-01-01 08:00:00","M":"3.1"}'
/** 2024-01-01 23:30 UTC: already the second of January in Beijing. */
const START = Date.UTC(2024, 0, 1, 23, 30)

let inbox = ''
let clock: FakeClock
const cleanups: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  inbox = await mkdtemp(join(tmpdir(), 'inbox-'))
  clock = createFakeClock(START)
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  await rm(inbox, { recursive: true, force: true })
})

interface Scene {
  received: Received[]
  events: FolderEvent[]
  stop(): Promise<void>
}

async function start(more: Partial<WatchedFolder> = {}, receive?: Receive): Promise<Scene> {
  const received: Received[] = []
  const events: FolderEvent[] = []
  const watched = await watchFolder(
    { source: 'eqim', path: inbox, ...more },
    { clock, receive: receive ?? (async (each) => void received.push(each)), report: (event) => events.push(event) },
  )
  cleanups.push(async () => {
    const stopped = watched.stop()
    await clock.advance(2_000)
    await stopped
  })
  return { received, events, stop: () => watched.stop() }
}

/** Looks until the condition holds: the files are real, only the clock is not, and it stands still during a look. */
async function lookUntil(what: string, holds: () => boolean, stepMs = 200): Promise<void> {
  for (let n = 0; n < 2_000; n += 1) {
    await until(what, () => holds() || clock.pending() > 0)
    if (holds()) return
    await clock.advance(stepMs)
  }
  throw new Error(`never came: ${what}`)
}

/** A fixed number of looks, for what must not happen. */
async function lookAround(looks = 15): Promise<void> {
  let left = looks * 6
  await lookUntil('the looks', () => (left -= 1) < 0)
}

const at = (...parts: string[]): string => join(inbox, ...parts)
const done = (name: string): string => at('done', '2024-01-02', name)

describe('a file that the bureau drops', () => {
  test('is handed on once, and kept under the Beijing day', async () => {
    const scene = await start()
    await writeFile(at('a.json'), ROW)
    await lookUntil('it is done', () => existsSync(done('a.json')))
    await lookAround()
    expect(scene.received).toHaveLength(1)
    expect(scene.received[0]).toMatchObject({ source: 'eqim', transport: 'folder', text: ROW })
    expect(scene.received[0]?.contentType).toBe('application/json')
    expect(await readFile(done('a.json'), 'utf8')).toBe(ROW)
  })

  test('is left alone while it grows', async () => {
    const scene = await start()
    for (let n = 1; n <= 8; n += 1) {
      await writeFile(at('a.json'), ROW.slice(0, n))
      await clock.advance(700)
    }
    expect(scene.received).toHaveLength(0)
    await writeFile(at('a.json'), ROW)
    await lookUntil('it is done', () => existsSync(done('a.json')))
    expect(scene.received.map((each) => each.text)).toEqual([ROW])
  })

  test('is taken at once when it was renamed from the .tmp that we saw', async () => {
    const scene = await start({ everyMs: 100 })
    await writeFile(at('a.json.tmp'), ROW)
    await lookAround(10)
    expect(scene.received).toHaveLength(0)
    const before = clock.now()
    await rename(at('a.json.tmp'), at('a.json'))
    await lookUntil('it came', () => scene.received.length === 1, 50)
    expect((scene.received[0]?.receivedAt ?? Infinity) - before).toBeLessThan(1_000)
  })

  test('in GB18030 without any label keeps its county name', async () => {
    const scene = await start()
    await writeFile(at('a.txt'), Buffer.from([0xd2, 0xcb, 0xb1, 0xf6, 0xca, 0xd0]))
    await lookUntil('it came', () => scene.received.length === 1)
    expect(scene.received[0]).toMatchObject({ text: '宜宾市', contentType: 'text/plain' })
  })

  test('under a name that was used before keeps both', async () => {
    const scene = await start()
    for (const n of [1, 2]) {
      await writeFile(at('a.json'), `{"n":${n}}`)
      await lookUntil('it came and went', () => scene.received.length === n && !existsSync(at('a.json')))
    }
    expect(await readdir(at('done', '2024-01-02'))).toHaveLength(2)
  })

  test('under the longest name that a disk can hold still finds its place', async () => {
    const name = `${'x'.repeat(250)}.xml`
    const scene = await start()
    await writeFile(at(name), '<a/>')
    await lookUntil('it came and went', () => scene.received.length === 1 && !existsSync(at(name)))
    expect((await readdir(at('done', '2024-01-02')))[0]).toMatch(/^[0-9a-f]{12}\.xml$/)
  })
})

describe('what is not a dropped file', () => {
  test('dotfiles, links, folders and unfinished names are passed over', async () => {
    await writeFile(at('secret'), 'a secret of the machine')
    await rename(at('secret'), `${inbox}-secret`)
    cleanups.push(() => rm(`${inbox}-secret`))
    const scene = await start()
    await writeFile(at('.hidden.json'), ROW)
    await symlink(`${inbox}-secret`, at('link.json'))
    await symlink(`${inbox}-nowhere`, at('dangling.json'))
    await link(`${inbox}-secret`, at('hard.json'))
    await mkdir(at('folder.json'))
    await writeFile(at('b.json.part'), ROW)
    await writeFile(at('good.json'), ROW)
    await lookUntil('the good one', () => existsSync(done('good.json')))
    await lookAround()
    expect(scene.received.map((each) => each.text)).toEqual([ROW])
    expect(await readFile(`${inbox}-secret`, 'utf8')).toBe('a secret of the machine')
    expect((await readdir(inbox)).sort()).toHaveLength(8)
  })

  test('a file that was swapped for a link after the look is not followed', async () => {
    await writeFile(at('a.json'), ROW)
    const { files } = await listDropped(inbox)
    await rm(at('a.json'))
    await symlink('/etc/hostname', at('a.json'))
    const [file] = files
    expect(file && (await readDropped(inbox, file, 1_000))).toEqual({ state: 'gone' })
  })

  test('a file that was written to after the look is looked at again', async () => {
    await writeFile(at('a.json'), ROW)
    const [file] = (await listDropped(inbox)).files
    if (file === undefined) throw new Error('nothing listed')
    await truncate(at('a.json'), 3)
    expect(await readDropped(inbox, file, 1_000)).toEqual({ state: 'still-written' })
    expect(await keepDone(inbox, file, START)).toBeNull()
    expect(existsSync(at('a.json'))).toBe(true)
  })

  test('an inbox that is itself a link is an error at the start', async () => {
    await symlink(inbox, `${inbox}-link`)
    cleanups.push(() => rm(`${inbox}-link`))
    await expect(start({ path: `${inbox}-link` })).rejects.toThrow('not a link')
  })
})

describe('a file that cannot be used', () => {
  test('lies in refused/ with the rule, the reason and what to do', async () => {
    const scene = await start({}, async () => {
      throw new UnreadableFeed('not-json', 'expected a list,\nfound a web page')
    })
    await writeFile(at('bad.json'), '<html>')
    await lookUntil('it is refused', () => existsSync(at('refused', 'bad.json')))
    const reason = await readFile(at('refused', 'bad.json.reason.txt'), 'utf8')
    expect(reason).toContain('rule: not-json')
    expect(reason).toContain('reason: expected a list, found a web page')
    expect(reason).toContain('2024-01-02 07:30')
    expect(await readFile(at('refused', 'bad.json'), 'utf8')).toBe('<html>')
    expect(scene.events.at(-1)).toMatchObject({ what: 'refused', file: 'bad.json' })
  })

  test('is given ten seconds to become whole before it is refused', async () => {
    const taken: string[] = []
    await start({}, async ({ text }) => {
      if (!text.endsWith('}')) throw new UnreadableFeed('not-json', 'cut short')
      taken.push(text)
    })
    await writeFile(at('slow.json'), ROW.slice(0, 10))
    await lookUntil('five seconds', () => clock.now() >= START + 5_000)
    expect(existsSync(at('slow.json'))).toBe(true)
    await writeFile(at('slow.json'), ROW)
    await lookUntil('it is done', () => existsSync(done('slow.json')))
    expect(taken).toEqual([ROW])
    expect(await readdir(at('refused'))).toEqual([])
  })

  test('because it is too large is refused unread', async () => {
    const scene = await start({ maxBytes: 10 })
    await writeFile(at('big.json'), ROW)
    await lookUntil('it is refused', () => existsSync(at('refused', 'big.json')))
    expect(await readFile(at('refused', 'big.json.reason.txt'), 'utf8')).toContain('at most 10')
    expect(scene.received).toHaveLength(0)
  })

  test('because no charset fits is refused', async () => {
    const scene = await start()
    await writeFile(at('x.txt'), Buffer.from([0xff, 0xff, 0xff]))
    await lookUntil('it is refused', () => existsSync(at('refused', 'x.txt')))
    expect(scene.received).toHaveLength(0)
  })

  test('keeps its reason apart from an earlier one of the same name', async () => {
    for (const rule of ['first', 'second']) {
      await writeFile(at('a.json'), rule)
      await keepRefused(inbox, { name: 'a.json', mark: '' }, { rule, reason: rule, at: START })
    }
    const names = await readdir(at('refused'))
    expect(names).toHaveLength(4)
    expect(names.filter((name) => name.endsWith('.reason.txt'))).toHaveLength(2)
  })
})

describe('nothing is lost', () => {
  test('a file stays in the inbox until the store has it, and holds back nothing behind it', async () => {
    let away = true
    const taken: string[] = []
    const scene = await start({}, async ({ text }) => {
      if (away && text === 'first') throw new Error('database is away')
      taken.push(text)
    })
    await writeFile(at('1.txt'), 'first')
    await writeFile(at('2.txt'), 'second')
    await lookUntil('the second is done', () => existsSync(done('2.txt')))
    expect(existsSync(at('1.txt'))).toBe(true)
    expect(scene.events.map((event) => event.what)).toContain('waiting')
    away = false
    await lookUntil('the first is done', () => existsSync(done('1.txt')))
    expect(taken).toEqual(['second', 'first'])
  })

  test('a crash between storing and moving hands the same bytes over again', async () => {
    await writeFile(at('a.json'), ROW)
    // The first run dies while it stores: it never sees the answer and never moves the file.
    const first: string[] = []
    const second: string[] = []
    await start({}, async ({ text }) => {
      first.push(text)
      await new Promise(() => {})
    }).then(() => cleanups.pop())
    await lookUntil('the first run has it', () => first.length === 1)
    expect(existsSync(at('a.json'))).toBe(true)
    await start({}, async ({ text }) => void second.push(text))
    await lookUntil('the second run is done', () => existsSync(done('a.json')))
    expect(second).toEqual(first)
  })

  test('stopping waits for the file that is being stored', async () => {
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let began = false
    const scene = await start({}, () => {
      began = true
      return held
    })
    await writeFile(at('a.json'), ROW)
    await writeFile(at('b.json'), ROW)
    await lookUntil('it is being stored', () => began)
    const stopped = scene.stop()
    release()
    await clock.advance(2_000)
    await stopped
    expect((await readdir(at('done', '2024-01-02'))).length).toBe(1)
    expect((await readdir(inbox)).filter((name) => name.endsWith('.json'))).toHaveLength(1)
  })

  test('a folder that vanishes is said once and watched again when it is back', async () => {
    const scene = await start()
    await rename(inbox, `${inbox}-away`)
    cleanups.push(() => rm(`${inbox}-away`, { recursive: true, force: true }))
    await lookUntil('trouble is said', () => scene.events.length > 0)
    await lookAround()
    expect(scene.events.map((event) => event.what)).toEqual(['folder-trouble'])
    await rename(`${inbox}-away`, inbox)
    await writeFile(at('a.json'), ROW)
    await lookUntil('it came', () => scene.received.length === 1)
  })
})

describe('a writer that pauses', () => {
  test('after half a list loses nothing: what it writes on is read when it is done', async () => {
    const scene = await start()
    const handle = await open(at('rows.txt'), 'w')
    await handle.write('first row\n')
    await lookUntil('half is taken over', () => existsSync(done('rows.txt')))
    await handle.write('second row\n')
    await handle.close()
    await lookUntil('the whole is taken over', () => scene.received.length === 2)
    expect(scene.received.map(({ text }) => text)).toEqual(['first row\n', 'first row\nsecond row\n'])
    expect(scene.events.map(({ what }) => what)).toContain('grown')
    await lookAround()
    expect(scene.received).toHaveLength(2)
  })

  test('for so long that its half was refused is heard all the same', async () => {
    const scene = await start({}, async ({ text }) => {
      if (!text.endsWith('}')) throw new UnreadableFeed('json', 'no JSON')
      scene.received.push({} as Received)
    })
    const handle = await open(at('a.json'), 'w')
    await handle.write('{"half":')
    await lookUntil('it is refused', () => existsSync(at('refused', 'a.json')))
    await handle.write('1}')
    await handle.close()
    await lookUntil('it is done', () => existsSync(done('a.json')))
    expect(scene.received).toHaveLength(1)
  })

  test('over a file that has the same name as one that was refused keeps both', async () => {
    const scene = await start({}, async ({ text }) => {
      if (text === 'bad') throw new UnreadableFeed('json', 'no JSON')
      scene.received.push({} as Received)
    })
    await writeFile(at('a.json'), 'bad')
    await lookUntil('it is refused', () => existsSync(at('refused', 'a.json')))
    await writeFile(at('a.json'), ROW)
    await lookUntil('the good one is read', () => scene.received.length === 1)
    await writeFile(at('a.json'), 'bad')
    await lookUntil(
      'the second bad one is refused',
      () => scene.events.filter((e) => e.what === 'refused').length === 2,
    )
    expect((await readdir(at('refused'))).filter((name) => !name.endsWith('.reason.txt'))).toHaveLength(2)
  })
})

test.each([20_000, 3_600_000])('a clock that is set back by %i ms delays no file', async (back) => {
  let skew = 0
  const received: Received[] = []
  const watched = await watchFolder(
    { source: 'eqim', path: inbox },
    { clock: { ...clock, now: () => clock.now() + skew }, receive: async (each) => void received.push(each) },
  )
  cleanups.push(async () => {
    const stopped = watched.stop()
    await clock.advance(2_000)
    await stopped
  })
  await writeFile(at('a.json'), ROW)
  await clock.advance(500)
  await lookAround(1)
  skew = -back
  await lookUntil('it came', () => received.length === 1)
  expect(clock.now() - START).toBeLessThan(15_000)
})

test('with the real clock a file comes through, by hint or by look', async () => {
  const received: Received[] = []
  const watched = await watchFolder(
    { source: 'eqim', path: inbox, everyMs: 100 },
    { clock: systemClock, receive: async (each) => void received.push(each) },
  )
  await writeFile(at('a.json'), ROW)
  await until('it came', () => received.length === 1)
  await watched.stop()
  expect(received[0]?.text).toBe(ROW)
})
