// In: the sightings of a claim. Out: how it spread as far as the bureau saw it: when, where, by which links.
// Must not count a denial as spread, nor speak of reach: this is what was reported to us (rumours.md §0.3, §11.5).
import { formatOffset, type Instant } from '../../instant.ts'
import type { Stance } from '../kind.ts'
import { unifyUrl } from './links.ts'

export interface SeenSpread {
  stance: Stance
  platform: string
  /** To the county. */
  region: string
  url: string | null
  receivedAt: Instant
}

export interface SpreadFigures {
  spread: number
  deny: number
  /** Beijing time with its offset; null where nothing spreads it. */
  first: string | null
  last: string | null
  platforms: { name: string; count: number }[]
  regions: { name: string; count: number }[]
  links: { url: string; platform: string; count: number; first: string }[]
}

const UNKNOWN = '不详'

export function summariseSpread(sightings: readonly SeenSpread[]): SpreadFigures {
  const told = sightings.filter(({ stance }) => stance !== 'deny').toSorted((a, b) => a.receivedAt - b.receivedAt)
  const count = (read: (one: SeenSpread) => string): { name: string; count: number }[] => {
    const counts = new Map<string, number>()
    for (const one of told) counts.set(read(one) || UNKNOWN, (counts.get(read(one) || UNKNOWN) ?? 0) + 1)
    return [...counts]
      .map(([name, count]) => ({ name, count }))
      .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
  }
  const links = new Map<string, SpreadFigures['links'][number]>()
  for (const { url, platform, receivedAt } of told) {
    if (url === null) continue
    const one = unifyUrl(url)
    const known = links.get(one)
    if (known) known.count += 1
    else links.set(one, { url: one, platform: platform || UNKNOWN, count: 1, first: formatOffset(receivedAt) })
  }
  const [first, last] = [told[0], told.at(-1)]
  return {
    spread: told.length,
    deny: sightings.length - told.length,
    first: first ? formatOffset(first.receivedAt) : null,
    last: last ? formatOffset(last.receivedAt) : null,
    platforms: count(({ platform }) => platform),
    regions: count(({ region }) => region),
    links: [...links.values()],
  }
}
