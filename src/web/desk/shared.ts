// In: many pages that ask for the same thing at once. Out: it is made once for all who had asked before it was begun.
// Must not hand anybody what was begun before they asked: whoever has just acted sees what they did.

/** @param make one at a time for each key; another waits and serves all who have come meanwhile */
export function openShared<T>(): (key: string, make: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<unknown>>()
  const next = new Map<string, Promise<T>>()
  const begin = (key: string, make: () => Promise<T>): Promise<T> => {
    const made = make()
    const ended = made.then(
      () => undefined,
      () => undefined,
    )
    running.set(key, ended)
    void ended.then(() => running.get(key) === ended && running.delete(key))
    return made
  }
  return (key, make) => {
    const coming = next.get(key)
    if (coming) return coming
    const under = running.get(key)
    if (!under) return begin(key, make)
    const after = under.then(() => {
      next.delete(key)
      return begin(key, make)
    })
    next.set(key, after)
    return after
  }
}
