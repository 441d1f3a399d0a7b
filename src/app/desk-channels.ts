// In: the running publisher's outlets. Out: what the desk's pages of channels stand on.
// Composition only.
import type { Pool } from 'pg'
import type { Inspection } from '../core/channel.ts'
import { MINUTE } from '../core/instant.ts'
import type { Config } from '../config.ts'
import type { Renderer } from '../core/rendering/renderer.ts'
import type { Ledger } from '../publish/ledger.ts'
import { appendJournal } from '../store/journal.ts'
import type { ChannelPages } from '../web/desk/outlets/routes.ts'
import type { InstallationClock } from './clock.ts'
import type { OpenedOutlets } from './outlets.ts'
import { composeSamples } from './own-words.ts'

/** A credential's state is not asked for more often than this, save after a new one was entered. */
const ASK_AGAIN_MS = 10 * MINUTE

export interface DeskChannelParts {
  config: Pick<Config, 'bureau'>
  pool: Pool
  opened: OpenedOutlets
  clock: Pick<InstallationClock, 'now' | 'realNow'>
  ledger: Pick<Ledger, 'picture' | 'reload'>
  /** The templates in force, which the desk may change. */
  renderer: () => Renderer
}

export function openDeskChannels(parts: DeskChannelParts): Omit<ChannelPages, 'frame' | 'register'> {
  const { config, pool, opened, clock, ledger, renderer } = parts
  const asked = new Map<string, { at: number; said: Inspection | null }>()
  /** A platform counts what it is asked (Weibo: a hundred calls a day), however often somebody presses. */
  const inspect = async (outlet: string): Promise<Inspection | null> => {
    const known = asked.get(outlet)
    if (known && clock.realNow() - known.at < ASK_AGAIN_MS) return known.said
    const said = await opened.inspect(outlet)
    asked.set(outlet, { at: clock.realNow(), said })
    return said
  }
  return {
    outlets: opened.outlets,
    picture: () => ledger.picture(),
    clock: clock.now,
    listEnterable: opened.listEnterable,
    enter: (given, by) => {
      asked.delete(given.outlet)
      return opened.enter(given, by)
    },
    forget: (outlet, name, by) => {
      asked.delete(outlet)
      return opened.forget(outlet, name, by)
    },
    rehearse: async (outlet, by) => {
      const samples = composeSamples(config, renderer(), outlet)
      const credential = await inspect(outlet.id)
      const detail = {
        unfit: samples.filter(({ made }) => typeof made === 'string').length,
        credential: credential?.state ?? 'not asked',
      }
      await appendJournal(pool, clock.realNow(), { actor: by, act: 'outlet.rehearsed', subject: outlet.id, detail })
      return { samples, credential }
    },
    changed: () => ledger.reload(),
  }
}
