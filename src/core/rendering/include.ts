// In: template sources. Out: one source with its partials set in, and the list of files it is made of.
// Must not accept a computed name: it would choose its text after the template was signed.
import { RenderFailure } from './engine.ts'

const INCLUDE = /\{%(-?)\s{0,9}include\b\s{0,9}([^%]{0,80}?)\s{0,9}(-?)%\}/g
/** Deep enough for any notice; a partial that includes itself ends here. */
const DEEPEST = 8
/** The largest shipped text sets in fewer than ten; partials that name each other many times over would fill the memory. */
const MOST = 100

/**
 * Sets partials in as text, once, when the templates are read: at run time LiquidJS looks every include up again, which
 * took a third of the time of a notice.
 * @param file name of a template in `sources`
 * @throws RenderFailure naming the file whose include is not `'_name'`, is missing, or goes in circles
 */
export function expandIncludes(
  file: string,
  sources: ReadonlyMap<string, string>,
): { source: string; files: readonly string[] } {
  const files = new Set<string>()
  let count = 0
  const expand = (name: string, depth: number): string => {
    files.add(name)
    count += 1
    if (count > MOST) throw new RenderFailure(name, 'includes too many partials')
    if (depth > DEEPEST) throw new RenderFailure(name, 'includes itself')
    return (sources.get(name) ?? '').replace(INCLUDE, (tag: string, left: string, quoted: string, right: string) => {
      const partial = /^'(_[\w-]{1,60})'$/.exec(quoted)?.[1]
      if (partial === undefined) throw new RenderFailure(name, `${tag} needs the quoted name of a partial, '_name'`)
      if (!sources.has(`${partial}.liquid`))
        throw new RenderFailure(name, `includes ${partial}.liquid, which is missing`)
      // An empty comment keeps what {%- and -%} trim around the place.
      const trim = (dash: string, end: string): string => (dash === '' ? '' : end)
      const body = expand(`${partial}.liquid`, depth + 1)
      return `${trim(left, '{%- comment %}{% endcomment %}')}${body}${trim(right, '{% comment %}{% endcomment -%}')}`
    })
  }
  return { source: expand(file, 0), files: [...files] }
}
