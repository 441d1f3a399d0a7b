// In: a row of the register of official forecasts, who looks at it. Out: what it says, how it stands, what is theirs to do.
// Must not decide: rumour/checks/register.ts does; what is shown here is only which buttons make sense.
import {
  FORECAST_KIND_NAMES,
  readForecastState,
  type ForecastState,
} from '../../../core/rumour/checks/official-forecast.ts'
import type { Instant } from '../../../core/instant.ts'
import type { Session } from '../../../people/sessions.ts'
import type { ForecastRecord } from '../../../store/rumours/forecasts.ts'
import { writeHour } from '../roster-view.ts'

const STATE_NAMES: Readonly<Record<ForecastState, string>> = {
  proposed: '待第二人确认',
  declined: '未予登记',
  'in-force': '在效',
  over: '时段已过',
  ended: '已撤销',
}
const TONES: Readonly<Record<ForecastState, string>> = {
  proposed: 'wait',
  declined: 'soft',
  'in-force': 'bad',
  over: 'soft',
  ended: 'soft',
}

export function viewForecast(
  one: ForecastRecord,
  { accountId }: Pick<Session, 'accountId'>,
  now: Instant,
  name: (account: string) => string,
): object {
  const state = readForecastState(one, now)
  const isAsked = state === 'in-force' && one.endAskedBy !== null
  const people = [
    `${name(one.enteredBy)} ${writeHour(one.enteredAt)} 登记`,
    ...(one.decidedBy !== null && one.decidedAt !== null
      ? [`${name(one.decidedBy)} ${writeHour(one.decidedAt)} ${one.decided === 'agreed' ? '确认' : '不予确认'}`]
      : []),
    ...(one.endAskedBy === null ? [] : [`${name(one.endAskedBy)} 提出撤销：${one.endWhy}`]),
    ...(one.endedBy === null || one.endedAt === null
      ? []
      : [`${name(one.endedBy)} ${writeHour(one.endedAt)} 同意撤销`]),
  ]
  return {
    id: one.id,
    kind: FORECAST_KIND_NAMES[one.kind],
    state: STATE_NAMES[state],
    tone: TONES[state],
    issuer: one.issuer,
    document: one.document,
    published: writeHour(one.publishedAt),
    url: one.url ?? '',
    area: one.areaName,
    span: `${writeHour(one.from)} 至 ${writeHour(one.until)}`,
    magnitude: one.magnitude === null ? '' : [...new Set(one.magnitude)].map((value) => value.toFixed(1)).join('–'),
    words: one.words,
    people: people.join('；'),
    decides: state === 'proposed' && one.enteredBy !== accountId,
    waits: (state === 'proposed' && one.enteredBy === accountId) || (isAsked && one.endAskedBy === accountId),
    asksEnd: state === 'in-force' && !isAsked,
    endsAsked: isAsked && one.endAskedBy !== accountId,
  }
}
