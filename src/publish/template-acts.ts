// In: what somebody edits or signs at the desk. Out: a version, what is in force, authorisations; or the reason why not.
// Two people for every word: whoever wrote what is new in a version does not sign it. Nothing is in force that has not passed
// every trial at that moment. The journal knows ids alone.
import type { Pool } from 'pg'
import { DAY, type Instant } from '../core/instant.ts'
import type { When } from '../core/judgement/policy.ts'
import { EVERY_KIND, NOTICE_KINDS, type NoticeKind } from '../core/notice.ts'
import type { Renderer } from '../core/rendering/renderer.ts'
import type { BureauNames } from '../core/rendering/trial-facts.ts'
import { LONGEST_TEMPLATE, type Fault } from '../core/rendering/trial.ts'
import { appendJournal } from '../store/journal.ts'
import { tellLedgers } from '../store/listen.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import {
  addEnd,
  addForce,
  addSigned,
  addVersion,
  findVersion,
  isSigned,
  listChain,
  listForced,
  type ForceRow,
  type TemplateVersion,
} from '../store/templates.ts'
import { hashText, mergeTemplates, tryTemplates, type Trial, type TrialOutlet } from './template-trial.ts'

export type Signed = { ok: true } | { ok: false; reason: string }
export type Drafted = { ok: true; id: string } | { ok: false; reason: string }

export interface TemplateContext {
  pool: Pool
  shipped: { sources: ReadonlyMap<string, string>; renderer: Renderer }
  bureau: BureauNames
  outlets: readonly TrialOutlet[]
  /** Feeds and doors whose determinations may make a first word. */
  sources: readonly string[]
  /** The installation's present: judgements compare with it. */
  now: () => Instant
  /** 32 hex digits. */
  random: () => string
  /** Makes what was signed count at once in this process; other nodes hear of it by the ledger's version. */
  takeUp: () => Promise<void>
  /** Ids of authorisations that stand in the configuration file. */
  filed: readonly string[]
}

/** What a lead signs: 模板授权. */
export interface Grant {
  kinds: readonly NoticeKind[]
  sources: readonly string[]
  when: When
  days: number
  publicationLevel: string
  secrecyReview: string
}

const MOST_DAYS = 366
/** Edits between two signatures; whoever has made more begins anew from what is in force. */
const MOST_DRAFTS = 500
const refuse = (reason: string): { ok: false; reason: string } => ({ ok: false, reason })

/** The sources of a version, whole; null: the shipped ones. */
export async function readSources(
  context: TemplateContext,
  id: string | null,
): Promise<{ version: TemplateVersion | null; sources: ReadonlyMap<string, string> } | null> {
  if (id === null) return { version: null, sources: context.shipped.sources }
  const version = await findVersion(context.pool, id)
  return version && { version, sources: mergeTemplates(context.shipped.sources, version.files) }
}

/** Trials take a second of work, and neither a version nor what it is tried on changes while the program runs. */
const tried = new WeakMap<TemplateContext, Map<string, Promise<Trial>>>()
const MOST_TRIED = 50

/** Tries a version; the shipped templates have passed. */
export function tryVersion(context: TemplateContext, version: TemplateVersion | null): Promise<Trial> {
  if (version === null) return Promise.resolve({ faults: [], renderer: context.shipped.renderer })
  const known = tried.get(context) ?? new Map<string, Promise<Trial>>()
  tried.set(context, known)
  const there = known.get(version.id)
  if (there) return there
  const trial = tryNow(context, version)
  known.set(version.id, trial)
  trial.catch(() => known.delete(version.id))
  if (known.size > MOST_TRIED) known.delete(known.keys().next().value ?? '')
  return trial
}

async function tryNow(context: TemplateContext, version: TemplateVersion): Promise<Trial> {
  const sources = mergeTemplates(context.shipped.sources, version.files)
  const gone = Object.keys(version.files).filter((name) => !context.shipped.sources.has(name))
  if (gone.length > 0)
    return { renderer: null, faults: [{ where: gone.join('、'), what: '程序已不用这个模板', when: '' }] }
  return tryTemplates(sources, Object.keys(version.files), context.bureau, context.outlets)
}

