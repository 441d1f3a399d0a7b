// In: the states and events of a claim, and a table written by hand from rumours.md §2 with the ways that issue 5 adds. Out: whether
// every event in every state by every actor does what that table says, and whether every guard stops what it is there for.
import { describe, expect, test } from 'vitest'
import {
  CLAIM_EVENTS,
  CLAIM_STATES,
  type ClaimActor,
  type ClaimEvent,
  type ClaimState,
} from '../../../src/core/rumour/claim-states.ts'
import { openClaim, takeStep, type Claim, type ClaimStep } from '../../../src/core/rumour/claim-step.ts'
import type { Signature, SignScope } from '../../../src/core/rumour/signoff.ts'

const MINUTE = 60_000
const NOW = 100 * MINUTE
const ACTORS = 'duty publicity lead liaison-cac liaison-police responsible-unit observer system'.split(' ')

/** By event: who may, and from where to where. `held`: back to where the hold began, which is `drafting` below. */
const TABLE: Readonly<Record<ClaimEvent, readonly [who: string, ...ways: string[]]>> = {
  take: ['duty lead liaison-cac', 'new>triage'],
  lapse: ['system', 'triage>new'],
  dismiss: ['duty lead', 'new>dismissed', 'triage>dismissed'],
  check: ['duty lead', 'triage>verifying'],
  'ask-agency': ['duty lead liaison-cac', 'verifying>awaiting-agency'],
  answer: ['liaison-cac liaison-police responsible-unit', 'awaiting-agency>verifying'],
  'answer-late': ['system', 'awaiting-agency>verifying'],
  draft: ['duty publicity lead', 'verifying>drafting', 'correction>drafting', 'resurfaced>drafting'],
  submit: ['duty publicity lead', 'drafting>signoff'],
  sign: ['duty publicity lead liaison-cac liaison-police responsible-unit', 'signoff>signoff'],
  edit: ['duty publicity lead', 'signoff>drafting', 'approved>drafting'],
  object: ['duty publicity lead liaison-cac liaison-police responsible-unit', 'signoff>drafting'],
  approve: ['system', 'signoff>approved'],
  'approve-late': ['lead', 'signoff>approved'],
  publish: ['duty publicity lead system', 'approved>publishing'],
  complete: ['system', 'publishing>published', 'published-partial>published'],
  'fail-partly': ['system', 'publishing>published-partial'],
  retry: ['publicity lead system', 'published-partial>publishing'],
  resurface: ['system', 'published>resurfaced', 'published-partial>resurfaced', 'monitoring>resurfaced'],
  reuse: ['duty publicity lead', 'resurfaced>monitoring'],
  correct: [
    'duty publicity lead liaison-cac liaison-police responsible-unit system',
    'published>correction',
    'published-partial>correction',
    'resurfaced>correction',
    'monitoring>correction',
  ],
  watch: [
    'duty publicity lead system',
    'published>monitoring',
    'published-partial>monitoring',
    'resurfaced>monitoring',
  ],
  close: ['duty publicity lead system', 'monitoring>closed'],
  reopen: ['publicity lead', 'closed>triage', 'dismissed>triage'],
  // Any open claim but one whose words are leaving the house at this moment.
  merge: [
    'duty publicity lead',
    'new>merged',
    'triage>merged',
    'verifying>merged',
    'awaiting-agency>merged',
    'drafting>merged',
    'signoff>merged',
    'approved>merged',
    'published>merged',
    'published-partial>merged',
    'resurfaced>merged',
    'correction>merged',
    'monitoring>merged',
    'hold>merged',
  ],
  split: ['duty publicity lead', 'merged>triage'],
  hold: [
    'duty publicity lead liaison-cac liaison-police responsible-unit',
    'triage>hold',
    'verifying>hold',
    'awaiting-agency>hold',
    'drafting>hold',
    'signoff>hold',
    'approved>hold',
  ],
  release: ['duty publicity lead liaison-cac liaison-police responsible-unit', 'hold>drafting'],
  'hold-expired': ['system', 'hold>drafting'],
  refer: [
    'duty lead',
    'verifying>verifying',
    'awaiting-agency>awaiting-agency',
    'drafting>drafting',
    'signoff>signoff',
    'approved>approved',
    'published>published',
    'published-partial>published-partial',
    'resurfaced>resurfaced',
    'correction>correction',
    'monitoring>monitoring',
    'hold>hold',
  ],
}

const TEXT = {
  bodyHash: 'h',
  author: 'p-author',
  submittedAt: 0,
  mentionsPolice: false,
  isFactualOnly: true,
  isFamilyTemplate: true,
}
const sign = (scope: SignScope, account: string, actor: ClaimActor, bodyHash = 'h'): Signature => ({
  scope,
  account,
  actor,
  bodyHash,
  at: 1,
})
const FULL = [sign('facts', 'p-1', 'duty')]

