// In: what stopped a text while it was made. Out: the Chinese sentence that the duty officer reads as the reason of the hold.
// Must not hide the cause from the maintainer: the error's own words go on record beside it (holds.ts, `error`).
import { RenderFailure } from '../core/rendering/engine.ts'
import { UnspeakableFact } from '../core/rendering/format.ts'

/** What a notice states, by the fact's name up to its first dot; a fact without a name here is told by its own. */
const FACTS: Readonly<Record<string, string>> = {
  bureauName: '本单位名称',
  bureauShortName: '本单位简称',
  depth: '深度',
  home: '本地地名',
  kind: '事件类型',
  latitude: '纬度',
  longitude: '经度',
  magnitude: '震级',
  nearest: '附近地名',
  originTime: '发震时刻',
  place: '地名',
  serial: '公告编号',
  sourceCode: '来源代码',
  url: '公告网址',
}

const CHECKED: Readonly<Record<string, string>> = {
  area: '核查范围',
  cause: '原因说明',
  from: '核查起始时间',
  to: '核查截止时间',
  magnitudeFloor: '核查震级下限',
}

function nameFact(fact: string): string {
  const [first = '', second = ''] = fact.split('.')
  if (first === 'checked') return CHECKED[second] ?? '核查时段、范围或震级下限'
  return FACTS[second === '' ? first : second] ?? fact
}

/** Why no notice was made, for a person; the error itself may be in English. */
export function describeUnmade(error: unknown): string {
  if (!(error instanceof RenderFailure)) return '公告文稿未能生成，程序出错，须人工处理'
  const { cause, template } = error
  if (cause instanceof UnspeakableFact) return `公告文稿未能生成：${nameFact(cause.fact)}有误或不得发布，须人工核定`
  return `公告文稿未能生成：模板 ${template} 有缺项或不当用语，须人工核定`
}
