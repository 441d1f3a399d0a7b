// In: a fact sheet. Out: the five questions that everybody asks after a quake, each with an answer from that sheet alone.
// Must not foretell, calm, or advise beyond the standing rules: an answer is sent as it stands (DESIGN L8).
import {
  formatDatedMoment,
  formatDepth,
  formatKilometres,
  formatMagnitude,
  formatMoment,
  formatPosition,
} from '../rendering/format.ts'
import { kindWord, labelOf } from '../rendering/label.ts'
import type { SpokenOrigin } from '../notice.ts'
import type { SheetBody, SheetFacts, SheetLine } from './fact-sheet.ts'
import { writeAfter } from './sheet-around.ts'

export interface SheetAnswer {
  question: string
  /** At most 500 characters. */
  answer: string
}

const LONGEST_LINE = 200

/** In the order in which they are asked; of a quake whose notices are withdrawn only where to read on. */
export function writeAnswers({ facts, lines }: SheetBody): SheetAnswer[] {
  const { origin } = facts
  const where = { question: '到哪里看正式信息，有事找谁？', answer: sayWhere(facts) }
  if (origin === null)
    return [{ question: '刚才的公告还有效吗？', answer: '这次地震的公告已经撤回，请不要再转发。' }, where]
  return [
    { question: '刚才是地震吗，在哪里，有多大？', answer: sayWhat(origin, facts) },
    { question: '为什么数字和先前看到的不一样？', answer: sayWhy(origin, facts) },
    { question: '还会不会再震？', answer: sayAfter(facts) },
    { question: '有没有人员伤亡和损失？', answer: sayHarm(lines) },
    where,
  ]
}

function sayWhat(origin: SpokenOrigin, { home, maybeFelt }: SheetFacts): string {
  const { automatic, kind, sourceCode, originTime, place, latitude, longitude, magnitude, depthKm } = origin
  const mark = kindWord(kind)
  const depth = formatDepth(depthKm, mark !== null)
  return [
    `${labelOf(sourceCode, automatic).full}：${formatDatedMoment(originTime, 'unpadded')}在${place}${automatic ? '附近' : ''}（${formatPosition(latitude, longitude)}）`,
    mark === null
      ? `发生${formatMagnitude(magnitude)}级${automatic ? '左右' : ''}地震`
      : `发生${formatMagnitude(magnitude)}级${automatic ? '左右' : ''}${mark.mark}`,
    depth === '' ? '' : `，震源深度${depth}`,
    home === null ? '' : `，震中距${home.name}约${formatKilometres(home.distanceKm)}千米`,
    automatic ? '，最终结果以正式速报为准' : '',
    '。',
    maybeFelt ? '部分地区可能有感。' : '',
  ].join('')
}

function sayWhy({ automatic, magnitude }: SpokenOrigin, { history }: SheetFacts): string {
  const earlier = history.slice(0, -1).findLast((one) => one.magnitude !== null && one.magnitude !== magnitude)
  const rule = '自动测定由计算机在几分钟内给出，正式测定经人工复核；两者都是官方发布，有出入时以正式测定为准。'
  if (automatic) return `${rule}目前公布的是自动测定。`
  if (!earlier || earlier.magnitude === null) return `${rule}目前公布的是正式测定，震级没有修订。`
  return `${rule}${formatMoment(earlier.issuedAt, 'unpadded')}公布的是${formatMagnitude(earlier.magnitude)}级，现以${formatMagnitude(magnitude)}级为准。`
}

function sayAfter({ around }: SheetFacts): string {
  const known = around === null ? '' : `${writeAfter(around)}。`
  return `${known}地震预报由省级以上人民政府统一发布，本局不作预测；震后情况以国家和省级地震部门的公告为准，请不要转发没有出处的说法。`
}

function sayHarm(lines: readonly SheetLine[]): string {
  const newest = lines.toSorted((a, b) => b.at - a.at)[0]
  const said =
    newest === undefined
      ? ''
      : `${newest.source}${formatMoment(newest.at, 'unpadded')}发布：${Array.from(newest.words).slice(0, LONGEST_LINE).join('').replace(/。$/u, '')}。`
  return `${said}人员伤亡和财产损失以抗震救灾指挥机构发布的为准。`
}

function sayWhere({ phone }: SheetFacts): string {
  const call = phone === '' ? '' : `反映震感、异常情况或核实消息，请拨打本局电话 ${phone}。`
  return `请以本局网站、微博、微信公布的公告为准。${call}避开受损的房屋和易掉落的物品；有人受困、受伤请拨打 119、120。`
}
