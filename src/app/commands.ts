// In: the officer's commands with a name. Out: what came of them. The one door for people until there is a desk.
// Must not act without a name: every act is journalled under it.
import { z } from 'zod'
import { formatUtc, parseZonedTime } from '../core/instant.ts'
import { AREA_LIMIT, denyClaim } from '../core/denied-area.ts'
import { splitSerial, WITHDRAWAL_REASONS, type CheckedArea } from '../core/notice.ts'
import { SETTLED } from '../core/quake.ts'
import type { Acts } from '../publish/acts.ts'
import type { Ledger } from '../publish/ledger.ts'
import type { Acted } from '../publish/own-word.ts'
import { acknowledgeAlarm } from '../store/alarms.ts'
import { appendJournal, verifyJournal, type ExportedHead } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { listLineage } from '../store/notices.ts'
import { saveSwitch } from '../store/outlets.ts'
import { withTransaction } from '../store/pool.ts'
import type { Pool } from 'pg'
import type { CommandAnswer } from '../web/desk/server.ts'
import type { InstallationClock } from './clock.ts'
import { CHINESE, describeMistakes, NAMELESS } from './command-words.ts'
import { barDenial } from './denial.ts'
import { writeForDesk } from './desk-notice.ts'
import { SCENARIO_NAME } from './scenario-files.ts'
import { resendDead, resendShape } from './dead-letters.ts'
import { listDesk } from './desk-list.ts'
import type { setUpOutlet } from './set-up.ts'
import { decideRemoval, removalShapes, wishRemoval, type RemovalContext } from './removals.ts'
import { settleDelivery, settleShape } from './settle.ts'

export interface CommandContext extends Pick<RemovalContext, 'outlets' | 'random' | 'removed'> {
  pool: Pool
  ledger: Ledger
  acts: Acts
  clock: InstallationClock
  publicUrl: string
  demonstration: boolean
  home: { name: string; latitude: number; longitude: number }
  outletIds: string[]
  /** True where a delivery may be repeated without a second post. */
  repeats: (outlet: string, leg: string) => boolean
  /** Resolves once what is on its way to single subscribers has met a switch that was turned. */
  obeySwitches: () => Promise<void>
  /** Prepares an outlet's account. */
  setUp: (outlet: string, folder: string | undefined) => ReturnType<typeof setUpOutlet>
  /** Heads of the journal's chain that left the database day by day. */
  journalHeads: () => Promise<ExportedHead[]>
  /** Official sources that do not answer now: while one is silent nobody can say that nothing happened. */
  silentOfficial: () => string[]
  /** Starts a scenario as a drill in this installation. */
  drill: (scenario: string, by: string, timed: boolean) => Promise<CommandAnswer>
}

const person = z.string({ error: NAMELESS }).trim().min(1, NAMELESS).max(40)
/** DESIGN §5: withdraw returns when every outlet is settled or after 10 s. */
const SETTLE_MS = 10_000

const shapes = {
  list: z.strictObject({}),
  show: z.strictObject({ serial: z.string().min(1) }),
  publish: z.strictObject({ hold: z.string().min(1), as: person }),
  dismiss: z.strictObject({ hold: z.string().min(1), as: person, why: z.string().max(200).default('') }),
  withdraw: z.strictObject({
    serial: z.string().min(1),
    reason: z.enum(WITHDRAWAL_REASONS),
    as: person,
    from: z.string().optional(),
    to: z.string().optional(),
    area: z.string().max(AREA_LIMIT).optional(),
    floor: z.number().min(0).max(9).optional(),
    cause: z.string().max(AREA_LIMIT).optional(),
    /** False: answers at once; whoever asked watches the progress by themselves. */
    wait: z.boolean().default(true),
  }),
  'ask-removal': z.strictObject({ ...removalShapes['ask-removal'], as: person }),
  'confirm-removal': z.strictObject({ ...removalShapes['confirm-removal'], as: person }),
  'decline-removal': z.strictObject({ ...removalShapes['decline-removal'], as: person }),
  'note-removal': z.strictObject({ ...removalShapes['note-removal'], as: person }),
  'no-quake': z.strictObject({
    from: z.string(),
    to: z.string(),
    area: z.string().trim().min(1).max(AREA_LIMIT),
    as: person,
    floor: z.number().min(0).max(9).default(3),
    cause: z.string().max(AREA_LIMIT).default(''),
  }),
  merge: z.strictObject({ from: z.string().min(1), into: z.string().min(1), as: person }),
  split: z.strictObject({ quake: z.string().min(1), source: z.string().min(1), id: z.string().min(1), as: person }),
  'kill-switch': z.strictObject({
    outlet: z.string().min(1),
    on: z.boolean(),
    as: person,
    why: z.string().max(200).default(''),
  }),
  settle: z.strictObject({ ...settleShape, as: person }),
  resend: z.strictObject({ ...resendShape, as: person }),
  'setup-wechat': z.strictObject({ outlet: z.string().min(1), covers: z.string().max(4096).optional(), as: person }),
  acknowledge: z.strictObject({ alarm: z.string().min(1), as: person }),
  verify: z.strictObject({}),
  drill: z.strictObject({
    scenario: z.string().max(60).regex(SCENARIO_NAME),
    timed: z.boolean().default(false),
    as: person,
  }),
} as const

