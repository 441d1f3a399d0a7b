// In: a claim's risk, its text's hash, who signed what. Out: which signatures are missing, and whether the lead may go ahead.
// Must not count a signature under another text, and never two scopes of one person (rumours.md §4).
import { MINUTE, type Instant } from '../instant.ts'
import type { ClaimActor } from './claim-states.ts'

export type Risk = 1 | 2 | 3 | 4
export type SignScope = 'facts' | 'lead' | 'bureau-wording' | 'cac-wording' | 'unit' | 'police-mention'

export interface Signature {
  scope: SignScope
  actor: ClaimActor
  /** Id of the account. */
  account: string
  bodyHash: string
  at: Instant
}

/** What is to be signed. */
export interface SignedText {
  bodyHash: string
  author: string
  submittedAt: Instant
  /** Names an investigation, a person or a penalty. */
  mentionsPolice: boolean
  /** Holds nothing but the catalogue and the law. */
  isFactualOnly: boolean
  /** Filled from a family template that all agencies signed in peacetime. */
  isFamilyTemplate: boolean
}

export const SCOPE_NAMES: Readonly<Record<SignScope, string>> = {
  facts: '事实（地震局）',
  lead: '带班领导',
  'bureau-wording': '文字（地震局宣传）',
  'cac-wording': '文字和时机（网信办）',
  unit: '责任单位',
  'police-mention': '涉案表述（公安）',
}

/** Whose signature it is, in a word. */
export const SCOPE_OWNERS: Readonly<Record<SignScope, string>> = {
  facts: '地震局事实',
  lead: '带班领导',
  'bureau-wording': '地震局宣传',
  'cac-wording': '网信办',
  unit: '责任单位',
  'police-mention': '公安',
}

export const WHO_SIGNS: Readonly<Record<SignScope, readonly ClaimActor[]>> = {
  facts: ['duty', 'lead'],
  lead: ['lead'],
  'bureau-wording': ['publicity', 'lead'],
  'cac-wording': ['liaison-cac'],
  unit: ['responsible-unit'],
  'police-mention': ['liaison-police'],
}

const QUORUM: Readonly<Record<Risk, readonly SignScope[]>> = {
  4: ['facts', 'lead', 'cac-wording'],
  3: ['facts', 'unit', 'cac-wording'],
  2: ['facts', 'bureau-wording'],
  1: ['facts', 'bureau-wording'],
}

/** Silence after which the bureau's lead alone may let the factual part out, counted from the submission. */
export const LATE_AFTER_MS: Readonly<Record<Risk, number>> = {
  4: 10 * MINUTE,
  3: 30 * MINUTE,
  2: 20 * MINUTE,
  1: 20 * MINUTE,
}

/** The scopes that this text needs. */
export function listScopes(risk: Risk, text: SignedText): SignScope[] {
  const base: readonly SignScope[] = risk === 1 && text.isFamilyTemplate ? ['facts'] : QUORUM[risk]
  return [...base, ...(text.mentionsPolice ? (['police-mention'] as const) : [])]
}

/** Why somebody may not sign this scope now, or null. */
export type SignRule = 'not-needed' | 'not-yours' | 'other-text' | 'own-draft' | 'signed-already' | 'scope-taken'

export function checkSigning(
  risk: Risk,
  text: SignedText,
  signatures: readonly Signature[],
  wanted: Signature,
): SignRule | null {
  if (wanted.bodyHash !== text.bodyHash) return 'other-text'
  if (!listScopes(risk, text).includes(wanted.scope)) return 'not-needed'
  if (!WHO_SIGNS[wanted.scope].includes(wanted.actor)) return 'not-yours'
  if (wanted.scope === 'facts' && risk >= 3 && wanted.account === text.author) return 'own-draft'
  const standing = signatures.filter(({ bodyHash }) => bodyHash === text.bodyHash)
  if (standing.some(({ account }) => account === wanted.account)) return 'signed-already'
  return standing.some(({ scope }) => scope === wanted.scope) ? 'scope-taken' : null
}

/** Scopes that nobody has signed under this very text. */
export function listMissing(risk: Risk, text: SignedText, signatures: readonly Signature[]): SignScope[] {
  const signed = signatures.filter(({ bodyHash }) => bodyHash === text.bodyHash).map(({ scope }) => scope)
  return listScopes(risk, text).filter((scope) => !signed.includes(scope))
}

/** All needed signatures stand, and the author is not the only signer (a family template was signed by all before). */
export function hasQuorum(risk: Risk, text: SignedText, signatures: readonly Signature[]): boolean {
  if (listMissing(risk, text, signatures).length > 0) return false
  const isByOther = signatures.some(({ bodyHash, account }) => bodyHash === text.bodyHash && account !== text.author)
  return isByOther || (risk === 1 && text.isFamilyTemplate)
}

/**
 * Whether the lead may go ahead without those who are silent: after the time, with a factual text, never in place of the
 * police where the text speaks of a case, and from risk 3 on over facts that somebody else has signed.
 */
export function mayGoAhead(
  risk: Risk,
  text: SignedText,
  signatures: readonly Signature[],
  lead: string,
  now: Instant,
): boolean {
  if (now < text.submittedAt + LATE_AFTER_MS[risk] || !text.isFactualOnly || text.mentionsPolice) return false
  const facts = signatures.filter(({ bodyHash, scope }) => bodyHash === text.bodyHash && scope === 'facts')
  return risk <= 2 ? text.author !== lead || facts.length > 0 : facts.some(({ account }) => account !== lead)
}
