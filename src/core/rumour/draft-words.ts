// In: what a claim asserts, what its checks found, the fact sheet it may rest on. Out: what a rebuttal's draft begins with: the facts first,
// then the evidence. Must not give a verdict, repeat the claim, nor foretell: who writes decides what was found (rumours.md §11.4).
import { AGENCY_FORMS } from './checks/agency-forms.ts'
import type { Finding } from './checks/finding.ts'
import { nameTopic } from './first-line.ts'
import type { ClaimKind } from './kind.ts'
import type { SheetAnswer } from './sheet-answers.ts'

/** What stands for every claim of a kind: whose word counts about it. */
const STANDING: Readonly<Record<ClaimKind, string>> = {
  predict:
    '地震预报由国务院和省、自治区、直辖市人民政府按照程序统一发布，单位和个人对地震的预测意见应当书面提交地震部门，不得向社会散布。',
  occurred: '发生地震的时间、地点和震级，以国家和省级地震台网的测定为准。',
  report: '地震参数以国家和省级地震台网的测定为准；自动测定修订为正式测定属于正常工作程序。',
  'cover-up': '地震参数由国家和省级地震台网测定并及时公开；自动测定修订为正式测定属于正常工作程序。',
  cause: '地震的性质由地震台网根据记录测定，与测定结果一并公布。',
  closure: '停课、停业、交通管制等安排，以有关主管部门和当地人民政府发布的通知为准。',
  casualty: '人员伤亡和财产损失由抗震救灾指挥机构统一发布。',
  damage: '房屋和工程设施的情况，以主管部门核查后发布的为准。',
  media: '灾情图片和视频，以有关主管部门核实后发布的为准。',
  sign: '动物和地下水的异常多由天气、环境和施工引起，是否与地震有关须经现场核实；发现异常可以向本局反映。',
  supply: '供水、供电、供气和物资供应情况，以主管部门发布的为准。',
  advice: '避险做法以应急管理部门和地震部门公布的为准。',
  other: '',
}

/** Kinds whose facts are those of a quake. */
const OF_QUAKES: readonly ClaimKind[] = [
  'predict',
  'occurred',
  'report',
  'cover-up',
  'cause',
  'casualty',
  'damage',
  'media',
]
const LONGEST_EVIDENCE = 300
const MOST_LAWS = 2

export interface DraftFound {
  /** What people and rules found, each once, the oldest first. */
  said: readonly ({ source: string } & Pick<Finding, 'outcome' | 'rows'> & { rule: Finding['rule'] | null })[]
  /** Of the fact sheet that is cited; [] for none. */
  answers: readonly SheetAnswer[]
}

export interface DraftWords {
  heading: string
  body: string
  evidence: string
}

/** The writer adds what was found out, the summary and the verdict. */
export function beginWords(kind: ClaimKind, { said, answers }: DraftFound): DraftWords {
  const telling = said.filter(({ outcome }) => outcome !== 'no-data')
  const [what] = OF_QUAKES.includes(kind) ? answers : []
  const facts = [what?.answer ?? '', ...telling.flatMap(sayFinding), STANDING[kind]]
  return {
    heading: `关于网传信息（${nameTopic(kind)}）的核实情况`,
    body: [...new Set(facts.filter((line) => line !== ''))].join('\n'),
    evidence: writeEvidence(telling),
  }
}

/** Facts of a finding that may be said as they are. */
function sayFinding({ rule, outcome, rows }: DraftFound['said'][number]): string[] {
  if (outcome !== 'contradicts') return []
  if (rule === 'catalogue') return ['所说时间前后，国家和省级地震台网没有与之相符的测定记录。']
  if (rule === 'precision') return ['以现有科学水平，不能给出将来地震的准确时间、地点和震级。']
  // Why nobody bears such a name; the name itself is the rumour's.
  if (rule === 'agency')
    return AGENCY_FORMS.filter(({ id, exists }) => !exists && rows.some((row) => row.id === id)).map(
      ({ because }) => `${because}。`,
    )
  return []
}

/** 地震目录、中国地震台网…；《地震预报管理条例》第十四条 */
function writeEvidence(telling: DraftFound['said']): string {
  const sources = telling.filter(({ rule }) => rule !== 'forecast-law').map(({ source }) => source)
  const laws = telling
    .flatMap(({ rows }) => rows.filter(({ table }) => table === 'law'))
    .map(({ says }) => says.split('：')[0] ?? '')
  const parts = [[...new Set(sources)].join('、'), [...new Set(laws)].slice(0, MOST_LAWS).join('、')]
  return Array.from(parts.filter((part) => part !== '').join('；'))
    .slice(0, LONGEST_EVIDENCE)
    .join('')
}
