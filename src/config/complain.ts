// In: what zod found wrong, and the value it looked at. Out: sentences that name key, value, expectation, nearest key.
// Must not print a secret's value.
import type { z } from 'zod'

/** Keys whose values never appear in a message. */
const SECRET = /secret|token|key|passw|credential/i
/** What a credential looks like under a key that nobody knows: one long run, neither a sentence nor an address. */
const CREDENTIAL = /^(?!https?:)(?=.*\d|.*[a-z].*[A-Z]|.*[A-Z].*[a-z])[\w+/=.~-]{12,}$/

/**
 * One line per fault: key, value, what is expected, the nearest known key (issue A; DESIGN L10).
 * @param secrets further keys whose values are never shown
 */
export function describeFaults(
  error: z.ZodError,
  given: unknown,
  known: readonly string[],
  secrets: readonly string[] = [],
): string[] {
  const isSecret = (key: string): boolean => SECRET.test(key) || secrets.includes(key)
  const issues = error.issues as Issue[]
  const named = new Set(
    issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? [issue.path.map(String).join('.')] : [])),
  )
  return issues.flatMap((issue) => describeIssue(issue, { given, known, isSecret, named }))
}

interface Asked {
  given: unknown
  known: readonly string[]
  isSecret: (key: string) => boolean
  /** Paths whose unknown keys are named in a line of their own. */
  named: ReadonlySet<string>
}

interface Issue {
  code: string
  path: PropertyKey[]
  message: string
  keys?: string[]
  errors?: Issue[][]
}

function describeIssue(issue: Issue, asked: Asked): string[] {
  const { given, known, isSecret } = asked
  const path = issue.path.map(String)
  const expected = issue.message.replace(/^Invalid input(: |$)/, '').replace(/, received undefined$/, '')
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => {
      const near = findNearest(key, known)
      const hint = near ? `; did you mean ${near}?` : ''
      const value = dig(given, [...path, key])
      const hidden = isSecret(near ?? '') || (typeof value === 'string' && CREDENTIAL.test(value))
      return `${[...path, key].join('.')} = ${hidden ? HIDDEN : show(key, value, isSecret)}: no such key${hint}`
    })
  }
  const value = dig(given, path)
  const name = path.join('.') || 'the file'
  // One of a list is as secret as the list.
  const key = path.findLast((part) => !/^\d+$/.test(part)) ?? path.at(-1) ?? ''
  if (value !== undefined) return [`${name} = ${show(key, value, isSecret)}: ${expected}`]
  const slip = findSlip(path, asked)
  const hint = slip === null ? '' : `; is ${slip} meant for it?`
  return [`${name} is missing${expected === '' ? '' : `: ${expected}`}${hint}`]
}

/** A key of the same part that may have been meant for the missing one; null where unknown keys are named anyway. */
function findSlip(path: readonly string[], { given, known, named }: Asked): string | null {
  const parent = path.slice(0, -1)
  const beside = dig(given, parent)
  if (named.has(parent.join('.')) || beside === null || typeof beside !== 'object') return null
  return Object.keys(beside).find((key) => !known.includes(key) && findNearest(key, known) === path.at(-1)) ?? null
}

const HIDDEN = '(secret)'

function dig(value: unknown, path: readonly string[]): unknown {
  let at = value
  for (const key of path) {
    if (at === null || typeof at !== 'object') return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at
}

function show(at: string, value: unknown, isSecret: (key: string) => boolean): string {
  const text =
    JSON.stringify({ [at]: value }, (key, inner: unknown) =>
      isSecret(key) ? HIDDEN : typeof inner === 'string' ? hideInAddress(inner) : inner,
    ).slice(JSON.stringify(at).length + 2, -1) || String(value)
  if (text === JSON.stringify(HIDDEN)) return HIDDEN
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

/** An address may carry a name with its password, and a key behind its question mark. */
function hideInAddress(text: string): string {
  const at = /^([a-z][a-z\d+.-]*:\/\/)(?:[^/?#]*@)?([^?#]*)(.?)/i.exec(text)
  return at === null ? text : `${at[1]}${at[2]}${at[3] === '' ? '' : `${at[3]}…`}`
}

/** Nearest known key by edit distance, at most a third of its length away; of equals the one that begins alike. */
export function findNearest(key: string, known: readonly string[]): string | null {
  let best: string | null = null
  let least = Infinity
  for (const candidate of known) {
    const alike = candidate[0]?.toLowerCase() === key[0]?.toLowerCase() ? 0 : 0.5
    const distance = editDistance(key.toLowerCase(), candidate.toLowerCase()) + alike
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return least <= Math.max(2, Math.ceil(key.length / 3)) ? best : null
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** All keys of a zod object, at every depth; for the "did you mean". */
export function listKeys(schema: unknown, depth = 0): string[] {
  if (depth > 8 || schema === null || typeof schema !== 'object') return []
  const { shape, element, def } = schema as {
    shape?: Record<string, unknown>
    element?: unknown
    def?: Record<string, unknown>
  }
  if (shape) return Object.entries(shape).flatMap(([key, inner]) => [key, ...listKeys(inner, depth + 1)])
  if (element) return listKeys(element, depth + 1)
  return ['innerType', 'in', 'out', 'left', 'right'].flatMap((key) => listKeys(def?.[key], depth + 1))
}
