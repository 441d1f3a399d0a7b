// In: a person's word about drills: plan, start, end. Out: done, journalled under the account, or refused in words; the drill
// played in this process meanwhile, its report frozen when it ends.
// Must not start beside something real that waits for a person, nor beside another drill, on whichever node.
import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { Config } from '../config.ts'
import { GOALS, LONGEST_GOAL, USUAL_GOALS } from '../core/drill/goals.ts'
import { DAY, formatUtc, type Instant } from '../core/instant.ts'
import {
  askDrillToStop,
  addDrill,
  endDrill,
  findDrill,
  isRealOpen,
  startDrill,
  type Drill,
} from '../store/drill-book.ts'
import { endDrills, holdDrill } from '../store/drills.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { findAccount } from '../store/people/accounts.ts'
import { openPool, withTransaction } from '../store/pool.ts'
import type { CommandAnswer } from '../web/desk/server.ts'
import type { DrillActs, PlannedDrill } from '../web/desk/drill-routes.ts'
import { openChoices } from './drill-choice.ts'
import type { Database } from './database.ts'
import { openLiveClock, playLive, type LiveClock, type LiveEnd, type LiveParts } from './drill-live.ts'
import { scoreDrill } from './drill-score.ts'
import { findRefusal, LEFT_OVER, openDrillSources } from './drill-lines.ts'
import { keepStanding, nameCall, type Listed } from './scenario-acts.ts'
import { loadScenario } from './scenario-files.ts'

export interface DrillDesk extends DrillActs {
  /** Plays a scenario with its own acts, timed, and answers with the report. */
  timed: (scenario: string, by: string) => Promise<CommandAnswer>
  stop: () => Promise<void>
}

export interface DrillDeskParts {
  app: LiveParts['app'] & { database: Database }
  config: Config
  pool: Pool
  command: (name: string, input: unknown) => Promise<CommandAnswer>
  log: { error: (fields: object, message: string) => void }
}

const FARTHEST = 400 * DAY
/** The lock's own connection, and one beside it. */
const POOL = 2
const MOST_NOTE = 500
const MOST_PEOPLE = 40

