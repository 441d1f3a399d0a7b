// In: templates, word lists, the bureau. Out: a page's view filled in and laid into the frame that every page has.
// Must not know a page. Links within are relative, so that the same bytes serve under /large/ and /access/ (address.ts).
import { Liquid, type Template } from 'liquidjs'
import type { Instant } from '../../../core/instant.ts'
import type { AttenuationModel } from '../../../core/intensity/attenuation.ts'
import type { WatchedPlace } from '../../../core/judgement/policy.ts'
import { expandIncludes } from '../../../core/rendering/include.ts'
import type { Page } from '../../../store/pages.ts'
import { ENGLISH } from '../address.ts'
import { LANGUAGES, openWordings, type Language, type Wording } from '../wording.ts'

export interface SiteIdentity {
  bureauName: string
  publicUrl: string
  demonstration: boolean
  /** 责任部门 of notices; '' where the bureau names none. */
  department: string
  /** First part of index numbers, 640100-133; '' where the bureau gives none. */
  indexPrefix: string
  /** Home, then the watched places, with the model that estimates their intensities. */
  places: readonly WatchedPlace[]
  attenuation: AttenuationModel
  /** How citizens reach the bureau; '' or left out where it names none. */
  contact?: { phone: string; email: string; address: string }
  /** Whether the science texts may be read; left out: nobody signed them. */
  guide?: GuideStanding
  announcements?: readonly Announcement[]
  /** Left out while the bureau has not turned push on. */
  push?: { publicKey: string; consentVersion: string; digestMinutes: number }
}

/** sample: in the demonstration only, marked as such. */
export type GuideStanding = { as: 'hidden' } | { as: 'sample' } | { as: 'signed'; by: string; at: Instant }

export interface Announcement {
  title: string
  text: string
  signedBy: string
  publishedAt: Instant
}

/** What a page is made with. */
export interface Scene {
  site: SiteIdentity
  wording: Wording
  /** From the page to its language's root: '../' on /n/x, './' on the first page. */
  up: string
}

export interface Sheet {
  /** Address in Chinese, '/n/x'; the English one lies below /en. */
  path: string
  /** Template and view model of the content; the view sees `w` and `up` as well. */
  template: string
  view: (scene: Scene) => object
  title: (wording: Wording) => string
  drill?: boolean
  /** Two columns where there is room. */
  wide?: boolean
  /** Lines for the head, already safe. */
  head?: string | ((scene: Scene) => string)
  /** Another frame than the one with header and navigation: a wall display's. */
  layout?: 'layout-screen'
  /** Stands for markup of our own making (a notice's text, a picture), put in after escaping: \0name\0 → html. */
  raw?: Readonly<Record<string, string | ((scene: Scene) => string)>>
  status?: number
}

export interface Frame {
  make(sheet: Sheet, language: Language): Page
  languages: readonly Language[]
  wordings: Readonly<Record<Language, Wording>>
}

const HTML = 'text/html; charset=utf-8'
const STRICT = { strictVariables: true, strictFilters: true, ownPropertyOnly: true, jsTruthy: true, templates: {} }

/**
 * Prepares templates and words once.
 * @param templates source by file name, as in templates/pages
 * @throws when a template cannot be parsed, a partial is missing, or the word lists differ in their keys
 */
export function openFrame(templates: ReadonlyMap<string, string>, site: SiteIdentity): Frame {
  const liquid = new Liquid({ ...STRICT, outputEscape: 'escape' })
  // Content is made here, escaped already; it passes as it is.
  const whole = new Liquid(STRICT)
  const wordings = openWordings(templates)
  const parsed = new Map<string, Template[]>()
  for (const name of templates.keys()) {
    if (!name.endsWith('.liquid') || name.startsWith('_')) continue
    const key = name.slice(0, -'.liquid'.length)
    parsed.set(key, (isLayout(key) ? whole : liquid).parse(expandIncludes(name, templates).source))
  }
  const fill = (name: string, view: object): string => {
    const template = parsed.get(name)
    if (!template) throw new Error(`templates/pages/${name}.liquid is missing`)
    return String((isLayout(name) ? whole : liquid).renderSync(template, view))
  }
  const make = (sheet: Sheet, language: Language): Page => {
    const wording = wordings[language]
    const isMissing = sheet.status === 404
    // The page for unknown addresses stands at any depth: only its links are absolute.
    const up = isMissing ? `${root(language)}/` : climb(sheet.path)
    const scene: Scene = { site, wording, up }
    let content = fill(sheet.template, { w: wording.w, up, ...sheet.view(scene) })
    for (const [name, html] of Object.entries(sheet.raw ?? {}))
      content = content.replace(`\u0000${name}\u0000`, () => (typeof html === 'string' ? html : html(scene)))
    const drill = sheet.drill ?? false
    const { path } = sheet
    const other: Language = language === 'zh' ? 'en' : 'zh'
    const body = fill(sheet.layout ?? 'layout', {
      w: wording.w,
      up,
      base: isMissing ? '/' : language === 'zh' ? up : up === './' ? '../' : `../${up}`,
      language: language === 'zh' ? 'zh-CN' : 'en',
      otherLanguage: other === 'zh' ? 'zh-CN' : 'en',
      canonical: isMissing ? '' : escapeHtml(`${site.publicUrl}${path}`),
      here: escapeHtml(isMissing ? `${root(language)}/` : `${root(language)}${path}`),
      there: escapeHtml(isMissing ? `${root(other)}/` : `${root(other)}${path}`),
      indexed: !isMissing && !drill && !site.demonstration,
      pageTitle: escapeHtml(`${drill ? '【演练】' : ''}${sheet.title(wording)}｜${site.bureauName}`),
      bodyClass: [drill ? 'drill' : '', sheet.wide ? 'wide' : ''].filter(Boolean).join(' '),
      bureauName: escapeHtml(site.bureauName),
      demonstration: site.demonstration,
      drill,
      head: typeof sheet.head === 'function' ? sheet.head(scene) : (sheet.head ?? ''),
      content,
    })
    return {
      path: isMissing ? path : `${root(language)}${path}`,
      contentType: HTML,
      status: sheet.status ?? 200,
      body,
    }
  }
  return { make, languages: LANGUAGES, wordings }
}

const isLayout = (template: string): boolean => template.startsWith('layout')

const root = (language: Language): string => (language === 'zh' ? '' : ENGLISH)

function climb(path: string): string {
  const depth = path.split('/').length - 2
  return depth === 0 ? './' : '../'.repeat(depth)
}

/** For texts that go into the frame past Liquid's own escaping. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.codePointAt(0)};`)
}
