// In: a notice as the record has it. Out: as the officer reads it: the API's form, with the whole reason of every delivery.
// Must not be served to the public: reasons may hold what a platform or the network said.
import type { NoticeView } from '../store/notices.ts'
import { writeNotice } from '../web/public/notice-json.ts'

/** The desk's form of a notice. */
export function writeForDesk(
  notice: NoticeView,
  { publicUrl, demonstration }: { publicUrl: string; demonstration: boolean },
): ReturnType<typeof writeNotice> {
  const told = writeNotice(notice, publicUrl, demonstration)
  const deliveries = told.deliveries.map((one, i) => ({ ...one, reason: notice.deliveries[i]?.cause ?? one.reason }))
  return { ...told, deliveries }
}
