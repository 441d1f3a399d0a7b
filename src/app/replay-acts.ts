// In: one act of the officer on duty. Out: done through the same HTTP commands as `npm run desk --`.
// Must not act on rows: what the desk refuses is a fault of the scenario.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { splitSerial } from '../core/notice.ts'
import type { Picture } from '../publish/picture.ts'
import type { ScenarioAct } from '../town/scenario.ts'
import type { CommandAnswer } from '../web/desk/server.ts'
import { untilDone, type ReplayTime } from './replay-settle.ts'

export interface Listed {
  holds: { id: string; class: string; state: string; since: string }[]
  notices: { serial: string; class: string; kind: string; state: string }[]
}

/** Carries out an act; what cannot be done is noted in `faults`. */
export async function runAct(time: ReplayTime, act: ScenarioAct): Promise<void> {
  const { running } = time
  const listed = await askDesk(time, 'list', {})
  if (!listed.ok) throw new Error(listed.reason)
  const { holds, notices } = listed.result as Listed
  const made = nameCall(act, keepStanding({ holds, notices }, running.app?.ledger.picture(), time.lane), time.lane)
  if (typeof made === 'string') {
    running.faults.push(`${act.desk}: ${made}`)
    return
  }
  const answer = await untilDone(time, askDesk(time, made.name, { ...made.input, as: time.by }))
  if (!answer.ok) running.faults.push(`${act.desk}: ${answer.reason}`)
}

/**
 * What an act of a lane can be about. Words of earlier drills stand on record, too, and may be dated after this one's: only
 * quakes that are not retired count.
 */
export function keepStanding({ holds, notices }: Listed, picture: Picture | undefined, lane: string): Listed {
  const quakes = [...(picture?.quakes.values() ?? [])].filter((q) => q.class === lane && q.mergedInto === null)
  const serials = new Set(quakes.flatMap(({ lineages }) => lineages.map(({ serial }) => serial)))
  return {
    holds: holds.filter((hold) => hold.class === lane),
    notices: notices.filter((notice) => notice.class === lane && serials.has(splitSerial(notice.serial).serial)),
  }
}

/** The command line an act stands for; a sentence when there is nothing to act on. */
export function nameCall(act: ScenarioAct, listed: Listed, lane: string): { name: string; input: object } | string {
  switch (act.desk) {
    case 'publish':
    case 'dismiss': {
      const hold = listed.holds.filter((h) => act.desk === 'dismiss' || h.state === 'open').at(-1)
      return hold ? { name: act.desk, input: { hold: hold.id } } : 'no open hold'
    }
    case 'withdraw': {
      const head = listed.notices.find((n) => n.kind !== 'withdrawal' && n.state === 'current')
      return head
        ? { name: 'withdraw', input: { serial: head.serial, reason: act.reason ?? 'sent-in-error' } }
        : 'no standing notice'
    }
    case 'kill-switch-on':
    case 'kill-switch-off':
      // A switch knows no lanes: a drill that pulled it would silence the real outlets.
      if (lane === 'drill') return 'a drill does not touch the switches'
      return { name: 'kill-switch', input: { outlet: act.outlet, on: act.desk === 'kill-switch-on' } }
    case 'stop':
    case 'start':
      return 'only a replay can cut the power'
  }
}

async function askDesk({ running }: ReplayTime, name: string, input: object): Promise<CommandAnswer> {
  if (!running.app) return { ok: false, reason: 'the power is off' }
  const token = await readFile(join(running.folder, 'desk.token'), 'utf8')
  const reply = await fetch(`${running.app.deskUrl}/desk/command/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
  return (await reply.json()) as CommandAnswer
}
