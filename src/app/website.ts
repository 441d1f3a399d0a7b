// In: the configuration, the database, the pages' templates. Out: the writer of the public pages, and the list of those due.
// Must not serve: the public process does (app/public.ts).
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import type { Queryable } from '../store/pool.ts'
import { openCapPublishing, type CapPublishing } from '../web/public/feeds/cap-publishing.ts'
import { openFeeds } from '../web/public/feeds/index.ts'
import { createPages, type PageMaker } from '../web/public/pages.ts'
import type { SiteIdentity } from '../web/public/pages/frame.ts'
import { openSite, type Site } from '../web/public/site.ts'
import { openWordings, type Wording } from '../web/public/wording.ts'
import type { InstallationClock } from './clock.ts'
import { checkAnnouncements, judgeGuide } from './guide.ts'
import type { Doubt } from './own-words.ts'
import { openPagesDue, type PagesDue } from './pages-due.ts'
import { describePush } from './push.ts'
import { loadTemplates } from './templates.ts'

export interface Website {
  site: Site
  identity: SiteIdentity
  /** What the house says of itself, in Chinese. */
  wording: Wording
  alerts: CapPublishing
  due: PagesDue
  /** What of the pages' own texts may not be shown. */
  doubts: readonly Doubt[]
}

/** What both processes make pages with. */
export interface Pages {
  maker: PageMaker
  identity: SiteIdentity
  /** What programs are told, in Chinese. */
  wording: Wording
  doubts: readonly Doubt[]
}

type Own = Pick<Config, 'bureau' | 'demonstration' | 'guide' | 'announcements' | 'outlets'>

/**
 * Prepares the pages of this bureau.
 * @throws when a page's template or a word list has faults; BadConfig for an announcement that may not be published
 */
export async function openPages(config: Own): Promise<Pages> {
  const { bureau, demonstration, announcements } = config
  checkAnnouncements(announcements)
  const templates = await loadTemplates('pages')
  const { standing, doubts } = judgeGuide(config, templates)
  const wordings = openWordings(templates)
  const identity: SiteIdentity = {
    bureauName: bureau.name,
    department: bureau.department,
    indexPrefix: bureau.indexPrefix,
    publicUrl: bureau.publicUrl,
    demonstration,
    places: [bureau.home, ...bureau.watch],
    attenuation: bureau.attenuation,
    contact: bureau.contact,
    guide: standing,
    announcements,
    ...describePush(config.outlets, wordings),
  }
  return { maker: createPages(templates, identity), identity, wording: wordings.zh, doubts }
}

/** @throws as openPages does */
export async function openWebsite(
  config: Own,
  db: Queryable,
  clock: InstallationClock,
  log: Pick<FastifyBaseLogger, 'error'>,
): Promise<Website> {
  const { maker, identity, wording, doubts } = await openPages(config)
  const site = openSite(db, maker, () => clock.now('actual'), openFeeds(db, identity, wording))
  const alerts = openCapPublishing(db, identity, () => clock.now('actual'))
  return { site, identity, wording, alerts, due: openPagesDue(site, log), doubts }
}
