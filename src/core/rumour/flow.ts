// In: how many reports came from outside lately, from how many networks. Out: whether it is a flood, for the queue to say.
// Must not weigh on a claim's risk: a flood may itself be the campaign (rumours.md §9).

export interface Flow {
  /** Of the last ten minutes, from outside. */
  recent: number
  /** Networks, or accounts of platforms, that those came from. */
  networks: number
  /** Of the last 24 hours, those ten minutes among them. */
  day: number
}

export type FlowStand = 'usual' | 'high' | 'flood'

/** Ten-minute stretches of a day. */
const STRETCHES = 144
/** Fewer are no flood, however quiet the day was. */
const LEAST = 10
const HIGH = 5
const FLOOD = 20

/** How the last ten minutes stand against the day before them. */
export function judgeFlow({ recent, day }: Flow): FlowStand {
  if (recent < LEAST) return 'usual'
  const usual = Math.max(0, day - recent) / (STRETCHES - 1)
  // A day without any has no rate: one in ten minutes is taken for it.
  const times = recent / Math.max(usual, 1)
  return times >= FLOOD ? 'flood' : times >= HIGH ? 'high' : 'usual'
}

/** From so few networks that one hand may be behind it. */
export function isNarrow({ recent, networks }: Flow): boolean {
  return recent >= LEAST && networks * 5 <= recent
}
