// In: a word that answers no determination, under a person's name. Out: committed, or refused with the reason.
// Must not judge a quake; what a person may say, and when, was asked before.
import type { ApprovedDraft } from '../core/judgement/judgement.ts'
import type { Word } from '../core/judgement/judge.ts'
import type { CheckedArea, NoticeKind } from '../core/notice.ts'
import { headOf, type Lineage, type Quake } from '../core/quake.ts'
import { publishWord } from './carry-out.ts'
import { begin, type Decision } from './decide.ts'
import type { Ledger, LedgerContext } from './ledger.ts'
import type { Picture } from './picture.ts'

export type Acted = { ok: true; message: string } | { ok: false; reason: string }

export type Act = (
  make: (picture: Picture) => Decision | string | Promise<Decision | string>,
  done: string,
) => Promise<Acted>

/** Commits a decision made under a person's name; refusals found on the newest picture end it. */
export function openAct(ledger: Ledger): Act {
  return async (make, done) => {
    let refusal = '没有需要处理的内容'
    // A refusal commits nothing, so no conflict would tell that another node has moved the record on.
    await ledger.catchUp()
    const state = await ledger.commit(async (picture) => {
      const made = await make(picture)
      if (typeof made !== 'string') return made
      refusal = made
      return null
    })
    return state === 'committed' ? { ok: true, message: done } : { ok: false, reason: refusal }
  }
}

export interface OwnWord {
  kind: Extract<NoticeKind, 'no-quake' | 'bulletin' | 'science' | 'announcement' | 'rebuttal'>
  /** Outlet ids; '*' for all. */
  outlets: readonly string[]
  /** Of a no-quake statement. */
  checked: CheckedArea | null
  /** drill: of a scenario that is played. */
  class: 'actual' | 'drill'
  draft?: ApprovedDraft
}

/** The word as it is spoken, without a lineage yet. */
export function makeOwnWord({ kind, outlets, draft }: OwnWord, by: string): Word {
  return {
    kind,
    report: null,
    origin: null,
    withdrawal: null,
    exposure: null,
    lineage: null,
    rule: { name: 'person', when: {}, outlets: [...outlets], mode: 'auto', vetoSeconds: 0 },
    authorisation: null,
    websiteOnly: false,
    ...(draft ? { draft } : {}),
    why: by,
  }
}

/**
 * A word without a determination gets a quake of its own without reports, so that it can be withdrawn like any other and no
 * determination is ever taken for its follow-up.
 */
export function sayAlone(picture: Picture, own: OwnWord, by: string, context: LedgerContext): Decision | string {
  const now = context.clock(own.class)
  const decision = begin(picture, now)
  const place = decision.workbench.add({
    id: `q-${context.random().slice(0, 20)}`,
    class: own.class,
    createdAt: now,
    reports: [],
    pinnedReportId: null,
    mergedInto: null,
    lineages: [],
  })
  decision.plan.quakes.push({ id: place.id, class: place.class })
  const word = makeOwnWord(own, by)
  decision.changes.push(
    ...publishWord(decision.plan, place, word, picture, { ...context, now, actor: by }, own.checked),
  )
  return spokenOr(decision)
}

/** A lineage that people wrote, with the quake of its own that it belongs to. */
export interface Standing {
  quake: Quake
  lineage: Lineage
}

/** The lineage of a serial while its word stands; null once it was withdrawn: then there is nothing to correct. */
export function findStanding(picture: Picture, serial: string): Standing | null {
  for (const quake of picture.quakes.values()) {
    const lineage = quake.lineages.find((one) => one.serial === serial)
    if (lineage) return headOf(lineage).kind === 'withdrawal' ? null : { quake, lineage }
  }
  return null
}

/** Corrects what was said alone: the next report of its lineage, to every outlet that carried it and to those of its own. */
export function sayAgain(
  picture: Picture,
  own: OwnWord,
  standing: Standing,
  by: string,
  context: LedgerContext,
): Decision | string {
  const now = context.clock(standing.quake.class)
  const decision = begin(picture, now)
  const quake = decision.workbench.touch(standing.quake)
  const lineage = quake.lineages.find(({ id }) => id === standing.lineage.id)
  if (!lineage) return `${standing.lineage.serial} 不在记录中`
  const word: Word = { ...makeOwnWord(own, by), lineage }
  decision.changes.push(
    ...publishWord(decision.plan, quake, word, picture, { ...context, now, actor: by }, own.checked),
  )
  return spokenOr(decision)
}

/** A word that could not be made (an area with markup in it) is refused to whoever gave it, not laid aside as done. */
export function spokenOr(decision: Decision): Decision | string {
  if (decision.plan.notices.length > 0) return decision
  return `未发布：${decision.plan.holds.at(-1)?.reason ?? '文稿无法生成'}`
}
