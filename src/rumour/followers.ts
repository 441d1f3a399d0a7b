// In: a text that a follower of an account sent. Out: it is on record as a sighting or a question, and the words of the reply.
// Must not wait for matching (a platform waits five seconds), nor show who wrote: the account's id is sealed as a contact is.
import { bareText, spellPlainly } from '../core/rumour/normalise.ts'
import { hearFromOutside, fromFollower, type OutsideContext } from './outside.ts'

/** As the platform's callback has it. */
export interface FollowerMessage {
  outlet: string
  openid: string
  /** text, image, voice …: only a text says something that can be compared. */
  kind: string
  text: string
}

export interface FollowerContext extends OutsideContext {
  publicUrl: string
}

/** One sign is a slip of the thumb. */
const SHORTEST = 2
const MOST_TEXT = 2_000

/** The same message again is the same report and gets the same reply. @returns '' where there is nothing to say */
export async function answerFollower(context: FollowerContext, message: FollowerMessage): Promise<string> {
  const { kind, outlet, openid } = message
  const form = `${context.publicUrl}/rumours/report`
  if (kind !== 'text') return `本号目前只能收文字。要提供图片，请打开 ${form}`
  const text = Array.from(message.text).slice(0, MOST_TEXT).join('')
  if (Array.from(bareText(spellPlainly(text))).length < SHORTEST || openid === '')
    return `请把看到的传言原文或想问的问题发给我们，也可在 ${form} 提供图片和网址。`
  const contact = `${openid} ${outlet}`
  const told = { route: 'wechat' as const, text, url: '', platform: '', region: '', seenAt: null, contact }
  const heard = await hearFromOutside(context, told, fromFollower(outlet, openid), { purpose: '答复公众号留言' })
  if (!heard.ok) return heard.reason
  const what = heard.sighting.stance === 'ask' ? '您的提问已收到' : '您反映的情况已收到'
  return `${what}，编号 ${heard.receipt}。办理情况和答复可凭编号在 ${context.publicUrl}/rumours/receipt 查询。未经核实的消息请不要转发。`
}
