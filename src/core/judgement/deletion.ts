// In: a quake with a standing lineage. Out: what a delete or cancel by the agency behind our word means for it.
// Must not withdraw for anybody else's delete, nor while another official determination stands (DESIGN §6.10).
import { headOf, standingReports, takesBack, type Lineage, type Quake, type StoredReport } from '../quake.ts'
import { vetoEnds, type JudgeInput, type JudgedWord, type Judgement } from './judgement.ts'
import { isFormal, maySpeak, rankReports, voiceOf, type Preference } from './prefer.ts'

/** The determination our head notice states was taken back by the one who made it; null when it was not. */
export function judgeDeletion(input: JudgeInput, lineage: Lineage, preference: Preference | null): Judgement | null {
  const said = input.quake.reports.find((r) => r.id === headOf(lineage).reportId)
  if (!said) return null
  const stillListed = standingReports(input.quake).some((r) => r.source === said.source && sameId(r, said))
  const deletion = stillListed ? findElsewhere(input.quake, said) : findOwn(input.quake, said)
  if (!deletion || input.acts.dismissed.has(deletion.id)) return null
  if (preference && takesItsPlace(preference, said)) return null
  const word: JudgedWord = {
    kind: 'withdrawal',
    report: deletion,
    origin: null,
    withdrawal: 'sent-in-error',
    exposure: null,
    lineage,
    rule: null,
    authorisation: null,
    websiteOnly: false,
    why: `来源 ${deletion.source} 已撤销 ${deletion.sourceEventId || said.sourceEventId}`,
  }
  const released = input.acts.released.has(deletion.id)
  if (!released && (stillListed || anotherStands(input.quake, said))) {
    const reason = `来源 ${deletion.source} 已撤销其测定，但另有官方测定有效，是否撤回公告须由人工决定`
    return { act: 'hold', gate: 'delete', reason, word, reportId: deletion.id, gates: [], alarms: [] }
  }
  const due = vetoEnds(deletion.receivedAt, input.policy.gates.withdrawalVetoMs, input.listeningSince)
  if (released || input.world.now >= due) return { act: 'publish', word, gates: [], alarms: [] }
  return {
    act: 'veto',
    word,
    due,
    gates: [],
    alarms: [`${lineage.serial} 的撤回已备好，等待期满即发布，期间可由人工中止`],
  }
}

function sameId(a: StoredReport, b: StoredReport): boolean {
  return (
    a.sourceEventId === b.sourceEventId || a.aliases.includes(b.sourceEventId) || b.aliases.includes(a.sourceEventId)
  )
}

function findOwn(quake: Quake, said: StoredReport): StoredReport | undefined {
  return quake.reports.findLast(
    (r) => r.lifecycle !== 'report' && r.source === said.source && maySpeak(r.authority) && takesBack(r, said),
  )
}

/**
 * The same agency's delete of the same word through another feed than the one we read it from: a person must look,
 * because the feed that we followed may have no way to say "deleted" (CEIC's list has none that is used).
 */
function findElsewhere(quake: Quake, said: StoredReport): StoredReport | undefined {
  const voice = voiceOf(said)
  const standing = standingReports(quake)
  return quake.reports.findLast(
    (r) =>
      r.lifecycle !== 'report' &&
      r.source !== said.source &&
      maySpeak(r.authority) &&
      quake.reports.some(
        (row) =>
          row.lifecycle === 'report' && row.agency === said.agency && voiceOf(row) === voice && takesBack(r, row),
      ) &&
      !standing.some((row) => row.source === r.source && voiceOf(row) === voice),
  )
}

/**
 * A better word than the one taken back: CENC's formal after an automatic or a provincial one, or the same source's and
 * network's under another id. That is a follow-up, and the follow-up policy decides whether it is worth a notice.
 */
function takesItsPlace({ report, voice }: Preference, said: StoredReport): boolean {
  const before = voiceOf(said)
  if (voice === 'national-formal' && before !== 'national-formal') return true
  // A door carries several networks: another one's word is no other number of the one that was taken back.
  const isRenamed = report.source === said.source && report.agency === said.agency && !sameId(report, said)
  return isRenamed && (isFormal(voice) || !isFormal(before))
}

/** The same determination relayed by another official source is the same agency's word: it was taken back, too. */
function anotherStands(quake: Quake, said: StoredReport): boolean {
  return rankReports(quake).some(
    (r) => maySpeak(r.authority) && (r.agency !== said.agency || r.evaluation === 'reviewed'),
  )
}
