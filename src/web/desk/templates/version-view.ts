// In: a version, what is in force, the shipped templates, the newest notices on record. Out: what its page shows: faults, differences,
// what it would have said. Reads only. Lets the program breathe while it renders: a word that is due goes first.
import { diffTexts, type DiffLine } from '../../../core/text-diff.ts'
import { describeStale } from '../../../core/judgement/rules.ts'
import type { Policy } from '../../../core/judgement/policy.ts'
import { EVERY_KIND, type NoticeFacts, type NoticeKind, type RenderedNotice } from '../../../core/notice.ts'
import type { Renderer } from '../../../core/rendering/renderer.ts'
import { RenderFailure } from '../../../core/rendering/engine.ts'
import { countCharacters } from '../../../core/rendering/spoken-name.ts'
import { listExamples, type BureauNames } from '../../../core/rendering/trial-facts.ts'
import { viewOf } from '../../../core/rendering/view.ts'
import { sayHole, type Fault } from '../../../core/rendering/trial.ts'
import { measureWeiboText } from '../../../core/rendering/weibo-length.ts'
import { hashText, takeInTurns } from '../../../publish/template-trial.ts'
import type { NoticeView } from '../../../store/notices.ts'
import { nameFile, nameKind, nameSuffix } from './words.ts'

export interface FileDifference {
  file: string
  name: string
  lines: { sign: string; mark: string; parts: { text: string; changed: boolean }[] }[]
}

const MARKS: Readonly<Record<DiffLine['sign'], string>> = { same: '　', gone: '−', new: '＋' }

/** Files that differ between two whole sets. */
export function viewDifferences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): FileDifference[] {
  return [...after].flatMap(([file, source]) => {
    const old = before.get(file) ?? ''
    if (old.trimEnd() === source.trimEnd()) return []
    const lines = diffTexts(old.trimEnd(), source.trimEnd()).map(({ sign, parts }) => ({
      sign,
      mark: MARKS[sign],
      parts,
    }))
    return [{ file, name: nameFile(file), lines }]
  })
}

const WRITTEN_PARTS: ReadonlySet<string> = new Set(['_trend', '_written-body'])

/** Fields that have something to say in a notice of the file's kind, with what they say in a stock situation. */
export function listFields(file: string, bureau: BureauNames): { name: string; sample: string }[] {
  const family = file.split('.')[0] ?? ''
  const examples = listExamples(bureau).map(({ facts }) => facts)
  const named = examples.find(({ kind, withdrawal }) => family === kind || family === `withdrawal-${withdrawal ?? ''}`)
  // What all kinds share is shown by the one that says most; what only people's own words print, by theirs.
  const most = WRITTEN_PARTS.has(family) ? 'bulletin' : 'revision'
  const facts = named ?? examples.find(({ kind }) => kind === most)
  if (!facts) return []
  return Object.entries(viewOf(facts)).flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' ? [{ name, sample: value }] : [],
  )
}

export interface PreviewCard {
  title: string
  /** Where the words differ from those in force. */
  changed: boolean
  /** Why there is none. */
  failed: string
  texts: { name: string; text: string; length: string; changed: boolean }[]
}

/** What a version would have said of the newest notices on record, and says of each kind. */
export async function listPreviews(
  renderer: Renderer,
  standing: Renderer,
  recorded: readonly NoticeView[],
  bureau: BureauNames,
): Promise<PreviewCard[]> {
  const told = recorded.map(({ facts, serial, report, title }) => ({
    name: `记录 ${serial} 第${report}报：${title}`,
    facts,
  }))
  const stock = listExamples(bureau).map(({ facts, name }) => ({
    name: `样例 ${nameKind(facts.kind)}：${name}`,
    facts,
  }))
  const previews: PreviewCard[] = []
  for await (const { name, facts } of takeInTurns([...told, ...stock]))
    previews.push(previewOne(name, facts, renderer, standing))
  return previews
}

function previewOne(title: string, facts: NoticeFacts, renderer: Renderer, standing: Renderer): PreviewCard {
  const now = tryRender(renderer, facts)
  if (typeof now === 'string') return { title, changed: true, failed: now, texts: [] }
  const before = tryRender(standing, facts)
  const old = typeof before === 'string' ? {} : textsOf(before)
  const texts = Object.entries(textsOf(now)).map(([suffix, text]) => ({
    name: nameSuffix(suffix),
    text,
    length: suffix.startsWith('weibo') ? `按微博计 ${measureWeiboText(text)} 字` : `${countCharacters(text)} 字`,
    changed: old[suffix] !== text,
  }))
  return { title, failed: '', texts, changed: texts.some(({ changed }) => changed) }
}

function textsOf({ title, text, variants }: RenderedNotice): Record<string, string> {
  const rest = Object.entries(variants).filter(([suffix]) => suffix !== '' && suffix !== 'title')
  const plain = rest.map(([suffix, words]) => [suffix, stripMarkup(words)] as const)
  return { title, text, ...Object.fromEntries(plain) }
}

/** An article as it reads: its tags are line breaks here. */
function stripMarkup(text: string): string {
  return text
    .replace(/<[^>]{0,200}>/g, '\n')
    .replace(/\n\s*\n+/g, '\n')
    .trim()
}

function tryRender(renderer: Renderer, facts: NoticeFacts): RenderedNotice | string {
  try {
    return renderer.render(facts)
  } catch (error) {
    if (error instanceof RenderFailure) return `${error.template}：${sayHole(error.hole)}`
    throw error
  }
}

/** Kinds whose words a version changes. */
export function listTouched(renderer: Renderer, policy: Policy): NoticeKind[] {
  return EVERY_KIND.filter((kind) => renderer.templateHash(kind, hashText) !== policy.templateHashes[kind])
}

/** Authorisations that are live now and would not be. */
export function listLosing(policy: Policy, touched: readonly NoticeKind[], now: number): string[] {
  return policy.authorisations
    .filter(({ template }) => touched.includes(template))
    .filter((each) => describeStale(each, policy.templateHashes, now) === null)
    .map(({ id, template }) => `${id}（${nameKind(template)}）`)
}

export function viewFaults(faults: readonly Fault[]): { where: string; what: string; when: string }[] {
  return faults.map(({ where, what, when }) => ({
    where: where.endsWith('.liquid') ? `${nameFile(where)}（${where}）` : nameSuffix(where),
    what,
    when,
  }))
}
