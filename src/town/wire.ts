// In: raw request bytes. Out: the request and reply shapes of the stand-ins, decoded forms and multipart bodies.
// Must not forgive: a body that a strict server could refuse is refused (reference channels.md §0.7).
import type { Instant } from '../core/instant.ts'
import type { Fault } from './faults.ts'

/** One call as a stand-in sees it; `api` is the path without /2/, /cgi-bin/ and .json. */
export interface TownRequest {
  api: string
  method: string
  path: string
  query: URLSearchParams
  /** Lower-case names. */
  headers: Record<string, string>
  body: Buffer
  /** Address of the caller, IPv4 form where it is one. */
  remote: string
  /** Whether it came through TLS. */
  secure: boolean
  at: Instant
  /** Scripted platform faults of this call (wire faults are dealt with by the stand itself). */
  faults: readonly Fault[]
}

export interface Reply {
  status: number
  type: string
  body: string
  /** What the call came to, for the call log: an error code or 'ok'. */
  code: string
  /** Beyond type, length and date. */
  headers?: Record<string, string>
}

/** One line per call, for tests that count calls; the newest 1,000 are kept. */
export interface CallRecord {
  at: Instant
  api: string
  code: string
}

export interface FilePart {
  name: string
  filename: string
  type: string
  bytes: Buffer
}

export interface Multipart {
  fields: Map<string, string>
  files: FilePart[]
}

const MAX_FIELDS = 64
const CRLF = Buffer.from('\r\n')

/** Media type without parameters, lower case; '' when there is none. */
export function mediaType(headers: Record<string, string>): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/**
 * Reads application/x-www-form-urlencoded, UTF-8 only.
 * @returns fields, or null for raw non-ASCII bytes, broken escapes, a repeated name, more than 64 fields
 */
export function parseForm(body: Uint8Array): Map<string, string> | null {
  const text = Buffer.from(body).toString('latin1')
  if (!/^[\x21-\x7e]*$/.test(text)) return null
  const fields = new Map<string, string>()
  if (text === '') return fields
  const pairs = text.split('&', MAX_FIELDS + 1)
  if (pairs.length > MAX_FIELDS) return null
  for (const pair of pairs) {
    const cut = pair.indexOf('=')
    if (cut < 1) return null
    try {
      const name = decodeURIComponent(pair.slice(0, cut).replaceAll('+', ' '))
      if (fields.has(name)) return null
      fields.set(name, decodeURIComponent(pair.slice(cut + 1).replaceAll('+', ' ')))
    } catch {
      return null
    }
  }
  return fields
}

function readPart(part: Buffer): { name: string; filename: string | null; type: string; bytes: Buffer } | null {
  const end = part.indexOf('\r\n\r\n')
  if (end < 0 || end > 4_096) return null
  let disposition = ''
  let type = ''
  for (const line of part.subarray(0, end).toString('utf8').split('\r\n')) {
    const cut = line.indexOf(':')
    const name = line.slice(0, cut).trim().toLowerCase()
    if (name === 'content-disposition') disposition = line.slice(cut + 1).trim()
    if (name === 'content-type')
      type = line
        .slice(cut + 1)
        .trim()
        .toLowerCase()
  }
  if (!/^form-data;/i.test(disposition)) return null
  const name = /;\s*name="([^"]*)"/i.exec(disposition)?.[1]
  const filename = /;\s*filename="([^"]*)"/i.exec(disposition)?.[1] ?? null
  return name ? { name, filename, type, bytes: part.subarray(end + 4) } : null
}

/**
 * Reads multipart/form-data (RFC 7578): text fields as raw UTF-8, files as bytes.
 * @returns null when the framing is broken, a name is repeated, or a text field is not UTF-8
 */
export function parseMultipart(body: Buffer, contentType: string): Multipart | null {
  const boundary = /;\s*boundary="?([^";\s]{1,70})"?/i.exec(contentType)?.[1]
  if (!boundary) return null
  const delimiter = Buffer.from(`--${boundary}`)
  if (!body.subarray(0, delimiter.length).equals(delimiter)) return null
  const fields = new Map<string, string>()
  const files: FilePart[] = []
  let at = delimiter.length
  for (let count = 0; count <= MAX_FIELDS; count++) {
    if (body.subarray(at, at + 2).toString('latin1') === '--') return { fields, files }
    if (!body.subarray(at, at + 2).equals(CRLF)) return null
    const next = body.indexOf(Buffer.concat([CRLF, delimiter]), at + 2)
    if (next < 0) return null
    const part = readPart(body.subarray(at + 2, next))
    if (!part || fields.has(part.name) || files.some((file) => file.name === part.name)) return null
    if (part.filename === null) {
      try {
        fields.set(part.name, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(part.bytes))
      } catch {
        return null
      }
    } else files.push({ name: part.name, filename: part.filename, type: part.type, bytes: part.bytes })
    at = next + 2 + delimiter.length
  }
  return null
}

/** What a file's first bytes say it is; null for anything that no platform here takes. */
export function sniffMedia(bytes: Buffer): 'jpeg' | 'png' | 'gif' | 'bmp' | 'mp4' | 'mp3' | 'amr' | null {
  const head = bytes.subarray(0, 12).toString('latin1')
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif'
  if (head.startsWith('BM')) return 'bmp'
  if (head.slice(4, 8) === 'ftyp') return 'mp4'
  if (head.startsWith('ID3') || head.startsWith('\xff\xfb')) return 'mp3'
  return head.startsWith('#!AMR') ? 'amr' : null
}
