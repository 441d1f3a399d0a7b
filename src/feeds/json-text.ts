// In: decoded text that should be JSON. Out: its value without hostile keys, and small readers for objects of unknown shape.
// Must not know any format; throws UnreadableFeed when the text is too long or is no JSON.
import { z } from 'zod'
import { UnreadableFeed } from '../core/quake-report.ts'
import type { Refusal } from './rows.ts'
import { MAX_TEXT, quote } from './rows.ts'

/** An object of the wire; never has __proto__, constructor or prototype as own keys. */
export type JsonObject = Record<string, unknown>

/** Strips a BOM and blank lines; throws 'size' or 'empty'. */
export function trimPayload(text: string): string {
  if (text.length > MAX_TEXT) {
    throw new UnreadableFeed('size', `the payload has ${text.length} characters, expected at most ${MAX_TEXT}`)
  }
  const bare = text.replace(/^\uFEFF/, '').trim()
  if (bare === '') throw new UnreadableFeed('empty', 'the payload is empty, expected JSON or text rows')
  return bare
}

/** Takes off one JSONP wrapper, named ("eqfeed_callback(…);") or bare ("(…)"); other text comes back as it is. */
export function unwrapCallback(text: string): string {
  const wrapped = /^[\w$.]{0,60}\s{0,5}\(/.exec(text)
  return wrapped ? text.slice(wrapped[0].length).replace(/\)[;\s]{0,20}$/, '') : text
}

/** Integers beyond 2^53 keep their spelling as text: ids must not be rounded. Needs the third argument of Node ≥ 21. */
function reviveSafely(key: string, value: unknown, context?: { source?: string }): unknown {
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') return undefined
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  return context?.source !== undefined && /^-?\d+$/.test(context.source) ? context.source : value
}

/**
 * What makes the reviver necessary: a hostile key, plain or with a letter escaped as no honest encoder does, or a long
 * integer. Without it a day of USGS is read five times as fast, and the publisher shares this thread.
 */
const NEEDS_REVIVER = /__proto__|constructor|prototype|\\u00[567][0-9a-f]|(?<![\d.])\d{16}/i

/** Parses JSON; throws UnreadableFeed 'json' (also for nesting that exhausts the stack). */
export function readJson(text: string): unknown {
  try {
    return parseSafely(trimPayload(text))
  } catch (cause) {
    if (cause instanceof UnreadableFeed) throw cause
    throw new UnreadableFeed('json', `the payload is no JSON: it begins with ${quote(text.slice(0, 40))}`, { cause })
  }
}

function parseSafely(text: string): unknown {
  try {
    return NEEDS_REVIVER.test(text) ? JSON.parse(text, reviveSafely) : JSON.parse(text)
  } catch (error) {
    if (!NO_NUMBER.test(text)) throw error
    return JSON.parse(writeNull(text), reviveSafely)
  }
}

const NO_NUMBER = /[:,[\s](?:NaN|-?Infinity)\s*[,}\]]/

/**
 * Python's json writes NaN and Infinity where a value is missing, which is no JSON (RFC 8259 §6): one such value would take
 * the whole list along (DESIGN L10). Outside strings they become null.
 */
function writeNull(text: string): string {
  const parts: string[] = []
  let from = 0
  for (let at = nextToken(text, 0); at < text.length; at = nextToken(text, at)) {
    if (text[at] === '"') {
      at = endOfString(text, at)
      continue
    }
    const word = /^(?:NaN|-?Infinity)/.exec(text.slice(at, at + 9))?.[0] ?? ''
    if (word === '') at += 1
    else {
      parts.push(text.slice(from, at), 'null')
      at += word.length
      from = at
    }
  }
  return parts.join('') + text.slice(from)
}

const TOKEN = /["NI-]/g

/** Where the next string, or a word that may be no number, begins; the length of the text when there is none. */
function nextToken(text: string, from: number): number {
  TOKEN.lastIndex = from
  return TOKEN.exec(text)?.index ?? text.length
}

/** Index after the closing quote; the length of the text when it never closes. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

/** True for a plain object, not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value when it is an object, else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** A JSON leaf, or nothing: the only thing a value field may be. */
export const leaf = z.union([z.string(), z.number(), z.boolean(), z.null()]).optional()

/** Turns the first zod issue into a refusal that names the field and its value. */
export function refuseShape(error: z.ZodError, raw: unknown): Refusal {
  const path = error.issues[0]?.path ?? []
  let value: unknown = raw
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  const field = path.map(String).join('.') || 'the row'
  return { rule: 'shape', reason: `${field} is ${quote(value)}, expected ${describeExpected(error)}` }
}

function describeExpected(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue?.code === 'invalid_type') return issue.expected
  return issue?.code === 'invalid_union' ? 'text or a number' : (issue?.message ?? 'another shape')
}
