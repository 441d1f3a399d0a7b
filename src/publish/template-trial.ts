// In: a whole set of template sources, the bureau, its outlets. Out: what keeps it from being put in force; empty when it may.
// Tries every kind in every situation, and every outlet's own length. Lets the program breathe: a word that is due goes first.
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Channel } from '../core/channel.ts'
import type { NoticeFacts } from '../core/notice.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { RenderFailure } from '../core/rendering/engine.ts'
import { createRenderer, type Renderer } from '../core/rendering/renderer.ts'
import { listSituations, type BureauNames } from '../core/rendering/trial-facts.ts'
import { findForbiddenSource, judgeTexts, sayHole, type Fault } from '../core/rendering/trial.ts'

/** What of an outlet a trial asks: whether its texts fit. */
export interface TrialOutlet {
  id: string
  class: TrafficClass
  channel: Pick<Channel<never>, 'legs' | 'compose'>
  config: unknown
}

export interface Trial {
  faults: Fault[]
  /** Null where the set cannot even be read. */
  renderer: Renderer | null
}

/** More are of no use to whoever puts them right one by one. */
const MOST_FAULTS = 30
/** Notices made in one go. */
const BREATH = 5

/** One after the other, with room for whatever else this process does: it publishes. */
export async function* takeInTurns<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const [index, item] of items.entries()) {
    if (index % BREATH === 0) await setImmediate()
    yield item
  }
}

/** The whole set: shipped files with those of a version in their places. */
export function mergeTemplates(
  shipped: ReadonlyMap<string, string>,
  files: Readonly<Record<string, string>>,
): Map<string, string> {
  return new Map(Array.from(shipped, ([name, source]) => [name, files[name] ?? source]))
}

/** @param changed names of the files that differ from the shipped ones */
export async function tryTemplates(
  sources: ReadonlyMap<string, string>,
  changed: readonly string[],
  bureau: BureauNames,
  outlets: readonly TrialOutlet[],
): Promise<Trial> {
  const faults = changed.flatMap((name) => findForbiddenSource(name, sources.get(name) ?? ''))
  if (faults.length > 0) return { faults, renderer: null }
  let renderer: Renderer
  try {
    renderer = createRenderer(sources)
  } catch (error) {
    return { faults: [faultOf(error, '')], renderer: null }
  }
  const found = new Map<string, Fault>()
  const keep = (fault: Fault): void => {
    const key = `${fault.where} ${fault.what}`
    if (!found.has(key)) found.set(key, fault)
  }
  for await (const { name, facts } of takeInTurns(listSituations(bureau))) {
    for (const fault of tryOne(renderer, name, facts, outlets)) keep(fault)
    if (found.size >= MOST_FAULTS) break
  }
  return { faults: [...found.values()].slice(0, MOST_FAULTS), renderer }
}

function tryOne(renderer: Renderer, situation: string, facts: NoticeFacts, outlets: readonly TrialOutlet[]): Fault[] {
  try {
    const notice = renderer.render(facts)
    const unfit = outlets
      .filter((outlet) => outlet.class === facts.class)
      .flatMap(({ id, channel, config }) =>
        channel.legs(config as never, facts.kind).flatMap((leg): Fault[] => {
          const composed = channel.compose(notice, facts, config as never, leg)
          return composed.ok ? [] : [{ where: id, what: `渠道发不出：${composed.reason}`, when: situation }]
        }),
      )
    return [...judgeTexts(facts, notice, situation), ...unfit]
  } catch (error) {
    return [faultOf(error, situation)]
  }
}

/** @throws what is no failure of a template */
function faultOf(error: unknown, when: string): Fault {
  if (!(error instanceof RenderFailure)) throw error
  return { where: error.template, what: sayHole(error.hole), when }
}

/** Hex SHA-256 of a UTF-8 text, as templates are signed. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
