// In: the ledger and the clocks. Out: what drafts are written, approved and let out with.
// Composition only.
import type { Config } from '../config.ts'
import type { ReleaseContext } from '../publish/writing/release.ts'
import type { RumourContext } from '../rumour/context.ts'
import { openUnsigning } from '../rumour/rebuttal.ts'
import type { InstallationClock } from './clock.ts'
import { barDenial } from './denial.ts'
import type { Silence } from './silence.ts'

export interface WritingParts extends Pick<ReleaseContext, 'pool' | 'random' | 'ledger' | 'ledgerContext'> {
  clock: InstallationClock
  home: Config['bureau']['home']
  silence: Silence
  rumours: RumourContext
}

export function openWriting({ clock, home, silence, rumours, ...rest }: WritingParts): ReleaseContext {
  const denial = { clock, home, silentOfficial: silence.official }
  return {
    ...rest,
    // What is scheduled falls due by the clock that notices are issued by.
    now: () => clock.now('actual'),
    realNow: clock.realNow,
    unsign: openUnsigning(rumours),
    barDenial: (checked, picture) => barDenial(denial, checked, picture),
  }
}
