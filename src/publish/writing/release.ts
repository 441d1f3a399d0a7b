// In: an approved draft, and who lets it out or that its time has come. Out: the notice through the one commit, or why not.
// Must not write the draft's own row: it moves with the notice or not at all (000023-drafts.sql).
import { formatUtc, HOUR, MINUTE, type Instant } from '../../core/instant.ts'
import type { ApprovedDraft } from '../../core/judgement/judgement.ts'
import { isWritten, type CheckedArea } from '../../core/notice.ts'
import { nextApproval, takeStep } from '../../core/writing/draft.ts'
import { findFaults, writeChecked, writeWords } from '../../core/writing/fields.ts'
import { LEVEL_GRADES } from '../../core/writing/levels.ts'
import { listAlteredFiles } from '../../store/attachments.ts'
import { findDraft, findSerialOf, listDueDrafts, type DraftRecord } from '../../store/drafts.ts'
import { withTransaction } from '../../store/pool.ts'
import type { Ledger, LedgerContext } from '../ledger.ts'
import { outletsOf, type Outlet } from '../outlets.ts'
import { findStanding, openAct, sayAgain, sayAlone, type Acted, type OwnWord, type Standing } from '../own-word.ts'
import type { Picture } from '../picture.ts'
import { recallNamed, refreshLineages } from '../recall.ts'
import { hashDraft, missDraft, type WritingContext } from './acts.ts'

export interface ReleaseContext extends WritingContext {
  ledger: Ledger
  ledgerContext: LedgerContext
  /** Why 未发生 cannot be said of this window now; null when it can (DESIGN §6 "No-quake"). */
  barDenial: (checked: CheckedArea, picture: Picture) => string | null
}

/** A text for a certain hour is another text an hour later; a short stop of the program does not spoil it. */
export const LATEST_MS = 15 * MINUTE
/** In the first hour after a word about a quake nothing else goes out by itself. */
const QUIET_MS = HOUR

/** Says an approved draft under a person's name. @param seen the version that was on that person's page */
export function releaseDraft(context: ReleaseContext, id: string, seen: number, by: string): Promise<Acted> {
  return say(context, id, { by, seen })
}

/**
 * Lets out what is due; what may not go out by itself goes to a person, with an alarm. One node does this at a time.
 * @throws what one of them failed with, after the others had their turn
 */
