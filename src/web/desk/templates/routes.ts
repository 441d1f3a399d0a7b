// In: what staff edit and leads sign about the notices' words. Out: the pages of the templates.
// Must not put a word in force by itself: every act goes through publish/template-acts.ts.
import { mayDo } from '../../../core/people/roles.ts'
import { LONGEST_TEMPLATE } from '../../../core/rendering/trial.ts'
import type { Session } from '../../../people/sessions.ts'
import {
  authorise,
  draftVersion,
  endAuthorisation,
  listAuthors,
  putInForce,
  readSources,
  tryVersion,
} from '../../../publish/template-acts.ts'
import { listNotices } from '../../../store/notices.ts'
import { listForced, type TemplateVersion } from '../../../store/templates.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import type { DeskFrame } from '../frame.ts'
import { refused } from '../refused.ts'
import { readGrant, viewGrantForm } from './grant-form.ts'
import { describeVersion, nameAll, readIndex, SHIPPED, type TemplateDesk } from './index-view.ts'
import { listFields, listLosing, listPreviews, listTouched, viewDifferences, viewFaults } from './version-view.ts'
import { nameFile, nameKind } from './words.ts'

export interface TemplatePages {
  templates: TemplateDesk
  frame: DeskFrame
}

const RECORDED = 5

/** The routes of the templates. */
export function listTemplateRoutes(pages: TemplatePages): DeskRoute[] {
  const edit = 'edit-templates' as const
  const sign = 'sign-templates' as const
  return [
    { method: 'GET', path: '/templates', act: edit, handle: (visit) => indexPage(pages, visit, '') },
    { method: 'GET', path: '/templates/files/:name', act: edit, handle: (visit) => filePage(pages, visit, '') },
    { method: 'POST', path: '/templates/files/:name', act: edit, handle: (visit) => draft(pages, visit) },
    { method: 'GET', path: '/templates/versions/:id', act: edit, handle: (visit) => versionPage(pages, visit, '') },
    { method: 'POST', path: '/templates/versions/:id/force', act: sign, handle: (visit) => force(pages, visit) },
    { method: 'POST', path: '/templates/authorisations', act: sign, handle: (visit) => grant(pages, visit) },
    { method: 'POST', path: '/templates/authorisations/:id/end', act: sign, handle: (visit) => end(pages, visit) },
  ]
}

const idOf = (text: string | null | undefined): string | null =>
  text == null || text === '' || text === SHIPPED ? null : text

function show(
  { frame }: TemplatePages,
  session: Session,
  template: string,
  title: string,
  view: object,
  bad = false,
): Shown {
  return { status: bad ? 409 : 200, page: frame.page({ template, title, session, view }) }
}

const missing = (pages: TemplatePages, session: Session): Shown =>
  refused(pages, session, 404, '没有这个模板或这一版', '/desk/templates')

async function indexPage(pages: TemplatePages, visit: Visit, reason: string): Promise<Shown> {
  const session = seated(visit)
  const view = { ...(await readIndex(pages.templates, mayDo(session.roles, 'sign-templates'))), reason }
  return show(pages, session, 'templates', '公告模板', view, reason !== '')
}

async function filePage(pages: TemplatePages, visit: Visit, reason: string): Promise<Shown> {
  const session = seated(visit)
  const { templates } = pages
  const file = visit.params['name'] ?? ''
  const asked = visit.query.get('base') ?? visit.form.get('base')
  const base = asked === null ? ((await listForced(templates.pool))[0]?.version ?? null) : idOf(asked)
  const from = await readSources(templates, base)
  const source = from?.sources.get(file)
  if (!from || source === undefined) return missing(pages, session)
  const parts = [...templates.shipped.sources.keys()].filter((name) =>
    source.includes(`'${name.replace('.liquid', '')}'`),
  )
  const view = {
    reason,
    file,
    name: nameFile(file),
    base: base ?? SHIPPED,
    baseName: describeVersion(base),
    source: visit.form.get('source') ?? source.trimEnd(),
    why: visit.form.get('why') ?? '',
    most: String(LONGEST_TEMPLATE),
    fields: listFields(file, templates.bureau),
    parts: parts.map((name) => ({ file: name, name: nameFile(name) })),
    differences: viewDifferences(templates.shipped.sources, new Map([[file, source]])),
  }
  return show(pages, session, 'template-file', '修改模板', view, reason !== '')
}

