// In: opened outlets, the register, credentials with an end. Out: what a person must be told about them in time, at start and every
// ten minutes: alarms that end by themselves when the cause is gone.
// Must not stop an outlet: what the register keeps from speaking is decided where words are planned (publish/speak.ts).
import type { Pool } from 'pg'
import { findEndStep } from '../core/channel-register.ts'
import { formatBeijing } from '../core/instant.ts'
import type { Picture } from '../publish/picture.ts'
import { listInherited } from '../store/channel-register.ts'
import { listCredentials } from '../store/credentials.ts'
import { openBox } from '../store/deliveries.ts'
import { clearReplacedAlarms } from '../store/hand-posts.ts'
import type { InstallationClock } from './clock.ts'
import { inspectOutlets } from './inspect.ts'
import type { OpenedOutlets } from './outlets.ts'

export interface ChannelWatchContext {
  pool: Pool
  opened: Pick<OpenedOutlets, 'outlets' | 'listUnusable'>
  clock: Pick<InstallationClock, 'now' | 'realNow'>
  picture: () => Pick<Picture, 'admitted'>
  alarm: (kind: string, subject: string, message: string) => Promise<void>
  clear: (kind: string, subject: string) => Promise<void>
  /** Ends those of a kind whose cause is not among these. */
  clearOthers: (kind: string, standing: readonly string[]) => Promise<void>
}

export interface ChannelWatch {
  /** By the record alone: at start and every ten minutes. */
  look(): Promise<void>
  /** Asks platforms for the life of their credentials; beside it, never at start: a platform may take its time. */
  inspect(): Promise<void>
  /** Ends what asks for a person to post a word that nobody waits for any more. */
  tidy(): Promise<void>
  /** Lines for /readyz and the board. */
  degraded(): string[]
}

export function openChannelWatch(context: ChannelWatchContext): ChannelWatch {
  const { pool, opened, clock, picture, alarm, clear, clearOthers } = context
  const barred = (): string[] =>
    opened.outlets.filter(({ id, needsEntry }) => needsEntry && !picture().admitted.has(id)).map(({ id }) => id)
  let inherited: string[] = []
  return {
    look: async () => {
      const standing = new Set(await listInherited(pool))
      inherited = opened.outlets.filter(({ id, needsEntry }) => needsEntry && standing.has(id)).map(({ id }) => id)
      const shut = barred()
      await clearOthers('register', shut)
      for (const id of shut)
        await alarm('register', id, `渠道 ${id} 的账号未经登记批准，不对外发布：请在值班台“渠道”申请、批准并启用`)
      await tellEnds(context)
      const unusable = opened.listUnusable()
      await clearOthers(
        'credential-shut',
        unusable.map(({ outlet }) => outlet),
      )
      for (const { outlet, names } of unusable)
        await alarm('credential-shut', outlet, `渠道 ${outlet} 在值班台填写的 ${names.join('、')} 无法使用，请重新填写`)
    },
    inspect: () =>
      inspectOutlets({
        outlets: opened.outlets,
        box: (outlet) => openBox(pool, outlet),
        now: () => clock.now('actual'),
        alarm,
        clear,
      }),
    tidy: () => clearReplacedAlarms(pool, clock.realNow()),
    degraded: () => [
      ...barred().map((id) => `outlet ${id}: its account has no running entry in the register, it says nothing`),
      ...inherited.map((id) => `outlet ${id}: speaks as before the register, its account has no entry yet`),
    ],
  }
}

/** 30, 7 and 1 days ahead and at the end, each once: a step has a subject of its own, and a renewed credential ends them. */
async function tellEnds({ pool, clock, alarm, clearOthers }: ChannelWatchContext): Promise<void> {
  const now = clock.realNow()
  const reached = (await listCredentials(pool)).flatMap(({ outlet, name, endsAt }) => {
    const step = endsAt === null ? null : findEndStep(endsAt - now)
    return endsAt === null || step === null
      ? []
      : [{ subject: `${outlet} ${name} ${step}`, outlet, name, endsAt, step }]
  })
  await clearOthers(
    'credential-end',
    reached.map(({ subject }) => subject),
  )
  for (const { subject, outlet, name, endsAt, step } of reached) {
    const when = step === 0 ? '已于' : '将于'
    await alarm('credential-end', subject, `渠道 ${outlet} 的 ${name} ${when} ${formatBeijing(endsAt)} 到期，请更换`)
  }
}
