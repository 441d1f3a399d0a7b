// In: what a reader asks for behind the question mark. Out: the list of notices that fits, the display's word that fits.
// Must not show what was typed other than as text, and asks the database only in its turn.
import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify'
import { createHash } from 'node:crypto'
import { EVERY_KIND } from '../../core/notice.ts'
import { listNotices } from '../../store/notices.ts'
import type { Page } from '../../store/pages.ts'
import type { Queryable } from '../../store/pool.ts'
import { ENGLISH } from './address.ts'
import { STALE_HEADER, type Hot, type PageShelf, type Staleness } from './hot.ts'
import { isHeld } from './negotiate.ts'
import { LISTED } from './notice-json.ts'
import { NOTHING_ASKED, type Asked, type Listing } from './pages/notice-list.ts'
import { chooseText, SHORTEST, WORDS_PATH, type ScreenWords } from './screen.ts'
import type { Turns } from './turns.ts'
import type { Language } from './wording.ts'

export interface AskedContext {
  db: Queryable
  pages: PageShelf
  hot: Hot
  turns: Turns
  staleness?: () => Staleness | null
  logger: Pick<FastifyBaseLogger, 'warn'>
  /** Left out: only the first page of the list is there. */
  list?: (listing: Listing, language: Language) => Page
}

type Query = Readonly<Record<string, unknown>>

/** Every way of reading has the same routes; its pages differ by their style only. */
const ROOTS = ['', '/large', '/access'].flatMap((mode) => [
  { root: mode, language: 'zh' as const },
  { root: `${mode}${ENGLISH}`, language: 'en' as const },
])
const LONGEST_QUERY = 60
const MOST_WORDS = 5

/** Adds the routes. A path that stands here is served from its bytes only when nothing is asked. */
export function addAsked(app: FastifyInstance, context: AskedContext): void {
  // Made once: it is for the hour in which everybody asks.
  const busy = new Map<Language, Page>()
  const busyIn = (language: Language): Page | undefined => {
    const page = busy.get(language) ?? context.list?.(refuse(NOTHING_ASKED, 'away', 503), language)
    if (page) busy.set(language, page)
    return page
  }
  for (const { root, language } of ROOTS) {
    const stored = `${language === 'zh' ? '' : ENGLISH}/notices`
    app.get<{ Querystring: Query }>(`${root}/notices`, async (request, reply) => {
      const asked = readAsked(request.query)
      if (!('fault' in asked) && asked.q === '' && asked.kind === '' && asked.before === '')
        return context.hot.serve(stored, request.raw, reply.raw) ? reply.hijack() : reply.callNotFound()
      const page = (await write(asked, language, context)) ?? busyIn(language)
      if (!page) return reply.callNotFound()
      if (page.status === 503) reply.header('retry-after', '1')
      // A refusal of this moment must not be handed to others by a cache in front.
      const cache = page.status === 200 ? 'public, max-age=2' : 'no-store'
      return reply.code(page.status).header('cache-control', cache).type(page.contentType).send(page.body)
    })
    for (const form of ['txt', 'json'] as const)
      app.get<{ Querystring: Query }>(`${root}/screen/current.${form}`, async (request, reply) =>
        sendWord(form, request.query, request.headers['if-none-match'], reply, context),
      )
  }
}

/** What was asked for, folded as a reader means it; or why it cannot be looked for. */
function readAsked(query: Query): Asked | Refused {
  const given = { q: query['q'] ?? '', kind: query['kind'] ?? '', before: query['before'] ?? '' }
  const { q, kind, before } = given
  if (typeof q !== 'string' || typeof kind !== 'string' || typeof before !== 'string')
    return refuse(NOTHING_ASKED, 'twice', 400)
  const words = q.replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ').trim()
  const asked = { q: words, kind, before }
  const letters = Array.from(words)
  const { length } = letters
  if (length > LONGEST_QUERY)
    return refuse({ ...asked, q: letters.slice(0, LONGEST_QUERY).join('') }, 'tooLong', 400, { n: String(length) })
  const count = words.split(' ').length
  if (count > MOST_WORDS) return refuse(asked, 'tooMany', 400, { n: String(count) })
  if (kind !== '' && !EVERY_KIND.some((known) => known === kind)) return refuse({ ...asked, kind: '' }, 'badKind', 400)
  if (before !== '' && !/^[\w-]{1,64}$/.test(before)) return refuse({ ...asked, before: '' }, 'badPage', 400)
  return asked
}