export async function releaseDue(context: ReleaseContext): Promise<void> {
  const failures: unknown[] = []
  for (const id of await listDueDrafts(context.pool, context.now())) {
    try {
      await releaseInTime(context, id)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

async function releaseInTime(context: ReleaseContext, id: string): Promise<void> {
  const draft = await findDraft(context.pool, id)
  if (draft?.state !== 'scheduled' || draft.dueAt === null || draft.dueAt > context.now()) return
  const isLate = context.now() - draft.dueAt > LATEST_MS
  const done: Acted = isLate
    ? { ok: false, reason: '到时系统没有运行，已过 15 分钟' }
    : await say(context, id, { by: draft.scheduledBy ?? 'system', seen: draft.version, due: draft.dueAt })
  if (!done.ok) await missDraft(context, id, done.reason)
}

interface Way {
  by: string
  seen: number
  /** Of a scheduled release: when it fell due. */
  due?: Instant
}

async function say(context: ReleaseContext, id: string, way: Way): Promise<Acted> {
  const { ledger, ledgerContext, pool } = context
  const act = openAct(ledger)
  try {
    return await act(async (picture) => {
      // Read anew for every plan: what another has done meanwhile is on record.
      const draft = await findDraft(pool, id)
      if (!draft) return '没有这篇稿件'
      if (draft.quakeId !== null) await recallNamed(picture, { ids: [draft.quakeId] }, pool)
      const why = findObstacle(draft, way, picture, context)
      if (why !== null) return why
      if (await hasAlteredFile(draft, pool)) return '附件与添加时不符，不能发布，请核查数据库'
      const own = makeOwn(draft, context.now())
      const bar = own.checked === null ? null : context.barDenial(own.checked, picture)
      if (bar !== null) return bar
      const standing = await findCorrected(draft, picture, context)
      const decision =
        standing === null
          ? sayAlone(picture, own, way.by, ledgerContext)
          : sayAgain(picture, own, standing, way.by, ledgerContext)
      if (typeof decision === 'string') return decision
      const detail = { notice: decision.plan.notices[0]?.id, version: draft.version, hash: draft.hash }
      const entry = { actor: way.by, act: 'draft.released', subject: id }
      decision.plan.journal.push({ ...entry, detail: way.due === undefined ? detail : { ...detail, dueAt: way.due } })
      // The claim's own row moves with the notice (000025-rumours.sql); `version` there would be taken for the claim's.
      const said = { notice: detail.notice, hash: detail.hash }
      if (draft.claimId !== null)
        decision.plan.journal.push({ actor: way.by, act: 'claim.publish', subject: draft.claimId, detail: said })
      decision.plan.cleared_alarms.push({ kind: 'draft', subject: id })
      return decision
    }, '稿件已发布')
  } catch (error) {
    // Somebody changed it between our look and the commit: the trigger let neither the notice nor the draft through.
    const now = await findDraft(pool, id)
    if (now && (now.version !== way.seen || !['approved', 'scheduled', 'missed'].includes(now.state)))
      return { ok: false, reason: '此稿刚刚被他人处理，请核对现在的文稿' }
    if (error instanceof Error && error.message.includes('was not signed for'))
      return { ok: false, reason: '这件传言刚刚被他人处理，会签不再齐全，没有发布' }
    throw error
  }
}

const hasAlteredFile = ({ attachments }: DraftRecord, pool: ReleaseContext['pool']): Promise<boolean> =>
  withTransaction(pool, async (client) => {
    const files = attachments.map(({ sha256 }) => sha256)
    return files.length > 0 && (await listAlteredFiles(client, files)).length > 0
  })

/** The word that a rebuttal corrects: what its claim was answered with, while that stands. */
export async function findCorrected(
  { claimId }: Pick<DraftRecord, 'claimId'>,
  picture: Picture,
  { pool }: Pick<ReleaseContext, 'pool'>,
): Promise<Standing | null> {
  const serial = claimId === null ? null : await findSerialOf(pool, claimId)
  if (serial === null) return null
  await recallNamed(picture, { serial }, pool)
  const standing = findStanding(picture, serial)
  if (standing) await refreshLineages([standing.quake], pool)
  return standing
}

function findObstacle(draft: DraftRecord, way: Way, picture: Picture, context: ReleaseContext): string | null {
  const taken = takeStep(draft, { do: 'release', seen: way.seen })
  if (!taken.ok) return taken.reason
  if (draft.class === 'drill' && context.ledgerContext.clock('drill') === 0) return '演练已经结束，演练稿件不再发布'
  if (nextApproval(draft) !== null || draft.approvedAt === null) return '此稿还没有审定'
  if (hashDraft(draft) !== draft.hash) return '文稿与审定时不符，不能发布，请核查数据库'
  // The word guard and the rules of fields may have become stricter since it was approved.
  const [fault] = findFaults(draft.kind, draft.fields, draft.attachments)
  if (fault !== undefined) return fault
  if (picture.killedAll) return '全部渠道已停用，停用期间只发撤回'
  const gone = draft.outlets.filter(
    (outlet) => !listAudience(context.ledgerContext.outlets, draft).some((o) => o.id === outlet),
  )
  if (gone.length > 0) return `渠道 ${gone.join('、')} 已不在或不发此类稿件，请修改发布渠道`
  return findQuakeObstacle(draft, picture) ?? (way.due === undefined ? null : findEvent(draft, picture, way.due))
}

/** A bulletin about a quake that is said no more. */
function findQuakeObstacle({ quakeId }: DraftRecord, picture: Picture): string | null {
  if (quakeId === null) return null
  const quake = picture.quakes.get(quakeId)
  if (!quake) return '没有这次地震的记录'
  if (quake.mergedInto !== null) return '这次地震已并入另一次，请核对稿件'
  const heads = quake.lineages.flatMap((lineage) => lineage.notices.at(-1) ?? [])
  return heads.length > 0 && heads.every(({ kind }) => kind === 'withdrawal') ? '这次地震的公告已经撤回' : null
}

/** What has happened since a person looked at a draft that would now go out by itself. */
function findEvent(draft: DraftRecord, picture: Picture, due: Instant): string | null {
  const said = [...picture.quakes.values()]
    .filter((quake) => quake.class === draft.class)
    .flatMap((quake) => quake.lineages.flatMap(({ notices }) => notices.map((notice) => ({ quake: quake.id, notice }))))
    .filter(({ notice }) => !isWritten(notice.kind))
  const { approvedAt, quakeId } = draft
  if (quakeId !== null && said.some(({ quake, notice }) => quake === quakeId && notice.issuedAt > (approvedAt ?? due)))
    return '审定之后这次地震又有新的公告，请核对稿件'
  if (draft.kind === 'bulletin' || draft.kind === 'no-quake') return null
  if ([...picture.holds.values()].some(({ class: lane, state }) => lane === draft.class && state !== 'waiting'))
    return '有地震待核，日常稿件暂不自动发布'
  return said.some(({ notice }) => notice.issuedAt > due - QUIET_MS)
    ? '一小时内发布过地震公告，日常稿件暂不自动发布'
    : null
}

/** Outlets of a draft's lane that can carry this kind; the website always does. */
export function listAudience(
  outlets: readonly Outlet[],
  { kind, class: lane }: Pick<DraftRecord, 'kind' | 'class'>,
): Outlet[] {
  return outletsOf(lane, outlets).filter((outlet) => outlet.channel.legs(outlet.config, kind).length > 0)
}

/** A draft as it is spoken. @param at by the desk's clock: a drill's notice bears the scenario's */
export function makeOwn(draft: DraftRecord, at: Instant): OwnWord {
  const approved: ApprovedDraft = {
    id: draft.id,
    hash: draft.hash,
    ...(draft.class === 'drill' ? { saidAt: formatUtc(at) } : {}),
    grade: LEVEL_GRADES[draft.level],
    // By account, as the whole record names people.
    secrecyReview: draft.passes.length === 0 ? '' : `保密关 ${draft.passes.join('、')}`,
    quakeId: draft.quakeId,
    attachments: draft.attachments,
    ...(draft.kind === 'no-quake' ? {} : { words: writeWords(draft.fields) }),
  }
  return {
    kind: draft.kind,
    class: draft.class,
    outlets: ['channel:website', ...draft.outlets],
    checked: draft.kind === 'no-quake' ? writeChecked(draft.fields) : null,
    draft: approved,
  }
}
