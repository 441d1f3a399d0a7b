// In: what a person typed into a draft's form. Out: every fault in it in a Chinese sentence, and the words it becomes.
// Pure. Must not repair a figure or a name: what does not fit is said to the writer.
import type { Attachment } from '../attachments/attachment.ts'
import { AREA_LIMIT } from '../denied-area.ts'
import { BEIJING_OFFSET, parseWallTime, type Instant } from '../instant.ts'
import { VERDICTS, type CheckedArea, type ShockCount, type Verdict, type WrittenWords } from '../notice.ts'
import { countCharacters } from '../rendering/spoken-name.ts'
import { findForbidden, type ForbiddenRule } from '../rendering/word-guard.ts'
import { readCitation } from '../rumour/fact-sheet.ts'
import type { DraftKind } from './levels.ts'

/** As typed; a field that a kind does not have is not kept. */
export type DraftFields = Readonly<Record<string, string>>

/** Bands of a bulletin by the name of their field, largest first; a blank one is not said. */
export const BANDS = [
  { field: 'band5', band: '5.0级及以上' },
  { field: 'band4', band: '4.0–4.9级' },
  { field: 'band3', band: '3.0–3.9级' },
  { field: 'band2', band: '2.0–2.9级' },
  { field: 'band1', band: '1.0–1.9级' },
  { field: 'band0', band: '0.0–0.9级' },
] as const

interface Field {
  name: string
  label: string
  longest: number
  required: boolean
}

const field = (name: string, label: string, longest: number, required = true): Field => ({
  name,
  label,
  longest,
  required,
})
/** 2 to 120 字: a name is no description, and a longer one belongs into the text. */
export const LONGEST_ALT = 120
const SHORTEST_ALT = 2
// WeChat's title has 32 字; Weibo's 130 hold the serial and the address beside the summary (channels.md §1.2, §2.3).
const HEAD = [field('heading', '标题', 30), field('summary', '摘要', 70)]

export const FIELDS: Readonly<Record<DraftKind, readonly Field[]>> = {
  bulletin: [
    ...HEAD,
    field('asOf', '统计截至时间', 20, false),
    field('total', '余震总次数', 6, false),
    ...BANDS.map(({ field: name, band }) => field(name, band, 6, false)),
    field('body', '正文', 3_000, false),
    field('trendIssuer', '趋势判定意见的发布单位', 30, false),
    field('trendAt', '趋势判定意见的发布时间', 20, false),
    field('trendWords', '趋势判定意见原文', 280, false),
  ],
  'no-quake': [
    field('from', '核查起始时间', 20),
    field('to', '核查截止时间', 20),
    field('area', '核查范围', AREA_LIMIT),
    field('floor', '震级下限', 4),
    field('cause', '震动原因', AREA_LIMIT, false),
  ],
  science: [...HEAD, field('body', '正文', 4_000)],
  announcement: [...HEAD, field('body', '正文', 4_000)],
  // The facts stand first, the rumour once, then what shows it (rumours.md §11.4). 28: a correction's title begins with 【更正】.
  rebuttal: [
    field('heading', '标题', 28),
    field('summary', '摘要', 70),
    field('body', '事实（先写事实，不复述传言）', 1_500),
    field('claim', '传言的说法（只引用一次，不加引号）', 60),
    field('verdict', '认定', 4),
    field('evidence', '依据和来源', 300),
    field('sheet', '引用的事实单（编号和版次，没有可不填）', 30, false),
  ],
}

const GUARD: Readonly<Record<ForbiddenRule, string>> = {
  forecast: '含预测意见',
  blame: '指认责任或涉案事实',
  hole: '有没有填写的空白',
  'duplicate-place': '同一地名出现两个距离',
  radius: '距离超出所说的范围',
  sum: '各档次数之和与总数不符',
}

/** Keeps the fields of a kind. */
export function keepFields(kind: DraftKind, given: (name: string) => string | null): DraftFields {
  return Object.fromEntries(FIELDS[kind].map(({ name, longest }) => [name, keepText(given(name), longest)]))
}

/** The words beside an attached file, as typed. */
export const keepAlt = (given: string | null): string => keepText(given, LONGEST_ALT)

/** Line ends as one character, no controls, no blanks at the ends. */
function keepText(given: string | null, longest: number): string {
  // One more than may stand there, so that the writer is told and nothing is cut unseen.
  return (given ?? '')
    .slice(0, 4 * longest + 16)
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{C}\n]/gu, '')
    .trim()
}

