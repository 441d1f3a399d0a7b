// In: the icon's drawing and its pictures. Out: that a phone's home screen is given the same sign, in the sizes it asks for.
import { Resvg } from '@resvg/resvg-js'
import { expect, test } from 'vitest'
import { ICON_SIZES, loadAssets } from '../../src/web/public/assets.ts'
import { manifestPage } from '../../src/web/public/pages/subscribe.ts'
import { drawIcon } from '../tools/draw-icons.ts'
import { identity, NOTICE, pages } from './sample-pages.ts'

/** Width and height as the file says itself (PNG: IHDR). */
const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)]

/** Red, green, blue, cover of each pixel. */
function pixelsOf(png: Buffer): Buffer {
  const size = png.readUInt32BE(16)
  const wrapped = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${size}" height="${size}"><image width="${size}" height="${size}" xlink:href="data:image/png;base64,${png.toString('base64')}"/></svg>`
  return new Resvg(wrapped).render().pixels
}

test.each(ICON_SIZES)(
  'the picture of %i pixels is the drawing, and leaves no corner open for iOS to blacken',
  async (size) => {
    const png = (await loadAssets()).get(`plain /assets/icon-${size}.png`)?.body ?? Buffer.alloc(24)
    expect(sizeOf(png)).toEqual([size, size])
    const pixels = pixelsOf(png)
    expect(pixels.equals(pixelsOf(drawIcon(size)))).toBe(true)
    expect([...pixels.subarray(0, 4)]).toEqual([0x0b, 0x4f, 0x8a, 255])
  },
)

test('every icon that the manifest and the pages name is served under its type', async () => {
  const assets = await loadAssets()
  const manifest = JSON.parse(manifestPage(identity).body) as { icons: { src: string; type: string; sizes: string }[] }
  for (const { src, type } of manifest.icons)
    expect([src, assets.get(`plain ${src}`)?.contentType]).toEqual([src, type])
  expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']))
  const head = pages.notice(NOTICE)[0]?.body ?? ''
  expect(head).toContain('<link rel="apple-touch-icon" href="../assets/icon-180.png">')
  expect(head).toContain('<link rel="manifest" href="/manifest.webmanifest">')
})
