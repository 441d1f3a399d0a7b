// In: the path of a request. Out: how the reader wants pages to look, and which stored page is meant.
// Must not look anything up. Pages link relatively, so the same bytes serve in every mode; only the stylesheet differs.

/** plain 普通版 · large 长者版 · access 无障碍. Chosen by the address alone: no cookie, no script. */
export const MODES = ['plain', 'large', 'access'] as const
export type Mode = (typeof MODES)[number]

const PREFIXED = /^\/(large|access)(\/.*)?$/
/** Where English pages are stored; they lie beside the Chinese ones in every mode. */
export const ENGLISH = '/en'

export type Address =
  | { at: 'page'; mode: Mode; path: string }
  /** A folder without its last stroke: relative links would miss. Say 308 to this path. */
  | { at: 'moved'; to: string }

/** Reads a path (no query). `/large/n/x` is `/n/x` in large print; `/n/x/` is `/n/x`. */
export function readAddress(path: string): Address {
  const [, prefix, rest] = PREFIXED.exec(path) ?? []
  const mode: Mode = prefix === 'large' || prefix === 'access' ? prefix : 'plain'
  const inner = prefix === undefined ? path : rest
  if (inner === undefined || inner === ENGLISH) return { at: 'moved', to: `${path}/` }
  const isFolder = inner === '/' || inner === `${ENGLISH}/`
  return { at: 'page', mode, path: isFolder ? inner : inner.replace(/\/$/, '') }
}
