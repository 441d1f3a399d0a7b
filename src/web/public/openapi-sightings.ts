// In: what the reporting route takes and answers, as zod schemas. Out: its part of the OpenAPI document.
// Must not describe a second time what a schema says.
import { answer, describeBody, refusals } from './openapi-parts.ts'
import { sightingSchema } from './reports/api.ts'

export const SIGHTING_PATHS = {
  '/api/v1/sightings': {
    post: {
      operationId: 'reportSighting',
      summary: 'Report a rumour or ask a question; no key. Answered with a receipt, compared and checked later',
      requestBody: describeBody(sightingSchema),
      responses: { 201: answer('SightingReceipt', {}), ...refusals(400, 413, 415, 422, 429, 503) },
    },
  },
} as const
