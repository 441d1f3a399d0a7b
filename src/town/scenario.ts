// In: a scenario file (YAML): a bureau, a clock, a time line of payloads, and what must come of it. Out: the typed scenario.
// Must not relax anything: a replay runs by the scenario's own clock, through the same gates (DESIGN §3 "drill").
import { parse } from 'yaml'
import { z } from 'zod'
import { parseZonedTime } from '../core/instant.ts'
import { rowShape } from './payloads.ts'

const instant = z.string().transform((text, context) => {
  const at = parseZonedTime(text)
  if (at !== null) return at
  context.addIssue({ code: 'custom', message: `${text} is no ISO 8601 instant with its zone` })
  return z.NEVER
})

const step = z.strictObject({
  at: instant,
  /** Feed whose list stands like this from now on, or door that is sent this. */
  feed: z.string().min(1),
  /** Rows to be written in the feed's own format; newest first, as the lists are. */
  rows: z.array(rowShape).optional(),
  /** Or the payload itself. */
  body: z.string().optional(),
  /** Adds the rows to those that stand, instead of replacing them. */
  add: z.boolean().default(false),
  /** The source does not answer until its next step (power cut, network). */
  down: z.boolean().default(false),
  /** An act of the officer on duty: one line of `npm run desk --`. */
  note: z.string().optional(),
})

const act = z.strictObject({
  at: instant,
  /** publish, dismiss: the open hold. withdraw: the newest lineage. */
  desk: z.enum(['publish', 'dismiss', 'withdraw', 'kill-switch-on', 'kill-switch-off', 'stop', 'start']),
  reason: z.string().optional(),
})

const expectedNotice = z.strictObject({
  kind: z.string(),
  /** Outlets that must show it, exactly once each; those not named must not. Left out: not looked at. */
  outlets: z.array(z.string()).optional(),
  contains: z.array(z.string()).default([]),
  lacks: z.array(z.string()).default([]),
})

const shape = z.strictObject({
  title: z.string().min(1),
  /** true: everything here must be said. false: the word that must be stopped. */
  truth: z.boolean(),
  /** For a false case the gate that stops it; for its true twin the false case's name. */
  gate: z.string().optional(),
  twinOf: z.string().optional(),
  source: z.string().optional(),
  /** What in it was made up, so that nobody takes it for a record. */
  synthetic: z.string().optional(),
  clock: instant,
  /** How long the world is watched after the last step, seconds of its own clock. */
  watchSeconds: z.number().int().min(0).max(86_400).default(600),
  config: z.record(z.string(), z.unknown()),
  steps: z.array(step).default([]),
  acts: z.array(act).default([]),
  expect: z.strictObject({
    notices: z.array(expectedNotice).default([]),
    /** Gates of the holds that must have been raised, in order of time. */
    holds: z.array(z.string()).default([]),
    /** Decisive gates that rows must have been set aside by. */
    recorded: z.array(z.string()).default([]),
    /** Fewest alarms that must stand or have stood. */
    alarms: z.number().int().min(0).default(0),
  }),
})

export type Scenario = z.infer<typeof shape>
export type ScenarioStep = Scenario['steps'][number]

/** Reads a scenario. @throws with the file's name and every fault in it */
export function readScenario(name: string, text: string): Scenario {
  const parsed = shape.safeParse(parse(text, { schema: 'core', maxAliasCount: 200, merge: true }))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`scenario ${name}: ${faults.join('; ')}`)
}

/** Puts the stand-ins' addresses into a configuration: ${weibo}, ${wechat}, ${player} … */
export function fillPlaces(config: unknown, places: Readonly<Record<string, string>>): unknown {
  if (typeof config === 'string') return config.replace(/\$\{([a-z-]+)\}/g, (whole, name: string) => places[name] ?? whole)
  if (Array.isArray(config)) return config.map((item) => fillPlaces(item, places))
  if (config === null || typeof config !== 'object') return config
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, fillPlaces(value, places)]))
}
