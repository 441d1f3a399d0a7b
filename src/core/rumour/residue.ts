// In: the gists of two messages. Out: whether a word of the one stands where the other has another, or one denies what the other says.
// Must not ask for the same order of words: what stands beside a word decides, not where in the text it stands.
import { CLAUSE_END } from './gist.ts'

export type Residue = 'none' | 'replaced' | 'negated'

interface Run {
  text: string
  before: string
  after: string
}

/** Stretches none of whose characters stands beside the same neighbour in the other text. */
function listRuns(text: string, other: string): Run[] {
  const pairs = new Set<string>()
  for (let at = 2; at <= other.length; at += 1) {
    const pair = other.slice(at - 2, at)
    if (!pair.includes(CLAUSE_END)) pairs.add(pair)
  }
  const isShared = (at: number): boolean => at >= 0 && at + 2 <= text.length && pairs.has(text.slice(at, at + 2))
  const runs: Run[] = []
  let from = -1
  for (let at = 0; at <= text.length; at += 1) {
    const isLoose = at < text.length && text[at] !== CLAUSE_END && !isShared(at - 1) && !isShared(at)
    if (isLoose && from < 0) from = at
    if (isLoose || from < 0) continue
    runs.push({ text: text.slice(from, at), before: text.slice(from - 1, from), after: text.slice(at, at + 1) })
    from = -1
  }
  return runs
}

/**
 * Single characters that name or turn a thing round: one of them replaced is another fact even where only what stands before or
 * behind it is alike. Of any other two the one may be the other misread, so both sides must be.
 */
const NAMING = new Set(
  '水火电气油米面盐药粮菜肉奶车船桥路山河湖江海井泉坝堤塔楼房墙门窗床灯狗猫鸡鸭鹅牛羊马猪鱼鸟蛇鼠虾龟虫蜂蚁云雾雨雪风雷光声烟味东南西北上下左右前后内外里中大小高低长短男女老少生死伤真假新旧早晚进出开关涨跌停复省市州县区乡镇村街校院厂站港矿国一二三四五六七八九十全号甲乙丙丁叔舅姑姨哥姐弟妹爸妈氨氯氢氟硫苯醇酸碱',
)
/** Of each of these only one can be meant. */
const APART = [
  '男女',
  '东南西北',
  '甲乙丙丁',
  '春夏秋冬',
  '虎狮豹狼熊猫狗鸡鸭鹅猪牛羊马鱼鸟蛇鼠',
  '氨氯氢氟硫苯油煤盐水米面粮菜药电气',
]
const NEGATION = /[不没未无非否]/u

const sizeOf = (text: string): number => text.match(/[\p{Script=Han}\d]/gu)?.length ?? 0
const isName = (text: string): boolean => NAMING.has(text) || /^\d+$/.test(text)

const isEnd = (near: string): boolean => near === '' || near === CLAUSE_END

/** Without what the other run holds as well: 阿拉善左 beside 阿左 has 拉善 of its own, and the other nothing. */
const ownOf = ({ text }: Run, { text: other }: Run): string =>
  Array.from(text)
    .filter((character) => !other.includes(character))
    .join('')

/** The runs without what they begin and end with alike, which then stands beside them: 抢盐, 抢水. */
function trim(one: Run, other: Run): [Run, Run] {
  const most = Math.min(one.text.length, other.text.length)
  let head = 0
  while (head < most && one.text[head] === other.text[head]) head += 1
  let tail = 0
  while (tail < most - head && one.text.at(-1 - tail) === other.text.at(-1 - tail)) tail += 1
  const cut = ({ text, before, after }: Run): Run => ({
    text: text.slice(head, text.length - tail),
    before: head > 0 ? text.slice(head - 1, head) : before,
    after: tail > 0 ? text.slice(text.length - tail, text.length - tail + 1) : after,
  })
  return head + tail === 0 ? [one, other] : [cut(one), cut(other)]
}

/** Whether both stand at the same place of what the texts share. */
function isAnchored(one: Run, other: Run): boolean {
  const isBefore = one.before === other.before
  const isAfter = one.after === other.after
  const isLast = isEnd(one.after) && isEnd(other.after)
  const isFirst = isEnd(one.before) && isEnd(other.before)
  if (isBefore && !isEnd(one.before)) return isAfter || isLast
  return isAfter && !isEnd(one.after) && isFirst
}

function compareRuns(long: Run, wide: Run): Residue {
  const [one, other] = trim(long, wide)
  if (!isAnchored(one, other)) return 'none'
  const [left, right] = [ownOf(one, other), ownOf(other, one)]
  if (NEGATION.test(left) !== NEGATION.test(right)) return 'negated'
  const [few = 0, many = 0] = [sizeOf(left), sizeOf(right)].toSorted((a, b) => a - b)
  if (few === 0) return 'none'
  // What shook it down may be left unsaid: 震塌, 塌.
  if (many > 1 && (left === '震' || right === '震')) return 'none'
  const isNaming = isName(left) || isName(right)
  const isWithin = one.before === other.before && one.after === other.after
  return few > 1 || isNaming || isWithin ? 'replaced' : 'none'
}

/** A negation that stands right before what both say next, and in the one only. */
const isTurned = ({ text, after }: Run): boolean => NEGATION.test(text.slice(-1)) && !isEnd(after)

/** The one names a member of the class that the other does not, and the other another. */
function isOther(members: string, a: string, b: string): boolean {
  const only = (text: string, other: string): boolean =>
    Array.from(members).some((member) => text.includes(member) && !other.includes(member))
  return only(a, b) && only(b, a)
}

const NUMERAL = /[\d零一二三四五六七八九十百千万两]+/gu

/** Each has a numeral that the other has not: 五月十五, 五月二十五. */
function isNumberedApart(a: string, b: string): boolean {
  const [left, right] = [new Set(a.match(NUMERAL)), new Set(b.match(NUMERAL))]
  return [...left].some((one) => !right.has(one)) && [...right].some((one) => !left.has(one))
}

/** Characters of the longest stretch of which the other text has none. */
const mostOwn = (runs: readonly Run[], other: string): number =>
  Math.max(
    0,
    ...runs.map(({ text }) =>
      sizeOf(
        Array.from(text)
          .filter((character) => !other.includes(character))
          .join(''),
      ),
    ),
  )

/** Compares what two gists do not share. Symmetric; linear in their lengths but for the few stretches left over. */
export function compareResidue(a: string, b: string): Residue {
  const [left, right] = [listRuns(a, b).slice(0, 40), listRuns(b, a).slice(0, 40)]
  const found = left.flatMap((one) => right.map((other) => compareRuns(one, other)))
  const isApart = APART.some((class_) => isOther(class_, a, b)) || isNumberedApart(a, b)
  const [more, most] = [mostOwn(left, b), mostOwn(right, a)]
  if (isApart || found.includes('replaced') || Math.min(more, most) > 1) return 'replaced'
  return found.includes('negated') || left.some(isTurned) !== right.some(isTurned) ? 'negated' : 'none'
}
