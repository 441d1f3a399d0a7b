// In: what a message asserts. Out: how much harm the claim may do, 1 to 4, for a person to correct; and what it is called in a list.
// Must not judge truth, nor count how often something was sent: a flood may itself be the campaign (rumours.md §9).
import type { Signature } from './signature.ts'
import type { Risk } from './signoff.ts'

/** M≥6 foretold is a city out of doors at night (rumours.md §4). */
const GREAT = 6
const HARMFUL: readonly string[] = ['casualty', 'damage', 'closure', 'cover-up']
const UNSETTLING: readonly string[] = ['predict', 'sign', 'report', 'occurred', 'cause', 'media', 'supply']

/** A first mark by kind and figures; questions and what asserts nothing are lowest. */
export function markRisk({ kind, stance, slots }: Pick<Signature, 'kind' | 'stance' | 'slots'>): Risk {
  if (stance === 'ask') return 1
  if (kind === 'predict' && slots.magnitudes.some(([, high]) => high >= GREAT)) return 4
  if (HARMFUL.includes(kind)) return 3
  return UNSETTLING.includes(kind) ? 2 : 1
}

const LONGEST = 36

/** The first sentence, cut to a line of a list. @param shown redacted text */
export function nameClaim(shown: string): string {
  const flat = shown.replace(/\s+/gu, ' ').trim()
  const [first = flat] = flat.split(/(?<=[。！？!?])/u)
  const signs = Array.from(first.length < 8 ? flat : first)
  return signs.length > LONGEST ? `${signs.slice(0, LONGEST - 1).join('')}…` : signs.join('')
}

/** Who tells it is no part of what is told: 网传“网传…” says the same twice. */
const TELLING = /^(?:(?:网传|网上说|听说|据说|据传|有人说|朋友说|群里说|刚得到消息|内部消息|最新消息)[，,：:、\s]*)+/u
const LONGEST_QUOTE = 60

/** A claim's title as a rebuttal names it after 网传, without marks of its own. */
export function quoteClaim(title: string): string {
  const plain = title.replace(/[“”"…。！？!?]/gu, '').trim()
  const told = plain.replace(TELLING, '')
  return Array.from(told === '' ? plain : told)
    .slice(0, LONGEST_QUOTE)
    .join('')
}