/** Opens what the desk and the command line do with drills. */
export function openDrillDesk(parts: DrillDeskParts): DrillDesk {
  const { app, config, pool } = parts
  const choices = openChoices()
  const realNow = app.clock.realNow
  let running: Promise<void> = Promise.resolve()
  let stopping = false
  const refuse = (reason: string): CommandAnswer => ({ ok: false, reason })
  const journal = (
    db: Parameters<typeof appendJournal>[0],
    by: string,
    act: string,
    id: string,
    detail: object,
  ): Promise<void> =>
    appendJournal(db, app.clock.now('actual'), { actor: by, act: `drill.${act}`, subject: id, detail })

  const freeze = async (drill: Drill, end: LiveEnd, left: readonly string[]): Promise<void> => {
    const report = await scoreDrill(pool, { ...drill, state: end.how, endedWhy: end.why }, left)
    await withTransaction(pool, async (client) => {
      const { how: state, by, why } = end
      if (!(await endDrill(client, drill.id, { from: 'running', state, by, why, report }, realNow()))) return
      const { good, late, missed } = report
      await journal(client, by, state, drill.id, { run: drill.run, why, good, late, missed })
      await tellDesks(client)
    })
  }

  const play = async (drill: Drill, clock: LiveClock): Promise<void> => {
    const left: string[] = []
    let end: LiveEnd = { how: 'aborted', by: 'system', why: '程序故障，演练中止' }
    try {
      const scenario = await loadScenario(drill.scenario)
      end = await playLive(
        {
          app,
          pool,
          drill,
          scenario,
          say: openDrillSources(scenario, config, drill.run ?? ''),
          left: (fault) => left.push(fault),
          act: async (act) => {
            const fault = await playAct(parts, act, drill.startedBy ?? '')
            if (fault !== null) left.push(fault)
          },
          websites: config.outlets.filter((o) => o.class === 'drill' && o.channel.name === 'website').map((o) => o.id),
          isStopping: () => stopping,
        },
        clock,
      )
    } finally {
      const now = clock.now()
      try {
        await endDrills(pool, end.by, LEFT_OVER, now)
      } finally {
        app.clock.setDrill(null)
      }
      await app.ledger.reload()
      await freeze({ ...drill, clock: clock.stretches() }, end, left)
    }
  }

  const desk: DrillDesk = {
    choices,
    timed: async (scenario, by) => {
      const given = {
        scenario,
        plannedFor: null,
        acts: 'scenario',
        note: '',
        participants: [],
        goals: USUAL_GOALS,
      } as const
      const planned = await desk.plan(given, by)
      if (!planned.ok) return planned
      const { drill: id } = planned.result as { drill: string }
      const started = await desk.start(id, by)
      if (!started.ok) {
        await desk.cancel(id, by)
        return started
      }
      await running
      const ended = await findDrill(pool, id)
      return ended?.report ? { ok: true, result: ended.report } : refuse('演练未能完成，请看程序日志')
    },
    score: (drill) => scoreDrill(pool, drill, []),
    refusal: async () => {
      const [first] = await choices()
      return first === undefined ? '没有可用的演练情景' : findRefusal(config, first.name)
    },
    plan: async (given, by) => {
      const choice = (await choices()).find(({ name }) => name === given.scenario)
      if (!choice) return refuse('请从列表中选择演练情景')
      const wrong = checkPlan(given, realNow())
      if (wrong !== null) return refuse(wrong)
      const participants = [...new Set(given.participants)]
      for (const one of participants)
        if ((await findAccount(pool, one))?.state !== 'active') return refuse('参加人员中有不可用的账号，请重新选择')
      const id = `dr-${randomBytes(8).toString('hex')}`
      const { scenario, acts, note, goals } = given
      const plan = { id, scenario, title: choice.title, acts, note: note.trim(), goals, participants, plannedBy: by }
      const plannedFor = given.plannedFor ?? realNow()
      await withTransaction(pool, async (client) => {
        await addDrill(client, { ...plan, plannedFor }, realNow())
        const detail = { scenario, acts, goals, participants, plannedFor: formatUtc(plannedFor) }
        await journal(client, by, 'planned', id, detail)
      })
      return { ok: true, result: { drill: id } }
    },
    cancel: async (id, by) => {
      const done = await withTransaction(pool, async (client) => {
        const given = { from: 'planned', state: 'cancelled', by, why: '', report: null } as const
        if (!(await endDrill(client, id, given, realNow()))) return false
        await journal(client, by, 'cancelled', id, {})
        return true
      })
      return done ? { ok: true, result: { drill: id } } : refuse('只有尚未开始的演练可以取消')
    },
    start: async (id, by) => {
      if (stopping) return refuse('程序正在停止')
      const planned = await findDrill(pool, id)
      if (!planned || planned.state !== 'planned') return refuse('没有这个演练，或已经开始')
      const refusal = await findRefusal(config, planned.scenario)
      if (refusal !== null) return refuse(refusal)
      if (await isRealOpen(pool)) return refuse('有真实地震事项待核，处置完毕后再开始演练')
      // Held by a connection of its own for as long as the drill lasts: the desk's must stay free for people.
      const own = openPool(app.database.app, POOL, () => undefined)
      const release = await holdDrill(own)
      if (release === null) {
        await own.end()
        return refuse('另一场演练正在进行，请等它结束')
      }
      const giveBack = async (): Promise<void> => {
        await release()
        await own.end()
      }
      try {
        const started = await begin(planned, by)
        if (!started) {
          await giveBack()
          return refuse('没有这个演练，或已经开始')
        }
        running = play(started.drill, started.clock)
          .catch((error: unknown) =>
            parts.log.error({ err: error, drill: id }, 'a drill could not be brought to its end'),
          )
          .then(giveBack)
        return { ok: true, result: { drill: id, run: started.drill.run } }
      } catch (error) {
        await giveBack()
        throw error
      }
    },
    end: async (id, how, why, by) => {
      const asked = await askDrillToStop(pool, id, { by, how, why: why.trim().slice(0, 200) })
      if (asked) await running.catch(() => undefined)
      return asked ? { ok: true, result: { drill: id } } : refuse('这场演练没有在进行')
    },
    stop: async () => {
      stopping = true
      await running
    },
  }
  return desk

  async function begin(planned: Drill, by: string): Promise<{ drill: Drill; clock: LiveClock } | null> {
    const scenario = await loadScenario(planned.scenario)
    // A process that died in the middle of a drill left its rows behind.
    await endDrills(pool, by, LEFT_OVER, app.clock.now('actual'))
    await app.ledger.reload()
    const clock = openLiveClock(scenario.clock, realNow)
    const run = randomBytes(4).toString('hex')
    const at = realNow()
    const begun = await withTransaction(pool, async (client) => {
      if (!(await startDrill(client, planned.id, { run, by, clock: clock.stretches() }, at))) return false
      await journal(client, by, 'started', planned.id, {
        scenario: planned.scenario,
        run,
        clock: formatUtc(scenario.clock),
      })
      await tellDesks(client)
      return true
    })
    if (!begun) return null
    app.clock.setDrill(clock.now)
    return {
      drill: { ...planned, state: 'running', run, startedBy: by, startedAt: at, clock: clock.stretches() },
      clock,
    }
  }
}

/** Carries out one act of the scenario as its officer would; a sentence when it could not be. */
async function playAct(
  { app, command }: DrillDeskParts,
  act: Parameters<typeof nameCall>[0],
  by: string,
): Promise<string | null> {
  const listed = await command('list', {})
  if (!listed.ok) return `${act.desk}: ${listed.reason}`
  const call = nameCall(act, keepStanding(listed.result as Listed, app.ledger.picture(), 'drill'), 'drill')
  if (typeof call === 'string') return `${act.desk}: ${call}`
  const answer = await command(call.name, { ...call.input, as: by })
  return answer.ok ? null : `${act.desk}: ${answer.reason}`
}

function checkPlan(given: PlannedDrill, now: Instant): string | null {
  if (given.plannedFor !== null && given.plannedFor > now + FARTHEST) return '最多计划到 400 天以后'
  if (Array.from(given.note).length > MOST_NOTE) return `说明最多 ${MOST_NOTE} 字`
  if (given.participants.length > MOST_PEOPLE) return `参加人员最多 ${MOST_PEOPLE} 人`
  if (given.acts === 'people' && given.participants.length === 0) return '请选择参加演练的人员'
  const isGoal = (seconds: number): boolean => Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_GOAL
  return GOALS.every((goal) => isGoal(given.goals[goal])) ? null : `各步骤的目标为 1 至 ${LONGEST_GOAL} 秒的整数`
}
