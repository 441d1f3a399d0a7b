// In: an address. Out: its QR code as SVG, which prints sharp at any size.
// Must not be coloured by a style sheet: black on white is what cameras read, in a dark scheme too.
import { encode } from 'uqr'

/** Light modules around the code (ISO/IEC 18004 §5.3.8): without them a camera does not find its edge. */
const QUIET_ZONE = 4

/** The code's dark modules: true is dark, the quiet zone included. Correction level M restores 15 %: a fold, a stamp. */
export function encodeQr(text: string): readonly (readonly boolean[])[] {
  return encode(text, { ecc: 'M', boostEcc: false, border: QUIET_ZONE }).data
}

/**
 * @param name what it is, for those who cannot see it: text, escaped by the caller
 * @param size pixels, where no style sheet gives a size
 * @throws when the text is longer than a QR code holds (2,331 bytes)
 */
export function drawQr(text: string, name: string, size?: number): string {
  const rows = encodeQr(text)
  const strokes = rows.flatMap((row, y) => listRuns(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`))
  const side = rows.length
  const sized = size === undefined ? '' : ` width="${size}" height="${size}"`
  return (
    `<svg class="qr" role="img" viewBox="0 0 ${side} ${side}"${sized} shape-rendering="crispEdges"><title>${name}</title>` +
    `<path fill="#fff" d="M0 0h${side}v${side}h-${side}z"/><path fill="#000" d="${strokes.join('')}"/></svg>`
  )
}

/** Start and length of each row of dark modules. */
function listRuns(row: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = []
  row.forEach((dark, x) => {
    const last = runs.at(-1)
    if (!dark) return
    if (last && row[x - 1] === true) last[1] += 1
    else runs.push([x, 1])
  })
  return runs
}
