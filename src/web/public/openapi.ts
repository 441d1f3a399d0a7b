// In: the API's schemas. Out: its OpenAPI 3.1 document.
// Must not describe a second time what a schema says.
import { z } from 'zod'
import { OFFSET } from '../live/events.ts'
import * as schemasOfAnswers from './api-schemas.ts'
import { LISTED, MOST_LISTED } from './notice-json.ts'
import { answer, refusals } from './openapi-parts.ts'
import { PUSH_PATHS, PUSH_SECURITY } from './openapi-push.ts'
import { SIGHTING_PATHS } from './openapi-sightings.ts'

/** /api/v1/openapi.json */
export function describeApi(publicUrl: string): string {
  const registry = z.registry<{ id: string }>()
  for (const schema of Object.values(schemasOfAnswers)) {
    const { id } = schema.meta() ?? {}
    if (id !== undefined) registry.add(schema, { id })
  }
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` })
  return JSON.stringify({
    openapi: '3.1.0',
    info: {
      title: 'Quakedesk',
      version: '1',
      description:
        'Open data of the bureau: notices and the quakes they are about. No key; what may be kept has an ETag. Feeds: /feeds/notices.{atom,rss,json}, /feeds/quakes.geojson, /feeds/cap.atom. Posted are subscriptions to push, reports of rumours and questions.',
    },
    servers: [{ url: publicUrl }],
    paths: {
      '/api/v1/notices': { get: list('listNotices', 'Notices, newest first', 'NoticeList', 'a notice') },
      '/api/v1/notices/{id}': {
        get: {
          operationId: 'getNotice',
          summary: 'One notice',
          parameters: [
            { name: 'id', in: 'path', required: true, description: 'its id or its code', schema: { type: 'string' } },
          ],
          responses: { 200: answer('Notice'), ...refusals(400, 404, 503) },
        },
      },
      '/api/v1/changes': {
        get: {
          operationId: 'listChanges',
          summary: 'What was shown since: the polling form of the stream /live',
          parameters: [
            {
              name: 'after',
              in: 'query',
              description:
                '`next` of the answer before, or 0 for all that is kept; left out: only where the record ends now',
              schema: { type: 'string', pattern: OFFSET.source },
            },
          ],
          responses: { 200: answer('ChangeList', {}), ...refusals(400, 503) },
        },
      },
      '/api/v1/quakes': { get: list('listQuakes', 'Quakes of which something is published', 'QuakeList', 'a quake') },
      '/api/v1/rebuttals': {
        get: list(
          'listRebuttals',
          'Rumours that something was said about, the latest first',
          'RebuttalList',
          'a rebuttal',
        ),
      },
      '/api/v1/rebuttals/{id}': {
        get: {
          operationId: 'getRebuttal',
          summary: 'One rumour and what was found',
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          responses: { 200: answer('Rebuttal'), ...refusals(400, 404, 503) },
        },
      },
      ...PUSH_PATHS,
      ...SIGHTING_PATHS,
    },
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)])),
      securitySchemes: PUSH_SECURITY,
    },
  })
}

/** Inside the document a schema has neither an address nor a dialect of its own. */
function bare(schema: object): object {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$id' && key !== '$schema'))
}

function list(operationId: string, summary: string, schema: string, what: string): object {
  return {
    operationId,
    summary,
    parameters: [
      {
        name: 'before',
        in: 'query',
        description: `id of ${what}: what comes after it in the list (\`next\` of the page before)`,
        schema: { type: 'string', pattern: '^[\\w-]{1,64}$' },
      },
      {
        name: 'limit',
        in: 'query',
        schema: { type: 'integer', minimum: 1, maximum: MOST_LISTED, default: LISTED },
      },
    ],
    responses: { 200: answer(schema), ...refusals(400, 503) },
  }
}
