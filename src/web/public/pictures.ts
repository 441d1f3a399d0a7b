// In: a request for a notice's picture. Out: its bytes from the page table; the last ones asked for, while that is away.
// Must not hold them all (a year's pictures would fill the memory that pages need), nor ask for a notice that is not there.
import type { FastifyInstance } from 'fastify'
import { findPicture, type StoredPage } from '../../store/pages.ts'
import type { Queryable } from '../../store/pool.ts'
import type { PageShelf } from './hot.ts'
import { isHeld } from './negotiate.ts'
import type { Turns } from './turns.ts'

export interface PicturesContext {
  db: Queryable
  pages: PageShelf
  turns: Turns
}

const PICTURE = /^((\w{1,64})(?:-cover)?)\.png$/
/** 64 of 100 kB. */
const MOST_HELD = 64
/** As its page: a withdrawn notice's picture is another one at once. */
const CACHE = 'public, max-age=1, stale-if-error=86400'

/** Adds `/n/<code>.png` (1200×630) and `/n/<code>-cover.png` (900×383). */
export function addPictures(app: FastifyInstance, { db, pages, turns }: PicturesContext): void {
  const held = new Map<string, StoredPage>()
  const keep = (path: string, picture: StoredPage | undefined): void => {
    held.delete(path)
    if (picture) held.set(path, picture)
    const [oldest] = held.keys()
    if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest)
  }
  const find = async (path: string): Promise<StoredPage | 'busy' | undefined> => {
    const asked = turns.ask(`picture ${path}`, () => findPicture(db, path))
    if (asked === null) return held.get(path) ?? 'busy'
    try {
      const picture = await asked
      keep(path, picture)
      return picture
    } catch {
      return held.get(path) ?? 'busy'
    }
  }
  app.get<{ Params: { file: string } }>('/n/:file', async (request, reply): Promise<unknown> => {
    const [, name, code] = PICTURE.exec(request.params.file) ?? []
    if (name === undefined || !pages.get(`/n/${code}`)) return reply.callNotFound()
    const picture = await find(`/n/${name}.png`)
    if (picture === undefined) return reply.callNotFound()
    if (picture === 'busy')
      return reply
        .code(503)
        .header('retry-after', '1')
        .send({ error: 'too many readers at once: ask again in a second' })
    reply.header('etag', picture.etag).header('cache-control', CACHE)
    if (isHeld(request.headers['if-none-match'], picture.etag)) return reply.code(304).send()
    return reply.type(picture.contentType).send(picture.body)
  })
}
