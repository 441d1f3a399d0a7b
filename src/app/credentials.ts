// In: credentials as people enter them at the desk. Out: an outlet's settings with them in the place of the YAML's.
// Write-only: what was entered is sealed at once and leaves only into an outlet's client; no page, journal or log has it.
import type { Pool } from 'pg'
import type { Instant } from '../core/instant.ts'
import type { Config, OutletConfig } from '../config.ts'
import { listSealed, readCredentialMark, removeCredential, saveCredential } from '../store/credentials.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction } from '../store/pool.ts'
import { openSealing, readSecret } from '../store/sealing.ts'

/** name → text; null for one that this installation's key does not open. */
export type Entered = ReadonlyMap<string, string | null>

export interface Settings {
  config: unknown
  /** Keys that the YAML leaves to the desk and nobody has entered. */
  missing: string[]
  /** Entered, but of no use: sealed under another key, or together not what the channel takes. The YAML's stand. */
  unusable: string[]
}

export interface CredentialShelf {
  /** By outlet id. */
  read(): Promise<ReadonlyMap<string, Entered>>
  mark(): Promise<string>
  save(given: { outlet: string; name: string; text: string; endsAt: Instant | null }, by: string): Promise<void>
  remove(outlet: string, name: string, by: string): Promise<boolean>
}

/** The key is the desk's (second factors lie under the same secret, for another use): it is in no backup of the database. */
export function openShelf(
  pool: Pool,
  { dataFolder, deskKey }: Pick<Config, 'dataFolder' | 'deskKey'>,
  now: () => Instant,
): CredentialShelf {
  const sealing = openSealing(readSecret(dataFolder, 'desk.key', deskKey), 'outlet credential')
  return {
    mark: () => readCredentialMark(pool),
    read: async () => {
      const shelf = new Map<string, Map<string, string | null>>()
      for (const { outlet, name, sealed } of await listSealed(pool)) {
        const mine = shelf.get(outlet) ?? new Map<string, string | null>()
        mine.set(name, unwrap(sealing.open(sealed), outlet, name))
        shelf.set(outlet, mine)
      }
      return shelf
    },
    save: ({ outlet, name, text, endsAt }, by) =>
      withTransaction(pool, async (client) => {
        const at = now()
        const sealed = sealing.seal(JSON.stringify([outlet, name, text]))
        await saveCredential(client, { outlet, name, sealed, endsAt, setBy: by, setAt: at })
        const detail = { name, endsAt }
        await appendJournal(client, at, { actor: by, act: 'outlet.credential-entered', subject: outlet, detail })
        await tellDesks(client)
      }),
    remove: (outlet, name, by) =>
      withTransaction(pool, async (client) => {
        if (!(await removeCredential(client, outlet, name))) return false
        await appendJournal(client, now(), {
          actor: by,
          act: 'outlet.credential-removed',
          subject: outlet,
          detail: { name },
        })
        await tellDesks(client)
        return true
      }),
  }
}

/** A row that was put in another's place names what it was sealed for. */
function unwrap(text: string | null, outlet: string, name: string): string | null {
  if (text === null) return null
  const [forOutlet, forName, value] = JSON.parse(text) as [string, string, string]
  return forOutlet === outlet && forName === name ? value : null
}

/** What the desk enters takes precedence over the YAML (DESIGN §5); what it cannot stand in for is left as it was. */
export function layOver(outlet: OutletConfig, entered: Entered): Settings {
  const { channel, config, given = {}, awaits = [] } = outlet
  const wanted = Object.keys(channel.enterable ?? {}).filter((name) => entered.has(name))
  const opened = wanted.flatMap((name) => {
    const text = entered.get(name)
    return typeof text === 'string' ? [[name, text] as const] : []
  })
  const shut = wanted.filter((name) => entered.get(name) === null)
  const parsed = channel.config.safeParse({ ...given, ...Object.fromEntries(opened) })
  const used = parsed.success ? opened.map(([name]) => name) : []
  return {
    config: parsed.success && opened.length > 0 ? parsed.data : config,
    missing: awaits.filter((name) => !used.includes(name)),
    unusable: parsed.success ? shut : wanted,
  }
}
