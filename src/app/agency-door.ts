// In: one POST of another agency's system. Out: its answer, row by row, once what it brought is on record.
// Must not say more to a stranger than that he is one, nor take a repeated message for a new one.
import { z } from 'zod'
import type { AgencyConfig } from '../config.ts'
import { readJsonBody } from '../core/json-body.ts'
import type { SignatureHeaders } from '../feeds/signature.ts'
import { placeTold } from '../rumour/intake.ts'
import type { MatchContext } from '../rumour/matching.ts'
import { fromAgency, hearFromOutside, type OutsideContext } from '../rumour/outside.ts'
import { tellDesks } from '../store/listen.ts'
import { listOrganisations } from '../store/people/accounts.ts'
import { describeFault, sightingSchema, toTold } from '../web/public/reports/api.ts'
import type { InstallationClock } from './clock.ts'
import { measureLate, verifyAtEitherClock } from './signed-door.ts'

export interface AgencyDoorContext {
  agencies: readonly AgencyConfig[]
  /** The running line of an organisation of the desk, where no configured agency has its id. */
  line: (organisation: string) => Promise<AgencyConfig | null>
  clock: InstallationClock
  outside: OutsideContext
  rumours: MatchContext
  alarm: (kind: string, subject: string, message: string) => Promise<void>
}

export interface AgencyRequest {
  id: string
  headers: SignatureHeaders
  body: Buffer
}

type Answer = { status: number; body: object }

/** A message is one report, or as many as a clerk types in a quarter of an hour. */
const MOST_ROWS = 50
const rowsSchema = z.strictObject({ sightings: z.array(z.unknown()).min(1).max(MOST_ROWS) })

const refuse = (status: number, rule: string, error: string): Answer => ({ status, body: { error, rule } })

/**
 * Answers `POST /api/v1/agencies/<id>/sightings`: 404, 401, 415, 422, 202 with the receipts and what was refused, or 200 where all of
 * it was known. The same report of the same agency on the same day is one, however often it is sent.
 */
export async function answerAgency(request: AgencyRequest, context: AgencyDoorContext): Promise<Answer> {
  const { id, headers, body } = request
  const listed = context.agencies.find((one) => one.id === id)
  const agency = listed ?? (await context.line(id))
  const nobody = refuse(404, 'no-such-agency', `no agency ${id.slice(0, 40)}`)
  if (!agency) return nobody
  const verified = verifyAtEitherClock(headers, body, agency.secret, context.clock)
  if (!verified.ok) {
    const isGenuine = await alarmIfGenuine(request, agency, context)
    // Whether an organisation has a line is nobody's business who cannot sign for it.
    return listed || isGenuine ? refuse(401, verified.rule, verified.reason) : nobody
  }
  if (!/^application\/json\b/i.test(String(headers['content-type'] ?? '')))
    return refuse(415, 'content-type', 'content-type must be application/json')
  const rows = readRows(body)
  if (rows === null)
    return refuse(422, 'body', `one sighting, or {"sightings": [...]} with at most ${MOST_ROWS}, is expected`)
  return hearRows(rows, agency, context)
}

/** One report, or several; null for what is neither. */
function readRows(body: Buffer): readonly unknown[] | null {
  const given = readJsonBody(body.toString('utf8'))
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null
  if (!('sightings' in given)) return [given]
  return rowsSchema.safeParse(given).data?.sightings ?? null
}

async function hearRows(rows: readonly unknown[], agency: AgencyConfig, context: AgencyDoorContext): Promise<Answer> {
  const accepted: { row: number; receipt: string }[] = []
  const refused: { row: number; rule: string; reason: string }[] = []
  const places: (() => Promise<unknown>)[] = []
  const { rumours, outside, clock } = context
  const takenBy = `agency ${agency.id}`
  const person = await seatOf(agency, context)
  for (const [row, given] of rows.entries()) {
    const sighting = sightingSchema.safeParse(given)
    if (!sighting.success) {
      const { error, rule } = describeFault(sighting.error)
      refused.push({ row, rule, reason: error })
      continue
    }
    const heard = await hearFromOutside(outside, toTold(sighting.data, 'agency'), fromAgency(agency.id), {
      takenBy,
      purpose: '核实单位通报的线索',
    })
    if (!heard.ok) {
      refused.push({ row, rule: heard.rule, reason: heard.reason })
      continue
    }
    accepted.push({ row, receipt: heard.receipt })
    const known = { ...heard.sighting, receivedAt: clock.now('actual') }
    if (heard.done === 'taken') places.push(() => placeTold(rumours, known, person))
  }
  // On record, all of them: what is compared now keeps none of them waiting, and what fails is made up for.
  for (const place of places) await place()
  await tellDesks(rumours.pool).catch(() => undefined)
  const status = accepted.length === 0 ? 422 : places.length === 0 ? 200 : 202
  return { status, body: { accepted, refused } }
}

/** Whose people go on seeing what their system was the first to bring; null where none of them sits at the desk. */
async function seatOf({ organisation }: AgencyConfig, { rumours }: AgencyDoorContext) {
  if (organisation === null) return null
  const known = await listOrganisations(rumours.pool)
  if (!known.some(({ id }) => id === organisation)) return null
  return { organisation, roles: ['liaison-unit' as const] }
}

/**
 * The signature fits, the time does not: refused all the same (it may be a replay), and a person hears of it.
 * @returns whether it fits
 */
async function alarmIfGenuine(
  { headers, body }: AgencyRequest,
  { id, name, secret }: AgencyConfig,
  { clock, alarm }: AgencyDoorContext,
): Promise<boolean> {
  const minutes = measureLate(headers, body, secret, clock)
  if (minutes === null) return false
  const what = `单位接口 ${id}（${name}）收到签名无误但时间相差 ${minutes} 分钟的报文，已拒收：请核对双方的时钟`
  await alarm('door', `agency ${id}`, what)
  return true
}
