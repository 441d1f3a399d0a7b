// In: a scenario file (YAML): a bureau, a clock, a time line of payloads and of what people tell, and what must come of it. Out: the typed scenario.
// Must not relax anything: a replay runs by the scenario's own clock, through the same gates (DESIGN §3 "drill").
import { parse } from 'yaml'
import { z } from 'zod'
import { instant, rowShape } from './payloads.ts'

const step = z.strictObject({
  at: instant,
  /** Feed whose list stands like this from now on, or door that is sent this. */
  feed: z.string().min(1),
  /** Rows to be written in the feed's own format; newest first, as the lists are. */
  rows: z.array(rowShape).optional(),
  /** Further rows below them: copies of one, each `everySeconds` older than the one above. */
  series: z
    .strictObject({ count: z.number().int().min(1).max(500), everySeconds: z.number().min(1), row: rowShape })
    .optional(),
  /** Or the payload itself. */
  body: z.string().optional(),
  /** Adds the rows to those that stand, instead of replacing them. */
  add: z.boolean().default(false),
  /** The source does not answer until its next step (power cut, network). */
  down: z.boolean().default(false),
  /** What the source's Date header is ahead of the true time, seconds. */
  dateOffSeconds: z.number().default(0),
  /** For doors: signed with another key than the bureau's. */
  forged: z.boolean().default(false),
  note: z.string().optional(),
})

const act = z.strictObject({
  at: instant,
  /** publish, dismiss: the newest open hold. withdraw: the newest lineage. stop, start: the power fails and comes back. */
  desk: z.enum(['publish', 'dismiss', 'withdraw', 'kill-switch-on', 'kill-switch-off', 'stop', 'start']),
  reason: z.string().optional(),
  /** For the kill switch; '*' is all. */
  outlet: z.string().default('*'),
})

/** What somebody tells the bureau of a rumour. */
const tell = z.strictObject({
  at: instant,
  /** The way it comes in. */
  route: z.enum(['form', 'wechat', 'phone', 'patrol', 'agency']),
  /** Where it was seen, in the words of the form; '' for not said. */
  platform: z.string().max(20).default(''),
  region: z.string().max(40).default(''),
  text: z.string().min(1).max(2_000),
})

const expectedClaim = z.strictObject({
  /** Stands in its title. */
  contains: z.string().min(1),
  kind: z.string().optional(),
  /** How many tell it; denials are none. */
  spread: z.number().int().min(0),
  /** Claims with one label share a template, those with two do not. */
  family: z.string().optional(),
})

const expectedNotice = z.strictObject({
  kind: z.string(),
  /** Outlets that must show it, exactly once each; those not named must not. Left out: not looked at. */
  outlets: z.array(z.string()).optional(),
  /** Must stand in every full text that the outlets received. */
  contains: z.array(z.string()).default([]),
  /** Must stand in nothing that any outlet received. */
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
  /** A configuration, or the name of one in _bureaux.yaml. */
  config: z.union([z.string(), z.record(z.string(), z.unknown())]),
  /** Top-level keys that take the place of the named configuration's. */
  with: z.record(z.string(), z.unknown()).default({}),
  steps: z.array(step).default([]),
  acts: z.array(act).default([]),
  tells: z.array(tell).default([]),
  expect: z.strictObject({
    notices: z.array(expectedNotice).default([]),
    /** Gates of the holds that must have been raised, in order of time; no others may. */
    holds: z.array(z.string()).default([]),
    /** Decisive gates that rows must have been set aside by, or made to wait; rules that refused them. */
    recorded: z.array(z.string()).default([]),
    /** Words that may reach no outlet in any notice. */
    never: z.array(z.string()).default([]),
    /** Fewest alarms that must stand or have stood. */
    alarms: z.number().int().min(0).default(0),
    /** Claims that must have come of what was told, each another; no others may. */
    claims: z.array(expectedClaim).default([]),
    /** What was told that denies a claim, and spreads none. */
    denials: z.number().int().min(0).default(0),
  }),
})

type Parsed = z.infer<typeof shape>
export type Scenario = Omit<Parsed, 'config' | 'with'> & { config: Record<string, unknown> }
export type ScenarioStep = Scenario['steps'][number]
export type ScenarioAct = Scenario['acts'][number]
export type ScenarioTell = Scenario['tells'][number]

const bureauxShape = z.record(z.string(), z.record(z.string(), z.unknown()))

/** Reads a YAML of this folder; anchors and merge keys hold inside one file. */
function readYaml(text: string): unknown {
  return parse(text, { schema: 'core', maxAliasCount: 500, merge: true })
}

/** Reads _bureaux.yaml: configurations by name. @throws when a configuration is no mapping */
export function readBureaux(text: string): Record<string, Record<string, unknown>> {
  const { bureaux } = z.looseObject({ bureaux: bureauxShape }).parse(readYaml(text))
  return bureaux
}

/** Reads a scenario. @throws with the file's name and every fault in it */
export function readScenario(
  name: string,
  text: string,
  bureaux: Readonly<Record<string, Record<string, unknown>>> = {},
): Scenario {
  const parsed = shape.safeParse(readYaml(text))
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`scenario ${name}: ${faults.join('; ')}`)
  }
  const { config, with: more, ...rest } = parsed.data
  const base = typeof config === 'string' ? (Object.hasOwn(bureaux, config) ? bureaux[config] : undefined) : config
  if (base === undefined) throw new Error(`scenario ${name}: config: there is no bureau ${JSON.stringify(config)}`)
  if (!rest.truth && rest.gate === undefined) throw new Error(`scenario ${name}: a false case names its gate`)
  return { ...rest, config: { ...base, ...more } }
}

/** Puts the stand-ins' addresses into a configuration: ${weibo}, ${wechat}, ${player} … */
export function fillPlaces(config: unknown, places: Readonly<Record<string, string>>): unknown {
  if (typeof config === 'string')
    return config.replace(/\$\{([a-z-]+)\}/g, (whole, name: string) => places[name] ?? whole)
  if (Array.isArray(config)) return config.map((item) => fillPlaces(item, places))
  if (config === null || typeof config !== 'object') return config
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, fillPlaces(value, places)]))
}

/** One source as a scenario's configuration has it. */
export interface ScenarioSource {
  id: string
  format: string
  authority: string
  /** Empty for polled feeds. */
  secret: string
}

/** Feeds and doors of a scenario's configuration. */
export function listScenarioSources(scenario: Scenario): ScenarioSource[] {
  const sources = [scenario.config['feeds'], scenario.config['inbound']].flatMap(
    (list) => (list ?? []) as Partial<ScenarioSource>[],
  )
  return sources.map(({ id = '', format = '', authority = '', secret = '' }) => ({ id, format, authority, secret }))
}
