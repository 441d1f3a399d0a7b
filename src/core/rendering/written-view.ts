// In: the words that a person wrote. Out: the texts a template of a bulletin, a science text or an announcement may print.
// Must not print anything of a determination: these kinds state none.
//
// For people who edit templates (view.ts has the rest):
//   heading headingThing   the title · the same if it has at most 20 字      summary   one or two sentences that stand alone
//   body? paragraphs   all paragraphs in one · list of {line}
//   asOf? shocks?   06月04日08时00分 · 共记录到余震56次，其中4.0–4.9级2次、3.0–3.9级54次
//   answerName   of a rebuttal: 辟谣, or 情况核实 where what was said is true
//   corrects?   of a rebuttal that corrects an earlier one: 是; then replaces… are there as in view.ts
//   trendIssuer? trendTime? trendWords?   whose opinion, when it was given, its own words: only ever in quotation marks
import type { ShockCount, Verdict, WrittenWords } from '../notice.ts'
import { formatDatedMoment, formatMoment, UnspeakableFact, type TimeForm } from './format.ts'
import { firstThatFits, THING } from './spoken-name.ts'

export const WRITTEN_BLANK = {
  heading: '',
  headingThing: '',
  summary: '',
  body: '',
  asOf: '',
  shocks: '',
  answerName: '',
  corrects: '',
  trendIssuer: '',
  trendTime: '',
  trendWords: '',
}

/**
 * @throws UnspeakableFact for words without a heading or a summary, or bands that do not sum
 */
export function sayWritten(
  words: WrittenWords | undefined,
  form: TimeForm,
): Omit<typeof WRITTEN_BLANK, 'corrects'> & { paragraphs: { line: string }[] } {
  if (words === undefined || words.heading === '' || words.summary === '')
    throw new UnspeakableFact('written', 'needs a heading and a summary')
  const { heading, summary, paragraphs, shocks, trend, rebuttal } = words
  return {
    heading,
    headingThing: firstThatFits(THING, heading, '详见公告'),
    summary,
    body: paragraphs.join(''),
    paragraphs: paragraphs.map((line) => ({ line })),
    asOf: shocks === null ? '' : formatMoment(shocks.asOf, form, 'written.asOf'),
    shocks: shocks === null ? '' : sayShocks(shocks),
    answerName: nameAnswer(rebuttal?.verdict ?? null),
    trendIssuer: trend?.issuer ?? '',
    trendTime: trend === null ? '' : formatDatedMoment(trend.issuedAt, form, 'written.trend'),
    trendWords: trend?.words.replace(/[。；，]$/, '') ?? '',
  }
}

/** What a public answer calls itself: whoever confirms something rebuts nothing. */
export const nameAnswer = (verdict: Verdict | null): string => (verdict === '属实' ? '情况核实' : '辟谣')

function sayShocks({ total, bands }: ShockCount): string {
  if (total === 0) return '没有记录到余震'
  const said = bands.filter(({ count }) => count > 0)
  const sum = bands.reduce((all, { count }) => all + count, 0)
  if (bands.length > 0 && sum !== total) throw new UnspeakableFact('written.shocks', 'bands do not sum to the total')
  const list = said.map(({ band, count }) => `${band}${count}次`).join('、')
  return `共记录到余震${total}次${list === '' ? '' : `，其中${list}`}`
}
