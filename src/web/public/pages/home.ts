// In: the newest notices and the time. Out: the first page: what happened, here, known, not yet known, how fast we were.
// Must not forecast, nor promise when the next word comes: that is a person's to say.
import { HOUR, type Instant } from '../../../core/instant.ts'
import { romanIntensity } from '../../../core/intensity/felt.ts'
import { isWritten } from '../../../core/notice.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { Wording } from '../wording.ts'
import type { Scene, Sheet, SiteIdentity } from './frame.ts'
import {
  clocksOf,
  districtsOf,
  figuresOf,
  fullSerial,
  rowOf,
  breakTitle,
  writeDistricts,
  type District,
} from './notice-parts.ts'
import { hasSketch, sketchOf } from './sketch-map.ts'

/** A day after its last word a quake is no longer what this page is about. */
const EVENT_MS = 24 * HOUR
/** Nearest districts that the first page shows; the notice has them all. */
const MOST_DISTRICTS = 12

export function homeSheet(notices: readonly NoticeView[], now: Instant): Sheet {
  const shown = pickShown(notices, now)
  return {
    path: '/',
    template: 'home',
    wide: true,
    title: (wording) => wording.say('home', 'title'),
    view: (scene) => homeView(notices, shown, scene),
    raw: { sketch: (scene) => (shown ? sketchOf(shown, scene) : '') },
  }
}

/**
 * The notice that the page is about; null when it is quiet. In a sequence the largest shock stays on top (peers.md §1.6:
 * aftershocks that push it off the screen mislead); without a standing determination, the newest word: a withdrawal, say.
 * What was withdrawn is never what the page is about, also where the withdrawal itself is not on the site.
 */
export function pickShown(notices: readonly NoticeView[], now: Instant): NoticeView | null {
  // What people write beside the quakes is on the list; the page is about the ground.
  const recent = notices.filter(({ issuedAt, kind }) => now - issuedAt < EVENT_MS && !isWritten(kind))
  const standing = recent.filter(({ state, facts }) => state === 'current' && facts.origin !== null)
  const magnitude = ({ facts }: NoticeView): number => facts.origin?.magnitude ?? -Infinity
  const largest = Math.max(...standing.map(magnitude))
  const word = standing.find((notice) => magnitude(notice) === largest)
  return word ?? recent.find(({ state }) => state !== 'withdrawn') ?? null
}

function homeView(notices: readonly NoticeView[], shown: NoticeView | null, scene: Scene): object {
  const { wording, up } = scene
  const newest = notices[0]
  const districts = shown ? districtsOf(shown, scene.site) : []
  return {
    shown: shown !== null,
    open: shown?.state === 'current',
    updated: shown ? wording.say('home', 'updated', { time: wording.time(shown.issuedAt) }) : '',
    // Something newer was said, about a smaller quake of the same day.
    newer: newest && shown && newest.id !== shown.id ? [rowOf(newest, scene)] : [],
    kind: shown ? wording.name('kinds', shown.kind) : '',
    report: shown ? wording.say('notice', 'report', { report: String(shown.report) }) : '',
    url: shown ? `${up}n/${shown.code}` : '',
    quakeUrl: shown?.quake ? `${up}quakes/${shown.quake}` : '',
    mark: '',
    parts: breakTitle(shown?.title ?? ''),
    text: shown?.text ?? '',
    state: shown && shown.state !== 'current' ? wording.name('states', shown.state) : '',
    serial: shown ? fullSerial(shown) : '',
    figures: shown ? figuresOf(shown, wording) : [],
    sketch: shown && hasSketch(shown) ? '\u0000sketch\u0000' : '',
    here: shown ? hereOf(shown, districts, scene) : [],
    known: shown ? knownOf(shown, districts, wording) : [],
    unknown: shown ? unknownOf(shown, wording) : [],
    places: writeDistricts(districts.slice(0, MOST_DISTRICTS), wording),
    otherPlaces:
      districts.length > MOST_DISTRICTS
        ? wording.say('home', 'otherDistricts', { n: String(districts.length - MOST_DISTRICTS) })
        : '',
    clocks: shown ? clocksOf(shown, wording) : [],
    notices: notices.map((notice) => rowOf(notice, scene)),
  }
}

/** What the model says for the bureau's own place, which is the first of its places. */
function hereOf(
  notice: NoticeView,
  districts: readonly District[],
  { site, wording }: { site: SiteIdentity; wording: Wording },
): { line: string; ladder: string }[] {
  const home = site.places[0]
  const degree = districts.find(({ name }) => name === home?.name)?.degree ?? null
  if (!home || degree === null || notice.state !== 'current') return []
  const values = { home: home.name, degree: romanIntensity(degree), felt: wording.maybe(degree) }
  return [{ line: wording.say('home', 'here', values), ladder: wording.ladder(degree) }]
}

function knownOf(notice: NoticeView, districts: readonly District[], wording: Wording): string[] {
  const { origin, home } = notice.facts
  const degrees = districts.flatMap(({ degree }) => degree ?? [])
  const [low, high] = [romanIntensity(Math.min(...degrees, 12)), romanIntensity(Math.max(...degrees, 1))]
  const report = {
    report: String(notice.report),
    kind: wording.name('kinds', notice.kind),
    time: wording.time(notice.issuedAt),
  }
  return [
    ...(origin && home
      ? [wording.say('home', 'knownPlace', { place: origin.place, home: home.name, km: String(home.distanceKm) })]
      : []),
    ...(degrees.length === 0
      ? []
      : [wording.say('home', low === high ? 'knownRange' : 'knownRangeTo', low === high ? { low } : { low, high })]),
    wording.say('home', 'knownReport', report),
  ]
}

function unknownOf({ facts, kind, state }: NoticeView, wording: Wording): string[] {
  if (facts.origin === null || state !== 'current') return []
  const automatic = facts.origin.automatic || kind === 'quick-report'
  return [...(automatic ? [wording.say('home', 'openFormal')] : []), wording.say('home', 'openDamage')]
}
