// In: one damaged payload. Out: what became of it, and every promise that was broken on the way.
// Must not catch more than it names: an error that is no UnreadableFeed is a fault of the parser.
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import { decodeText } from '../../src/feeds/charset.ts'
import { FORMATS, type FeedFormat } from '../../src/feeds/index.ts'
import { judgeAll, type ActCounts } from './judged.ts'
import { diceFor } from './random.ts'
import { findFaults } from './sane.ts'

/** One payload's way through decoding, parsing and judging. */
export interface Examined {
  outcome: 'undecodable' | 'unreadable' | 'read'
  reports: number
  refused: number
  ignored: number
  acts: ActCounts
  faults: string[]
}

/** Reads and judges one payload as the inbound door would. */
export async function examine(bytes: Uint8Array, format: FeedFormat, seed: number, index: number): Promise<Examined> {
  const examined: Examined = { outcome: 'read', reports: 0, refused: 0, ignored: 0, acts: {}, faults: [] }
  const decoded = decodeText(bytes, '')
  if (!decoded.ok) return { ...examined, outcome: 'undecodable' }
  try {
    const feed = await FORMATS[format](decoded.text)
    examined.reports = feed.reports.length
    examined.refused = feed.refused.length
    examined.ignored = feed.ignored.length
    examined.faults.push(...findFaults(feed))
    const judged = judgeAll(feed.reports, diceFor(seed, `${format} judged`, index))
    examined.acts = judged.counts
    examined.faults.push(...judged.faults)
  } catch (error) {
    if (!(error instanceof UnreadableFeed)) examined.faults.push(`threw ${describeError(error)}`)
    else if (!/^[a-z0-9-]{2,40}$/.test(error.rule) || error.message.length > 1_000) {
      examined.faults.push(`unreadable by rule ${error.rule} with ${error.message.length} characters`)
    } else examined.outcome = 'unreadable'
  }
  if (Object.keys(Object.prototype).length > 0 || 'polluted' in {}) examined.faults.push('Object.prototype was changed')
  return examined
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error)
}
