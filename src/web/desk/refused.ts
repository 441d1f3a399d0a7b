// In: why something cannot be done or is not there, and where to go on. Out: the page that says so.
// Must not decide anything.
import type { Session } from '../../people/sessions.ts'
import type { Shown } from './door.ts'
import type { DeskFrame } from './frame.ts'

/**
 * @param reason in Chinese, for the person who reads it
 * @param back a path of the desk
 */
export function refused(
  { frame }: { frame: DeskFrame },
  session: Session | null,
  status: number,
  reason: string,
  back = '/desk',
  title = '不能进行',
): Shown {
  return { status, page: frame.page({ template: 'refused', title, session, view: { reason, back } }) }
}
