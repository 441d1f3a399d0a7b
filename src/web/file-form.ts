// In: the body of a form with one file, as a browser sends it (RFC 7578). Out: its fields and the file's bytes, or null.
// Must not guess: what is not exactly such a form is none. A file's name is not read, so that nobody can rely on it.

interface FileForm {
  fields: URLSearchParams
  /** Empty where no file was chosen. */
  file: Uint8Array
}

/** Beside the file: fields of a few words. */
export const AROUND_FILE = 64 * 1024
const MOST_PARTS = 16
const LONGEST_HEAD = 1_024
const LONGEST_FIELD = 8_192
// Browsers send letters, digits and strokes only (RFC 2046 §5.1.1 allows more).
const TYPE = /^multipart\/form-data; ?boundary="?([A-Za-z0-9'_-]{10,70})"?$/
const DISPOSITION = /^content-disposition: form-data; name="([A-Za-z]{1,32})"(; filename="[^"\r\n]{0,500}")?$/i
const CONTENT_TYPE = /^content-type: [\x20-\x7e]{1,200}$/i
const LINE = '\r\n'

/** @param type the request's Content-Type */
export function readFileForm(type: string, body: Buffer): FileForm | null {
  const [, boundary] = TYPE.exec(type) ?? []
  if (boundary === undefined) return null
  const stroke = `--${boundary}`
  if (body.indexOf(`${stroke}${LINE}`) !== 0) return null
  const form: FileForm = { fields: new URLSearchParams(), file: new Uint8Array(0) }
  const seen = new Set<string>()
  let hasFile = false
  let at = stroke.length + LINE.length
  for (let count = 0; count < MOST_PARTS; count += 1) {
    const headEnd = body.indexOf(`${LINE}${LINE}`, at)
    const from = headEnd + 2 * LINE.length
    const to = headEnd < 0 ? -1 : body.indexOf(`${LINE}${stroke}`, from)
    if (to < 0 || headEnd - at > LONGEST_HEAD) return null
    const head = readHead(body.toString('utf8', at, headEnd))
    if (head === null || seen.has(head.name)) return null
    seen.add(head.name)
    if (head.isFile) {
      if (hasFile) return null
      hasFile = true
      form.file = body.subarray(from, to)
    } else {
      if (to - from > LONGEST_FIELD) return null
      form.fields.append(head.name, body.toString('utf8', from, to))
    }
    at = to + LINE.length + stroke.length
    const next = body.toString('latin1', at, at + 2)
    at += 2
    if (next === '--') return isEnd(body.subarray(at)) ? form : null
    if (next !== LINE) return null
  }
  return null
}

const isEnd = (rest: Buffer): boolean => rest.length === 0 || rest.toString('latin1') === LINE

function readHead(text: string): { name: string; isFile: boolean } | null {
  const [first = '', ...more] = text.split(LINE)
  const [, name, filename] = DISPOSITION.exec(first) ?? []
  if (name === undefined || more.length > 1 || !more.every((line) => CONTENT_TYPE.test(line))) return null
  return { name, isFile: filename !== undefined }
}
