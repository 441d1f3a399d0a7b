// In: what a claim asserts, a place of the bureau's. Out: the first public line about it, in prepared words: it is being checked.
// Must not repeat the claim, nor say anything of what will be found: whoever reads it alone learns nothing to pass on (DESIGN L8).
import type { ClaimKind } from './kind.ts'

const TOPICS: Readonly<Record<ClaimKind, string>> = {
  closure: '停课停业',
  casualty: '人员伤亡',
  damage: '房屋和工程设施',
  cause: '地震成因',
  'cover-up': '震情信息公开',
  sign: '异常现象',
  report: '地震参数',
  predict: '地震预测',
  occurred: '是否发生地震',
  media: '图片和视频',
  supply: '物资供应',
  advice: '避险做法',
  other: '地震相关内容',
}

/** What a claim is about, in words that assert nothing. */
export const nameTopic = (kind: ClaimKind): string => TOPICS[kind]

/** @param place of the bureau's own list; '' where none is named */
export function writeFirstLine(kind: ClaimKind, place: string): string {
  return `本局收到群众反映的网传信息，涉及${place}${TOPICS[kind]}，正在会同有关部门核实，结果在本页公布。核实之前，请勿转发未经证实的内容。`
}

/** What such a line is called in a list. */
export const nameFirstLine = (kind: ClaimKind): string => `网传信息核实中（${TOPICS[kind]}）`

/** How a first line ends: by the answer, or by a person who says why there will be none. */
export const LINE_ENDS = ['answered', 'passed-on', 'not-followed', 'mistaken'] as const
export type LineEnd = (typeof LINE_ENDS)[number]

export const LINE_END_NAMES: Readonly<Record<LineEnd, string>> = {
  answered: '已公布核实结果',
  'passed-on': '已转有关部门',
  'not-followed': '不再跟踪',
  mistaken: '发布有误',
}

/** What stands in the place of a line that ended without an answer. */
export const LINE_END_WORDS: Readonly<Record<Exclude<LineEnd, 'answered'>, string>> = {
  'passed-on': '该信息不属于本局职责范围，已转有关部门处理，请以有关部门发布的信息为准。',
  'not-followed': '未发现该信息继续传播，本局不再跟踪。相关内容未经证实，请勿转发。',
  mistaken: '本局此前在本页公布的“正在核实”有误，现予撤销。',
}

/** A person may end a line so; the answer ends it by itself. */
export const HAND_ENDS: readonly Exclude<LineEnd, 'answered'>[] = ['passed-on', 'not-followed', 'mistaken']
