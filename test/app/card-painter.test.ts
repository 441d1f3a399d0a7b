// In: pictures that can be painted, some that cannot, a thread that hangs. Out: PNGs, reasons, and a house that goes on.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { openPainter, type Painter } from '../../src/app/card-painter.ts'

const fontFiles = [fileURLToPath(new URL('../../templates/card/QuakedeskSansSC-Regular.otf', import.meta.url))]
const family = 'Quakedesk Sans SC'
const svg = (text: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><text x="4" y="30" font-size="24">${text}</text></svg>`

/** IHDR: width and height of a PNG; throws for anything else. */
function sizeOf(png: Uint8Array): { width: number; height: number } {
  const bytes = Buffer.from(png)
  expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG')
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

let painter: Painter
let folder: string | null = null
afterEach(async () => {
  await painter.stop()
  if (folder !== null) rmSync(folder, { recursive: true })
  folder = null
})

/** A thread's program of a few lines. */
function program(text: string): URL {
  folder = mkdtempSync(join(tmpdir(), 'quakedesk-painter-'))
  const file = join(folder, 'program.mjs')
  writeFileSync(file, text)
  return pathToFileURL(file)
}

const LISTENS = `import { parentPort } from 'node:worker_threads'; parentPort.postMessage('ready', []);`

describe('the painter', () => {
  test('paints one picture after the other, with letters in them', async () => {
    painter = openPainter({ fontFiles, family })
    const [a, b, empty] = await Promise.all([svg('震'), svg('中'), svg('')].map((each) => painter.paint(each)))
    if (!a?.ok || !b?.ok || !empty?.ok) throw new Error('not painted')
    expect(sizeOf(a.png)).toEqual({ width: 80, height: 40 })
    expect(Buffer.from(a.png).equals(Buffer.from(b.png))).toBe(false)
    expect(a.png.length).toBeGreaterThan(empty.png.length)
  })

  test('leaves the priority of the thread that publishes as it is', async () => {
    painter = openPainter({ fontFiles, family })
    const before = getPriority(process.pid)
    await painter.paint(svg('震'))
    expect(getPriority(process.pid)).toBe(before)
  })

  test('says why a picture cannot be painted, and paints the next', async () => {
    painter = openPainter({ fontFiles, family })
    const broken = await painter.paint('<svg')
    expect(broken).toMatchObject({ ok: false })
    expect(await painter.paint(svg('震'))).toMatchObject({ ok: true })
  })

  test('a thread that hangs is ended at its limit; the event loop never stood still', async () => {
    const hangs = program(`${LISTENS} parentPort.on('message', () => { for (;;); });`)
    painter = openPainter({ fontFiles, family, limitMs: 100, program: hangs })
    let ticks = 0
    const clock = setInterval(() => (ticks += 1), 5)
    const replies = await Promise.all([painter.paint('a'), painter.paint('b')])
    clearInterval(clock)
    for (const reply of replies) expect(reply).toEqual({ ok: false, reason: 'no picture within 100 ms' })
    expect(ticks).toBeGreaterThan(3)
  })

  test('a thread that dies is an answer, not a crash', async () => {
    painter = openPainter({
      fontFiles,
      family,
      program: program(`${LISTENS} parentPort.on('message', () => process.exit(7));`),
    })
    expect(await painter.paint('a')).toMatchObject({ ok: false })
    expect(await painter.paint('b')).toMatchObject({ ok: false })
  })

  test('after its stop nothing is painted', async () => {
    painter = openPainter({ fontFiles, family })
    await painter.stop()
    expect(await painter.paint(svg('震'))).toMatchObject({ ok: false })
  })
})
