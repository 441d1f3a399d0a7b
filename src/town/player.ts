// In: the steps of a scenario. Out: feeds on loopback that show, at every moment, what the real ones would have shown.
// Must not push the clock by itself: whoever runs the scenario does.
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SECOND, type Instant } from '../core/instant.ts'
import { writePayload, type ScenarioRow } from './payloads.ts'
import type { ScenarioStep } from './scenario.ts'

export interface Player {
  url: string
  /** Makes a step's payload the one its feed shows; returns the bytes. */
  show(step: ScenarioStep): { body: string; contentType: string }
  close(): Promise<void>
}

interface Standing {
  rows: ScenarioRow[]
  body: string
  contentType: string
  down: boolean
  dateOffMs: number
}

/**
 * Serves every feed at /<id>; a feed that no step has filled yet shows an empty list.
 * @param formats format word by feed id, as in the scenario's configuration
 * @param now the scenario's clock, for Date headers; left out: the machine's
 */
export async function startPlayer(
  formats: Readonly<Record<string, string>>,
  now: () => Instant = Date.now,
): Promise<Player> {
  const standing = new Map<string, Standing>()
  for (const [id, format] of Object.entries(formats)) {
    standing.set(id, { rows: [], ...emptyList(format), down: false, dateOffMs: 0 })
  }
  const server = createServer((request, response) => {
    const shown = standing.get((request.url ?? '/').split('?')[0]?.slice(1) ?? '')
    if (!shown) return response.writeHead(404).end()
    if (shown.down) return response.destroy()
    const date = new Date(now() + shown.dateOffMs).toUTCString()
    const etag = `"${createHash('sha256').update(shown.body).digest('base64url').slice(0, 16)}"`
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag, date }).end()
    return response.writeHead(200, { 'content-type': shown.contentType, etag, date }).end(shown.body)
  })
  await listen(server)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    show: (step) => {
      const before = standing.get(step.feed)
      const rows = listRows(step, before?.rows ?? [])
      const payload = writeStep(step, formats[step.feed] ?? '', rows)
      standing.set(step.feed, { rows, ...payload, down: step.down, dateOffMs: step.dateOffSeconds * SECOND })
      return payload
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The rows that stand after a step: its own, its series below them, and those before where it adds. */
export function listRows(step: ScenarioStep, before: readonly ScenarioRow[]): ScenarioRow[] {
  const { rows, series } = step
  if (rows === undefined && series === undefined) return [...before]
  const copies = series
    ? Array.from({ length: series.count }, (_, index) => ({
        ...series.row,
        time: series.row.time - index * series.everySeconds * SECOND,
      }))
    : []
  return [...(rows ?? []), ...copies, ...(step.add ? before : [])]
}

/** A step's payload: its own body, or its rows as the format writes them. */
export function writeStep(
  step: ScenarioStep,
  format: string,
  rows: readonly ScenarioRow[],
): { body: string; contentType: string } {
  return step.body === undefined ? writePayload(format, rows) : { body: step.body, contentType: typeOf(step.body) }
}

function emptyList(format: string): { body: string; contentType: string } {
  try {
    return writePayload(format, [])
  } catch {
    return { body: '', contentType: 'text/plain' }
  }
}

function typeOf(body: string): string {
  const start = body.trimStart()[0]
  if (start === '<') return 'application/xml; charset=utf-8'
  return start === '{' || start === '[' ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
}
