// In: the configuration, the database, the pages' templates. Out: the writer of the public pages, and the list of those due.
// Must not serve: the public process does (app/public.ts).
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import type { Queryable } from '../store/pool.ts'
import { openCapPublishing, type CapPublishing } from '../web/public/feeds/cap-publishing.ts'
import { createPages } from '../web/public/pages.ts'
import type { SiteIdentity } from '../web/public/pages/frame.ts'
import { openSite, type Site } from '../web/public/site.ts'
import type { InstallationClock } from './clock.ts'
import { openPagesDue, type PagesDue } from './pages-due.ts'
import { loadTemplates } from './templates.ts'

export interface Website {
  site: Site
  alerts: CapPublishing
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
  const identity: SiteIdentity = {
    bureauName: bureau.name,
    department: bureau.department,
    indexPrefix: bureau.indexPrefix,
    publicUrl: bureau.publicUrl,
    demonstration,
    places: [bureau.home, ...bureau.watch],
    attenuation: bureau.attenuation,
  }
  const pages = createPages(await loadTemplates('pages'), identity)
  const site = openSite(db, pages, () => clock.now('actual'))
  const alerts = openCapPublishing(db, identity, () => clock.now('actual'))
  return { site, alerts, due: openPagesDue(site, log) }
}
