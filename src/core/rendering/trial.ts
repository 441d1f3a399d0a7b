// In: the facts and the finished texts of a situation, a template's source. Out: which rule of official wording a text breaks.
// Beyond what the renderer itself refuses (holes, forecasts, blame, computing tags). Must not judge taste.
import { isCorrecting, type NoticeFacts, type RenderedNotice } from '../notice.ts'
import { countCharacters } from './spoken-name.ts'
import { VIEW_FIELDS } from './view.ts'
import { measureWeiboText } from './weibo-length.ts'
import { sayWritten } from './written-view.ts'

/** Something a version must put right before it may be put in force. */
export interface Fault {
  /** File, or suffix of the text. */
  where: string
  what: string
  /** Situation in which it shows; '' where it shows at once. */
  when: string
}

/** Longest file the desk takes: a notice has at most a few hundred characters. */
export const LONGEST_TEMPLATE = 4_000

const MARKS: Readonly<Partial<Record<NoticeFacts['kind'], string>>> = {
  withdrawal: '【撤回】',
  correction: '【更正】',
  revision: '【修订】',
}
/** Texts that a reader may see alone, and that therefore begin with what they are. */
const MARKED = ['weibo', 'weibo-brief', 'weibo-minimal', 'brief', 'wechat-title', 'wechat-digest'] as const
/** Texts that print all that was written; a shorter one may leave the quotation out, but not quote it otherwise. */
const WHOLE: readonly string[] = ['text', 'website', 'wechat-article']
const WEIBO = ['weibo', 'weibo-brief', 'weibo-minimal'] as const
/** By channels.md §1.2 (Weibo's own counting, ten kept) and §2.3. */
const LONGEST: Readonly<Record<string, number>> = { title: 32, 'wechat-title': 32, 'wechat-digest': 128 }
const LONGEST_WEIBO = 130
const LONGEST_FIELD = 20

/** HTML that a notice's page and article need; anything else could run, load or leave the page. */
const TAG =
  /<\/?(?:p|div|section|ul|ol|li|strong|em|br|h3|h4|table|tbody|thead|tr|th|td)(?: class="[a-z][a-z0-9 -]{0,60}")?\s?>/g

