// In: schemas, their names, statuses. Out: bodies, answers and refusals as an OpenAPI document writes them.
// Must not know a path.
import { z } from 'zod'

const JSON_TYPE = 'application/json'
const KEPT = { etag: { schema: { type: 'string' } } }

/** A good answer. @param schema of components/schemas @param headers beside the usual ones; left out: it may be kept */
export function answer(schema: string, headers: object = KEPT): object {
  return {
    description: schema,
    headers,
    content: { [JSON_TYPE]: { schema: { $ref: `#/components/schemas/${schema}` } } },
  }
}

/** What is posted, as its schema reads it. */
export function describeBody(schema: z.ZodType): object {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: 'input' })
  return { required: true, content: { [JSON_TYPE]: { schema: shape } } }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'A parameter or the body is wrong; the answer names it',
  403: 'Not turned on',
  404: 'There is none',
  409: 'The text that is agreed to has changed: read it again',
  413: 'The body is too large',
  415: 'The body is no JSON',
  422: 'The body is refused; the answer names the rule',
  429: 'Too many at once: ask again after Retry-After',
  503: 'Too many readers, or the record is away: ask again after Retry-After',
}

/** Refusals, all of one shape. */
export function refusals(...statuses: number[]): object {
  const schema = { $ref: '#/components/schemas/Refusal' }
  return Object.fromEntries(
    statuses.map((status) => [status, { description: REASONS[status], content: { [JSON_TYPE]: { schema } } }]),
  )
}
