// In: what another organisation's system sends: signed by its line, in the name of a person of that organisation. Out: the same acts
// as at the desk, under the same rules, and an answer that says why not. Must not say to a stranger what is here.
import { z } from 'zod'
import { mayDo, type DeskAct } from '../../core/people/roles.ts'
import { ACTION_STATES, PLATFORM_ACTIONS } from '../../core/rumour/handover/platform.ts'
import { listTransitions } from '../../core/rumour/claim-actor.ts'
import { formatUtc } from '../../core/instant.ts'
import { readJsonBody } from '../../core/json-body.ts'
import { SCOPE_NAMES, type SignScope } from '../../core/rumour/signoff.ts'
import { isRemembered, rememberMessage } from '../../store/wake.ts'
import { findAccount } from '../../store/people/accounts.ts'
import { findLine, useToken } from '../../store/rumours/agencies.ts'
import { findClaim } from '../../store/rumours/claims.ts'
import { noteClaim } from '../beside.ts'
import { refuse, type Moved, type Person } from '../context.ts'
import { logPlatform } from '../handover/platform.ts'
import { receivePackage } from '../handover/receipt.ts'
import { objectTo, signRebuttal } from '../rebuttal.ts'
import { stepClaim } from '../steps.ts'
import { noteWordRead } from '../words-told.ts'
import { readLineSecret, type AgencyContext, type Headers } from './context.ts'
import { hashAgencyToken, makeSecret } from './lines.ts'

export interface AgencyRequest {
  organisation: string
  act: string
  headers: Headers
  body: Uint8Array
}

export interface AgencyAnswer {
  status: 200 | 401 | 403 | 404 | 409 | 422
  body: object
}

/** Of a claim, a notice, a package; what is no such word is asked of no record. */
const id = z.string().regex(/^[\w-]{1,60}$/)
const words = (longest: number): z.ZodString => z.string().max(longest)
const onClaim = { claim: id, version: z.number().int().min(1).max(1_000_000) }
const scopes = Object.keys(SCOPE_NAMES) as [SignScope, ...SignScope[]]

/** As the desk's own acts; what moves no claim says in its own words what was done. */
type Ended = Moved | { ok: true; body: object }
type Run<T> = (context: AgencyContext, given: T, person: Person, message: string) => Promise<Ended>

interface Act {
  may: DeskAct
  /** A text says what is wrong with the body's shape. */
  run: (...given: Parameters<Run<unknown>>) => Promise<Ended> | string
}

/** An act with the shape of its body. What is drilled is drilled by people: no system of another organisation hears of it. */
function act<T extends object>(may: DeskAct, shape: z.ZodType<T>, run: Run<T>): Act {
  return {
    may,
    run: (context, given, person, message) => {
      const read = shape.safeParse(given)
      if (!read.success) return z.prettifyError(read.error)
      const { data } = read
      if (!('claim' in data) || typeof data.claim !== 'string') return run(context, data, person, message)
      return findClaim(context.pool, data.claim).then((claim) =>
        claim?.class === 'drill' ? refuse('unknown', '没有这件传言') : run(context, data, person, message),
      )
    },
  }
}

