// In: what an alarm is about. Out: the page of the desk where somebody deals with it. Must not know an address of the desk.

/** A claim with something of it behind a blank. */
const claimOf = (subject: string): string => encodeURIComponent(subject.split(' ')[0] ?? '')

const PAGES: Readonly<Record<string, (subject: string) => string>> = {
  hold: (hold) => `/desk/holds/${encodeURIComponent(hold)}`,
  withdrawal: (notice) => `/desk/notices/${encodeURIComponent(notice)}/progress`,
  removal: (removal) => `/desk/removals/${encodeURIComponent(removal)}`,
  draft: (draft) => `/desk/drafts/${encodeURIComponent(draft)}`,
  // Which of its clocks.
  rumour: (subject) => `/desk/rumours/${claimOf(subject)}`,
  // What of its evidence; nothing else of that kind has a page.
  evidence: (subject) => (subject.startsWith('c-') ? `/desk/rumours/${claimOf(subject)}/handover` : '/desk/journal'),
  contact: (subject) => `/desk/rumours/${claimOf(subject)}/handover`,
  // Of a claim or a no-quake notice, and which flag of it.
  'rumour-facts': (subject) => `/desk/rumours/${claimOf(subject)}`,
  'denial-facts': () => '/desk/rumours',
  'question-facts': () => '/desk/questions',
}

/** Path below the desk's address; null where an alarm of that kind has no page of its own. */
export const findAlarmPage = (kind: string, subject: string): string | null => PAGES[kind]?.(subject) ?? null
