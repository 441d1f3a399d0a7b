// In: template sources and the facts of a notice. Out: the notice in every form it can take, and the hash that is signed.
// Must not read files, and hands out nothing in part: a hole or a forbidden sentence in one text stops them all.
import type { Template } from 'liquidjs'
import { EVERY_KIND, WITHDRAWAL_REASONS } from '../notice.ts'
import type { NoticeFacts, NoticeKind, RenderedNotice } from '../notice.ts'
import { markDrill } from './drill-mark.ts'
import { createEngine, RenderFailure, type Engine } from './engine.ts'
import { expandIncludes } from './include.ts'
import { UnspeakableFact, type TimeForm } from './format.ts'
import { findBeyondNames } from './names-apart.ts'
import { VIEW_FIELDS, viewOf, type NoticeView } from './view.ts'
import { findForbidden } from './word-guard.ts'

/** Raise it with every change to what view, format, label, changes or drill-mark print: it is part of the signed hash. */
export const FORMATTER_VERSION = 4

/**
 * Texts every notice must have; '' is the canonical one, brief the shortest that is still whole. These and the title
 * come first and may be printed by the others as {{ text }}, {{ title }}, {{ brief }}. A template set may add suffixes
 * of its own for some kinds.
 */
export const REQUIRED_SUFFIXES = [
  '',
  'title',
  'brief',
  'weibo',
  'weibo-brief',
  'weibo-minimal',
  'wechat-title',
  'wechat-digest',
  'wechat-article',
  'wechat-subscribe',
  'website',
  'speech',
] as const

/** Suffixes that hold HTML; all others are plain text and may not hold a tag. */
const MARKUP_SUFFIXES: ReadonlySet<string> = new Set(['wechat-article', 'website'])
/** Suffixes whose line breaks are meant; in all others a break in the template is only for the reader of the file. */
const LINED_SUFFIXES: ReadonlySet<string> = new Set(['wechat-article', 'website', 'wechat-subscribe'])

/** Hex SHA-256 of a UTF-8 text; handed in, because core imports nothing of node. */
export type Sha256 = (text: string) => string

export interface Renderer {
  /**
   * @param wanted suffixes that somebody will carry; all when left out. Text, title and brief are always made.
   * @throws RenderFailure naming the template and the hole; expected never to happen to facts that passed the gates
   */
  render(facts: NoticeFacts, wanted?: ReadonlySet<string>): RenderedNotice
  /** Hex hash over all that shapes the texts of a kind: sources with their includes, formatter version, time form. */
  templateHash(kind: NoticeKind, sha256: Sha256): string
}

export interface RenderOptions {
  timeForm?: TimeForm
}

interface Entry {
  suffix: string
  file: string
  /** The file and every partial in it. */
  files: readonly string[]
  engine: Engine
  parsed: Template[]
}

/** Every field said: filling it at start finds a slip such as {{ place.nane }} inside a loop before the first quake does. */
const SAMPLE = {
  ...Object.fromEntries([...VIEW_FIELDS, 'text', 'title', 'brief'].map((field) => [field, '样'])),
  nearest: [{ name: '样', distance: '样' }],
  paragraphs: [{ line: '样' }],
}

/** The template families of a kind: its own name, or one per reason for a withdrawal. */
function familiesOf(kind: NoticeKind): string[] {
  return kind === 'withdrawal' ? WITHDRAWAL_REASONS.map((reason) => `withdrawal-${reason}`) : [kind]
}

/**
 * Parses all templates once and checks that every kind and reason has every required text.
 * A text is looked for as `<kind>.<suffix>.liquid` (withdrawal: `withdrawal-<reason>.…`, then `withdrawal.…`), then as
 * `notice.<suffix>.liquid`, which serves all kinds. Files that begin with _ are partials.
 * @param templates file name (with `.liquid`) → source
 * @throws RenderFailure naming the missing file, or the template and what is wrong in it
 */