/** Keeps an edit of one file as a version of its own. It need not pass yet: whoever edits sees what is wrong, and goes on. */
export async function draftVersion(
  context: TemplateContext,
  given: { base: string | null; file: string; source: string; why: string },
  by: string,
): Promise<Drafted> {
  const { pool, shipped } = context
  const why = given.why.trim()
  const source = given.source.replace(/\r\n?/g, '\n')
  const original = shipped.sources.get(given.file)
  const from = await readSources(context, given.base)
  if (original === undefined || from === null) return refuse('没有这个模板或这一版')
  if (why === '') return refuse('请写明修改原因')
  if (Array.from(why).length > 200) return refuse('修改原因最多 200 字')
  if (Array.from(source).length > LONGEST_TEMPLATE) return refuse(`模板最多 ${LONGEST_TEMPLATE} 字`)
  if (source.includes('\0')) return refuse('模板含有不能保存的字符')
  if (source.trimEnd() === from.sources.get(given.file)?.trimEnd()) return refuse('没有改动')
  const files = { ...from.version?.files, [given.file]: source }
  if (source.trimEnd() === original.trimEnd()) delete files[given.file]
  const id = `t-${context.random().slice(0, 12)}`
  return withTransaction(pool, async (client) => {
    await addVersion(client, { id, base: given.base, files, madeBy: by, madeAt: context.now(), why })
    await appendJournal(client, context.now(), {
      actor: by,
      act: 'template.edited',
      subject: id,
      detail: { base: given.base ?? '', file: given.file, sha256: hashText(source) },
    })
    return { ok: true, id }
  })
}

/** Whoever wrote something in a version that was not in force before; empty for one that was, and for the shipped ones. */
export async function listAuthors(
  db: Queryable,
  id: string | null,
  forced: readonly ForceRow[],
): Promise<{
  authors: string[]
  /** The version in force that it was edited from, over all drafts between. */
  root: string | null
}> {
  const wasForced = new Set(forced.map(({ version }) => version))
  const authors = new Set<string>()
  let at = id
  const chain = id === null ? [] : await listChain(db, id, MOST_DRAFTS)
  for (const version of chain) {
    if (wasForced.has(at)) break
    authors.add(version.madeBy)
    at = version.base
  }
  return { authors: [...authors], root: at }
}

/**
 * Puts a version in force, with the authorisations that are signed for it in the same act; null: back to the shipped ones. What was
 * in force before comes back without a second author being asked for: it was signed once.
 */
export async function putInForce(
  context: TemplateContext,
  given: { id: string | null; why: string; grant: Grant | null },
  by: string,
): Promise<Signed> {
  const read = await readSources(context, given.id)
  if (read === null) return refuse('没有这一版')
  if (given.why.length > 200) return refuse('说明最多 200 字')
  const { faults, renderer } = await tryVersion(context, read.version)
  if (renderer === null || faults.length > 0) return refuse(describeFaults(faults))
  const wrong = given.grant && checkGrant(given.grant, context)
  if (wrong) return refuse(wrong)
  const hashes = Object.fromEntries(EVERY_KIND.map((kind) => [kind, renderer.templateHash(kind, hashText)]))
  const done = await withTransaction(context.pool, async (client): Promise<Signed> => {
    await tellLedgers(client)
    const forced = await listForced(client)
    const standing = forced[0]?.version ?? null
    if (standing === given.id) return refuse('这一版已经在用')
    const { authors, root } = await listAuthors(client, given.id, forced)
    if (authors.includes(by)) return refuse('本人参与修改的版本须由另一位带班领导签发')
    if (authors.length > 0 && root !== standing) return refuse('这一版修改自已不在用的版本，请以现行版本为底重新修改')
    const at = context.now()
    await addForce(client, { version: given.id, hashes, signedBy: by, why: given.why, at })
    const detail = { before: standing ?? '', hashes }
    await appendJournal(client, at, { actor: by, act: 'template.in-force', subject: given.id ?? 'shipped', detail })
    if (given.grant) await grantAll(client, context, given.grant, hashes, given.id, by)
    return { ok: true }
  })
  if (done.ok) await context.takeUp()
  return done
}

