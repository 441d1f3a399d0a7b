// In: the science texts as they lie on disk, who signed them, the bureau's announcements. Out: whether they may be read, and why not.
// Must not sign anything, and shows nothing that predicts (DESIGN L8): these texts pass the same guard as a notice.
import { BadConfig, type Config } from '../config.ts'
import { findForbidden } from '../core/rendering/word-guard.ts'
import { GUIDE_FILE } from '../web/public/guide.ts'
import type { GuideStanding } from '../web/public/pages/frame.ts'
import type { Doubt } from './own-words.ts'
import { hashText } from '../publish/template-trial.ts'

export interface Judged {
  standing: GuideStanding
  /** For the start, /readyz and an alarm, as with an authorisation that has grown stale. */
  doubts: Doubt[]
}

/** @param templates those of templates/pages */
export function judgeGuide(
  { guide, demonstration }: Pick<Config, 'guide' | 'demonstration'>,
  templates: ReadonlyMap<string, string>,
): Judged {
  const text = templates.get(GUIDE_FILE) ?? ''
  if (demonstration) return { standing: { as: 'sample' }, doubts: [] }
  if (guide === null) return { standing: { as: 'hidden' }, doubts: [] }
  const now = hashText(text)
  const [finding] = findForbidden(dropRemarks(text))
  const why =
    now !== guide.sha256
      ? `文本与${guide.signedBy}签发时不同，须重新签发；现在的 SHA-256 是 ${now}`
      : finding
        ? `“${finding.match}”不得发布（${finding.rule}）`
        : null
  return why === null
    ? { standing: { as: 'signed', by: guide.signedBy, at: guide.signedAt }, doubts: [] }
    : {
        standing: { as: 'hidden' },
        doubts: [{ id: 'guide', class: 'actual', why: `科普文本（templates/pages/${GUIDE_FILE}）已隐藏：${why}` }],
      }
}

/** @throws BadConfig naming the words in an announcement that no public text may hold */
export function checkAnnouncements(announcements: Config['announcements']): void {
  const faults = announcements.flatMap(({ title, text }, index) =>
    findForbidden(`${title}\n${text}`).map(
      ({ rule, match }) => `announcements.${index} (${title}): “${match}” may not be published (${rule})`,
    ),
  )
  if (faults.length > 0) throw new BadConfig(faults)
}

const dropRemarks = (yaml: string): string => yaml.replace(/^\s*#.*$/gm, '')
