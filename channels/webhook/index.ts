// In: outlets with `channel: webhook`. Out: one signed message per notice to a partner's system.
// Must not carry anything that the public API would not show.
import type { Channel, Composed, NoticeNames } from '../../src/core/channel.ts'
import type { NoticeFacts, RenderedNotice } from '../../src/core/notice.ts'
import { guardClient } from '../wire/guard.ts'
import { openWebhook } from './client.ts'
import { config, secrets, type WebhookConfig } from './config.ts'
import { describeNotice, LARGEST_BODY } from './message.ts'

/** Content keys: `type` and `notice`. */
function compose(
  rendered: RenderedNotice,
  facts: NoticeFacts,
  _config: WebhookConfig,
  _leg: string,
  names?: NoticeNames,
): Composed {
  if (rendered.text.trim() === '') return { ok: false, reason: '公告没有正文' }
  const notice = JSON.stringify(describeNotice(rendered, facts, names))
  if (Buffer.byteLength(notice) > LARGEST_BODY) return { ok: false, reason: '公告超过 64 KB' }
  const type = facts.kind === 'withdrawal' ? 'notice.withdrawn' : 'notice.published'
  // Without its names nobody could tell it from another: such a content is not sent.
  return { ok: true, content: names === undefined ? { type } : { type, notice } }
}

export const webhook: Channel<WebhookConfig> = {
  name: 'webhook',
  config,
  secrets,
  legs: () => ['message'],
  certainty: () => ({ probe: 'exact', absentReads: 1, absentSpanMs: 0, keyedRepeat: true }),
  // A partner names no quota; this keeps a runaway loop from becoming an attack.
  limits: [{ api: 'webhook', max: 600, window: 'hour', reserve: 100 }],
  enterable: { secret: `whsec_${Buffer.alloc(32).toString('base64')}`, previousSecret: null },
  variants: [],
  compose,
  open: (config, reach) =>
    guardClient(openWebhook(config, reach), reach, () =>
      [config.secret, config.previousSecret ?? ''].flatMap((text) => [text, text.replace(/^whsec_/, '')]),
    ),
}
