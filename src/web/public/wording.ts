// In: the word lists of templates/pages and values of the record. Out: what a page says around a notice, in one language.
// Must not print a number without its unit, nor a date without its year where the year may matter; texts of notices are not its.
import { parse } from 'yaml'
import { z } from 'zod'
import { beijingParts, type Instant } from '../../core/instant.ts'
import { feltRung, roundIntensity } from '../../core/intensity/felt.ts'

export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const lists = z.record(z.string(), z.record(z.string(), z.string().min(1)))
type Lists = z.infer<typeof lists>

export interface Wording {
  language: Language
  /** For templates: `{{ w.home.known }}`. */
  w: Lists
  /** One entry with its blanks filled. @throws when there is none, or a blank stays open: a hole is never printed */
  say(section: string, key: string, values?: Readonly<Record<string, string>>): string
  /** A state or kind of the record; as it is where the list does not know it. */
  name(section: string, key: string): string
  /** 2017年6月3日 18时13分05秒. Beijing time, as every other. */
  time(at: Instant): string
  /** 18:13 */
  clock(at: Instant): string
  /** 6月3日 */
  day(at: Instant): string
  /** 2017年6月3日 */
  date(at: Instant): string
  /** 2017年6月. @param month from 1 */
  month(year: number, month: number): string
  /** As people say it: 0.35 秒, 12 分 06 秒, 2 小时 05 分. */
  duration(ms: number): string
  /** What a modelled degree may say of itself: at most 可能 (DESIGN §6 "Felt"). */
  maybe(degree: number): string
  /** Short word of the felt ladder, beside a model's figure. */
  felt(degree: number): string
  /** What people notice at a degree (GB/T 17742-2020). */
  ladder(degree: number): string
}

const two = (n: number): string => String(n).padStart(2, '0')
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/**
 * Reads both word lists.
 * @param files by name; `words.zh.yaml` and `words.en.yaml`, and lists of single parts of the site beside them (push.zh.yaml)
 * @throws when one is missing, cannot be read, or has other keys than its sister
 */
export function openWordings(files: ReadonlyMap<string, string>): Readonly<Record<Language, Wording>> {
  const [zh, en] = LANGUAGES.map((language) => readList(files, language))
  if (!zh || !en) throw new Error('two languages are needed')
  const missing = listKeys(zh).filter((key) => !listKeys(en).includes(key))
  const extra = listKeys(en).filter((key) => !listKeys(zh).includes(key))
  if (missing.length + extra.length > 0)
    throw new Error(`templates/pages/words.*.yaml differ in ${[...missing, ...extra].join(', ')}`)
  return { zh: openWording('zh', zh), en: openWording('en', en) }
}

function readList(files: ReadonlyMap<string, string>, language: Language): Lists {
  if (!files.has(`words.${language}.yaml`)) throw new Error(`templates/pages/words.${language}.yaml is missing`)
  const all: Lists = {}
  for (const [name, source] of files) {
    if (!name.endsWith(`.${language}.yaml`)) continue
    const read = lists.safeParse(parse(source))
    if (!read.success) throw new Error(`templates/pages/${name}: ${z.prettifyError(read.error)}`)
    for (const [section, words] of Object.entries(read.data)) {
      if (Object.hasOwn(all, section))
        throw new Error(`templates/pages/${name}: ${section} stands in another list as well`)
      all[section] = words
    }
  }
  return all
}

const listKeys = (words: Lists): string[] =>
  Object.entries(words).flatMap(([section, entries]) => Object.keys(entries).map((key) => `${section}.${key}`))

function openWording(language: Language, w: Lists): Wording {
  const find = (section: string, key: string): string | undefined => {
    const entries = w[section]
    return entries !== undefined && Object.hasOwn(entries, key) ? entries[key] : undefined
  }
  const say: Wording['say'] = (section, key, values = {}) => {
    const entry = find(section, key)
    if (entry === undefined) throw new Error(`words.${language}.yaml has no ${section}.${key}`)
    return entry.replace(/\{(\w+)\}/g, (_, blank: string) => {
      const value = values[blank]
      if (value === undefined) throw new Error(`${section}.${key}: {${blank}} stays open`)
      return value
    })
  }
  const times = language === 'zh' ? CHINESE : ENGLISH
  return {
    language,
    w,
    say,
    name: (section, key) => find(section, key) ?? key,
    ...times,
    clock: (at) => {
      const p = beijingParts(at)
      return `${two(p.hour)}:${two(p.minute)}`
    },
    maybe: (degree) =>
      say('felt', roundIntensity(degree) <= 1 ? 'none' : roundIntensity(degree) >= 5 ? 'strong' : 'maybe'),
    felt: (degree) => say('rungs', feltRung(degree)),
    ladder: (degree) => say('ladder', `d${Math.min(10, roundIntensity(degree))}`),
  }
}

type Times = Pick<Wording, 'time' | 'day' | 'date' | 'month' | 'duration'>

const CHINESE: Times = {
  time: (at) => {
    const p = beijingParts(at)
    return `${CHINESE.date(at)} ${two(p.hour)}时${two(p.minute)}分${two(p.second)}秒`
  },
  day: (at) => {
    const p = beijingParts(at)
    return `${p.month}月${p.day}日`
  },
  date: (at) => `${beijingParts(at).year}年${CHINESE.day(at)}`,
  month: (year, month) => `${year}年${month}月`,
  duration: (ms) => writeDuration(ms, { under: '不足', second: ' 秒', minute: ' 分 ', hour: ' 小时 ', end: ' 分' }),
}

const ENGLISH: Times = {
  time: (at) => {
    const p = beijingParts(at)
    return `${ENGLISH.date(at)}, ${two(p.hour)}:${two(p.minute)}:${two(p.second)}`
  },
  day: (at) => {
    const p = beijingParts(at)
    return `${p.day} ${MONTHS[p.month - 1]}`
  },
  date: (at) => `${ENGLISH.day(at)} ${beijingParts(at).year}`,
  month: (year, month) => `${MONTHS[month - 1]} ${year}`,
  duration: (ms) => writeDuration(ms, { under: 'under', second: ' s', minute: ' min ', hour: ' h ', end: ' min' }),
}

interface DurationWords {
  under: string
  second: string
  minute: string
  hour: string
  end: string
}

/** Negative ones (clock trouble) as 不足 0 秒; 0.00 秒 would not be believed. */
function writeDuration(ms: number, say: DurationWords): string {
  if (ms < 0) return `${say.under} 0${say.second}`
  if (ms < 10) return `${say.under} 0.01${say.second}`
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)}${say.second}`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}${say.second}`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}${say.minute}${two(seconds % 60)}${say.second}`
  return `${Math.floor(seconds / 3_600)}${say.hour}${two(Math.floor((seconds % 3_600) / 60))}${say.end}`
}
