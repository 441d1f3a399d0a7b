// In: a finished text of a drill. Out: the same text with 【演练】 at both ends.
// Must stay outside the templates: an edited template cannot lose the mark (DESIGN L4).

const MARK = '【演练】'
const BANNER = '<p><strong>【演练】本消息为演练，不是真实震情。【演练】</strong></p>'

/**
 * @param suffix decides the form: HTML gets a banner above and below, WeChat's field lines get the mark in their first
 *   and last value, everything else in front and behind
 */
export function markDrill(text: string, suffix: string): string {
  if (suffix === 'wechat-article' || suffix === 'website') return `${BANNER}\n${text}\n${BANNER}`
  if (suffix === 'wechat-subscribe') {
    const lines = text.split('\n')
    const first = (lines[0] ?? '').replace(/^([a-z_]+\d+: )?/, `$1${MARK}`)
    return [first, ...lines.slice(1)].join('\n') + MARK
  }
  // A space after an address, or readers and link finders take the mark for a part of it.
  return `${MARK}${text}${/[\x21-\x7e]$/.test(text) ? ' ' : ''}${MARK}`
}
