// In: the live outlets. Out: an alarm when a credential ends soon, has ended or is refused; cleared when it is well again.
// Must not ask more often than a day's calls allow: what was answered is kept in the outlet's box (channels.md §0.3).
import type { Box, Inspection } from '../core/channel.ts'
import { END_STEPS, findEndStep } from '../core/channel-register.ts'
import { formatBeijing, HOUR, type Instant } from '../core/instant.ts'
import type { Outlet } from '../publish/outlets.ts'

export interface InspectContext {
  outlets: readonly Outlet[]
  box: (outlet: string) => Box
  now: () => Instant
  alarm: (kind: string, subject: string, message: string) => Promise<void>
  clear: (kind: string, subject: string) => Promise<void>
}

const KEPT = 'inspected'
/** Once a day; what is refused or could not be read is asked again within the hour. */
const DAILY = 20 * HOUR
const SOON = HOUR

/** What was answered of a credential says nothing of the one that took its place. */
export async function forgetInspection(box: Box): Promise<void> {
  await box.write(KEPT, '', 0)
}

/** Asks every live outlet whose turn it is. One that throws stops none. */
export async function inspectOutlets(context: InspectContext): Promise<void> {
  const due = context.outlets.filter((outlet) => outlet.class === 'actual' && outlet.mode === 'live')
  await Promise.all(
    due.map(async (outlet) => {
      const box = context.box(outlet.id)
      const kept = await box.read(KEPT)
      if (!outlet.client.inspect || (kept !== null && kept.expiresAt > context.now())) return
      const said = await outlet.client.inspect().catch((): Inspection => ({ state: 'unclear', reason: 'it failed' }))
      const isKnown = said.state === 'well' || (said.state === 'ending' && said.until !== null)
      await box.write(KEPT, said.state, context.now() + (isKnown ? DAILY : SOON))
      await tell(outlet.id, said, context)
    }),
  )
}

async function tell(outlet: string, said: Inspection, context: InspectContext): Promise<void> {
  // Nothing is known: what was told before stands.
  if (said.state === 'unclear') return
  const step = said.state === 'well' ? null : stepOf(said.until, context.now())
  for (const other of END_STEPS) if (other !== step) await context.clear('credential', `${outlet} ${other}`)
  if (said.state === 'well' || step === null) return
  const until = said.until === null ? '' : `（${formatBeijing(said.until)} 到期）`
  await context.alarm('credential', `${outlet} ${step}`, `渠道 ${outlet}：${said.reason}${until}`)
}

/** A subject of its own for every step: an acknowledged alarm of thirty days must ring again at seven. */
function stepOf(until: Instant | null, now: Instant): number {
  return (until === null ? 0 : findEndStep(until - now)) ?? END_STEPS[0]
}
