// In: the installation's parts. Out: the desk for people: its routes behind their locks, the first link, the hints.
// Composition only.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'pg'
import { openPasswords } from '../people/passwords.ts'
import type { PeopleContext } from '../people/context.ts'
import { makeFirstLink } from '../people/invitations.ts'
import { findSitting } from '../people/sessions.ts'
import { openVisitors } from '../people/visitors.ts'
import { verifyJournal } from '../store/journal.ts'
import type { ReleaseContext } from '../publish/writing/release.ts'
import type { AgencyContext } from '../rumour/agencies/context.ts'
import type { HandoverContext } from '../rumour/handover/context.ts'
import type { MatchContext } from '../rumour/matching.ts'
import { openSealing, readSecret } from '../store/sealing.ts'
import { listCardRoutes, type CardPages } from '../web/desk/cards-routes.ts'
import { listChannelRoutes, type ChannelPages } from '../web/desk/outlets/routes.ts'
import { listAgencyRoutes } from '../web/desk/agencies/routes.ts'
import { listAccountRoutes } from '../web/desk/account-routes.ts'
import type { BoardPages } from '../web/desk/board/pages.ts'
import { listBoardRoutes } from '../web/desk/board/routes.ts'
import { nameCookie, readCookie, type DoorContext } from '../web/desk/door.ts'
import { listDraftRoutes } from '../web/desk/drafts/routes.ts'
import { openDeskFrame } from '../web/desk/frame.ts'
import { listDossierRoutes } from '../web/desk/dossier-routes.ts'
import { listDrillRoutes, type DrillActs } from '../web/desk/drill-routes.ts'
import { openChainWalk } from '../web/desk/journal-check.ts'
import { listJournalRoutes } from '../web/desk/journal-routes.ts'
import { listPeopleRoutes } from '../web/desk/people-routes.ts'
import { listRosterRoutes } from '../web/desk/roster-routes.ts'
import { listHandoverRoutes } from '../web/desk/rumours/handover/routes.ts'
import { listRumourRoutes } from '../web/desk/rumours/routes.ts'
import { listTemplateRoutes, type TemplatePages } from '../web/desk/templates/routes.ts'
import type { Config } from '../config.ts'
import { readHeads } from './journal-heads.ts'

const TEMPLATES = fileURLToPath(new URL('../../templates/desk', import.meta.url))

export interface DeskParts {
  config: Config
  pool: Pool
  realNow: () => number
  random: () => string
  board: BoardPages['board']
  command: BoardPages['command']
  writing: ReleaseContext
  rumours: MatchContext
  handover: HandoverContext
  agencies: AgencyContext
  channels: Omit<ChannelPages, 'frame' | 'register'>
  cards: Pick<CardPages, 'now' | 'publicUrl'>
  templates: TemplatePages['templates']
  drills: DrillActs
  log: { info: (fields: object, message: string) => void }
}

/** Builds the table of the desk's routes with what stands behind each. */
export async function openDeskPages(parts: DeskParts): Promise<DoorContext> {
  const { config, pool, realNow, random, board, command } = parts
  const { shortName, name } = config.bureau
  const frame = openDeskFrame(await loadDeskTemplates(), { bureauName: shortName, demonstration: config.demonstration })
  const people: PeopleContext = {
    pool,
    sealing: openSealing(readSecret(config.dataFolder, 'desk.key', config.deskKey), 'second factor'),
    passwords: openPasswords(),
    now: realNow,
    random,
    issuer: shortName,
  }
  const deskUrl = config.deskUrl ?? `http://127.0.0.1:${config.deskPort}`
  const bureau = { name }
  const visitors = config.demonstration ? await openVisitors(people, bureau) : null
  if (!config.demonstration) await offerFirstLink(people, deskUrl, parts)
  const walk = openChainWalk(async (seen) => verifyJournal(pool, await readHeads(config.dataFolder), seen), realNow)
  const secure = deskUrl.startsWith('https:')
  return {
    isSeated: async (cookies) => {
      const token = readCookie(cookies, nameCookie(secure))
      const session = token === null ? null : await findSitting(pool, token, false, realNow())
      return session?.stage === 'full'
    },
    routes: [
      ...listAccountRoutes({ people, frame, bureau, visitors }),
      ...listPeopleRoutes({ people, frame, deskUrl }),
      ...listDraftRoutes({ writing: parts.writing, frame }),
      ...listRumourRoutes({ rumours: { ...parts.rumours, writing: parts.writing }, frame }),
      ...listHandoverRoutes({ handover: parts.handover, frame }),
      ...listAgencyRoutes({ agencies: parts.agencies, frame }),
      ...listRosterRoutes({ roster: people, frame }),
      ...listChannelRoutes({ frame, register: people, ...parts.channels }),
      ...listCardRoutes({ pool, frame, command, random, outlets: parts.channels.outlets, ...parts.cards }),
      ...listBoardRoutes({ board, frame, command }),
      ...listTemplateRoutes({ templates: parts.templates, frame }),
      ...listDrillRoutes({ pool, frame, drills: parts.drills, now: realNow }),
      ...listJournalRoutes({ pool, frame, walk }),
      ...listDossierRoutes({ pool, frame, walk, now: () => board.clock('actual') }),
    ],
    find: (token, isAct, now) => findSitting(pool, token, isAct, now),
    now: realNow,
    secure,
    refuse: (_status, reason, session) =>
      frame.page({ template: 'refused', title: '不能进行', session, view: { reason, back: '/desk' } }),
  }
}

/** The first start's link, into a file that only the installation's user can read: a log is read by others too. */
async function offerFirstLink(people: PeopleContext, deskUrl: string, { config, log }: DeskParts): Promise<void> {
  const token = await makeFirstLink(people)
  if (token === null) return
  const file = join(config.dataFolder, 'desk-first-link.txt')
  await writeFile(file, `${deskUrl}/desk/invitation/${token}\n`, { mode: 0o600 })
  log.info({ file }, 'nobody can sign in yet: the link in this file makes the first account; it works once, for a day')
}

async function loadDeskTemplates(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(TEMPLATES)).filter((name) => name.endsWith('.liquid'))
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(TEMPLATES, name), 'utf8')] as const)),
  )
}
