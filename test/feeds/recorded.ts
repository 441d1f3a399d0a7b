// In: names of payloads. Out: their text, of our own making or recorded; tests that are skipped, by name, where the recorded
// ones do not lie beside the project. Must not know any one format.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const OWN = new URL('../fixtures/feeds/', import.meta.url)
const SHARED = new URL('../../../shared/data/feeds/', import.meta.url)

/** True when the collection of recorded payloads lies beside the project. */
export const hasRecorded = existsSync(SHARED)
const WHEN_SKIPPED = '(skipped where ../shared/data/feeds is absent: its licences forbid a copy here)'

/** The text of a payload of our own, in the shape of the format. */
export function fixture(name: string): string {
  return readFileSync(new URL(name, OWN), 'utf8')
}

/** The text of a recorded payload, decoded with its charset. */
export function recorded(name: string, charset = 'utf-8'): string {
  return new TextDecoder(charset, { ignoreBOM: true }).decode(readFileSync(new URL(name, SHARED)))
}

/** Tests on recorded payloads. */
export function describeOnRecorded(name: string, run: () => void): void {
  describe.skipIf(!hasRecorded)(`${name} ${WHEN_SKIPPED}`, run)
}

/** One test on a recorded payload. */
export function itOnRecorded(name: string, run: () => void | Promise<void>): void {
  it.skipIf(!hasRecorded)(hasRecorded ? name : `${name} ${WHEN_SKIPPED}`, run)
}

/** The text with replacements; each must hit. `all`: wherever it stands. */
export function vary(text: string, pairs: readonly [from: string, to: string][], all = false): string {
  return pairs.reduce((varied, [from, to]) => {
    expect(varied).toContain(from)
    return all ? varied.replaceAll(from, to) : varied.replace(from, to)
  }, text)
}
