// In: accounts and links that spread a claim, as the cyberspace office or the police note them. Out: kept sealed, known again
// elsewhere, shown as far as each may see. Must not show an account to whoever does not deal with it (rumours.md §3, §8).
import type { Instant } from '../../core/instant.ts'
import type { Role } from '../../core/people/roles.ts'
import { isLink, maskAccount, maskUrl, unifyAccount, unifyUrl } from '../../core/rumour/handover/links.ts'
import type { SpreaderRole } from '../../core/rumour/handover/platform.ts'
import { appendJournal } from '../../store/journal.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import { lockClaims, type SeenBy } from '../../store/rumours/claims.ts'
import { addSpreader, listSpreaders, MOST_SPREADERS } from '../../store/rumours/handover/platform.ts'
import { findEnd, refuse, tidy, type Moved, type Person } from '../context.ts'
import { findSight, seenBy } from '../sight.ts'
import { sealNames, type HandoverContext } from './context.ts'

const NAMING: readonly Role[] = ['liaison-cac', 'liaison-police']
const READING: readonly Role[] = [...NAMING, 'lead']

export interface Spreader {
  platform: string
  role: SpreaderRole
  account: string
  url: string
  organisation: string
  at: Instant
  /** Other claims with the same account or link, of those that the reader sees. */
  elsewhere: number
}

/** Notes who spread it. */
export function nameSpreader(
  context: HandoverContext,
  claimId: string,
  given: { platform: string; account: string; url: string; role: SpreaderRole },
  person: Person,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    if (!NAMING.some((role) => person.roles.includes(role))) return refuse('not-yours', '您的角色不能登记传播账号')
    const sight = await findSight(client, context, person, claimId)
    const claim = sight === 'case' || sight === 'whole' ? (await lockClaims(client, [claimId])).get(claimId) : undefined
    if (!claim) return refuse('unknown', '没有这件传言')
    const end = findEnd(claim)
    if (end) return end
    const [platform, account] = [tidy(given.platform, 20), tidy(given.account, 60)]
    const url = unifyUrl(tidy(given.url, 500))
    if (platform === '') return refuse('platform', '请填写平台')
    if (account === '' && url === '') return refuse('empty', '请填写账号或网址')
    if (url !== '' && !isLink(url)) return refuse('url', '网址须以 http:// 或 https:// 开头')
    const { mark, vault } = context
    const at = context.now()
    const isKept = await addSpreader(client, claimId, {
      organisation: person.organisation,
      platform,
      role: given.role,
      sealed: vault.seal(Buffer.from(JSON.stringify({ account, url })), sealNames.spreader(claimId)),
      accountMark: account === '' ? null : mark(`account ${platform} ${unifyAccount(account)}`),
      urlMark: url === '' ? null : mark(`url ${url}`),
      by: person.account,
      at,
    })
    if (!isKept) return refuse('many', `一件传言最多登记 ${MOST_SPREADERS} 个传播账号或网址`)
    const detail = { platform, role: given.role }
    await appendJournal(client, at, { actor: person.account, act: 'spreader.noted', subject: claimId, detail })
    await tellDesks(client)
    return { ok: true, claim }
  })
}

/** In the clear; for the package and for those who may read them. */
export async function readSpreaders(
  db: Queryable,
  { vault }: Pick<HandoverContext, 'vault'>,
  claimId: string,
  seen: SeenBy,
): Promise<Spreader[]> {
  return (await listSpreaders(db, claimId, seen)).map((row) => {
    const text = vault.open(row.sealed, sealNames.spreader(claimId))?.toString('utf8')
    const { account, url } = (text === undefined ? { account: '（无法解开）', url: '' } : JSON.parse(text)) as {
      account: string
      url: string
    }
    const { platform, role, organisationName: organisation, at, elsewhere } = row
    return { platform, role, account, url, organisation, at, elsewhere }
  })
}

/** As somebody who sees the case may see them; null: not at all. */
export async function showSpreaders(
  db: Queryable,
  context: Pick<HandoverContext, 'vault' | 'now'>,
  claimId: string,
  person: Person,
): Promise<Spreader[] | null> {
  const isReader = READING.some((role) => person.roles.includes(role))
  if (!isReader && !person.roles.includes('duty')) return null
  const all = await readSpreaders(db, context, claimId, seenBy(context, person))
  if (isReader) return all
  return all.map((one) => ({
    ...one,
    account: maskAccount(one.account),
    url: one.url === '' ? '' : maskUrl(one.url),
  }))
}
