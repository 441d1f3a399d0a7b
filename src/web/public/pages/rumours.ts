// In: what was said publicly about rumours, newest first. Out: the page on which citizens find what was found.
// Must not drop one that was taken back: what was said stays said (DESIGN L5), and its row says that it no longer stands.
import { nameFirstLine } from '../../../core/rumour/first-line.ts'
import type { PublicRumour } from '../../../store/rumours/public.ts'
import type { Scene, Sheet } from './frame.ts'
import { fullSerial, markOf, type Row } from './notice-parts.ts'

export function rumoursSheet(rumours: readonly PublicRumour[] = []): Sheet {
  return {
    path: '/rumours',
    template: 'rumours',
    title: (wording) => wording.say('rumours', 'title'),
    view: (scene) => ({ notices: rumours.map((rumour) => writeRow(rumour, scene)), none: rumours.length === 0 }),
  }
}

/** How a rumour's standing is coloured, as a notice's state is. */
export function toneOf({ standing }: Pick<PublicRumour, 'standing'>): string {
  if (standing === 'withdrawn') return 'withdrawn'
  return standing === 'answered' || standing === 'corrected' ? 'current' : 'superseded'
}

function writeRow(rumour: PublicRumour, { wording, up }: Scene): Row {
  const { standing, notices, line, kind } = rumour
  const [newest] = notices
  const common = { tone: toneOf(rumour), state: wording.say('rumour', standing), url: `${up}rumours/${rumour.code}` }
  if (newest === undefined)
    return {
      ...common,
      kind: wording.say('rumour', 'unverified'),
      issued: wording.time(line?.at ?? rumour.openedAt),
      mark: '',
      title: nameFirstLine(kind),
      serial: '',
    }
  const verdict = newest.facts.written?.rebuttal?.verdict
  return {
    ...common,
    kind:
      standing === 'withdrawn' || verdict === undefined
        ? wording.say('rumour', 'unverified')
        : wording.name('verdicts', verdict),
    issued: wording.time(newest.issuedAt),
    mark: markOf(newest),
    title: newest.title,
    serial: fullSerial(newest),
  }
}
