// In: addresses written in the YAML. Out: zod schemas that refuse the unsafe ones, and paths joined to a base.
// Must not resolve names.
import { z } from 'zod'
import { isLoopbackHost } from '../../src/core/loopback.ts'

function refusal(text: string): string | null {
  if (!URL.canParse(text)) return 'is not an address'
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname)))
    return 'must begin with https:// (http:// only for loopback)'
  if (url.username !== '' || url.password !== '') return 'must hold no user name or password'
  if (url.hash !== '') return 'must hold no #fragment'
  return null
}

/** https address, or http on loopback; without user name, password and fragment; at most 2,048 characters. */
export const secureAddress = z
  .string()
  .max(2048)
  .superRefine((text, ctx) => {
    const reason = refusal(text)
    if (reason !== null) ctx.addIssue({ code: 'custom', message: reason })
  })

/** Base of an API: a secure address without a query. */
export const apiBase = secureAddress.refine((text) => !text.includes('?'), 'must hold no query')

/** Joins a base and an absolute path without doubling the slash between them. */
export function joinUrl(base: string, path: string, query?: Record<string, string>): string {
  const url = `${base.replace(/\/+$/, '')}${path}`
  return query === undefined ? url : `${url}?${new URLSearchParams(query).toString()}`
}

/** Decimal digits, written in the YAML with or without quotes. */
export function digitsText(shortest: number, longest: number, message: string): z.ZodType<string> {
  return z.preprocess(
    (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value),
    z.string(message).regex(new RegExp(`^\\d{${shortest},${longest}}$`), message),
  )
}
