// In: SVG texts, one at a time, from the thread that serves the bureau. Out: PNG bytes, or why not.
// Must not touch anything else: a picture that hangs or eats memory ends with this thread.
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { Resvg } from '@resvg/resvg-js'
import { READY, type PaintReply, type PaintRequest } from './card-painting.ts'

const { fontFiles, family } = workerData as { fontFiles: string[]; family: string }

try {
  // On Linux this is the thread's own: notices go first where processors are few.
  setPriority(0, 10)
} catch {
  // Not allowed here: pictures take their turn like everything else.
}

// Only now the time limit begins: loading is not painting.
parentPort?.postMessage(READY, [])
parentPort?.on('message', ({ svg }: PaintRequest) => {
  parentPort?.postMessage(paint(svg), [])
})

function paint(svg: string): PaintReply {
  try {
    const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: family }
    return { ok: true, png: new Resvg(svg, { font }).render().asPng() }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}
