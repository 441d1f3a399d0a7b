// In: the versions of a quake's fact sheet. Out: its page as people read it: rows, lines of official sources, what is not known.
// Must not add a figure of its own.
import { listUnknown, writeCitation, writeSheet, type SheetFacts } from '../../../core/rumour/fact-sheet.ts'
import { writeAnswers } from '../../../core/rumour/sheet-answers.ts'
import { formatMagnitude } from '../../../core/rendering/format.ts'
import type { SheetVersion } from '../../../store/rumours/fact-sheets.ts'
import { KIND_NAMES, writeMoment } from '../board/words.ts'
import { writeHour } from '../roster-view.ts'

const WHY_NAMES: Readonly<Record<SheetVersion['why'], string>> = {
  opened: '首个公告',
  notice: '新的公告',
  line: '补充官方信息',
}

/** 6月3日 18:11 内蒙古阿拉善左旗 5.0级; of a quake whose notices are withdrawn what was said before is not repeated. */
export function nameSheet({ origin, notice }: SheetFacts): string {
  if (origin === null) return `${notice.serial}（已撤回）`
  return `${writeHour(origin.originTime)} ${origin.place} ${formatMagnitude(origin.magnitude)}级`
}

export const citeSheet = ({ sheetId, version }: SheetVersion): string => writeCitation({ sheet: sheetId, version })

export function viewVersion(one: SheetVersion, name: (account: string) => string): object {
  const { facts, lines } = one.body
  return {
    citation: citeSheet(one),
    version: String(one.version),
    why: WHY_NAMES[one.why],
    made: `${writeMoment(one.madeAt)}${one.madeBy === 'system' ? '' : ` ${name(one.madeBy)}`}`,
    hash: one.hash,
    rows: writeSheet(facts).map((row) => ({ ...row })),
    answers: writeAnswers(one.body).map((each) => ({ ...each })),
    unknown: listUnknown(facts).map((line) => ({ line })),
    lines: lines.map(({ at, source, words }) => ({ at: writeHour(at), source, words })),
    history: facts.history.map(({ serial, report, kind, issuedAt, magnitude }) => ({
      at: writeMoment(issuedAt),
      what: `${KIND_NAMES[kind]} ${serial} 第${report}报`,
      magnitude: magnitude === null ? '' : `M${formatMagnitude(magnitude)}`,
    })),
  }
}

export const viewSheetLine = (one: SheetVersion): object => ({
  to: `/desk/quakes/${one.quakeId}/facts`,
  name: nameSheet(one.body.facts),
  citation: citeSheet(one),
  made: writeMoment(one.madeAt),
})
