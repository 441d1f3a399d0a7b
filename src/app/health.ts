// In: what the parts report. Out: the clock gate's figure, readiness with its degradations, metrics in plain text.
// Must not call a missing feed "not ready": only what stops serving does (DESIGN §5).
import type { Instant } from '../core/instant.ts'
import type { SourceHealth } from '../feeds/freshness.ts'

export interface Health {
  heardDate(source: string, offMs: number): void
  /** Own clock minus the median of the sources' Date headers; null before the first. */
  clockOffMs(): number | null
  heard(event: { source: string; at: Instant; changed: boolean }): void
  lastHeard(source: string): Instant | null
  listSources(feeds: readonly { id: string; everyMs: number }[], startedAt: Instant): SourceHealth[]
  count(name: string, labels?: Record<string, string>): void
  /** What is asked for its figures whenever metrics are written; names with their labels. */
  addGauges(read: () => Record<string, number>): void
  writeMetrics(gauges: Record<string, number>): string
}

/** Opens the book of one process. */
export function openHealth(): Health {
  const offs = new Map<string, number>()
  const heard = new Map<string, Instant>()
  const changed = new Map<string, Instant>()
  const counters = new Map<string, number>()
  const more: (() => Record<string, number>)[] = []
  return {
    heardDate: (source, offMs) => offs.set(source, offMs),
    clockOffMs: () => median([...offs.values()]),
    heard: (event) => {
      heard.set(event.source, event.at)
      if (event.changed) changed.set(event.source, event.at)
    },
    lastHeard: (source) => heard.get(source) ?? null,
    listSources: (feeds, startedAt) =>
      feeds.map(({ id, everyMs }) => ({
        source: id,
        startedAt,
        answeredAt: heard.get(id) ?? null,
        changedAt: changed.get(id) ?? null,
        everyMs,
      })),
    count: (name, labels = {}) => {
      const text = Object.entries(labels).map(([key, value]) => `${key}="${value.replace(/["\\\n]/g, '_')}"`)
      const key = text.length > 0 ? `${name}{${text.join(',')}}` : name
      counters.set(key, (counters.get(key) ?? 0) + 1)
    },
    addGauges: (read) => void more.push(read),
    writeMetrics: (gauges) =>
      [...counters, ...[() => gauges, ...more].flatMap((read) => Object.entries(read()))]
        .map(([name, value]) => `quakedesk_${name} ${value}`)
        .join('\n') + '\n',
  }
}

function median(values: number[]): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
