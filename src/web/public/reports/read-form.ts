// In: the body of the report form, with a file or without. Out: what was typed, the picture if there is one, or that it is no such form.
// Must not believe what a browser says of a file: its bytes say what it is.
import { cleanFile } from '../../../core/attachments/attachment.ts'
import { MOST_TEXT, type Told } from '../../../rumour/record.ts'
import { readFileForm } from '../../file-form.ts'
import type { ReportFault, TypedReport } from '../pages/report.ts'

export interface GivenReport {
  typed: TypedReport
  file: Uint8Array
}

/** Null: no form of ours. @param type the request's Content-Type */
export function readReportForm(type: string, body: Buffer): GivenReport | null {
  const isPlain = type.toLowerCase().startsWith('application/x-www-form-urlencoded')
  const read = isPlain
    ? { fields: new URLSearchParams(body.toString('utf8')), file: new Uint8Array(0) }
    : readFileForm(type, body)
  if (read === null) return null
  const { fields, file } = read
  const field = (name: string, longest: number): string => (fields.get(name) ?? '').slice(0, longest)
  return {
    typed: {
      text: field('text', 4 * MOST_TEXT),
      url: field('url', 1_000),
      platform: field('platform', 40),
      region: field('region', 160),
      contact: field('contact', 240),
      agreed: fields.get('consent') === 'yes',
    },
    file,
  }
}

export type Picture = { original: Uint8Array; type: 'image/png' | 'image/jpeg' }

/** What is handed on; or the first thing that is wrong with it. */
export function checkReport({
  typed,
  file,
}: GivenReport): { told: Told; picture: Picture | null } | { fault: ReportFault } {
  const { agreed, ...rest } = typed
  if (rest.contact.trim() !== '' && !agreed) return { fault: 'consent' }
  const told: Told = { ...rest, route: 'form', seenAt: null }
  if (file.length === 0) return { told, picture: null }
  const cleaned = cleanFile(file)
  if (!cleaned.ok || cleaned.type === 'application/pdf') return { fault: 'picture' }
  return { told, picture: { original: file, type: cleaned.type } }
}