/** What in a source could never be allowed, whatever it is filled with. */
export function findForbiddenSource(file: string, source: string): Fault[] {
  const faults: Fault[] = []
  const add = (what: string): void => void faults.push({ where: file, what, when: '' })
  if (countCharacters(source) > LONGEST_TEMPLATE) add(`超过 ${LONGEST_TEMPLATE} 字`)
  if (/[^\P{Cc}\n\t]/u.test(source)) add('含有控制字符')
  if (loopsInside(source)) add('循环里不能再有循环，也不能引用片段')
  // A mark in the place of each field: a tag that a value would complete is none that is allowed.
  const bare = source.replace(/\{%[^]*?%\}|\{\{[^]*?\}\}/g, '·').replace(TAG, '')
  const strange = /<[^\s]{0,20}|&[#a-z0-9]{0,12};?/i.exec(bare)
  if (strange) add(`含有不允许的标记 ${strange[0]}`)
  return faults
}

/** Loops in loops multiply: a few of them would keep a word waiting for seconds. */
function loopsInside(source: string): boolean {
  let depth = 0
  for (const [, tag] of source.matchAll(/\{%-?\s*(for|endfor|include)\b/g)) {
    if (tag !== 'endfor' && depth > 0) return true
    depth += tag === 'for' ? 1 : tag === 'endfor' ? -1 : 0
  }
  return false
}

/** Rules that hold for every notice whatever its facts (test/templates asks the same of the shipped ones). */
export function judgeTexts(facts: NoticeFacts, notice: RenderedNotice, situation: string): Fault[] {
  const faults: Fault[] = []
  const add = (where: string, what: string): void => void faults.push({ where, what, when: situation })
  const texts = { title: notice.title, text: notice.text, ...notice.variants }
  for (const [suffix, text] of Object.entries(texts)) judgeText(facts, suffix, text, add)
  const mark = isCorrecting(facts) ? '【更正】' : MARKS[facts.kind]
  if (mark !== undefined)
    for (const suffix of ['title', 'text', ...MARKED] as const)
      if (!without(texts[suffix as 'text']).startsWith(mark)) add(suffix, `须以${mark}开头`)
  if (facts.kind === 'quick-report' && facts.origin?.sourceCode === 'AU') {
    for (const invariant of ['附近', '左右', '最终结果以正式速报为准'])
      if (!notice.text.includes(invariant)) add('text', `自动测定须写明“${invariant}”`)
    if (/深度/.test(notice.text)) add('text', '自动测定不写深度')
  }
  const serial = `${facts.serial} 第${facts.report}报`
  for (const suffix of WEIBO) {
    const text = notice.variants[suffix] ?? ''
    if (text.split(facts.url).length !== 2 || (text.match(/https?:/g) ?? []).length !== 1)
      add(suffix, '须有且只有一个本公告网址')
    if (!text.includes(serial)) add(suffix, '须写明公告编号与报次')
  }
  if (!(notice.variants['wechat-digest'] ?? '').includes(serial)) add('wechat-digest', '须写明公告编号与报次')
  judgeQuotation(facts, texts, add)
  judgeLengths(texts, add)
  return faults
}

type Add = (where: string, what: string) => void

function without(text: string | undefined): string {
  return (text ?? '').replace(/^【演练】/, '')
}

function judgeText(facts: NoticeFacts, suffix: string, text: string, add: Add): void {
  if (text.includes('预警')) add(suffix, '公告不得使用“预警”')
  if (text.includes('#')) add(suffix, '不得带话题号 #')
  if (text.replaceAll('部分地区可能有感', '').includes('有感')) add(suffix, '“有感”只能写作“部分地区可能有感”')
  const denies = facts.kind === 'no-quake' || facts.withdrawal === 'no-quake'
  if (!denies && text.includes('未发生')) add(suffix, '只有核查公告可以写“未发生”')
  if ((facts.kind === 'withdrawal' || facts.kind === 'no-quake') && /(?<!未)发生/.test(text))
    add(suffix, '撤回或核查公告不得写“发生”：单独读到会成为地震消息')
  if (facts.class === 'actual' && facts.withdrawal !== 'drill-leak' && text.includes('演练'))
    add(suffix, '实况公告不得写“演练”')
  for (const sentence of text.split(/[。\n]/))
    if (sentence.includes('未发生') && !/\d时\d\d分至[^]*\d时\d\d分[^]*\d\.\d级及以上/.test(sentence))
      add(suffix, '“未发生”的一句须写明时段和震级下限')
}

/** Whose opinion it is, when it was given and that it is quoted: without these it is our own forecast (地震预报管理条例 art 14, 22). */
function judgeQuotation({ written }: NoticeFacts, texts: Readonly<Record<string, string>>, add: Add): void {
  if (!written?.trend) return
  const { trendIssuer, trendTime, trendWords } = sayWritten(written, 'padded')
  const whole = `${trendIssuer}${trendTime}发布判定意见：“${trendWords}”`
  for (const [suffix, text] of Object.entries(texts)) {
    const quoted = text.split(whole).length - 1
    const isSaidOtherwise = text.split(trendWords).length - 1 !== quoted
    if (isSaidOtherwise || (quoted === 0 && WHOLE.includes(suffix)))
      add(suffix, '趋势判定意见须加引号原样引用，写作：单位、时间、发布判定意见：“原话”')
  }
}

function judgeLengths(texts: Readonly<Record<string, string>>, add: Add): void {
  for (const [suffix, most] of Object.entries(LONGEST)) {
    const length = countCharacters(texts[suffix] ?? '')
    if (length > most) add(suffix, `${length} 字，最多 ${most} 字`)
  }
  const weibo = measureWeiboText(texts['weibo-minimal'] ?? '')
  if (weibo > LONGEST_WEIBO) add('weibo-minimal', `按微博计 ${weibo} 字，最多 ${LONGEST_WEIBO} 字`)
  const lines = (texts['wechat-subscribe'] ?? '').split('\n')
  if (lines.length !== 5) add('wechat-subscribe', `须有 5 行，现有 ${lines.length} 行`)
  for (const line of lines) {
    const [, value] = /^(?:thing|time)\d: (.+)$/.exec(line) ?? []
    if (value === undefined) add('wechat-subscribe', `每行须写作 thing1: …，现为 ${line.slice(0, 20)}`)
    else if (countCharacters(value) > LONGEST_FIELD)
      add('wechat-subscribe', `“${value.slice(0, 12)}…”${countCharacters(value)} 字，最多 ${LONGEST_FIELD} 字`)
  }
}

/** What the renderer said of a template, for the person who edits it. */
export function sayHole(hole: string): string {
  const names = /^(.*?)\s?names (.+), which no notice has$/.exec(hole)
  if (names) return `没有字段 ${names[2] ?? ''}（可用字段见说明，共 ${VIEW_FIELDS.size} 个）`
  const prints = /^(\{\{[^]*?\}\}) prints/.exec(hole)
  if (prints) return `${prints[1] ?? ''} 在此情形没有内容，须放在 {% if … %} 之内`
  if (hole.startsWith('forecast: ')) return `含有预测用语：${hole.slice(10)}`
  if (hole.startsWith('blame: ')) return `含有追责用语：${hole.slice(7)}`
  if (hole.startsWith('hole: ')) return `像是没有填写的空白：${hole.slice(6)}`
  if (hole === 'is empty') return '没有任何文字'
  if (hole.includes('is missing')) return '缺少所引用的文件'
  if (hole.includes('holds markup')) return '纯文本模板里不能有标记'
  return `不能使用：${hole}`
}
