// In: the texts of a claim. Out: in whose name it says that it speaks: an agency, somebody inside, a relation who works there.
// Must not judge whether there is such an agency (agency.ts does), nor give out the name of a person.
import { NATIONAL_GAZETTEER, type Gazetteer } from '../../places/gazetteer.ts'
import { findAgencies } from './agency.ts'

const MOST = 3

/** Hearsay without an agency's name; the first that fits where it stands decides. */
const HEARSAY =
  /(?:地震局|地震台|地震部门|气象局|政府|部队|官方|单位|上面)(?:的)?内部(?:消息|人士|人员|通知|文件)?|内部(?:消息|人士|通知|文件)|(?:我|俺|朋友|同学|同事|邻居|别人)?(?:家)?(?:的)?(?:姑父|姑姑|姨父|姨夫|舅舅|舅妈|叔叔|伯伯|大爷|表哥|表姐|堂哥|亲戚|朋友|同学|同事|老师)(?=[^。！？!?]{0,14}(?:说|讲|透露|告诉))|专家(?=[^，。！？!?]{0,6}(?:说|称|讲|表示|预测|透露))|(?:官方|权威)(?:消息|通知|发布|媒体)(?!为准)/gu

/** As they stand in the texts, each once, the agencies first. */
export function findToldSources(plain: readonly string[], gazetteer: Gazetteer = NATIONAL_GAZETTEER): string[] {
  const agencies = plain.flatMap((one) => findAgencies(one, gazetteer)).map(({ name }) => name)
  const told = plain.flatMap((one) => [...one.matchAll(HEARSAY)].map(([words]) => words))
  const all = [...new Set([...agencies, ...told])]
  // 地震局 beside 银川市地震局内部消息 says nothing more.
  return all.filter((one) => !all.some((other) => other !== one && other.includes(one))).slice(0, MOST)
}
