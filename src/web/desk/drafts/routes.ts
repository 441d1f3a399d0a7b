// In: what staff write, approve, schedule and let out. Out: the list of drafts, a draft with its preview, its form.
// Must not publish or judge: core/writing and publish/writing do; every act goes under the account that is signed in.
import { BEIJING_OFFSET, parseWallTime } from '../../../core/instant.ts'
import { keepFields } from '../../../core/writing/fields.ts'
import { FREE_KINDS, LEVELS, LOWEST, type DraftKind } from '../../../core/writing/levels.ts'
import type { Session } from '../../../people/sessions.ts'
import {
  createDraft,
  discardDraft,
  editDraft,
  passDraft,
  returnDraft,
  scheduleDraft,
  submitDraft,
  type Moved,
} from '../../../publish/writing/acts.ts'
import { previewDraft } from '../../../publish/writing/preview.ts'
import { findCorrected, listAudience, releaseDraft, type ReleaseContext } from '../../../publish/writing/release.ts'
import { findDraft, listEndedDrafts, listOpenDrafts, listReviews, listVersions } from '../../../store/drafts.ts'
import type { DraftRecord } from '../../../store/drafts.ts'
import { findNotice } from '../../../store/notices.ts'
import { nameAccounts } from '../../../store/people/accounts.ts'
import { seated } from '../account-routes.ts'
import { KIND_NAMES, writeMoment } from '../board/words.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import type { DeskFrame } from '../frame.ts'
import { refused } from '../refused.ts'
import { listAttachmentRoutes } from './attachments.ts'
import { mayRelease, viewDraft, viewFields, viewForm, viewLine, type Name, type Typed } from './view.ts'

export interface DraftPages {
  writing: ReleaseContext
  frame: DeskFrame
}

const MOST_OPEN = 100
const MOST_ENDED = 50

/** The routes of what people write. */
export function listDraftRoutes(pages: DraftPages): DeskRoute[] {
  const write = 'write-draft' as const
  const approve = 'approve-draft' as const
  const release = 'release-draft' as const
  const act = (
    path: string,
    whose: DeskRoute['act'],
    does: (id: string, visit: Visit, session: Session) => Promise<Moved>,
  ): DeskRoute => ({
    method: 'POST',
    path: `/drafts/:id/${path}`,
    act: whose,
    handle: async (visit) => {
      const id = visit.params['id'] ?? ''
      const moved = await does(id, visit, seated(visit))
      return moved.ok ? { to: `/desk/drafts/${id}` } : draftPage(pages, visit, moved.reason)
    },
  })
  const by = (session: Session): string => session.accountId
  return [
    { method: 'GET', path: '/drafts', act: write, handle: (visit) => listPage(pages, visit) },
    { method: 'GET', path: '/drafts/new', act: write, handle: (visit) => newPage(pages, visit) },
    { method: 'POST', path: '/drafts', act: write, handle: (visit) => create(pages, visit) },
    { method: 'GET', path: '/drafts/:id', act: write, handle: (visit) => draftPage(pages, visit, '') },
    { method: 'GET', path: '/drafts/:id/edit', act: write, handle: (visit) => editPage(pages, visit) },
    { method: 'POST', path: '/drafts/:id', act: write, handle: (visit) => edit(pages, visit) },
    ...listAttachmentRoutes(pages, (visit, refusal) => draftPage(pages, visit, refusal)),
    act('submit', write, (id, _visit, session) => submitDraft(pages.writing, id, by(session))),
    act('discard', write, (id, _visit, session) => discardDraft(pages.writing, id, by(session))),
    act('pass', approve, (id, { form }, session) => {
      const given = { roles: session.roles, ticks: form.getAll('tick'), seen: readSeen(form), note: readNote(form) }
      return passDraft(pages.writing, id, given, by(session))
    }),
    act('return', approve, (id, { form }, session) => returnDraft(pages.writing, id, readNote(form), by(session))),
    act('schedule', release, async (id, { form }, session) => {
      const stopped = await refuseRelease(pages, id, session)
      const at = parseWallTime((form.get('at') ?? '').slice(0, 30), BEIJING_OFFSET)
      return stopped ?? scheduleDraft(pages.writing, id, { at, seen: readSeen(form) }, by(session))
    }),
    act('unschedule', release, (id, _visit, session) => scheduleDraft(pages.writing, id, null, by(session))),
    {
      method: 'POST',
      path: '/drafts/:id/release',
      act: release,
      handle: async (visit) => {
        const session = seated(visit)
        const id = visit.params['id'] ?? ''
        const stopped = await refuseRelease(pages, id, session)
        if (stopped && !stopped.ok) return draftPage(pages, visit, stopped.reason)
        const done = await releaseDraft(pages.writing, id, readSeen(visit.form), session.accountId)
        return done.ok ? { to: `/desk/drafts/${id}` } : draftPage(pages, visit, await tellWho(pages, id, done.reason))
      },
    },
  ]
}

