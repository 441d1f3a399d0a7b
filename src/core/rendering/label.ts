// In: the source code and kind of a determination. Out: who determined it, and what shook, in the regulated words.
// Must not guess: a code that is not in the table has no label, and a notice without a label does not go out (DESIGN L8).
import type { QuakeKind } from '../quake-report.ts'
import { UnspeakableFact } from './format.ts'

/** Letters of the provincial networks (GB/T 2260 alphabetic codes, as the catalogue ids carry them). */
const PROVINCES: Readonly<Record<string, string>> = {
  AH: '安徽',
  BJ: '北京',
  CQ: '重庆',
  FJ: '福建',
  GD: '广东',
  GS: '甘肃',
  GX: '广西',
  GZ: '贵州',
  HA: '河南',
  HB: '湖北',
  HE: '河北',
  HI: '海南',
  HL: '黑龙江',
  HN: '湖南',
  JL: '吉林',
  JS: '江苏',
  JX: '江西',
  LN: '辽宁',
  NM: '内蒙古',
  NX: '宁夏',
  QH: '青海',
  SC: '四川',
  SD: '山东',
  SH: '上海',
  SN: '陕西',
  SX: '山西',
  TJ: '天津',
  XJ: '新疆',
  XZ: '西藏',
  YN: '云南',
  ZJ: '浙江',
}

/** A label in its full form and in the short one that fits WeChat's 20-character fields. */
export interface Label {
  full: string
  brief: string
  /** True for AU and a province's automatic: then 附近, 左右 and 最终结果以正式速报为准 must stand in the sentence. */
  automatic: boolean
  /** True for CC and CD: the only labels that hold 正式. */
  national: boolean
}

/**
 * Chooses the label by source code (福建省地震局 rule on 中震测发〔2015〕51号: AU, CC/CD, province).
 * @param automatic a province's automatic determination says so, too, in the quick report and in whatever revises it
 * @throws UnspeakableFact when the code has no label
 */
export function labelOf(sourceCode: string, automatic = false): Label {
  if (sourceCode === 'AU') {
    return { full: '中国地震台网自动测定', brief: '自动测定', automatic: true, national: false }
  }
  if (sourceCode === 'CC' || sourceCode === 'CD') {
    return { full: '中国地震台网正式测定', brief: '正式测定', automatic: false, national: true }
  }
  if (!Object.hasOwn(PROVINCES, sourceCode)) {
    throw new UnspeakableFact('sourceCode', `no label belongs to “${sourceCode.slice(0, 8)}”`)
  }
  const province = PROVINCES[sourceCode] ?? ''
  if (automatic) {
    return { full: `${province}地震台网自动测定`, brief: `${province}自动`, automatic: true, national: false }
  }
  return { full: `${province}地震台网测定`, brief: `${province}台网`, automatic: false, national: false }
}

/** Source codes that have a label, for configuration checks and tests. */
export const LABELLED_CODES: readonly string[] = ['AU', 'CC', 'CD', ...Object.keys(PROVINCES)]

interface KindWord {
  /** Stands in brackets after the place. */
  mark: string
  /** One sentence for citizens: why this is not the earthquake they expect (staff's complaint: 缺少必要解释). */
  gloss: string
}

const KINDS: Readonly<Record<QuakeKind, KindWord | null>> = {
  earthquake: null,
  collapse: { mark: '塌陷', gloss: '塌陷是地表或地下空间塌落引起的震动，不是天然地震。' },
  blast: { mark: '爆破', gloss: '爆破是人工爆破作业引起的震动，不是天然地震。' },
  mining: { mark: '矿震', gloss: '矿震是矿山开采活动引起的震动，不是天然地震。' },
  'suspected-blast': { mark: '疑爆', gloss: '疑爆是疑似爆破引起的震动，性质以正式认定为准。' },
  explosion: { mark: '爆炸', gloss: '爆炸引起的震动不是天然地震。' },
  induced: { mark: '诱发地震', gloss: '诱发地震是与人类工程活动有关的地震。' },
  landslide: { mark: '滑坡', gloss: '滑坡是山体滑动引起的震动，不是天然地震。' },
  volcanic: { mark: '火山', gloss: '这次震动与火山活动有关。' },
  nonexistent: null,
  other: { mark: '其他类型', gloss: '这次震动不属于普通天然地震，类型以正式认定为准。' },
}

/**
 * The bracket word and the explaining sentence of a kind; null for a natural earthquake.
 * @throws UnspeakableFact for `nonexistent`: what did not happen has no report
 */
export function kindWord(kind: QuakeKind): KindWord | null {
  if (!Object.hasOwn(KINDS, kind) || kind === 'nonexistent') {
    throw new UnspeakableFact('kind', `“${kind}” cannot be reported`)
  }
  return KINDS[kind]
}

/** Every bracket word, ours and what sources write instead, so that a place that already carries one gets no second. */
export const KIND_MARKS: readonly string[] = [
  ...Object.values(KINDS).flatMap((word) => (word ? [word.mark] : [])),
  '疑似爆破',
  '非天然',
  '非天然地震',
]
