// In: a picture that came beside a report, and who asks for it. Out: the picture alone, everything else in the file left out; or that
// there is none. Must not hand out bytes that are not what was received, nor a look that nobody wrote down (rumours.md §7).
import { cleanFile } from '../core/attachments/attachment.ts'
import { readDamaged } from '../store/damage.ts'
import { appendJournal } from '../store/journal.ts'
import { findLink } from '../store/rumours/links.ts'
import { findPicture } from '../store/rumours/pictures.ts'
import { ALTERED_PICTURE, openSealed, withholdSighting } from './custody.ts'
import { isGuest, refuse, type Person, type Refused, type RumourContext } from './context.ts'
import { findSight } from './sight.ts'

export type Opened = { ok: true; type: 'image/png' | 'image/jpeg'; bytes: Uint8Array } | Refused

const NONE = refuse('unknown', '没有这张图片，或没有共享给您的单位')

/** Opens a picture for somebody at the desk: the bureau's own, or whom the claim's whole case was shared with. */
export async function openPicture(context: RumourContext, sightingId: string, person: Person): Promise<Opened> {
  const { pool } = context
  if (isGuest(person)) {
    const claimId = await findLink(pool, sightingId)
    const sight = claimId === null ? null : await findSight(pool, context, person, claimId)
    if (sight === null || sight === 'summary') return NONE
  }
  const read = await readDamaged(findPicture(pool, sightingId))
  const picture = read?.value
  if (picture === null) return NONE
  const original = picture ? openSealed(context, picture) : null
  if (!picture || original === null) {
    await withholdSighting(context, { id: sightingId, why: ALTERED_PICTURE }, person.account)
    return refuse('altered', `${ALTERED_PICTURE}，已停止提供并告警，请核查数据库`)
  }
  const cleaned = cleanFile(original)
  if (!cleaned.ok || cleaned.type === 'application/pdf') return NONE
  await appendJournal(pool, context.now(), {
    actor: person.account,
    act: 'sighting.picture-seen',
    subject: sightingId,
    detail: { sha256: picture.sha256 },
  })
  return { ok: true, type: cleaned.type, bytes: cleaned.bytes }
}
