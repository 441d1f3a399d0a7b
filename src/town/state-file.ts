// In: a stand-in's state. Out: the same state in a JSON file, whole or not at all.
// Must not return before the bytes are handed to the system: the reply leaves after this (a kill -9 must not lose it).
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/**
 * Reads a state file.
 * @returns what saveState was given; null without a file name or before the first save
 * @throws when the file is there but is not ours to read
 */
export function loadState(file: string | undefined): unknown {
  if (file === undefined || !existsSync(file)) return null
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown; state?: unknown }
  if (kept.version !== 1) throw new Error(`state file ${file} is of another version; remove it`)
  return kept.state
}

/** Writes beside and renames: a reader, or the next start, never meets half a file. */
export function saveState(file: string | undefined, state: unknown): void {
  if (file === undefined) return
  const beside = `${file}.new`
  writeFileSync(beside, JSON.stringify({ version: 1, state }), { mode: 0o600 })
  renameSync(beside, file)
}
