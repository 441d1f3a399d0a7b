// In: the signatures of two messages. Out: the same claim (auto), perhaps (suggest), the same template with other facts
// (family), or nothing; with score and slots for the record. Must not merge: what is suggested, a person decides.
import type { ClaimKind } from './kind.ts'
import { compareResidue, type Residue } from './residue.ts'
import { compareTexts } from './similarity.ts'
import type { Signature } from './signature.ts'
import { compareSlot, compareSlots, type SlotName, type SlotVerdicts } from './slot-match.ts'

export type MatchBand = 'auto' | 'suggest' | 'family' | 'none'

export interface ClaimMatch {
  band: MatchBand
  /** Dice's coefficient over bigrams, 0 to 1. */
  score: number
  slots: SlotVerdicts
  agreeing: readonly (SlotName | 'kind')[]
  /** Why a machine may not merge what looks alike; [] for auto and none. */
  doubts: readonly Doubt[]
  ruleVersion: string
}

export type Doubt =
  | 'fact-differs'
  | 'stance-differs'
  | 'kind-differs'
  | 'place-one-sided'
  | 'part-only'
  | 'each-lacks-one'
  | 'one-word-replaced'
  | 'negated'
  | 'too-short'
  | 'no-claim'
  | 'question'

/** In words for the desk. */
export const DOUBTS: Readonly<Record<Doubt, string>> = {
  'fact-differs': '地点、震级、时间或数量不同',
  'stance-differs': '一条是传言，一条是否认',
  'kind-differs': '所说的事类别不同',
  'place-one-sided': '只有一条写明地点',
  'part-only': '事实只有部分相同',
  'each-lacks-one': '各有对方没有的事实',
  'one-word-replaced': '同样的话里换了词，可能是另一件事',
  negated: '一条说有，一条说没有',
  'too-short': '文字过短',
  'no-claim': '看不出具体说法',
  question: '其中一条是提问',
}

/** Figures of rumours.md §10; similarities are shares from 0 to 1. */
export interface MatchRules {
  version: string
  /** Alone enough for auto. */
  sameText: number
  /** With one, two agreeing facts. */
  withOne: number
  withTwo: number
  /** With three or more. */
  withThree: number
  /** Share of the facts of the poorer side that must agree where three do. */
  coverage: number
  /** So many facts, all that the poorer side has, are enough whatever the words. */
  wholeFacts: number
  suggest: number
  /** Facts, one of them beside the kind, that are enough to be offered. */
  offerFacts: number
  family: number
  /** Fewer characters than this are never merged by the machine (check-api: short texts suggest only). */
  shortest: number
}

export const MATCH_RULES: MatchRules = {
  version: '2026-11-3',
  sameText: 0.7,
  withOne: 0.5,
  withTwo: 0.35,
  withThree: 0.2,
  coverage: 0.75,
  wholeFacts: 4,
  suggest: 0.3,
  offerFacts: 2,
  family: 0.5,
  shortest: 8,
}

/** A contradiction in one of these makes another claim; in landmarks and subjects, which no table knows whole, a doubt. */
const VETOES: readonly SlotName[] = [
  'places',
  'magnitudes',
  'counts',
  'quantities',
  'durations',
  'clockTimes',
  'days',
  'dates',
]
const FACTS: readonly SlotName[] = [...VETOES, 'landmarks', 'subjects']
/** A quake foretold, one told as past, an official text: no two of them are the same claim. */
const APART: readonly ClaimKind[] = ['predict', 'occurred', 'report', 'closure', 'casualty', 'cause']
/** A quake is told by where, when and how large. */
const IN_FIGURES: readonly ClaimKind[] = ['predict', 'occurred', 'report']
export const areKindsApart = (a: ClaimKind, b: ClaimKind): boolean => a !== b && APART.includes(a) && APART.includes(b)

/** Facts that agree, of those that make another claim where they do not. */
const countTold = (slots: SlotVerdicts): number => {
  let told = 0
  for (const name of VETOES) if (slots[name] === 'agree') told += 1
  return told
}

function countFacts({ kind, slots }: Signature): number {
  return FACTS.filter((name) => slots[name].length > 0).length + (kind === 'other' ? 0 : 1)
}

/** 今晚8级 and 今晚凌晨3时: both may be parts of one story, or two. */
function doesEachLackOne(a: Signature, b: Signature): boolean {
  const isOnly = (one: Signature, other: Signature): boolean =>
    VETOES.some((name) => one.slots[name].length > 0 && other.slots[name].length === 0)
  return isOnly(a, b) && isOnly(b, a)
}

/** Facts that name one thing and no other, so that the words around them may be any. */
function isNamedByFacts(a: Signature, slots: SlotVerdicts, agreeing: readonly (SlotName | 'kind')[]): boolean {
  const told = countTold(slots)
  if (!agreeing.includes('kind') && a.stance !== 'deny') return false
  if (a.kind === 'casualty') return told >= 2 && slots.counts === 'agree' && slots.subjects !== 'one-sided'
  return told >= 3 && slots.places === 'agree' && (IN_FIGURES.includes(a.kind) || a.stance === 'deny')
}

