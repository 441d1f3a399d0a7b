// In: nothing. Out: the words of an answer that nothing is to be said against. Must not name a place: it serves for any claim.

export const REBUTTAL_WORDS = {
  heading: '网传地震消息不实',
  summary: '网传近期有大地震的消息没有依据，请以地震部门发布的信息为准。',
  body: '地震台网记录显示，今日本市及周边没有发生3.0级以上地震。地震预报由省级以上人民政府发布，本省没有发布过地震预报。',
  verdict: '缺乏依据',
  evidence: '中国地震台网目录；《地震预报管理条例》',
} as const
