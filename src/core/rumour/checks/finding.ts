// In: nothing. Out: what a check of a claim answers: which rule asked, what came of it, and by which rows.
// Must not decide what a claim is: a finding is evidence for whoever gives the verdict, and never a verdict itself.
import type { Instant } from '../../instant.ts'

export const CHECK_OUTCOMES = ['supports', 'contradicts', 'no-data'] as const
/** Whether what was found speaks for the claim, against it, or says nothing. */
export type CheckOutcome = (typeof CHECK_OUTCOMES)[number]

export const CHECK_RULES = ['catalogue', 'number', 'forecast-law', 'precision', 'agency', 'recurrence'] as const
export type CheckRule = (typeof CHECK_RULES)[number]

/** On the claim's card, and as the source of what a rebuttal rests on. */
export const RULE_NAMES: Readonly<Record<CheckRule, string>> = {
  catalogue: '地震目录',
  number: '与官方公告比对',
  'forecast-law': '地震预报法规',
  precision: '时间地点精确程度',
  agency: '机构名称',
  recurrence: '以往传言',
}

/** Rises with every change of what a rule answers: claims under way are then asked again. */
export const RULES_VERSION = '2026-11-2'

/** Where a row that a finding rests on stands. */
export type UsedTable = 'quake' | 'report' | 'source' | 'law' | 'forecast' | 'agency' | 'words' | 'claim'

export interface UsedRow {
  table: UsedTable
  id: string
  /** What the row says, in one line for the desk. */
  says: string
}

export interface Finding {
  rule: CheckRule
  outcome: CheckOutcome
  /** At most 1,000 characters; never the title or the words of another claim, which not everybody may see. */
  words: string
  rows: readonly UsedRow[]
  /** When time alone may change the answer; null: only new rows can. */
  again: Instant | null
}

/** Rows beyond this are no help to a reader; the first are the nearest. */
const MOST_ROWS = 12

/** What takes the place of a finding whose rule has nothing to ask any more: its text was split off, its kind put right. */
export const endFinding = (rule: CheckRule): Finding =>
  findingOf(rule, 'no-data', '现在的说法里没有这一项可以核对的内容，此前的结果不再适用。')

export function findingOf(
  rule: CheckRule,
  outcome: CheckOutcome,
  words: string,
  rows: readonly UsedRow[] = [],
  again: Instant | null = null,
): Finding {
  return { rule, outcome, words: words.slice(0, 1_000), rows: rows.slice(0, MOST_ROWS), again }
}
