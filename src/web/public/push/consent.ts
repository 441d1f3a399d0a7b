// In: the word lists. Out: the version of the text that subscribers agree to: another word, another version.
// Must not count words that only stand around it.
import { createHash } from 'node:crypto'
import type { Wording } from '../wording.ts'

/** @param section of the word lists that is agreed to */
export function nameConsent(wordings: Readonly<Record<string, Pick<Wording, 'w'>>>, section = 'consent'): string {
  const texts = Object.entries(wordings).map(([language, { w }]) => [language, w[section]])
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16)
}
