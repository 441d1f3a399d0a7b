// In: one rumour with all that was said about it. Out: its page: what was found, the facts first, the claim once, what shows it.
// Must not repeat what was withdrawn, nor name who spread or reported it; one rumour has one address for ever.
import { LINE_END_WORDS, nameFirstLine } from '../../../core/rumour/first-line.ts'
import { listLaws, STANDS } from '../../../core/rumour/public-answer.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { PublicRumour } from '../../../store/rumours/public.ts'
import { writeClaimReview } from './claim-review.ts'
import { escapeHtml, type Scene, type Sheet, type SiteIdentity } from './frame.ts'
import { fullSerial, markOf } from './notice-parts.ts'
import { toneOf } from './rumours.ts'
import { SHARED } from './share-head.ts'

export function rumourSheet(rumour: PublicRumour): Sheet {
  return {
    path: `/rumours/${rumour.code}`,
    template: 'rumour',
    title: () => titleOf(rumour) ?? nameFirstLine(rumour.kind),
    view: (scene) => viewRumour(rumour, scene),
    head: ({ site }) => `${writeHead(rumour, site)}${writeData(rumour, site)}`,
  }
}

/** The answer that is the bureau's word; undefined while there is none. */
export function answerOf({ standing, notices }: Pick<PublicRumour, 'standing' | 'notices'>): NoticeView | undefined {
  return STANDS.includes(standing) ? notices[0] : undefined
}

/** With its mark where it no longer stands: a tab shows the title alone. */
function titleOf({ notices }: PublicRumour): string | null {
  const [newest] = notices
  if (newest === undefined) return null
  return newest.state === 'withdrawn' ? `${markOf(newest)}公告 ${fullSerial(newest)}` : newest.title
}

function viewRumour(rumour: PublicRumour, { wording, up }: Scene): object {
  const { standing, notices, line } = rumour
  const say = (key: string): string => wording.say('rumour', key)
  const answer = answerOf(rumour)
  const written = answer?.facts.written
  const verdict = written?.rebuttal?.verdict ?? null
  const evidence = written?.rebuttal?.evidence ?? ''
  // Of a rebuttal's paragraphs the last two are the claim, quoted and answered in one sentence, and what shows it (core/writing/fields.ts).
  const facts = written?.rebuttal ? written.paragraphs.slice(0, -2) : (written?.paragraphs ?? [])
  return {
    tone: toneOf(rumour),
    standing: say(standing),
    verdict: verdict === null ? say('unverified') : wording.name('verdicts', verdict),
    heading: titleOf(rumour) ?? nameFirstLine(rumour.kind),
    ...bannerOf(rumour, wording, up),
    line: answer || line === null || standing === 'withdrawn' || standing === 'merged' ? '' : sayLine(line),
    facts: facts.map((text) => ({ text })),
    quote: written?.rebuttal ? (written.paragraphs.at(-2) ?? '') : '',
    evidence,
    laws: listLaws(written === undefined ? [] : [...facts, evidence]).map((name) => ({ name })),
    times: listTimes(rumour, wording),
    notices: notices.map((notice) => ({
      url: `${up}n/${notice.code}`,
      // What was withdrawn is named by its number alone.
      title: notice.state === 'withdrawn' ? '' : notice.title,
      mark: notice.state === 'superseded' ? '【已更正】' : markOf(notice),
      serial: fullSerial(notice),
      state: wording.name('states', notice.state),
    })),
    note: say(answer ? 'forward' : 'noForward'),
    dataUrl: `/api/v1/rebuttals/${rumour.code}`,
  }
}

function sayLine({ words, endedHow }: NonNullable<PublicRumour['line']>): string {
  return endedHow === null || endedHow === 'answered' ? words : LINE_END_WORDS[endedHow]
}

/** What must be read before all else. */
function bannerOf(
  { standing, notices, mergedInto }: PublicRumour,
  wording: Scene['wording'],
  up: string,
): { banner: string; bannerUrl: string; bannerWord: string } {
  const say = (key: string): string => wording.say('rumour', key)
  const none = { banner: '', bannerUrl: '', bannerWord: '' }
  if (standing === 'review') return { ...none, banner: say('reviewNote') }
  if (standing === 'corrected') return { ...none, banner: say('correctedNote') }
  if (standing === 'merged')
    return { banner: say('mergedNote'), bannerUrl: `${up}rumours/${mergedInto ?? ''}`, bannerWord: say('seeOther') }
  if (standing !== 'withdrawn') return none
  const successor = notices[0]?.supersededBy ?? null
  return successor === null
    ? { ...none, banner: say('withdrawnNote') }
    : { banner: say('withdrawnNote'), bannerUrl: `${up}n/${successor}`, bannerWord: say('seeWithdrawal') }
}

function listTimes(rumour: PublicRumour, wording: Scene['wording']): { name: string; value: string }[] {
  const { line, notices, withdrawnAt, heardAt } = rumour
  const [newest] = notices
  const first = notices.at(-1)
  const rows: readonly (readonly [string, number | null])[] = [
    ['heard', heardAt],
    ['said', line?.at ?? null],
    ['answeredAt', first?.issuedAt ?? null],
    ['correctedAt', newest && newest !== first ? newest.issuedAt : null],
    ['withdrawnAt', withdrawnAt],
    ['endedAt', line?.endedHow === 'answered' ? null : (line?.endedAt ?? null)],
  ]
  return rows.flatMap(([name, at]) =>
    at === null ? [] : [{ name: wording.say('rumour', name), value: wording.time(at) }],
  )
}

/** What those see who pass the address on: never the claim itself. The picture is that of the notice. */
function writeHead(rumour: PublicRumour, site: SiteIdentity): string {
  const answer = answerOf(rumour)
  const address = `${site.publicUrl}/rumours/${rumour.code}`
  const mark = site.demonstration ? '【演示】' : ''
  const shared = `${mark}${titleOf(rumour) ?? nameFirstLine(rumour.kind)}`
  const described = describe(rumour, answer)
  const image = rumour.notices[0]
  const lines: [string, string][] = [
    ['og:type', 'article'],
    ['og:site_name', site.bureauName],
    ['og:title', shared],
    ...(described === '' ? [] : ([['og:description', `${mark}${described}`]] as [string, string][])),
    ['og:url', address],
    ...(image === undefined
      ? []
      : ([
          ['og:image', `${site.publicUrl}/n/${image.code}.png${image.state === 'current' ? '' : `?${image.state}`}`],
          ['og:image:type', 'image/png'],
          ['og:image:width', String(SHARED.width)],
          ['og:image:height', String(SHARED.height)],
          ['og:image:alt', shared],
        ] as [string, string][])),
  ]
  return lines.map(([name, value]) => `<meta property="${name}" content="${escapeHtml(value)}">\n`).join('')
}

function writeData(rumour: PublicRumour, site: SiteIdentity): string {
  const data = writeClaimReview(rumour, answerOf(rumour), site)
  return data === '' ? '' : `<script type="application/ld+json">${data}</script>\n`
}

function describe({ standing, line }: PublicRumour, answer: NoticeView | undefined): string {
  if (answer) return answer.facts.written?.summary ?? ''
  if (standing === 'withdrawn') return '核实结果已撤回，请勿转发。'
  if (standing === 'merged') return '核实结果在另一页公布。'
  return line === null ? '' : sayLine(line)
}