const ACTS: Readonly<Record<string, Act>> = {
  /** Seen: the office takes a new claim in hand; everybody else's word stands beside it. */
  acknowledge: act('handle-rumour', z.strictObject(onClaim), async (context, { claim, version }, person, message) => {
    const state = (await findClaim(context.pool, claim))?.state
    const takes = state !== undefined && listTransitions(person.roles, state).some(({ event }) => event === 'take')
    return takes
      ? stepClaim(context, claim, { event: 'take', seen: version }, person)
      : noteClaim(context, claim, { words: '已收悉（接口）', private: false }, person, message)
  }),
  answer: act(
    'handle-rumour',
    z.strictObject({ ...onClaim, words: words(400) }),
    (context, { claim, version, words: reason }, person) =>
      stepClaim(context, claim, { event: 'answer', seen: version, reason }, person),
  ),
  sign: act(
    'handle-rumour',
    z.strictObject({ ...onClaim, scope: z.enum(scopes), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
    (context, { claim, version, scope, hash }, person) =>
      signRebuttal(context, { id: claim, seen: version, scope, bodyHash: hash }, person),
  ),
  object: act(
    'handle-rumour',
    z.strictObject({ ...onClaim, reason: words(400) }),
    (context, { claim, version, reason }, person) => objectTo(context, { id: claim, seen: version, reason }, person),
  ),
  platform: act(
    'log-platform',
    z.strictObject({
      claim: id,
      platform: words(20).min(1),
      url: words(500).default(''),
      action: z.enum(PLATFORM_ACTIONS),
      state: z.enum(ACTION_STATES),
      receipt: words(60).default(''),
      words: words(400).default(''),
    }),
    (context, { claim, ...given }, person, message) => logPlatform(context, claim, given, person, message),
  ),
  /** A correction or a withdrawal is known here, and passed on. */
  noted: act('handle-rumour', z.strictObject({ notice: id }), async (context, { notice }, person) =>
    (await noteWordRead(context, notice, person))
      ? { ok: true, body: { notice, noted: true } }
      : refuse('unknown', '没有待知悉的更正或撤回，或已登记知悉'),
  ),
  receipt: act(
    'receive-package',
    z.strictObject({ claim: id, package: id, number: words(60).min(1) }),
    (context, { claim, package: one, number }, person) => receivePackage(context, claim, one, number, person),
  ),
}

const fail = (status: Exclude<AgencyAnswer['status'], 200>, rule: string, error: string): AgencyAnswer => ({
  status,
  body: { error, rule },
})

/**
 * Answers `POST /api/v1/agencies/<organisation>/<act>`: 200 with the claim's new state; 401 signature or token; 403 not this person's;
 * 404 no such act; 409 refused, with the rule and the reason; 422 not the act's shape. A repeated webhook-id is answered 200 once
 * the first was done.
 */
export async function answerAgency(context: AgencyContext, request: AgencyRequest): Promise<AgencyAnswer> {
  const { pool, now } = context
  const { organisation, headers, body } = request
  const line = await findLine(pool, organisation)
  const secret = line?.state === 'running' ? readLineSecret(context, line, 'receives') : null
  // Whether there is such a line is nobody's business who cannot sign for it: what is wrong is said in the same words.
  const verified = context.verify(headers, body, secret ?? makeSecret())
  if (!verified.ok) return fail(401, verified.rule, verified.reason)
  if (secret === null) return fail(401, 'signature-wrong', 'no signature fits')
  const wanted = Object.hasOwn(ACTS, request.act) ? ACTS[request.act] : undefined
  if (wanted === undefined) return fail(404, 'no-such-act', `acts are ${Object.keys(ACTS).join(', ')}`)
  const person = await findPerson(context, organisation, headers)
  if (person === null) return fail(401, 'token', 'authorization must name a person of this organisation: Bearer qd_…')
  if (!mayDo(person.roles, wanted.may)) return fail(403, 'not-yours', '您的角色不能进行此操作')
  const door = `agency ${organisation}`
  if (await isRemembered(pool, door, verified.id)) return { status: 200, body: { repeated: true } }
  const given = readJsonBody(Buffer.from(body).toString('utf8'))
  if (given === undefined) return fail(422, 'json', 'the body is no JSON')
  const done = wanted.run(context, given, person, `${organisation} ${verified.id}`)
  if (typeof done === 'string') return fail(422, 'shape', done.slice(0, 1_000))
  const moved = await done
  if (!moved.ok) return fail(409, moved.rule, moved.reason)
  await rememberMessage(pool, door, verified.id, formatUtc(now()))
  if ('body' in moved) return { status: 200, body: moved.body }
  const { id: claim, state, version } = moved.claim
  return { status: 200, body: { claim, state, version } }
}

/** Whose token it is: of an account of this very organisation that may sign in. */
async function findPerson(
  { pool, now }: AgencyContext,
  organisation: string,
  headers: Headers,
): Promise<Person | null> {
  const given = headers['authorization']
  const [, token] = /^Bearer (qd_[A-Za-z0-9_-]{43})$/.exec(typeof given === 'string' ? given : '') ?? []
  const found = token === undefined ? null : await useToken(pool, hashAgencyToken(token), now())
  const account = found && (await findAccount(pool, found.account))
  if (account?.state !== 'active' || account.organisation !== organisation) return null
  return { account: account.id, organisation, roles: account.roles }
}
