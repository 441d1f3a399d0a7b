// In: the newest notices. Out: what every feed says of them, format by format only written differently.
// Must not repeat a withdrawn text: who reads the entry alone would believe it. The notice's page has it, under its tombstone.
import { beijingParts, BEIJING_OFFSET, type Instant } from '../../../core/instant.ts'
import type { NoticeView } from '../../../store/notices.ts'
import { fullSerial } from '../pages/notice-parts.ts'
import type { SiteIdentity } from '../pages/frame.ts'
import type { Wording } from '../wording.ts'

export interface FeedEntry {
  notice: NoticeView
  /** The notice's address: names the entry for ever. */
  url: string
  /** With the marks of its state and of a demonstration. */
  title: string
  text: string
  kind: string
  state: string
  published: Instant
  /** When it was last said something else of: replaced, withdrawn. */
  updated: Instant
  /** The notice that stands in its place; null for none. */
  successorUrl: string | null
  /** Its CAP message; null for none. */
  capUrl: string | null
}

export interface Feed {
  title: string
  bureau: string
  home: string
  updated: Instant
  entries: FeedEntry[]
}

/**
 * The feed of these notices, newest first.
 * @param now dates a feed without entries, by the day: its bytes must not change with every look
 */
export function makeFeed(notices: readonly NoticeView[], site: SiteIdentity, wording: Wording, now: Instant): Feed {
  const entries = notices.map((notice) => makeEntry(notice, notices, site, wording))
  return {
    title: `${markOf(site, wording)}${site.bureauName} ${wording.say('frame', 'service')}`,
    bureau: site.bureauName,
    home: `${site.publicUrl}/`,
    updated: entries.length === 0 ? startOfDay(now) : Math.max(...entries.map((entry) => entry.updated)),
    entries,
  }
}

/** 【演示】 where everything is one, so that what is carried on says so too. */
export function markOf(site: SiteIdentity, wording: Wording): string {
  return site.demonstration ? `【${wording.say('frame', 'demo')}】` : ''
}

function makeEntry(
  notice: NoticeView,
  notices: readonly NoticeView[],
  site: SiteIdentity,
  wording: Wording,
): FeedEntry {
  const withdrawn = notice.state === 'withdrawn'
  const state = wording.name('states', notice.state)
  const mark = markOf(site, wording)
  const successorUrl = notice.supersededBy === null ? null : `${site.publicUrl}/n/${notice.supersededBy}`
  const standing = notice.state === 'current' ? [] : [`【${state}】${wording.say('notice', notice.state)}`]
  return {
    notice,
    url: `${site.publicUrl}/n/${notice.code}`,
    title: `${mark}${withdrawn ? `【${state}】` : ''}${notice.title}`,
    text: [
      ...standing,
      ...(successorUrl === null
        ? []
        : [`${wording.say('notice', withdrawn ? 'seeWithdrawal' : 'seeNewer')}：${successorUrl}`]),
      ...(withdrawn ? [] : [`${mark}${notice.text}`]),
      `${wording.say('notice', 'serial')}：${fullSerial(notice)}`,
    ].join('\n'),
    kind: wording.name('kinds', notice.kind),
    state,
    published: notice.issuedAt,
    updated: updatedAt(notice, notices),
    successorUrl,
    capUrl: notice.deliveries.find((one) => one.channel === 'cap' && one.state === 'accepted')?.url ?? null,
  }
}

/** What changed a notice's standing is newer than itself, so it stands in the same list. */
function updatedAt(notice: NoticeView, notices: readonly NoticeView[]): Instant {
  const later = notices.filter(
    (other) =>
      (notice.state === 'withdrawn' && other.lineage === notice.lineage && other.kind === 'withdrawal') ||
      other.supersedes === notice.id,
  )
  return Math.max(notice.issuedAt, ...later.map((other) => other.issuedAt))
}

function startOfDay(now: Instant): Instant {
  const { year, month, day } = beijingParts(now)
  return Date.UTC(year, month - 1, day) - BEIJING_OFFSET
}