const readSeen = (form: URLSearchParams): number => Number(form.get('seen') ?? NaN)
const readNote = (form: URLSearchParams): string => (form.get('note') ?? '').slice(0, 1_000)

/** A refusal when this person may not let out this kind; null when they may, or there is no such draft. */
async function refuseRelease({ writing }: DraftPages, id: string, session: Session): Promise<Moved | null> {
  const draft = await findDraft(writing.pool, id)
  if (!draft || mayRelease(draft.kind, session)) return null
  const reason = draft.kind === 'rebuttal' ? '辟谣稿在传言处置页面会签和发布' : '未发生地震的公告由值班员或带班领导发布'
  return { ok: false, rule: 'role', reason }
}

/** Two press at one moment: the second reads who was first. */
async function tellWho({ writing }: DraftPages, id: string, reason: string): Promise<string> {
  const draft = await findDraft(writing.pool, id)
  if (draft?.releasedBy == null || draft.releasedAt === null) return reason
  const name = await openNames(writing, [draft.releasedBy])
  return `${name(draft.releasedBy)} 已于 ${writeMoment(draft.releasedAt)} 发布`
}

async function openNames({ pool }: ReleaseContext, ids: readonly string[]): Promise<Name> {
  const names = await nameAccounts(pool, [...new Set(ids)])
  return (actor) => names.get(actor) ?? (actor === 'system' ? '系统' : actor)
}

const missing = (pages: DraftPages, session: Session): Shown =>
  refused(pages, session, 404, '没有这篇稿件', '/desk/drafts')

async function listPage({ writing, frame }: DraftPages, visit: Visit): Promise<Shown> {
  const session = seated(visit)
  const [open, ended] = await Promise.all([
    listOpenDrafts(writing.pool, MOST_OPEN),
    listEndedDrafts(writing.pool, MOST_ENDED),
  ])
  const name = await openNames(
    writing,
    [...open, ...ended].map(({ editedBy }) => editedBy),
  )
  const view = {
    kinds: FREE_KINDS.map((kind) => ({ value: kind, name: KIND_NAMES[kind] })),
    open: open.map((line) => viewLine(line, name)),
    ended: ended.map((line) => viewLine(line, name)),
  }
  return { page: frame.page({ template: 'drafts', title: '稿件', session, view }) }
}

async function draftPage(pages: DraftPages, visit: Visit, refusal: string): Promise<Shown> {
  const { writing, frame } = pages
  const session = seated(visit)
  const draft = await findDraft(writing.pool, visit.params['id'] ?? '')
  if (!draft) return missing(pages, session)
  const [reviews, versions, notice] = await Promise.all([
    listReviews(writing.pool, draft.id),
    listVersions(writing.pool, draft.id),
    draft.noticeId === null ? undefined : findNotice(writing.pool, draft.noticeId),
  ])
  const people = [...draft.hands, ...reviews.map((r) => r.accountId), draft.editedBy, draft.releasedBy ?? '']
  const name = await openNames(writing, people)
  const picture = writing.ledger.picture()
  const corrected = draft.noticeId === null ? await findCorrected(draft, picture, writing) : null
  const preview = previewDraft(draft, picture, writing.ledgerContext, corrected)
  const shown = viewDraft({
    draft,
    reviews,
    versions,
    preview,
    session,
    name,
    now: writing.now(),
    notice,
    publicUrl: writing.ledgerContext.bureau.publicUrl,
  })
  const page = frame.page({
    template: 'draft',
    title: '稿件',
    session,
    view: { refusal, draft: shown },
    drill: draft.class === 'drill',
  })
  return { status: refusal === '' ? 200 : 409, page }
}

