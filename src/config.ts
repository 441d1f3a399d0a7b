// In: the environment and quakedesk.yaml. Out: one typed configuration, or every fault in it in clear sentences.
// The only reader of process.env. Must not let a missing secret pass: silence would follow (DESIGN "rehearsal").
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Channel } from './core/channel.ts'
import { DAY, parseZonedTime, type Instant } from './core/instant.ts'
import {
  DEFAULT_GATES,
  type Authorisation,
  type GateThresholds,
  type Rule,
  type WatchedPlace,
} from './core/judgement/policy.ts'
import { isLoopbackHost } from './core/loopback.ts'
import { DEFAULT_RULES } from './core/judgement/rules.ts'
import type { AttenuationModel } from './core/intensity/attenuation.ts'
import { DEFAULT_DEADLINES, type DeadlineRule } from './core/deadline.ts'
import type { Watch } from './core/people/watch.ts'
import type { Authority } from './core/quake-report.ts'
import { readPorts } from './config/ports.ts'
import { checkAgencies, checkFeeds, checkReferences, readOutlets, type OutletConfig } from './config/references.ts'
import { readSecretFile, readSecretFiles } from './config/secret-files.ts'
import { readYaml } from './config/yaml.ts'
import { readWatch } from './config/watch.ts'
import { describeFaults, listKeys } from './config/complain.ts'
import { configShape, type FeedFormatName } from './config/schema.ts'

export type { OutletConfig } from './config/references.ts'

/** The configuration cannot be used; `faults` holds one sentence each. */
export class BadConfig extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'BadConfig'
    this.faults = faults
  }
}

export interface FeedConfig {
  id: string
  format: FeedFormatName
  url: string
  everyMs: number
  authority: Authority
  credentials: { appId: string; key: string } | null
  snapshotUrl: string | null
}

export interface InboundConfig {
  id: string
  format: FeedFormatName
  authority: Authority
  secret: string
}

/** Another agency whose system reports to this one. */
export interface AgencyConfig {
  id: string
  name: string
  secret: string
  /** Organisation of the desk that its people belong to; null: none. */
  organisation: string | null
}

export interface Config {
  port: number
  deskPort: number
  host: string
  dataFolder: string
  databaseUrl: string | null
  databaseOwnerUrl: string | null
  redisUrl: string | null
  clockStart: Instant | null
  bureau: {
    name: string
    shortName: string
    publicUrl: string
    serialPrefix: string
    indexPrefix: string
    /** 责任部门 printed on notices; '' prints none. */
    department: string
    home: WatchedPlace
    watch: WatchedPlace[]
    attenuation: AttenuationModel
    /** How citizens reach the bureau; '' where it names none. */
    contact: { phone: string; email: string; address: string }
  }
  /** Who signed the science texts, and which; null: not signed. */
  guide: { signedBy: string; signedAt: Instant; sha256: string } | null
  /** Where browsers reach the desk; null: this machine alone. */
  deskUrl: string | null
  /** 32 bytes in base64url that seal second factors; null: a file of the data folder. */
  deskKey: string | null
  /** Steps of an alarm; null: every alarm outlet, every 60 s. */
  watch: Watch | null
  /** Time limits that an event's clocks run to. */
  deadlines: readonly DeadlineRule[]
  /** How long originals of reports are kept once their claim rests: dismissed, or answered and closed. */
  keep: { dismissedMs: number; publishedMs: number }
  announcements: { title: string; text: string; signedBy: string; publishedAt: Instant }[]
  /** Open streams of the public process: in all, and from one public address. */
  live: { streams: number; streamsPerAddress: number }
  feeds: FeedConfig[]
  inbound: InboundConfig[]
  agencies: AgencyConfig[]
  gates: GateThresholds
  rules: readonly Rule[]
  /** sha256 is '' where the YAML leaves it to the shipped template. */
  authorisations: Authorisation[]
  outlets: OutletConfig[]
  /** True for the demonstration town: no YAML, no secret, loopback only. */
  demonstration: boolean
}

type Environment = Record<string, string | undefined>

/** Reads the environment this process was started in. */
export function readEnvironment(): Environment {
  return process.env
}

/** Path of the YAML: QUAKEDESK_CONFIG, else ./quakedesk.yaml if there is one; null means the demonstration. */
export function findConfigFile(env: Environment): string | null {
  const given = env['QUAKEDESK_CONFIG']
  if (given) return resolve(given)
  return existsSync('quakedesk.yaml') ? resolve('quakedesk.yaml') : null
}

/**
 * Loads the configuration.
 * @param text the YAML's text
 * @param folder where relative paths of *File twins start
 * @throws BadConfig with every fault found
 */
