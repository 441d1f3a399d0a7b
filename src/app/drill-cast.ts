// In: the sources a scenario speaks through, the sources an installation has. Out: whose part each plays in a drill.
// Must not lend an authority: a source plays only one of its own standing, and no two play the same.

interface Source {
  id: string
  authority: string
}

/**
 * Authorisations and rules name this bureau's sources; scenarios were written elsewhere and call theirs otherwise. Without
 * a part to play a drill would hold every word and train nobody.
 * @returns the installed id by the scenario's; a source without a counterpart keeps its own
 */
export function castSources(played: readonly Source[], installed: readonly Source[]): Map<string, string> {
  const cast = new Map<string, string>()
  const same = new Set(played.filter((source) => installed.some(({ id }) => id === source.id)).map(({ id }) => id))
  const free = installed.filter(({ id }) => !same.has(id))
  for (const source of played) {
    if (same.has(source.id)) {
      cast.set(source.id, source.id)
      continue
    }
    const at = free.findIndex(({ authority }) => authority === source.authority)
    const [part] = at < 0 ? [] : free.splice(at, 1)
    cast.set(source.id, part?.id ?? source.id)
  }
  return cast
}
