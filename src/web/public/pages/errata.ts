// In: what was said and what replaced it. Out: the page of revisions, corrections and withdrawals, newest first.
// Must not say a false fact without its mark in the same line (DESIGN L8), and explains in the notices' own words only.
import { nameErrors } from '../../../core/rendering/changes.ts'
import { MOST_ERRATA, type Erratum } from '../../../store/errata.ts'
import type { Wording } from '../wording.ts'
import type { Scene, Sheet } from './frame.ts'
import { fullSerial, nameKind } from './notice-parts.ts'

/** In the text, not in its style: a line that is copied keeps them. */
const MARKS: Readonly<Record<string, string>> = {
  revision: '【已修订】',
  correction: '【已更正】',
  withdrawal: '【已撤回】',
  rebuttal: '【已更正】',
}

export function errataSheet(errata: readonly Erratum[]): Sheet {
  return {
    path: '/errata',
    template: 'errata',
    title: (wording) => wording.say('errata', 'title'),
    view: (scene) => ({
      errata: errata.map((each) => writeErratum(each, scene)),
      older: errata.length < MOST_ERRATA ? [] : Object.keys(MARKS).map((kind) => leadTo(kind, errata, scene)),
    }),
  }
}

/** Where those of a kind stand that are older than the page. */
function leadTo(kind: string, errata: readonly Erratum[], { wording, up }: Scene): object {
  const last = errata.at(-1)?.now.id ?? ''
  return { name: wording.name('kinds', kind), url: `${up}notices?kind=${kind}&before=${last}` }
}

function writeErratum({ said, now }: Erratum, { wording, up }: Scene): object {
  return {
    kind: nameKind(now, wording),
    tone: now.kind === 'withdrawal' ? 'withdrawn' : 'superseded',
    serial: fullSerial(now),
    issued: wording.time(now.issuedAt),
    was: `${MARKS[now.kind] ?? ''}${said.title}`,
    wasSerial: fullSerial(said),
    wasUrl: `${up}n/${said.code}`,
    is: now.text,
    url: `${up}n/${now.code}`,
    stood: wording.duration(now.issuedAt - said.issuedAt),
    why: whyOf(now, wording),
  }
}

function whyOf({ kind, facts }: Erratum['now'], wording: Wording): string {
  if (kind === 'withdrawal') return wording.name('withdrawals', facts.withdrawal ?? 'unstated')
  if (kind === 'rebuttal') return wording.say('errata', 'whyRebuttal')
  if (kind === 'revision' || facts.origin === null) return wording.say('errata', 'whyRevision')
  return wording.say('errata', 'whyCorrection', { items: nameErrors(facts.previous, facts.origin, 'padded') })
}