/** Signs for what is in force already: after an end, or with another scope. */
export async function authorise(
  context: TemplateContext,
  given: { grant: Grant; seen: string | null },
  by: string,
): Promise<Signed> {
  const wrong = checkGrant(given.grant, context)
  if (wrong) return refuse(wrong)
  const read = await readSources(context, given.seen)
  const trial = read && (await tryVersion(context, read.version))
  const renderer = trial?.renderer
  if (!trial || !renderer || trial.faults.length > 0) return refuse(describeFaults(trial?.faults ?? []))
  const hashes = Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, renderer.templateHash(kind, hashText)]))
  const done = await withTransaction(context.pool, async (client): Promise<Signed> => {
    await tellLedgers(client)
    const forced = await listForced(client)
    if ((forced[0]?.version ?? null) !== given.seen) return refuse('现行模板刚被更换，请重新核对后签署')
    const older = forced.findIndex(({ version }) => version !== given.seen)
    const before = older === -1 ? [] : forced.slice(older)
    const { authors } = await listAuthors(client, given.seen, before)
    if (authors.includes(by)) return refuse('本人参与修改的版本须由另一位带班领导授权')
    await grantAll(client, context, given.grant, hashes, given.seen, by)
    return { ok: true }
  })
  if (done.ok) await context.takeUp()
  return done
}

/** Ends an authorisation before its time, the desk's own or one of the configuration file. */
export async function endAuthorisation(
  context: TemplateContext,
  given: { id: string; why: string },
  by: string,
): Promise<Signed> {
  const why = given.why.trim()
  if (why === '' || Array.from(why).length > 200) return refuse('请写明撤销原因，最多 200 字')
  const done = await withTransaction(context.pool, async (client): Promise<Signed> => {
    await tellLedgers(client)
    if (!context.filed.includes(given.id) && !(await isSigned(client, given.id))) return refuse('没有这项授权')
    await addEnd(client, { id: given.id, by, at: context.now(), why })
    await appendJournal(client, context.now(), { actor: by, act: 'authorisation.ended', subject: given.id })
    return { ok: true }
  })
  if (done.ok) await context.takeUp()
  return done
}

async function grantAll(
  client: Queryable,
  context: TemplateContext,
  grant: Grant,
  hashes: Readonly<Record<string, string>>,
  version: string | null,
  by: string,
): Promise<void> {
  const at = context.now()
  for (const template of grant.kinds) {
    const id = `desk-${template}-${context.random().slice(0, 8)}`
    const { sources, when, publicationLevel, secrecyReview } = grant
    const sha256 = hashes[template] ?? ''
    const ends = { signedBy: by, signedAt: at, expiresAt: at + grant.days * DAY }
    await addSigned(client, { id, template, sha256, version, sources, when, publicationLevel, secrecyReview, ...ends })
    const detail = {
      template,
      sha256,
      version: version ?? '',
      sources,
      when,
      publicationLevel,
      secrecyReview,
      days: grant.days,
    }
    await appendJournal(client, at, { actor: by, act: 'authorisation.signed', subject: id, detail })
  }
}

function checkGrant(grant: Grant, context: TemplateContext): string | null {
  if (grant.kinds.length === 0) return '请选择授权的公告种类'
  if (grant.sources.length === 0) return '请选择授权的来源'
  if (!grant.sources.every((source) => context.sources.includes(source))) return '所选来源不能作为首次发布的依据'
  if (!Number.isInteger(grant.days) || grant.days < 1 || grant.days > MOST_DAYS)
    return `有效期须为 1 至 ${MOST_DAYS} 天`
  if (grant.publicationLevel === '' || grant.publicationLevel.length > 40) return '请填写信息发布等级'
  if (grant.secrecyReview === '' || grant.secrecyReview.length > 200) return '请填写保密审查意见'
  return null
}

function describeFaults(faults: readonly Fault[]): string {
  const [first] = faults
  if (!first) return '没有这一版'
  const when = first.when === '' ? '' : `（${first.when}）`
  return `未通过检查，共 ${faults.length} 处：${first.where} ${first.what}${when}`
}
