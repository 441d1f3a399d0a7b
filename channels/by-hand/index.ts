// In: outlets with `channel: by-hand`. Out: a text that waits on the desk until a person has posted it (channels.md §5).
// Must not send anything. Nothing has left while a card waits: it may still be superseded, cancelled or expire like any other.
import type { Channel, Composed, OutletClient, Reach } from '../../src/core/channel.ts'
import { HOUR, MINUTE } from '../../src/core/instant.ts'
import type { NoticeFacts, RenderedNotice } from '../../src/core/notice.ts'
import { config, type ByHandConfig } from './config.ts'

/** Short while it is news (a quick report's half hour must not be cut by a long pause), long once nobody comes. */
const SOON = MINUTE
const NEWS_FOR = 31 * MINUTE

/** Content keys: `title` and `text`, as they are pasted. */
function compose(rendered: RenderedNotice, facts: NoticeFacts, config: ByHandConfig): Composed {
  const tail = [`${facts.serial} 第${facts.report}报`, facts.url]
  const texts = [rendered.text, rendered.variants['brief'] ?? '']
    .map((text) => text.trim())
    .filter((text) => text !== '')
  if (texts.length === 0) return { ok: false, reason: '公告没有正文' }
  const fitting = texts
    .map((text) => [text, ...tail].join('\n'))
    .find((text) => Array.from(text).length <= config.longest)
  if (fitting === undefined) return { ok: false, reason: `最短的文稿也超过${config.platform}的 ${config.longest} 字` }
  return { ok: true, content: { title: rendered.title.trim(), text: fitting } }
}

function open({ platform }: ByHandConfig, reach: Reach): OutletClient {
  return {
    deliver: async (job) => ({
      state: 'retry',
      afterMs: reach.now() - job.firstAttemptAt < NEWS_FOR ? SOON : HOUR,
      code: '待人工发布',
      reason: platform,
      ask: `请人工发布到${platform}：值班台“人工发布”`,
    }),
    // Taken by a person who has not said yet what came of it: no machine can tell.
    probe: async () => ({ state: 'unknown', reason: `等待人工确认是否已发布到${platform}`, probeAfterMs: HOUR }),
  }
}

export const byHand: Channel<ByHandConfig> = {
  name: 'by-hand',
  config,
  secrets: [],
  legs: () => ['post'],
  certainty: () => ({ probe: 'none', absentReads: 1, absentSpanMs: 0, keyedRepeat: false }),
  limits: [],
  account: ({ platform, hosts }) => ({ platform, hosts, byHand: true }),
  variants: ['brief'],
  compose,
  open,
}
