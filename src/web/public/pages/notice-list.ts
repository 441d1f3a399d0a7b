// In: a page of notices and what was asked for. Out: the list of all notices, with its search form and its paging links.
// Must not lose a withdrawn one; what the reader typed is text, wherever it is shown.
import { EVERY_KIND } from '../../../core/notice.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { Wording } from '../wording.ts'
import type { Scene, Sheet } from './frame.ts'
import { rowOf } from './notice-parts.ts'

/** What was asked for; '' where it was not. */
export interface Asked {
  q: string
  kind: string
  before: string
}

export type Listing =
  | { asked: Asked; notices: readonly NoticeView[]; more: boolean }
  /** An entry of the words' section `list`, with its blanks. */
  | { asked: Asked; fault: string; values?: Readonly<Record<string, string>>; status: 400 | 503 }

export const NOTHING_ASKED: Asked = { q: '', kind: '', before: '' }

export function noticeListSheet(listing: Listing): Sheet {
  const { asked } = listing
  const plain = asked.q === '' && asked.kind === '' && asked.before === '' && !('fault' in listing)
  return {
    path: '/notices',
    template: 'notices',
    ...('fault' in listing ? { status: listing.status } : {}),
    title: (wording) => wording.say('list', 'title'),
    // Whatever readers ask for is no page of its own.
    ...(plain ? {} : { head: '<meta name="robots" content="noindex">\n' }),
    view: (scene) => listView(listing, plain, scene),
  }
}

function listView(listing: Listing, plain: boolean, scene: Scene): object {
  const { wording, up } = scene
  const { asked } = listing
  const notices = 'fault' in listing ? [] : listing.notices
  const last = notices.at(-1)
  const older = last && 'more' in listing && listing.more ? address(up, { ...asked, before: last.id }) : ''
  return {
    plain,
    action: `${up}notices`,
    q: asked.q,
    kinds: EVERY_KIND.map((kind) => ({
      value: kind,
      name: wording.name('kinds', kind),
      chosen: kind === asked.kind,
    })),
    fault: 'fault' in listing ? wording.say('list', listing.fault, listing.values) : '',
    found: 'fault' in listing ? '' : describe(asked, notices.length, wording),
    none: 'fault' in listing || notices.length > 0 ? '' : wording.say('list', plain ? 'none' : 'noneFound'),
    notices: notices.map((notice) => rowOf(notice, scene)),
    older,
    newest: asked.before === '' ? '' : address(up, { ...asked, before: '' }),
  }
}

function describe({ q, kind }: Asked, n: number, wording: Wording): string {
  const values = { q, kind: wording.name('kinds', kind), n: String(n) }
  if (q === '') return kind === '' ? '' : wording.say('list', 'foundKind', values)
  return wording.say('list', kind === '' ? 'found' : 'foundBoth', values)
}

function address(up: string, asked: Asked): string {
  const given = Object.entries(asked).filter(([, value]) => value !== '')
  const query = new URLSearchParams(given).toString()
  return `${up}notices${query === '' ? '' : `?${query}`}`
}
