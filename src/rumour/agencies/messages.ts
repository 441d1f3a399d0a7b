// In: messages that wait for other organisations' systems. Out: sent, signed, each until it is taken or a day is over.
// Must not send what its receiver may not see any more, nor keep the desk waiting: nobody's act waits for a line.
import { DAY, HOUR, MINUTE, SECOND } from '../../core/instant.ts'
import { OUT_OF_REACH } from '../../core/channel.ts'
import { noteAlarm } from '../../publish/note-alarm.ts'
import { clearAlarm } from '../../store/alarms.ts'
import {
  findLine,
  forgetMessages,
  settleMessage,
  takeDueMessages,
  type AgencyLine,
  type AgencyMessage,
} from '../../store/rumours/agencies.ts'
import { readLineSecret, type AgencyContext } from './context.ts'
import { describeMessage } from './describe.ts'

const BATCH = 40
/** A try that a crash cut short is made again after this. */
const LEASE_MS = MINUTE
const DEADLINE_MS = 10 * SECOND
const GIVE_UP_MS = DAY
const KEEP_MS = 30 * DAY
const ALARM = 'agency'

/**
 * Sends what is due; each organisation's in order, the organisations beside each other. Each says how things stand when it is sent:
 * one that was put off and comes after a later one tells nothing that is no longer so.
 * @returns how many were taken up
 */
export async function sendMessages(context: AgencyContext): Promise<number> {
  const due = await takeDueMessages(context.pool, context.now(), LEASE_MS, BATCH)
  const lines = Map.groupBy(due, ({ organisation }) => organisation)
  await Promise.all([...lines.values()].map((messages) => sendInOrder(context, messages)))
  return due.length
}

export const forgetSent = ({ pool, now }: Pick<AgencyContext, 'pool' | 'now'>): Promise<void> =>
  forgetMessages(pool, now() - KEEP_MS)

async function sendInOrder(context: AgencyContext, messages: readonly AgencyMessage[]): Promise<void> {
  let silence: Ended | null = null
  for (const message of messages) {
    const line = await findLine(context.pool, message.organisation)
    // Forty times ten seconds would keep every other line waiting.
    const ended: Ended = silence ?? (await send(context, message, line))
    const at = context.now()
    await settleMessage(context.pool, message.id, { ...ended, at })
    if (ended.isSilent) silence = ended
    if (ended.state === 'failed') await ring(context, message, line, ended.answer)
    if (ended.state === 'sent') await clearAlarm(context.pool, ALARM, message.organisation, context.realNow())
  }
}

/** isSilent: nobody answered at its address. */
type Ended = Omit<Parameters<typeof settleMessage>[2], 'at'> & { isSilent?: boolean }

const silent = (ended: Ended): Ended => ({ ...ended, isSilent: ended.state === 'queued' })
const end = (state: 'sent' | 'dropped' | 'failed', answer: string): Ended => ({ state, answer, dueAt: null })

async function send(context: AgencyContext, message: AgencyMessage, line: AgencyLine | null): Promise<Ended> {
  const { pool, now, realNow, http, sign, react } = context
  if (line?.state !== 'running' || line.url === null) return end('dropped', '接口未启用')
  // First: a message that its receiver may not see fails nowhere that they could read of.
  const described = await describeMessage(pool, context, message, line.organisationKind)
  if (described === null) return end('dropped', '已不共享，或不再需要')
  const secret = readLineSecret(context, line, 'sends')
  if (secret === null) return end('failed', '密钥无法解开，请重新设置接口')
  const body = JSON.stringify({ id: message.id, ...described })
  const reply = await http({
    method: 'POST',
    url: line.url,
    headers: { 'content-type': 'application/json; charset=utf-8', ...sign(secret, message.id, realNow(), body) },
    body,
    deadlineMs: DEADLINE_MS,
    maxBytes: 64 * 1024,
    within: line.intranet ? 'intranet' : 'public',
  })
  const later = (answer: string, afterMs: number | null): Ended => {
    if (now() - message.at > GIVE_UP_MS) return end('failed', `一天内未能送达：${answer}`)
    const wait = Math.min(HOUR, 15 * SECOND * 2 ** Math.min(message.tries, 10))
    return { state: 'queued', answer, dueAt: now() + Math.max(wait, afterMs ?? 0) }
  }
  if (reply.got === 'nothing')
    return reply.reason === OUT_OF_REACH
      ? end('failed', '对方的域名指向内部地址，未发送')
      : silent(later(`没有回音（${reply.reason}）`, null))
  const reaction = react(reply.status, reply.headers)
  if (reaction.kind === 'taken') return end('sent', `HTTP ${reply.status}`)
  if (reaction.kind === 'again') return later(`HTTP ${reply.status}`, reaction.afterMs)
  return end('failed', `${reaction.why}（HTTP ${reply.status}）`)
}

async function ring(
  context: AgencyContext,
  { organisation }: AgencyMessage,
  line: AgencyLine | null,
  answer: string,
): Promise<void> {
  const message = `${line?.organisationName ?? organisation}的接口未能送达传言信息：${answer}。对方须登录值班台查看`
  await noteAlarm(context.pool, context, { kind: ALARM, subject: organisation, message })
}
