// In: outlets with `channel: website`. Out: the bureau's own pages, stored for the public process to serve.
// Must not serve or read back: that the public saw it is told by a read through the public port (DESIGN L7).
import { z } from 'zod'
import type { Channel, OutletClient, Reach } from '../../src/core/channel.ts'

const config = z.strictObject({})
export type WebsiteConfig = z.infer<typeof config>

/** A page that could not be stored is tried again soon: the database is the only thing in between. */
const AGAIN_MS = 1_000

function open(_config: WebsiteConfig, reach: Reach): OutletClient {
  return {
    async deliver(job) {
      try {
        await reach.site.show(job.noticeId)
        return { state: 'accepted', ref: job.noticeId, url: job.url }
      } catch (error) {
        // Storing is one statement and may be repeated: nothing is unknown here.
        const reason = error instanceof Error ? error.message : String(error)
        return { state: 'retry', afterMs: AGAIN_MS, code: 'store', reason }
      }
    },
    async probe(job) {
      const code = job.url.split('/').at(-1) ?? ''
      return (await reach.site.isShown(code))
        ? { state: 'accepted', ref: job.noticeId, url: job.url }
        : { state: 'absent' }
    },
  }
}

export const website: Channel<WebsiteConfig> = {
  name: 'website',
  config,
  secrets: [],
  legs: () => ['page'],
  certainty: () => ({ probe: 'exact', absentReads: 1, absentSpanMs: 0, keyedRepeat: true }),
  limits: [],
  variants: ['website', 'speech'],
  compose: (rendered) =>
    rendered.text.trim() === ''
      ? { ok: false, reason: '公告没有正文' }
      : { ok: true, content: { title: rendered.title } },
  open,
}