/** Everything that keeps a draft from being submitted; empty when it may be. */
export function findFaults(
  kind: DraftKind,
  fields: DraftFields,
  attachments: readonly Pick<Attachment, 'alt'>[] = [],
): string[] {
  const faults = FIELDS[kind].flatMap((each) => checkField(each, fields[each.name] ?? ''))
  faults.push(...attachments.flatMap(({ alt }, index) => findAltFaults(alt, `附件${index + 1}的`)))
  if (kind === 'bulletin') faults.push(...checkShocks(fields), ...checkTrend(fields))
  if (kind === 'no-quake') faults.push(...checkDenial(fields))
  if (kind === 'rebuttal') faults.push(...checkRebuttal(fields))
  if (kind === 'bulletin' && (fields['body'] ?? '') === '' && (fields['total'] ?? '') === '')
    faults.push('正文和余震次数至少填写一项')
  return [...new Set(faults)]
}

/** What is wrong with the words beside a file; they go out like any other. @param whose stands before their name */
export function findAltFaults(alt: string, whose = ''): string[] {
  const label = `${whose}替代文字`
  const faults = checkField(field('alt', label, LONGEST_ALT), alt)
  if (alt !== '' && countCharacters(alt) < SHORTEST_ALT)
    faults.push(`${label}至少 ${SHORTEST_ALT} 字，说明图片或文件的内容`)
  return faults
}

