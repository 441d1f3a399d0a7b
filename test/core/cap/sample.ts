// In: what differs from an ordinary notice. Out: notices of an invented bureau as the CAP composer takes them.
// Must not know the composer's output.
import { ATTENUATION_MODELS } from '../../../src/core/intensity/attenuation.ts'
import { parseZonedTime } from '../../../src/core/instant.ts'
import type { AlertSetting, AlertSubject } from '../../../src/core/cap/compose.ts'
import type { NoticeFacts, SpokenOrigin } from '../../../src/core/notice.ts'

export const at = (text: string): number => parseZonedTime(text) ?? Number.NaN

export const ORIGIN: SpokenOrigin = {
  originTime: at('2026-03-04T09:58:12.345+08:00'),
  latitude: 31.9,
  longitude: 117.6,
  depthKm: 12,
  magnitude: 4.66,
  kind: 'earthquake',
  place: '安徽兰山市东河县',
  sourceCode: 'CC',
  automatic: false,
  domestic: true,
}

export const FACTS: NoticeFacts = {
  kind: 'formal-report',
  class: 'actual',
  bureauName: '兰山市地震局',
  bureauShortName: '兰山震局',
  serial: '兰震信〔2026〕7号',
  report: 1,
  url: 'https://dzj.lanshan.example/n/abcd2345',
  issuedAt: at('2026-03-04T10:00:00.987+08:00'),
  origin: ORIGIN,
  previous: null,
  replaces: '',
  replacedIssuedAt: null,
  withdrawal: null,
  checked: null,
  nearest: [],
  home: { name: '兰山市', distanceKm: 39 },
  maybeFelt: true,
}

export function subjectOf(change: Partial<NoticeFacts> = {}, more: Partial<AlertSubject> = {}): AlertSubject {
  return {
    id: 'n-1',
    quake: 'q-1',
    facts: { ...FACTS, ...change },
    title: '安徽兰山市东河县发生4.7级地震',
    text: '中国地震台网正式测定：03月04日09时58分在安徽兰山市东河县发生4.7级地震，震源深度12千米。',
    ...more,
  }
}

const place = (name: string, code: string, latitude: number, longitude: number) => ({
  name,
  code,
  latitude,
  longitude,
  siteTerm: 0,
})

export const SETTING: AlertSetting = {
  sender: 'cap@dzj.lanshan.example',
  chain: [],
  demonstration: false,
  places: [place('兰山市', '340100', 31.8, 117.2), place('远河市', '620100', 40, 100)],
  attenuation: ATTENUATION_MODELS.east,
}
