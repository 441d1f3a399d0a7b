// In: a name, what its configuration says otherwise. Out: a bureau of two processes and the stand-ins, and its officer: rows
// at the door, commands at the desk, time that passes on every clock, deliveries as they stand on record.
// Must not judge what it sees, save that the door took the row. The program itself runs only from start() on.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { DAY, type Instant } from '../../src/core/instant.ts'
import { rowShape, writePayload } from '../../src/town/payloads.ts'
import { describeBureau, prepareInstallation, type Installation } from '../crash/installation.ts'
import { startTownProcess, type TownProcess } from '../crash/town.ts'
import { until } from '../crash/watch.ts'
import { claimPort } from '../../src/town/port.ts'

const DESK = fileURLToPath(new URL('../../src/desk.ts', import.meta.url))

/** How a command ended, and what it wrote. */
export interface Answer {
  code: number
  out: string
  err: string
}

/** A delivery of a lineage, as the record has it. */
export interface Delivery {
  id: string
  kind: string
  outlet_id: string
  leg: string
  state: string
  reason: string
  url: string | null
  job: string
}

export interface Bureau extends Installation {
  folder: string
  town: TownProcess
  /** The quakedesk.yaml it was prepared with; a test may write another into its folder for the next start. */
  yaml: string
  /** Lets time pass on every clock, in milliseconds. */
  pass(ms: number): Promise<void>
  /** Nothing is scripted any more, and what was said before is more than a week ago. */
  beginAnew(): Promise<void>
  /** An origin time of a moment ago, in whole seconds as the lists give them. */
  recent(): Instant
  /** One determination through the door. @returns the serial of its lineage */
  hear(code: 'AU' | 'CC', origin: Instant): Promise<string>
  /** npm run desk -- … as the officer types it. */
  desk(...args: string[]): Promise<Answer>
  /** Of every notice of the lineage, in the order in which they were issued. */
  deliveries(serial: string): Promise<Delivery[]>
  /** Ends everything and leaves nothing behind. */
  close(): Promise<void>
}

/**
 * Prepares a bureau with every channel, beside running stand-ins.
 * @param more keys of its YAML that differ from the usual
 * @param callbacks whether the platforms call it back
 */
export async function openBureau(
  name: string,
  { more = {}, callbacks = true }: { more?: Record<string, unknown>; callbacks?: boolean } = {},
): Promise<Bureau> {
  const folder = mkdtempSync(join(tmpdir(), `quakedesk-${name}-`))
  const [port, deskPort] = [await claimPort(), await claimPort()]
  const publicHost = `127.0.0.1:${port}`
  const callbackUrl = callbacks ? `http://127.0.0.1:${deskPort}/callbacks/wechat` : null
  const town = await startTownProcess({ folder, publicHost, callbackUrl, now: Date.now() })
  const yaml = describeBureau(town.urls, publicHost, more)
  const program = prepareInstallation({ folder, port, deskPort, yaml })
  let count = 0
  const pass = async (ms: number): Promise<void> => {
    await town.setClock(program.now() + ms)
    program.skip(ms)
  }
  return {
    ...program,
    folder,
    town,
    yaml,
    pass,
    beginAnew: async () => {
      await town.clearFaults()
      await pass(9 * DAY)
      await program.untilMoved()
    },
    recent: () => Math.floor((program.now() - 100_000) / 1000) * 1000,
    hear: async (code, origin) => {
      count += 1
      expect(await program.push(`${name}-${count}`, writeDetermination(code, origin))).toBe(202)
      const db = await program.database()
      const { rows } = await db.query<{ serial: string }>(
        'select serial from lineage order by year desc, number desc limit 1',
      )
      return rows[0]?.serial ?? ''
    },
    desk: (...args) => {
      const env = { PATH: process.env['PATH'], QUAKEDESK_DATA: program.dataFolder, DESK_PORT: String(deskPort) }
      return new Promise((resolve) => {
        execFile(process.execPath, [DESK, ...args], { env }, (error, out, err) =>
          resolve({ code: Number(error?.code ?? 0), out, err }),
        )
      })
    },
    deliveries: async (serial) => {
      const db = await program.database()
      const { rows } = await db.query<Delivery>(
        `select d.id, n.kind, d.outlet_id, d.leg, d.state, d.reason, d.url, d.job from delivery d
         join notice n on n.id = d.notice_id join lineage l on l.id = n.lineage_id
         where l.serial = $1 order by n.report_no, d.outlet_id, d.leg`,
        [serial],
      )
      return rows
    },
    close: async () => {
      await program.stop()
      await town.stop()
      program.sweep()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until the deliveries of the lineage that match are there and all in these states. @returns them */
export async function untilDeliveries(
  bureau: Bureau,
  serial: string,
  states: readonly string[],
  which: (d: Delivery) => boolean = () => true,
): Promise<Delivery[]> {
  return until(`${serial} in ${states.join()}`, async () => {
    const rows = (await bureau.deliveries(serial)).filter(which)
    return rows.length > 0 && rows.every((d) => states.includes(d.state)) ? rows : undefined
  })
}

/** The body of a list with one quake that is felt in the bureau's city; an automatic one from 6.5 on waits for a person. */
export function writeDetermination(
  code: 'AU' | 'CC',
  origin: Instant,
  { magnitude = 5, place = '内蒙古阿拉善盟阿拉善左旗' }: { magnitude?: number; place?: string } = {},
): string {
  const time = new Date(origin).toISOString()
  const row = rowShape.parse({ code, time, latitude: 37.98, longitude: 103.59, magnitude, place })
  return writePayload('cenc-web', [row]).body
}
