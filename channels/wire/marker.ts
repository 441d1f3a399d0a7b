// In: a text and the facts of its notice. Out: why the text must not go out, or null.
// Must not rewrite the text.
import type { NoticeFacts } from '../../src/core/notice.ts'

/** NFC without any blank or invisible character, for comparing texts that a platform may have re-spaced. */
export function squeeze(text: string): string {
  return text.normalize('NFC').replace(/[\s\p{Cf}]+/gu, '')
}

/** True when the text holds the serial of the notice and its 第N报, the marker that probes and people look for. */
export function holdsSerial(text: string, facts: Pick<NoticeFacts, 'serial' | 'report'>): boolean {
  const squeezed = squeeze(text)
  return squeezed.includes(squeeze(facts.serial)) && squeezed.includes(`第${facts.report}报`)
}

/** How many http(s) addresses a text holds. */
function countAddresses(text: string): number {
  return text.match(/https?:\/\//gi)?.length ?? 0
}

/** True when the only address in the text is this one, whole and exactly once. */
export function holdsOnlyAddress(text: string, address: string): boolean {
  const at = text.indexOf(address)
  if (at < 0 || countAddresses(text) !== 1) return false
  // "…/n/abc" must not be the beginning of "…/n/abcd", which is another notice's page.
  return !/^[\w/%?&=#~+-]/.test(text.slice(at + address.length))
}

/** True unless the notice is a drill whose text does not say 【演练】 (DESIGN L4). */
export function saysDrill(text: string, facts: Pick<NoticeFacts, 'class'>): boolean {
  return facts.class !== 'drill' || text.includes('【演练】')
}
