// In: one act of the officer on duty. Out: done through the same HTTP commands as `npm run desk --`.
// Must not act on rows: what the desk refuses is a fault of the scenario.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ScenarioAct } from '../town/scenario.ts'
import type { CommandAnswer } from '../web/desk/server.ts'
import { untilDone, type ReplayTime } from './replay-settle.ts'
import { keepStanding, nameCall, type Listed } from './scenario-acts.ts'

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
