// In: a determination. Out: the verdicts of the gates that look at its class, values, kind and place.
// Must not guess a kind from depth or text; the source's type word decides (DESIGN §6.4).
import { countiesNamed } from '../places/county-names.ts'
import { suspectSwap } from '../places/swap.ts'
import type { TrafficClass } from '../quake-report.ts'
import { kindWord } from '../rendering/label.ts'
import { isFormal } from './prefer.ts'
import { PASS, type Gate } from './gate.ts'

const CLASSES: Readonly<Record<TrafficClass, string>> = { actual: '正式', drill: '演练', test: '测试' }

export const classGate: Gate = {
  name: 'class',
  stops: 'foreign test and training traffic, drafts, scenarios; an early warning told as a quake that happened',
  passes: 'a drill inside an installation: same gates, drill outlets only',
  words: ['first', 'follow-up'],
  decide: ({ report, quake }) => {
    if (report.class === 'test') return { outcome: 'archive', reason: '测试数据只入库，不发布' }
    if (report.class !== quake.class)
      return { outcome: 'archive', reason: `${CLASSES[report.class]}数据不属于${CLASSES[quake.class]}地震，只入库` }
    return PASS
  },
}

/** Deepest known quakes lie at about 750 km; beyond is a unit error (feeds.md §4). */
const DEEPEST_KM = 800
const SHALLOWEST_KM = -10
const HIGHEST_MAGNITUDE = 9.6
const LOWEST_MAGNITUDE = -2

export const valuesGate: Gate = {
  name: 'values',
  stops: 'a first version without magnitude or with 0.0; metres read as kilometres; a place at (0,0)',
  passes: 'negative depths of a few kilometres, an unknown depth, M 2 in the city',
  words: ['first', 'follow-up'],
  decide: ({ report }) => {
    const { latitude, longitude, depthKm, magnitude } = report
    if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) {
      return { outcome: 'archive', reason: '没有可用的震中坐标', alarm: true }
    }
    if (latitude === 0 && longitude === 0)
      return { outcome: 'archive', reason: '震中坐标为（0，0），不可采信', alarm: true }
    if (depthKm !== null && (depthKm > DEEPEST_KM || depthKm < SHALLOWEST_KM)) {
      return {
        outcome: 'archive',
        reason: `深度 ${depthKm} 公里超出可信范围（${SHALLOWEST_KM} 至 ${DEEPEST_KM} 公里）`,
        alarm: true,
      }
    }
    if (magnitude === null || magnitude.value === 0) {
      return { outcome: 'wait', reason: '该版测定尚无震级，待来源补充', until: null }
    }
    if (magnitude.value > HIGHEST_MAGNITUDE || magnitude.value < LOWEST_MAGNITUDE) {
      return {
        outcome: 'archive',
        reason: `震级 ${magnitude.value} 超出可信范围（${LOWEST_MAGNITUDE} 至 ${HIGHEST_MAGNITUDE}）`,
        alarm: true,
      }
    }
    return PASS
  },
}

export const swapGate: Gate = {
  name: 'swapped-coordinates',
  stops: 'latitude and longitude exchanged by the source',
  passes: 'an epicentre 204 km from the seat of the banner it lies in: distance alone never holds',
  words: ['first', 'follow-up'],
  decide: ({ report, policy, voice, word }) => {
    const { latitude, longitude, place } = report
    if (latitude === null || longitude === null || countiesNamed(place).length === 0) return PASS
    if (!suspectSwap(place, latitude, longitude, policy.gates.swapKm)) return PASS
    const words = word === 'follow-up' && isFormal(voice) ? '正式测定' : ''
    const meant = `纬度 ${longitude}、经度 ${latitude}`
    const reason = `${words}经纬度与地名“${place}”不符，疑为颠倒；人工核定发布时按${meant}`
    return { outcome: 'hold', reason }
  },
}

export const kindGate: Gate = {
  name: 'kind',
  stops: 'a quarry blast or a mine collapse told as an earthquake; depth 0 without a word that explains it',
  passes: 'a 塌陷 that follows our quick report and comes from the national network: readers must be told at once',
  words: ['first', 'follow-up'],
  decide: ({ report, voice, word }) => {
    const natural = report.kind === 'earthquake'
    if (natural && report.depthKm === 0) {
      return { outcome: 'hold', reason: '深度为 0 公里而未注明事件类型，须人工核定是否为天然地震' }
    }
    if (natural) return PASS
    if (word === 'follow-up' && voice === 'national-formal') return PASS
    const kind = report.kind === 'nonexistent' ? '不存在' : kindWord(report.kind)?.mark
    return { outcome: 'hold', reason: `事件类型为“${kind}”，首次发布须由人工决定` }
  },
}