type Name = keyof typeof shapes
type Input<N extends Name> = z.infer<(typeof shapes)[N]>

/** Opens the commands; the answer to an unknown one or to wrong words says what is expected. */
export function openCommands(context: CommandContext): (name: string, input: unknown) => Promise<CommandAnswer> {
  const { pool, clock, repeats } = context
  const removals: RemovalContext = { ...context, clock: clock.now, realNow: clock.realNow }
  const deadLetters = { pool, now: () => clock.now('actual'), realNow: clock.realNow, repeats }
  const handlers: { [N in Name]: (input: Input<N>) => Promise<CommandAnswer> } = {
    list: () => listDesk(context, deadLetters),
    show: async ({ serial }) => {
      const notices = await listLineage(context.pool, splitSerial(serial).serial)
      if (notices.length === 0) return { ok: false, reason: `没有文号为 ${serial} 的公告` }
      return {
        ok: true,
        result: { notices: notices.map((n) => writeForDesk(n, context)) },
      }
    },
    publish: async (input) => answer(await context.acts.release(input.hold, input.as)),
    dismiss: async (input) => answer(await context.acts.dismiss(input.hold, input.as, input.why)),
    withdraw: (input) => withdraw(context, input),
    'ask-removal': (input) => wishRemoval(input, removals),
    'confirm-removal': (input) => decideRemoval(input, 'confirm', removals),
    'decline-removal': (input) => decideRemoval(input, 'decline', removals),
    'note-removal': (input) => decideRemoval(input, 'note', removals),
    'no-quake': (input) => denyQuake(context, input),
    merge: async (input) => answer(await context.acts.merge(input.from, input.into, input.as)),
    split: async (input) => answer(await context.acts.split(input.quake, input.source, input.id, input.as)),
    'kill-switch': async (input) => {
      if (input.outlet !== '*' && !context.outletIds.includes(input.outlet)) {
        return { ok: false, reason: `没有渠道 ${input.outlet}；现有 ${context.outletIds.join('、')} 和 *` }
      }
      const { outlet, on, as: actor, why: reason } = input
      const now = context.clock.now('actual')
      await withTransaction(context.pool, async (client) => {
        await saveSwitch(client, { outlet, on, actor, reason, at: formatUtc(now) })
        await appendJournal(client, now, { actor, act: 'kill-switch', subject: outlet, detail: { on, why: reason } })
      })
      await Promise.all([context.ledger.reload(), context.obeySwitches()])
      return { ok: true, result: { outlet, on } }
    },
    settle: (input) =>
      settleDelivery(input, {
        pool: context.pool,
        now: () => context.clock.now('actual'),
        realNow: context.clock.realNow,
      }),
    resend: ({ of, as }) => resendDead(of, as, deadLetters),
    'setup-wechat': (input) => setUp(context, input),
    acknowledge: async (input) => {
      const { alarm: subject, as: actor } = input
      const done = await withTransaction(context.pool, async (client) => {
        if (!(await acknowledgeAlarm(client, subject, actor, context.clock.realNow()))) return false
        await appendJournal(client, context.clock.now('actual'), { actor, act: 'alarm.acknowledge', subject })
        await tellDesks(client)
        return true
      })
      if (!done) return { ok: false, reason: `没有待确认的告警 ${subject}` }
      return { ok: true, result: { alarm: input.alarm } }
    },
    verify: async () => {
      const chain = await verifyJournal(context.pool, await context.journalHeads())
      if (chain.ok) return { ok: true, result: chain }
      const row = chain.journalId === null ? '' : `（留痕第 ${chain.journalId} 号）`
      return { ok: false, reason: `留痕与封存时不符：第 ${chain.seq} 封${row}：${chain.why}` }
    },
    drill: (input) => context.drill(input.scenario, input.as, input.timed),
  }
  return async (name, input) => {
    if (!Object.hasOwn(shapes, name))
      return { ok: false, usage: true, reason: `no command ${name}; there are ${Object.keys(shapes).join(', ')}` }
    const parsed = shapes[name as Name].safeParse(input, { error: CHINESE })
    if (!parsed.success) {
      const reason = describeMistakes(parsed.error.issues)
      // An act without a name is refused, not misused: it could have been meant.
      return { ok: false, usage: !parsed.error.issues.every((issue) => issue.path[0] === 'as'), reason }
    }
    return (handlers[name as Name] as (given: unknown) => Promise<CommandAnswer>)(parsed.data)
  }
}

