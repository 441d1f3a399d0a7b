// In: the environment, the command line. Out: the processes of an installation, started, drained, ended with a clear word.
// Process matters only: what the parts do stands elsewhere.
import { setPriority } from 'node:os'
import { fork, type ChildProcess } from 'node:child_process'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { channels } from '../channels/index.ts'
import { startApp, type App } from './app.ts'
import { startDemonstration, type Demonstration } from './app/demonstration.ts'
import { runInstallationDrill } from './app/drill.ts'
import { startPublic } from './app/public.ts'
import { BadConfig, findConfigFile, loadConfig, loadConfigFile, readEnvironment, type Config } from './config.ts'
import { reachHost } from './config/address.ts'
import { acquireOwner } from './store/owner-lock.ts'

const { values } = parseArgs({ options: { role: { type: 'string', default: 'publisher' }, town: { type: 'string' } } })
/** Secrets are redacted by key wherever they might be logged. */
const REDACT = [
  'accessToken',
  'secret',
  'token',
  'callbackToken',
  'encodingAesKey',
  'key',
  'authorization',
  '*.accessToken',
  '*.secret',
  '*.token',
  '*.authorization',
]
const log = pino({
  level: 'info',
  base: { role: values.role },
  redact: REDACT,
  serializers: { err: describeError },
})
const DRAIN_MS = 20_000
const RESTART_MS = 1_000

try {
  await (values.role === 'public' ? runPublic() : runPublisher())
} catch (error) {
  fail(error)
}

/** Says what is wrong in words for the person who started it, and ends. */
function fail(error: unknown): never {
  if (error instanceof BadConfig) {
    process.stderr.write(
      `Quakedesk does not start: the configuration has ${error.faults.length} fault(s).\n${error.faults.map((f) => `  - ${f}`).join('\n')}\n`,
    )
  } else {
    process.stderr.write(`Quakedesk does not start: ${describe(error)}\n`)
  }
  process.exit(1)
}

/** Name, message, code, stack and cause: a database error carries its whole connection, which helps nobody. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause } = error
  const { code } = error as NodeJS.ErrnoException
  return { type: name, message, ...(code ? { code } : {}), stack, ...(cause ? { cause: describeError(cause) } : {}) }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string }
  if (code === 'EADDRINUSE') return `port ${port} on ${address} is taken by another program; set PORT or DESK_PORT`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST = ${readEnvironment()['HOST']}: this machine has no such address`
  if (code === 'EACCES' && port !== undefined)
    return `port ${port} may not be opened by this user; set PORT or DESK_PORT`
  if (code === 'ENOSPC') return 'the disk is full; nothing was lost, free some space and start again'
  return error.message
}

async function runPublisher(): Promise<void> {
  const env = readEnvironment()
  const file = findConfigFile(env)
  let demonstration: Demonstration | null = null
  let config: Config
  if (file === null) {
    demonstration = await startDemonstration(env)
    config = loadConfig(demonstration.yaml, process.cwd(), env, channels, true)
  } else {
    config = loadConfigFile(file, env, channels)
  }
  const owner = await acquireOwner(config.dataFolder, Date.now())
  if (!owner.ok) {
    await demonstration?.close()
    throw new Error(
      `${config.dataFolder} is in use by another Quakedesk (process ${owner.by.pid} on ${owner.by.host}, since ${owner.by.since}); stop it first or set QUAKEDESK_DATA`,
    )
  }
  let app: App | null = null
  let stopping = false
  const guard = forkPublic(demonstration?.yaml ?? null, () => stopping)
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'draining')
    setTimeout(() => process.exit(1), DRAIN_MS).unref()
    await demonstration?.stopPlaying()
    guard.draining()
    await app?.stop()
    guard.stop()
    await demonstration?.close()
    await owner.release()
    log.info('stopped; what was under way is on record')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a rejection nobody handled'))
  const here = reachHost(config.host)
  app = await startApp({
    config,
    log,
    ...(demonstration ? { clock: demonstration.clock } : {}),
    publicBase: `http://${here}:${config.port}`,
    drill: (running, scenario, by) => runInstallationDrill(running, config, scenario, by),
  })
  keepDatabaseUp(app)
  await guard.ready
  process.stdout.write(
    `\nQuakedesk 震讯台 is ready.\n  public   http://${here}:${config.port}/\n  desk     http://${here}:${config.deskPort}/ (commands: npm run desk -- list)\n`,
  )
  for (const line of demonstration?.describe() ?? []) process.stdout.write(`  ${line}\n`)
  demonstration?.play(app)
}

/** The embedded server is started again when it dies under us; the pools find it at the same socket. */
function keepDatabaseUp(app: App): void {
  app.database.embedded?.onExit(({ expected }) => {
    if (expected) return
    log.error('PostgreSQL ended unexpectedly; starting it again')
    restartDatabase(app, RESTART_MS)
  })
}

