// In: the subscribing routes of a real public server, and the OpenAPI document. Out: proof that the one is what the other says.
import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { describeApi } from '../../src/web/public/openapi.ts'
import { makeSubscription, openSubscribeDoor, SUBSCRIPTIONS, type SubscribeDoor } from './subscribe-door.ts'

interface Content {
  content?: Record<string, { schema: object }>
}
interface Operation {
  responses: Record<string, Content>
  requestBody?: Content
  security?: Record<string, string[]>[]
}
const api = JSON.parse(describeApi('https://bureau.example')) as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; securitySchemes: Record<string, { name?: string }> }
}

let door: SubscribeDoor
let app: FastifyInstance

beforeAll(async () => {
  door = await openSubscribeDoor()
  app = await door.build()
})
afterAll(async () => {
  await app.close()
  await door.close()
})

/** A schema of the document as its own text has it. */
function schemaOf(given: Content | undefined): z.ZodType {
  const schema = given?.content?.['application/json']?.schema
  const text = JSON.stringify({ ...schema, $defs: api.components.schemas })
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as never)
}

/** Asks, and holds the answer against what the document says of this status. */
async function ask(method: 'get' | 'post' | 'patch' | 'delete', path: string, more: InjectOptions = {}) {
  const operation = api.paths[path.replace(/(subscriptions)\/.*/, '$1/{id}')]?.[method]
  const reply = await app.inject({ method: method.toUpperCase() as 'GET', url: path, ...more })
  const said = operation?.responses[String(reply.statusCode)]
  expect(said, `${method} ${path} → ${reply.statusCode} ${reply.body}`).toBeDefined()
  if (said?.content) expect(schemaOf(said).safeParse(reply.json()).error, reply.body).toBeUndefined()
  else expect(reply.body).toBe('')
  return reply
}

const browser = (): Record<string, unknown> => ({
  ...makeSubscription(),
  districts: ['990100'],
  minIntensity: 3,
  night: true,
  consent: true,
})

test('what a client written from the document alone does is done: subscribe, read, change, leave', async () => {
  const body = browser()
  const request = schemaOf(api.paths[SUBSCRIPTIONS]?.['post']?.requestBody)
  expect(request.safeParse(body).error).toBeUndefined()
  expect(request.safeParse({ ...body, districs: [] }).success).toBe(false)
  const { id, unsubscribe } = (await ask('post', SUBSCRIPTIONS, { payload: body })).json<{
    id: string
    unsubscribe: string
  }>()
  const headers = { authorization: `Bearer ${unsubscribe}` }
  const one = `${SUBSCRIPTIONS}/${id}`
  expect((await ask('get', one, { headers })).json()).toMatchObject({ id, preferences: { minIntensity: 3 } })
  const change = { minMagnitude: 5, rebuttals: true }
  expect(schemaOf(api.paths[`${SUBSCRIPTIONS}/{id}`]?.['patch']?.requestBody).safeParse(change).error).toBeUndefined()
  expect((await ask('patch', one, { headers, payload: change })).json()).toMatchObject({ id, preferences: change })
  const name = api.components.securitySchemes['unsubscribeQuery']?.name ?? ''
  const query = { [name]: unsubscribe }
  expect((await ask('delete', one, { query })).statusCode).toBe(204)
  expect((await ask('get', one, { headers })).statusCode).toBe(404)
})

test.each([
  ['no JSON', 400, { payload: '{', headers: { 'content-type': 'application/json' } }],
  ['XML', 415, { payload: '<a/>', headers: { 'content-type': 'application/xml' } }],
  ['too much', 413, { payload: { endpoint: 'x'.repeat(9_000) } }],
  ['another consent', 409, { payload: { ...browser(), consent: { version: 'v0' } } }],
  ['no consent', 422, { payload: { ...browser(), consent: undefined } }],
  ['a stranger’s address', 422, { payload: { ...browser(), endpoint: 'https://evil.example/' } }],
])('a refusal of %s is the one that the document names', async (_what, status, more) => {
  expect((await ask('post', SUBSCRIPTIONS, more as InjectOptions)).statusCode).toBe(status)
})

test('every key that an operation asks for is explained', () => {
  const asked = Object.values(api.paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ security = [] }) => security.flatMap((one) => Object.keys(one)))
  expect(new Set(asked)).toEqual(new Set(Object.keys(api.components.securitySchemes)))
})
