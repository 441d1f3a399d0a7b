// In: the steps of a scenario. Out: feeds on loopback that show, at every moment, what the real ones would have shown.
// Must not push the clock by itself: whoever runs the scenario does.
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
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
}

/**
 * Serves every feed at /<id>; a feed that no step has filled yet shows an empty list.
 * @param formats format word by feed id, as in the scenario's configuration
 */
export async function startPlayer(formats: Readonly<Record<string, string>>): Promise<Player> {
  const standing = new Map<string, Standing>()
  for (const [id, format] of Object.entries(formats)) standing.set(id, { rows: [], ...emptyList(format), down: false })
  const server = createServer((request, response) => {
    const shown = standing.get((request.url ?? '/').split('?')[0]?.slice(1) ?? '')
    if (!shown) return response.writeHead(404).end()
    if (shown.down) return response.destroy()
    const etag = `"${createHash('sha256').update(shown.body).digest('base64url').slice(0, 16)}"`
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end()
    return response.writeHead(200, { 'content-type': shown.contentType, etag }).end(shown.body)
  })
  await listen(server)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    show: (step) => {
      const now = standing.get(step.feed) ?? { rows: [], body: '', contentType: 'application/json', down: false }
      const rows = step.add ? [...(step.rows ?? []), ...now.rows] : (step.rows ?? now.rows)
      const format = formats[step.feed] ?? ''
      const payload = step.body === undefined ? writePayload(format, rows) : { body: step.body, contentType: typeOf(step.body) }
      standing.set(step.feed, { rows, ...payload, down: step.down })
      return payload
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
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
  return start === '<' ? 'application/xml; charset=utf-8' : start === '{' || start === '[' ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
}
