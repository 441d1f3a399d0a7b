// In: a path. Out: whether programs of other sites may read what it answers with, and the header that tells a browser so.
// Must not open a path that takes anything: posts belong to our own pages.

/** Public to everybody without a key, so a script of any site may read it. */
export const OPEN_DATA: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  // Else a script is shown neither.
  'access-control-expose-headers': 'etag, retry-after, x-quakedesk-stale',
}

const OPEN = /^\/(?:api\/v1|feeds|cap)\//

/** True for the API, the feeds and the CAP messages. */
export function isOpenData(path: string): boolean {
  return OPEN.test(path)
}
