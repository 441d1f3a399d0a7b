// In: an item of evidence. Out: what its record says in one fixed line, what its bytes are, and who may open it.
// Must not believe a file's name, nor what a browser says that it is.
import { formatUtc, type Instant } from '../../instant.ts'
import type { Role } from '../../people/roles.ts'

export type EvidenceKind = 'file' | 'text' | 'link'
export const EVIDENCE_NAMES: Readonly<Record<EvidenceKind, string>> = { file: '文件', text: '文字', link: '网页' }

/** Whom an item shows: it decides who may open the original, and whether the police get it as it came. */
export const SHOWN = ['nobody', 'others', 'reporter'] as const
export type Shows = (typeof SHOWN)[number]
export const SHOWN_NAMES: Readonly<Record<Shows, string>> = {
  nobody: '不含个人信息',
  others: '含他人姓名、头像或账号',
  reporter: '可能看出反映人是谁',
}

export interface EvidenceRecord {
  id: string
  claimId: string
  kind: EvidenceKind
  title: string
  /** Id of the item that this redacted copy was made from. */
  derivedFrom: string | null
  shows: Shows
  /** How it was collected: 截图、录屏、网页另存、反映人提供 … */
  method: string
  tool: string
  /** Id of the account. */
  collectedBy: string
  collectedAt: Instant
  addedAt: Instant
  sourceUrl: string | null
  mime: string
  /** Bytes. */
  size: number
  /** Of the bytes as they came. */
  sha256: string
}

export const MOST_EVIDENCE = 60
export const MOST_EVIDENCE_BYTES = 5 * 1024 * 1024

/** The whole record as one line; its hash stands in the custody list, so that an altered row is found. */
export function writeRecord(item: EvidenceRecord): string {
  return JSON.stringify([
    item.id,
    item.claimId,
    item.kind,
    item.title,
    item.derivedFrom,
    item.shows,
    item.method,
    item.tool,
    item.collectedBy,
    formatUtc(item.collectedAt),
    formatUtc(item.addedAt),
    item.sourceUrl,
    item.mime,
    item.size,
    item.sha256,
  ])
}

/** First bytes by which a file is known, from an offset on. */
const MAGIC: readonly (readonly [mime: string, ending: string, at: number, bytes: readonly number[]])[] = [
  ['image/png', 'png', 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', 'jpg', 0, [0xff, 0xd8, 0xff]],
  ['image/webp', 'webp', 8, [0x57, 0x45, 0x42, 0x50]],
  ['application/pdf', 'pdf', 0, [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['video/mp4', 'mp4', 4, [0x66, 0x74, 0x79, 0x70]],
]

export const TEXT_MIME = 'text/plain; charset=utf-8'
const UNKNOWN = 'application/octet-stream'

/** What bytes are by their beginning; nothing that a browser would run is among it. */
export function findMime(bytes: Uint8Array): string {
  const known = MAGIC.find(([, , at, magic]) => magic.every((byte, index) => bytes[at + index] === byte))
  return known?.[0] ?? UNKNOWN
}

/** The name under which bytes are handed out. */
export function nameEvidence({ id, mime }: Pick<EvidenceRecord, 'id' | 'mime'>): string {
  const ending = mime === TEXT_MIME ? 'txt' : (MAGIC.find(([each]) => each === mime)?.[1] ?? 'bin')
  return `${id}.${ending}`
}

const HANDLING: readonly Role[] = ['duty', 'lead']
const OPENING: Readonly<Record<Shows, readonly Role[]>> = {
  nobody: [...HANDLING, 'publicity', 'liaison-cac', 'liaison-police'],
  // The others see the redacted copy (rumours.md §7).
  others: [...HANDLING, 'liaison-police'],
  reporter: HANDLING,
}

/** Whether somebody of these roles, who sees the case, may open an item (rumours.md §3). */
export const mayOpen = (roles: readonly Role[], { shows }: Pick<EvidenceRecord, 'shows'>): boolean =>
  OPENING[shows].some((role) => roles.includes(role))

/**
 * What a package takes: originals, and in the place of each that could give away who reported it its redacted copies.
 * @returns items to take, and those that have no such copy
 */
export function choosePackaged(items: readonly EvidenceRecord[]): { taken: EvidenceRecord[]; bare: EvidenceRecord[] } {
  const isCovered = ({ id }: EvidenceRecord): boolean => items.some(({ derivedFrom }) => derivedFrom === id)
  return {
    taken: items.filter(({ shows }) => shows !== 'reporter'),
    bare: items.filter((item) => item.shows === 'reporter' && !isCovered(item)),
  }
}
