// In: what the cyberspace office asked of a platform, and what came of it. Out: on the claim's list, word after word.
// Must not be written by the bureau: it reads what the office says (rumours.md §3, §6).
import { isLink, unifyUrl } from '../../core/rumour/handover/links.ts'
import type { ActionState, PlatformAction } from '../../core/rumour/handover/platform.ts'
import { appendJournal } from '../../store/journal.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction } from '../../store/pool.ts'
import { lockClaims } from '../../store/rumours/claims.ts'
import { addPlatformRow, MOST_PLATFORM_ROWS } from '../../store/rumours/handover/platform.ts'
import { findEnd, refuse, tidy, type Moved, type Person, type RumourContext } from '../context.ts'
import { findSight } from '../sight.ts'

export interface PlatformWord {
  platform: string
  /** '' where the whole platform is meant. */
  url: string
  action: PlatformAction
  state: ActionState
  receipt: string
  words: string
}

/** @param message id of the message that brought it, by which a repeat is known; null from the desk */
export function logPlatform(
  context: RumourContext,
  claimId: string,
  given: PlatformWord,
  person: Person,
  message: string | null = null,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    if (!person.roles.includes('liaison-cac')) return refuse('not-yours', '平台处置由网信办登记')
    const sight = await findSight(client, context, person, claimId)
    const claim = sight === 'case' || sight === 'whole' ? (await lockClaims(client, [claimId])).get(claimId) : undefined
    if (!claim) return refuse('unknown', '没有这件传言')
    const end = findEnd(claim)
    if (end) return end
    const platform = tidy(given.platform, 20)
    if (platform === '') return refuse('platform', '请填写平台')
    const url = unifyUrl(tidy(given.url, 500))
    if (url !== '' && !isLink(url)) return refuse('url', '网址须以 http:// 或 https:// 开头')
    const { action, state } = given
    const at = context.now()
    const row = {
      organisation: person.organisation,
      platform,
      url: url === '' ? null : url,
      action,
      state,
      receipt: tidy(given.receipt, 60),
      words: tidy(given.words, 400),
      by: person.account,
      at,
    }
    const done = await addPlatformRow(client, claimId, row, message)
    if (done === 'known') return { ok: true, claim }
    if (done === 'full')
      return refuse('many', `一件传言最多登记 ${MOST_PLATFORM_ROWS} 条平台处置，同一平台的请合并登记`)
    const detail = { platform, action, state }
    await appendJournal(client, at, { actor: person.account, act: 'platform.noted', subject: claimId, detail })
    await tellDesks(client)
    return { ok: true, claim }
  })
}
