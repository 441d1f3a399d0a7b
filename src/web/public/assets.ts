// In: the files of src/web/assets. Out: each as it is served, per way of reading, packed once.
// Must not change a byte of them, other than joining those that one way of reading adds to another.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { StoredPage } from '../../store/pages.ts'
import { MODES, type Mode } from './address.ts'

const CSS = 'text/css; charset=utf-8'
const JS = 'text/javascript; charset=utf-8'

/** Pixels of the icon's pictures: iOS's home screen, then what a manifest is asked for. Made of icon.svg, never by hand. */
export const ICON_SIZES = [180, 192, 512] as const

/** Files of src/web/assets by the name they are asked for; those of one name in several modes are joined. */
const ASSETS: readonly { name: string; modes: readonly Mode[]; files: readonly string[]; type: string }[] = [
  { name: 'app.css', modes: ['plain'], files: ['app.css'], type: CSS },
  { name: 'app.css', modes: ['large'], files: ['app.css', 'large.css'], type: CSS },
  { name: 'app.css', modes: ['access'], files: ['app.css', 'access.css'], type: CSS },
  { name: 'live.js', modes: MODES, files: ['live.js'], type: JS },
  { name: 'screen.js', modes: MODES, files: ['screen.js'], type: JS },
  { name: 'push.js', modes: MODES, files: ['push.js'], type: JS },
  { name: 'sw.js', modes: ['plain'], files: ['sw.js'], type: JS },
  { name: 'icon.svg', modes: MODES, files: ['icon.svg'], type: 'image/svg+xml' },
  ...ICON_SIZES.map((size) => ({
    name: `icon-${size}.png`,
    modes: MODES,
    files: [`icon-${size}.png`],
    type: 'image/png',
  })),
]

/** A service worker rules over the folder it lies in: this one over the whole site. */
const AT_ROOT: ReadonlySet<string> = new Set(['sw.js'])

/** By mode and path: `large /assets/app.css`. */
export type Assets = ReadonlyMap<string, StoredPage>

/** Reads and packs them all. @throws when a file is missing */
export async function loadAssets(): Promise<Assets> {
  const loaded = await Promise.all(
    ASSETS.map(async ({ name, modes, files, type }) => {
      const parts = await Promise.all(files.map((file) => readFile(new URL(`../assets/${file}`, import.meta.url))))
      const body = Buffer.concat(parts)
      const asset: StoredPage = {
        path: AT_ROOT.has(name) ? `/${name}` : `/assets/${name}`,
        contentType: type,
        status: 200,
        etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"`,
        body,
        // A picture is packed already.
        gzip: type === 'image/png' ? null : gzipSync(body, { level: 9 }),
        changedAt: 0,
      }
      return modes.map((mode) => [`${mode} ${asset.path}`, asset] as const)
    }),
  )
  return new Map(loaded.flat())
}
