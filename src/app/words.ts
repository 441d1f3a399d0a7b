// In: the shipped templates, the configuration, what was put in force and signed at the desk. Out: what words are made with now.
// Exchanged as a whole, between two decisions. What cannot be used never silences a notice: the shipped templates speak then, under
// the authorisations that cover them, and an alarm says so.
import type { Pool } from 'pg'
import type { Config } from '../config.ts'
import type { Authorisation, Policy } from '../core/judgement/policy.ts'
import { EVERY_KIND, NOTICE_KINDS, type NoticeKind } from '../core/notice.ts'
import { RenderFailure } from '../core/rendering/engine.ts'
import { createRenderer, type Renderer } from '../core/rendering/renderer.ts'
import { listExamples, type BureauNames } from '../core/rendering/trial-facts.ts'
import { sayHole } from '../core/rendering/trial.ts'
import type { LedgerContext } from '../publish/ledger.ts'
import { hashText, mergeTemplates } from '../publish/template-trial.ts'
import {
  findVersion,
  listEnds,
  listForced,
  listSigned,
  type AuthorisationEnd,
  type ForceRow,
} from '../store/templates.ts'
import { buildPolicy } from './policy.ts'

export interface Words {
  policy: () => Policy
  renderer: () => Renderer
  /** The shipped templates, where others are in force. */
  reserve: () => Renderer | null
  /** Reads what stands on record now; cheap while nothing has changed. */
  reload: () => Promise<void>
  shipped: WordsContext['shipped']
  /** Why the version that was put in force cannot be used; null when it can. */
  broken: () => string | null
}

export interface WordsContext {
  config: Config
  pool: Pool
  shipped: { sources: ReadonlyMap<string, string>; renderer: Renderer }
  alarm: (kind: string, subject: string, message: string) => Promise<void>
  clear: (kind: string, subject: string) => Promise<void>
  log: { info: (fields: object, message: string) => void }
}

interface Standing {
  /** Undefined before the first reload. */
  version: string | null | undefined
  renderer: Renderer
  broken: string | null
}

/** The bureau as trials name it. */
export function namesOf({ bureau }: Pick<Config, 'bureau'>): BureauNames {
  const { name, shortName, serialPrefix, publicUrl, home } = bureau
  return { name, shortName, serialPrefix, publicUrl, home: home.name }
}

/** What words are made with; the shipped templates until the first reload. */
export function openWords(context: WordsContext): Words {
  const { config, pool, shipped } = context
  const shippedHash = (kind: NoticeKind): string => shipped.renderer.templateHash(kind, hashText)
  let standing: Standing = { version: undefined, renderer: shipped.renderer, broken: null }
  let policy = buildPolicy(config, shippedHash)

  const load = async (id: string | null): Promise<Standing> => {
    if (id === null) return { version: null, renderer: shipped.renderer, broken: null }
    const version = await findVersion(pool, id)
    const broken = (why: string): Standing => ({ version: id, renderer: shipped.renderer, broken: why })
    if (!version) return broken('数据库中没有这一版')
    try {
      const renderer = createRenderer(mergeTemplates(shipped.sources, version.files))
      // All of its trials it passed when it was signed; an upgrade may have changed what a template can say.
      for (const { facts } of listExamples(namesOf(config))) renderer.render(facts)
      return { version: id, renderer, broken: null }
    } catch (error) {
      if (error instanceof RenderFailure) return broken(`${error.template}：${sayHole(error.hole)}`)
      throw error
    }
  }

  const tell = async ({ version, broken }: Standing): Promise<void> => {
    if (broken === null) return context.clear('template', 'in-force').catch(() => undefined)
    const message = `模板版本 ${version ?? ''} 无法使用（${broken}），已改用随程序发布的模板，请核对后重新签发`
    return context.alarm('template', 'in-force', message)
  }

  return {
    shipped,
    policy: () => policy,
    renderer: () => standing.renderer,
    reserve: () => (standing.renderer === shipped.renderer ? null : shipped.renderer),
    broken: () => standing.broken,
    reload: async () => {
      const [forced, signed, ends] = await Promise.all([listForced(pool), listSigned(pool), listEnds(pool)])
      const id = forced[0]?.version ?? null
      const next = id === standing.version ? standing : await load(id)
      const edited = next.renderer === shipped.renderer ? null : next
      const hashOf = (kind: NoticeKind): string => next.renderer.templateHash(kind, hashText)
      const base = buildPolicy(config, shippedHash)
      const templateHashes = Object.fromEntries(EVERY_KIND.map((kind) => [kind, hashOf(kind)]))
      policy = {
        ...base,
        // What was signed at the desk comes first; those of the configuration file stand beside it (DESIGN §5).
        authorisations: [...signed, ...base.authorisations].map((each) => endBy(each, ends)),
        templateHashes,
        hashesSince: listSince(forced, templateHashes),
        ...(edited ? { shippedHashes: base.templateHashes, templateVersion: edited.version ?? '' } : {}),
      }
      const changed = next !== standing
      standing = next
      if (!changed) return
      if (next.version !== null) {
        const signedFor = Object.entries(forced[0]?.hashes ?? {})
        const otherwise = signedFor.flatMap(([kind, hash]) => (templateHashes[kind] === hash ? [] : [kind]))
        context.log.info(
          { version: next.version, otherwise },
          'edited templates are in force; otherwise: not as they were signed',
        )
      }
      await tell(next)
    },
  }
}

/** An end counts for what was signed before it: one signed anew under its id is another. */
function endBy<A extends Authorisation>(each: A, ends: readonly AuthorisationEnd[]): A {
  const end = ends.find(({ id, at }) => id === each.id && at >= each.signedAt)
  return end ? { ...each, endedAt: end.at } : each
}

/** Since when each kind's words are what they are: the oldest of the newest rows that all have the same hash. */
function listSince(forced: readonly ForceRow[], hashes: Readonly<Record<string, string>>): Record<string, number> {
  const since: Record<string, number> = {}
  for (const kind of NOTICE_KINDS) {
    const run = forced.findIndex((row) => row.hashes[kind] !== hashes[kind])
    const first = forced[(run === -1 ? forced.length : run) - 1]
    if (first) since[kind] = first.at
  }
  return since
}

/** A context whose words are what they are whenever it is asked for them. */
export function lendWords(words: Words, rest: Omit<LedgerContext, keyof Lent>): LedgerContext {
  const lent: Lent = {
    get policy() {
      return words.policy()
    },
    get renderer() {
      return words.renderer()
    },
    get reserve() {
      return words.reserve()
    },
    reloadWords: () => words.reload(),
  }
  return Object.defineProperties(lent, Object.getOwnPropertyDescriptors(rest)) as LedgerContext
}

interface Lent {
  readonly policy: Policy
  readonly renderer: Renderer
  readonly reserve: Renderer | null
  readonly reloadWords: () => Promise<void>
}
