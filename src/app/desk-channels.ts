// In: the running publisher's outlets. Out: what the desk's pages of channels stand on.
// Composition only.
import type { Pool } from 'pg'
import type { Config } from '../config.ts'
import type { Renderer } from '../core/rendering/renderer.ts'
import type { Ledger } from '../publish/ledger.ts'
import { appendJournal } from '../store/journal.ts'
import type { ChannelPages } from '../web/desk/outlets/routes.ts'
import type { InstallationClock } from './clock.ts'
import type { OpenedOutlets } from './outlets.ts'
import { composeSamples } from './own-words.ts'

export interface DeskChannelParts {
  config: Pick<Config, 'bureau'>
  pool: Pool
  opened: OpenedOutlets
  clock: Pick<InstallationClock, 'now' | 'realNow'>
  ledger: Pick<Ledger, 'picture' | 'reload'>
  renderer: Renderer
}

export function openDeskChannels(parts: DeskChannelParts): Omit<ChannelPages, 'frame' | 'register'> {
  const { config, pool, opened, clock, ledger, renderer } = parts
  return {
    outlets: opened.outlets,
    picture: () => ledger.picture(),
    clock: clock.now,
    listEnterable: opened.listEnterable,
    enter: opened.enter,
    forget: opened.forget,
    rehearse: async (outlet, by) => {
      const samples = composeSamples(config, renderer, outlet)
      const credential = await opened.inspect(outlet.id)
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