export function loadConfig(
  text: string,
  folder: string,
  env: Environment,
  channels: readonly Channel<unknown>[],
  demonstration: boolean,
): Config {
  const faults: string[] = []
  const yaml = readYaml(text)
  if (!yaml.ok) throw new BadConfig([yaml.fault])
  const given = readSecretFiles(yaml.value, folder, faults)
  const parsed = configShape.safeParse(given)
  if (!parsed.success) throw new BadConfig([...faults, ...describeFaults(parsed.error, given, listKeys(configShape))])
  const file = parsed.data
  const outlets = readOutlets(file, channels, faults)
  checkFeeds(file, faults)
  checkAgencies(file, faults)
  checkReferences(file, outlets, faults)
  const watch = readWatch(file.watch, outlets, faults)
  const ports = readPorts(env, faults)
  const clockStart = readClock(env, outlets, faults)
  const databaseUrl = readDatabaseUrl(env, 'DATABASE_URL', faults)
  const databaseOwnerUrl = readDatabaseUrl(env, 'DATABASE_OWNER_URL', faults)
  if (faults.length > 0) throw new BadConfig(faults)
  return {
    ...ports,
    host: env['HOST'] || (demonstration ? '127.0.0.1' : '0.0.0.0'),
    dataFolder: resolve(env['QUAKEDESK_DATA'] || 'data'),
    databaseUrl,
    databaseOwnerUrl,
    redisUrl: secretOf(env, 'REDIS_URL'),
    clockStart,
    bureau: { ...file.bureau, publicUrl: file.bureau.publicUrl ?? `http://127.0.0.1:${ports.port}` },
    feeds: file.feeds.map((feed) => ({
      id: feed.id,
      format: feed.format,
      url: feed.url,
      everyMs: feed.every,
      authority: feed.authority,
      credentials: feed.appId !== undefined && feed.key !== undefined ? { appId: feed.appId, key: feed.key } : null,
      snapshotUrl: feed.snapshotUrl ?? null,
    })),
    inbound: file.inbound,
    agencies: file.agencies.map(({ organisation, ...agency }) => ({ ...agency, organisation: organisation ?? null })),
    gates: { ...DEFAULT_GATES, ...dropUndefined(file.gates) },
    rules: file.rules?.map((rule) => ({ ...rule, notice: rule.notice })) ?? DEFAULT_RULES,
    authorisations: file.authorisations.map((a) => ({ ...a, sha256: a.sha256 ?? '' })),
    guide: file.guide ?? null,
    deskUrl: file.desk?.url ?? null,
    deskKey: file.desk?.key ?? null,
    watch,
    deadlines:
      file.deadlines?.map(({ within, when, ...rule }) => ({ ...rule, withinMs: within, when: when ?? null })) ??
      DEFAULT_DEADLINES,
    keep: { dismissedMs: file.rumours.keepDismissedDays * DAY, publishedMs: file.rumours.keepPublishedDays * DAY },
    announcements: file.announcements,
    live: file.live,
    outlets,
    demonstration,
  }
}

/** Reads the file at a path and loads it; a missing file is a fault by name. */
export function loadConfigFile(path: string, env: Environment, channels: readonly Channel<unknown>[]): Config {
  if (!existsSync(path)) throw new BadConfig([`QUAKEDESK_CONFIG = ${path}: there is no such file`])
  return loadConfig(readYamlFile(path), dirname(path), env, channels, false)
}

function readYamlFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as { code?: string }).code ?? String(error)
    throw new BadConfig([`QUAKEDESK_CONFIG = ${path}: a YAML file that this user may read is expected (${code})`])
  }
}

/** QUAKEDESK_CLOCK is for tests and drills: refused beside a live outlet that is not on loopback (DESIGN §5). */
function readClock(env: Environment, outlets: readonly OutletConfig[], faults: string[]): Instant | null {
  const given = env['QUAKEDESK_CLOCK']
  if (given === undefined || given === '') return null
  const at = parseZonedTime(given)
  if (at === null) faults.push(`QUAKEDESK_CLOCK = ${JSON.stringify(given)}: must be an ISO 8601 instant with its zone`)
  const outside = outlets.find((o) => o.mode === 'live' && o.class === 'actual' && reachesOut(o))
  if (outside) faults.push(`QUAKEDESK_CLOCK: refused while the live outlet ${outside.id} speaks beyond this machine`)
  return at
}

/** The demonstration and a test by a set clock reach nobody beyond this machine (DESIGN L4, §3 "demonstration"). */
export function isTrial({ demonstration, clockStart }: Pick<Config, 'demonstration' | 'clockStart'>): boolean {
  return demonstration || clockStart !== null
}

/** True when an outlet can speak to anything but this machine: no address of its own means the vendor's. */
export function reachesOut(outlet: OutletConfig): boolean {
  // The sender of pushes keeps to this machine in a drill and under a set clock (app/push.ts).
  if (['website', 'cap', 'webpush'].includes(outlet.channel.name)) return false
  const config = outlet.config as Record<string, unknown>
  const addresses = ['baseUrl', 'url'].map((key) => config[key]).filter((value) => typeof value === 'string')
  return (
    addresses.length === 0 ||
    addresses.some((address) => !URL.canParse(address) || !isLoopbackHost(new URL(address).hostname))
  )
}

/** libpq's forms; the value holds a password and is never shown. */
function readDatabaseUrl(env: Environment, key: string, faults: string[]): string | null {
  const url = secretOf(env, key)
  if (url === null || /^postgres(?:ql)?:\/\//.test(url)) return url
  faults.push(`${key} = (secret): must begin with postgresql://, e.g. postgresql://user:password@host:5432/quakedesk`)
  return null
}

function secretOf(env: Environment, key: string): string | null {
  const file = env[`${key}_FILE`]
  if (file) {
    const secret = readSecretFile(file)
    if ('fault' in secret) throw new BadConfig([`${key}_FILE = ${file}: ${secret.fault}`])
    return secret.text
  }
  return env[key] ?? null
}

function dropUndefined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
}
