// In: what somebody typed into the report form or asked of a receipt, and what came of it. Out: the form, its answer, the receipt's page.
// Must not show who reported or what others did; one receipt that nobody has looks like one that was received.
import { MOST_CONTACT, MOST_TEXT, PLATFORMS } from '../../../rumour/record.ts'
import type { AnswerStanding } from '../../../core/rumour/public-answer.ts'
import type { ReceiptStand } from '../../../rumour/receipts.ts'
import type { Scene, Sheet } from './frame.ts'

export interface TypedReport {
  text: string
  url: string
  platform: string
  region: string
  contact: string
  agreed: boolean
}

export const NOTHING_TYPED: TypedReport = {
  text: '',
  url: '',
  platform: '',
  region: '',
  contact: '',
  agreed: false,
}

/** Entries of the words' section `reportFaults`. */
export const REPORT_FAULTS = {
  empty: 422,
  long: 422,
  url: 422,
  consent: 422,
  picture: 422,
  form: 400,
  foreign: 403,
  quota: 429,
  rate: 429,
  busy: 503,
  away: 503,
} as const
export type ReportFault = keyof typeof REPORT_FAULTS

export type ReportPage =
  | { typed: TypedReport; fault: ReportFault | null }
  /** asks: a question is answered, not checked. */
  | { receipt: string; asks: boolean }

/** A page that only its sender sees is nobody's to find. */
const NOINDEX = { head: '<meta name="robots" content="noindex">\n' }

/** @param page left out: the empty form, as it is stored */
export function reportSheet(page: ReportPage = { typed: NOTHING_TYPED, fault: null }): Sheet {
  const fault = 'fault' in page ? page.fault : null
  const isStored = 'typed' in page && page.typed === NOTHING_TYPED && fault === null
  return {
    path: '/rumours/report',
    template: 'report',
    title: (wording) => wording.say('report', 'title'),
    ...(fault === null ? {} : { status: REPORT_FAULTS[fault] }),
    ...(isStored ? {} : NOINDEX),
    view: (scene) => reportView(page, scene),
  }
}

function reportView(page: ReportPage, { wording }: Scene): object {
  const isTaken = 'receipt' in page
  const typed = isTaken ? NOTHING_TYPED : page.typed
  const fault = isTaken ? null : page.fault
  return {
    taken: isTaken,
    receipt: isTaken ? page.receipt : '',
    thanks: isTaken ? wording.say('report', page.asks ? 'asked' : 'taken') : '',
    fault: fault === null ? '' : wording.say('reportFaults', fault, fault === 'long' ? { n: String(MOST_TEXT) } : {}),
    text: typed.text,
    url: typed.url,
    region: typed.region,
    contact: typed.contact,
    agreed: typed.agreed,
    platforms: PLATFORMS.map((value) => ({
      value,
      name: wording.name('platforms', value),
      chosen: value === typed.platform,
    })),
    mostText: String(MOST_TEXT),
    mostContact: String(MOST_CONTACT),
  }
}

/** Standings of which one word would not be enough to whoever has passed the old answer on. */
const NOTES: Readonly<Partial<Record<AnswerStanding, string>>> = { withdrawn: 'withdrawnNote', review: 'reviewNote' }

/** The answer that stands, as the list of answers shows it. */
function viewSaid(
  said: NonNullable<ReceiptStand['answer']>['said'],
  wording: Scene['wording'],
): Record<'verdict' | 'title' | 'summary' | 'at', string> | null {
  if (said === null) return null
  const { verdict, title, summary, at } = said
  const word = verdict === null ? wording.say('rumour', 'answered') : wording.name('verdicts', verdict)
  return { verdict: word, title, summary, at: wording.time(at) }
}

export type ReceiptPage = { stand: ReceiptStand } | { fault: 'rate' | 'away' | 'form' } | null

/** @param page null: nobody has asked yet, as it is stored */
export function receiptSheet(page: ReceiptPage = null): Sheet {
  const fault = page !== null && 'fault' in page ? page.fault : null
  return {
    path: '/rumours/receipt',
    template: 'receipt',
    title: (wording) => wording.say('receipt', 'title'),
    ...(fault === null ? {} : { status: REPORT_FAULTS[fault] }),
    ...(page === null ? {} : NOINDEX),
    view: ({ wording }) => {
      const stand = page !== null && 'stand' in page ? page.stand : null
      const reply = stand?.reply ?? null
      return {
        fault: fault === null ? '' : wording.say('reportFaults', fault),
        asked: stand !== null,
        stage: stand === null ? '' : wording.say('receipt', stand.stage),
        why: stand === null ? '' : wording.say('receipt', `${stand.stage}Why`),
        url: stand?.url ?? '',
        standing: stand?.answer ? wording.say('rumour', NOTES[stand.answer.standing] ?? stand.answer.standing) : '',
        said: viewSaid(stand?.answer?.said ?? null, wording),
        reply: reply?.words ?? '',
        replied:
          reply === null
            ? ''
            : wording.say('receipt', reply.isCorrected ? 'corrected' : 'replied', { time: wording.time(reply.at) }),
      }
    },
  }
}
