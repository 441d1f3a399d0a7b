// In: plain fetch. Out: the few calls that the town's tests repeat: forms, JSON with wide ids, a clock that stands still.
// Must not use any adapter of the project: a stand-in is tested by what goes over the wire.
import { readWideJson } from '../../src/town/wide-json.ts'

/** 2017-06-03 18:12:00 Beijing time. */
export const START = Date.UTC(2017, 5, 3, 10, 12, 0)

export interface Clock {
  at: number
  now: () => number
}

export function stoppedClock(at = START): Clock {
  const clock: Clock = { at, now: () => clock.at }
  return clock
}

// oxlint-disable-next-line typescript/no-explicit-any -- replies are read member by member, as a stranger would
export type Json = any

export interface Answer {
  status: number
  type: string
  text: string
  json: Json
}

/** One call; the body read as JSON with wide numbers as text. */
export async function call(url: string, init: RequestInit = {}): Promise<Answer> {
  const reply = await fetch(url, init)
  const text = await reply.text()
  const json = readWideJson(Buffer.from(text))
  return { status: reply.status, type: reply.headers.get('content-type') ?? '', text, json }
}

export function postForm(url: string, fields: Record<string, string>): Promise<Answer> {
  return call(url, { method: 'POST', body: new URLSearchParams(fields) })
}

export function postJson(url: string, body: unknown): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return call(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })
}

export function postFile(
  url: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  fields: Record<string, string> = {},
  filename = 'picture.png',
): Promise<Answer> {
  const form = new FormData()
  for (const [key, value] of Object.entries(fields)) form.append(key, value)
  form.append(name, new Blob([bytes]), filename)
  return call(url, { method: 'POST', body: form })
}

export const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])
export const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1])
export const GIF = new Uint8Array([...Buffer.from('GIF89a'), 1, 0, 1, 0, 0, 0])

/** A file that begins like `head` and is `size` bytes long. */
export function padded(head: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  bytes.set(head)
  return bytes
}

/** Waits until a condition holds; the test's own limit ends it when it never does. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}
