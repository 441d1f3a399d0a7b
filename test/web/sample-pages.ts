// In: nothing. Out: the pages of an invented bureau and one notice of it, for the tests of the public side.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import { parseZonedTime } from '../../src/core/instant.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import type { SiteIdentity } from '../../src/web/public/pages/frame.ts'
import { createPages } from '../../src/web/public/pages.ts'

const FOLDER = fileURLToPath(new URL('../../templates/pages/', import.meta.url))
export const templates = new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(FOLDER + name, 'utf8')]))
const at = (text: string): number => parseZonedTime(text) ?? Number.NaN
const place = (name: string, latitude: number, longitude: number) => ({
  name,
  code: '340100',
  latitude,
  longitude,
  siteTerm: 0,
})
export const identity: SiteIdentity = {
  bureauName: '兰山市应急管理局',
  publicUrl: 'https://yj.lanshan.example',
  demonstration: false,
  department: '监测预报科',
  indexPrefix: '340100-133',
  places: [place('兰山市', 31.8, 117.2), place('东河县', 31.9, 117.5), place('<北岭县>', 36, 117.5)],
  attenuation: ATTENUATION_MODELS.east,
}
export const pages = createPages(templates, identity)

export const NOW = at('2026-03-04T10:05:00+08:00')
export const SERIAL = '兰震信〔2026〕7号 第1报'
export const NOTICE: NoticeView = {
  id: 'n-1',
  code: 'abcd2345',
  serial: '兰震信〔2026〕7号',
  report: 1,
  kind: 'formal-report',
  class: 'actual',
  lineage: 'l-1',
  supersedes: null,
  supersededBy: null,
  supersededKind: null,
  quake: 'q-1',
  title: '安徽某市某县发生4.6级地震',
  text: '中国地震台网正式测定：03月04日10时00分在安徽某市某县发生4.6级地震。',
  variants: { website: `<p class="notice-text">正文</p><p class="notice-serial">公告编号：${SERIAL}</p>` },
  facts: {
    origin: {
      originTime: at('2026-03-04T09:58:00+08:00'),
      latitude: 31.9,
      longitude: 117.6,
      depthKm: 10,
      magnitude: 4.6,
      kind: 'earthquake',
      place: '安徽某市某县',
    },
    home: { name: '兰山市', distanceKm: 39 },
  } as unknown as NoticeView['facts'],
  state: 'current',
  originAt: at('2026-03-04T09:58:00+08:00'),
  receivedAt: at('2026-03-04T10:00:00+08:00'),
  decidedAt: at('2026-03-04T10:00:00.004+08:00'),
  issuedAt: at('2026-03-04T10:00:00.004+08:00'),
  actor: 'rules',
  indexNumber: 7,
  deliveries: [],
}
