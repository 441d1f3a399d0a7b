// In: address and fields of a request. Out: a stored page's bytes with headers made beforehand, at once, or "not mine".
// Must not wait for anything: no file, no database, no packing while a reader waits, but the first after a page changed.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { StoredPage } from '../../store/pages.ts'
import { PUBLIC_HEADERS } from '../serving.ts'
import { ENGLISH, readAddress } from './address.ts'
import type { Assets } from './assets.ts'
import { isHeld, takesGzip } from './negotiate.ts'
import { isOpenData, OPEN_DATA } from './open-data.ts'
import type { PlainGet } from './plain-get.ts'
import { answerWith, makeReply, openWriter, type Reply } from './reply.ts'

/** The copies this process serves from; filled from the table, or from disk while the database is away. */
export interface PageShelf {
  get(path: string): StoredPage | undefined
}

/** That pages may be behind the record, since when, and how a page says so. */
export interface Staleness {
  /** ISO 8601, UTC: when the record was last read. */
  since: string
  /** The same page with its line; another page than HTML as it is. */
  mark(page: StoredPage): StoredPage
}

export interface HotContext {
  pages: PageShelf
  assets: Assets
  /** True where a route of its own reads what stands after the question mark. */
  readsQuery: (path: string) => boolean
  /** Null while the record is read; the same object as long as nothing changes. */
  staleness: () => Staleness | null
}

export interface Hot {
  /** True when it answered: a GET or HEAD for a page or a file that is there. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  /** The same for a plain GET on a connection that no server of Node's has seen; false when nothing was written. */
  answerPlain(get: PlainGet, socket: Socket): boolean
  /** Answers with the page of this path (without a mode), whatever the request asked for; false when there is none. */
  serve(path: string, request: IncomingMessage, response: ServerResponse): boolean
}

/**
 * One second, so that a cache in front asks us once a second whatever the crowd; a day when we do not answer it at all
 * (RFC 5861). No stale-while-revalidate: the first to ask after a withdrawal would be shown what was withdrawn. No
 * s-maxage: it forbids a cache to answer for us when we are gone (RFC 9111 §5.2.2.10).
 */
const PAGE_CACHE = 'public, max-age=1, stale-if-error=86400'
/** Style and script belong to a version of the program, not to the news. */
const ASSET_CACHE = 'public, max-age=300, stale-if-error=86400'
/** Tells a reader's program what the line in the page tells the reader. */
export const STALE_HEADER = 'x-quakedesk-stale'

/** One page, in each way that it may leave. */
interface Prepared {
  page: StoredPage
  etag: string
  plain: Reply
  unchanged: Reply
  packed: Reply | null
  unchangedPacked: Reply
}

/** Opens the fast way to the pages of one process. */
export function openHot({ pages, assets, readsQuery, staleness }: HotContext): Hot {
  const files = new Map([...assets].map(([key, asset]) => [key, prepare(asset, asset, ASSET_CACHE, null)]))
  /** By path. Holds nothing that the shelf does not hold. */
  const prepared = new Map<string, Prepared>()
  let marked: Staleness | null = null

  const find = (path: string): Prepared | null => {
    const mark = staleness()
    if (mark !== marked) {
      prepared.clear()
      marked = mark
    }
    const page = pages.get(path)
    const there = prepared.get(path)
    if (there?.page === page) return there ?? null
    if (!page) {
      prepared.delete(path)
      return null
    }
    const made = prepare(page, mark?.mark(page) ?? page, PAGE_CACHE, mark)
    prepared.set(path, made)
    return made
  }

  /** The page or file that is asked for; a path when it lies one stroke before it; null when it is not here. */
  const look = (url: string): Prepared | string | null => {
    const queryAt = url.indexOf('?')
    const path = queryAt < 0 ? url : url.slice(0, queryAt)
    const address = readAddress(path)
    if (address.at === 'moved') return null
    const file = files.get(`${address.mode} ${address.path}`)
    if (file) return file
    if (queryAt >= 0 && readsQuery(address.path)) return null
    const page = find(address.path)
    // A last stroke too many: relative links of the page would miss.
    return page && path.endsWith('/') && !isFolder(address.path) ? path.slice(0, -1) : page
  }
  const write = openWriter(Date.now)

  return {
    answer: ({ url = '/', method, headers }, response) => {
      if (method !== 'GET' && method !== 'HEAD') return false
      const found = look(url)
      if (found === null) return false
      if (typeof found === 'string') move(found, response)
      else answerWith(choose(found, headers), response)
      return true
    },
    answerPlain: ({ url, headers }, socket) => {
      const found = look(url)
      if (found === null || typeof found === 'string') return false
      write(choose(found, headers), socket)
      return true
    },
    serve: (path, { headers }, response) => {
      const page = find(path)
      if (page) answerWith(choose(page, headers), response)
      return page !== null
    },
  }
}

const isFolder = (path: string): boolean => path === '/' || path === `${ENGLISH}/`

function prepare(page: StoredPage, shown: StoredPage, cache: string, stale: Staleness | null): Prepared {
  const common = [
    'cache-control',
    cache,
    'vary',
    'accept-encoding',
    ...(stale ? [STALE_HEADER, stale.since] : []),
    ...(isOpenData(page.path) ? Object.entries(OPEN_DATA).flat() : []),
    ...Object.entries(PUBLIC_HEADERS).flat(),
  ]
  const tag = ['etag', shown.etag, ...common]
  // The same page in other bytes is the same page, not the same bytes: a weak tag (RFC 9110 §8.8.3.3).
  const weak = ['etag', `W/${shown.etag}`, ...common]
  const type = ['content-type', shown.contentType]
  const { status } = page
  return {
    page,
    etag: shown.etag,
    plain: makeReply(status, [...type, ...tag], shown.body),
    unchanged: makeReply(304, tag, null),
    packed: shown.gzip && makeReply(status, [...type, 'content-encoding', 'gzip', ...weak], shown.gzip),
    unchangedPacked: makeReply(304, weak, null),
  }
}

function choose(page: Prepared, headers: PlainGet['headers']): Reply {
  const packs = page.packed !== null && takesGzip(headers['accept-encoding'])
  if (page.page.status === 200 && isHeld(headers['if-none-match'], page.etag))
    return packs ? page.unchangedPacked : page.unchanged
  return packs && page.packed ? page.packed : page.plain
}

function move(to: string, response: ServerResponse): void {
  response.writeHead(308, ['location', to, 'content-length', '0', ...Object.entries(PUBLIC_HEADERS).flat()]).end()
}
