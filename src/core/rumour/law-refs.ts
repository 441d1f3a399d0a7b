// In: nothing. Out: articles of law on which checks and rebuttals rest, each with the dates between which it holds.
// Must not stand in a template: law changes, and the article of the day of conduct counts (wording-and-rules.md §0.8).
import { formatBeijing, type Instant } from '../instant.ts'

export type LawTopic = 'forecast' | 'clarify' | 'rumour' | 'information'

export interface LawRef {
  id: string
  law: string
  article: string
  /** What it says, in our words: the text itself is quoted by nobody but a person who has it before them. */
  says: string
  /** Where the text stands. */
  text: string
  /** First day on which it holds, Beijing's calendar: YYYY-MM-DD. */
  from: string
  /** Last day; null while it holds. */
  until: string | null
  /** When somebody compared it with the text. */
  checkedOn: string
  /** True where what was compared was the law's own text; false where it was quoted by somebody else. */
  isOwnText: boolean
  topics: readonly LawTopic[]
}

/** Law texts: github.com/LawRefBook/Laws as of 2025-04-19. */
const BOOK = { text: 'LawRefBook/Laws 2f4c5c2', checkedOn: '2025-04-19', isOwnText: true, until: null } as const
const PREVENTION = { ...BOOK, law: '《中华人民共和国防震减灾法》', from: '2009-05-01' } as const
const FORECAST = { ...BOOK, law: '《地震预报管理条例》', from: '1998-12-17' } as const
const PUNISHMENT = '《中华人民共和国治安管理处罚法》'

export const LAW_REFS: readonly LawRef[] = [
  {
    ...PREVENTION,
    id: 'prevention-26',
    article: '第二十六条',
    says: '单位和个人对地震的预测意见应当书面提交地震部门，不得自行传播',
    topics: ['forecast'],
  },
  {
    ...PREVENTION,
    id: 'prevention-29',
    article: '第二十九条',
    says: '地震预报意见实行统一发布制度，单位和个人不得散布预测、预报意见及其评审结果',
    topics: ['forecast'],
  },
  {
    ...PREVENTION,
    id: 'prevention-52',
    article: '第五十二条',
    says: '震情和灾情信息归口管理，统一、准确、及时发布',
    topics: ['information'],
  },
  {
    ...PREVENTION,
    id: 'prevention-88',
    article: '第八十八条',
    says: '散布地震预测意见、地震预报意见及其评审结果，或者散布地震谣言、扰乱社会秩序的，由公安机关依法处理',
    topics: ['rumour'],
  },
  {
    ...FORECAST,
    id: 'forecast-14',
    article: '第十四条',
    says: '全国性的长期、中期预报由国务院发布；省、自治区、直辖市行政区域内的预报由其人民政府发布',
    topics: ['forecast'],
  },
  {
    ...FORECAST,
    id: 'forecast-15',
    article: '第十五条',
    says: '已发布短期预报的地区，紧急情况下市、县人民政府可以发布四十八小时之内的临震预报',
    topics: ['forecast'],
  },
  {
    ...FORECAST,
    id: 'forecast-17',
    article: '第十七条',
    says: '发生地震谣言，地震工作机构应当协助人民政府迅速予以澄清',
    topics: ['clarify'],
  },
  {
    ...FORECAST,
    id: 'forecast-22',
    article: '第二十二条',
    says: '震后地震趋势判定公告的权限和程序由国务院地震工作主管部门规定',
    topics: ['forecast'],
  },
  {
    ...BOOK,
    id: 'emergency-15',
    law: '《破坏性地震应急条例》',
    article: '第十五条',
    says: '发生地震谣传，地震部门协助人民政府平息和澄清',
    from: '1995-04-01',
    topics: ['clarify'],
  },
  {
    ...BOOK,
    id: 'incident-7',
    law: '《中华人民共和国突发事件应对法》',
    article: '第七条',
    says: '突发事件信息由有关人民政府和部门发布；不得编造、故意传播虚假信息，影响社会稳定的虚假信息应当及时澄清',
    from: '2024-11-01',
    topics: ['clarify', 'rumour'],
  },
  {
    ...BOOK,
    id: 'incident-97',
    law: '《中华人民共和国突发事件应对法》',
    article: '第九十七条',
    says: '编造并传播有关突发事件的虚假信息，或者明知是虚假信息而传播的法律责任',
    from: '2024-11-01',
    topics: ['rumour'],
  },
  {
    ...BOOK,
    id: 'openness-6',
    law: '《中华人民共和国政府信息公开条例》',
    article: '第六条',
    says: '行政机关发现影响或者可能影响社会稳定的虚假或者不完整信息，应当发布准确的政府信息予以澄清',
    from: '2019-05-15',
    topics: ['clarify', 'information'],
  },
  {
    ...BOOK,
    id: 'punishment-25',
    law: PUNISHMENT,
    article: '第二十五条第一项',
    says: '散布谣言，谎报险情、疫情、警情扰乱公共秩序的处罚（2025年12月31日前的行为）',
    from: '2006-03-01',
    until: '2025-12-31',
    topics: ['rumour'],
  },
  {
    id: 'punishment-29',
    law: PUNISHMENT,
    article: '第二十九条第一项',
    says: '故意散布谣言，谎报险情、疫情、灾情、警情扰乱公共秩序的处罚（2026年1月1日起的行为）',
    text: 'news.43b.com.cn/a/952090',
    from: '2026-01-01',
    until: null,
    checkedOn: '2025-09-04',
    isOwnText: false,
    topics: ['rumour'],
  },
  {
    ...BOOK,
    id: 'criminal-291',
    law: '《中华人民共和国刑法》',
    article: '第二百九十一条之一第二款',
    says: '编造、故意传播虚假险情、疫情、灾情、警情，严重扰乱社会秩序',
    from: '2015-11-01',
    topics: ['rumour'],
  },
]

/** Articles on a topic that held on the day of an instant. */
export function findLaws(topic: LawTopic, at: Instant, refs: readonly LawRef[] = LAW_REFS): LawRef[] {
  const day = formatBeijing(at).slice(0, 10)
  return refs.filter(
    ({ topics, from, until }) => topics.includes(topic) && from <= day && (until === null || day <= until),
  )
}

/** What a package for the police names: whose word a forecast is, who clears a rumour up, and who may be held to account. */
const HANDOVER_TOPICS: readonly LawTopic[] = ['forecast', 'clarify', 'rumour']

export const listHandoverLaws = (at: Instant): LawRef[] => [
  ...new Set(HANDOVER_TOPICS.flatMap((topic) => findLaws(topic, at))),
]

/** 《地震预报管理条例》第十四条 */
export const nameLaw = ({ law, article }: Pick<LawRef, 'law' | 'article'>): string => `${law}${article}`