async function draft(pages: TemplatePages, visit: Visit): Promise<Shown> {
  const read = (name: string): string => visit.form.get(name) ?? ''
  const given = { base: idOf(read('base')), file: visit.params['name'] ?? '', source: read('source'), why: read('why') }
  const made = await draftVersion(pages.templates, given, seated(visit).accountId)
  if (!made.ok) return filePage(pages, visit, made.reason)
  // Tried now, so that the page that follows is there at once.
  const kept = await readSources(pages.templates, made.id)
  if (kept) await tryVersion(pages.templates, kept.version)
  return { to: `/desk/templates/versions/${made.id}` }
}

async function versionPage(pages: TemplatePages, visit: Visit, reason: string): Promise<Shown> {
  const session = seated(visit)
  const { templates } = pages
  const id = idOf(visit.params['id'])
  const read = await readSources(templates, id)
  if (!read) return missing(pages, session)
  const forced = await listForced(templates.pool)
  const standing = forced[0]?.version ?? null
  const now = await readSources(templates, standing)
  const { faults, renderer } = await tryVersion(templates, read.version)
  const { authors } = await listAuthors(templates.pool, id, forced)
  const policy = templates.policy()
  const touched = renderer && id !== standing ? listTouched(renderer, policy) : []
  const recorded = await listNotices(templates.pool, { class: 'actual', limit: RECORDED })
  const previews = renderer ? await listPreviews(renderer, templates.renderer(), recorded, templates.bureau) : []
  const mine = authors.includes(session.accountId)
  const view = {
    reason,
    ...(await viewHead(templates, id, read.version, forced[0]?.version === id || (id === null && standing === null))),
    faults: viewFaults(faults),
    touched: touched.map(nameKind).join('、'),
    losing: id === standing ? [] : listLosing(policy, touched, templates.now()),
    differences: now ? viewDifferences(now.sources, read.sources) : [],
    fromShipped: viewDifferences(templates.shipped.sources, read.sources),
    previews: previews.toSorted((a, b) => Number(b.changed) - Number(a.changed)),
    again: forced.some(({ version }) => version === id) || id === null,
    mine,
    signs: mayDo(session.roles, 'sign-templates') && !mine && id !== standing && faults.length === 0,
    form: viewGrantForm(policy.authorisations, templates.sources, touched),
  }
  return show(pages, session, 'template-version', '模板版本', view, reason !== '')
}

async function viewHead(
  { pool }: TemplateDesk,
  id: string | null,
  version: TemplateVersion | null,
  stands: boolean,
): Promise<object> {
  const names = await nameAll(pool, version ? [version.madeBy] : [])
  return {
    id: id ?? SHIPPED,
    name: describeVersion(id),
    stands,
    made: version ? `${names.name(version.madeBy)} ${names.at(version.madeAt)}` : '',
    why: version?.why ?? '',
    base: version ? (version.base ?? SHIPPED) : '',
    baseName: version ? describeVersion(version.base) : '',
    files: Object.keys(version?.files ?? {}).map((file) => ({ file, name: nameFile(file) })),
  }
}

async function force(pages: TemplatePages, visit: Visit): Promise<Shown> {
  const given = readGrant(visit.form)
  if (!given.ok) return versionPage(pages, visit, given.reason)
  const wish = { id: idOf(visit.params['id']), why: (visit.form.get('why') ?? '').trim(), grant: given.grant }
  const done = await putInForce(pages.templates, wish, seated(visit).accountId)
  return done.ok ? { to: '/desk/templates' } : versionPage(pages, visit, done.reason)
}

async function grant(pages: TemplatePages, visit: Visit): Promise<Shown> {
  const given = readGrant(visit.form)
  if (!given.ok) return indexPage(pages, visit, given.reason)
  if (given.grant === null) return indexPage(pages, visit, '请选择授权的公告种类')
  const wish = { grant: given.grant, seen: idOf(visit.form.get('seen')) }
  const done = await authorise(pages.templates, wish, seated(visit).accountId)
  return done.ok ? { to: '/desk/templates' } : indexPage(pages, visit, done.reason)
}

async function end(pages: TemplatePages, visit: Visit): Promise<Shown> {
  const given = { id: visit.params['id'] ?? '', why: visit.form.get('why') ?? '' }
  const done = await endAuthorisation(pages.templates, given, seated(visit).accountId)
  return done.ok ? { to: '/desk/templates' } : indexPage(pages, visit, done.reason)
}
