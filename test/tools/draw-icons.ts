// In: src/web/assets/icon.svg. Out: its pictures beside it, icon-<pixels>.png. Run by hand after the drawing has changed:
// node test/tools/draw-icons.ts. A test compares (test/web/icons.test.ts).
import { readFileSync, writeFileSync } from 'node:fs'
import { Resvg } from '@resvg/resvg-js'
import { ICON_SIZES } from '../../src/web/public/assets.ts'

const ASSETS = new URL('../../src/web/assets/', import.meta.url)

/** The icon as PNG: its round corners filled with its own ground, as iOS wants it (it would put black there). */
export function drawIcon(pixels: number): Buffer {
  const svg = readFileSync(new URL('icon.svg', ASSETS), 'utf8')
  const background = /<rect[^>]*fill="(#[0-9a-f]{6})"/.exec(svg)?.[1]
  if (background === undefined) throw new Error('icon.svg has no ground')
  return new Resvg(svg, { background, fitTo: { mode: 'width', value: pixels } }).render().asPng()
}

if (import.meta.main) for (const size of ICON_SIZES) writeFileSync(new URL(`icon-${size}.png`, ASSETS), drawIcon(size))
