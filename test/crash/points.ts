// In: a crash of the plan, a living installation, and how to set the notice going. Out: the installation killed exactly there.
// Faults of the stand-ins and locks in the database place the kill; nothing in the program knows of it.
import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { NoticeKind } from '../../src/core/notice.ts'
import type { Fault } from '../../src/town/faults.ts'
import { listSession } from '../support/processes.ts'
import type { Installation } from './installation.ts'
import type { Crash } from './plan.ts'
import { makeCallsScarce } from './scarce.ts'
import { SUBSCRIBERS, type TownProcess } from './town.ts'
import { countCalls, findDeliveryNow, findNewestCall, holdLock, until, untilBlocked, untilUnderWay } from './watch.ts'
import type { DeliveryNow, Lock } from './watch.ts'
import { WIRES, type Wire } from './wires.ts'

export interface Scene {
  crash: Crash
  installation: Installation
  town: TownProcess
  /** Kind of the notice under test, as its row spells it. */
  kind: NoticeKind
  /** Notices that stood before. */
  known: ReadonlySet<string>
  /** Sets the notice going; resolves when the program answered or died. */
  send: () => Promise<unknown>
  /** Moves every clock on to an instant. */
  advanceTo: (at: number) => Promise<void>
}

const REPLY_AFTER_MS = 1_500 // long enough to take a lock while the reply is on its way

/** Brings the notice to the point, kills there, and takes faults and locks away. */
export async function crashThere(scene: Scene): Promise<void> {
  const { crash, installation, town } = scene
  const db = await installation.database()
  const stage = new Stage(scene, db, WIRES[crash.channel])
  try {
    await stage.reach()
    if (crash.victim === 'postgres') await installation.killPostgres()
    else await installation.kill(crash.victim)
    await stage.afterDeath?.()
  } finally {
    await stage.release()
    await town.clearFaults()
  }
}

class Stage {
  readonly scene: Scene
  readonly db: Pool
  readonly wire: Wire
  /** The newest call of each API when the fault was set: those of earlier notices do not count. */
  readonly before = new Map<string, number>()
  locks: Lock[] = []
  afterDeath: (() => Promise<void>) | null = null

  constructor(scene: Scene, db: Pool, wire: Wire) {
    this.scene = scene
    this.db = db
    this.wire = wire
  }

  async release(): Promise<void> {
    await Promise.all(this.locks.map((lock) => lock.release()))
  }

