// In: a request for a file below a notice. Out: its bytes while a notice that shows it stands; that it is withdrawn, after.
// Must not hand out what no page shows (a draft's file is nobody's yet), nor let a browser do more with it than draw it.
import type { FastifyInstance } from 'fastify'
import { nameFile } from '../../core/attachments/attachment.ts'
import { findShownFile, readFileBytes, type ShownFile } from '../../store/attachments.ts'
import type { Queryable } from '../../store/pool.ts'
import { SEALED } from '../serving.ts'
import { isHeld } from './negotiate.ts'
import type { Turns } from './turns.ts'

export interface AttachmentsContext {
  db: Queryable
  turns: Turns
}

const FILE = /^([0-9a-f]{64})\.(png|jpg|pdf)$/
/** At least six of the largest. */
const MOST_HELD_BYTES = 32 * 1024 * 1024
/** As the page that shows it: withdrawn at once. The bytes under a hash never change, whether they are shown does. */
const CACHE = 'public, max-age=1, stale-if-error=86400'

interface Held {
  file: ShownFile
  bytes: Buffer
}

/** Adds `/attachments/<sha256>.<png|jpg|pdf>`. */
export function addAttachments(app: FastifyInstance, { db, turns }: AttachmentsContext): void {
  const held = openHeld()
  /** What the record says; while it is away, what was read last. */
  const look = async (sha256: string): Promise<ShownFile | null | 'busy'> => {
    const last = held.get(sha256)?.file ?? 'busy'
    const asked = turns.ask(`attachment ${sha256}`, () => findShownFile(db, sha256))
    if (asked === null) return last
    try {
      return await asked
    } catch {
      return last
    }
  }
  const read = async (file: ShownFile, sha256: string): Promise<Buffer | 'busy' | 'altered'> => {
    // The turn keeps its answer for a while; the bytes are kept here, where they are counted.
    const asked =
      held.get(sha256) ??
      turns.ask(`bytes of ${sha256}`, async () => {
        const bytes = await readFileBytes(db, sha256)
        if (bytes === 'altered') return bytes
        if (bytes) held.keep(sha256, { file, bytes })
        return null
      })
    try {
      if ((await asked) === 'altered') return 'altered'
    } catch {
      return 'busy'
    }
    return held.get(sha256)?.bytes ?? 'busy'
  }
  app.get<{ Params: { file: string } }>('/attachments/:file', async (request, reply): Promise<unknown> => {
    const name = request.params.file
    const [, sha256, ending] = FILE.exec(name) ?? []
    if (sha256 === undefined) return reply.callNotFound()
    const busy = (): unknown =>
      reply.code(503).header('retry-after', '1').send({ error: 'too many readers at once: ask again in a second' })
    const file = await look(sha256)
    if (file === 'busy') return busy()
    if (file === null || nameFile({ sha256, type: file.type }) !== name) return reply.callNotFound()
    if (!file.stands) {
      held.drop(sha256)
      return reply
        .code(410)
        .header('cache-control', CACHE)
        .type('text/plain; charset=utf-8')
        .send(`本附件所属的公告已不再有效，附件停止提供。见 /n/${file.code}\n`)
    }
    const etag = `"${sha256.slice(0, 20)}"`
    reply.header('etag', etag).header('cache-control', CACHE).header('content-security-policy', SEALED)
    if (isHeld(request.headers['if-none-match'], etag)) return reply.code(304).send()
    const bytes = await read(file, sha256)
    if (bytes === 'busy') return busy()
    if (bytes === 'altered')
      return reply
        .code(500)
        .removeHeader('etag')
        .header('cache-control', 'no-store')
        .type('text/plain; charset=utf-8')
        .send(
          `本附件与发布时不符，已停止提供。This file is not what was published and is withheld. 见 /n/${file.code}\n`,
        )
    // A document is saved, never opened in the name of this site.
    if (ending === 'pdf') reply.header('content-disposition', `attachment; filename="${sha256.slice(0, 12)}.pdf"`)
    return reply.type(file.type).send(bytes)
  })
}

/** Files asked for lately, the oldest leaving first, within a sum of bytes. */
function openHeld() {
  const files = new Map<string, Held>()
  let sum = 0
  const drop = (sha256: string): void => {
    sum -= files.get(sha256)?.bytes.length ?? 0
    files.delete(sha256)
  }
  return {
    get: (sha256: string) => files.get(sha256),
    drop,
    keep: (sha256: string, file: Held): void => {
      drop(sha256)
      files.set(sha256, file)
      sum += file.bytes.length
      for (const oldest of files.keys()) {
        if (sum <= MOST_HELD_BYTES) return
        drop(oldest)
      }
    },
  }
}
