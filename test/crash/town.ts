// In: ports and a state folder. Out: the stand-ins as a process of their own: faults in, ledgers and calls out, a clock.
// Must not look at the program: what a platform shows is what counts (reference channels.md §7).
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Fault } from '../../src/town/faults.ts'
import type { LedgerEntry } from '../../src/town/ledger.ts'
import { TOWN } from '../../src/town/town.ts'
import type { CallRecord } from '../../src/town/wire.ts'

const MAIN = fileURLToPath(new URL('../../src/town/main.ts', import.meta.url))
export const STANDS = ['weibo', 'wechat', 'webhook', 'robots'] as const
export type StandName = (typeof STANDS)[number]
export const SUBSCRIBERS = ['oReader001', 'oReader002', 'oReader003'] as const
export const TEMPLATE_ID = 'crash-template'

export interface TownProcess {
  urls: Record<StandName, string>
  script(stand: StandName, faults: Fault[]): Promise<void>
  clearFaults(): Promise<void>
  ledger(stand: StandName): Promise<LedgerEntry[]>
  calls(stand: StandName): Promise<CallRecord[]>
  setClock(to: number): Promise<void>
  stop(): Promise<void>
}

/** Starts the stand-ins; their state is on disk before every reply. */
export async function startTownProcess(options: {
  folder: string
  publicHost: string
  callbackUrl: string | null
  now: number
}): Promise<TownProcess> {
  const child = spawn(process.execPath, [MAIN, '--config', JSON.stringify(describe(options))], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const urls = await readUrls(child)
  const ask = async (stand: StandName, path: string, body?: unknown): Promise<unknown> => {
    const reply = await fetch(
      `${urls[stand]}/_town/${path}`,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    )
    if (!reply.ok) throw new Error(`${stand} ${path}: ${await reply.text()}`)
    return reply.json()
  }
  return {
    urls,
    script: async (stand, faults) => void (await ask(stand, 'faults', { faults })),
    clearFaults: async () => void (await Promise.all(STANDS.map((stand) => ask(stand, 'faults', { faults: [] })))),
    ledger: async (stand) => ((await ask(stand, 'ledger')) as { ledger: LedgerEntry[] }).ledger,
    calls: async (stand) => ((await ask(stand, 'calls')) as { calls: CallRecord[] }).calls,
    // One process, one clock: setting it at one stand-in sets it for all.
    setClock: async (to) => void (await ask('weibo', 'clock', { now: to })),
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.stdin?.end()
      await gone
    },
  }
}

function describe({ folder, publicHost, callbackUrl, now }: Parameters<typeof startTownProcess>[0]): object {
  const state = (name: StandName): { stateFile: string } => ({ stateFile: join(folder, `${name}.json`) })
  return {
    now,
    weibo: {
      ...state('weibo'),
      accounts: [{ uid: TOWN.weiboUid, screenName: '安平市地震局', accessToken: TOWN.weiboToken }],
      safeDomains: [publicHost],
    },
    wechat: {
      ...state('wechat'),
      appId: TOWN.wechatAppId,
      secret: TOWN.wechatSecret,
      kind: 'service',
      materials: [{ mediaId: TOWN.cover, type: 'image' }],
      users: SUBSCRIBERS.map((openid) => ({ openid, grants: [{ templateId: TEMPLATE_ID, left: 'long-term' }] })),
      templates: [{ id: TEMPLATE_ID, kind: 'subscribe', fields: ['thing1', 'time2', 'thing3', 'thing4', 'thing5'] }],
      publishMs: 1_500,
      massMs: 1_500,
      ...(callbackUrl === null
        ? {}
        : { callback: { url: callbackUrl, token: TOWN.wechatToken, mode: 'aes', encodingAesKey: TOWN.wechatAesKey } }),
    },
    webhook: { ...state('webhook'), secrets: [TOWN.webhookSecret] },
    robots: { ...state('robots'), robots: [{ kind: 'dingtalk', key: TOWN.robotToken, secret: TOWN.robotSecret }] },
  }
}

async function readUrls(child: ChildProcess): Promise<Record<StandName, string>> {
  if (!child.stdout) throw new Error('the stand-ins have no output')
  for await (const line of createInterface({ input: child.stdout }))
    return JSON.parse(line) as Record<StandName, string>
  throw new Error('the stand-ins ended without their addresses')
}
