// In: a path of the public site. Out: the page as the public got it through PORT, or null.
// Must not throw: a page that cannot be read back is not seen yet, nothing more (DESIGN L7).
import { request } from 'undici'

/** Reads a page through the public process. */
export async function readPublic(base: string | null, path: string): Promise<string | null> {
  if (base === null) return null
  try {
    const reply = await request(`${base}${path}`, { headersTimeout: 3_000, bodyTimeout: 3_000 })
    const body = await reply.body.text()
    return reply.statusCode === 200 ? body : null
  } catch {
    return null
  }
}
