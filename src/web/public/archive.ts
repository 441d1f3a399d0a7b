// In: which further notices or quakes a reader wants. Out: the API's answer, or why not.
// Must not ask the database but in its turn (turns.ts).
import { findStored } from '../../store/pages.ts'
import { findNotice, listNotices } from '../../store/notices.ts'
import type { Queryable } from '../../store/pool.ts'
import { isTold, listToldQuakes } from '../../store/quakes.ts'
import { findPublicRumour, listPublicRumours } from '../../store/rumours/public.ts'
import type { Refusal } from './api-schemas.ts'
import { LISTED, MOST_LISTED, writeListing, writeNotice } from './notice-json.ts'
import { writeQuakeListing } from './quake-json.ts'
import { writeRebuttal, writeRebuttalListing } from './rebuttal-json.ts'
import type { Turns } from './turns.ts'

export interface ArchiveContext {
  db: Queryable
  publicUrl: string
  demonstration: boolean
  logger: { error: (fields: object, message: string) => void }
}

export interface ArchiveAnswer {
  status: 200 | 400 | 404 | 503
  /** JSON. */
  body: string
}

export interface Archive {
  /** @param before id of the last notice of the page before. @param limit 1 to 100, default LISTED */
  list(before: unknown, limit: unknown): Promise<ArchiveAnswer>
  /** @param id or short code */
  notice(id: string): Promise<ArchiveAnswer>
  /** @param before id of the last quake of the page before */
  quakes(before: unknown, limit: unknown): Promise<ArchiveAnswer>
  /** @param before id of the last rebuttal of the page before */
  rebuttals(before: unknown, limit: unknown): Promise<ArchiveAnswer>
  rebuttal(id: string): Promise<ArchiveAnswer>
}

const NAME = /^[\w-]{1,64}$/

/** Opens the archive of one process. */
export function openArchive(context: ArchiveContext, turns: Turns): Archive {
  const { db, publicUrl, demonstration, logger } = context
  const ask = async (key: string, question: () => Promise<ArchiveAnswer>): Promise<ArchiveAnswer> => {
    try {
      return await (turns.ask(key, question) ?? refuse(503, 'busy', 'too many readers at once: ask again in a second'))
    } catch (error) {
      logger.error({ err: error, key }, 'a question of the API failed')
      return refuse(503, 'record-away', 'the record cannot be read at the moment: ask again in a second')
    }
  }
  const page = async (
    what: string,
    before: unknown,
    limit: unknown,
    read: (before: string | null, most: number) => Promise<string | null>,
  ): Promise<ArchiveAnswer> => {
    const most = readLimit(limit)
    if (most === null)
      return refuse(400, 'limit', `limit = ${JSON.stringify(limit)}: must be a whole number from 1 to ${MOST_LISTED}`)
    if (before !== undefined && (typeof before !== 'string' || !NAME.test(before)))
      return refuse(400, 'before', `before: must be the id of a ${what}, given once`)
    return ask(`api ${what} ${most} ${before ?? ''}`, async () => {
      const body = await read(before ?? null, most)
      return body === null ? refuse(400, 'before', `before: there is no ${what} ${before}`) : found(body)
    })
  }
  return {
    list: (before, limit) =>
      page('notice', before, limit, async (after, most) => {
        const query = { class: 'actual', limit: most, before: after ?? undefined, onSite: [] } as const
        const notices = await listNotices(db, query)
        // Nothing comes after an id that is none: whoever took that for the end would believe that it has everything.
        if (notices.length === 0 && after !== null && (await findNotice(db, after))?.id !== after) return null
        return writeListing(notices, most, publicUrl, demonstration)
      }),
    notice: async (id) => {
      if (!NAME.test(id)) return refuse(400, 'id', 'id: must be the id or the code of a notice')
      return ask(`api one ${id}`, async () => {
        const notice = await findNotice(db, id)
        const isPublic = notice?.class === 'actual' && (await findStored(db, [`/n/${notice.code}`])).size > 0
        return isPublic
          ? found(JSON.stringify(writeNotice(notice, publicUrl, demonstration)))
          : refuse(404, 'not-found', `there is no notice ${id}`)
      })
    },
    quakes: (before, limit) =>
      page('quake', before, limit, async (after, most) => {
        const quakes = await listToldQuakes(db, most, after)
        if (quakes.length === 0 && after !== null && !(await isTold(db, after))) return null
        return JSON.stringify(writeQuakeListing(quakes, most, { publicUrl, demonstration }))
      }),
    rebuttals: (before, limit) =>
      page('rebuttal', before, limit, async (after, most) => {
        const rumours = await listPublicRumours(db, { limit: most, before: after })
        if (rumours.length === 0 && after !== null && !(await findPublicRumour(db, after))) return null
        return JSON.stringify(writeRebuttalListing(rumours, most, { publicUrl, demonstration }))
      }),
    rebuttal: async (id) => {
      if (!NAME.test(id)) return refuse(400, 'id', 'id: must be the id of a rebuttal')
      return ask(`api rebuttal ${id}`, async () => {
        const rumour = await findPublicRumour(db, id)
        return rumour
          ? found(JSON.stringify(writeRebuttal(rumour, { publicUrl, demonstration })))
          : refuse(404, 'not-found', `there is no rebuttal ${id}`)
      })
    },
  }
}

function readLimit(limit: unknown): number | null {
  if (limit === undefined) return LISTED
  const most = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : 0
  return most >= 1 && most <= MOST_LISTED ? most : null
}

function found(body: string): ArchiveAnswer {
  return { status: 200, body }
}

function refuse(status: 400 | 404 | 503, rule: string, error: string): ArchiveAnswer {
  const refusal: Refusal = { error, rule }
  return { status, body: JSON.stringify(refusal) }
}
