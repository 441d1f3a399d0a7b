// In: labelled messages [{id, text, claim, family}]. Out: how well a way of matching tells claims apart, pair by pair.
// Must not tune on what it reports: tuneFloor takes the half that is not measured.
import { z } from 'zod'
import { MATCH_RULES, matchClaims, type Doubt, type MatchBand } from '../../src/core/rumour/claim-match.ts'
import { signMessage, type Signature } from '../../src/core/rumour/signature.ts'
import { compareTexts } from '../../src/core/rumour/similarity.ts'

const nameSchema = z.union([z.string().min(1), z.number()]).transform(String)
const messageSchema = z.object({ id: nameSchema, text: z.string(), claim: nameSchema, family: nameSchema })
export type LabelledMessage = z.infer<typeof messageSchema>

/** Reads a file of labelled messages: a list, or {messages: list}. @throws with a sentence that says where it is none */
export function readLabelled(json: string): LabelledMessage[] {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new Error(`is no JSON: ${cause instanceof Error ? cause.message : ''}`, { cause })
  }
  const list: unknown = typeof value === 'object' && value !== null && 'messages' in value ? value.messages : value
  const read = z.array(messageSchema).min(2, 'two messages at least make a pair').safeParse(list)
  if (!read.success) {
    const [issue] = read.error.issues
    const where = issue && issue.path.length > 0 ? `messages[${issue.path.join('].')}: ` : ''
    throw new Error(`is no list of {id, text, claim, family}: ${where}${issue?.message ?? ''}`)
  }
  const ids = read.data.map(({ id }) => id)
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice !== undefined) throw new Error(`has the id ${twice} twice`)
  return read.data
}

export interface LabelledPair {
  one: Signature
  other: Signature
  a: LabelledMessage
  b: LabelledMessage
  isSame: boolean
  score: number
  band: MatchBand
  doubts: readonly Doubt[]
}

/** Every pair of messages once. */
export function pairUp(messages: readonly LabelledMessage[]): LabelledPair[] {
  const signed = messages.map((message): [LabelledMessage, Signature] => [message, signMessage(message.text)])
  return signed.flatMap(([a, one], at) =>
    signed.slice(at + 1).map(([b, other]) => {
      const score = compareTexts(one.bare, other.bare)
      const { band, doubts } = matchClaims(one, other)
      return { one, other, a, b, isSame: a.claim === b.claim, score, band, doubts }
    }),
  )
}

export interface Measure {
  precision: number
  recall: number
  f1: number
  wrong: number
}

/** Precision, recall and F1 (0 to 1) of a decision over pairs; precision is 1 where nothing was merged. */
export function measure(pairs: readonly LabelledPair[], isMerged: (pair: LabelledPair) => boolean): Measure {
  const merged = pairs.filter(isMerged)
  const right = merged.filter(({ isSame }) => isSame).length
  const all = pairs.filter(({ isSame }) => isSame).length
  const precision = merged.length === 0 ? 1 : right / merged.length
  const recall = all === 0 ? 1 : right / all
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)
  return { precision, recall, f1, wrong: merged.length - right }
}

/** Text alone at a threshold. */
export const byText =
  (floor: number) =>
  ({ score }: LabelledPair): boolean =>
    score >= floor
/** Text at a threshold, forbidden where a fact or the stance differs or the kind forbids it. */
export const byVeto =
  (floor: number) =>
  ({ score, band }: LabelledPair): boolean =>
    score >= floor && (band === 'auto' || band === 'suggest')
export const isAuto = ({ band }: LabelledPair): boolean => band === 'auto'
export const isShown = ({ band }: LabelledPair): boolean => band === 'auto' || band === 'suggest'

/** The machine's merges, or what else it says, with all its thresholds moved up or down by the same share. */
export const byShift =
  (shift: number, bands: readonly MatchBand[] = ['auto']) =>
  ({ one, other }: LabelledPair): boolean => {
    const { sameText, withOne, withTwo, withThree } = MATCH_RULES
    const moved = {
      ...MATCH_RULES,
      sameText: sameText + shift,
      withOne: withOne + shift,
      withTwo: withTwo + shift,
      withThree: withThree + shift,
    }
    return bands.includes(matchClaims(one, other, moved).band)
  }

/** The shift of the best F1 over these pairs, from -0.2 to 0.2; the smallest of equals. */
export function tuneShift(pairs: readonly LabelledPair[]): number {
  const shifts = [0, -0.05, 0.05, -0.1, 0.1, -0.15, 0.15, -0.2, 0.2]
  const tried = shifts.map((shift) => ({ shift, f1: measure(pairs, byShift(shift)).f1 })).sort((a, b) => b.f1 - a.f1)
  return tried[0]?.shift ?? 0
}

/** The threshold of the best F1 over these pairs, from 0.2 to 0.8. */
export function tuneFloor(
  pairs: readonly LabelledPair[],
  by: (floor: number) => (pair: LabelledPair) => boolean,
): number {
  const floors = Array.from({ length: 61 }, (_, step) => (20 + step) / 100)
  const best = floors.map((floor) => ({ floor, f1: measure(pairs, by(floor)).f1 })).sort((a, b) => b.f1 - a.f1)[0]
  return best?.floor ?? 0.5
}

/** Families in two halves by turns of their sorted names: neither half holds a family of the other. */
export function halve(messages: readonly LabelledMessage[]): [LabelledMessage[], LabelledMessage[]] {
  const families = [...new Set(messages.map(({ family }) => family))].sort()
  const isFirst = ({ family }: LabelledMessage): boolean => families.indexOf(family) % 2 === 0
  return [messages.filter(isFirst), messages.filter((message) => !isFirst(message))]
}
