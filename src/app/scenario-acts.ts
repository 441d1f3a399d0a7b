// In: an act of a scenario's officer, what lies on the desk. Out: the command it stands for.
// Must not reach beyond its lane, nor back to what an earlier drill has left on record.
import { splitSerial } from '../core/notice.ts'
import type { Picture } from '../publish/picture.ts'
import type { ScenarioAct } from '../town/scenario.ts'

export interface Listed {
  holds: { id: string; class: string; state: string; since: string }[]
  notices: { serial: string; class: string; kind: string; state: string }[]
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
