// In: names of template files, conditions, suffixes. Out: as the person who edits or signs reads them.
import { NOTICES } from '../../../core/judgement/rules.ts'
import type { When } from '../../../core/judgement/policy.ts'
import type { NoticeKind } from '../../../core/notice.ts'
import { REASON_NAMES } from '../board/words.ts'

const SUFFIXES: Readonly<Record<string, string>> = {
  '': '正文',
  title: '标题',
  brief: '短讯',
  weibo: '微博',
  'weibo-brief': '微博（短）',
  'weibo-minimal': '微博（最短）',
  'wechat-title': '微信标题',
  'wechat-digest': '微信摘要',
  'wechat-article': '微信文章',
  'wechat-subscribe': '微信订阅通知',
  website: '网站',
  speech: '语音播报',
}

const PARTS: Readonly<Record<string, string>> = {
  _checked: '核查的时段和范围',
  _determination: '测定句（规定句式）',
  '_determination-brief': '测定句（短）',
  _headline: '标题用语',
  _marker: '编号和网址',
  _parameters: '参数表',
  _surroundings: '震中距和有感',
  _trend: '趋势判定意见的引用',
  '_written-body': '书面稿件的正文',
  '_spoken-checked': '核查（播报）',
  '_spoken-determination': '测定句（播报）',
}

export const nameKind = (kind: string): string => NOTICES[kind as NoticeKind] ?? kind
export const nameSuffix = (suffix: string): string => SUFFIXES[suffix === 'text' ? '' : suffix] ?? suffix

/** quick-report.weibo-brief.liquid → 自动速报 · 微博（短） */
export function nameFile(file: string): string {
  const [family = '', second = ''] = file.split('.')
  const suffix = second === 'liquid' ? '' : second
  if (family.startsWith('_')) return `共用片段 · ${PARTS[family] ?? family}`
  if (family === 'notice') return `各类通用 · ${nameSuffix(suffix)}`
  const reason = Object.entries(REASON_NAMES).find(([code]) => family === `withdrawal-${code}`)?.[1]
  return `${reason === undefined ? nameKind(family) : `撤回（${reason}）`} · ${nameSuffix(suffix)}`
}

/** M≥4.0，距本地 300 公里以内 */
export function nameWhen(when: When): string {
  const parts = [
    ...(when.minMagnitude === undefined ? [] : [`M≥${when.minMagnitude.toFixed(1)}`]),
    ...(when.maxDistanceKm === undefined ? [] : [`距本地 ${when.maxDistanceKm} 公里以内`]),
    ...(when.minIntensity === undefined ? [] : [`估算烈度≥${when.minIntensity}`]),
    ...(when.region === undefined ? [] : [when.region === 'domestic' ? '国内' : '国外']),
    ...(when.evaluation === undefined ? [] : [when.evaluation === 'automatic' ? '自动测定' : '正式测定']),
    ...(when.kinds === undefined ? [] : [`类型 ${when.kinds.join('、')}`]),
  ]
  return parts.length === 0 ? '按发布规则，不另设条件' : parts.join('，')
}
