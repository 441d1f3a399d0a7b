// In: the newest notices and the time. Out: the word of the hour for LED and wall displays, in every length that was prepared.
// Must not cut: each length is a text of its own, taken whole or not at all (DESIGN §4.6). Drills carry their mark at both ends.
import { MINUTE, formatUtc, type Instant } from '../../core/instant.ts'
import type { NoticeView } from '../../store/notices.ts'
import type { Page } from '../../store/pages.ts'
import type { ToGbk } from './gbk.ts'
import { pickShown } from './pages/home.ts'
import { fullSerial } from './pages/notice-parts.ts'
import type { SiteIdentity } from './pages/frame.ts'
import type { Wording } from './wording.ts'

/** Prepared texts, longest first, and what is true of each of them. */
export interface ScreenWords {
  texts: { text: string; length: number; gbk: string }[]
  quiet: boolean
  drill: boolean
  demonstration: boolean
  kind: string | null
  serial: string | null
  url: string | null
  issuedAt: string | null
  /** Until when a display may show this without asking again. */
  expires: string
}

export const WORDS_PATH = '/screen/words.json'
/** `?max=` may ask for no less: the shortest text, with its marks, fits. */
export const SHORTEST = 20
/** The lists are built anew every ten minutes, also when nothing happens (app/acts.ts). */
const SLOT_MS = 10 * MINUTE

/** @param notices newest first, all of one class */
export function makeScreenWords(
  notices: readonly NoticeView[],
  now: Instant,
  site: Pick<SiteIdentity, 'bureauName' | 'demonstration'> & { publicUrl: string },
  wording: Wording,
  toGbk: ToGbk,
): Page {
  const shown = pickShown(notices, now)
  const drill = shown?.class === 'drill'
  const bare = shown ? textsOf(shown) : quietTexts(site.bureauName, wording)
  const texts = bare.map((text) => mark(text, drill, site.demonstration))
  if (shown && !texts.some((text) => countLetters(text) <= SHORTEST))
    texts.push(
      mark(wording.say('screen', 'see', { kind: wording.name('kinds', shown.kind) }), drill, site.demonstration),
    )
  const words: ScreenWords = {
    texts: [...new Set(texts)]
      .map((text) => ({ text, length: countLetters(text), gbk: toGbk(text).toString('base64') }))
      .toSorted((a, b) => b.length - a.length),
    quiet: shown === null,
    drill,
    demonstration: site.demonstration,
    kind: shown?.kind ?? null,
    serial: shown ? fullSerial(shown) : null,
    url: shown ? `${site.publicUrl}/n/${shown.code}` : null,
    issuedAt: shown ? formatUtc(shown.issuedAt) : null,
    expires: formatUtc((Math.ceil(now / SLOT_MS) + 2) * SLOT_MS),
  }
  return {
    path: WORDS_PATH,
    contentType: 'application/json; charset=utf-8',
    status: 200,
    body: JSON.stringify(words),
  }
}

/** The first of the lines that WeChat's subscribe notice has room for: at most 20 characters, whole. */
const THING = /^thing1: (.+)$/m

function textsOf({ text, title, variants }: NoticeView): string[] {
  const thing = THING.exec(variants['wechat-subscribe'] ?? '')?.[1]
  const brief = variants['brief']
  return [text, ...(brief ? [brief] : []), title, ...(thing ? [thing] : [])].map(strip)
}

function quietTexts(bureauName: string, wording: Wording): string[] {
  const quiet = wording.say('screen', 'quiet')
  return [`${bureauName}：${quiet}`, quiet]
}

/** As a display counts: a letter beyond the basic plane is one. */
const countLetters = (text: string): number => Array.from(text).length

const DRILL = '【演练】'

/** A drill's texts bring their marks; the short ones one only. */
function strip(text: string): string {
  return text.replaceAll(DRILL, '').trim()
}

function mark(text: string, drill: boolean, demonstration: boolean): string {
  return `${demonstration ? '【演示】' : ''}${drill ? `${DRILL}${text}${DRILL}` : text}`
}

/** The longest that fits. @param max at least SHORTEST */
export function chooseText(words: ScreenWords, max: number): ScreenWords['texts'][number] | undefined {
  return words.texts.find(({ length }) => length <= max)
}