function checkField({ name, label, longest, required }: Field, text: string): string[] {
  if (text === '') return required ? [`请填写${label}`] : []
  const length = countCharacters(text)
  const faults = length > longest ? [`${label} ${length} 字，最多 ${longest} 字`] : []
  if (/[<>{}#＃@＠\\|]/.test(text)) faults.push(`${label}不能含 < > { } # @ 等符号`)
  if (name !== 'body' && /\n/.test(text)) faults.push(`${label}不能换行`)
  if (name === 'heading' || name === 'summary') {
    if (/https?:|www\./i.test(text)) faults.push(`${label}不能含网址，发布时自动附上本公告的网址`)
  }
  if (name === 'summary' && !/[。！？]$/.test(text)) faults.push('摘要须是完整的句子，以句号结束')
  // A quotation is the issuer's word; whether it is one, checkTrend asks.
  if (name === 'claim') return /[“”\n]/.test(text) ? [...faults, `${label}不能再含引号`] : faults
  if (name === 'trendWords') return /[“”\n]/.test(text) ? [...faults, `${label}不能再含引号`] : faults
  return [...faults, ...findForbidden(text).map(({ rule, match }) => `${label}${GUARD[rule]}：“${match}”`)]
}

const readTime = (text: string | undefined): Instant | null => parseWallTime(text ?? '', BEIJING_OFFSET)
const readCount = (text: string | undefined): number | null => (/^\d{1,6}$/.test(text ?? '') ? Number(text) : null)

function checkShocks(fields: DraftFields): string[] {
  const bands = BANDS.filter(({ field: name }) => (fields[name] ?? '') !== '')
  const total = fields['total'] ?? ''
  if (total === '') return bands.length > 0 ? ['请填写余震总次数'] : []
  const faults = readTime(fields['asOf']) === null ? ['请填写统计截至时间，例如 2026-01-31 08:00'] : []
  const whole = readCount(total)
  const counts = bands.map(({ field: name }) => readCount(fields[name]))
  if (whole === null || counts.includes(null)) return [...faults, '次数须是 0 或正整数']
  const sum = counts.reduce((all: number, count) => all + (count ?? 0), 0)
  if (bands.length > 0 && sum !== whole) faults.push(`各档次数之和为 ${sum}，与总次数 ${whole} 不符`)
  return faults
}

/** 地震预报管理条例 art 14–15, 22: trend opinions come from the nation, a province, or their earthquake agencies. */
const ISSUERS =
  /^(?:国务院(?:抗震救灾指挥部(?:办公室)?)?|中国地震局|中国地震台网中心|[\p{Script=Han}]{2,10}(?:省|自治区)(?:人民政府|地震局)|(?:北京|天津|上海|重庆)市(?:人民政府|地震局))$/u

function checkTrend(fields: DraftFields): string[] {
  const given = ['trendIssuer', 'trendAt', 'trendWords'].map((name) => fields[name] ?? '')
  if (given.every((text) => text === '')) return []
  if (given.includes('')) return ['引用趋势判定意见须写明发布单位、发布时间和原文']
  return [
    ...(readTime(given[1]) === null ? ['趋势判定意见的发布时间不是时间，例如 2026-01-31 08:00'] : []),
    ...(ISSUERS.test(given[0] ?? '')
      ? []
      : [
          '趋势判定意见只能引用国务院、中国地震局、省级人民政府或省级地震局发布的（地震预报管理条例第十四、十五、二十二条）',
        ]),
  ]
}

function checkDenial(fields: DraftFields): string[] {
  const [from, to] = [readTime(fields['from']), readTime(fields['to'])]
  const faults = from === null || to === null || to <= from ? ['核查起止时间须填写完整，且先起后止'] : []
  const floor = fields['floor'] ?? ''
  if (!/^\d(?:\.\d)?$/.test(floor)) faults.push('震级下限须是 0 到 9 的数，最多一位小数')
  return faults
}

const readVerdict = (text: string | undefined): Verdict | null => VERDICTS.find((one) => one === text) ?? null

/** How a rumour is quoted and answered in one sentence: no sentence read alone may assert it (DESIGN L8). */
const ANSWERS: Readonly<Record<Verdict, string>> = {
  不实: '的说法不实',
  部分不实: '的说法部分不实',
  缺乏依据: '的说法没有依据',
  旧闻重提: '系旧闻重提，不属实',
  属实: '的情况属实',
}

function checkRebuttal(fields: DraftFields): string[] {
  const sheet = fields['sheet'] ?? ''
  if (sheet !== '' && readCitation(sheet) === null) return ['引用的事实单须写编号和版次，例如 fs-0a1b2c3d4e5f 第1版']
  const verdict = readVerdict(fields['verdict'])
  if (verdict === null) return fields['verdict'] === '' ? [] : [`认定须是${VERDICTS.join('、')}之一`]
  return findForbidden(quoteClaim(fields['claim'] ?? '', verdict)).map(
    ({ rule, match }) => `传言的说法${GUARD[rule]}：“${match}”`,
  )
}

/** 网传“…”的说法不实。 */
const quoteClaim = (claim: string, verdict: Verdict): string => `网传“${claim}”${ANSWERS[verdict]}。`

/** The words of a draft without faults. */
export function writeWords(fields: DraftFields): WrittenWords {
  const { heading = '', summary = '', body = '', trendIssuer = '', trendWords = '' } = fields
  const trendAt = readTime(fields['trendAt'])
  const verdict = readVerdict(fields['verdict'])
  const { claim = '', evidence = '' } = fields
  return {
    heading,
    summary,
    paragraphs: [
      ...body.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()])),
      ...(verdict === null ? [] : [quoteClaim(claim, verdict), `依据：${evidence.replace(/[。；，]$/, '')}。`]),
    ],
    ...(verdict === null ? {} : { rebuttal: { claim, verdict, evidence } }),
    shocks: writeShocks(fields),
    trend: trendWords === '' || trendAt === null ? null : { issuer: trendIssuer, issuedAt: trendAt, words: trendWords },
  }
}

function writeShocks(fields: DraftFields): ShockCount | null {
  const [asOf, total] = [readTime(fields['asOf']), readCount(fields['total'])]
  if (asOf === null || total === null) return null
  const bands = BANDS.flatMap(({ field: name, band }) => {
    const count = readCount(fields[name])
    return count === null ? [] : [{ band, count }]
  })
  return { asOf, total, bands }
}

/** Window, area and floor of a no-quake draft; null while they are not whole. */
export function writeChecked(fields: DraftFields): CheckedArea | null {
  const { area = '', floor = '', cause = '' } = fields
  const [from, to] = [readTime(fields['from']), readTime(fields['to'])]
  return from === null || to === null ? null : { from, to, area, magnitudeFloor: Number(floor), cause }
}

/** What stands in lists: the heading, or what is denied. */
export function nameDraft(kind: DraftKind, fields: DraftFields): string {
  const name = kind === 'no-quake' ? `${fields['area'] ?? ''}未发生地震` : (fields['heading'] ?? '')
  return name === '' ? '（没有标题）' : name
}
