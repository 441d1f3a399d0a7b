// In: a claim's kinds, routes, events and clocks. Out: as people at the desk read them.
import type { CheckOutcome } from '../../../core/rumour/checks/finding.ts'
import type { ClaimKind, Stance } from '../../../core/rumour/kind.ts'
import type { GrantLevel } from '../../../store/rumours/beside.ts'
import type { LinkHow } from '../../../store/rumours/links.ts'
import type { SightingRoute } from '../../../store/rumours/sightings.ts'

export const CLAIM_KIND_NAMES: Readonly<Record<ClaimKind, string>> = {
  closure: '停课停业',
  casualty: '伤亡',
  damage: '损毁',
  cause: '起因',
  'cover-up': '瞒报',
  sign: '异常现象',
  report: '测定信息',
  predict: '预测',
  occurred: '称已发生',
  media: '图片视频',
  supply: '物资供应',
  advice: '避险建议',
  other: '其他',
}

export const ROUTE_NAMES: Readonly<Record<SightingRoute, string>> = {
  form: '网页',
  wechat: '微信',
  weibo: '微博',
  phone: '来电',
  agency: '单位通报',
  patrol: '网上巡查',
  api: '接口',
  csv: '批量录入',
}

export const STANCE_NAMES: Readonly<Record<Stance, string>> = { spread: '传播', deny: '否认', ask: '询问' }

export const HOW_NAMES: Readonly<Record<LinkHow, string>> = {
  auto: '自动归并',
  opened: '首条',
  suggested: '按建议归入',
  person: '人工归入',
}

export const OUTCOME_NAMES: Readonly<Record<CheckOutcome, string>> = {
  supports: '支持传言',
  contradicts: '与传言不符',
  'no-data': '无数据',
}

export const LEVEL_NAMES: Readonly<Record<GrantLevel, string>> = { summary: '摘要', case: '全案' }

export const RISK_TONES: Readonly<Record<number, string>> = { 4: 'bad', 3: 'bad', 2: 'wait', 1: 'soft' }
