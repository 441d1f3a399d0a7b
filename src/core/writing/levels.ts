// In: nothing. Out: the grades of publication, who approves which, and the four questions an approver answers.
// Must not know a draft; its state machine (draft.ts) asks here.
import type { Role } from '../people/roles.ts'

/** Begun at the desk of drafts. */
export const FREE_KINDS = ['bulletin', 'no-quake', 'science', 'announcement'] as const
/** A rebuttal is begun, signed and let out with its claim (rumour/rebuttal.ts). */
export const DRAFT_KINDS = [...FREE_KINDS, 'rebuttal'] as const
export type DraftKind = (typeof DRAFT_KINDS)[number]

/** 信息上网发布等级制度 (wording-and-rules.md §1, 002 一（二）): the grade decides who approves. Lowest first. */
export const LEVELS = ['daily', 'ordinary', 'weighty'] as const
export type Level = (typeof LEVELS)[number]

export const LEVEL_NAMES: Readonly<Record<Level, string>> = {
  daily: '三级（日常信息）',
  ordinary: '二级（一般信息）',
  weighty: '一级（重要信息）',
}

/** What stands in the record of a notice beside its level (DESIGN: publication_level). */
export const LEVEL_GRADES: Readonly<Record<Level, string>> = { daily: '三级', ordinary: '二级', weighty: '一级' }

/** No text of a kind may be graded lower; whoever writes it may grade it higher. */
export const LOWEST: Readonly<Record<DraftKind, Level>> = {
  bulletin: 'ordinary',
  'no-quake': 'ordinary',
  announcement: 'ordinary',
  science: 'daily',
  rebuttal: 'ordinary',
}

export interface ApprovalStep {
  name: string
  roles: readonly Role[]
}

const REVIEW: ApprovalStep = { name: '审核', roles: ['duty', 'publicity', 'lead'] }
const SIGN: ApprovalStep = { name: '审定', roles: ['lead'] }

/** Steps in order; each by another person, and none of them wrote a word of it (国办发〔2018〕123号: 先审后发, 分级分类审核). */
export const PATHS: Readonly<Record<Level, readonly ApprovalStep[]>> = {
  daily: [REVIEW],
  ordinary: [SIGN],
  weighty: [REVIEW, SIGN],
}

/** 政治关、法律关、保密关、文字关 (国办发〔2018〕123号). */
export const GATES = ['political', 'legal', 'secrecy', 'wording'] as const
export type WritingGate = (typeof GATES)[number]

export const GATE_QUESTIONS: Readonly<Record<WritingGate, { name: string; question: string }>> = {
  political: { name: '政治关', question: '导向正确，与上级口径一致' },
  legal: { name: '法律关', question: '不含预测意见，不指认责任，引用有据' },
  secrecy: { name: '保密关', question: '不涉及国家秘密、工作秘密和个人信息' },
  wording: { name: '文字关', question: '数据、地名、时间、单位已逐项核对，没有错漏' },
}

/** Whether one grade is at least as high as another. */
export function isAtLeast(level: Level, lowest: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(lowest)
}
