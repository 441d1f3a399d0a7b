// In: a draft with its answers and versions, who looks at it. Out: its page as people read it, and what they may do with it.
// Must not decide: the machine does (core/writing/draft.ts); what is shown here is only which buttons make sense.
import type { Instant } from '../../../core/instant.ts'
import { VERDICTS } from '../../../core/notice.ts'
import { mayDo } from '../../../core/people/roles.ts'
import { mayTake, nextApproval, STATE_NAMES } from '../../../core/writing/draft.ts'
import { BANDS, FIELDS, findFaults, nameDraft, type DraftFields } from '../../../core/writing/fields.ts'
import {
  GATE_QUESTIONS,
  GATES,
  isAtLeast,
  LEVEL_NAMES,
  LEVELS,
  LOWEST,
  PATHS,
  type DraftKind,
  type Level,
} from '../../../core/writing/levels.ts'
import type { Session } from '../../../people/sessions.ts'
import type { Picture } from '../../../publish/picture.ts'
import type { Preview } from '../../../publish/writing/preview.ts'
import type { DraftLine, DraftRecord, ReviewRecord, VersionRecord } from '../../../store/drafts.ts'
import type { NoticeView } from '../../../store/notices.ts'
import { viewNotice } from '../board/quake-view.ts'
import { KIND_NAMES, nameOutlet, writeMoment } from '../board/words.ts'
import { writeField, writeHour } from '../roster-view.ts'
import { viewFiles } from './attachments-view.ts'

export type Name = (actor: string) => string

export interface LineCard {
  id: string
  title: string
  kind: string
  level: string
  state: string
  tone: string
  by: string
}

const TONES: Readonly<Record<DraftRecord['state'], string>> = {
  draft: 'soft',
  review: 'wait',
  approved: 'wait',
  scheduled: 'wait',
  missed: 'bad',
  released: 'ok',
  discarded: 'soft',
}

export function viewLine(line: DraftLine, name: Name): LineCard {
  const due = line.dueAt === null ? '' : ` ${writeHour(line.dueAt)}`
  return {
    id: line.id,
    title: `${line.class === 'drill' ? '【演练】' : ''}${nameDraft(line.kind, line.fields)}`,
    kind: KIND_NAMES[line.kind],
    level: LEVEL_NAMES[line.level],
    state: `${STATE_NAMES[line.state]}${due}`,
    tone: TONES[line.state],
    by: `${name(line.editedBy)} ${writeHour(line.editedAt)}`,
  }
}

export interface FieldView {
  name: string
  label: string
  value: string
  form: 'line' | 'text' | 'time' | 'count' | 'choice'
  longest: string
  rows: string
  required: boolean
  /** Of a choice. */
  choices: readonly { value: string; chosen: boolean }[]
}

const TIMES: readonly string[] = ['asOf', 'trendAt', 'from', 'to']
const COUNTS: readonly string[] = ['total', ...BANDS.map(({ field }) => field)]
const TEXTS: Readonly<Record<string, string>> = { body: '12', summary: '3', trendWords: '4', evidence: '3' }

export function viewFields(kind: DraftKind, fields: DraftFields): FieldView[] {
  return FIELDS[kind].map(({ name, label, longest, required }) => ({
    name,
    label,
    value: fields[name] ?? '',
    form:
      name === 'verdict'
        ? 'choice'
        : TIMES.includes(name)
          ? 'time'
          : COUNTS.includes(name)
            ? 'count'
            : TEXTS[name] === undefined
              ? 'line'
              : 'text',
    longest: String(longest),
    rows: TEXTS[name] ?? '1',
    required,
    choices: name === 'verdict' ? VERDICTS.map((value) => ({ value, chosen: fields[name] === value })) : [],
  }))
}

/** What is typed into a form, whoever has it open. */
export interface Typed {
  kind: DraftKind
  class: DraftRecord['class']
  level: Level
  quakeId: string | null
  outlets: readonly string[]
  fields: DraftFields
}

export interface OutletChoice {
  id: string
  channel: string
}

export function viewForm(typed: Typed, audience: readonly OutletChoice[], picture: Picture): object {
  return {
    kind: typed.kind,
    kindName: KIND_NAMES[typed.kind],
    fields: viewFields(typed.kind, typed.fields),
    levels: LEVELS.filter((level) => isAtLeast(level, LOWEST[typed.kind])).map((level) => ({
      value: level,
      name: `${LEVEL_NAMES[level]}：${PATHS[level].map((step) => step.name).join('、')}`,
      chosen: level === typed.level,
    })),
    outlets: audience
      .filter(({ channel }) => channel !== 'website')
      .map(({ id, channel }) => ({ id, name: nameOutlet(channel, '', id), chosen: typed.outlets.includes(id) })),
    asksQuake: typed.kind === 'bulletin',
    quakes: typed.kind === 'bulletin' ? listQuakes(picture, typed.quakeId) : [],
  }
}

const MOST_QUAKES = 20

