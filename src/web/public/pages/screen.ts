// In: the newest notices and the time. Out: the page of a wall display: few words, as large as the wall allows.
// Must not need a person: it refreshes itself, with a script and without.
import type { Instant } from '../../../core/instant.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { Scene, Sheet } from './frame.ts'
import { pickShown } from './home.ts'
import { figuresOf, fullSerial, rowOf, breakTitle } from './notice-parts.ts'

/** @param notices newest first, all of one class */
export function screenSheet(notices: readonly NoticeView[], now: Instant): Sheet {
  const shown = pickShown(notices, now)
  return {
    path: '/screen',
    template: 'screen',
    layout: 'layout-screen',
    drill: shown?.class === 'drill',
    title: (wording) => wording.say('screen', 'title'),
    view: (scene) => screenView(notices, shown, scene),
  }
}

function screenView(notices: readonly NoticeView[], shown: NoticeView | null, scene: Scene): object {
  const { wording } = scene
  const newest = notices[0]
  return {
    shown: shown !== null,
    open: shown?.state === 'current' && shown.facts.origin !== null,
    kind: shown ? wording.name('kinds', shown.kind) : '',
    mark: '',
    parts: breakTitle(shown?.title ?? ''),
    // Of a word without figures (a withdrawal, say) the text itself is what must be read.
    text: shown ? (shown.variants['brief'] ?? shown.text) : '',
    figures: shown ? figuresOf(shown, wording) : [],
    issued: shown ? wording.say('screen', 'issued', { time: wording.time(shown.issuedAt) }) : '',
    serial: shown ? fullSerial(shown) : '',
    newer: newest && shown && newest.id !== shown.id ? [rowOf(newest, scene)] : [],
  }
}
