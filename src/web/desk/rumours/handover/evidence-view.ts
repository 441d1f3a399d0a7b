// In: a claim's evidence, its custody list, who looks. Out: both as text, with what each may open and add.
// Must not decide who may open an item: core/rumour/handover does.
import { writeSize } from '../../../../core/attachments/attachment.ts'
import { CUSTODY_NAMES, type CustodyEntry } from '../../../../core/rumour/handover/custody.ts'
import {
  EVIDENCE_NAMES,
  mayOpen,
  SHOWN,
  SHOWN_NAMES,
  type EvidenceRecord,
} from '../../../../core/rumour/handover/evidence.ts'
import { mayDo } from '../../../../core/people/roles.ts'
import type { Session } from '../../../../people/sessions.ts'
import { COLLECTORS } from '../../../../rumour/handover/evidence.ts'
import type { Altered } from '../../../../rumour/handover/inspect.ts'
import type { PolicePackage } from '../../../../store/rumours/handover/packages.ts'
import { writeMoment } from '../../board/words.ts'
import { wordFor } from '../../door.ts'

export interface EvidencePart {
  claimId: string
  /** A closed case is read only. */
  isOpen: boolean
  items: readonly EvidenceRecord[]
  entries: readonly CustodyEntry[]
  /** Those that the reader may know of: an entry about any other says what was done, not with which. */
  packages: readonly PolicePackage[]
  fault: Altered | null
  session: Session
  /** Names of accounts; '' for those of whom the reader learns none. */
  name: (account: string) => string
}

export function viewEvidence(part: EvidencePart): object {
  const { claimId, isOpen, items, entries, packages, fault, session, name } = part
  const { roles, csrf } = session
  const path = `/desk/rumours/${claimId}/evidence/file`
  const numbers = new Map(items.map(({ id }, index) => [id, String(index + 1)]))
  const originals = items.filter(({ derivedFrom }) => derivedFrom === null)
  return {
    adds: isOpen && COLLECTORS.some((role) => roles.includes(role)),
    path: `${path}?word=${wordFor(csrf, path)}`,
    shown: SHOWN.map((value) => ({ value, name: SHOWN_NAMES[value] })),
    originals: originals.map(({ id, title }) => ({ id, name: `${numbers.get(id) ?? ''}. ${title}` })),
    items: items.map((item) => ({
      id: item.id,
      number: numbers.get(item.id) ?? '',
      title: item.title,
      kind:
        item.derivedFrom === null ? EVIDENCE_NAMES[item.kind] : `第 ${numbers.get(item.derivedFrom) ?? '?'} 件的遮盖件`,
      shows: SHOWN_NAMES[item.shows],
      tone: item.shows === 'nobody' ? 'soft' : 'wait',
      how: [item.method, item.tool].filter((word) => word !== '').join('，'),
      by: `${name(item.collectedBy)} ${writeMoment(item.collectedAt)}`.trim(),
      size: writeSize(item.size),
      sha256: item.sha256,
      url: item.sourceUrl ?? '',
      opens: fault === null && mayOpen(roles, item),
    })),
    fault: fault === null ? '' : `${fault.id}：${fault.why}。本件证据全部停止提供，请核查数据库`,
    list: mayDo(roles, 'hold-package')
      ? entries.toReversed().map((entry) => ({
          seq: String(entry.seq),
          at: writeMoment(entry.at),
          by: name(entry.actor),
          what: CUSTODY_NAMES[entry.act],
          about:
            entry.evidence === null
              ? namePackage(packages, entry.detail['package'])
              : `第 ${numbers.get(entry.evidence) ?? '?'} 件`,
          hash: entry.hash.slice(0, 16),
        }))
      : [],
  }
}

function namePackage(packages: readonly PolicePackage[], id: string | undefined): string {
  const one = packages.find((each) => each.id === id)
  return one ? `第 ${one.number} 份 ${one.id}` : ''
}
