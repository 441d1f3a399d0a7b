// In: the configuration, the clock. Out: the rumour desk, and what followers of accounts and other agencies' systems bring to it.
// Composition only.
import type { Pool } from 'pg'
import type { Config } from '../config.ts'
import type { Dispatch } from '../publish/dispatch.ts'
import type { Ledger } from '../publish/ledger.ts'
import { readLineSecret } from '../rumour/agencies/context.ts'
import { answerFollower } from '../rumour/followers.ts'
import type { MatchContext } from '../rumour/matching.ts'
import { openByteSealing } from '../store/byte-sealing.ts'
import { findLine } from '../store/rumours/agencies.ts'
import { readSecret } from '../store/sealing.ts'
import type { DeskContext } from '../web/desk/server.ts'
import { answerAgency, type AgencyDoorContext } from './agency-door.ts'
import type { Followers } from './callbacks.ts'
import type { InstallationClock } from './clock.ts'
import { openWay } from './give-way.ts'
import { openClockNote, openFollowers, openRumours } from './rumours.ts'

export interface Intake {
  rumours: MatchContext
  followers: Followers
  agency: Exclude<DeskContext['agency'], undefined>
  /** What the public's process records by; to be called from time to time. */
  noteClock: () => Promise<void>
}

export interface IntakeParts extends Pick<AgencyDoorContext, 'alarm'> {
  config: Config
  pool: Pool
  clock: InstallationClock
  random: () => string
  silence: { official: () => string[] }
  /** A claim's public page must be made anew. */
  shown: (code: string) => void
  /** What notices go through on their way: others wait meanwhile. */
  ledger: Pick<Ledger, 'isBusy'>
  dispatch: Pick<Dispatch, 'isBusy'>
}

/** What is signed under the secret of an organisation's line comes from it, reports as well as acts. */
function openLines(pool: Pool, { dataFolder, deskKey }: Config): AgencyDoorContext['line'] {
  const vault = openByteSealing(readSecret(dataFolder, 'desk.key', deskKey), 'handover')
  return async (organisation) => {
    const line = await findLine(pool, organisation)
    const secret = line?.state === 'running' ? readLineSecret({ vault }, line, 'receives') : null
    return line && secret !== null ? { id: organisation, name: line.organisationName, secret, organisation } : null
  }
}

export async function openIntake(parts: IntakeParts): Promise<Intake> {
  const { config, pool, clock, random, alarm, silence, shown } = parts
  const rumours = openRumours(pool, config, clock, random, {
    silentOfficial: silence.official,
    shown,
    giveWay: openWay(() => parts.ledger.isBusy() || parts.dispatch.isBusy()),
  })
  const outside = openFollowers(config, pool, clock, random)
  const noteClock = openClockNote(pool, clock)
  await noteClock()
  const door: AgencyDoorContext = {
    agencies: config.agencies,
    line: openLines(pool, config),
    clock,
    outside,
    rumours,
    alarm,
  }
  return {
    rumours,
    followers: { answer: (message) => answerFollower(outside, message), random },
    agency: (id, headers, body) => answerAgency({ id, headers, body }, door),
    noteClock,
  }
}
