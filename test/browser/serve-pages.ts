// In: pages that were made. Out: the public server with them, on loopback, as a browser meets it; without a database.
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import type { Instant } from '../../src/core/instant.ts'
import { openResolver } from '../../src/push/resolve.ts'
import { openVault } from '../../src/push/vault.ts'
import type { Page, StoredPage } from '../../src/store/pages.ts'
import type { PageMaker } from '../../src/web/public/pages.ts'
import { buildBarePublic, NO_DATABASE } from '../web/bare-public.ts'

/** The caller closes it. */
export async function servePages(
  pages: readonly Page[],
  maker: Pick<PageMaker, 'asked'>,
  now: Instant,
): Promise<{ app: FastifyInstance; url: string }> {
  const shelf = new Map(pages.map((page) => [page.path, store(page)]))
  const app = await buildBarePublic({
    pages: { get: (path) => shelf.get(path) },
    list: (listing, language) => maker.asked(listing, language),
    push: {
      db: NO_DATABASE,
      outlets: [],
      vault: openVault(randomBytes(32)),
      resolver: openResolver(() => Promise.resolve([])),
      now: () => now,
      consentVersion: 'v1',
      districts: ['640100'],
    },
    publicUrl: 'https://dzj.example.gov.cn',
  })
  return { app, url: await app.listen({ port: 0, host: '127.0.0.1' }) }
}

/** As the shelf holds it. */
export function store(page: Page): StoredPage {
  const body = Buffer.from(page.body)
  return { ...page, body, gzip: gzipSync(body), etag: `"${page.path}"`, changedAt: 0 }
}
