// In: texts that must be looked at again. Out: settled by whoever has looked, or by themselves once the text is gone.
// Must not settle by time: a flag that nobody looks at stands, and its alarm with it.
import { readCitation } from '../../core/rumour/fact-sheet.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import { findSheetVersion, listSheetVersions } from '../../store/rumours/fact-sheets.ts'
import {
  findOpenFlag,
  listCiting,
  listEveryFlag,
  listLiveTexts,
  type Flag,
  type LiveRow,
} from '../../store/rumours/flags.ts'
import { isGuest, refuse, type Person, type Refused, type RumourContext } from '../context.ts'
import { checkDueClaims } from './check-claim.ts'
import { hearLedger } from './hear.ts'
import { clearSettled, endFlag, LIVE_MS, readWhy } from './raise.ts'

/** One look at all that the checks wait for. One node does this at a time. */
export async function watchChecks(context: RumourContext): Promise<void> {
  await hearLedger(context)
  await checkDueClaims(context)
  await endGone(context)
}

/** Somebody has read the text beside what is new, and says what came of it. @returns the flag, for where to go on */
export function settleByHand(
  context: RumourContext,
  id: number,
  words: string,
  person: Person,
): Promise<{ ok: true; flag: Flag } | Refused> {
  return withTransaction(context.pool, async (client): Promise<{ ok: true; flag: Flag } | Refused> => {
    if (isGuest(person)) return refuse('not-yours', '您的角色不能做这一步')
    const flag = await findOpenFlag(client, id)
    if (!flag) return refuse('unknown', '这项提示已有人处理')
    const why = readWhy(words)
    if (typeof why !== 'string') return why
    const done = await endFlag(client, context, flag, { by: person.account, why, at: context.now() })
    if (!done) return refuse('unknown', '这项提示已有人处理')
    await tellDesks(client)
    return { ok: true, flag }
  })
}

/** Flags whose text is gone, or was written anew, end by themselves; alarms without a flag do, too. */
async function endGone(context: RumourContext): Promise<void> {
  const flags = await listEveryFlag(context.pool)
  if (flags.length === 0) return clearSettled(context.pool, context)
  await withTransaction(context.pool, async (client) => {
    const at = context.now()
    const live = await listLiveTexts(client, at - LIVE_MS)
    for (const flag of flags) {
      const why = flag.reason === 'new-quake' ? findWhyGone(flag, live) : await findWhyCited(client, flag)
      if (why !== null) await endFlag(client, context, flag, { by: 'system', why, at })
    }
    await clearSettled(client, context)
  })
}

function findWhyGone({ claimId, noticeId, raisedAt }: Flag, live: readonly LiveRow[]): string | null {
  const text = live.find((one) => one.claimId === claimId && one.noticeId === noticeId)
  if (!text) return '文稿已不在发布'
  return text.saidAt > raisedAt ? '文稿已重新写定' : null
}

/** A text that cites a version from before the quake's newest notice is flagged as long as it does. */
async function findWhyCited(client: Queryable, { claimId, questionId, quakeId }: Flag): Promise<string | null> {
  const [newest] = await listSheetVersions(client, quakeId)
  const all = newest ? await listCiting(client, newest.sheetId) : []
  const citing = all.filter((one) => one.claimId === claimId && one.questionId === questionId)
  for (const { citation } of citing) {
    const cited = readCitation(citation)
    const version = cited && (await findSheetVersion(client, cited.sheet, cited.version))
    if (version && version.noticeId !== newest?.noticeId) return null
  }
  return '文稿已改引新版事实单，或已不在发布'
}
