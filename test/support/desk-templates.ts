// In: nothing. Out: the desk's templates as they stand in the house.
import { readdirSync, readFileSync } from 'node:fs'

const FOLDER = new URL('../../templates/desk/', import.meta.url)

export function readDeskTemplates(): ReadonlyMap<string, string> {
  return new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]))
}
