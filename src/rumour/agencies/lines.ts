// In: who sets up a line to another organisation's system, who lets it in; tokens that name a person. Out: on record, secrets sealed.
// Must not open a line on one person's word, nor show a secret or a token a second time.
import { createHash, randomBytes } from 'node:crypto'
import { DAY } from '../../core/instant.ts'
import type { Role } from '../../core/people/roles.ts'
import { appendJournal } from '../../store/journal.ts'
import { tellDesks } from '../../store/listen.ts'
import { listOrganisations } from '../../store/people/accounts.ts'
import { withTransaction } from '../../store/pool.ts'
import { addToken, decideLine, endToken, findLine, listTokens, saveLine } from '../../store/rumours/agencies.ts'
import { refuse, tidy, type Person, type Refused } from '../context.ts'
import { nameSecret, type AgencyContext } from './context.ts'

type LineContext = Pick<AgencyContext, 'pool' | 'now' | 'random' | 'vault' | 'checkAddress'>

/** Shown once. */
export interface LineSecrets {
  /** Under which we sign what we send. */
  sends: string
  /** Under which it signs what it sends. */
  receives: string
}

/** Standard Webhooks: 24 to 64 bytes. */
export const makeSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** Enters a line, or enters it anew: new secrets, and it waits for the lead. @param given url: '' where it only sends */
export function proposeLine(
  context: LineContext,
  given: { organisation: string; url: string; intranet: boolean },
  person: Person,
): Promise<{ ok: true; secrets: LineSecrets } | Refused> {
  return withTransaction(context.pool, async (client): Promise<{ ok: true; secrets: LineSecrets } | Refused> => {
    if (!person.roles.includes('system-admin')) return refuse('not-yours', '接口由系统管理员设置')
    const { organisation, intranet } = given
    const known = (await listOrganisations(client)).find(({ id }) => id === organisation)
    if (!known || known.kind === 'bureau') return refuse('organisation', '请选择单位')
    const url = given.url.trim()
    const fault = url === '' ? null : context.checkAddress(url, intranet)
    if (fault !== null) return refuse('url', fault)
    const secrets = { sends: makeSecret(), receives: makeSecret() }
    const seal = (use: 'sends' | 'receives'): Buffer =>
      context.vault.seal(Buffer.from(secrets[use]), nameSecret(organisation, use))
    const at = context.now()
    await saveLine(client, {
      organisation,
      url: url === '' ? null : url,
      intranet,
      sends: seal('sends'),
      receives: seal('receives'),
      setBy: person.account,
      setAt: at,
    })
    const detail = { host: url === '' ? '' : new URL(url).host, intranet }
    await appendJournal(client, at, { actor: person.account, act: 'agency.proposed', subject: organisation, detail })
    await tellDesks(client)
    return { ok: true, secrets }
  })
}

/** Lets a line in, or stops it. A stop is nobody's alone to undo. */
export function answerLine(
  context: LineContext,
  organisation: string,
  state: 'running' | 'stopped',
  person: Person,
): Promise<{ ok: true } | Refused> {
  return withTransaction(context.pool, async (client): Promise<{ ok: true } | Refused> => {
    const may: readonly Role[] = state === 'running' ? ['lead'] : ['lead', 'system-admin']
    if (!may.some((role) => person.roles.includes(role))) return refuse('not-yours', '接口由带班领导批准启用')
    const line = await findLine(client, organisation)
    if (!line) return refuse('unknown', '这个单位没有接口')
    if (state === 'running' && line.setBy === person.account)
      return refuse('second-person', '须由设置人以外的带班领导批准')
    const at = context.now()
    if (!(await decideLine(client, organisation, state, person.account, at)))
      return refuse('not-here', '接口已是这个状态')
    await appendJournal(client, at, { actor: person.account, act: `agency.${state}`, subject: organisation })
    await tellDesks(client)
    return { ok: true }
  })
}

const LIAISONS: readonly Role[] = ['liaison-cac', 'liaison-police', 'liaison-unit']
const TOKEN_MS = 180 * DAY
const MOST_TOKENS = 5

export const hashAgencyToken = (token: string): Buffer => createHash('sha256').update(`agency token ${token}`).digest()

/** Makes a token for one's own account: what comes with it over the organisation's line is done by this person. */
export function makeAgencyToken(
  context: LineContext,
  name: string,
  person: Person,
): Promise<{ ok: true; token: string } | Refused> {
  return withTransaction(context.pool, async (client): Promise<{ ok: true; token: string } | Refused> => {
    if (!LIAISONS.some((role) => person.roles.includes(role))) return refuse('not-yours', '接口令牌由联络员本人生成')
    const words = tidy(name, 40)
    if (words === '') return refuse('name', '请写明令牌用在哪里')
    const at = context.now()
    if ((await listTokens(client, person.account, at)).length >= MOST_TOKENS)
      return refuse('many', `最多 ${MOST_TOKENS} 个令牌，请先停用不用的`)
    const token = `qd_${randomBytes(32).toString('base64url')}`
    const id = `t-${context.random().slice(0, 20)}`
    const given = { id, hash: hashAgencyToken(token), account: person.account, name: words }
    await addToken(client, { ...given, madeAt: at, endsAt: at + TOKEN_MS })
    await appendJournal(client, at, { actor: person.account, act: 'agency.token-made', subject: id })
    return { ok: true, token }
  })
}

/** Ends a token: one's own; or anybody's, by whoever answers for the lines. */
export function endAgencyToken(context: LineContext, id: string, person: Person): Promise<{ ok: true } | Refused> {
  return withTransaction(context.pool, async (client): Promise<{ ok: true } | Refused> => {
    const isAnybodys = person.roles.some((role) => role === 'lead' || role === 'system-admin')
    const at = context.now()
    if (!(await endToken(client, id, isAnybodys ? null : person.account, person.account, at)))
      return refuse('unknown', '没有这个令牌')
    await appendJournal(client, at, { actor: person.account, act: 'agency.token-ended', subject: id })
    return { ok: true }
  })
}
