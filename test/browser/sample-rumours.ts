// In: a maker of notices. Out: rumours as the record has them: one that was answered, one that is being checked, one taken back.
import { writeFirstLine } from '../../src/core/rumour/first-line.ts'
import { writeWords } from '../../src/core/writing/fields.ts'
import type { PublicRumour } from '../../src/store/rumours/public.ts'
import type { NoticeMaker } from './sample-notices.ts'

const WORDS = {
  heading: '网传近期有大地震的消息没有依据',
  summary: '网传近期有大地震的消息没有依据，请以地震部门发布的信息为准。',
  body: '地震台网记录显示，近一周本市及周边没有发生3.0级以上地震。\n地震预报由省级以上人民政府发布。',
  claim: '甲州市明天有7级地震',
  verdict: '缺乏依据',
  evidence: '中国地震台网目录；《地震预报管理条例》第十四条',
}

/** Newest first. */
export function makeRumours(noticeOf: NoticeMaker): PublicRumour[] {
  const said = { report: 1, replaces: '', origin: null, home: null, nearest: [], written: writeWords(WORDS) }
  const answer = noticeOf('rebuttal', { code: 'gggg8888', report: 1, quake: null, rumour: 'hhhh9999' }, said)
  const gone = noticeOf('rebuttal', { code: 'jjjj2222', report: 1, quake: null, state: 'withdrawn' }, said)
  const common = {
    kind: 'predict' as const,
    claimState: 'published' as const,
    openedAt: answer.issuedAt,
    heardAt: answer.issuedAt - 3_600_000,
    withdrawnAt: null,
    mergedInto: null,
  }
  const line = { words: writeFirstLine('casualty', '乙县'), at: answer.issuedAt, endedAt: null, endedHow: null }
  return [
    { ...common, code: 'hhhh9999', standing: 'answered', line: null, notices: [answer] },
    { ...common, code: 'kkkk3333', kind: 'casualty', claimState: 'verifying', standing: 'checking', line, notices: [] },
    {
      ...common,
      code: 'mmmm4444',
      claimState: 'correction',
      standing: 'withdrawn',
      line: null,
      notices: [gone],
      withdrawnAt: gone.issuedAt + 60_000,
    },
  ]
}