type Refused = Extract<Listing, { fault: string }>

const refuse = (asked: Asked, fault: string, status: 400 | 503, values: Refused['values'] = {}): Refused => ({
  asked,
  fault,
  values,
  status,
})

/**
 * One question and one page at a time: a page that nobody stored costs some milliseconds of the process that serves them all.
 * @returns undefined when too many wait, or nobody can write it
 */
async function write(
  asked: Asked | Refused,
  language: Language,
  { db, turns, list, logger }: AskedContext,
): Promise<Page | undefined> {
  if (!list) return undefined
  // The database is away: the first page without a question is served from its copy.
  const answer = async (): Promise<Listing> =>
    'fault' in asked
      ? asked
      : look(asked, db).catch((error: unknown) => {
          logger.warn({ err: error }, 'a search was not answered')
          return refuse(asked, 'away', 503)
        })
  const page = turns.ask(`list ${language} ${JSON.stringify(asked)}`, async () => list(await answer(), language))
  return page ?? undefined
}

async function look(asked: Asked, db: Queryable): Promise<Listing> {
  const { q, kind, before } = asked
  const notices = await listNotices(db, {
    class: 'actual',
    limit: LISTED + 1,
    onSite: [],
    ...(before === '' ? {} : { before }),
    ...(kind === '' ? {} : { kinds: [kind] }),
    ...(q === '' ? {} : { words: q.split(' ') }),
  })
  return { asked, notices: notices.slice(0, LISTED), more: notices.length > LISTED }
}

function sendWord(
  form: 'txt' | 'json',
  query: Query,
  held: string | undefined,
  reply: FastifyReply,
  { pages, staleness }: AskedContext,
): FastifyReply {
  const refuse = (rule: string, error: string) => reply.code(400).send({ error, rule })
  const { max: most = '60', charset = 'utf-8' } = query
  const max = typeof most === 'string' && /^\d{1,4}$/.test(most) ? Number(most) : 0
  if (max < SHORTEST || max > 1_000)
    return refuse('max', `max = ${JSON.stringify(most)}: must be a whole number from ${SHORTEST} to 1000`)
  const gbk = typeof charset === 'string' && /^(?:gbk|gb2312|gb18030)$/i.test(charset)
  if (!gbk && (typeof charset !== 'string' || !/^utf-?8$/i.test(charset)))
    return refuse('charset', `charset = ${JSON.stringify(charset)}: utf-8 or gbk`)
  if (gbk && form === 'json') return refuse('charset', 'charset: JSON is UTF-8 (RFC 8259); gbk is for current.txt')
  const page = pages.get(WORDS_PATH)
  if (!page) return reply.callNotFound() as unknown as FastifyReply
  const { texts, ...rest } = JSON.parse(page.body.toString()) as ScreenWords
  const chosen = chooseText({ texts, ...rest }, max)
  if (!chosen) return refuse('max', `no text of at most ${max} characters is prepared`)
  const { text, length } = chosen
  const body =
    form === 'json'
      ? Buffer.from(JSON.stringify({ text, length, max, ...rest }))
      : gbk
        ? Buffer.from(chosen.gbk, 'base64')
        : Buffer.from(text)
  const etag = `"${createHash('sha256').update(body).update(rest.expires).digest('base64url').slice(0, 20)}"`
  reply.headers({
    etag,
    // How long a display may show it, not how long a cache may keep it: max-age overrules it there (RFC 9111 §5.3).
    expires: new Date(rest.expires).toUTCString(),
    'cache-control': 'public, max-age=1, stale-if-error=600',
    'x-quakedesk-drill': String(rest.drill),
    'x-quakedesk-demonstration': String(rest.demonstration),
  })
  const stale = staleness?.()
  if (stale) reply.header(STALE_HEADER, stale.since)
  if (isHeld(held, etag)) return reply.code(304).send()
  const type = form === 'json' ? 'application/json; charset=utf-8' : `text/plain; charset=${gbk ? 'gbk' : 'utf-8'}`
  return reply.type(type).send(body)
}