function answer(acted: Acted): CommandAnswer {
  return acted.ok ? { ok: true, result: acted.message } : { ok: false, reason: acted.reason }
}

async function setUp(context: CommandContext, input: Input<'setup-wechat'>): Promise<CommandAnswer> {
  const { report, ...said } = await context.setUp(input.outlet, input.covers)
  if (report)
    await appendJournal(context.pool, context.clock.now('actual'), {
      actor: input.as,
      act: 'outlet.setup',
      subject: input.outlet,
      detail: report,
    })
  return said
}

async function withdraw(context: CommandContext, input: Input<'withdraw'>): Promise<CommandAnswer> {
  const checked = input.reason === 'no-quake' ? await describeCheck(context, input) : null
  if (typeof checked === 'string') return { ok: false, reason: checked, usage: true }
  const acted = await context.acts.withdraw(input.serial, input.reason, input.as, checked)
  if (!acted.ok) return { ok: false, reason: acted.reason }
  const started = context.clock.realNow()
  const { serial } = splitSerial(input.serial)
  for (;;) {
    const head = (await listLineage(context.pool, serial)).at(-1)
    const open = head?.deliveries.filter((d) => !SETTLED.includes(d.state)) ?? []
    if (!head || open.length === 0 || !input.wait || context.clock.realNow() - started >= SETTLE_MS) {
      return { ok: true, result: head ? writeForDesk(head, context) : acted.message }
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function denyQuake(context: CommandContext, input: Input<'no-quake'>): Promise<CommandAnswer> {
  const from = parseZonedTime(input.from)
  const to = parseZonedTime(input.to)
  if (from === null || to === null || to <= from) {
    return { ok: false, usage: true, reason: '起止时间（--from、--to）须为带时区的 ISO 8601 时刻，且先起后止' }
  }
  const checked = { from, to, area: input.area, magnitudeFloor: input.floor, cause: input.cause }
  await context.ledger.catchUp()
  const bar = barDenial(context, checked, context.ledger.picture())
  return bar === null ? answer(await context.acts.denyQuake(checked, input.as)) : { ok: false, reason: bar }
}

/** 未发生 must say window, area and floor (DESIGN §6); what the officer leaves out follows from the notice. */
async function describeCheck(context: CommandContext, input: Input<'withdraw'>): Promise<CheckedArea | string> {
  const head = (await listLineage(context.pool, splitSerial(input.serial).serial)).at(-1)
  if (!head) return `没有文号为 ${input.serial} 的公告`
  const about = head.originAt ?? head.issuedAt
  const from = input.from === undefined ? about - 10 * 60_000 : parseZonedTime(input.from)
  const to = input.to === undefined ? context.clock.now(head.class) : parseZonedTime(input.to)
  if (from === null || to === null || to <= from)
    return '起止时间（--from、--to）须为带时区的 ISO 8601 时刻，且先起后止'
  const { area, magnitudeFloor } = denyClaim(head.facts.origin, context.home.name)
  return { from, to, area: input.area ?? area, magnitudeFloor: input.floor ?? magnitudeFloor, cause: input.cause ?? '' }
}