  async reach(): Promise<void> {
    const { crash } = this.scene
    const { wire } = this
    switch (crash.point) {
      case 'before-commit':
        await this.lock('select 1 from ledger_head for update')
        this.send()
        return untilBlocked(this.db, 'commit_plan')
      case 'commit-outlives':
        return this.outlive()
      case 'committed-unsent':
        await this.lockCalls()
        this.send()
        await this.delivery()
        return untilBlocked(this.db, wire.stand === null ? 'insert into page' : 'book_call')
      case 'token-hangs':
        return this.faultThen('stable_token', { kind: 'hang' })
      case 'draft-lost-before':
        return this.faultThen('draft/add', { kind: 'hang', applied: false })
      case 'draft-lost-after':
        return this.faultThen('draft/add', { kind: 'hang' })
      case 'draft-unrecorded':
        return this.holdReply('draft/add')
      case 'draft-recorded':
        await this.fault('draft/add', { kind: 'delay', ms: REPLY_AFTER_MS })
        this.send()
        await this.untilCalled('draft/add')
        await this.lockCalls()
        await this.untilDelivery('its draft on record', (d) => d.progress['mediaId'] !== undefined)
        return untilBlocked(this.db, 'book_call')
      case 'lost-before':
        return this.faultThen(wire.send, { kind: 'hang', applied: false })
      case 'effect-late':
        // On a busy machine the bytes may not have left at all; then this is lost-before, and as good.
        this.afterDeath = () => sleep(REPLY_AFTER_MS)
        await this.fault(wire.send, { kind: 'delay', applied: false, ms: REPLY_AFTER_MS })
        this.send()
        return this.untilSending()
      case 'lost-after':
        // A database that dies alone leaves the program to hear the reply, which must then find its way into the record.
        return this.faultThen(
          wire.send,
          crash.victim === 'postgres' ? { kind: 'delay', ms: REPLY_AFTER_MS } : { kind: 'hang' },
        )
      case 'unrecorded':
        return wire.stand === null ? this.holdPage() : this.holdReply(wire.send)
      case 'recorded':
        this.send()
        return void (await this.untilDelivery(
          'an outcome',
          (d) => ['accepted', 'pending'].includes(d.state) || Number(d.progress['next'] ?? 0) > 0,
        ))
      case 'unknown-before':
      case 'unknown-after':
        return void (await this.becomeUnknown(crash.point === 'unknown-before' ? 'close-before' : 'close-after'))
      case 'probe-hangs': {
        await this.fault(wire.probe ?? '', { kind: 'hang', applied: false }, true)
        const lost = await this.becomeUnknown('close-after')
        await this.advanceToDue(lost)
        return untilUnderWay(this.db, lost.id, 'probe')
      }
      case 'probe-unrecorded':
        await this.fault(wire.probe ?? '', { kind: 'delay', ms: REPLY_AFTER_MS }, true)
        await this.advanceToDue(await this.becomeUnknown('close-after'))
        return this.holdRecord(wire.probe ?? '')
      case 'absent-once':
        await this.advanceToDue(await this.becomeUnknown('close-before'))
        return void (await this.untilDelivery('a first absence', (d) => d.absent_probes > 0))
      case 'queued-again':
        await this.fault(
          wire.send,
          wire.stand === 'webhook' ? { kind: 'error', code: 503 } : { kind: 'error', code: 10_002 },
        )
        this.send()
        return void (await this.untilDelivery('a later try', (d) => d.state === 'queued'))
      case 'check-hangs':
      case 'check-unrecorded':
        return this.hangCheck(crash.point === 'check-unrecorded')
      case 'second-lost-before':
      case 'second-lost-after':
        await this.fault(wire.send, {
          kind: 'hang',
          applied: crash.point === 'second-lost-after',
          bodyIncludes: SUBSCRIBERS[1],
        })
        this.send()
        return crash.point === 'second-lost-after'
          ? this.untilCalled(wire.send, 2)
          : this.untilSending((d) => Number(d.progress['next'] ?? 0) === 1)
    }
  }

  send(): void {
    void this.scene.send().catch(() => undefined)
  }

  /** Steps that come before the call that counts: the draft of an article, the list of readers. */
  isReadyToSend(delivery: DeliveryNow): boolean {
    if (this.wire.draft !== null) return delivery.progress['mediaId'] !== undefined
    return this.wire.leg !== 'subscribe' || delivery.progress['total'] !== undefined
  }

  async untilSending(ready: (delivery: DeliveryNow) => boolean = (d) => this.isReadyToSend(d)): Promise<void> {
    const { id } = await this.untilDelivery('the call', (d) => d.state === 'sending' && ready(d))
    await untilUnderWay(this.db, id, 'deliver')
  }

  delivery(): Promise<DeliveryNow> {
    return until(`a ${this.scene.kind} delivery at ${this.wire.outlet}`, () =>
      findDeliveryNow(this.db, this.wire, this.scene.kind, this.scene.known),
    )
  }

  untilDelivery(what: string, holds: (delivery: DeliveryNow) => boolean): Promise<DeliveryNow> {
    return until(what, async () => {
      const delivery = await findDeliveryNow(this.db, this.wire, this.scene.kind, this.scene.known)
      return delivery && holds(delivery) ? delivery : null
    })
  }

  async lock(sql: string, values: unknown[] = []): Promise<Lock> {
    const lock = await holdLock(this.db, sql, values)
    this.locks.push(lock)
    return lock
  }

  /** Holds the last thing that comes before bytes leave: the outlet's budget, or the table of the website's pages. */
  async lockCalls(): Promise<Lock> {
    if (this.wire.stand === null) return this.lock('lock table page in exclusive mode')
    await makeCallsScarce(this.db, this.wire.outlet, this.scene)
    return this.lock('select pg_advisory_xact_lock(hashtext($1))', [`call ${this.wire.outlet}`])
  }

