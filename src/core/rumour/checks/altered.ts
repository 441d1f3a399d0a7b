// In: a claim with figures of a quake, the official determinations of that time. Out: whether the figures are altered.
// Must not call a known revision an alteration: an automatic M 4.8 and a formal M 5.0 of one quake are both official.
import { DAY, MINUTE } from '../../instant.ts'
import { CATALOGUE_TOLERANCE, listCandidates, type CatalogueFacts } from './catalogue.ts'
import { findingOf, type Finding } from './finding.ts'
import { describeQuake, toVersionRow, type KnownQuake } from './known-quake.ts'
import type { ClaimReading, ToldMagnitude } from './reading.ts'

/** Depths are whole kilometres in every notice. */
const DEPTH_KM = 0.5
/** What was rounded by whoever told it: 5级 for 4.8. */
const ROUNDED = 0.5
const EXACT = 0.05

/** Whether an official version has this figure; one without decimals may be rounded. */
function isOfficial({ low, high, isExact }: ToldMagnitude, { versions }: KnownQuake): boolean {
  const within = isExact ? EXACT : ROUNDED
  return versions.some(({ magnitude }) => magnitude >= low - within - 1e-9 && magnitude <= high + within + 1e-9)
}

/** Null for a claim without figures, or about no past quake. */
export function checkNumber(
  claim: ClaimReading,
  facts: Pick<CatalogueFacts, 'quakes' | 'home' | 'now' | 'silent'>,
): Finding | null {
  const isCoverUp = claim.kind === 'cover-up'
  if (!isCoverUp && claim.kind !== 'occurred' && claim.kind !== 'report') return null
  if (claim.magnitudes.length === 0 && claim.depths.length === 0) return null
  // 实际是7级 is said of the quake that everybody speaks of, some days later too.
  const told = isCoverUp && claim.past.exact !== 'minute' ? lookBack(claim) : claim
  const near = listCandidates(told, facts).filter(({ isNear, isFelt }) => isNear || isFelt)
  // Of a shock and its aftershock the one whose figures are told is meant.
  const found = isCoverUp
    ? near.toSorted((a, b) => b.quake.magnitude - a.quake.magnitude)[0]
    : (near.find(({ quake }) => claim.magnitudes.some((one) => isOfficial(one, quake))) ?? near[0])
  if (!found) return findingOf('number', 'no-data', '没有找到所指的官方测定，无从比对数字。')
  const { quake } = found
  const rows = quake.versions.map(toVersionRow)
  const official = claim.magnitudes.filter((one) => isOfficial(one, quake))
  const isMagnitudeAltered =
    claim.magnitudes.length > 0 && (isCoverUp ? official.length < claim.magnitudes.length : official.length === 0)
  const depths = quake.versions.flatMap(({ depthKm }) => (depthKm === null ? [] : [depthKm]))
  const isDepthAltered =
    depths.length > 0 && claim.depths.some((told) => depths.every((one) => Math.abs(one - told) > DEPTH_KM))
  const what = [isMagnitudeAltered ? '震级' : '', isDepthAltered ? '震源深度' : ''].filter((one) => one !== '')
  if (what.length > 0) {
    // A formal determination that is on its way may bear the number out.
    const ripeAt = quake.originTime + CATALOGUE_TOLERANCE.waitMs
    const isFinal = quake.versions.some(({ isFormal }) => isFormal) || facts.now >= ripeAt
    if (!isFinal) {
      const words = '与自动测定不同；正式测定还没有来，是修订还是改动要等正式测定后自动比对。'
      return findingOf('number', 'no-data', words, rows, ripeAt)
    }
    if (facts.silent.length > 0) {
      const words = '与已收到的官方测定不同；有官方来源没有应答，可能还有别的版本，恢复后自动比对。'
      return findingOf('number', 'no-data', words, rows, facts.now + MINUTE)
    }
    const words = `${what.join('、')}与官方对 ${describeQuake(quake)} 的 ${rows.length} 个测定版本均不相同，系改动官方数字。`
    return findingOf('number', 'contradicts', words, rows)
  }
  if (isCoverUp)
    return findingOf('number', 'no-data', '所说数字都在官方各版本之内；自动测定与正式测定不同属正常修订。', rows)
  const words = '数字与官方测定的一个版本相同；自动测定修订为正式测定，两者都是官方发布，不是改动。'
  return findingOf('number', 'supports', words, rows)
}

const lookBack = (claim: ClaimReading): ClaimReading => ({
  ...claim,
  past: { spans: [{ from: claim.heardAt - 3 * DAY, to: claim.heardAt }], exact: 'open' },
})
