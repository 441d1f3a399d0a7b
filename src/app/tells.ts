// In: what a scenario's people tell of a rumour, in which lane. Out: it is taken in as the program takes in whatever it is told.
// Must not put it with a claim itself: matching decides, as for everybody.
import { takeSighting } from '../rumour/intake.ts'
import { placeLeftOver, type MatchContext } from '../rumour/matching.ts'
import type { ScenarioTell } from '../town/scenario.ts'

/** @returns why it was not taken in; null when it was */
export type Tell = (tell: ScenarioTell, lane: 'actual' | 'drill') => Promise<string | null>

export function openTells(rumours: MatchContext): Tell {
  return async ({ route, platform, region, text }, lane) => {
    const told = { route, platform, region, text, url: '', seenAt: null, contact: '' }
    const taken = await takeSighting(rumours, told, null, lane)
    if (!taken.ok) return taken.reason
    if (taken.placed === null || taken.placed.how === 'waiting') await placeLeftOver(rumours)
    return null
  }
}
