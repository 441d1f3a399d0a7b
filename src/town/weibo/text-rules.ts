// In: the text of a post. Out: its length in the platform's counting, its URLs, its likeness to another, its short form.
// Must not know any notice template; reference channels.md §1.2, §1.5.
import { createHash } from 'node:crypto'

/** http(s) URLs as the platform finds them: printable ASCII up to the first space or Chinese character. */
const URL_PATTERN = /https?:\/\/[\x21-\x7e]{1,2000}/gi

/** Latin-1 half a character, everything else one per UTF-16 unit; rounded up. A URL costs its full length. */
export function countWeiboLength(text: string): number {
  let halves = 0
  for (let i = 0; i < text.length; i++) halves += text.charCodeAt(i) <= 0xff ? 1 : 2
  return Math.ceil(halves / 2)
}

/** #话题词#: two marks with something between them; share refuses them. URLs' own fragments count too. */
export function hasHashtag(text: string): boolean {
  const first = text.indexOf('#')
  if (first < 0) return false
  const second = text.indexOf('#', first + 2)
  return second > first + 1
}

function listUrls(text: string): string[] {
  return text.match(URL_PATTERN) ?? []
}

/** Whether one URL stands on a safe domain or below it; an entry with a port must match that port too. */
export function namesSafeDomain(text: string, safeDomains: readonly string[]): boolean {
  return listUrls(text).some((found) => {
    if (!URL.canParse(found)) return false
    const { host, hostname } = new URL(found)
    return safeDomains.some((safe) => {
      const wanted = safe.toLowerCase()
      return host === wanted || hostname === wanted || hostname.endsWith(`.${wanted}`)
    })
  })
}

/** A percent-encoded text inside multipart would be shown as %E5… (§1.2 "double encoding trap"). */
export function looksDoubleEncoded(text: string): boolean {
  return /(?:%[0-9a-f]{2}){3}/i.test(text)
}

/** t.cn form of a URL: seven base-62 characters that follow from the URL alone. */
function shortenUrl(url: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  let left = createHash('sha256').update(url).digest().readBigUInt64BE()
  let short = 'A6'
  for (let i = 0; i < 5; i++) {
    short += digits[Number(left % 62n)]
    left /= 62n
  }
  return `http://t.cn/${short}`
}

/** The text as every read-back shows it. */
export function rewriteUrls(text: string): string {
  return text.replace(URL_PATTERN, shortenUrl)
}

function bigrams(text: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i + 1 < text.length; i++) {
    const pair = text.slice(i, i + 2)
    counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  return counts
}

/** Dice coefficient of character pairs, 0..1. */
function likeness(a: string, b: string): number {
  if (a === b) return 1
  const left = bigrams(a)
  let shared = 0
  for (const [pair, count] of bigrams(b)) shared += Math.min(count, left.get(pair) ?? 0)
  return a.length + b.length <= 2 ? 0 : (2 * shared) / (a.length + b.length - 2)
}

/** Share of character pairs two texts must have in common to count as the same news told twice. */
const LIKENESS_LIMIT = 0.8

/**
 * 20017. The platform does not publish its measure; this one says: URLs, spaces and punctuation aside, the same numbers
 * in the same order and at least 80 % of character pairs in common. Official sentences of two quakes, or of 第1报 and
 * 第2报, differ in numbers and pass; the same report with another ending, another link or other punctuation does not.
 */
export function tellsTheSame(a: string, b: string): boolean {
  const strip = (text: string): string => text.normalize('NFKC').replace(URL_PATTERN, ' ')
  const numbers = (text: string): string => (strip(text).match(/\d+(?:\.\d+)?/g) ?? []).join(' ')
  const letters = (text: string): string => strip(text).replace(/[^\p{L}\p{N}]/gu, '')
  return numbers(a) === numbers(b) && likeness(letters(a), letters(b)) >= LIKENESS_LIMIT
}
