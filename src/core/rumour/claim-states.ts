// In: nothing. Out: the states of a claim, and one table of what may happen to it, by whom, and with whose words.
// Must not judge a case: claim-step.ts does, with the guards that a row names (rumours.md §2, §3).
import type { Role } from '../people/roles.ts'

export const CLAIM_STATES = [
  'new',
  'triage',
  'verifying',
  'awaiting-agency',
  'drafting',
  'signoff',
  'approved',
  'publishing',
  'published',
  'published-partial',
  'resurfaced',
  'correction',
  'monitoring',
  'hold',
  'dismissed',
  'merged',
  'closed',
] as const
export type ClaimState = (typeof CLAIM_STATES)[number]

/** The eighteenth stands beside the others: a case may be with the police in any of them, and publishing goes on. */
export const SIDE_STATES = ['referred'] as const

export const STATE_NAMES: Readonly<Record<ClaimState | (typeof SIDE_STATES)[number], string>> = {
  new: '新线索',
  triage: '已认领',
  verifying: '核查中',
  'awaiting-agency': '等待协查',
  drafting: '拟稿中',
  signoff: '会签中',
  approved: '已会签',
  publishing: '发布中',
  published: '已发布',
  'published-partial': '部分发布',
  resurfaced: '再次传播',
  correction: '更正中',
  monitoring: '跟踪中',
  hold: '暂缓',
  dismissed: '不予处置',
  merged: '已并案',
  closed: '已办结',
  referred: '已移送',
}

/** Who acts: the roles of the desk, a unit responsible for what is claimed (教育、应急 …), or the program itself. */
export type ClaimActor =
  | Extract<Role, 'duty' | 'publicity' | 'lead' | 'liaison-cac' | 'liaison-police' | 'observer'>
  | 'responsible-unit'
  | 'system'

export const CLAIM_EVENTS = [
  'take',
  'lapse',
  'dismiss',
  'check',
  'ask-agency',
  'answer',
  'answer-late',
  'draft',
  'submit',
  'sign',
  'edit',
  'object',
  'approve',
  'approve-late',
  'publish',
  'complete',
  'fail-partly',
  'retry',
  'resurface',
  'reuse',
  'correct',
  'watch',
  'close',
  'reopen',
  'merge',
  'split',
  'hold',
  'release',
  'hold-expired',
  'refer',
] as const
export type ClaimEvent = (typeof CLAIM_EVENTS)[number]

/** What is done with the draft in hand, never by the bare name of the step. */
export const DRAFT_EVENTS = [
  'draft',
  'submit',
  'sign',
  'edit',
  'object',
  'approve-late',
  'publish',
  'retry',
] as const satisfies readonly ClaimEvent[]

export type Guard =
  | 'second-person-from-risk-3'
  | 'has-evidence'
  | 'has-text'
  | 'may-sign'
  | 'quorum'
  | 'late-allowed'
  | 'hash-approved'
  | 'duty-prepared'
  | 'not-true'
  | 'target-open'
  | 'has-expiry'
  | 'second-person'
  | 'is-asked'

/** `held`: where the hold began. */
export type NextState = ClaimState | 'same' | 'held'

export interface Transition {
  event: ClaimEvent
  /** On the desk's button and in the journal. */
  name: string
  from: readonly ClaimState[]
  to: NextState
  who: readonly ClaimActor[]
  guards: readonly Guard[]
  /** Whether the person must say why; the program's own events carry their name as the reason. */
  asksReason: boolean
}

const BUREAU: readonly ClaimActor[] = ['duty', 'publicity', 'lead']
const WITH_CAC: readonly ClaimActor[] = [...BUREAU, 'liaison-cac']
const SIGNERS: readonly ClaimActor[] = [...WITH_CAC, 'liaison-police', 'responsible-unit']
const SYSTEM: readonly ClaimActor[] = ['system']
const SPOKEN: readonly ClaimState[] = ['published', 'published-partial']
const BEFORE_WORDS: readonly ClaimState[] = [
  'triage',
  'verifying',
  'awaiting-agency',
  'drafting',
  'signoff',
  'approved',
]
const OPEN: readonly ClaimState[] = [
  'new',
  ...BEFORE_WORDS,
  ...SPOKEN,
  'resurfaced',
  'correction',
  'monitoring',
  'hold',
]
const FROM_CHECKS: readonly ClaimState[] = OPEN.filter((state) => state !== 'new' && state !== 'triage')

