// In: the subscribing routes of a real public server, and the OpenAPI document. Out: proof that the one is what the other says.
import { createECDH, randomBytes } from 'node:crypto'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Pool } from 'pg'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openResolver } from '../../src/push/resolve.ts'
import { openVault } from '../../src/push/vault.ts'
import { saveOutlets } from '../../src/store/outlets.ts'
import { openPool } from '../../src/store/pool.ts'
import { describeApi } from '../../src/web/public/openapi.ts'
import { buildPublicServer } from '../../src/web/public/server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

interface Content {
  content?: Record<string, { schema: object }>
}
interface Operation {
  responses: Record<string, Content>
  requestBody?: Content
  security?: Record<string, string[]>[]
}
const LIST = '/api/v1/push/subscriptions'
const api = JSON.parse(describeApi('https://bureau.example')) as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; securitySchemes: Record<string, { name?: string }> }
}

let database: FreshDatabase
let pool: Pool
let app: FastifyInstance

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 2, () => undefined)
  await saveOutlets(pool, [{ id: 'push', class: 'actual', channel: 'webpush', mode: 'live' }])
  app = await buildPublicServer({
    db: pool,
    pages: { get: () => undefined },
    push: {
      db: pool,
      outlets: [{ id: 'push', class: 'actual', reach: 'any', allowHosts: [], proxied: [] }],
      vault: openVault(Buffer.alloc(32, 1)),
      resolver: openResolver(async () => ['142.250.72.10']),
      now: Date.now,
      consentVersion: 'v1',
      districts: ['990100'],
    },
    publicUrl: 'https://bureau.example',
    demonstration: false,
    ready: async () => ({ ok: true, degraded: [] }),
    metrics: () => '',
    logger: pino({ level: 'silent' }),
  })
})
afterAll(async () => {
  await app.close()
  await pool.end()
  await database.drop()
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

function browser(): Record<string, unknown> {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  return {
    endpoint: `https://fcm.googleapis.com/fcm/send/${randomBytes(8).toString('hex')}`,
    expirationTime: null,
    keys: { p256dh: pair.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') },
    districts: ['990100'],
    minIntensity: 3,
    night: true,
    consent: true,
  }
}

test('what a client written from the document alone does is done: subscribe, read, change, leave', async () => {
  const body = browser()
  const request = schemaOf(api.paths[LIST]?.['post']?.requestBody)
  expect(request.safeParse(body).error).toBeUndefined()
  expect(request.safeParse({ ...body, districs: [] }).success).toBe(false)
  const { id, unsubscribe } = (await ask('post', LIST, { payload: body })).json<{ id: string; unsubscribe: string }>()
  const headers = { authorization: `Bearer ${unsubscribe}` }
  const one = `${LIST}/${id}`
  expect((await ask('get', one, { headers })).json()).toMatchObject({ id, preferences: { minIntensity: 3 } })
  const change = { minMagnitude: 5, rebuttals: true }
  expect(schemaOf(api.paths[`${LIST}/{id}`]?.['patch']?.requestBody).safeParse(change).error).toBeUndefined()
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
  expect((await ask('post', LIST, more as InjectOptions)).statusCode).toBe(status)
})

test('every key that an operation asks for is explained', () => {
  const asked = Object.values(api.paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ security = [] }) => security.flatMap((one) => Object.keys(one)))
  expect(new Set(asked)).toEqual(new Set(Object.keys(api.components.securitySchemes)))
})
