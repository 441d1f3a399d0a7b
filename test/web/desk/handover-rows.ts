// In: nothing. Out: who may come in where evidence, packages, platforms, spreaders, contacts and lines to other systems are dealt with.
// Written by hand from rumours.md §3; test/web/desk/matrix.test.ts asks every route.
import type { Role } from '../../../src/core/people/roles.ts'

const LIAISONS: readonly Role[] = ['liaison-cac', 'liaison-police', 'liaison-unit']
const HANDLING: readonly Role[] = ['duty', 'lead']
const CASE: readonly Role[] = ['duty', 'publicity', 'lead', 'liaison-cac', 'liaison-police']
const POLICE: readonly Role[] = ['liaison-police']

export const HANDOVER_ROWS: Readonly<Record<string, readonly Role[]>> = {
  'GET /rumours/:id/handover': CASE,
  'POST /rumours/:id/evidence/file': [...HANDLING, ...POLICE],
  'POST /rumours/:id/evidence/text': [...HANDLING, ...POLICE],
  'POST /rumours/:id/evidence/:item/open': CASE,
  'POST /rumours/:id/packages': ['duty'],
  'POST /rumours/:id/packages/:package/answer': ['lead'],
  'POST /rumours/:id/packages/:package/open': [...HANDLING, ...POLICE],
  'POST /rumours/:id/packages/:package/receipt': [...HANDLING, ...POLICE],
  'POST /rumours/:id/packages/:package/outcomes': POLICE,
  'POST /rumours/:id/platform': ['liaison-cac'],
  'POST /rumours/:id/spreaders': ['liaison-cac', 'liaison-police'],
  'POST /rumours/:id/contacts': [...HANDLING, ...POLICE],
  'POST /rumours/:id/contacts/:request/answer': ['lead'],
  'POST /rumours/:id/contacts/:request/open': [...HANDLING, ...POLICE],
  'GET /agencies': ['lead', 'system-admin', ...LIAISONS],
  'POST /agencies': ['system-admin'],
  'POST /agencies/:organisation/run': ['lead'],
  'POST /agencies/:organisation/stop': ['lead', 'system-admin'],
  'POST /agencies/tokens': LIAISONS,
  'POST /agencies/tokens/:token/end': ['lead', 'system-admin', ...LIAISONS],
}
