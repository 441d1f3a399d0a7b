// In: the ledger, as far as it was not heard yet. Out: sheets made anew, texts flagged, claims asked again; then it is heard.
// Must not miss what came while nobody listened: how far was heard stands in a row and moves with what followed of it (DESIGN L1).
import { describeNews, isNewsTo, measureNews, type OfficialNews } from '../../core/rumour/fresh-news.ts'
import type { ClaimKind } from '../../core/rumour/kind.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import { hastenChecks } from '../../store/rumours/checks.ts'
import { listLiveTexts } from '../../store/rumours/flags.ts'
import { listNewOfficial, lockHeard, readNewest, saveHeard } from '../../store/rumours/known-quakes.ts'
import type { RumourContext } from '../context.ts'
import { LIVE_MS, raiseFlag } from './raise.ts'
import { makeSheets } from './sheets.ts'

const AT_ONCE = 5_000
/** Kinds whose answer depends on what quakes are on record. */
const ABOUT_QUAKES: readonly ClaimKind[] = ['occurred', 'report', 'cover-up']

/** Hears what the ledger has said since. @returns false when nothing had moved, or another node is at it */
export function hearLedger(context: RumourContext): Promise<boolean> {
  return withTransaction(context.pool, async (client) => {
    const heard = await lockHeard(client)
    if (!heard) return false
    // Asked after the version was read: what comes later is heard by the next look.
    const newest = await readNewest(client)
    const rows = await listNewOfficial(client, heard.reportSeq, AT_ONCE)
    const isCut = rows.length === AT_ONCE
    await flagNews(
      client,
      context,
      rows.flatMap((row) => (row.isWhole ? [row] : [])),
    )
    await makeSheets(client, context)
    if (rows.length > 0 || newest.bindingId > heard.bindingId) await hastenChecks(client, context.now(), ABOUT_QUAKES)
    await saveHeard(client, {
      reportSeq: isCut ? (rows.at(-1)?.seq ?? heard.reportSeq) : newest.reportSeq,
      bindingId: newest.bindingId,
      version: isCut ? heard.version : heard.now,
    })
    return true
  })
}

async function flagNews(client: Queryable, context: RumourContext, news: readonly OfficialNews[]): Promise<void> {
  const { home } = context
  const near = news.flatMap((one) => {
    const km = measureNews(one, home)
    return km === null ? [] : [{ one, km }]
  })
  if (near.length === 0) return
  const now = context.now()
  const texts = await listLiveTexts(client, now - LIVE_MS)
  let raised = 0
  for (const text of texts) {
    for (const { one, km } of near) {
      if (!isNewsTo(text, one, now)) continue
      const words = `新的官方测定：${describeNews(one, home.name, km)}`.slice(0, 400)
      const { claimId, noticeId, name } = text
      const about = { claimId, noticeId, questionId: null, quakeId: one.quakeId, sheetVersion: null }
      const flag = { ...about, reason: 'new-quake' as const, words }
      if (await raiseFlag(client, context, { ...flag, name }, now)) raised += 1
    }
  }
  if (raised > 0) await tellDesks(client)
}
