// In: one POST at an inbound door. Out: its answer, once what it brought is on record.
// Must not say more to a stranger than that he is one, nor turn a genuine sender away unseen.
import type { Config, InboundConfig } from '../config.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { decodeText } from '../feeds/charset.ts'
import type { Received } from '../feeds/fetch-clock.ts'
import type { SignatureHeaders } from '../feeds/signature.ts'
import type { Payload, Receipt } from '../publish/ledger.ts'
import type { DoorAnswer } from '../web/desk/server.ts'
import type { InstallationClock } from './clock.ts'
import { measureLate, verifyAtEitherClock } from './signed-door.ts'

/** JSON, XML and text; JSONP, an image, a form are not what a door's format is sent as. */
const READABLE = /^(application\/(?:[\w.+-]+\+)?(?:json|xml)|text\/[\w.+-]+)\b/i

type Arrival = Omit<Received, 'source' | 'transport'>

export interface DoorContext {
  config: Config
  clock: InstallationClock
  receive: (
    door: InboundConfig,
    arrival: Arrival,
    more: Pick<Payload, 'transport' | 'list' | 'message'>,
  ) => Promise<Receipt>
  /** Keeps bytes that nothing can be read in, and tells a person. */
  keepUnreadable: (
    door: InboundConfig,
    arrival: Arrival,
    error: UnreadableFeed,
    transport: Payload['transport'],
  ) => Promise<void>
  alarm: (kind: string, subject: string, message: string) => Promise<void>
}

export interface DoorRequest {
  id: string
  headers: SignatureHeaders
  body: Buffer
}

/**
 * Answers `POST /ingest/v1/<id>` (DESIGN §5): 404, 401, 415, 422, 202, or 200 for a repeated webhook-id.
 * The signature comes first: a stranger learns nothing of what the door takes, and whatever a genuine sender brought is
 * kept and told to a person even when it cannot be read.
 */
export async function answerDoor(request: DoorRequest, context: DoorContext): Promise<DoorAnswer> {
  const { id, headers, body } = request
  const { clock } = context
  const door = context.config.inbound.find((each) => each.id === id)
  if (!door) return { status: 404, error: `no inbound door ${id}`, rule: 'no-such-door' }
  const verified = verifyAtEitherClock(headers, body, door.secret, clock)
  if (!verified.ok) {
    await alarmIfGenuine(request, door, context)
    return { status: 401, error: verified.reason, rule: verified.rule }
  }
  const contentType = String(headers['content-type'] ?? '')
  const decoded = decodeText(body, contentType)
  const text = decoded.ok ? decoded.text : ''
  const arrival = { bytes: body, text, contentType, receivedAt: clock.now('actual') }
  try {
    if (!READABLE.test(contentType)) {
      const named = JSON.stringify(contentType.slice(0, 200))
      throw new UnreadableFeed('content-type', `content-type ${named}: JSON, XML or text is expected`)
    }
    if (!decoded.ok) throw new UnreadableFeed('charset', decoded.reason)
    const message = { door: id, id: verified.id }
    const receipt = await context.receive(door, arrival, { transport: 'door', list: false, message })
    const { state, reports, refused } = receipt
    return { status: state === 'repeated' ? 200 : 202, accepted: reports, refused }
  } catch (error) {
    if (!(error instanceof UnreadableFeed)) throw error
    await context.keepUnreadable(door, arrival, error, 'door')
    const status = error.rule === 'content-type' || error.rule === 'charset' ? 415 : 422
    return { status, error: error.message, rule: error.rule }
  }
}

/**
 * Our own source with a wrong clock, or ours is wrong: the signature fits, the time does not. It is refused all the same
 * (an old message may be a replay), but its word may be the first one of the night: a person hears of it.
 */
async function alarmIfGenuine(
  { headers, body }: DoorRequest,
  door: InboundConfig,
  context: DoorContext,
): Promise<void> {
  const minutes = measureLate(headers, body, door.secret, context.clock)
  if (minutes === null) return
  await context.alarm(
    'door',
    door.id,
    `接口 ${door.id} 收到签名无误但时间相差 ${minutes} 分钟的报文，已拒收：请核对本机与来源的时钟`,
  )
}
