// In: the name of what stopped a word, as the record keeps it. Out: the Chinese name that the duty officer reads.
// Must not be asked for a decision: programs go by the record's names, people by these.

/** Every gate of gates.ts, and what else may hold or set aside a word: rules, a person's acts, the text itself. */
export const GATE_NAMES = {
  class: '数据类别',
  clock: '时钟',
  zone: '时区',
  'id-time': '编号时间',
  values: '参数',
  'swapped-coordinates': '经纬度颠倒',
  kind: '事件类型',
  age: '时效',
  authority: '来源权限',
  size: '强度复核',
  contradiction: '结果矛盾',
  'deep-shock': '深震误判',
  bulk: '批量',
  'kill-switch': '总停用',
  ambiguous: '归属待定',
  authorisation: '预授权',
  delete: '测定撤销',
  person: '人工决定',
  place: '地名',
  render: '文稿',
  rule: '人工核发',
  rules: '发布规则',
  veto: '等待期',
  withdrawn: '曾经撤回',
  worth: '更新标准',
} as const

export type GateName = keyof typeof GATE_NAMES

/** The Chinese name; a name that an older program has left on record stays as it is. */
export function nameGate(gate: string): string {
  return Object.hasOwn(GATE_NAMES, gate) ? GATE_NAMES[gate as GateName] : gate
}
