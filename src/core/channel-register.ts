// In: where an account stands in the register, what somebody asks for. Out: where it stands then, or the rule against it.
// Must not know who may ask (roles.ts does), only that nobody approves what they asked for themselves.

/** 申请 → 批准 → 运行 → 调整 → 关闭: 开设、调整、关闭 of an account are approved first (wording-and-rules.md §1, 国办发〔2018〕123号). */
export type EntryState = 'applied' | 'approved' | 'running' | 'adjusting' | 'closing' | 'closed' | 'turned-down'

export const ENTRY_STEPS = ['apply', 'approve', 'turn-down', 'start', 'adjust', 'close'] as const
export type EntryStep = (typeof ENTRY_STEPS)[number]

/** none: there is no entry, or the last one has ended. */
const WAYS: Readonly<Record<EntryState | 'none', Readonly<Partial<Record<EntryStep, EntryState>>>>> = {
  none: { apply: 'applied' },
  applied: { approve: 'approved', 'turn-down': 'turned-down' },
  // Until it runs, an approval may be taken back.
  approved: { start: 'running', 'turn-down': 'turned-down' },
  running: { adjust: 'adjusting', close: 'closing' },
  // An adjustment or a closing that is turned down changes nothing.
  adjusting: { approve: 'running', 'turn-down': 'running' },
  closing: { approve: 'closed', 'turn-down': 'running' },
  closed: { apply: 'applied' },
  'turned-down': { apply: 'applied' },
}

/** True where the account may say a first word: also while a change of it waits for its approval. */
export function speaks(state: EntryState): boolean {
  return state === 'running' || state === 'adjusting' || state === 'closing'
}

/** What can be asked for from here. */
export function listSteps(state: EntryState | null): EntryStep[] {
  return ENTRY_STEPS.filter((step) => WAYS[state ?? 'none'][step] !== undefined)
}

export type RegisterRule = 'order' | 'own-request' | 'no-number'

export const REGISTER_RULES: Readonly<Record<RegisterRule, string>> = {
  order: '账号现在的状态不能这样办理，可能已由他人办理，请看最新状态',
  'own-request': '申请人不能批准自己的申请，请由另一位领导批准',
  'no-number': '请填写批准文号',
}

/**
 * Where an entry stands after a step.
 * @param standing null where there is no entry yet
 * @param asked number: of the approval, on paper or in the files
 */
export function takeStep(
  standing: { state: EntryState; askedBy: string } | null,
  step: EntryStep,
  asked: { by: string; number: string },
): { ok: true; state: EntryState } | { ok: false; rule: RegisterRule } {
  const next = WAYS[standing?.state ?? 'none'][step]
  if (next === undefined) return { ok: false, rule: 'order' }
  if ((step === 'approve' || step === 'turn-down') && standing?.askedBy === asked.by)
    return { ok: false, rule: 'own-request' }
  if (step === 'approve' && asked.number === '') return { ok: false, rule: 'no-number' }
  return { ok: true, state: next }
}

/** Days before the end of a credential at which it is told anew (channels.md §1.1); 0: it is over. */
export const END_STEPS = [30, 7, 1, 0] as const

/** The step that an end has reached; null while it is farther away than all of them. */
export function findEndStep(msLeft: number): number | null {
  return END_STEPS.findLast((step) => msLeft <= step * 86_400_000) ?? null
}

/**
 * An address that somebody says a post stands at, as it goes on the public page.
 * @param hosts names it may stand under, themselves or below; none: any
 * @returns null for what is no web address there: a page of the bureau must not lead elsewhere by a slip of the clipboard
 */
export function readPostAddress(text: string, hosts: readonly string[]): string | null {
  const given = text.trim()
  if (given.length > 2_048 || !URL.canParse(given)) return null
  const url = new URL(given)
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') return null
  const host = url.hostname
  if (!host.includes('.') && hosts.length === 0) return null
  return hosts.length === 0 || hosts.some((one) => host === one || host.endsWith(`.${one}`)) ? url.href : null
}
