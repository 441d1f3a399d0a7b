// In: overrides. Out: whole notice facts and the shipped templates for the tests of the word.
import { readdirSync, readFileSync } from 'node:fs'
import type { CheckedArea, NoticeFacts, SpokenOrigin } from '../../../src/core/notice.ts'

/** Beijing wall time → instant. */
export function beijing(year: number, month: number, day: number, hour: number, minute: number, second = 0): number {
  return Date.UTC(year, month - 1, day, hour - 8, minute, second)
}

export function originOf(over: Partial<SpokenOrigin> = {}): SpokenOrigin {
  return {
    originTime: beijing(2017, 6, 3, 18, 11, 5),
    latitude: 37.98,
    longitude: 103.59,
    depthKm: 10,
    magnitude: 5,
    kind: 'earthquake',
    place: '内蒙古阿拉善盟阿拉善左旗',
    sourceCode: 'AU',
    automatic: (over.sourceCode ?? 'AU') === 'AU',
    domestic: true,
    ...over,
  }
}

export function checkedOf(over: Partial<CheckedArea> = {}): CheckedArea {
  return {
    from: beijing(2017, 6, 3, 18, 0),
    to: beijing(2017, 6, 3, 18, 30),
    area: '银川市',
    magnitudeFloor: 3,
    cause: '',
    ...over,
  }
}

export function factsOf(over: Partial<NoticeFacts> = {}): NoticeFacts {
  const kind = over.kind ?? 'quick-report'
  const follows = kind !== 'quick-report' && kind !== 'no-quake'
  const silent = kind === 'withdrawal' || kind === 'no-quake'
  return {
    kind,
    class: 'actual',
    bureauName: '银川市地震局',
    bureauShortName: '银川地震',
    serial: '银震信〔2017〕12号',
    report: follows ? 2 : 1,
    url: 'https://dzj.example.gov.cn/n/k7q2mx',
    issuedAt: beijing(2017, 6, 3, 18, 13),
    origin: silent ? null : originOf(kind === 'quick-report' ? {} : { sourceCode: 'CC' }),
    previous: kind === 'revision' || kind === 'correction' ? originOf({ sourceCode: 'CC', magnitude: 4.6 }) : null,
    replaces: follows ? '银震信〔2017〕12号 第1报' : '',
    replacedIssuedAt: follows ? beijing(2017, 6, 3, 18, 12) : null,
    withdrawal: kind === 'withdrawal' ? 'sent-in-error' : null,
    checked: silent ? checkedOf() : null,
    nearest: silent
      ? []
      : [
          { name: '民勤县', distanceKm: 83 },
          { name: '古浪县', distanceKm: 71 },
        ],
    home: silent ? null : { name: '银川市', distanceKm: 240 },
    maybeFelt: !silent,
    ...over,
  }
}

/** The shipped template files, by name. */
export function readTemplates(): Map<string, string> {
  const folder = new URL('../../../templates/notices/', import.meta.url)
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]))
}

/** Weibo's own counting (channels.md §1.2): half-width 0.5, all else 1, rounded up; an address counts raw. */
export function weiboLength(text: string): number {
  let halves = 0
  for (const c of text) halves += (c.codePointAt(0) ?? 0) <= 0xff ? 1 : 2
  return Math.ceil(halves / 2)
}
