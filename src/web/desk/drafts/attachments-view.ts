// In: a draft with its files. Out: how they stand on its page, and what may be done with each.
// Must not decide; publish/writing does.
import { MOST_ATTACHMENTS, writeSize } from '../../../core/attachments/attachment.ts'
import { mayTake } from '../../../core/writing/draft.ts'
import { LONGEST_ALT } from '../../../core/writing/fields.ts'
import type { DraftRecord } from '../../../store/drafts.ts'
import { wordFor } from '../door.ts'

/** @param csrf the session's own word */
export function viewFiles({ id, state, attachments }: DraftRecord, csrf: string): object {
  const changes = mayTake(state, 'edit')
  const path = `/desk/drafts/${id}/attachments`
  return {
    changes,
    takes: changes && attachments.length < MOST_ATTACHMENTS,
    path: `${path}?word=${wordFor(csrf, path)}`,
    most: String(MOST_ATTACHMENTS),
    longest: String(LONGEST_ALT),
    list: attachments.map(({ sha256, type, bytes, width, height, alt }, index) => ({
      path: `${path}/${sha256}`,
      number: String(index + 1),
      picture: type !== 'application/pdf',
      width: String(width),
      height: String(height),
      size: writeSize(bytes),
      alt,
      rises: index > 0,
    })),
  }
}