function listQuakes(picture: Picture, chosen: string | null): { id: string; name: string; chosen: boolean }[] {
  return [...picture.quakes.values()]
    .filter((quake) => quake.class === 'actual' && quake.mergedInto === null && quake.reports.length > 0)
    .flatMap((quake) => {
      const origin = quake.lineages.flatMap(({ notices }) => notices).findLast((one) => one.origin !== null)?.origin
      return origin ? [{ id: quake.id, origin }] : []
    })
    .toSorted((a, b) => b.origin.originTime - a.origin.originTime)
    .filter(({ id }, index) => index < MOST_QUAKES || id === chosen)
    .map(({ id, origin }) => ({
      id,
      name: `${writeHour(origin.originTime)} ${origin.place} ${origin.magnitude.toFixed(1)}级`,
      chosen: id === chosen,
    }))
}

export interface DraftPage {
  draft: DraftRecord
  reviews: readonly ReviewRecord[]
  versions: readonly VersionRecord[]
  preview: Preview
  session: Session
  name: Name
  now: Instant
  /** What was made of it; undefined before its release. */
  notice: NoticeView | undefined
  /** Of the public's pages. */
  publicUrl: string
}

export function viewDraft(page: DraftPage): object {
  const { draft, reviews, versions, preview, session, name, now } = page
  const asked = nextApproval(draft)
  // A rebuttal is signed and let out on its claim's page.
  const isJoint = draft.kind === 'rebuttal'
  const mine = draft.hands.includes(session.accountId)
  const passed = draft.passes.includes(session.accountId)
  const fits = asked?.roles.some((role) => session.roles.includes(role)) ?? false
  const may = mayRelease(draft.kind, session)
  return {
    id: draft.id,
    title: nameDraft(draft.kind, draft.fields),
    kind: KIND_NAMES[draft.kind],
    level: LEVEL_NAMES[draft.level],
    state: STATE_NAMES[draft.state],
    tone: TONES[draft.state],
    due: draft.dueAt === null ? '' : writeHour(draft.dueAt),
    reason: draft.reason,
    version: String(draft.version),
    hands: draft.hands.map(name).join('、'),
    edited: `${name(draft.editedBy)} ${writeMoment(draft.editedAt)}`,
    faults: findFaults(draft.kind, draft.fields, draft.attachments),
    files: viewFiles(draft, session.csrf),
    path: (isJoint ? [] : PATHS[draft.level]).map((step, index) => ({
      name: step.name,
      done: index < draft.passes.length,
      by: draft.passes[index] === undefined ? '' : name(draft.passes[index]),
    })),
    asked: asked === null || draft.state !== 'review' ? '' : asked.name,
    whyNot: draft.state === 'review' && !isJoint ? sayWhyNot(mine, passed, fits) : '',
    gates: GATES.map((gate) => ({ value: gate, ...GATE_QUESTIONS[gate] })),
    preview: viewPreview(preview),
    reviews: reviews.map((review) => ({
      by: name(review.accountId),
      at: writeMoment(review.at),
      step: review.step,
      version: String(review.version),
      note: review.note,
    })),
    versions: versions.map((each) => ({
      version: String(each.version),
      by: name(each.madeBy),
      at: writeMoment(each.madeAt),
    })),
    edits: mayTake(draft.state, 'edit'),
    submits: !isJoint && mayTake(draft.state, 'submit'),
    releases: may && mayTake(draft.state, 'release'),
    mayNot: may || isJoint ? '' : '未发生地震的公告由值班员或带班领导发布。',
    claim: draft.claimId ?? '',
    discards: !isJoint,
    scheduled: draft.state === 'scheduled',
    returns: !isJoint && mayTake(draft.state, 'return'),
    soon: writeField(now + 3_600_000),
    released:
      draft.noticeId === null || draft.releasedAt === null
        ? ''
        : `${name(draft.releasedBy ?? '')} ${writeMoment(draft.releasedAt)}`,
    notice: page.notice?.state === 'current' && mayDo(session.roles, 'withdraw') ? page.notice.id : '',
    said: page.notice === undefined ? [] : [viewNotice(page.notice, (code) => `${page.publicUrl}/n/${code}`, name)],
  }
}

/** No-quake is said by those who may say it without a draft (DESIGN §6). */
export function mayRelease(kind: DraftKind, { roles }: Pick<Session, 'roles'>): boolean {
  return kind !== 'rebuttal' && mayDo(roles, kind === 'no-quake' ? 'deny-quake' : 'release-draft')
}

function sayWhyNot(mine: boolean, passed: boolean, fits: boolean): string {
  if (mine) return '您起草或改过此稿，须由另一人审核。'
  if (passed) return '您已审核过此稿，下一步须由另一人审定。'
  return fits ? '' : '此稿须由带班领导审定。'
}

function viewPreview(preview: Preview): object {
  if (!preview.ok) return { ok: false, reason: preview.reason, serial: '', at: '', legs: [] }
  return {
    ok: true,
    reason: '',
    serial: preview.serial,
    at: preview.at,
    legs: preview.legs.map((leg) => ({
      name: nameOutlet(leg.channel, leg.leg, leg.outlet),
      refusal: leg.refusal,
      parts: leg.parts,
      counts: leg.measured.map(({ name, length, most, unit }) => `${name} ${length}/${most} ${unit}`).join('，'),
    })),
  }
}