/** A claim of the lowest risk to which nothing stands in the way: what is refused is refused by the table. */
function claimIn(state: ClaimState, event: ClaimEvent, over: Partial<Claim> = {}): Claim {
  const signed = event === 'sign' ? [] : FULL
  return {
    ...openClaim('x', 1),
    state,
    evidence: 1,
    text: event === 'sign' ? { ...TEXT, isFamilyTemplate: false } : TEXT,
    signatures: signed,
    approvedHash: 'h',
    mergedInto: state === 'merged' ? 'y' : null,
    hold: state === 'hold' ? { from: 'drafting', by: 'duty', until: NOW } : null,
    ...over,
  }
}

/** Whose signature an actor gives in the table test. */
const OWN_SCOPE: Readonly<Record<string, SignScope>> = {
  duty: 'facts',
  lead: 'facts',
  publicity: 'bureau-wording',
  'liaison-cac': 'cac-wording',
  'liaison-police': 'police-mention',
  'responsible-unit': 'unit',
}
const stepOf = (event: ClaimEvent, actor: ClaimActor, over: Partial<ClaimStep> = {}): ClaimStep => ({
  event,
  actor,
  account: 'p-2',
  at: NOW,
  reason: '理由',
  secondPerson: 'p-3',
  text: TEXT,
  scope: OWN_SCOPE[actor] ?? 'facts',
  bodyHash: 'h',
  target: openClaim('y', 1),
  until: NOW + 10 * MINUTE,
  askedOf: 'liaison-police',
  receipt: '公受〔2026〕1号',
  ...over,
})
/** A text that asks for every signature: so each signer has one to give. */
function claimToSign(actor: ClaimActor): Claim {
  const risk = actor === 'publicity' ? 2 : actor === 'responsible-unit' ? 3 : 4
  const text = { ...TEXT, isFamilyTemplate: false, mentionsPolice: actor === 'liaison-police' }
  return { ...claimIn('signoff', 'sign'), risk, text }
}

describe('every event in every state', () => {
  test.each(CLAIM_EVENTS.map((event) => [event]))('%s is allowed to whom and where the table says', (event) => {
    const [who, ...ways] = TABLE[event]
    for (const state of CLAIM_STATES) {
      const way = ways.find((one) => one.startsWith(`${state}>`))
      for (const actor of ACTORS as ClaimActor[]) {
        const claim = event === 'sign' && state === 'signoff' ? claimToSign(actor) : claimIn(state, event)
        const result = takeStep(claim, stepOf(event, actor))
        const isAllowed = way !== undefined && who.split(' ').includes(actor)
        const expected = isAllowed ? way.split('>')[1] : way === undefined ? 'not-here' : 'not-yours'
        const got = result.kind === 'done' ? result.claim.state : result.rule
        expect([event, state, actor, got]).toEqual([event, state, actor, expected])
        if (result.kind === 'done') expect(result.claim.version).toBe(claim.version + 1)
      }
    }
  })

  test('the table has a row for every event, and no state that does not exist', () => {
    expect(Object.keys(TABLE).toSorted()).toEqual([...CLAIM_EVENTS].toSorted())
    const named = Object.values(TABLE).flatMap(([, ...ways]) => ways.flatMap((way) => way.split('>')))
    expect([...new Set(named)].toSorted()).toEqual([...CLAIM_STATES].toSorted())
  })
})

const unsigned = { text: { ...TEXT, isFamilyTemplate: false }, signatures: [], approvedHash: null }

