// In: a claim, an event and who brings it. Out: the claim as it then stands, or the rule that forbids it, in Chinese.
// Must not write a journal or read a clock: the caller hands the time in and records what comes out.
import type { Instant } from '../instant.ts'
import type { Verdict } from '../notice.ts'
import {
  RESTING_STATES,
  STATE_NAMES,
  TRANSITIONS,
  type ClaimActor,
  type ClaimEvent,
  type ClaimState,
  type Guard,
  type Transition,
} from './claim-states.ts'
import {
  checkSigning,
  hasQuorum,
  listMissing,
  mayGoAhead,
  type Risk,
  type Signature,
  type SignedText,
  type SignScope,
} from './signoff.ts'

export interface Claim {
  id: string
  state: ClaimState
  risk: Risk
  /** Rises by one with every step; a step on an older version is refused by the caller. */
  version: number
  evidence: number
  text: SignedText | null
  signatures: readonly Signature[]
  /** Under which hash the text may go out; null before, and after every edit. */
  approvedHash: string | null
  /** Scopes that were silent when the lead went ahead; empty for a full sign-off. */
  lateWithout: readonly SignScope[]
  mergedInto: string | null
  hold: { from: ClaimState; by: ClaimActor; until: Instant } | null
  askedOf: ClaimActor | null
  /** What the answer that is out found; null before. */
  verdict: Verdict | null
  /** Receipt numbers of the police; nothing about who reported. */
  referrals: readonly string[]
}

/** What a person or the program does. Fields that its event does not need are left out. */
export interface ClaimStep {
  event: ClaimEvent
  actor: ClaimActor
  /** Id of the account, or the name of the program's part. */
  account: string
  at: Instant
  reason?: string
  secondPerson?: string
  text?: SignedText
  scope?: SignScope
  bodyHash?: string
  target?: Claim
  until?: Instant
  askedOf?: ClaimActor
  receipt?: string
}

export type StepRule = 'not-here' | 'not-yours' | 'reason' | Guard

export type StepResult = { kind: 'done'; claim: Claim } | { kind: 'refused'; rule: StepRule; words: string }

const WORDS: Readonly<Record<Exclude<StepRule, 'not-here'>, string>> = {
  'not-yours': '您的角色不能做这一步',
  reason: '请写明理由',
  'second-person-from-risk-3': '三级以上风险不予处置，须有第二人同意',
  'has-evidence': '至少要有一项证据或核查结果',
  'has-text': '请先写好文稿',
  'may-sign': '不能这样会签：不是您的会签项、已签过、文稿已改，或系本人所拟',
  quorum: '会签未齐',
  'late-allowed': '未到时限，或文稿不止事实部分，不能先行发布',
  'hash-approved': '文稿与会签时不同，不能发布',
  'duty-prepared': '值班员只能单独发布预签模板的文稿，其他文稿由宣传员或带班领导发布',
  'not-true': '已回应属实的信息，转发不算再次传播',
  'target-open': '不能并入：目标已并案、已办结，或就是本案',
  'has-expiry': '暂缓须写明到期时间，且不超过时限',
  'second-person': '移送须有第二人同意',
  'is-asked': '协查没有请求您的单位，由被请求的单位答复',
}

/** A hold may last so long (rumours.md §6: 30 min at risk 4). */
const HOLD_MINUTES: Readonly<Record<Risk, number>> = { 4: 30, 3: 60, 2: 240, 1: 1_440 }

/** Whether a question is this actor's to answer: nobody speaks for another organisation (rumours.md §2). */
export const isAsked = ({ askedOf }: Pick<Claim, 'askedOf'>, actor: ClaimActor | null): boolean =>
  askedOf === null || askedOf === actor

const hasOther = (step: ClaimStep): boolean => step.secondPerson !== undefined && step.secondPerson !== step.account

function toSignature(step: ClaimStep): Signature | null {
  const { scope, bodyHash, actor, account, at } = step
  return scope === undefined || bodyHash === undefined ? null : { scope, bodyHash, actor, account, at }
}