/** Tries until it runs: a disk that was full may have been emptied, and nothing is lost meanwhile. */
function restartDatabase(app: App, pause: number): void {
  app.database.embedded?.restart().catch((error: unknown) => {
    log.fatal({ err: error, againInMs: pause }, 'PostgreSQL could not be started again')
    setTimeout(() => restartDatabase(app, Math.min(pause * 2, 60_000)), pause).unref()
  })
}

interface PublicGuard {
  ready: Promise<void>
  /** The database is about to go: the public process serves its copies and need not say so. */
  draining(): void
  stop(): void
}

/** Runs the public process beside us, again when it dies; ends with us because its channel closes. */
function forkPublic(townYaml: string | null, isStopping: () => boolean): PublicGuard {
  let child: ChildProcess | null = null
  let announce: () => void = () => undefined
  let refuse: (error: Error) => void = () => undefined
  const ready = new Promise<void>((resolve, reject) => {
    announce = resolve
    refuse = reject
  })
  ready.catch(() => undefined)
  const start = (): void => {
    const began = Date.now()
    child = fork(new URL(import.meta.url), ['--role', 'public', ...(townYaml === null ? [] : ['--town', townYaml])], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child.on('message', (message: { ready?: boolean; error?: string }) => {
      if (message.ready) announce()
      if (message.error !== undefined) refuse(new Error(message.error))
    })
    child.on('exit', (code) => {
      if (isStopping()) return
      refuse(new Error(`the public process ended at start (exit ${code})`))
      log.error({ code }, 'the public process ended; starting it again')
      setTimeout(start, Date.now() - began < 2_000 ? 2_000 : 100)
    })
  }
  start()
  return {
    ready,
    draining: () => child?.send({ draining: true }, () => undefined),
    stop: () => child?.kill('SIGTERM'),
  }
}

async function runPublic(): Promise<void> {
  try {
    // Where processors are few, whoever publishes goes first (DESIGN L7).
    setPriority(0, 5)
  } catch {
    // Not allowed here: it takes its turn like everything else.
  }
  const env = readEnvironment()
  const file = findConfigFile(env)
  const config =
    values.town !== undefined
      ? loadConfig(values.town, process.cwd(), env, channels, true)
      : loadConfigFile(file ?? '', env, channels)
  process.once('disconnect', () => process.exit(0))
  process.on('message', (message: { draining?: boolean }) => {
    if (message.draining) log.level = 'fatal'
  })
  try {
    const running = await startPublic(config, log)
    const stop = async (): Promise<void> => {
      await running.stop()
      process.exit(0)
    }
    process.on('SIGTERM', () => void stop())
    // The terminal sends Ctrl-C to both; the publisher ends us when it has drained.
    process.on('SIGINT', () => undefined)
    process.send?.({ ready: true })
  } catch (error) {
    // The message must be out before the process ends, else the parent knows only that it ended.
    await new Promise<void>((resolve) => {
      if (process.send) process.send({ error: describe(error) }, () => resolve())
      else resolve()
    })
    throw error
  }
}
