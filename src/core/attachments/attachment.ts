// In: the bytes of a file that somebody puts beside a draft. Out: what it is by its own bytes, cleaned; or why it is not taken.
// Pure. Must not believe a file's name, nor what a browser says that it is.
import { cleanJpeg, JPEG_MAGIC } from './jpeg.ts'
import { findPdfFault, PDF_MAGIC } from './pdf.ts'
import { cleanPng, PNG_MAGIC } from './png.ts'

export type AttachmentType = 'image/png' | 'image/jpeg' | 'application/pdf'

/** A file of a draft or of a notice; the bytes are kept once, under their hash. */
export interface Attachment {
  /** SHA-256 of the bytes that are handed out, 64 hexadecimal digits. */
  sha256: string
  type: AttachmentType
  bytes: number
  /** Pixels as seen; 0 for a document. */
  width: number
  height: number
  /** What the picture shows, or what the document is, for whoever cannot see it (WCAG 2.2, 1.1.1). */
  alt: string
}

/** Of one draft. */
export const MOST_ATTACHMENTS = 6
export const MOST_ATTACHMENT_BYTES = 5 * 1024 * 1024

const ENDINGS: Readonly<Record<AttachmentType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'application/pdf': 'pdf',
}

/** The name under which the bytes are handed out: it says what they are, never what somebody called them. */
export function nameFile({ sha256, type }: Pick<Attachment, 'sha256' | 'type'>): string {
  return `${sha256}.${ENDINGS[type]}`
}

/** 1.2 MB, 340 KB. */
export function writeSize(bytes: number): string {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.ceil(bytes / 1_000)} KB`
}

type CleanFile =
  | { ok: true; type: AttachmentType; bytes: Uint8Array; width: number; height: number }
  | { ok: false; reason: string }

/** Recognises a file and takes out of a picture everything that is not picture. */
export function cleanFile(bytes: Uint8Array): CleanFile {
  if (bytes.length === 0) return { ok: false, reason: '请选择文件' }
  if (bytes.length > MOST_ATTACHMENT_BYTES)
    return { ok: false, reason: `文件 ${writeSize(bytes.length)}，最多 ${writeSize(MOST_ATTACHMENT_BYTES)}` }
  const begins = (magic: readonly number[]): boolean => magic.every((byte, at) => bytes[at] === byte)
  if (begins(PDF_MAGIC)) {
    const reason = findPdfFault(bytes)
    return reason === null ? { ok: true, type: 'application/pdf', bytes, width: 0, height: 0 } : { ok: false, reason }
  }
  const type = begins(PNG_MAGIC) ? 'image/png' : begins(JPEG_MAGIC) ? 'image/jpeg' : null
  if (type === null) return { ok: false, reason: '只接受 PNG、JPEG 图片和 PDF 文件（按文件内容判断，与扩展名无关）' }
  const picture = type === 'image/png' ? cleanPng(bytes) : cleanJpeg(bytes)
  return picture.ok ? { ...picture, type } : picture
}