const GUARDS: Readonly<Record<Guard, (claim: Claim, step: ClaimStep) => boolean>> = {
  'second-person-from-risk-3': ({ risk }, step) => risk < 3 || hasOther(step),
  'has-evidence': ({ evidence }) => evidence > 0,
  'has-text': (_, { text }) => text !== undefined && text.bodyHash !== '',
  'may-sign': ({ risk, text, signatures }, step) => {
    const wanted = toSignature(step)
    return text !== null && wanted !== null && checkSigning(risk, text, signatures, wanted) === null
  },
  quorum: ({ risk, text, signatures }) => text !== null && hasQuorum(risk, text, signatures),
  'late-allowed': ({ risk, text, signatures }, { account, at }) =>
    text !== null && mayGoAhead(risk, text, signatures, account, at),
  'hash-approved': ({ approvedHash, text }, { bodyHash }) =>
    approvedHash !== null && approvedHash === text?.bodyHash && bodyHash === approvedHash,
  'duty-prepared': ({ risk, text }, { actor }) => actor !== 'duty' || (risk === 1 && text?.isFamilyTemplate === true),
  'not-true': ({ verdict }) => verdict !== '属实',
  'target-open': ({ id }, { target }) =>
    target !== undefined && target.id !== id && target.mergedInto === null && !RESTING_STATES.includes(target.state),
  'has-expiry': ({ risk }, { at, until }) =>
    until !== undefined && until > at && until <= at + HOLD_MINUTES[risk] * 60_000,
  'is-asked': (claim, { actor }) => isAsked(claim, actor),
  'second-person': (_, step) => hasOther(step) && step.receipt !== undefined && step.receipt !== '',
}

function findNext({ to }: Transition, claim: Claim): ClaimState {
  if (to === 'same') return claim.state
  return to === 'held' ? (claim.hold?.from ?? 'triage') : to
}

/** What else an event changes. An edit voids every signature; a hold keeps them, for the text is the same. */
function applyEvent(claim: Claim, step: ClaimStep): Partial<Claim> {
  const unsigned = { signatures: [], approvedHash: null, lateWithout: [] }
  const { text } = claim
  const effects: Partial<Record<ClaimEvent, () => Partial<Claim>>> = {
    'ask-agency': () => ({ askedOf: step.askedOf ?? 'responsible-unit' }),
    answer: () => ({ askedOf: null }),
    'answer-late': () => ({ askedOf: null }),
    draft: () => ({ ...unsigned, text: null }),
    submit: () => ({
      ...unsigned,
      text: step.text ? { ...step.text, author: step.account, submittedAt: step.at } : null,
    }),
    sign: () => ({ signatures: [...claim.signatures, ...[toSignature(step)].filter((one) => one !== null)] }),
    edit: () => unsigned,
    object: () => unsigned,
    approve: () => ({ approvedHash: text?.bodyHash ?? null }),
    'approve-late': () => ({
      approvedHash: text?.bodyHash ?? null,
      lateWithout: text ? listMissing(claim.risk, text, claim.signatures) : [],
    }),
    merge: () => ({ mergedInto: step.target?.id ?? null, hold: null, askedOf: null }),
    split: () => ({ ...unsigned, mergedInto: null, text: null }),
    reopen: () => ({ ...unsigned, text: null }),
    hold: () => ({ hold: { from: claim.state, by: step.actor, until: step.until ?? step.at } }),
    release: () => ({ hold: null }),
    'hold-expired': () => ({ hold: null }),
    refer: () => ({ referrals: [...claim.referrals, step.receipt ?? ''] }),
  }
  return effects[step.event]?.() ?? {}
}

/** Takes one step, or says why not. Everything that the table does not allow is refused. */
export function takeStep(claim: Claim, step: ClaimStep): StepResult {
  const refuse = (rule: StepRule, words: string): StepResult => ({ kind: 'refused', rule, words })
  const row = TRANSITIONS.find(({ event, from }) => event === step.event && from.includes(claim.state))
  if (!row) return refuse('not-here', `「${STATE_NAMES[claim.state]}」时不能做这一步`)
  if (!row.who.includes(step.actor)) return refuse('not-yours', WORDS['not-yours'])
  if (row.asksReason && step.actor !== 'system' && !step.reason?.trim()) return refuse('reason', WORDS.reason)
  const broken = row.guards.find((guard) => !GUARDS[guard](claim, step))
  if (broken !== undefined) return refuse(broken, WORDS[broken])
  return {
    kind: 'done',
    claim: { ...claim, ...applyEvent(claim, step), state: findNext(row, claim), version: claim.version + 1 },
  }
}

/** A claim as the first sighting opens it. */
export function openClaim(id: string, risk: Risk): Claim {
  return {
    id,
    state: 'new',
    risk,
    version: 1,
    evidence: 0,
    text: null,
    signatures: [],
    approvedHash: null,
    lateWithout: [],
    mergedInto: null,
    hold: null,
    askedOf: null,
    verdict: null,
    referrals: [],
  }
}

/** Whose clock runs: exactly one while the case is open, nobody's when it rests. */
export function findClockOwner({ state, askedOf, hold }: Claim): ClaimActor | null {
  if (RESTING_STATES.includes(state)) return null
  if (state === 'awaiting-agency') return askedOf ?? 'responsible-unit'
  if (state === 'hold') return hold?.by ?? 'lead'
  if (state === 'approved' || state === 'publishing' || state === 'published-partial') return 'publicity'
  return 'duty'
}
