// In: a file and its words that somebody puts beside a draft, or takes away, or moves up. Out: the draft in a new version.
// Must not publish; the files leave with the notice (release.ts), and on the website alone.
import { createHash } from 'node:crypto'
import { cleanFile, MOST_ATTACHMENTS, type Attachment } from '../../core/attachments/attachment.ts'
import { findAltFaults } from '../../core/writing/fields.ts'
import { addFile } from '../../store/attachments.ts'
import { changeDraft, refuse, type Moved, type WritingContext } from './acts.ts'

interface Who {
  /** Of the draft. */
  id: string
  /** The version that was on the page. */
  seen: number
  by: string
}

/** Puts a file below the text, behind those that are there. @param given the bytes as they came */
export function attachFile(
  context: WritingContext,
  who: Who,
  { bytes: raw, alt }: { bytes: Uint8Array; alt: string },
): Promise<Moved> {
  // Before the draft is held: cleaning five megabytes takes some ten milliseconds.
  const file = cleanFile(raw)
  if (!file.ok) return Promise.resolve(refuse('file', file.reason))
  const faults = findAltFaults(alt)
  if (faults.length > 0) return Promise.resolve(refuse('alt', faults.join('；')))
  const { type, bytes, width, height } = file
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return changeDraft(context, who, async (client, { attachments }) => {
    if (attachments.length >= MOST_ATTACHMENTS) return refuse('many', `每篇稿件最多 ${MOST_ATTACHMENTS} 个附件`)
    if (attachments.some((one) => one.sha256 === sha256)) return refuse('twice', '这个文件已经在附件中')
    await addFile(client, { sha256, type, bytes }, context.now())
    return { attachments: [...attachments, { sha256, type, bytes: bytes.length, width, height, alt }] }
  })
}

export type Arrangement = { do: 'remove' } | { do: 'raise' } | { do: 'describe'; alt: string }

/** Takes a file away, moves it one up, or says it in other words. */
export function arrangeFile(context: WritingContext, who: Who, sha256: string, how: Arrangement): Promise<Moved> {
  const faults = how.do === 'describe' ? findAltFaults(how.alt) : []
  if (faults.length > 0) return Promise.resolve(refuse('alt', faults.join('；')))
  return changeDraft(context, who, async (_client, { attachments }) => {
    const index = attachments.findIndex((one) => one.sha256 === sha256)
    const found = attachments[index]
    return found ? { attachments: arrange(attachments, found, index, how) } : refuse('unknown', '附件中没有这个文件')
  })
}

function arrange(all: readonly Attachment[], found: Attachment, index: number, how: Arrangement): Attachment[] {
  switch (how.do) {
    case 'remove':
      return all.toSpliced(index, 1)
    case 'raise':
      return all.toSpliced(index, 1).toSpliced(Math.max(index - 1, 0), 0, found)
    case 'describe':
      return all.with(index, { ...found, alt: how.alt })
  }
}