function listDoubts(a: Signature, b: Signature, score: number, slots: SlotVerdicts, rules: MatchRules): Doubt[] {
  const isTold = countTold(slots) >= 3
  const differs = (name: SlotName): boolean => slots[name] === 'conflict'
  const hasPart =
    FACTS.some((name) => slots[name] === 'partial') || (['landmarks', 'subjects', 'offices'] as const).some(differs)
  const doubts: Doubt[] = []
  if (a.kind !== b.kind && score < rules.withOne) doubts.push('kind-differs')
  if (slots.places === 'one-sided') doubts.push('place-one-sided')
  if (hasPart) doubts.push('part-only')
  if (score < rules.sameText && doesEachLackOne(a, b)) doubts.push('each-lacks-one')
  if (Math.min(a.bare.length, b.bare.length) < rules.shortest) doubts.push('too-short')
  if (a.kind === 'other' && b.kind === 'other' && score < rules.withOne && !isTold) doubts.push('no-claim')
  if (a.stance !== b.stance) doubts.push('question')
  return doubts
}

/** Two facts, one of them more than what kind of story it is. */
const areFactsAgreed = (agreeing: ClaimMatch['agreeing']): boolean =>
  agreeing.length >= 2 && agreeing.some((name) => name !== 'kind')

/**
 * Compares two messages. Symmetric. A fact that differs, or a denial beside what it denies, forbids the merge however alike
 * the texts are; a doubt leaves it to a person.
 */
export function matchClaims(a: Signature, b: Signature, rules: MatchRules = MATCH_RULES): ClaimMatch {
  return judge(a, b, compareTexts(a.bare, b.bare), rules)
}

/**
 * The same where their score is known; null at once for what a fact makes none.
 * @param score as compareTexts gives it
 */
export function matchScored(
  a: Signature,
  b: Signature,
  score: number,
  rules: MatchRules = MATCH_RULES,
): ClaimMatch | null {
  const isElse =
    score < rules.family &&
    (areKindsApart(a.kind, b.kind) || VETOES.some((name) => compareSlot(name, a.slots, b.slots) === 'conflict'))
  return isElse ? null : judge(a, b, score, rules)
}

function judge(a: Signature, b: Signature, score: number, rules: MatchRules): ClaimMatch {
  const slots = compareSlots(a.slots, b.slots)
  const agreeing = [
    ...FACTS.filter((name) => slots[name] === 'agree'),
    ...(a.kind === b.kind && a.kind !== 'other' ? (['kind'] as const) : []),
  ]
  const close = (band: MatchBand, doubts: readonly Doubt[]): ClaimMatch => ({
    band,
    score,
    slots,
    agreeing,
    doubts,
    ruleVersion: rules.version,
  })
  const isFactApart = VETOES.some((name) => slots[name] === 'conflict') || areKindsApart(a.kind, b.kind)
  const isDenied = (a.stance === 'deny') !== (b.stance === 'deny')
  if (isFactApart || isDenied) {
    const doubts: Doubt[] = [
      ...(isFactApart ? ['fact-differs' as const] : []),
      ...(isDenied ? ['stance-differs' as const] : []),
    ]
    // A denial has words of its own around what it denies: the facts tell what it is about.
    const isAbout = !isFactApart && (score >= rules.suggest || areFactsAgreed(agreeing))
    return score >= rules.family || isAbout ? close('family', doubts) : close('none', [])
  }
  const covered = agreeing.length / Math.max(1, Math.min(countFacts(a), countFacts(b)))
  const isSame =
    score >= rules.sameText ||
    (agreeing.length >= rules.wholeFacts && covered >= 1) ||
    (agreeing.length >= 3 && covered >= rules.coverage && score >= rules.withThree) ||
    (agreeing.length >= 2 && score >= rules.withTwo) ||
    (agreeing.length >= 1 && score >= rules.withOne)
  const isOffered = agreeing.length >= rules.offerFacts && agreeing.some((name) => name !== 'kind')
  if (!isSame && score < rules.suggest && !isOffered) return close('none', [])
  const doubts = listDoubts(a, b, score, slots, rules)
  const isRead = isSame && doubts.length === 0 && a.bare !== b.bare && !isNamedByFacts(a, slots, agreeing)
  const residue: Residue = isRead ? compareResidue(a.gist, b.gist) : 'none'
  if (residue !== 'none') doubts.push(residue === 'replaced' ? 'one-word-replaced' : 'negated')
  if (isSame && doubts.length === 0) return close('auto', [])
  // Hardly a word the same: facts alone then say too little if either tells what the other does not, or of another kind.
  const told = countTold(slots)
  const isSubject = told > 0 && slots.subjects === 'agree'
  const isElse =
    doubts.includes('each-lacks-one') ||
    (doubts.includes('kind-differs') && told < 3 && !isSubject) ||
    (doubts.includes('place-one-sided') && told < 2)
  const isNear = isSame || score >= rules.suggest || (isOffered && !isElse)
  return isNear ? close('suggest', doubts) : close('none', [])
}
