// In: one line of the officer on duty: npm run desk -- <command> …. Out: what came of it; exit 0 done, 1 refused, 2 wrong use.
// Talks to the running publisher on this machine; must not touch the database itself.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { writeAct, writeList, type Told } from './app/desk-text.ts'
import { readEnvironment } from './config.ts'
import { reachHost } from './config/address.ts'

const USAGE = `npm run desk -- <command>
  list [--json]                                   holds, what is stopped, notices, alarms
  show <serial> [--json]                          one lineage, every delivery
  publish <hold|quake> --as <name>                releases a hold, or a quake that was only recorded
  dismiss <hold> --as <name> [--why <text>]       leaves it unspoken
  withdraw <serial> --reason <code> --as <name>   codes: no-quake duplicate wrong-parameters not-natural drill-leak sent-in-error
           [--from <time> --to <time> --area <text> --floor <M> --cause <text>]   for no-quake
  no-quake --from <time> --to <time> --area <text> --as <name> [--floor <M>] [--cause <text>]
  merge <quake> --into <quake> --as <name>
  split <quake> --source <feed> --id <source id> --as <name>
  kill-switch <outlet|*> on|off --as <name> [--why <text>]
  settle <serial> --outlet <id> [--leg <leg>] --is posted|absent|again --as <name> [--url <address>]
                                                  what you saw there: it stands; it does not; it does not, send it again
  resend <outlet|delivery> --as <name>            what failed there for good, once more; only where a repeat cannot post twice
  setup-wechat <outlet> [--covers <folder>] --as <name>
                                                  tries the account; uploads covers: default.png, withdrawal.png, …
  acknowledge <alarm> --as <name>
  verify                                          walks the journal's chain
  drill <scenario> --as <name> [--timed]          plays it to the drill outlets; timed: by a clock as fast as the wall's
`

class WrongUse extends Error {}

interface Call {
  name: string
  input: Record<string, unknown>
}

function readCall(argv: readonly string[]): Call & { json: boolean } {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      as: { type: 'string' },
      why: { type: 'string' },
      reason: { type: 'string' },
      into: { type: 'string' },
      source: { type: 'string' },
      id: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      area: { type: 'string' },
      floor: { type: 'string' },
      cause: { type: 'string' },
      outlet: { type: 'string' },
      leg: { type: 'string' },
      is: { type: 'string' },
      url: { type: 'string' },
      covers: { type: 'string' },
      timed: { type: 'boolean' },
    },
  })
  const [name = '', ...rest] = positionals
  const { json, ...given } = values
  const named: Record<string, unknown> = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  )
  // The publisher reads the folder: it runs on this machine, but elsewhere than here.
  if (typeof named['covers'] === 'string') named['covers'] = resolve(named['covers'])
  if (named['floor'] !== undefined) named['floor'] = Number(named['floor'])
  const input = { ...readPositionals(name, rest), ...named }
  return { name, input, json }
}

const SUBJECT: Readonly<Record<string, string>> = {
  show: 'serial',
  publish: 'hold',
  dismiss: 'hold',
  withdraw: 'serial',
  merge: 'from',
  split: 'quake',
  settle: 'serial',
  resend: 'of',
  'setup-wechat': 'outlet',
  acknowledge: 'alarm',
  drill: 'scenario',
}

function readPositionals(name: string, rest: string[]): Record<string, unknown> {
  if (name === 'list' || name === 'verify' || name === 'no-quake') {
    if (rest.length > 0) throw new WrongUse(`${name} takes nothing`)
    return {}
  }
  if (name === 'kill-switch') {
    const [outlet, turn] = rest
    if (!outlet || (turn !== 'on' && turn !== 'off')) throw new WrongUse('kill-switch <outlet|*> on|off')
    return { outlet, on: turn === 'on' }
  }
  const key = SUBJECT[name]
  if (key === undefined) throw new WrongUse(name === '' ? 'a command is missing' : `no command ${name}`)
  // A serial may have been given as 银震信〔2017〕12号 第2报, in two words.
  const subject = rest.join(' ')
  if (subject === '') throw new WrongUse(`${name} <${key}>`)
  return { [key]: subject }
}

interface Answer {
  ok: boolean
  reason?: string
  usage?: boolean
  result?: unknown
}

async function ask({ name, input }: Call): Promise<Answer> {
  const env = readEnvironment()
  const folder = resolve(env['QUAKEDESK_DATA'] || 'data')
  const token = readToken(folder)
  const port = env['DESK_PORT'] || String(Number(env['PORT'] || 8080) + 1)
  const host = reachHost(env['HOST'])
  try {
    const reply = await fetch(`http://${host}:${port}/desk/command/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(120_000),
    })
    return (await reply.json()) as Answer
  } catch (cause) {
    throw new Error(
      `no Quakedesk answers at ${host}:${port}; is it running with this DESK_PORT? (${cause instanceof Error ? cause.message : String(cause)})`,
      { cause },
    )
  }
}

function readToken(folder: string): string {
  try {
    return readFileSync(join(folder, 'desk.token'), 'utf8')
  } catch (cause) {
    throw new Error(`${folder} holds no desk.token: start Quakedesk first, or set QUAKEDESK_DATA to its data folder`, {
      cause,
    })
  }
}

function write(name: string, result: unknown): string {
  if (name === 'list' || name === 'show') return writeList(result as Told, name === 'list')
  return writeAct(name, result)
}

try {
  const call = readCall(process.argv.slice(2))
  const answer = await ask(call)
  if (answer.ok)
    process.stdout.write(`${call.json ? JSON.stringify(answer.result) : write(call.name, answer.result)}\n`)
  else {
    process.stderr.write(`refused: ${answer.reason ?? 'without a reason'}\n`)
    process.exitCode = answer.usage ? 2 : 1
  }
} catch (error) {
  const wrong = error instanceof WrongUse || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${wrong ? USAGE : ''}`)
  process.exitCode = wrong ? 2 : 1
}
