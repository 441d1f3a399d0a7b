// In: a claim with all that goes to the police. Out: the files of its package, their list with hashes, as one archive.
// Must not hold a word about who reported it: no reporter, no receipt, no contact and no sealed original comes in here.
import { formatOffset, type Instant } from '../../instant.ts'
import type { ClaimKind, Stance } from '../kind.ts'
import type { Risk } from '../signoff.ts'
import { CUSTODY_NAMES, writeEntry, type CustodyEntry } from './custody.ts'
import { nameEvidence, writeRecord, type EvidenceRecord } from './evidence.ts'
import type { LawRef } from '../law-refs.ts'
import type { SpreadFigures } from './spread.ts'
import { writeTar, type TarFile } from './tar.ts'

export interface PackagedSighting {
  id: string
  route: string
  /** Without what names a person. */
  text: string
  stance: Stance
  platform: string
  region: string
  url: string | null
  seenAt: Instant | null
  receivedAt: Instant
  /** Of the sealed original, which stays with the bureau. */
  originalSha256: string
}

export interface PackageContent {
  id: string
  /** drill: everything in it is made up, and it says so. */
  class: 'actual' | 'drill'
  /** 第几份. */
  number: number
  builtAt: Instant
  builtBy: string
  bureau: string
  reason: string
  claim: {
    id: string
    title: string
    kind: ClaimKind
    risk: Risk
    state: string
    openedAt: Instant
    publishedAt: Instant | null
  }
  /** What the bureau found; rows: what each finding rests on, a line each. */
  checks: { source: string; outcome: string; words: string; rows: string[]; at: Instant }[]
  /** What it said in public. */
  answers: { serial: string; title: string; text: string; url: string; at: Instant }[]
  sightings: PackagedSighting[]
  spread: SpreadFigures
  /** With the accounts as far as they are known; the police may see them (rumours.md §3). */
  spreaders: { platform: string; account: string; url: string; role: string; at: Instant }[]
  platformActions: {
    platform: string
    url: string
    action: string
    state: string
    receipt: string
    words: string
    at: Instant
  }[]
  law: LawRef[]
  evidence: { record: EvidenceRecord; bytes: Uint8Array; collector: string }[]
  /** Of the claim, and of each that was merged into it. */
  custody: { claim: string; entries: CustodyEntry[] }[]
  /** Name and organisation of everybody who stands in the custody list. */
  people: Readonly<Record<string, string>>
}

export type HashBytes = (bytes: Uint8Array) => string
/** The cover as a page for printing and as plain text. */
export type WriteCover = (content: PackageContent, files: readonly ListedFile[]) => { html: string; text: string }

export interface ListedFile {
  name: string
  size: number
  sha256: string
}

/** One line of JSON per indent: people read these files, too. */
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const time = (at: Instant | null): string | null => (at === null ? null : formatOffset(at))
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Files in the order of their names; the list of hashes covers every other. The same content makes the same bytes. */
export function composePackage(content: PackageContent, hash: HashBytes, cover: WriteCover): TarFile[] {
  const list = (files: readonly TarFile[]): ListedFile[] =>
    files.map(({ name, bytes }) => ({ name, size: bytes.length, sha256: hash(bytes) }))
  const inner = sort([
    ...content.evidence.map(({ record, bytes }) => ({ name: `evidence/${nameEvidence(record)}`, bytes })),
    ...Object.entries(writeParts(content)).map(([name, value]) => ({ name, bytes: encode(json(value)) })),
  ])
  const { html, text } = cover(content, list(inner))
  const covered = sort([
    ...inner,
    { name: 'cover.html', bytes: encode(html) },
    { name: 'cover.txt', bytes: encode(text) },
  ])
  const manifest = { name: 'manifest.json', bytes: encode(json(writeManifest(content, list(covered)))) }
  const all = sort([...covered, manifest])
  const sums = list(all).map(({ name, sha256 }) => `${sha256}  ${name}\n`)
  return sort([...all, { name: 'SHA256SUMS', bytes: encode(sums.join('')) }])
}

/** The package as one file. */
export const packTar = (files: readonly TarFile[], { builtAt }: Pick<PackageContent, 'builtAt'>): Uint8Array =>
  writeTar(files, builtAt)

const sort = (files: readonly TarFile[]): TarFile[] => files.toSorted((a, b) => (a.name < b.name ? -1 : 1))

function writeParts(content: PackageContent): Record<string, unknown> {
  const { claim, people } = content
  return {
    'case.json': {
      package: content.id,
      class: content.class,
      number: content.number,
      builtAt: time(content.builtAt),
      builtBy: content.builtBy,
      bureau: content.bureau,
      reason: content.reason,
      claim: { ...claim, openedAt: time(claim.openedAt), publishedAt: time(claim.publishedAt) },
      checks: content.checks.map((one) => ({ ...one, at: time(one.at) })),
      answers: content.answers.map((one) => ({ ...one, at: time(one.at) })),
    },
    'sightings.json': content.sightings.map((one) => ({
      ...one,
      seenAt: time(one.seenAt),
      receivedAt: time(one.receivedAt),
    })),
    'spread.json': { note: '本局收到的线索，不等于实际传播范围', ...content.spread },
    'spreaders.json': content.spreaders.map((one) => ({ ...one, at: time(one.at) })),
    'platform-actions.json': content.platformActions.map((one) => ({ ...one, at: time(one.at) })),
    'law.json': content.law,
    'custody.json': {
      note: 'hash 为 line 一行 UTF-8 文字的 SHA-256；line 以前一条的 hash 开头；detail.record 为 manifest.json 中 record 一行的 SHA-256',
      lists: content.custody.map(({ claim: of, entries }) => ({
        claim: of,
        entries: entries.map((entry) => ({
          ...entry,
          at: time(entry.at),
          name: CUSTODY_NAMES[entry.act],
          person: people[entry.actor] ?? entry.actor,
          line: writeEntry(of, entry),
        })),
      })),
    },
  }
}

/** As 法发〔2016〕22号 art. 14 asks of a list of electronic data: what it is, its form, its check value, how it was collected. */
function writeManifest(content: PackageContent, files: readonly ListedFile[]): object {
  const items = new Map(content.evidence.map((one) => [`evidence/${nameEvidence(one.record)}`, one]))
  return {
    package: content.id,
    class: content.class,
    bureau: content.bureau,
    builtAt: time(content.builtAt),
    algorithm: 'SHA-256',
    files: files.map((file) => {
      const item = items.get(file.name)
      return item === undefined ? file : { ...file, ...describeItem(item) }
    }),
  }
}

function describeItem({ record, collector }: PackageContent['evidence'][number]): object {
  return {
    evidence: record.id,
    claim: record.claimId,
    title: record.title,
    mime: record.mime,
    method: record.method,
    tool: record.tool,
    collectedBy: collector,
    collectedAt: time(record.collectedAt),
    sourceUrl: record.sourceUrl,
    derivedFrom: record.derivedFrom,
    record: writeRecord(record),
  }
}
