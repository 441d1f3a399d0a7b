// In: a claim of a coming quake, the register of official forecasts. Out: that nobody may say so, unless an authority has said it.
// Must not look at who says it: the law asks who released it (地震预报管理条例 art. 14, 15).
import type { Instant } from '../../instant.ts'
import { findLaws, nameLaw, type LawRef } from '../law-refs.ts'
import { findingOf, type Finding, type UsedRow } from './finding.ts'
import { coverClaim, FORECAST_KIND_NAMES, type OfficialForecast } from './official-forecast.ts'
import type { ClaimReading } from './reading.ts'

export interface ForecastFacts {
  now: Instant
  /** Rows of the register that are in force now. */
  forecasts: readonly OfficialForecast[]
}

const toLawRow = (ref: LawRef): UsedRow => ({
  table: 'law',
  id: ref.id,
  says: `${nameLaw(ref)}：${ref.says}（${ref.from} 起施行，${ref.checkedOn} 核对${ref.isOwnText ? '' : '，据转载'}）`,
})

const toForecastRow = (one: OfficialForecast): UsedRow => ({
  table: 'forecast',
  id: one.id,
  says: `${one.issuer}《${one.document}》${FORECAST_KIND_NAMES[one.kind]}：${one.areaName}`,
})

/** Null for a claim that foretells nothing. */
export function checkForecastLaw(claim: ClaimReading, { now, forecasts }: ForecastFacts): Finding | null {
  if (claim.kind !== 'predict') return null
  const laws = findLaws('forecast', claim.heardAt).map(toLawRow)
  const found = forecasts.map((one) => ({ one, coverage: coverClaim(one, claim, now) }))
  // The register is looked at anew when one of them begins or ends.
  const turns = forecasts.flatMap(({ from, until }) => [from, until]).filter((at) => at > now)
  const again = turns.length === 0 ? null : Math.min(...turns)
  const covering = found.filter(({ coverage }) => coverage === 'covers').map(({ one }) => toForecastRow(one))
  if (covering.length > 0) {
    const words = '登记在册并且在效的官方预报包含所说的地点和时间，须与预报原文逐字核对后再答复。'
    return findingOf('forecast-law', 'supports', words, [...covering, ...laws], again)
  }
  const partly = found.filter(({ coverage }) => coverage === 'part').map(({ one }) => toForecastRow(one))
  if (partly.length > 0) {
    const words = '有在效的官方预报与所说的地点或时间部分重合，是否一致须由人员认定。'
    return findingOf('forecast-law', 'no-data', words, [...partly, ...laws], again)
  }
  const words =
    '地震预报由国务院和省级人民政府发布，登记中没有包含所说地点和时间的在效官方预报；单位和个人不得散布预测意见。'
  return findingOf('forecast-law', 'contradicts', words, laws, again)
}
