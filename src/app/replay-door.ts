// In: a step for an inbound door. Out: the payload posted to it over HTTP, signed as the bureau's inner system signs.
// Must not reach past the door: what it refuses is evidence, not an error.
import { randomBytes } from 'node:crypto'
import { signWebhook } from '../../channels/webhook/sign.ts'
import type { App } from '../app.ts'
import type { Instant } from '../core/instant.ts'
import type { ScenarioStep } from '../town/scenario.ts'
import type { Running } from './replay-running.ts'

/** A key of the right form that is not the bureau's. */
const FOREIGN_KEY = `whsec_${Buffer.from('a key that nobody gave to anyone').toString('base64')}`

/** Posts a step's payload at its door; refusals are noted as `door:<rule>` and `row:<rule>`. */
export async function knockAtDoor(
  running: Running,
  app: App,
  step: ScenarioStep,
  payload: { body: string; contentType: string },
  now: Instant,
): Promise<void> {
  const secret = running.config.inbound.find((door) => door.id === step.feed)?.secret ?? ''
  const signed = signWebhook(
    [step.forged ? FOREIGN_KEY : secret],
    `msg-${randomBytes(6).toString('hex')}`,
    now,
    payload.body,
  )
  const reply = await fetch(`${app.deskUrl}/ingest/v1/${step.feed}`, {
    method: 'POST',
    headers: { 'content-type': payload.contentType, ...signed },
    body: payload.body,
  })
  const answer = (await reply.json()) as { rule?: string; accepted?: number; refused?: unknown[] }
  // An early warning, a draft, a message about the connection: nothing in it was a determination.
  if (reply.ok && answer.accepted === 0 && answer.refused?.length === 0) running.refusals.push('ignored')
  if (!reply.ok) running.refusals.push(`door:${answer.rule ?? reply.status}`)
}
