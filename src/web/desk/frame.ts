// In: templates of templates/desk, who is signed in. Out: a page of the desk, every value escaped, a hole never printed.
// Must not know a page: each hands its view in, all values as text.
import { Liquid, type Template } from 'liquidjs'
import { ROLE_NAMES } from '../../core/people/roles.ts'
import type { Session } from '../../people/sessions.ts'
import { listDoors, type DoorSign } from './doors.ts'

export interface DeskIdentity {
  bureauName: string
  demonstration: boolean
}

export interface DeskSheet {
  template: string
  title: string
  view: object
  session: Session | null
  /** Address whose content the page fetches again when something changed; left out where nothing moves. */
  live?: string
  /** The whole page belongs to a drill. */
  drill?: boolean
}

export interface DeskFrame {
  page(sheet: DeskSheet): string
  /** The content alone, for a page that is open. */
  fragment(sheet: DeskSheet): string
  /** The same for nobody in particular: all that the template asks for is in the view. */
  part(template: string, view: object): string
}

const STRICT = { strictVariables: true, strictFilters: true, ownPropertyOnly: true, jsTruthy: true }

/**
 * Prepares the templates once.
 * @throws when one is missing or cannot be parsed
 */
export function openDeskFrame(templates: ReadonlyMap<string, string>, identity: DeskIdentity): DeskFrame {
  const partials = Object.fromEntries(
    [...templates]
      .filter(([name]) => name.startsWith('_'))
      .map(([name, text]) => [name.replace(/\.liquid$/, ''), text]),
  )
  const escaping = new Liquid({ ...STRICT, outputEscape: 'escape', templates: partials })
  const whole = new Liquid({ ...STRICT, templates: {} })
  const parsed = new Map<string, Template[]>()
  for (const [name, source] of templates) {
    const key = name.replace(/\.liquid$/, '')
    parsed.set(key, (key === 'layout' ? whole : escaping).parse(source))
  }
  const fill = (liquid: Liquid, name: string, view: object): string => {
    const template = parsed.get(name)
    if (!template) throw new Error(`templates/desk/${name}.liquid is missing`)
    return String(liquid.renderSync(template, view))
  }
  const fragment = ({ template, view, session }: DeskSheet): string =>
    fill(escaping, template, { csrf: session?.csrf ?? '', ...view })
  return {
    fragment,
    part: (template, view) => fill(escaping, template, view),
    page: (sheet) => {
      const { session } = sheet
      const signedIn = session?.stage === 'full'
      return fill(whole, 'layout', {
        content: fragment(sheet),
        title: escape(sheet.title),
        bureau: escape(identity.bureauName),
        demonstration: identity.demonstration,
        drill: sheet.drill ?? false,
        live: escape(sheet.live ?? ''),
        csrf: session?.csrf ?? '',
        who: signedIn ? escape(session.name) : '',
        as: signedIn ? session.roles.map((role) => ROLE_NAMES[role]).join('、') : '',
        doors: signedIn ? listDoors(session.roles).map((door: DoorSign) => ({ ...door })) : [],
      })
    },
  }
}

export function escape(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] ?? sign,
  )
}
