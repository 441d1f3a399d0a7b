// In: what stands on record about templates. Out: the overview: what is in force, who signed what until when, files, drafts.
// Reads only.
import type { Foreseen } from '../../../core/judgement/foresight.ts'
import type { Authorisation, Policy } from '../../../core/judgement/policy.ts'
import { describeStale } from '../../../core/judgement/rules.ts'
import { EVERY_KIND, NOTICE_KINDS } from '../../../core/notice.ts'
import type { Instant } from '../../../core/instant.ts'
import type { Renderer } from '../../../core/rendering/renderer.ts'
import { readSources, type TemplateContext } from '../../../publish/template-acts.ts'
import { nameAccounts } from '../../../store/people/accounts.ts'
import type { Queryable } from '../../../store/pool.ts'
import { listForced, listVersions } from '../../../store/templates.ts'
import { viewForeseen } from '../board/board.ts'
import { writeField } from '../roster-view.ts'
import { viewGrantForm } from './grant-form.ts'
import { nameFile, nameKind, nameWhen } from './words.ts'

export interface TemplateDesk extends TemplateContext {
  policy: () => Policy
  renderer: () => Renderer
  broken: () => string | null
  foreseen: () => readonly Foreseen[]
}

/** What stands in an address for the templates that came with the program. */
export const SHIPPED = 'shipped'
const COMMON = '各类通用'
const PARTIALS = '共用片段'
const MOST_DRAFTS = 20
const MOST_FORCED = 20

export const describeVersion = (id: string | null): string => (id === null ? '随程序发布的模板' : `版本 ${id}`)

/** Names of accounts; whoever has none (the configuration file's signer) stands as written. Days with their year. */
export async function nameAll(
  db: Queryable,
  ids: readonly string[],
): Promise<{ name: (id: string) => string; at: (at: Instant) => string }> {
  const names = await nameAccounts(db, [...new Set(ids)])
  return { name: (id) => names.get(id) ?? id, at: (at) => writeField(at).replace('T', ' ') }
}

/** The overview. */
export async function readIndex(desk: TemplateDesk, signs: boolean): Promise<object> {
  const { pool } = desk
  const [forced, versions] = [await listForced(pool), await listVersions(pool, 60)]
  const policy = desk.policy()
  const standing = forced[0]?.version ?? null
  const read = await readSources(desk, standing)
  const wasForced = new Set(forced.map(({ version }) => version))
  const { name, at } = await nameAll(pool, [
    ...forced.map(({ signedBy }) => signedBy),
    ...versions.map(({ madeBy }) => madeBy),
    ...policy.authorisations.map(({ signedBy }) => signedBy),
  ])
  return {
    signs,
    standing: standing ?? SHIPPED,
    standingName: describeVersion(standing),
    broken: desk.broken() ?? '',
    foreseen: viewForeseen(desk.foreseen()),
    groups: groupFiles([...desk.shipped.sources.keys()], new Set(Object.keys(read?.version?.files ?? {}))),
    drafts: versions
      .filter(({ id }) => !wasForced.has(id))
      .slice(0, MOST_DRAFTS)
      .map((one) => ({ id: one.id, by: name(one.madeBy), at: at(one.madeAt), why: one.why })),
    forced: forced.slice(0, MOST_FORCED).map((row) => ({
      id: row.version ?? SHIPPED,
      name: describeVersion(row.version),
      by: name(row.signedBy),
      at: at(row.at),
      why: row.why,
    })),
    authorisations: policy.authorisations.map((each) =>
      viewAuthorisation(each, policy.templateHashes, desk.now(), name, at),
    ),
    form: viewGrantForm(policy.authorisations, desk.sources, NOTICE_KINDS),
  }
}

function viewAuthorisation(
  each: Authorisation,
  hashes: Readonly<Record<string, string>>,
  now: Instant,
  name: (id: string) => string,
  at: (at: Instant) => string,
): object {
  const why = describeStale(each, hashes, now)
  return {
    id: each.id,
    kind: nameKind(each.template),
    live: why === null,
    state: why ?? '有效',
    ended: each.endedAt !== undefined,
    sources: each.sources.join('、'),
    when: nameWhen(each.when),
    by: name(each.signedBy),
    from: at(each.signedAt),
    until: at(each.expiresAt),
    review: `${each.publicationLevel}，${each.secrecyReview}`,
    hash: each.sha256.slice(0, 12),
  }
}

function groupFiles(files: readonly string[], edited: ReadonlySet<string>): object[] {
  const groupOf = (file: string): string => {
    const family = file.split('.')[0] ?? ''
    if (family.startsWith('_')) return PARTIALS
    if (family === 'notice') return COMMON
    return nameKind(family.startsWith('withdrawal') ? 'withdrawal' : family)
  }
  const groups = Map.groupBy(files, groupOf)
  const order = [...EVERY_KIND.map(nameKind), COMMON, PARTIALS]
  const sorted = [...groups].toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
  return sorted.map(([name, members]) => ({
    name,
    edited: String(members.filter((file) => edited.has(file)).length),
    files: members.map((file) => ({ file, name: nameFile(file), edited: edited.has(file) })),
  }))
}
