// In: a claim's texts, the table of how agencies are called. Out: whether it speaks in the name of one that does not exist.
// Must not contradict a name that it does not know: only forms that belong to nobody count, and an existing name proves nothing.
import { NATIONAL_GAZETTEER, type Gazetteer } from '../../places/gazetteer.ts'
import { reachOf } from '../../places/name-index.ts'
import { AGENCY_FORMS, type AgencyForm } from './agency-forms.ts'
import { findingOf, type Finding, type UsedRow } from './finding.ts'
import type { ClaimReading } from './reading.ts'

/** A place stands in a pattern as one sign that no message holds. */
const PLACE = '\uE000'
const PROVINCE = '\uE001'
const MOST = 10

const PATTERNS: readonly (readonly [AgencyForm, RegExp])[] = AGENCY_FORMS.map((form) => {
  const source = form.pattern.replaceAll('<place>', `[${PLACE}${PROVINCE}]+`).replaceAll('<province>', PROVINCE)
  return [form, new RegExp(`(?:${source})`, 'gu')]
})

/** The text with every name of a place as one sign, and where each sign's words stand. */
function markPlaces(plain: string, { names }: Gazetteer): { marked: string; words: string[] } {
  let marked = ''
  const words: string[] = []
  for (let at = 0; at < plain.length;) {
    const found = findName(plain, at, names)
    marked += found === null ? plain.slice(at, at + 1) : found.sign
    words.push(found === null ? plain.slice(at, at + 1) : found.name)
    at += found?.name.length ?? 1
  }
  return { marked, words }
}

function findName(text: string, at: number, names: Gazetteer['names']): { name: string; sign: string } | null {
  for (let length = reachOf(names.longest, text, at); length >= 2; length -= 1) {
    const name = text.slice(at, at + length)
    const units = names.units.get(name) ?? []
    if (units.length === 0) continue
    return { name, sign: units.some(({ level }) => level === 'province') ? PROVINCE : PLACE }
  }
  return null
}

export interface AgencyMention {
  /** As it stands in the text. */
  name: string
  form: AgencyForm
}

/** Names of earthquake agencies in one text, each by the first form that fits where it stands. */
export function findAgencies(plain: string, gazetteer: Gazetteer = NATIONAL_GAZETTEER): AgencyMention[] {
  const { marked, words } = markPlaces(plain.replace(/\s/gu, ''), gazetteer)
  const taken: { from: number; to: number }[] = []
  const found: (AgencyMention & { from: number })[] = []
  for (const [form, pattern] of PATTERNS) {
    for (const match of marked.matchAll(pattern)) {
      const [from, to] = [match.index, match.index + match[0].length]
      if (taken.some((one) => from < one.to && one.from < to)) continue
      taken.push({ from, to })
      found.push({ name: words.slice(from, to).join(''), form, from })
    }
  }
  return found.toSorted((a, b) => a.from - b.from).slice(0, MOST)
}

/** Null for a claim that names no agency. */
export function checkAgency(claim: ClaimReading, gazetteer: Gazetteer = NATIONAL_GAZETTEER): Finding | null {
  const all = claim.plain.flatMap((plain) => findAgencies(plain, gazetteer))
  const found = [...new Map(all.map((one) => [one.name, one])).values()]
  if (found.length === 0) return null
  const rows = found.map(({ name, form }): UsedRow => ({
    table: 'agency',
    id: form.id,
    says: `“${name}”：${form.because}`,
  }))
  const made = found.filter(({ form }) => !form.exists)
  return made.length > 0
    ? findingOf(
        'agency',
        'contradicts',
        `借用不存在的机构名称：${made.map(({ name }) => `“${name}”`).join('、')}。`,
        rows,
      )
    : findingOf('agency', 'no-data', '所提机构的名称合乎规范；有这个机构不等于它说过这些话，须向其核实。', rows)
}
