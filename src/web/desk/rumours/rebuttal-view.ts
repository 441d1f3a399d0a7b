// In: a claim, its draft, its notices, who looks. Out: the panel of the answer: the text, who signed, what is theirs to do.
// Must not show a draft to another organisation before it is sent round to be signed.
import type { Instant } from '../../../core/instant.ts'
import { chooseActor, choosePublisher } from '../../../core/rumour/claim-actor.ts'
import { TRANSITIONS, type ClaimEvent } from '../../../core/rumour/claim-states.ts'
import { mayGoAhead, SCOPE_NAMES } from '../../../core/rumour/signoff.ts'
import { findFaults, writeWords } from '../../../core/writing/fields.ts'
import type { Session } from '../../../people/sessions.ts'
import { readSigning } from '../../../rumour/rebuttal.ts'
import type { Sight } from '../../../rumour/sight.ts'
import type { DraftRecord } from '../../../store/drafts.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { ClaimRecord } from '../../../store/rumours/claims.ts'
import { viewNotice } from '../board/quake-view.ts'
import { viewSignOff } from './sign-off-view.ts'

export interface RebuttalPanel {
  claim: ClaimRecord
  draft: DraftRecord | null
  notices: readonly NoticeView[]
  /** When the agencies' time to sign runs out; null while it does not run. */
  signDueAt: Instant | null
  sight: Sight
  session: Session
  now: Instant
  name: (account: string) => string
  publicUrl: string
}

export function viewRebuttal(panel: RebuttalPanel): object {
  const { claim, draft, notices, sight, session, now, name } = panel
  const isWhole = sight === 'whole'
  const isRound = claim.text !== null
  const shown = sight !== 'summary' && draft !== null && (isWhole || isRound) ? draft : null
  const { missing, signed } = readSigning(claim)
  const signOff = { claim, draft: shown, sight, session, now, name, dueAt: panel.signDueAt }
  const may = (event: ClaimEvent): boolean =>
    sight !== 'summary' &&
    TRANSITIONS.some((row) => row.event === event && row.from.includes(claim.state)) &&
    chooseActor(session.roles, event) !== null
  const text = claim.text
  return {
    shown: shown !== null || notices.length > 0 || may('draft'),
    drafts: may('draft') ? (claim.evidence > 0 ? 'yes' : 'evidence') : '',
    draft: shown === null ? null : viewText(shown, isWhole),
    edits: isWhole && shown !== null && ['drafting', 'signoff', 'approved'].includes(claim.state),
    submits: may('submit') && shown !== null,
    faults:
      shown !== null && claim.state === 'drafting' && isWhole
        ? findFaults(shown.kind, shown.fields, shown.attachments)
        : [],
    round: missing.length > 0 || signed.length > 0,
    signOff: viewSignOff(signOff),
    hash: shown?.hash ?? '',
    objects: may('object'),
    ahead:
      may('approve-late') &&
      text !== null &&
      mayGoAhead(claim.risk, text, signed, session.accountId, now) &&
      missing.length > 0,
    without: claim.lateWithout.map((scope) => SCOPE_NAMES[scope]).join('、'),
    publishes:
      claim.state === 'approved' &&
      choosePublisher(session.roles, claim) !== null &&
      shown !== null &&
      shown.hash === claim.approvedHash,
    notices: isWhole ? notices.map((notice) => viewNotice(notice, (code) => `${panel.publicUrl}/n/${code}`, name)) : [],
    // What was said publicly is read as it was said, whoever looks.
    said: shown === null && sight !== 'summary' ? viewSaid(notices[0]) : null,
    // What was said in a drill has no page that anybody could open.
    links: notices.map(({ title, code }) => ({
      title,
      url: claim.class === 'drill' ? '' : `${panel.publicUrl}/n/${code}`,
    })),
  }
}

const viewSaid = (notice: NoticeView | undefined): object | null =>
  notice === undefined
    ? null
    : { title: notice.title, text: notice.text, serial: `${notice.serial} 第${notice.report}报`, state: notice.state }

function viewText(draft: DraftRecord, isWhole: boolean): object {
  const { heading, summary, paragraphs } = writeWords(draft.fields)
  return {
    id: isWhole ? draft.id : '',
    heading: heading === '' ? '（没有标题）' : heading,
    summary,
    paragraphs: paragraphs.map((line) => ({ line })),
    version: String(draft.version),
    hash: draft.hash.slice(0, 12),
    verdict: draft.fields['verdict'] ?? '',
    sheet: draft.fields['sheet'] ?? '',
  }
}
