// In: nothing. Out: the labelled messages beside the repository, and a test that is skipped by name where they are absent.
// Must not be copied here: nothing says that they may be.
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'vitest'

const FILE = new URL('../../../shared/data/rumours/dev.json', import.meta.url)
const isThere = existsSync(FILE)

/** '' where they are absent. */
export const readDevelopmentSet = (): string => (isThere ? readFileSync(FILE, 'utf8') : '')

export const testWithSet = (name: string, run: () => void): void =>
  test.skipIf(!isThere)(isThere ? name : `${name} (skipped where ../shared/data/rumours is absent)`, run)