function form(pages: DraftPages, visit: Visit, typed: Typed, more: FormState): Shown {
  const { writing, frame } = pages
  const audience = listAudience(writing.ledgerContext.outlets, typed)
  const choices = audience.map(({ id, channel }) => ({ id, channel: channel.name }))
  const view = { ...more, ...viewForm(typed, choices, writing.ledger.picture()) }
  const title = `${more.id === '' ? '起草' : '修改'}${KIND_NAMES[typed.kind]}`
  const page = frame.page({
    template: 'draft-form',
    title,
    session: seated(visit),
    view: { ...view, title },
    drill: typed.class === 'drill',
  })
  return { status: more.refusal === '' ? 200 : 409, page }
}

interface FormState {
  /** '' for a new one. */
  id: string
  seen: string
  refusal: string
  /** What another has saved meanwhile. */
  theirs: { label: string; value: string }[]
}

const FRESH: FormState = { id: '', seen: '', refusal: '', theirs: [] }

const readKind = (text: string | null): DraftKind => FREE_KINDS.find((kind) => kind === text) ?? 'announcement'

async function newPage(pages: DraftPages, visit: Visit): Promise<Shown> {
  const kind = readKind(visit.query.get('kind'))
  const outlets = listAudience(pages.writing.ledgerContext.outlets, { kind, class: 'actual' }).map(({ id }) => id)
  return form(pages, visit, { kind, class: 'actual', level: LOWEST[kind], quakeId: null, outlets, fields: {} }, FRESH)
}

/** What was typed; ids of outlets and quakes that do not exist are dropped. */
function readTyped({ writing }: DraftPages, visit: Visit, kind: DraftKind, lane: Typed['class'] = 'actual'): Typed {
  const audience = listAudience(writing.ledgerContext.outlets, { kind, class: lane })
  const asked = visit.form.getAll('outlet')
  const quake = visit.form.get('quake') ?? ''
  return {
    kind,
    class: lane,
    level: LEVELS.find((level) => level === visit.form.get('level')) ?? LOWEST[kind],
    quakeId: writing.ledger.picture().quakes.has(quake) ? quake : null,
    outlets: audience.filter(({ id, channel }) => channel.name !== 'website' && asked.includes(id)).map(({ id }) => id),
    fields: keepFields(kind, (name) => visit.form.get(name)),
  }
}

async function create(pages: DraftPages, visit: Visit): Promise<Shown> {
  const { kind, ...given } = readTyped(pages, visit, readKind(visit.form.get('kind')))
  const made = await createDraft(pages.writing, kind, given, seated(visit).accountId)
  if (made.ok) return { to: `/desk/drafts/${made.draft.id}` }
  return form(pages, visit, { kind, ...given }, { ...FRESH, refusal: made.reason })
}

async function editPage(pages: DraftPages, visit: Visit): Promise<Shown> {
  const draft = await findDraft(pages.writing.pool, visit.params['id'] ?? '')
  if (!draft) return missing(pages, seated(visit))
  return form(pages, visit, draft, { ...FRESH, id: draft.id, seen: String(draft.version) })
}

/** Saves a change; where another was first, the writer keeps what was typed and reads the other's beside it. */
async function edit(pages: DraftPages, visit: Visit): Promise<Shown> {
  const { writing } = pages
  const session = seated(visit)
  const id = visit.params['id'] ?? ''
  const known = await findDraft(writing.pool, id)
  if (!known) return missing(pages, session)
  const { kind, ...given } = readTyped(pages, visit, known.kind, known.class)
  const done = await editDraft(writing, id, readSeen(visit.form), given, session.accountId)
  if (done.ok) return { to: `/desk/drafts/${id}` }
  const now = (await findDraft(writing.pool, id)) ?? known
  const theirs = done.changed ? listTheirs(now) : []
  const who = done.changed
    ? `${(await openNames(writing, [done.changed.by]))(done.changed.by)} 于 ${writeMoment(done.changed.at)} 改动了此稿。`
    : ''
  const state = { id, seen: String(now.version), refusal: `${who}${done.reason}`, theirs }
  return form(pages, visit, { kind, ...given }, state)
}

function listTheirs(draft: DraftRecord): FormState['theirs'] {
  return viewFields(draft.kind, draft.fields).flatMap(({ label, value }) => (value === '' ? [] : [{ label, value }]))
}