function row(
  event: ClaimEvent,
  name: string,
  from: readonly ClaimState[],
  to: NextState,
  who: readonly ClaimActor[],
  { guards = [], asksReason = false }: { guards?: readonly Guard[]; asksReason?: boolean } = {},
): Transition {
  return { event, name, from, to, who, guards, asksReason }
}

const REASON = { asksReason: true }
/** One row per event; an event that is no row from a state is refused there. */
export const TRANSITIONS: readonly Transition[] = [
  row('take', '认领', ['new'], 'triage', ['duty', 'lead', 'liaison-cac']),
  row('lapse', '认领后无动作，退回', ['triage'], 'new', SYSTEM),
  row('dismiss', '不予处置', ['new', 'triage'], 'dismissed', ['duty', 'lead'], {
    guards: ['second-person-from-risk-3'],
    asksReason: true,
  }),
  row('check', '开始核查', ['triage'], 'verifying', ['duty', 'lead']),
  row('ask-agency', '请求协查', ['verifying'], 'awaiting-agency', ['duty', 'lead', 'liaison-cac'], REASON),
  row('answer', '答复协查', ['awaiting-agency'], 'verifying', ['liaison-cac', 'liaison-police', 'responsible-unit'], {
    guards: ['is-asked'],
    asksReason: true,
  }),
  row('answer-late', '协查超时', ['awaiting-agency'], 'verifying', SYSTEM),
  row('draft', '拟稿', ['verifying', 'correction', 'resurfaced'], 'drafting', BUREAU, { guards: ['has-evidence'] }),
  row('submit', '送会签', ['drafting'], 'signoff', BUREAU, { guards: ['has-text'] }),
  row('sign', '会签', ['signoff'], 'same', SIGNERS, { guards: ['may-sign'] }),
  row('edit', '修改文稿', ['signoff', 'approved'], 'drafting', BUREAU),
  row('object', '退回修改', ['signoff'], 'drafting', SIGNERS, REASON),
  row('approve', '会签齐', ['signoff'], 'approved', SYSTEM, { guards: ['quorum'] }),
  row('approve-late', '会签超时，先行发布事实部分', ['signoff'], 'approved', ['lead'], {
    guards: ['late-allowed'],
    asksReason: true,
  }),
  row('publish', '发布', ['approved'], 'publishing', [...BUREAU, 'system'], {
    guards: ['hash-approved', 'duty-prepared'],
  }),
  row('complete', '各渠道已发布', ['publishing', 'published-partial'], 'published', SYSTEM),
  row('fail-partly', '部分渠道未发布', ['publishing'], 'published-partial', SYSTEM),
  row('retry', '重发', ['published-partial'], 'publishing', ['publicity', 'lead', 'system'], {
    guards: ['hash-approved'],
  }),
  row('resurface', '再次传播', [...SPOKEN, 'monitoring'], 'resurfaced', SYSTEM, { guards: ['not-true'] }),
  row('reuse', '沿用已发辟谣', ['resurfaced'], 'monitoring', BUREAU),
  row('correct', '更正', [...SPOKEN, 'resurfaced', 'monitoring'], 'correction', [...SIGNERS, 'system'], REASON),
  row('watch', '转入跟踪', [...SPOKEN, 'resurfaced'], 'monitoring', [...BUREAU, 'system']),
  row('close', '办结', ['monitoring'], 'closed', [...BUREAU, 'system'], REASON),
  row('reopen', '重新处置', ['closed', 'dismissed'], 'triage', ['publicity', 'lead'], REASON),
  row('merge', '并案', OPEN, 'merged', BUREAU, { guards: ['target-open'], asksReason: true }),
  row('split', '拆分', ['merged'], 'triage', BUREAU, REASON),
  row('hold', '暂缓', BEFORE_WORDS, 'hold', SIGNERS, { guards: ['has-expiry'], asksReason: true }),
  row('release', '恢复处置', ['hold'], 'held', SIGNERS, REASON),
  row('hold-expired', '暂缓到期', ['hold'], 'held', SYSTEM),
  row('refer', '移送公安', FROM_CHECKS, 'same', ['duty', 'lead'], { guards: ['second-person'], asksReason: true }),
]

/** How an event is called, those beside the table with it: a claim is opened, and rated otherwise. */
export function nameEvent(event: ClaimEvent | 'open' | 'rate'): string {
  if (event === 'open') return '立案'
  if (event === 'rate') return '调整风险等级'
  return TRANSITIONS.find((row) => row.event === event)?.name ?? event
}

/** Closed is read-only, merged lives on in another, dismissed waits for nobody. */
export const RESTING_STATES: readonly ClaimState[] = ['closed', 'merged', 'dismissed']
