// In: what the subscribing routes take and answer, as zod schemas. Out: their part of the OpenAPI document.
// Must not describe a second time what a schema says.
import { preferencesSchema } from '../../core/push/preferences.ts'
import { answer, describeBody, refusals } from './openapi-parts.ts'
import { subscriptionSchema } from './push/subscribing.ts'

const WITH_KEY = [{ unsubscribe: [] }, { unsubscribeQuery: [] }]
const ID = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]

/** How whoever subscribed shows it: the key that subscribing was answered with. */
export const PUSH_SECURITY = {
  unsubscribe: { type: 'http', scheme: 'bearer', description: '`unsubscribe` of the answer to POST' },
  unsubscribeQuery: { type: 'apiKey', in: 'query', name: 'unsubscribe', description: 'for what can send no header' },
} as const

/** Paths below /api/v1/push. */
export const PUSH_PATHS = {
  '/api/v1/push/subscriptions': {
    post: {
      operationId: 'subscribe',
      summary:
        'Subscribe a browser: PushSubscription.toJSON(), the choice, the consent; 403 while the bureau has not turned push on',
      requestBody: describeBody(subscriptionSchema),
      responses: { 201: answer('Subscribed', {}), ...refusals(400, 403, 409, 413, 415, 422, 429, 503) },
    },
  },
  '/api/v1/push/subscriptions/{id}': {
    get: {
      operationId: 'exportSubscription',
      summary: 'All that is kept of this subscriber',
      parameters: ID,
      security: WITH_KEY,
      responses: { 200: answer('Subscription', {}), ...refusals(404, 429, 503) },
    },
    patch: {
      operationId: 'changeSubscription',
      summary: 'Change the parts of the choice that are given',
      parameters: ID,
      security: WITH_KEY,
      requestBody: describeBody(preferencesSchema),
      responses: { 200: answer('ChangedSubscription', {}), ...refusals(400, 404, 413, 415, 422, 429, 503) },
    },
    delete: {
      operationId: 'unsubscribe',
      summary: 'Leave: everything that is kept is deleted',
      parameters: ID,
      security: WITH_KEY,
      responses: { 204: { description: 'Deleted' }, ...refusals(404, 429, 503) },
    },
  },
} as const
