// In: a sentence that staff or readers are shown as a reason. Out: what in it is not Chinese.
// Source words (CENC, usgs), ids and rule names stand as they are; two Latin words in a row are a sentence in English.
import type { Judgement } from '../../../src/core/judgement/judge.ts'

const ENGLISH = /(?<![\w-])[A-Za-z]{3,}[\s,;:.]+[A-Za-z]{3,}(?![\w-])/

/** The first English in a reason, or the whole where nothing in it is Chinese; null when it may be shown. */
export function findEnglish(reason: string): string | null {
  if (reason === '') return null
  // What stands in quotes is a source's own text.
  const own = reason.replace(/“[^”]*”/gu, '')
  if (!/\p{Script=Han}/u.test(own)) return reason
  return ENGLISH.exec(own)?.[0] ?? null
}

/** Every reason that a judgement carries: its own, its word's, its gates', its alarms'. */
export function listReasons(judgement: Judgement): string[] {
  return [
    'reason' in judgement ? judgement.reason : judgement.word.why,
    ...('word' in judgement && judgement.word ? [judgement.word.why] : []),
    ...judgement.alarms,
    ...judgement.gates.flatMap(({ verdict }) => (verdict.outcome === 'pass' ? [] : [verdict.reason])),
  ]
}

/** @throws naming the first reason that is not Chinese */
export function requireChinese(reasons: readonly string[]): void {
  for (const reason of reasons) {
    const english = findEnglish(reason)
    if (english !== null) throw new Error(`“${english}” in the reason “${reason}” is not Chinese`)
  }
}
