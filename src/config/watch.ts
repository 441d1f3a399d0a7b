// In: `watch` of the YAML. Out: the steps of an alarm, or a sentence for each thing in them that would wake nobody.
// Must not know a channel: an outlet that takes alarms says so by its own key.
import { z } from 'zod'
import { HOUR, MINUTE, SECOND } from '../core/instant.ts'
import { ROLES } from '../core/people/roles.ts'
import type { Watch } from '../core/people/watch.ts'
import { findNearest } from './complain.ts'

const UNITS = { s: SECOND, m: MINUTE, h: HOUR } as const
/** "5m" or "24h" to milliseconds. */
export const span = z
  .string()
  .regex(/^\d{1,5}[smh]$/, 'must be <n>s, <n>m or <n>h')
  .transform((text) => Number(text.slice(0, -1)) * (UNITS[text.at(-1) as keyof typeof UNITS] ?? 0))
const LONGEST = 24 * HOUR

export const watchShape = z.strictObject({
  steps: z
    .array(
      z.strictObject({
        after: span.pipe(z.number().max(LONGEST, 'must be at most 24h')),
        role: z.enum(ROLES).optional(),
        outlets: z.array(z.string().min(1)).min(1, 'must name an outlet').max(20),
      }),
    )
    .min(1, 'must have a step')
    .max(10),
  repeat: span.pipe(z.number().min(MINUTE, 'must be at least 60s').max(LONGEST, 'must be at most 24h')).optional(),
})

interface GivenOutlet {
  id: string
  class: 'actual' | 'drill'
  config: unknown
}

/** The steps; null where the YAML has none, and every alarm outlet rings every 60 s. */
export function readWatch(
  file: z.infer<typeof watchShape> | undefined,
  outlets: readonly GivenOutlet[],
  faults: string[],
): Watch | null {
  if (file === undefined) return null
  const ringing = outlets.filter(({ config }) => (config as { alarms?: boolean }).alarms === true).map(({ id }) => id)
  for (const [index, { after, outlets: named }] of file.steps.entries()) {
    const at = `watch.steps.${index}`
    const before = file.steps[index - 1]?.after
    if (before === undefined && after !== 0) faults.push(`${at}.after: the first step goes out at once: write 0s`)
    if (before !== undefined && after <= before) faults.push(`${at}.after: must be later than the step before`)
    for (const outlet of named.filter((one) => !ringing.includes(one))) {
      const isThere = outlets.some(({ id }) => id === outlet)
      const near = isThere ? null : findNearest(outlet, ringing)
      const what = isThere
        ? 'has no alarms: true'
        : `no such outlet with alarms: true${near ? `; did you mean ${near}?` : ''}`
      faults.push(`${at}.outlets = "${outlet}": ${what}`)
    }
  }
  const named = file.steps.flatMap((step) => step.outlets)
  // In a drill an outlet stands for the named ones of its channel.
  for (const { id } of outlets.filter((one) => one.class === 'actual' && ringing.includes(one.id)))
    if (!named.includes(id)) faults.push(`watch.steps: the outlet ${id} has alarms: true and stands in no step`)
  return {
    steps: file.steps.map(({ after, role, outlets: ids }) => ({ afterMs: after, role: role ?? null, outlets: ids })),
    repeatMs: file.repeat ?? null,
  }
}
