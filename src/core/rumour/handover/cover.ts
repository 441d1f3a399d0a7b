// In: a package's content, two templates. Out: its cover: a page for printing, and the same as plain text.
// Must not decide what is in it; every value is escaped on the page, and a hole is never printed.
import { Liquid } from 'liquidjs'
import { formatBeijing, type Instant } from '../../instant.ts'
import { nameLaw } from '../law-refs.ts'
import { nameEvidence } from './evidence.ts'
import type { ListedFile, PackageContent, WriteCover } from './package.ts'

const STRICT = { strictVariables: true, strictFilters: true, ownPropertyOnly: true, jsTruthy: true }

/** @throws when a template cannot be parsed */
export function openCover(templates: { html: string; text: string }): WriteCover {
  const page = new Liquid({ ...STRICT, outputEscape: 'escape', templates: {} })
  const plain = new Liquid({ ...STRICT, templates: {} })
  const [html, text] = [page.parse(templates.html), plain.parse(templates.text)]
  return (content, files) => {
    const view = viewCover(content, files)
    return { html: String(page.renderSync(html, view)), text: String(plain.renderSync(text, view)) }
  }
}

/** One line of a plain text: what somebody typed cannot begin another. */
const flat = (text: string): string => text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
const minute = (at: Instant): string => formatBeijing(at).slice(0, 16)

function viewCover(content: PackageContent, files: readonly ListedFile[]): object {
  const { claim, spread } = content
  return {
    drill: content.class === 'drill',
    bureau: content.bureau,
    id: content.id,
    number: String(content.number),
    built: minute(content.builtAt),
    builtBy: content.builtBy,
    reason: flat(content.reason),
    title: flat(claim.title),
    risk: String(claim.risk),
    state: claim.state,
    opened: minute(claim.openedAt),
    spread: String(spread.spread),
    deny: String(spread.deny),
    platforms: spread.platforms.map(({ name, count }) => `${flat(name)} ${count} 条`).join('、'),
    regions: spread.regions.map(({ name, count }) => `${flat(name)} ${count} 条`).join('、'),
    links: String(spread.links.length),
    checks: content.checks.map(({ source, outcome, words }) => `${flat(source)}：${outcome}。${flat(words)}`),
    answers: content.answers.map(({ serial, title, url, at }) => `${minute(at)} ${serial} ${flat(title)} ${url}`),
    law: content.law.map((ref) => `${nameLaw(ref)}：${ref.says}`),
    evidence: content.evidence.map(({ record, collector }, index) => ({
      number: String(index + 1),
      title: flat(record.title),
      file: nameEvidence(record),
      method: flat(record.method),
      collector: flat(collector),
      at: minute(record.collectedAt),
      sha256: record.sha256,
    })),
    custody: content.custody.map(({ claim, entries }) => ({
      claim,
      count: String(entries.length),
      head: entries.at(-1)?.hash ?? '—',
    })),
    files: files.map(({ name, size, sha256 }) => ({ name, size: String(size), sha256 })),
  }
}
