// In: a claim that may bring up an old one, a person's word that it does. Out: the finding among its checks, with when the old one
// went round and how it was answered. Must not merge: what was closed stays closed, and the new claim is answered anew.
import { formatBeijing, type Instant } from '../core/instant.ts'
import { chooseActor } from '../core/rumour/claim-actor.ts'
import type { UsedRow } from '../core/rumour/checks/finding.ts'
import { RESTING_STATES } from '../core/rumour/claim-states.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction } from '../store/pool.ts'
import { addCheck } from '../store/rumours/beside.ts'
import { countEvidence, lockClaims } from '../store/rumours/claims.ts'
import { decideSuggestion, listSuggestions } from '../store/rumours/links.ts'
import { listRecurrences, type Recurrence } from '../store/rumours/recurrence.ts'
import { listOpenedSince } from '../store/rumours/sightings.ts'
import { tellChanged } from './changed.ts'
import { refuse, type Moved, type Person, type RumourContext } from './context.ts'
import { recallOld, type MatchContext } from './matching.ts'

const SOURCE = '旧闻比对'
const MOST = 200

/** 2017年6月3日. */
export function writeDay(at: Instant): string {
  const [year = '', month = '', day = ''] = formatBeijing(at).slice(0, 10).split('-')
  return `${year}年${Number(month)}月${Number(day)}日`
}

/** Stands among the checks; which claim it was stands in its row, for whoever may see that claim, too (rumours.md §0.6). */
function writeFinding({ openedAt, answer }: Recurrence): string {
  const told =
    answer === null
      ? '当时没有发布辟谣'
      : answer.isWithdrawn
        ? `当时的辟谣《${answer.title}》已撤回`
        : `${writeDay(answer.issuedAt)}已发布《${answer.title}》（${answer.code}）`
  return `与${writeDay(openedAt)}处置过的一件传言相同，属旧闻重提；${told}。`
}

/** A person's word that an old claim goes round again: a finding, which counts as evidence for the draft. */
export function confirmRecurrence(
  context: RumourContext,
  id: string,
  asked: { target: string; seen: number },
  person: Person,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    if (chooseActor(person.roles, 'merge') === null) return refuse('not-yours', '您的角色不能做这一步')
    const claim = (await lockClaims(client, [id])).get(id)
    if (!claim) return refuse('unknown', '没有这件传言')
    if (claim.version !== asked.seen) return tellChanged(client, id, person)
    if (RESTING_STATES.includes(claim.state)) return refuse('not-here', '已办结或已并案的传言只供查阅')
    const old = (await listRecurrences(client, id, MOST)).find(({ claimId }) => claimId === asked.target)
    if (!old) return refuse('unknown', '没有这条旧传言，或已有人判断过')
    const at = context.now()
    const { account: by } = person
    for (const one of await listSuggestions(client, id, MOST))
      if (one.claimId === old.claimId) await decideSuggestion(client, one, 'same', by, at)
    // An answer that was taken back, or none, says nothing about whether it is true.
    const outcome = old.answer !== null && !old.answer.isWithdrawn ? 'contradicts' : 'no-data'
    const says = `${formatBeijing(old.openedAt).slice(0, 10)} ${old.title}`
    const used: UsedRow[] = [{ table: 'claim', id: old.claimId, says }]
    await addCheck(client, id, { source: SOURCE, outcome, words: writeFinding(old), used, by, at })
    await countEvidence(client, id)
    await appendJournal(client, at, { actor: by, act: 'claim.recurs', subject: id, detail: { of: old.claimId } })
    await tellDesks(client)
    return { ok: true, claim: { ...claim, evidence: claim.evidence + 1 } }
  })
}

/** Once, when the archive has been read: what was opened meanwhile is compared with it. @param since when reading began */
export async function recallSince(context: MatchContext, since: Instant): Promise<number> {
  const opened = await listOpenedSince(context.pool, since, 1_000)
  for (const sighting of opened) await recallOld(context, sighting)
  return opened.length
}
