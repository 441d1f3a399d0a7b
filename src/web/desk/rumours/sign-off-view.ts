// In: a claim, the text that goes round, who looks. Out: scope by scope who signed and when, who is waited for and how long, what is
// theirs to sign, and what happens when nobody answers.
// Must not name the bureau's people to another organisation.
import type { Instant } from '../../../core/instant.ts'
import { chooseSigner } from '../../../core/rumour/claim-actor.ts'
import {
  checkSigning,
  LATE_AFTER_MS,
  listScopes,
  SCOPE_NAMES,
  type Signature,
  type SignRule,
  type SignScope,
} from '../../../core/rumour/signoff.ts'
import { RESTING_STATES } from '../../../core/rumour/claim-states.ts'
import type { Session } from '../../../people/sessions.ts'
import { readSigning } from '../../../rumour/rebuttal.ts'
import type { Sight } from '../../../rumour/sight.ts'
import type { DraftRecord } from '../../../store/drafts.ts'
import type { ClaimRecord } from '../../../store/rumours/claims.ts'
import { writeLength } from '../board/words.ts'
import { writeHour } from '../roster-view.ts'

export interface SignOff {
  claim: ClaimRecord
  /** The text that this reader may see. */
  draft: DraftRecord | null
  sight: Sight
  session: Session
  now: Instant
  name: (account: string) => string
  /** When the agencies' time to sign runs out; null while it does not run. */
  dueAt: Instant | null
}

export interface SignRow {
  /** Of the list's sign and colour. */
  tone: 'yes' | 'wait' | 'no' | 'soft'
  sign: string
  name: string
  words: string
  late: boolean
}

const WHY_NOT: Readonly<Record<SignRule, string>> = {
  'not-needed': '',
  'not-yours': '',
  'other-text': '文稿已改动，等待重新送会签。',
  'own-draft': '您起草、改过或送出此稿，事实须由另一人会签。',
  'signed-already': '您已会签。',
  'scope-taken': '',
}

/** What would be signed if a text went round now: nothing in it is known yet. */
const NO_TEXT = {
  bodyHash: '',
  author: '',
  submittedAt: 0,
  mentionsPolice: false,
  isFactualOnly: false,
  isFamilyTemplate: false,
}

export function viewSignOff(given: SignOff): object {
  const { claim, sight } = given
  const { missing, signed } = readSigning(claim)
  const isShown = sight !== 'summary' && (claim.text !== null || !RESTING_STATES.includes(claim.state))
  const signs = missing.filter((scope) => findRule(given, scope) === null)
  return {
    shown: isShown,
    risk: String(claim.risk),
    rows: isShown ? [...listRows(given, missing, signed), ...listPolice(claim)] : [],
    signs: signs.map((scope) => ({ scope, name: SCOPE_NAMES[scope] })),
    fallback: writeFallback(given, missing),
  }
}

/** undefined: this scope is not for this reader at all; null: they may sign it now. */
function findRule({ claim, draft, sight, session, now }: SignOff, scope: SignScope): SignRule | null | undefined {
  const actor = claim.state === 'signoff' && sight !== 'summary' ? chooseSigner(session.roles, scope) : null
  if (actor === null || claim.text === null) return undefined
  if (scope === 'facts' && claim.risk >= 3 && draft?.hands.includes(session.accountId)) return 'own-draft'
  const wanted = { scope, actor, account: session.accountId, bodyHash: draft?.hash ?? '', at: now }
  return checkSigning(claim.risk, claim.text, readSigning(claim).signed, wanted)
}

function listRows(given: SignOff, missing: readonly SignScope[], signed: readonly Signature[]): SignRow[] {
  const { claim, draft, sight, name } = given
  const scopes = claim.text === null ? listScopes(claim.risk, NO_TEXT) : [...listScopes(claim.risk, claim.text)]
  const version = draft !== null && draft.hash === claim.text?.bodyHash ? ` · 第 ${draft.version} 稿` : ''
  return scopes.map((scope): SignRow => {
    const one = signed.find((each) => each.scope === scope)
    const row = { name: SCOPE_NAMES[scope], late: false }
    if (one !== undefined) {
      const who = sight === 'whole' ? `${name(one.account)} ` : ''
      return { ...row, tone: 'yes', sign: '✓', words: `已会签 ${who}${writeHour(one.at)}${version}` }
    }
    if (claim.state === 'signoff' && missing.includes(scope)) return { ...row, ...writeWait(given, scope) }
    if (claim.lateWithout.includes(scope)) return { ...row, tone: 'no', sign: '✕', words: '未会签，先行发布' }
    return { ...row, tone: 'soft', sign: '—', words: claim.text === null ? '尚未送会签' : '须重新会签' }
  })
}

function writeWait(given: SignOff, scope: SignScope): Pick<SignRow, 'tone' | 'sign' | 'words' | 'late'> {
  const { dueAt, now } = given
  const rule = findRule(given, scope)
  const left =
    dueAt === null ? '' : dueAt > now ? `，还有 ${writeLength(dueAt - now)}` : `，已超 ${writeLength(now - dueAt)}`
  const why = rule ? WHY_NOT[rule] : ''
  const late = dueAt !== null && dueAt <= now
  return { tone: 'wait', sign: '●', words: `待会签${left}${why === '' ? '' : `。${why}`}`, late }
}

/** The police sign what names a case, and nothing else: that they are not asked is said, so that nobody waits for them. */
const listPolice = ({ text }: ClaimRecord): SignRow[] =>
  text === null || text.mentionsPolice
    ? []
    : [{ tone: 'soft', sign: '—', name: '公安', words: '本稿不涉及案件，无须会签', late: false }]

function writeFallback({ claim, now }: SignOff, missing: readonly SignScope[]): string {
  const { text, risk, state } = claim
  if (state !== 'signoff' || text === null || missing.length === 0) return ''
  if (text.mentionsPolice) return '本稿写到案件，须等公安会签，不能先行发布。'
  if (!text.isFactualOnly) return '本稿不只引用地震目录和法规，须等会签齐全，不能先行发布。'
  const at = text.submittedAt + LATE_AFTER_MS[risk]
  const when = at > now ? `${writeHour(at)}（${writeLength(at - now)}后）仍未齐的` : '现在'
  return `${when}，带班领导可先行发布事实部分${risk >= 3 ? '（须先有他人的事实会签）' : ''}，并注明缺谁。`
}