  async fault(api: string, fault: Omit<Fault, 'api'>, beside = false): Promise<void> {
    if (this.wire.stand === null) throw new Error('the website has no stand-in')
    if (!beside) await this.scene.town.clearFaults()
    this.before.set(api, await findNewestCall(this.scene.town, this.wire.stand, api))
    await this.scene.town.script(this.wire.stand, [{ api, ...fault }])
  }

  async untilCalled(api: string, times = 1): Promise<void> {
    const { stand } = this.wire
    if (stand === null) throw new Error('the website has no stand-in')
    const after = this.before.get(api) ?? -Infinity
    await until(`${api} called`, async () => (await countCalls(this.scene.town, stand, api, after)) >= times)
  }

  async faultThen(api: string, fault: Omit<Fault, 'api'>): Promise<void> {
    await this.fault(api, fault)
    this.send()
    if (fault.applied === false) await this.untilSending((d) => api !== this.wire.send || this.isReadyToSend(d))
    else await this.untilCalled(api)
  }

  /** The reply is under way while we take the delivery's row: its outcome cannot be written. */
  async holdReply(api: string): Promise<void> {
    await this.fault(api, { kind: 'delay', ms: REPLY_AFTER_MS })
    this.send()
    await this.holdRecord(api)
  }

  async holdRecord(api: string): Promise<void> {
    await this.untilCalled(api)
    const { id } = await this.delivery()
    await this.lock('select 1 from delivery where id = $1 for update', [id])
    await untilBlocked(this.db, 'settle_attempt')
  }

  /** The page is stored, its delivery's row is ours. */
  async holdPage(): Promise<void> {
    const page = await this.lockCalls()
    this.send()
    const { id } = await this.delivery()
    await untilBlocked(this.db, 'insert into page')
    await this.lock('select 1 from delivery where id = $1 for update', [id])
    await page.release()
    await untilBlocked(this.db, 'settle_attempt')
  }

  async becomeUnknown(kind: 'close-before' | 'close-after'): Promise<DeliveryNow> {
    await this.scene.town.script(this.wire.stand ?? 'weibo', [{ api: this.wire.send, kind }])
    this.send()
    return this.untilDelivery('an unknown', (d) => d.state === 'unknown')
  }

  async advanceToDue(delivery: DeliveryNow): Promise<void> {
    await this.scene.advanceTo(delivery.due_at + 10)
  }

  async hangCheck(answered: boolean): Promise<void> {
    const api = this.wire.check ?? ''
    await this.fault(api, answered ? { kind: 'delay', ms: REPLY_AFTER_MS } : { kind: 'hang', applied: false })
    this.send()
    const pending = await this.untilDelivery('a pending job', (d) => d.state === 'pending')
    await this.advanceToDue(pending)
    if (answered) await this.holdRecord(api)
    else await untilUnderWay(this.db, pending.id, 'check')
  }

  /** The watcher of the database server is stopped, so that the server outlives the program as in a real orphaning. */
  async outlive(): Promise<void> {
    const head = await this.lock('select 1 from ledger_head for update')
    this.send()
    await untilBlocked(this.db, 'commit_plan')
    const watchers = listWatchers(await this.serverPid())
    for (const pid of watchers) process.kill(pid, 'SIGSTOP')
    this.afterDeath = async () => {
      await head.release()
      await sleep(150)
      for (const pid of watchers) process.kill(pid, 'SIGCONT')
    }
  }

  async serverPid(): Promise<number> {
    const { dataFolder } = this.scene.installation
    const note = JSON.parse(readFileSync(`${dataFolder}/postgres-running.json`, 'utf8')) as { pid: number }
    return note.pid
  }
}

/** Processes of the server's session that are no postgres: the small shell beside it. */
function listWatchers(postmaster: number): number[] {
  if (readdirSync('/proc').length === 0) return []
  return listSession(postmaster)
    .filter(({ name }) => name !== 'postgres')
    .map(({ pid }) => pid)
}
