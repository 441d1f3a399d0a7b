// In: the configuration, the database, the pages' templates. Out: the writer of the public pages, and the list of those due.
// Must not serve: the public process does (app/public.ts).
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import type { Queryable } from '../store/pool.ts'
import { createPages } from '../web/public/pages.ts'
import { openSite, type Site } from '../web/public/site.ts'
import type { InstallationClock } from './clock.ts'
import { openPagesDue, type PagesDue } from './pages-due.ts'
import { loadTemplates } from './templates.ts'

export interface Website {
  site: Site
  due: PagesDue
}

/** @throws when a page's template or a word list has faults */
export async function openWebsite(
  config: Pick<Config, 'bureau' | 'demonstration'>,
  db: Queryable,
  clock: InstallationClock,
  log: Pick<FastifyBaseLogger, 'error'>,
): Promise<Website> {
  const { bureau, demonstration } = config
  const pages = createPages(await loadTemplates('pages'), {
    bureauName: bureau.name,
    department: bureau.department,
    indexPrefix: bureau.indexPrefix,
    publicUrl: bureau.publicUrl,
    demonstration,
    places: [bureau.home, ...bureau.watch],
    attenuation: bureau.attenuation,
  })
  const site = openSite(db, pages, () => clock.now('actual'))
  return { site, due: openPagesDue(site, log) }
}
