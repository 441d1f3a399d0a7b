// In: county-level units. Out: every form in which a text may name a province, a prefecture, a county or a listed sea.
// Must not decide which of several namesakes is meant: that needs the words before it (county-names.ts).
import prefectureAliases from '../data/prefecture-aliases.json' with { type: 'json' }
import seas from '../data/seas.json' with { type: 'json' }
import { GAPS, PREFECTURES, PROVINCES, type County } from './county.ts'
import { bareName, listColloquialNames } from './short-name.ts'

/** official: the unit's own, former or shortened name with its rank. loose: without rank, or with another one. */
type NameForm = 'official' | 'loose'

export interface NamedUnit {
  level: 'province' | 'prefecture' | 'county' | 'sea'
  form: NameForm
  /** Full GB code of the unit; '' for a sea. */
  code: string
  /** Null for other levels, and for a county that has no point. */
  county: County | null
}

export interface NameIndex {
  units: ReadonlyMap<string, readonly NamedUnit[]>
  /** Characters in the longest name that begins with these two; a text is looked up from there downwards. */
  longest: ReadonlyMap<string, number>
  /** Every character of every name: some place names need more than GB 2312 has (鄠邑区, 深水埗区). */
  characters: ReadonlySet<string>
}

const COUNTY_RANKS = ['县', '市', '区', '旗']
const PREFECTURE_RANKS = ['市', '地区', '州', '盟', '自治州']

/** Indexes the counties, the 34 provinces, all prefectures, the units without a point, and the listed seas. */
export function indexNames(counties: readonly County[]): NameIndex {
  const units = new Map<string, NamedUnit[]>()
  const add = (name: string, unit: NamedUnit) => {
    const known = units.get(name)
    if (!known) units.set(name, [unit])
    else if (!known.some((other) => other.level === unit.level && other.code === unit.code)) known.push(unit)
  }
  const addRanks = (name: string, ranks: readonly string[], unit: NamedUnit) => {
    const bare = bareName(name)
    if (bare) for (const rank of ['', ...ranks]) add(bare + rank, { ...unit, form: 'loose' })
  }
  for (const { code, name, short } of PROVINCES) {
    const unit: NamedUnit = { level: 'province', form: 'official', code, county: null }
    for (const form of [name, short, ...(name.endsWith('自治区') ? [`${short}自治区`] : [])]) add(form, unit)
  }
  for (const { code, name, short } of PREFECTURES) {
    const unit: NamedUnit = { level: 'prefecture', form: 'official', code, county: null }
    add(name, unit)
    add(short, unit)
    addRanks(name, PREFECTURE_RANKS, unit)
  }
  for (const [name = '', code = ''] of prefectureAliases) {
    add(name, { level: 'prefecture', form: 'official', code, county: null })
  }
  for (const county of [...counties, ...GAPS]) {
    const known = 'latitude' in county ? county : null
    // A bureau may have filled one of our gaps: its point then speaks for the name.
    if (!known && counties.some(({ code }) => code === county.code)) continue
    const unit: NamedUnit = { level: 'county', form: 'official', code: county.code, county: known }
    for (const name of [county.name, ...(known?.aliases ?? [])]) {
      add(name, unit)
      for (const form of listColloquialNames(name)) add(form, unit)
    }
    for (const name of [county.name, ...(known?.aliases ?? [])]) addRanks(name, COUNTY_RANKS, unit)
  }
  for (const name of seas.domestic) add(name, { level: 'sea', form: 'official', code: '', county: null })
  const names = [...units.keys()]
  return { units, longest: measureNames(names), characters: new Set(names.join('')) }
}

/** Length of the longest name by its first two characters; no name that is looked for is shorter than two. */
export function measureNames(names: Iterable<string>): Map<string, number> {
  const longest = new Map<string, number>()
  for (const name of names) {
    const opening = name.slice(0, 2)
    longest.set(opening, Math.max(longest.get(opening) ?? 0, name.length))
  }
  return longest
}

/** Characters at most that a name standing at this place of a text can have; 0 where no name begins. */
export function reachOf(longest: ReadonlyMap<string, number>, text: string, at: number): number {
  return Math.min(longest.get(text.slice(at, at + 2)) ?? 0, text.length - at)
}