export function createRenderer(templates: ReadonlyMap<string, string>, options: RenderOptions = {}): Renderer {
  const timeForm = options.timeForm ?? 'padded'
  const sources = new Map(Array.from(templates, ([name, source]) => [name, source.replace(/^\uFEFF/, '').trimEnd()]))
  const fields = new Set([...VIEW_FIELDS, 'text', 'title', 'brief'])
  const engines = { text: createEngine(fields, 'text'), markup: createEngine(fields, 'markup') }
  const suffixes = new Set<string>(REQUIRED_SUFFIXES)
  for (const name of sources.keys()) {
    const suffix = /^[a-z][a-z-]*\.([a-z][a-z0-9-]*)\.liquid$/.exec(name)?.[1]
    if (suffix !== undefined) suffixes.add(suffix)
  }

  const entries = new Map<string, Entry[]>()
  for (const family of EVERY_KIND.flatMap(familiesOf)) {
    entries.set(family, collectEntries(family, suffixes, sources, engines))
  }

  return {
    render: (facts, wanted) => renderNotice(facts, entries, timeForm, wanted),
    templateHash(kind, sha256) {
      const files = new Set<string>()
      for (const family of familiesOf(kind)) {
        for (const entry of entries.get(family) ?? []) for (const file of entry.files) files.add(file)
      }
      const parts = [...files].toSorted().map((file) => [file, sources.get(file) ?? ''])
      return sha256(JSON.stringify({ formatter: FORMATTER_VERSION, timeForm, kind, parts }))
    },
  }
}

function collectEntries(
  family: string,
  suffixes: ReadonlySet<string>,
  sources: ReadonlyMap<string, string>,
  engines: { text: Engine; markup: Engine },
): Entry[] {
  const entries: Entry[] = []
  for (const suffix of suffixes) {
    const end = suffix === '' ? '.liquid' : `.${suffix}.liquid`
    const names = [family, ...(family.startsWith('withdrawal-') ? ['withdrawal'] : []), 'notice']
    const file = names.map((name) => name + end).find((name) => sources.has(name))
    if (file === undefined) {
      if ((REQUIRED_SUFFIXES as readonly string[]).includes(suffix)) throw new RenderFailure(family + end, 'is missing')
      continue
    }
    const markup = MARKUP_SUFFIXES.has(suffix)
    const { source, files } = expandIncludes(file, sources)
    if (!markup && /<[a-z!/]/i.test(source)) throw new RenderFailure(file, 'holds markup but makes a plain text')
    const engine = markup ? engines.markup : engines.text
    const parsed = engine.parse(file, source)
    engine.fill(file, parsed, SAMPLE)
    entries.push({ suffix, file, files, engine, parsed })
  }
  return entries
}

const ALWAYS: ReadonlySet<string> = new Set(['', 'title', 'brief'])

function renderNotice(
  facts: NoticeFacts,
  entries: ReadonlyMap<string, Entry[]>,
  timeForm: TimeForm,
  wanted?: ReadonlySet<string>,
): RenderedNotice {
  const family = facts.kind === 'withdrawal' ? `withdrawal-${facts.withdrawal ?? ''}` : facts.kind
  const list = entries.get(family)
  if (list === undefined) throw new RenderFailure(`${family}.liquid`, 'is no notice')
  const view = prepareView(facts, family, timeForm)
  const drill = facts.class === 'drill'
  const variants: Record<string, string> = {}
  const cleared = new Set<string>()
  const scope = { ...view, text: '', title: '', brief: '' }
  for (const { suffix, file, engine, parsed } of list) {
    if (wanted && !wanted.has(suffix) && !ALWAYS.has(suffix)) continue
    const filled = engine.fill(file, parsed, scope).trim()
    const plain = LINED_SUFFIXES.has(suffix) ? filled : filled.replace(/\s*\n\s*/g, '')
    if (plain === '') throw new RenderFailure(file, 'is empty')
    // Names are set aside only for a text that was stopped: nearly none is, and the search is most of the work.
    const [finding] = findForbidden(plain, cleared).length === 0 ? [] : findBeyondNames(plain, facts)
    if (finding) throw new RenderFailure(file, `${finding.rule}: ${finding.match}`)
    if (suffix === '') scope.text = plain
    else if (suffix === 'title' || suffix === 'brief') scope[suffix] = plain
    variants[suffix] = drill ? markDrill(plain, suffix) : plain
  }
  const { '': canonical = '', title = '', ...rest } = variants
  return { title, text: canonical, variants: rest }
}

function prepareView(facts: NoticeFacts, family: string, timeForm: TimeForm): NoticeView {
  try {
    return viewOf(facts, timeForm)
  } catch (error) {
    if (error instanceof UnspeakableFact) throw new RenderFailure(`${family}.liquid`, error.message, { cause: error })
    throw error
  }
}