/** What each guard stops, and beside it the nearest thing that it must let through. */
const STOPPED: readonly (readonly [
  what: string,
  rule: string,
  stopped: readonly [Claim, ClaimStep],
  passes: readonly [Claim, ClaimStep],
])[] = [
  [
    'a grave claim put aside by one person',
    'second-person-from-risk-3',
    [claimIn('triage', 'dismiss', { risk: 3 }), stepOf('dismiss', 'duty', { secondPerson: 'p-2' })],
    [claimIn('triage', 'dismiss', { risk: 3 }), stepOf('dismiss', 'duty')],
  ],
  [
    'a draft without any finding',
    'has-evidence',
    [claimIn('verifying', 'draft', { evidence: 0 }), stepOf('draft', 'duty')],
    [claimIn('verifying', 'draft', { evidence: 1 }), stepOf('draft', 'duty')],
  ],
  [
    'a signature under another text',
    'may-sign',
    [claimIn('signoff', 'sign', { ...unsigned, risk: 4 }), stepOf('sign', 'duty', { bodyHash: 'other' })],
    [claimIn('signoff', 'sign', { ...unsigned, risk: 4 }), stepOf('sign', 'duty')],
  ],
  [
    'facts signed by their author at risk 3',
    'may-sign',
    [claimIn('signoff', 'sign', { ...unsigned, risk: 3 }), stepOf('sign', 'duty', { account: 'p-author' })],
    [claimIn('signoff', 'sign', { ...unsigned, risk: 2 }), stepOf('sign', 'duty', { account: 'p-author' })],
  ],
  [
    'two scopes of one person',
    'may-sign',
    [
      claimIn('signoff', 'sign', { ...unsigned, risk: 4, signatures: [sign('facts', 'p-2', 'lead')] }),
      stepOf('sign', 'lead', { scope: 'lead' }),
    ],
    [
      claimIn('signoff', 'sign', { ...unsigned, risk: 4, signatures: [sign('facts', 'p-1', 'lead')] }),
      stepOf('sign', 'lead', { scope: 'lead' }),
    ],
  ],
  [
    'an approval without the cyberspace office at risk 4',
    'quorum',
    [
      claimIn('signoff', 'approve', {
        ...unsigned,
        risk: 4,
        signatures: [sign('facts', 'p-1', 'duty'), sign('lead', 'p-2', 'lead')],
      }),
      stepOf('approve', 'system'),
    ],
    [
      claimIn('signoff', 'approve', {
        ...unsigned,
        risk: 4,
        signatures: [
          sign('facts', 'p-1', 'duty'),
          sign('lead', 'p-2', 'lead'),
          sign('cac-wording', 'p-3', 'liaison-cac'),
        ],
      }),
      stepOf('approve', 'system'),
    ],
  ],
  [
    'the lead going ahead one second before the ten minutes of risk 4 are over',
    'late-allowed',
    [
      claimIn('signoff', 'approve-late', { ...unsigned, risk: 4, signatures: FULL }),
      stepOf('approve-late', 'lead', { at: 10 * MINUTE - 1_000 }),
    ],
    [
      claimIn('signoff', 'approve-late', { ...unsigned, risk: 4, signatures: FULL }),
      stepOf('approve-late', 'lead', { at: 10 * MINUTE }),
    ],
  ],
  [
    'the lead going ahead with more than facts',
    'late-allowed',
    [
      claimIn('signoff', 'approve-late', {
        ...unsigned,
        risk: 4,
        signatures: FULL,
        text: { ...TEXT, isFactualOnly: false },
      }),
      stepOf('approve-late', 'lead'),
    ],
    [claimIn('signoff', 'approve-late', { ...unsigned, risk: 4, signatures: FULL }), stepOf('approve-late', 'lead')],
  ],
  [
    'a text that is not the one that was approved',
    'hash-approved',
    [claimIn('approved', 'publish', { approvedHash: 'other' }), stepOf('publish', 'publicity')],
    [claimIn('approved', 'publish'), stepOf('publish', 'publicity')],
  ],
  [
    'a duty officer who lets out what was not prepared',
    'duty-prepared',
    [claimIn('approved', 'publish', { text: { ...TEXT, isFamilyTemplate: false } }), stepOf('publish', 'duty')],
    [claimIn('approved', 'publish'), stepOf('publish', 'duty')],
  ],
  [
    'a true report that is passed on',
    'not-true',
    [claimIn('published', 'resurface', { verdict: '属实' }), stepOf('resurface', 'system')],
    [claimIn('published', 'resurface', { verdict: '不实' }), stepOf('resurface', 'system')],
  ],
  [
    'a merge into itself',
    'target-open',
    [claimIn('triage', 'merge'), stepOf('merge', 'duty', { target: claimIn('triage', 'merge') })],
    [claimIn('triage', 'merge'), stepOf('merge', 'duty')],
  ],
  [
    'a merge into what was merged',
    'target-open',
    [claimIn('triage', 'merge'), stepOf('merge', 'duty', { target: { ...openClaim('y', 1), mergedInto: 'z' } })],
    [claimIn('triage', 'merge'), stepOf('merge', 'duty', { target: { ...openClaim('y', 1), state: 'hold' } })],
  ],
  [
    'a hold of 31 minutes at risk 4',
    'has-expiry',
    [claimIn('triage', 'hold', { risk: 4 }), stepOf('hold', 'liaison-police', { until: NOW + 31 * MINUTE })],
    [claimIn('triage', 'hold', { risk: 4 }), stepOf('hold', 'liaison-police', { until: NOW + 30 * MINUTE })],
  ],
  [
    'a case handed to the police by one person',
    'second-person',
    [claimIn('verifying', 'refer'), stepOf('refer', 'duty', { secondPerson: 'p-2' })],
    [claimIn('verifying', 'refer'), stepOf('refer', 'duty')],
  ],
  [
    'an answer to what another organisation was asked',
    'is-asked',
    [claimIn('awaiting-agency', 'answer', { askedOf: 'liaison-police' }), stepOf('answer', 'liaison-cac')],
    [claimIn('awaiting-agency', 'answer', { askedOf: 'liaison-police' }), stepOf('answer', 'liaison-police')],
  ],
  [
    'an objection without its reason',
    'reason',
    [claimIn('signoff', 'object'), stepOf('object', 'liaison-cac', { reason: '  ' })],
    [claimIn('signoff', 'object'), stepOf('object', 'liaison-cac')],
  ],
]

test.each(STOPPED)('%s is stopped by %s, and its neighbour is not', (_what, rule, stopped, passes) => {
  expect(takeStep(...stopped)).toMatchObject({ kind: 'refused', rule })
  expect(takeStep(...passes)).toMatchObject({ kind: 'done' })
})

test('an empty text is not sent round', () => {
  const step = stepOf('submit', 'duty', { text: { ...TEXT, bodyHash: '' } })
  expect(takeStep(claimIn('drafting', 'submit'), step)).toMatchObject({ kind: 'refused', rule: 'has-text' })
})
