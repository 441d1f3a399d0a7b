// In: a notice, the card templates, the characters that the font has. Out: its pictures as SVG, ready to be painted.
// Must not hand on a character that the font lacks: it would vanish without a word (dependencies.md §5).
import { createEngine } from '../../core/rendering/engine.ts'
import { listUncovered } from '../../core/rendering/font-coverage.ts'
import type { NoticeView } from '../../store/notices.ts'
import { CARD_FIELDS, CARD_FORMS, viewCard, type CardForm } from './card-view.ts'
import type { SiteIdentity } from './pages/frame.ts'
import type { Wording } from './wording.ts'

export interface CardDrawing {
  /** Where the picture is stored and asked for: /n/abcd2345.png. */
  path: string
  /** Null where even the plain card has a character that the font lacks. */
  svg: string | null
  /** Characters that could not be printed; with them the plain card stands in, or none. */
  missing: string[]
}

export interface CardMaker {
  /** One drawing per form. @throws RenderFailure when a template has nothing to print */
  draw(notice: NoticeView): CardDrawing[]
}

/**
 * Prepares the card templates.
 * @param templates source by file name, as in templates/card
 * @param covered code points of the font
 * @throws when one is missing or cannot be parsed
 */
export function createCards(
  templates: ReadonlyMap<string, string>,
  site: SiteIdentity,
  wording: Wording,
  covered: ReadonlySet<number>,
): CardMaker {
  const engine = createEngine(CARD_FIELDS, 'markup')
  const parsed = CARD_FORMS.map((form) => {
    const source = templates.get(form.template)
    if (source === undefined) throw new Error(`templates/card/${form.template} is missing`)
    return { form, template: engine.parse(form.template, source) }
  })
  const canPrint = (text: string): boolean => Array.from(text).every((mark) => covered.has(mark.codePointAt(0) ?? 0))
  return {
    draw: (notice) =>
      parsed.map(({ form, template }) => {
        const fill = (plain: boolean): string => {
          const { view, pictures } = viewCard(notice, { site, wording, canPrint, form, plain })
          let svg = engine.fill(form.template, template, view)
          for (const [name, picture] of Object.entries(pictures))
            svg = svg.replace(`\u0000${name}\u0000`, () => picture)
          return svg
        }
        const path = cardPath(notice, form)
        const whole = fill(false)
        const missing = listUncovered(whole, covered)
        if (missing.length === 0) return { path, svg: whole, missing }
        const plain = fill(true)
        return { path, svg: listUncovered(plain, covered).length === 0 ? plain : null, missing }
      }),
  }
}

function cardPath({ code }: NoticeView, { suffix }: CardForm): string {
  return `/n/${code}${suffix}.png`
}
