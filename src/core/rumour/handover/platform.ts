// In: nothing. Out: what a platform can be asked to do about a post, how that stands, who spread it as what, and how a case ended.
// Must not be an order of the bureau's: the cyberspace office asks, and the bureau reads what came of it (rumours.md §3).

export const PLATFORM_ACTIONS = ['remove', 'label', 'limit', 'comments', 'account', 'other'] as const
export type PlatformAction = (typeof PLATFORM_ACTIONS)[number]
export const ACTION_NAMES: Readonly<Record<PlatformAction, string>> = {
  remove: '删除',
  label: '加注不实提示',
  limit: '限制传播',
  comments: '关闭评论',
  account: '处置账号',
  other: '其他处置',
}

export const ACTION_STATES = ['asked', 'done', 'refused'] as const
export type ActionState = (typeof ACTION_STATES)[number]
export const ACTION_STATE_NAMES: Readonly<Record<ActionState, string>> = {
  asked: '已要求',
  done: '已处置',
  refused: '平台未处置',
}

/** Frightened forwarders are no offenders (rumours.md §11.7). */
export const SPREADER_ROLES = ['origin', 'amplifier', 'forwarder', 'unknown'] as const
export type SpreaderRole = (typeof SPREADER_ROLES)[number]
export const SPREADER_NAMES: Readonly<Record<SpreaderRole, string>> = {
  origin: '首发',
  amplifier: '主要传播',
  forwarder: '转发',
  unknown: '不明',
}

export const OUTCOMES = ['educated', 'ordered', 'deleted', 'transferred'] as const
export type Outcome = (typeof OUTCOMES)[number]
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  educated: '教育',
  ordered: '责令改正',
  deleted: '删除',
  transferred: '移送',
}
