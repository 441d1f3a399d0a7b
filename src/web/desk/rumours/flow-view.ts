// In: how much comes in from outside of late. Out: one line for the queue, and how loud it is said.
// Must not blame: many reports are a rumour that goes round, or somebody who wants it to look so.
import { isNarrow, judgeFlow, type Flow } from '../../../core/rumour/flow.ts'

export interface FlowLine {
  words: string
  warning: string
  tone: 'soft' | 'wait' | 'bad'
}

export function viewFlow(flow: Flow): FlowLine {
  const stand = judgeFlow(flow)
  const words = `最近 10 分钟收到公众线索 ${flow.recent} 条，来自 ${flow.networks} 个网络；24 小时共 ${flow.day} 条`
  if (stand === 'usual') return { words, warning: '', tone: 'soft' }
  const warning = stand === 'flood' ? '数量激增' : '数量偏高'
  const narrow = isNarrow(flow) ? '，且集中于少数网络，可能有人刷量' : ''
  return { words, warning: `${warning}${narrow}`, tone: stand === 'flood' ? 'bad' : 'wait' }
}
