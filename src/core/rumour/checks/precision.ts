// In: a claim of a coming quake. Out: whether it is more exact than anybody could be: minute, tenth of a magnitude, village.
// Must not take the figures of a past quake that stand in the same text for figures of the coming one.
import { findWhereabouts } from '../place-slot.ts'
import { findingOf, type Finding, type UsedRow } from './finding.ts'
import type { ClaimReading } from './reading.ts'

const AHEAD =
  /将|要(?!求|闻)|会(?!议|商)|可能|预测|预报|预计|预警|还有|即将|马上|随时|明[天日晚早]|后天|今晚|今夜|余震/u
const BACK = /测定|昨[天日晚夜]|刚刚|刚才|已经?发生|发生了|发生过|速报/u
/** 21时30分发布 is when somebody spoke, and no time of a quake. */
const SPOKEN = '发布|发出|通知|通报|公告|消息|报道|更新|电|讯'
const MINUTE = new RegExp(`(?<!截至|截止|\\d)\\d{1,2}(?:时|:)\\d{1,2}(?!\\d)(?:分(?!钟)|(?!分))(?!${SPOKEN})`, 'u')
const MINUTE_ALONE = /(?<![\d时:])\d{1,2}分(?!钟|之|局|院|校|公司|店)/u
const TENTH = /\d\.\d级/u
const VILLAGE: readonly string[] = ['镇', '乡', '村', '街道', '小区']

interface Sign {
  name: string
  find: (sentence: string) => string | null
}

const SIGNS: readonly Sign[] = [
  { name: '时间精确到分钟', find: (text) => (MINUTE.exec(text) ?? MINUTE_ALONE.exec(text))?.[0] ?? null },
  { name: '震级精确到小数', find: (text) => TENTH.exec(text)?.[0] ?? null },
  {
    name: '地点精确到乡镇、村或小区',
    find: (text) => {
      const found = findWhereabouts(text).landmarks.map((one) => one.split(':'))
      const [rank = '', name = ''] = found.find(([one = '']) => VILLAGE.includes(one)) ?? []
      return rank === '' ? null : name + rank
    },
  },
]

type Tense = 'ahead' | 'back' | null

function readTense(clause: string): Tense {
  if (BACK.test(clause)) return 'back'
  if (AHEAD.test(clause)) return 'ahead'
  return /发生|台网/u.test(clause) ? 'back' : null
}

/** Clauses that speak of what is to come; one that does not say goes with the next that does, else with the one before. */
function listAhead(plain: string): string[] {
  return plain.split(/[。！？；!?;\n]/u).flatMap((sentence) => {
    const clauses = sentence.split(/[，,]/u)
    const tenses = clauses.map(readTense)
    return clauses.filter((_, index) => {
      const own = tenses[index] ?? tenses.slice(index).find((one) => one !== null)
      return (own ?? tenses.slice(0, index).findLast((one) => one !== null) ?? 'ahead') === 'ahead'
    })
  })
}

/** Null for a claim that foretells nothing. */
export function checkPrecision(claim: ClaimReading): Finding | null {
  if (claim.kind !== 'predict') return null
  const rows = claim.plain.flatMap((plain, index) =>
    listAhead(plain).flatMap((clause) =>
      SIGNS.flatMap(({ name, find }): UsedRow[] => {
        const words = find(clause)
        return words === null ? [] : [{ table: 'words', id: claim.texts[index]?.id ?? '', says: `${name}：“${words}”` }]
      }),
    ),
  )
  const unique = [...new Map(rows.map((row) => [row.says, row])).values()]
  const names = [...new Set(unique.map(({ says }) => says.split('：')[0] ?? ''))]
  return names.length === 0
    ? findingOf('precision', 'no-data', '没有精确到分钟、小数震级或乡镇村的说法。')
    : findingOf('precision', 'contradicts', `对将来的地震说得${names.join('，')}，现有科学水平做不到。`, unique)
}
